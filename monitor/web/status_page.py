"""The status page's content: one area's ratings, the alerts that are firing, and how limen fares.

Everything is text by the time a template sees it; protected figures never get that far.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from monitor.core.alerts import Alert, AlertState
from monitor.core.areas import Area, AreaTree
from monitor.core.judgements import DirectionOfTravel, RagRating
from monitor.core.observations import Status
from monitor.core.periods import Period
from monitor.core.rulebook import Level, Rulebook
from monitor.palette import AMBER, CLOSED, GREEN, LEVEL_TONES, RED, Tone
from monitor.scoreboard import Scoreboard, Standing
from monitor.web.status import Readiness, Vitals
from monitor.wording import FigureFormat

LONGEST_LIST = 200
"""More firing alerts than this are counted, not listed."""

NOT_RATED = Tone("not rated", CLOSED.symbol, CLOSED.fill, CLOSED.text)
NO_DATA = Tone("no data", "–", CLOSED.fill, CLOSED.text)
RATING_TONES = {
    RagRating.RED: RED,
    RagRating.AMBER: AMBER,
    RagRating.GREEN: GREEN,
    RagRating.NOT_RATED: NOT_RATED,
    RagRating.NO_DATA: NO_DATA,
}
DIRECTION_SIGNS = {
    DirectionOfTravel.IMPROVING: "improving",
    DirectionOfTravel.STEADY: "steady",
    DirectionOfTravel.WORSENING: "worsening",
    DirectionOfTravel.UNKNOWN: "not known",
}


@dataclass(frozen=True, slots=True)
class RatingRow:
    """One indicator of the chosen area, in words."""

    title: str
    figure: str
    target: str
    tone: Tone
    direction: str
    period: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert that is firing, in words."""

    title: str
    area: str
    tone: Tone
    since: str


@dataclass(frozen=True, slots=True)
class LateRow:
    """Figures of one indicator and period that have not come, in words."""

    title: str
    areas: str
    period: str
    due: str


@dataclass(frozen=True, slots=True)
class StatusPage:
    """All that the template shows. ``area`` is the chosen one, "" where there is none yet."""

    version: str
    readiness: Readiness
    rulebook: str
    last_success: str
    started: str
    outbox: tuple[tuple[str, int], ...]
    areas: tuple[str, ...]
    area: str
    ratings: tuple[RatingRow, ...]
    firing: tuple[AlertRow, ...]
    firing_count: int
    late: tuple[LateRow, ...]
    late_count: int
    shown_at: str


def status_page(
    scoreboard: Scoreboard,
    vitals: Vitals,
    readiness: Readiness,
    *,
    area: str | None,
    now: datetime,
    zone: ZoneInfo,
) -> StatusPage | None:
    """Returns the page for one area (None: the widest), or None where there is no such area."""
    areas = scoreboard.areas
    chosen = _chosen(areas, area)
    if area is not None and chosen is None:
        return None
    firing = _firing(scoreboard)
    return StatusPage(
        version=vitals.version,
        readiness=readiness,
        rulebook=(vitals.rulebook or "")[:12] or "none",
        last_success=moment(vitals.last_success, zone),
        started=moment(vitals.started, zone),
        outbox=tuple(sorted(vitals.outbox.items())),
        areas=tuple(each.name for each in areas or ()),
        area=chosen.name if chosen else "",
        ratings=_ratings(scoreboard, chosen),
        firing=firing[:LONGEST_LIST],
        firing_count=len(firing),
        late=_late(scoreboard),
        late_count=len(scoreboard.late()),
        shown_at=moment(now, zone),
    )


def moment(when: datetime | None, zone: ZoneInfo) -> str:
    """A moment for people: ``3 July 2013, 09:30:00 BST``; ``never`` where there is none."""
    if when is None:
        return "never"
    local = when.astimezone(zone)
    return f"{day(local.date())}, {local:%H:%M:%S %Z}"


def day(when: date) -> str:
    """A day for people: ``3 July 2013``."""
    return f"{when.day} {when:%B %Y}"


def _chosen(areas: AreaTree | None, name: str | None) -> Area | None:
    if areas is None:
        return None
    if name is not None:
        return areas.find(name)
    return next((area for area in areas if area.parent is None), None)


def _ratings(scoreboard: Scoreboard, area: Area | None) -> tuple[RatingRow, ...]:
    rulebook = scoreboard.rulebook
    if rulebook is None or area is None:
        return ()
    rows = [
        (standing.evaluation.indicator, _rating_row(standing, rulebook))
        for standing in scoreboard.standings()
        if standing.evaluation.area == area.name and standing.evaluation.indicator in rulebook.indicators
    ]
    order = {indicator: place for place, indicator in enumerate(rulebook.indicators)}
    return tuple(row for _, row in sorted(rows, key=lambda pair: order[pair[0]]))


def _rating_row(standing: Standing, rulebook: Rulebook) -> RatingRow:
    evaluation = standing.evaluation
    indicator = rulebook.indicators[evaluation.indicator]
    figures = FigureFormat(indicator.unit, indicator.decimals)
    direction = DirectionOfTravel.UNKNOWN if standing.protected else evaluation.direction
    return RatingRow(
        title=indicator.title,
        figure=figures.full(evaluation.value, protected=standing.protected),
        target="none" if evaluation.target is None else figures.short(evaluation.target),
        tone=RATING_TONES[evaluation.rag],
        direction=DIRECTION_SIGNS[direction],
        period=Period(evaluation.period_end, indicator.basis).label,
        provisional=evaluation.status is Status.PROVISIONAL,
    )


def _firing(scoreboard: Scoreboard) -> tuple[AlertRow, ...]:
    """The worst first, then by area and rule."""
    firing = [alert for alert in scoreboard.alerts() if alert.state is AlertState.FIRING]
    firing.sort(key=lambda alert: (-alert.level.rank if alert.level else 0, alert.area, alert.rule))
    return tuple(_alert_row(alert, scoreboard.rulebook) for alert in firing)


def _alert_row(alert: Alert, rulebook: Rulebook | None) -> AlertRow:
    rule = rulebook.alerts.get(alert.rule) if rulebook else None
    return AlertRow(
        title=rule.title if rule else alert.rule,
        area=alert.area,
        tone=LEVEL_TONES[alert.level or Level.INFO],
        since=day(alert.breach_since) if alert.breach_since else "not known",
    )


def _late(scoreboard: Scoreboard) -> tuple[LateRow, ...]:
    """Those due first at the top; the areas of one indicator that wait for the same period in one row."""
    rulebook = scoreboard.rulebook
    groups: dict[tuple[date, str, date | None], list[str]] = {}
    for late in scoreboard.late():
        groups.setdefault((late.due or date.max, late.indicator, late.period_end), []).append(late.area)
    rows = []
    for (due, name, period_end), areas in sorted(groups.items(), key=lambda pair: (pair[0][:2], pair[1])):
        indicator = rulebook.indicators.get(name) if rulebook else None
        period = Period(period_end, indicator.basis).label if period_end and indicator else ""
        title = indicator.title if indicator else name
        rows.append(LateRow(title, ", ".join(sorted(areas)), period, day(due) if due < date.max else ""))
    return tuple(rows)
