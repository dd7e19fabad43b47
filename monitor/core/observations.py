"""One figure as it came in, and why a figure may be missing."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MICRO = 1_000_000
"""Amounts are kept as integer millionths."""


class Status(StrEnum):
    """Whether a figure is final."""

    VALIDATED = "validated"
    PROVISIONAL = "provisional"


class Missing(StrEnum):
    """Why there is no figure. The symbols are those of DfE's and ONS's published files.

    Source: the data guidance that comes with each release of the Department for Education's "Explore
    education statistics" service: c suppressed, x not available, z not applicable, u low reliability, low/k
    rounds to zero but is not zero, : not collected.

    ``WITHDRAWN`` comes in no file: a figure that was made of others by a definition that holds no more, and
    that is none any more. The store keeps it among the revisions and leaves it out of the series.
    """

    SUPPRESSED = "suppressed"
    NOT_AVAILABLE = "not available"
    NOT_APPLICABLE = "not applicable"
    LOW_RELIABILITY = "low reliability"
    ROUNDS_TO_ZERO = "rounds to zero"
    NOT_COLLECTED = "not collected"
    NOT_GIVEN = "not given"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Observation:
    """One figure of one area and period, in one revision (the first is 1).

    ``value``, ``numerator`` and ``denominator`` are integer millionths. A value that can be computed from
    numerator and denominator may be left out. ``missing`` says why where there is no value at all.
    """

    id: int
    indicator: str
    area: str
    period_end: date
    revision: int
    value: int | None
    numerator: int | None
    denominator: int | None
    status: Status
    missing: Missing | None
