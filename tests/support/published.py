"""The published figures in tests/golden/ as rows and observations, and the shipped rules to judge them."""

import csv
from dataclasses import dataclass
from datetime import date

from monitor.core.areas import AreaTree
from monitor.core.evaluation import Judged, evaluate
from monitor.core.exact import micro
from monitor.core.observations import Observation, Status
from monitor.core.rulebook import Rulebook
from tests.support.repository import ROOT

GOLDEN = ROOT / "tests" / "golden"
STATUSES = {"validated": Status.VALIDATED, "unvalidated": Status.PROVISIONAL}

Row = dict[str, str]


@dataclass(frozen=True)
class ShippedRules:
    """The shipped rulebook and the areas that it is for."""

    rulebook: Rulebook
    areas: AreaTree

    def judged(self, *figures: Observation) -> Judged:
        """What the rules say of one indicator's figures for one area, in the order of their periods."""
        indicator = self.rulebook.indicators[figures[0].indicator]
        series = {self.areas[figures[0].area]: figures}
        return evaluate(indicator, self.rulebook.rules_of(indicator.id), series)


def published_indicators() -> list[Row]:
    """The rated indicators' rows, those without a figure left out."""
    return [row for row in _rows("published-indicators.csv") if row["actual"]]


def published_lead_indicators() -> list[Row]:
    """The lead indicators' rows, with and without a figure."""
    return _rows("published-lead-indicators.csv")


def observation(
    indicator: str,
    area: str,
    period_end: str,
    value: str | None,
    *,
    number: int = 1,
    status: Status = Status.VALIDATED,
    numerator: str | None = None,
    denominator: str | None = None,
) -> Observation:
    """One figure in its first revision; None for what is not given."""
    return Observation(
        id=number,
        indicator=indicator,
        area=area,
        period_end=date.fromisoformat(period_end),
        revision=1,
        value=None if value is None else micro(value),
        numerator=None if numerator is None else micro(numerator),
        denominator=None if denominator is None else micro(denominator),
        status=status,
        missing=None,
    )


def published_series(indicator: str) -> tuple[Observation, ...]:
    """Kent's published figures of one rated indicator, in the order of their periods."""
    rows = (row for row in published_indicators() if row["indicator"] == indicator)
    return tuple(
        observation(
            indicator, "Kent", row["period_end"], row["actual"], number=number, status=STATUSES[row["status"]]
        )
        for number, row in enumerate(sorted(rows, key=_period_end), 1)
    )


def _period_end(row: Row) -> str:
    return row["period_end"]


def _rows(name: str) -> list[Row]:
    with (GOLDEN / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
