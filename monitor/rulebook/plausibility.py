"""``plausible:`` of an indicator: when a figure of it is doubtful."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from monitor.core.rulebook import Plausibility
from monitor.rulebook.fields import Fields
from monitor.rulebook.problems import Span
from monitor.rulebook.vocabulary.indicators import LONGEST_WAIT, PLAUSIBLE

_USUAL_WAIT: Final = 2
_AMOUNTS: Final = ("jump", "falls_to_zero_from")


@dataclass(frozen=True, slots=True)
class WrittenPlausibility:
    """When a figure is doubtful, and where that is written. ``spans`` are those of its keys."""

    plausibility: Plausibility
    key: Span
    spans: Mapping[str, Span]


def read_plausibility(fields: Fields) -> WrittenPlausibility | None:
    """Returns it; None where there is none or, with every problem noted, where it has an error."""
    inner, log = fields.mapping("plausible", PLAUSIBLE.names), fields.log
    if inner is None:
        return None
    amounts = {key: _above_zero(inner, key) for key in _AMOUNTS}
    missing, wait = inner.yes_or_no("missing_areas", default=False), inner.working_days("wait")
    if wait is not None and wait > LONGEST_WAIT:
        message = f"managers would wait {wait} working days for the data owner"
        log.note("LIM119", inner.span("wait"), message, f"let it be {LONGEST_WAIT} at most")
        wait = None
    if not any(inner.has(key) for key in PLAUSIBLE.one_of) or (missing is False and not _asks_more(inner)):
        log.note("LIM226", fields.span("plausible"), "nothing is said of when a figure is doubtful")
        return None
    unread = [key for key in _AMOUNTS if inner.has(key) and amounts[key] is None]
    if unread or missing is None or (inner.has("wait") and wait is None):
        return None
    plausibility = Plausibility(
        jump=amounts["jump"],
        falls_to_zero=amounts["falls_to_zero_from"],
        missing_areas=missing,
        wait=_USUAL_WAIT if wait is None else wait,
    )
    return WrittenPlausibility(
        plausibility, fields.span("plausible"), {key: inner.span(key) for key in PLAUSIBLE.names}
    )


def _asks_more(inner: Fields) -> bool:
    return any(inner.has(key) for key in _AMOUNTS)


def _above_zero(inner: Fields, key: str) -> int | None:
    amount = inner.amount(key)
    if amount is not None and amount <= 0:
        inner.log.note("LIM119", inner.span(key), f"{key} is not above 0")
        return None
    return amount
