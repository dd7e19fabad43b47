"""What is to come of an alert's news, who deals with it, what silences it, and what people know of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Final

from sqlalchemy import Connection

from monitor.cli.explain_view import View
from monitor.cli.telling_facts import (
    AcknowledgementTold,
    ComingTold,
    FigureTold,
    ProspectTold,
    SilenceTold,
    TellingTold,
)
from monitor.cli.told import Telling, plain_note, spelt
from monitor.core.alerts import Alert, AlertState, EpisodeKey
from monitor.core.areas import Area
from monitor.core.forecast import Forecast, Hearing, forecast
from monitor.core.holding import Circumstances, Hold
from monitor.core.notifications import AnswerEnd
from monitor.core.past_answers import PastAnswer
from monitor.core.periods import Period
from monitor.core.plausibility import faulty_indicator
from monitor.core.recipients import Recipient
from monitor.core.restating import as_it_stands, is_restated, told_figure
from monitor.core.routing import matches
from monitor.core.rulebook import Indicator, Level, Route
from monitor.core.suppressions import Acknowledgement, match_in_words
from monitor.core.wall_calendar import Calendar
from monitor.store.acknowledgements import acknowledgements_of, latest_acknowledgements
from monitor.store.alerts import fired_at, firing_alerts
from monitor.store.decisions import told_figures, told_of
from monitor.store.follow_ups import FollowUp, FollowUpKind, follow_ups_of
from monitor.store.silences import silences
from monitor.telling.acknowledged import past_answers
from monitor.telling.asking_again import targets_of, whom_to_remind
from monitor.telling.counting_anew import counted_anew
from monitor.telling.gathered import Gathered, goes_on
from monitor.telling.gathering import whom_news_reaches
from monitor.telling.scene import CycleScene, Scene
from monitor.world import World

EARLIEST: Final = date(1, 1, 1)

_WHAT: Final = {
    FollowUpKind.NEWS: "news",
    FollowUpKind.REMINDER: "reminder",
    FollowUpKind.ESCALATION: "escalation",
}


@dataclass(frozen=True)
class Inquiry:
    """When it is asked, of which store and world."""

    connection: Connection
    world: World
    now: datetime
    calendar: Calendar

    @cached_property
    def scene(self) -> Scene:
        """What telling itself would work with."""
        return CycleScene.of(self.connection, self.world, self.now, self.calendar)

    def scene_at(self, row: FollowUp) -> Scene:
        """What telling will work with when something is come back to, by the contacts as they are now."""
        return replace(self.scene, now=max(row.due_at or self.now, self.now))

    def circumstances(self, alert: Alert) -> Circumstances:
        """All that may keep news of an alert from people now."""
        firing = firing_alerts(self.connection)
        breaches = {(each.rule, each.area, each.episode) for each in (alert, *firing.values())}
        faults = [key for key in firing if faulty_indicator(key[0]) is not None]
        return Circumstances(
            now=self.now,
            calendar=self.calendar,
            rulebook=self.world.rulebook,
            areas=self.world.areas,
            firing=firing,
            silences=silences(self.connection, ending_after=self.now),
            acknowledged=latest_acknowledgements(self.connection, breaches),
            doubted_since=fired_at(self.connection, faults),
        )

    def name_of(self, person: str) -> str:
        """What somebody is called in the contacts; their id where those don't know them."""
        known = self.world.directory.people.get(person)
        return person if known is None else known.name

    def foreseen(self, alert: Alert, level: Level | None) -> Forecast:
        """What news of an alert at this level would bring now."""
        return forecast(
            self.circumstances(alert),
            rule=alert.rule,
            area=alert.area,
            level=level,
            directory=self.world.directory,
            operations=self.world.operations,
        )


def telling_told(
    inquiry: Inquiry, alert: Alert, level: Level | None, view: View, tellings: Sequence[Telling]
) -> TellingTold:
    """Gathers it; ``level`` is the alert's, or the one that it would have if it fired."""
    foreseen, given = inquiry.foreseen(alert, level), tuple(_acknowledged(inquiry, alert))
    return TellingTold(
        coming=tuple(_coming(inquiry, alert, tellings, given)),
        acknowledgements=given,
        silences=tuple(_silenced(inquiry, alert, level, view.indicator, view.area)),
        figures=tuple(_figures(inquiry, alert, view)),
        prospects=tuple(_prospect(each) for each in foreseen.people),
        instead=tuple(each.name for each in foreseen.instead),
    )


def _coming(
    inquiry: Inquiry, alert: Alert, tellings: Sequence[Telling], given: Sequence[AcknowledgementTold]
) -> Iterator[ComingTold]:
    episodes = {each.episode for each in tellings} | {alert.episode}
    keys = [(alert.rule, alert.area, each) for each in episodes]
    rows = follow_ups_of(inquiry.connection, keys)
    found = Gathered(
        told=dict(told_of(inquiry.connection, keys)),
        rows={key: tuple(each for each in rows if each.episode == key[2]) for key in keys},
        past_answers=_answers_that_end(inquiry, keys),
    )
    rows = tuple(_counted_anew(inquiry, each, alert, found) for each in rows)
    for row in sorted(rows, key=lambda each: (each.due_at is None, each.due_at or each.since, each.key)):
        route = inquiry.scene.routes.get(row.subject)
        if row.kind is FollowUpKind.ESCALATION and (route is None or row.step >= len(route.escalations)):
            continue  # it stands there so that the same breach is not passed on again
        reached = _reached(inquiry.scene_at(row), row, alert, route, found)
        if reached is not None:
            yield _of_row(inquiry, row, reached, tellings, acknowledged=_holds_back(given, row))


def _answers_that_end(inquiry: Inquiry, keys: Sequence[EpisodeKey]) -> dict[EpisodeKey, PastAnswer]:
    """The acknowledgements that have ended, and those whose end is known already."""
    found = past_answers(inquiry.scene, keys)
    for key, given in latest_acknowledgements(inquiry.connection, keys).items():
        if key not in found and given.until is not None:
            found[key] = PastAnswer(given, given.until, AnswerEnd.UNTIL)
    return found


def _counted_anew(inquiry: Inquiry, row: FollowUp, alert: Alert, found: Gathered) -> FollowUp:
    """As telling itself counts the days once it looks; what is held is looked at first when that ends.

    A successor who was never told hears of it as soon as nobody deals with it any more.
    """
    if row.kind is FollowUpKind.NEWS or not row.reason.told or not goes_on(alert, row):
        return row
    reached = _reached(inquiry.scene_at(row), row, alert, inquiry.scene.routes.get(row.subject), found)
    return row if reached is None or reached.first else counted_anew(inquiry.scene, row, alert, found)


@dataclass(frozen=True, slots=True)
class _Reached:
    """Whom something goes to; ``handed_on``: somebody else was meant, ``first``: they hear of it then."""

    people: tuple[Recipient, ...]
    route: str | None
    handed_on: bool = False
    first: bool = False


def _reached(
    scene: Scene, row: FollowUp, alert: Alert, route: Route | None, found: Gathered
) -> _Reached | None:
    """Whom telling itself would choose on the day; None: it would leave it."""
    if row.kind is FollowUpKind.ESCALATION:
        steps = () if route is None else targets_of(scene, route.escalations[row.step], row.area)
        return _Reached(tuple(each.recipient for each in steps), row.subject)
    if row.kind is FollowUpKind.NEWS:
        people = whom_news_reaches(scene, row, alert, found)
        return _Reached(people, row.route, handed_on=all(each.id != row.subject for each in people))
    reminded = whom_to_remind(scene, row, alert, found)
    if reminded is None:
        return None
    people = tuple(each.recipient for each in reminded.people)
    first = bool(people) and all(reminded.is_first_for(each) for each in reminded.people)
    return _Reached(people, reminded.route, handed_on=reminded.handed_on, first=first)


def _holds_back(given: Sequence[AcknowledgementTold], row: FollowUp) -> bool:
    if row.kind is FollowUpKind.NEWS:
        return False
    return any(
        each.counts and (each.until is None or (row.due_at is not None and row.due_at < each.until))
        for each in given
        if each.episode == row.episode
    )


def _of_row(
    inquiry: Inquiry, row: FollowUp, reached: _Reached, tellings: Sequence[Telling], *, acknowledged: bool
) -> ComingTold:
    passed_on = row.kind is FollowUpKind.ESCALATION
    held = not row.reason.told
    return ComingTold(
        what=_WHAT[row.kind],
        episode=row.episode,
        person=None if passed_on or len(reached.people) != 1 else reached.people[0].id,
        people=tuple(spelt(each.name) for each in reached.people),
        step=row.step + 1,
        since=row.since,
        due_at=row.due_at,
        held=held,
        why=row.reason.value,
        held_by=_held_by(row, tellings) if held else "",
        acknowledged=acknowledged,
        route=reached.route,
        instead_of=_name(inquiry, row.subject, tellings) if reached.handed_on else "",
        first=reached.first,
    )


def _name(inquiry: Inquiry, person: str, tellings: Sequence[Telling]) -> str:
    """As the contacts have them, else as they were called when something was decided about them."""
    if person in inquiry.world.directory.people:
        return inquiry.name_of(person)
    return next(
        (spelt(each.recipient) for each in reversed(tellings) if each.person == person and each.recipient),
        person,
    )


def _held_by(row: FollowUp, tellings: Sequence[Telling]) -> str:
    """What holds it, as the decision to hold it noted."""
    return next(
        (
            each.note
            for each in reversed(tellings)
            if each.episode == row.episode
            and each.reason == row.reason.value
            and (row.kind is FollowUpKind.ESCALATION or each.person == row.subject)
        ),
        "",
    )


def _acknowledged(inquiry: Inquiry, alert: Alert) -> Iterator[AcknowledgementTold]:
    given = acknowledgements_of(inquiry.connection, alert.rule, alert.area)
    newest = {each.episode: each for each in given}
    for each in given:
        why = _ended_because(each, alert, inquiry.now, newest[each.episode])
        yield AcknowledgementTold(
            episode=each.episode,
            author=inquiry.name_of(each.author),
            at=each.at,
            until=each.until,
            comment=each.comment,
            level=None if each.level is None else each.level.value,
            via=each.via,
            withdrawn=each.withdrawn,
            counts=not why,
            ended_because=why,
        )


def _ended_because(given: Acknowledgement, alert: Alert, now: datetime, newest: Acknowledgement) -> str:
    """Why an acknowledgement counts no more; "" while it does."""
    if given.withdrawn:
        return "it takes the one before back"
    if given.episode != alert.episode or alert.state is not AlertState.FIRING:
        return "that breach is over"
    if given is not newest:
        return "it was taken back" if newest.withdrawn else "a newer one has taken its place"
    if given.until is not None and now >= given.until:
        return "its time is over"
    return "" if given.holds(alert.level, now) else f"the alert has worsened since, to {alert.level}"


def _silenced(
    inquiry: Inquiry, alert: Alert, level: Level | None, indicator: Indicator, area: Area
) -> Iterator[SilenceTold]:
    for each in silences(inquiry.connection, ending_after=inquiry.now):
        if matches(each.match, alert.rule, indicator, area, level):
            yield SilenceTold(
                number=each.id,
                what=match_in_words(each.match, inquiry.world.areas),
                author=inquiry.name_of(each.author),
                comment=each.comment,
                starts_at=each.starts_at,
                ends_at=each.ends_at,
                active=each.is_active(inquiry.now),
            )


def _figures(inquiry: Inquiry, alert: Alert, view: View) -> Iterator[FigureTold]:
    """What was told and what it is now, of the figures up to the one that is explained."""
    key = (alert.rule, alert.area)
    now = {each.period_end: each for each in view.judged.evaluations if each.area == alert.area}
    verdicts = {each.period_end: each for each in view.judged.rule_evaluations.get(key, ())}
    for each in told_figures(inquiry.connection, [key], since=EARLIEST):
        was, end = each.figure, each.figure.period_end
        evaluation = now.get(end)
        if evaluation is None:
            continue
        hidden = (alert.area, end) in view.protected
        verdict = verdicts.get(end)
        is_now = as_it_stands(was, told_figure(evaluation, verdict, protected=hidden), verdict)
        yield FigureTold(
            person=each.recipient.id,
            name=spelt(each.recipient.name),
            told_at=each.at,
            period_end=end,
            period=Period(end, view.indicator.basis).label,
            was_value=None if hidden else was.value,
            was_protected=was.protected or hidden,
            was_rag=was.rag.value,
            was_level=None if was.level is None else was.level.value,
            was_revision=was.revision,
            now_value=is_now.value,
            now_protected=is_now.protected,
            now_rag=is_now.rag.value,
            now_level=None if is_now.level is None else is_now.level.value,
            now_revision=is_now.revision,
            restated=is_restated(was, is_now),
        )


def _prospect(hearing: Hearing) -> ProspectTold:
    whom = hearing.whom
    return ProspectTold(
        person=whom.recipient.id,
        name=whom.recipient.name,
        stands_in_for=whom.recipient.stands_in_for,
        route=whom.route or None,
        role=whom.role,
        role_area=whom.role_area,
        at=hearing.at,
        held_by=tuple(held_in_words(each) for each in hearing.holds),
        reaches_no_more=hearing.reaches_no_more,
    )


def held_in_words(hold: Hold) -> str:
    """What keeps news from somebody: ``it is silenced (silence 3)``."""
    said = hold.reason.why
    return f"{said} ({plain_note(hold.note)})" if hold.note else said
