"""``limen alerts``: what fires or is about to, and who was told."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from decimal import Decimal

from rich.padding import Padding
from rich.text import Text
from sqlalchemy import Connection

from monitor.charts import reveals_a_small_number
from monitor.cli import exit_codes
from monitor.cli.choices import area_named
from monitor.cli.formats import TableFormat
from monitor.cli.scorecard import Rated, Series, plain_number, series_of
from monitor.cli.session import RulesRefusedError, Session, present
from monitor.cli.told import Telling, fate, held_line, held_record, spelt, tellings
from monitor.core.alerts import Alert, AlertState
from monitor.core.fault_notices import doubt_in_words
from monitor.core.freshness import late_indicator
from monitor.core.judgements import RuleHealth
from monitor.core.periods import Period
from monitor.core.plausibility import faulty_indicator
from monitor.core.rulebook import AlertRule
from monitor.core.suppressions import Acknowledgement, Silence
from monitor.core.waiting import HeldNews
from monitor.fault_views import fault_views
from monitor.palette import DOUBTFUL, LATE
from monitor.store.acknowledgements import acknowledged_alerts
from monitor.store.alerts import alerts, open_alerts
from monitor.store.held_news import waiting
from monitor.store.silences import silences
from monitor.suppressing import silences_of
from monitor.terminal import counted, level, state, write_plainly
from monitor.wording import day, in_sentence
from monitor.world import World

COLUMNS = (
    "rule",
    "area",
    "state",
    "level",
    "since",
    "fired_on",
    "judged_to",
    "value",
    "limit",
    "health",
    "told",
    "acknowledged_by",
    "acknowledged_until",
    "silenced_until",
)

LATE_SIGN = (f"{LATE.symbol} {LATE.word}", "bold magenta")
DOUBTFUL_SIGN = (f"{DOUBTFUL.symbol} {DOUBTFUL.word}", "bold magenta")


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert with its last figure, fit to be shown. ``rule`` None: it is no longer in the rulebook.

    ``doubt`` says what is wrong with the figure, of a fault of the data that is open. ``waits`` is what
    people are not told of it yet, and ``waits_for`` names what keeps it from them; ``answered`` is the
    acknowledgement that holds, ``silenced`` the silence that lasts longest.
    """

    alert: Alert
    rule: AlertRule | None
    figure: Rated | None
    limit: Decimal | None
    told: tuple[Telling, ...]
    doubt: str = ""
    waits: HeldNews | None = None
    waits_for: str = ""
    answered: Acknowledgement | None = None
    silenced: Silence | None = None


def show_alerts(session: Session, area: str | None, *, everything: bool, style: TableFormat) -> int:
    """Prints the open alerts, or all that ever were."""
    world = _world(session)
    rows = _rows(session, world, area, everything=everything)
    match style:
        case TableFormat.CSV:
            write_plainly(_csv(rows))
        case TableFormat.JSON:
            write_plainly(json.dumps([_record(row) for row in rows], indent=2, ensure_ascii=False) + "\n")
        case TableFormat.TABLE:
            _print(session, world, rows, everything=everything)
    return exit_codes.OK


def _rows(session: Session, world: World | None, area: str | None, *, everything: bool) -> list[AlertRow]:
    """The alerts asked for: the firing ones first, the most severe of them at the top."""
    with session.store() as store, store.reading() as connection:
        states = alerts(connection) if everything else open_alerts(connection)
        place = _place(area, world, states.values()) if area else None
        chosen = [each for each in states.values() if place is None or each.area == place]
        series = _series(connection, world, chosen)
        doubts = _doubts(connection, world, chosen)
        waits = waiting(connection).news
        held = _held_back(connection, world, chosen, present())
        rows = [
            replace(
                _row(connection, world, each, series),
                doubt=doubts.get((each.rule, each.area), ""),
                waits=waits.get((each.rule, each.area)),
                waits_for=_held_by(connection, each, waits.get((each.rule, each.area))),
                answered=held[each.rule, each.area][0],
                silenced=held[each.rule, each.area][1],
            )
            for each in chosen
        ]
    return sorted(rows, key=_urgency)


def _held_by(connection: Connection, alert: Alert, held: HeldNews | None) -> str:
    """What holds news of an alert, as the newest decision for that reason noted; "": none is kept."""
    if held is None:
        return ""
    decided = reversed(tellings(connection, alert.rule, alert.area))
    return next((each.note for each in decided if each.reason == held.reason.value), "")


def _world(session: Session) -> World | None:
    """The rules; None while they have errors: what fires and who was told is known without them."""
    try:
        return session.world
    except RulesRefusedError as refused:
        what = counted(refused.errors, "problem")
        session.err.print(
            f"The rules or the configuration have {what}: titles and figures are left out. "
            "`limen check` shows what to mend.",
            soft_wrap=True,
        )
        return None


def _place(text: str, world: World | None, found: Iterable[Alert]) -> str:
    if world is not None:
        return area_named(text, world).name
    for alert in found:
        if alert.area.casefold() == text.strip().casefold():
            return alert.area
    return text


def _urgency(row: AlertRow) -> tuple[int, int, str, str]:
    order = (AlertState.FIRING, AlertState.PENDING, AlertState.RESOLVED, AlertState.INACTIVE)
    alert = row.alert
    rank = -1 if alert.level is None else alert.level.rank
    return order.index(alert.state), -rank, alert.area, alert.rule


def _series(connection: Connection, world: World | None, chosen: Iterable[Alert]) -> dict[str, Series]:
    if world is None:
        return {}
    rules = {
        world.rulebook.alerts[each.rule].indicator for each in chosen if each.rule in world.rulebook.alerts
    }
    return {
        each: series_of(connection, world, world.rulebook.indicators[each], as_of=None, whole=False)
        for each in sorted(rules)
    }


def _doubts(
    connection: Connection, world: World | None, chosen: Iterable[Alert]
) -> dict[tuple[str, str], str]:
    """What is wrong with the figures of the open faults among the alerts, in words."""
    faulty = {
        (name, each.area): (each.rule, each.area)
        for each in chosen
        if (name := faulty_indicator(each.rule)) is not None and each.state is AlertState.FIRING
    }
    if world is None or not faulty:
        return {}
    seen = fault_views(connection, world, faulty)
    return {
        faulty[key]: doubt_in_words(world.rulebook.indicators[key[0]], view) for key, view in seen.items()
    }


def _held_back(
    connection: Connection, world: World | None, chosen: Iterable[Alert], now: datetime
) -> dict[tuple[str, str], tuple[Acknowledgement | None, Silence | None]]:
    """What keeps news of each alert from people: the acknowledgement that holds, the silence that lasts."""
    given = acknowledged_alerts(connection)
    active = [each for each in silences(connection, ending_after=now) if each.is_active(now)]
    found: dict[tuple[str, str], tuple[Acknowledgement | None, Silence | None]] = {}
    for alert in chosen:
        answer = given.get((alert.rule, alert.area))
        counts = answer is not None and answer.holds(alert.level, now)
        mine = () if world is None else silences_of(active, alert, world.rulebook, world.areas)
        longest = max(mine, key=lambda each: each.ends_at, default=None)
        found[alert.rule, alert.area] = (answer if counts else None, longest)
    return found


def _row(connection: Connection, world: World | None, alert: Alert, series: Mapping[str, Series]) -> AlertRow:
    rule = None if world is None else world.rulebook.alerts.get(alert.rule)
    told: tuple[Telling, ...] = ()
    if alert.episode:
        decided = tellings(connection, alert.rule, alert.area, episode=alert.episode)
        told = tuple(each for each in decided if each.told)
    if rule is None:
        return AlertRow(alert, None, None, None, told)
    own = series[rule.indicator]
    figures = {each.evaluation.period_end: each for each in own.rated() if each.evaluation.area == alert.area}
    figure = figures.get(alert.judged_to) if alert.judged_to else None
    limit = None
    for verdict in own.judged.rule_evaluations.get((alert.rule, alert.area), ()):
        if verdict.period_end == alert.judged_to:
            limit = verdict.limit
    if figure and figure.protected and limit is not None and reveals_a_small_number(limit, figure.figures):
        limit = None
    return AlertRow(alert, rule, figure, limit, told)


def _print(session: Session, world: World | None, rows: Sequence[AlertRow], *, everything: bool) -> None:
    out, zone = session.out, session.settings.zone
    if not rows:
        out.print("No alert was ever raised." if everything else "No alert fires or is about to.")
        return
    for row in rows:
        name = _name(row, world)
        out.print(Text.assemble(_head(row.alert), "  ", (f"{row.alert.area}: {name}", "bold")))
        if name != row.alert.rule:
            out.print(Padding(Text(row.alert.rule, "dim"), (0, 0, 0, 4), expand=False))
        for line in filter(
            None,
            (
                _standing(row),
                *_told_lines(row.told, zone),
                held_line(row.waits, zone, row.waits_for),
                *_kept_lines(row, world, zone),
            ),
        ):
            out.print(Padding(Text(line), (0, 0, 0, 4), expand=False))
    firing = sum(row.alert.state is AlertState.FIRING for row in rows)
    pending = sum(row.alert.state is AlertState.PENDING for row in rows)
    out.print(f"\n{counted(firing, 'alert fires', 'alerts fire')}, {pending:,} pending.")


def _head(alert: Alert) -> Text:
    if alert.state is not AlertState.FIRING:
        return state(alert)
    if faulty_indicator(alert.rule) is not None:
        return Text(*DOUBTFUL_SIGN)
    return level(alert.level) if late_indicator(alert.rule) is None else Text(*LATE_SIGN)


def _name(row: AlertRow, world: World | None) -> str:
    if row.rule is not None:
        return in_sentence(row.rule.title)
    late_id, faulty_id = late_indicator(row.alert.rule), faulty_indicator(row.alert.rule)
    about = late_id or faulty_id
    if about is None:
        return row.alert.rule
    indicator = None if world is None else world.rulebook.indicators.get(about)
    title = about if indicator is None else in_sentence(indicator.title)
    if late_id:
        return f"figures have not come: {title}"
    is_missing = row.alert.state is AlertState.FIRING and row.alert.streak == 0
    return f"a figure is missing: {title}" if is_missing else f"a figure looks wrong: {title}"


def _standing(row: AlertRow) -> str:
    alert, figure = row.alert, row.figure
    parts = []
    if late_indicator(alert.rule) and alert.breach_since is not None and alert.fired_on is not None:
        parts.append(f"for {day(alert.breach_since)}, due {day(alert.fired_on)}")
    if faulty_indicator(alert.rule) and alert.breach_since is not None:
        parts.append(f"since {day(alert.breach_since)}")
    if row.doubt:
        parts.append(row.doubt)
    if figure is not None:
        parts.append(figure.figures.full(figure.evaluation.value, protected=figure.protected))
        if row.limit is not None:
            parts.append(f"limit {figure.figures.short(row.limit)}")
        elif figure.evaluation.target is not None:
            target = figure.figures.short(figure.evaluation.target)
            parts.append(f"rated {figure.evaluation.rag}, target {target}")
        if alert.breach_since is not None:
            parts.append(f"since {Period(alert.breach_since, figure.indicator.basis).label}")
        if alert.judged_to is not None:
            parts.append(f"judged to {Period(alert.judged_to, figure.indicator.basis).label}")
    if alert.health is not RuleHealth.OK:
        parts.append(f"the rule could not be judged on the last figure: {alert.health}")
    return "; ".join(parts)


def _told_lines(told: Sequence[Telling], zone: tzinfo) -> list[str]:
    """One line for each piece of news: who was told, and when the mail server took it."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for each in told:
        verb = each.verb.removeprefix("was ").removeprefix("is ")
        groups.setdefault((verb, each.kind or "", fate(each, zone)), []).append(spelt(each.recipient or ""))
    return [f"{verb} ({kind}) {', '.join(names)}: {when}" for (verb, kind, when), names in groups.items()]


def _kept_lines(row: AlertRow, world: World | None, zone: tzinfo) -> Iterator[str]:
    """Who deals with it, and what silences it."""
    given = row.answered
    if given is not None:
        known = None if world is None else world.directory.people.get(given.author)
        name = given.author if known is None else known.name
        until = "it is over" if given.until is None else f"{given.until.astimezone(zone):%-d %b %Y %H:%M}"
        yield f"acknowledged by {name} until {until}" + (f": {given.comment}" if given.comment else "")
    if row.silenced is not None:
        until = f"{row.silenced.ends_at.astimezone(zone):%-d %b %Y %H:%M}"
        yield f"silenced until {until} by silence {row.silenced.id}: {row.silenced.comment}"


def _csv(rows: Iterable[AlertRow]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        alert = row.alert
        names = "; ".join(dict.fromkeys(each.recipient or "" for each in row.told))
        writer.writerow(
            [
                alert.rule,
                alert.area,
                alert.state,
                alert.level,
                alert.breach_since,
                alert.fired_on,
                alert.judged_to,
                _figure(row),
                row.limit,
                alert.health,
                names,
                "" if row.answered is None else row.answered.author,
                "" if row.answered is None or row.answered.until is None else row.answered.until.isoformat(),
                "" if row.silenced is None else row.silenced.ends_at.isoformat(),
            ]
        )
    return text.getvalue()


def _figure(row: AlertRow) -> Decimal | str | None:
    if row.figure is None:
        return None
    return "c" if row.figure.protected else row.figure.evaluation.value


def _record(row: AlertRow) -> dict[str, object]:
    alert, figure = row.alert, row.figure
    return {
        "rule": alert.rule,
        "title": None if row.rule is None else row.rule.title,
        "area": alert.area,
        "state": alert.state.value,
        "level": None if alert.level is None else alert.level.value,
        "since": None if alert.breach_since is None else alert.breach_since.isoformat(),
        "fired_on": None if alert.fired_on is None else alert.fired_on.isoformat(),
        "judged_to": None if alert.judged_to is None else alert.judged_to.isoformat(),
        "episode": alert.episode,
        "value": None if figure is None else plain_number(figure.evaluation.value),
        "protected": figure is not None and figure.protected,
        "limit": plain_number(row.limit),
        "health": alert.health.value,
        "acknowledged": None
        if row.answered is None
        else {
            "author": row.answered.author,
            "at": row.answered.at.isoformat(),
            "until": None if row.answered.until is None else row.answered.until.isoformat(),
            "comment": row.answered.comment,
        },
        "silenced": None
        if row.silenced is None
        else {"silence": row.silenced.id, "until": row.silenced.ends_at.isoformat()},
        "held": held_record(row.waits, row.waits_for),
        "told": [
            {
                "name": each.recipient,
                "kind": each.kind,
                "decided_at": each.at.isoformat(),
                "mail": each.mail,
                "mail_state": None if each.mail_state is None else str(each.mail_state),
                "sent_at": None if each.sent_at is None else each.sent_at.isoformat(),
            }
            for each in row.told
        ],
    }
