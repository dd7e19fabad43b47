"""The status page's content: one area's ratings, the alerts that are firing, and how limen fares.

Everything is text by the time a template sees it; protected figures never get that far.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from monitor.core.alerts import Alert, AlertState
from monitor.core.areas import Area, AreaTree
from monitor.core.judgements import DirectionOfTravel, RagRating
from monitor.core.observations import Status
from monitor.core.periods import Period
from monitor.core.rulebook import Level, Polarity, Rulebook
from monitor.core.suppressions import Acknowledgement, match_in_words
from monitor.core.waiting import HeldNews
from monitor.palette import AMBER, CLOSED, GREEN, LEVEL_TONES, RED, Tone
from monitor.scoreboard import FILES_SHOWN_FOR, Scoreboard, Standing
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
    """One indicator of the chosen area, in words. ``remark``: why it is not rated though an alert fires."""

    title: str
    figure: str
    target: str
    tone: Tone
    direction: str
    period: str
    provisional: bool
    remark: str = ""


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert that is firing, in words."""

    title: str
    area: str
    tone: Tone
    figure: str
    limit: str
    since: str
    answered: str = ""
    held: str = ""


@dataclass(frozen=True, slots=True)
class SilenceRow:
    """One silence that is active, in words."""

    number: int
    what: str
    by: str
    until: str


@dataclass(frozen=True, slots=True)
class LateRow:
    """Figures of one indicator and period that have not come, in words."""

    title: str
    areas: str
    period: str
    due: str


@dataclass(frozen=True, slots=True)
class DoubtfulRow:
    """A figure that looks wrong, or is missing, in areas. ``since`` is the period from which that is so."""

    title: str
    areas: str
    since: str
    what: str


@dataclass(frozen=True, slots=True)
class StatusPage:
    """All that the template shows. ``area`` is the chosen one, "" where there is none yet."""

    version: str
    readiness: Readiness
    rulebook: str
    last_success: str
    started: str
    mails: str
    files: str
    templates: str
    addresses: str
    areas: tuple[str, ...]
    area: str
    ratings: tuple[RatingRow, ...]
    firing: tuple[AlertRow, ...]
    firing_count: int
    late: tuple[LateRow, ...]
    late_count: int
    doubtful: tuple[DoubtfulRow, ...]
    doubtful_count: int
    shown_at: str
    silences: tuple[SilenceRow, ...] = ()


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
    firing = _firing(scoreboard, zone)
    return StatusPage(
        version=vitals.version,
        readiness=readiness,
        rulebook=(vitals.rulebook or "")[:12] or "none",
        last_success=moment(vitals.last_success, zone),
        started=moment(vitals.started, zone),
        mails=_mails(vitals.outbox),
        files=_files(*vitals.faulty_files),
        templates=_templates(len(vitals.templates)),
        addresses=_addresses(vitals.failing_addresses),
        areas=tuple(each.name for each in areas or ()),
        area=chosen.name if chosen else "",
        ratings=_ratings(scoreboard, chosen, now.astimezone(zone).date()),
        firing=firing[:LONGEST_LIST],
        firing_count=len(firing),
        late=_late(scoreboard),
        late_count=len(scoreboard.late()),
        doubtful=_doubtful(scoreboard),
        doubtful_count=len(scoreboard.doubtful()),
        shown_at=moment(now, zone),
        silences=_silences(scoreboard, zone),
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


def _ratings(scoreboard: Scoreboard, area: Area | None, today: date) -> tuple[RatingRow, ...]:
    """Those of indicators that are in use: what is retired by ``today`` has had its last figure."""
    rulebook = scoreboard.rulebook
    if rulebook is None or area is None:
        return ()
    alerting = {
        rulebook.alerts[alert.rule].indicator
        for alert in scoreboard.alerts()
        if alert.state is AlertState.FIRING and alert.area == area.name and alert.rule in rulebook.alerts
    }
    in_use = {
        each.id
        for each in rulebook.indicators.values()
        if each.retirement is None or today < each.retirement.on
    }
    rows = [
        (name, _rating_row(standing, rulebook, alerting=name in alerting))
        for standing in scoreboard.standings()
        if (name := standing.evaluation.indicator) in in_use and standing.evaluation.area == area.name
    ]
    order = {indicator: place for place, indicator in enumerate(rulebook.indicators)}
    return tuple(row for _, row in sorted(rows, key=lambda pair: order[pair[0]]))


def _why_not_rated(standing: Standing, rulebook: Rulebook, *, alerting: bool) -> str:
    """Why a figure has no rating though an alert about it fires (``alerting``), else ""."""
    if standing.evaluation.rag is not RagRating.NOT_RATED or not alerting:
        return ""
    bands = rulebook.indicators[standing.evaluation.indicator].rag
    why = "its bands can’t be worked out" if bands else "it has no rating bands"
    return f"{why}; its alert goes by a limit"


def _rating_row(standing: Standing, rulebook: Rulebook, *, alerting: bool) -> RatingRow:
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
        remark=_why_not_rated(standing, rulebook, alerting=alerting),
    )


def _direction(standing: Standing, polarity: Polarity) -> str:
    evaluation = standing.evaluation
    if standing.protected:
        return DIRECTION_SIGNS[DirectionOfTravel.UNKNOWN]
    if polarity is Polarity.NONE and evaluation.value is not None and evaluation.previous_value is not None:
        return NEITHER_WAY
    return DIRECTION_SIGNS[evaluation.direction]


def _firing(scoreboard: Scoreboard, zone: ZoneInfo) -> tuple[AlertRow, ...]:
    """The worst first, then by area and rule."""
    firing = [alert for alert in scoreboard.alerts() if alert.state is AlertState.FIRING]
    firing.sort(key=lambda alert: (-alert.level.rank if alert.level else 0, alert.area, alert.rule))
    latest = {(each.evaluation.indicator, each.evaluation.area): each for each in scoreboard.standings()}
    given, held = scoreboard.acknowledged(), scoreboard.held_news()
    return tuple(
        replace(
            _alert_row(alert, scoreboard, latest),
            answered=_answered(given.get((alert.rule, alert.area)), zone),
            held=_held(held.get((alert.rule, alert.area)), zone),
        )
        for alert in firing
    )


def _answered(given: Acknowledgement | None, zone: ZoneInfo) -> str:
    """Who deals with it, and until when. What they say about it is for those who were told."""
    if given is None:
        return ""
    until = "" if given.until is None else f" until {day(given.until.astimezone(zone).date())}"
    return f"{given.author} is dealing with it{until}"


def _held(held: HeldNews | None, zone: ZoneInfo) -> str:
    """From how many people news of it is held back, why, and when limen looks again."""
    if held is None:
        return ""
    people = "1 person" if held.people == 1 else f"{held.people:,} people"
    until = "" if held.until is None else f", until {moment(held.until, zone)}"
    return f"Not told yet to {people}: {held.reason.value.removeprefix('not told yet: ')}{until}"


def _silences(scoreboard: Scoreboard, zone: ZoneInfo) -> tuple[SilenceRow, ...]:
    """Those that end first at the top."""
    found = sorted(scoreboard.silences(), key=lambda each: (each.ends_at, each.id))
    return tuple(
        SilenceRow(
            each.id, match_in_words(each.match, scoreboard.areas), each.author, moment(each.ends_at, zone)
        )
        for each in found
    )


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


def _files(unread: int, partly_read: int) -> str:
    """How many files of the last days could not be taken in as a whole; their names are not for everybody."""
    told = [
        *([f"{_counted(unread, 'file')} could not be read"] if unread else []),
        *([f"rows of {_counted(partly_read, 'file')} were set aside"] if partly_read else []),
    ]
    days = f"in the last {FILES_SHOWN_FOR.days} days"
    return f"{'; '.join(told)}, {days}: “limen status” says why" if told else f"all taken in whole, {days}"


def _templates(errors: int) -> str:
    if not errors:
        return "no error known in your own"
    return f"{_counted(errors, 'error')} in your own: “limen check” lists them"


def _addresses(failing: int) -> str:
    if not failing:
        return "none fails"
    fail = "address fails" if failing == 1 else "addresses fail"
    return f"{failing:,} {fail}, so people are not told: “limen status” names them"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


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


def _doubtful(scoreboard: Scoreboard) -> tuple[DoubtfulRow, ...]:
    """By indicator and period, the areas of which the same is so in one row."""
    rulebook = scoreboard.rulebook
    groups: dict[tuple[str, date, bool], list[str]] = {}
    for each in scoreboard.doubtful():
        key = (each.indicator, each.period_end or date.max, each.missing)
        groups.setdefault(key, []).append(each.area)
    rows = []
    for (name, period_end, is_missing), areas in sorted(groups.items()):
        indicator = rulebook.indicators.get(name) if rulebook else None
        known = indicator is not None and period_end < date.max
        since = Period(period_end, indicator.basis).label if indicator is not None and known else ""
        title = indicator.title if indicator else name
        what = "missing, and others have it" if is_missing else "looks wrong"
        rows.append(DoubtfulRow(title, ", ".join(sorted(areas)), since, what))
    return tuple(rows)
