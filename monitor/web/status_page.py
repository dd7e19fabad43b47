"""The status page's content: one area's ratings, the alerts that are firing, and how limen fares.

Everything is text by the time a template sees it; protected figures never get that far.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from monitor.core.alerts import Alert, AlertState
from monitor.core.areas import Area, AreaTree
from monitor.core.judgements import DirectionOfTravel, RagRating
from monitor.core.observations import Status
from monitor.core.periods import Period
from monitor.core.rulebook import Level, Polarity, Rulebook
from monitor.palette import AMBER, CLOSED, GREEN, LEVEL_TONES, RED, Tone
from monitor.scoreboard import Scoreboard, Standing
from monitor.web.comparisons import aim_in_words, limit_in_words
from monitor.web.status import Readiness, Vitals
from monitor.wording import NEITHER_WAY, FigureFormat

LONGEST_LIST = 200
"""More firing alerts than this are counted, not listed."""

MAIL_STATES = {
    "pending": "waiting",
    "sending": "being sent",
    "sent": "sent",
    "dead": "refused or given up",
}
"""What the outbox's states mean, in the order of a mail's way."""

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
    figure: str
    limit: str
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
    mails: str
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
        mails=_mails(vitals.outbox),
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
    figure_is_there = standing.protected or evaluation.value is not None
    return RatingRow(
        title=indicator.title,
        figure=figures.full(evaluation.value, protected=standing.protected),
        target=aim_in_words(standing, figures) or "none",
        tone=RATING_TONES[evaluation.rag],
        direction=_direction(standing, indicator.polarity),
        period=Period(evaluation.period_end, indicator.basis).label,
        provisional=evaluation.status is Status.PROVISIONAL and figure_is_there,
    )


def _direction(standing: Standing, polarity: Polarity) -> str:
    evaluation = standing.evaluation
    if standing.protected:
        return DIRECTION_SIGNS[DirectionOfTravel.UNKNOWN]
    if polarity is Polarity.NONE and evaluation.value is not None and evaluation.previous_value is not None:
        return NEITHER_WAY
    return DIRECTION_SIGNS[evaluation.direction]


def _firing(scoreboard: Scoreboard) -> tuple[AlertRow, ...]:
    """The worst first, then by area and rule."""
    firing = [alert for alert in scoreboard.alerts() if alert.state is AlertState.FIRING]
    firing.sort(key=lambda alert: (-alert.level.rank if alert.level else 0, alert.area, alert.rule))
    latest = {(each.evaluation.indicator, each.evaluation.area): each for each in scoreboard.standings()}
    return tuple(_alert_row(alert, scoreboard, latest) for alert in firing)


def _alert_row(alert: Alert, scoreboard: Scoreboard, latest: Mapping[tuple[str, str], Standing]) -> AlertRow:
    rulebook = scoreboard.rulebook
    rule = rulebook.alerts.get(alert.rule) if rulebook else None
    indicator = rulebook.indicators.get(rule.indicator) if rulebook and rule else None
    standing = latest.get((rule.indicator, alert.area)) if rule else None
    figure = limit = ""
    if rule and indicator and standing:
        figures = FigureFormat(indicator.unit, indicator.decimals)
        area = scoreboard.areas.find(alert.area) if scoreboard.areas else None
        thresholds = rule.thresholds_for(area) if area else rule.thresholds
        figure = figures.short(standing.evaluation.value, protected=standing.protected)
        limit = limit_in_words(alert.level, thresholds, standing, figures)
    return AlertRow(
        title=rule.title if rule else alert.rule,
        area=alert.area,
        tone=LEVEL_TONES[alert.level or Level.INFO],
        figure=figure or "–",
        limit=limit or "–",
        since=day(alert.breach_since) if alert.breach_since else "not known",
    )


def _mails(outbox: Mapping[str, int]) -> str:
    """How many mails are where on their way: ``2 waiting, 1 being sent``."""
    known = [state for state in MAIL_STATES if state in outbox]
    others = sorted(state for state in outbox if state not in MAIL_STATES)
    counts = [(outbox[state], MAIL_STATES.get(state, state)) for state in (*known, *others)]
    return ", ".join(f"{count:,} {words}" for count, words in counts if count) or "none waiting"


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
