"""What must hold of telling after every cycle, by an account that is kept beside it."""

import shutil
import tempfile
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import ClassVar

from hypothesis.stateful import (
    RuleBasedStateMachine,
)

from monitor.core.alerts import Alert
from monitor.core.notifications import Decision, NoticeKind, Notification, OperationsKind, TellReason
from monitor.core.rulebook import Level
from monitor.core.windows import OFFICE_HOURS, Digest, Window
from monitor.store.alerts import firing_alerts
from monitor.store.decisions import RecordedDecision, decisions_since
from monitor.store.follow_ups import FollowUpKind
from monitor.world import World
from tests.support import telling_days as days
from tests.support.rules import month
from tests.support.telling_model import (
    AREAS,
    ASKING,
    BEGINNING,
    BEYOND,
    CALENDAR,
    ENDING,
    ESCALATE_AFTER,
    GUARD,
    REMINDERS,
    ROUTES,
    RULE,
    STARTS,
    TIMINGS,
    Acknowledged,
    Breach,
    Need,
    Silenced,
    make_world,
)


class TellingAccount(RuleBasedStateMachine):
    """One limen, and the account of what happened to it, which every cycle is held against.

    ``template`` is an empty store.
    """

    template: ClassVar[Path]
    folder: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        file = Path(tempfile.mkdtemp(dir=self.folder)) / "limen.db"
        shutil.copy(self.template, file)
        self.store = days.careless(file)
        self.limits, self.manager = 0, "sam"
        self.now = STARTS[0]
        self.next_month = dict.fromkeys(AREAS, 0)
        self.values: dict[tuple[str, int], str | None] = {}
        self.silences: list[Silenced] = []
        self.acks: dict[str, Acknowledged] = {}
        self.seen_cycle = 0
        self.firing: dict[tuple[str, str], Alert] = {}
        self.breaches: dict[tuple[str, int], Breach] = {}
        self.needs: dict[tuple[str, str], Need] = {}
        self.held: dict[tuple[str, int, str, bool], list[RecordedDecision]] = {}
        self.figures_told: dict[tuple[str, str, date], Level | None] = {}
        self.mailed: dict[str, list[datetime]] = {}
        self.seen_mails = 0
        self.silence_mails: dict[str, str] = {}

    def teardown(self) -> None:
        self.store.close()

    @property
    def world(self) -> World:
        return make_world(self.limits, self.manager)

    # ------------------------------------------------------------------ the account

    def cycle(self) -> None:
        days.run(self.store, self.world, self.now, GUARD)
        before = self.firing
        with self.store.reading() as connection:
            made = decisions_since(connection, self.seen_cycle)
            self.firing = firing_alerts(connection)
        self.seen_cycle = max((each.cycle_id for each in made), default=self.seen_cycle)
        self.note_ended_answers()
        self.note_needs(before)
        full = {person for person in TIMINGS if self.mails_within_the_hour(person) >= GUARD.per_person}
        for each in made:
            self.hold_against_the_account(each, full)
        self.look_at_mails()
        self.settle_needs(full)
        self.look_at_silences()
        self.look_at_follow_ups()
        self.nobody_is_left_with_what_is_not_so()
        self.nobody_goes_on_with_what_is_over()
        self.nobody_is_forgotten_who_was_to_be_asked_again(full)
        self.now += timedelta(minutes=1)

    def is_acknowledged(self, area: str) -> bool:
        given, alert = self.acks.get(area), self.firing.get((RULE, area))
        return given is not None and alert is not None and given.holds(alert, self.now)

    def note_ended_answers(self) -> None:
        """An answer ends at its time, with its breach, or for good once that is worse than it was then."""
        for area, given in list(self.acks.items()):
            alert = self.firing.get((RULE, area))
            if alert is None:
                continue  # it may be back before anybody has heard of its end
            if alert.episode != given.episode:
                del self.acks[area]
            elif given.until is not None and given.until <= self.now:
                self.answer_ended(area, given.until)
            elif not given.holds(alert, self.now):
                self.answer_ended(area, self.now, worse=True)

    def answer_ended(self, area: str, at: datetime, *, worse: bool = False) -> None:
        """From then on nobody deals with it, and all who were told have their days once more."""
        told = self.breach(area, self.acks.pop(area).episode)
        told.unanswered_since = at
        told.waits_for_news_since = at if worse else None
        told.reminders = dict.fromkeys(told.reminders, 0)
        if told.counts_from is not None:
            told.counts_from = at

    def is_silenced(self, area: str) -> bool:
        return any(each.holds(area, self.now) for each in self.silences)

    def ends_of_silences(self, area: str, since: datetime) -> list[datetime]:
        return [each.end for each in self.silences if each.area == area and since < each.end <= self.now]

    def is_late(self, area: str) -> bool:
        return ("late:measure", area) in self.firing

    def reach(self, area: str, level: Level) -> set[str]:
        people = {self.manager if area == "Swale" else "sam", "wes"}
        if area == "Swale":
            people.add("dan")
        return people | ({"joy"} if level is Level.CRITICAL else set())

    def may_be_told(self, person: str, since: datetime) -> bool:
        """Whether it is the hour to tell somebody what could have been told since then."""
        timing = TIMINGS[person]
        if isinstance(timing, Window):
            return timing.is_open(self.now, CALENDAR)
        if isinstance(timing, Digest):
            return timing.next_time(since - timedelta.resolution, CALENDAR) <= self.now
        return True

    def mails_within_the_hour(self, person: str) -> int:
        return sum(at > self.now - timedelta(hours=1) for at in self.mailed.get(person, ()))

    def breach(self, area: str, episode: int) -> Breach:
        return self.breaches.setdefault((area, episode), Breach())

    def knows(self, person: str, area: str, alert: Alert) -> bool:
        known = self.breach(area, alert.episode).level.get(person)
        return known is not None and alert.level is not None and known.rank >= alert.level.rank

    def note_needs(self, before: dict[tuple[str, str], Alert]) -> None:
        for area in AREAS:
            alert, was = self.firing.get((RULE, area)), before.get((RULE, area))
            for person in TIMINGS:
                need = self.needs.get((area, person))
                if need is not None and (
                    alert is None
                    or alert.level is None
                    or alert.episode != need.episode
                    or person not in self.reach(area, alert.level)
                ):
                    del self.needs[area, person]
            if alert is None or alert.level is None:
                continue
            news = was is None or was.episode != alert.episode or was.level is None
            if news or (was and was.level and alert.level.rank > was.level.rank):
                self.breach(area, alert.episode).quiet_until = self.now
                for person in self.reach(area, alert.level):
                    if not self.knows(person, area, alert):
                        self.needs.setdefault((area, person), Need(alert.episode, self.now))
            if self.is_silenced(area) or self.is_acknowledged(area) or self.is_late(area):
                self.breach(area, alert.episode).quiet_until = self.now

    def settle_needs(self, full: set[str]) -> None:
        for (area, person), need in list(self.needs.items()):
            alert = self.firing[RULE, area]
            if self.knows(person, area, alert):
                del self.needs[area, person]
            elif not self.is_silenced(area):
                since = max([need.since, *self.ends_of_silences(area, need.since)])
                assert person in full or not self.may_be_told(person, since), (
                    f"{person} was not told of {area}, and nothing held it",
                    alert,
                    [each for each in days.waiting(self.store) if each.area == area],
                )

    def hold_against_the_account(self, made: RecordedDecision, full: set[str]) -> None:
        each = made.decision
        assert made.at == self.now
        if each.recipient is None:
            return
        if each.reason.held or each.reason is TellReason.ACKNOWLEDGED:
            self.is_held_rightly(each, full)
            self.held.setdefault(self.piece(each), []).append(made)
        elif each.reason.told and each.rule == RULE:
            self.is_told_rightly(each)
            self.note_told(each)
            self.held.pop(self.piece(each), None)
        else:
            self.held.pop(self.piece(each), None)

    @staticmethod
    def piece(each: Decision) -> tuple[str, int, str, bool]:
        assert each.recipient is not None
        return f"{each.rule}/{each.area}", each.episode, each.recipient.id, each.kind in ASKING

    def is_held_rightly(self, each: Decision, full: set[str]) -> None:
        assert each.recipient is not None
        person = each.recipient.id
        assert each.until is None or each.until > self.now, each
        match each.reason:
            case TellReason.SILENCED:
                number = int(each.note.removeprefix("silence "))
                assert any(s.number == number and s.holds(each.area, self.now) for s in self.silences), each
            case TellReason.WINDOW:
                timing = TIMINGS[person]
                assert isinstance(timing, Window), each
                assert not timing.is_open(self.now, CALENDAR), each
            case TellReason.DIGEST:
                timing = TIMINGS[person]
                assert isinstance(timing, Digest), each
                assert each.until == timing.next_time(self.now - timedelta.resolution, CALENDAR), each
            case TellReason.ACKNOWLEDGED:
                assert each.kind in ASKING
                assert self.is_acknowledged(each.area), each
            case TellReason.LATE_FEED:
                assert each.kind in ASKING
                assert self.is_late(each.area), each
            case TellReason.STORM:
                assert person in full or each.kind is NoticeKind.ESCALATED, each
            case _:
                raise AssertionError(f"nothing here holds for this reason: {each}")

    def is_told_rightly(self, each: Decision) -> None:
        assert each.recipient is not None
        assert each.kind is not None
        person, told = each.recipient.id, self.breach(each.area, each.episode)
        assert not self.is_silenced(each.area), each
        earlier = self.held.get(self.piece(each), [])
        timing = TIMINGS[person]
        if isinstance(timing, Window):
            assert timing.is_open(self.now, CALENDAR), each
        elif isinstance(timing, Digest) and not (earlier and earlier[-1].decision.reason is TellReason.STORM):
            assert timing.next_time(self.now - timedelta.resolution, CALENDAR) == self.now, each
        if each.kind is NoticeKind.BREACH:
            assert told.begun.get(person, 0) == 0, f"told twice: {each}"
        if each.kind in ENDING:
            assert person in told.level, f"never told of it: {each}"
            assert person not in told.ended, f"told twice that it is over: {each}"
        if each.kind not in ASKING:
            return
        alert = self.firing[RULE, each.area]
        assert alert.episode == each.episode
        assert not self.is_acknowledged(each.area), each
        assert not self.is_late(each.area), each
        if each.kind is NoticeKind.REMINDER and person in ("sam", "pat") and told.handed_on:
            return  # whoever comes after the one who was told is reminded in their place
        if each.kind is NoticeKind.REMINDER:
            assert person in told.last, each
            number = told.reminders.get(person, 0) + 1
            route = ROUTES[0] if each.route == "hours" else ROUTES[1]
            assert route.reminders is not None
            since = max(told.last[person], told.unanswered_since or told.last[person])
            due = CALENDAR.add_working_days_at(since, route.reminders.wait(number))
            assert self.now >= due, (each, due)
            back = told.quiet_until == self.now
            assert self.now == due or earlier or back, (each, due)
        else:
            step = len([at for at in told.steps if at != self.now])
            assert told.counts_from is not None
            due = CALENDAR.add_working_days_at(told.counts_from, ESCALATE_AFTER[min(step, 1)])
            assert self.now >= due, (each, due)
            on_the_day = self.now == due or self.was_held(each) or told.quiet_until == self.now
            assert step or told.waits_for_news_since is not None or on_the_day, (each, due)

    def was_held(self, each: Decision) -> bool:
        return any(
            key[:2] == (f"{each.rule}/{each.area}", each.episode) and key[3]
            for key, found in self.held.items()
            if any(one.decision.kind is NoticeKind.ESCALATED for one in found)
        )

    def note_told(self, each: Decision) -> None:
        assert each.recipient is not None
        person, told = each.recipient.id, self.breach(each.area, each.episode)
        if each.kind in BEGINNING:
            told.begun[person] = told.begun.get(person, 0) + 1
            told.reminders[person] = 0
            if each.route == "hours" and (told.counts_from is None or told.waits_for_news_since is not None):
                told.counts_from, told.waits_for_news_since = self.now, None
        if each.kind in ENDING:
            told.ended[person] = 1
        if each.kind is NoticeKind.REMINDER:
            told.reminders[person] = told.reminders.get(person, 0) + 1
        if each.kind is NoticeKind.ESCALATED:
            told.reminders[person] = 0
            if self.now not in told.steps:
                told.steps.append(self.now)
        if each.kind in (*BEGINNING, *ASKING):
            told.last[person] = self.now
        if each.level is not None:
            told.level[person] = each.level
        if each.figure is not None:
            self.figures_told[each.area, person, each.figure.period_end] = each.figure.level

    def nobody_is_left_with_what_is_not_so(self) -> None:
        """Whoever was told a figure's level knows that it is another now, or will be told when it may be."""
        waiting = {(each.area, each.subject) for each in days.waiting(self.store) if each.rule == RULE}
        for (area, person, end), level in self.figures_told.items():
            now = self.crossed(area, end)
            assert now is level or (area, person) in waiting, (area, person, end, level, now)

    def crossed(self, area: str, end: date) -> Level | None:
        """What a period's figure comes to by the rule as it is now."""
        found = next(
            value for (name, index), value in self.values.items() if (name, month(index)) == (area, end)
        )
        warning, critical = BEYOND[self.limits]
        if found is None or int(found) <= warning:
            return None
        return Level.CRITICAL if int(found) > critical else Level.WARNING

    def look_at_mails(self) -> None:
        found = days.mails(self.store)
        for mail in found[self.seen_mails :]:
            if mail.operations is not None:
                if mail.operations.kind is OperationsKind.SILENCE_ENDED:
                    self.silence_mails[mail.operations.subject] = mail.operations.problems
                continue
            self.mailed.setdefault(mail.recipient.id, []).append(self.now)
            self.nobody_is_told_a_false_all_clear(mail)
            said = [(each.rule, each.area) for each in mail.notices if each.kind is not NoticeKind.RESTATED]
            assert len(said) == len(set(said)), f"said twice in one mail: {[n.kind for n in mail.notices]}"
        self.seen_mails = len(found)
        for person in self.mailed:
            assert self.mails_within_the_hour(person) <= GUARD.per_person

    def nobody_is_told_a_false_all_clear(self, mail: Notification) -> None:
        for each in mail.notices:
            figures = self.values.items()
            known = [month(index) for (area, index), value in figures if area == each.area and value]
            over = each.kind is NoticeKind.RECOVERED or (
                each.kind is NoticeKind.RESTATED and each.level is None and each.lapse is None
            )
            if each.rule == RULE and over and known:
                assert self.crossed(each.area, max(known)) is None, each

    def nobody_goes_on_with_what_is_over(self) -> None:
        """Whoever was told of a breach knows that it is over, or will be told when it may be."""
        waiting = {(each.area, each.subject) for each in days.waiting(self.store) if each.rule == RULE}
        last: dict[tuple[str, str], bool] = {}
        for (area, _), told in sorted(self.breaches.items()):
            last |= {(area, person): person in told.ended for person in (*told.begun, *told.ended)}
        for (area, person), ended in last.items():
            if (RULE, area) not in self.firing:
                assert ended or (area, person) in waiting, (area, person)

    def look_at_silences(self) -> None:
        for each in self.silences:
            if each.end > self.now:
                continue
            assert str(each.number) in self.silence_mails, each
        with self.store.reading() as connection:
            made = decisions_since(connection, 0)
        for each in self.silences:
            if each.end <= self.now and any(
                one.decision.note == f"silence {each.number}" and one.decision.reason is TellReason.SILENCED
                for one in made
            ):
                assert each.area in self.silence_mails[str(each.number)]

    def look_at_follow_ups(self) -> None:
        rows = days.waiting(self.store)
        for row in rows:
            assert row.due_at is None or row.due_at > self.now, row
            if row.kind in (FollowUpKind.REMINDER, FollowUpKind.ESCALATION):
                alert = self.firing.get(row.alert)
                goes_on = alert is not None and alert.episode == row.episode
                news_of = {one.key[:3] for one in rows if one.kind is FollowUpKind.NEWS}
                assert goes_on or row.key[:3] in news_of, row
        news = {(f"{r.rule}/{r.area}", r.episode, r.subject) for r in rows if r.kind is FollowUpKind.NEWS}
        with self.store.reading() as connection:
            made = decisions_since(connection, 0)
        for key, found in self.held.items():
            if key[3] or key[:3] in news:
                continue
            last = found[-1]
            assert any(
                (one.at >= last.at and one is not last and one.decision.note.endswith(key[2]))
                or (one.at > last.at and one.decision.recipient is not None)
                for one in made
                if (f"{one.decision.rule}/{one.decision.area}", one.decision.episode) == key[:2]
                and not one.decision.reason.held
            ) or self.is_part_of_newer_news(key, last, made), f"held, and neither waiting nor settled: {last}"

    @staticmethod
    def is_part_of_newer_news(
        key: tuple[str, int, str, bool], last: RecordedDecision, made: Sequence[RecordedDecision]
    ) -> bool:
        """A later breach of the same alert is told, or held, with whatever was held of an earlier one."""
        return any(
            one.at > last.at
            and f"{one.decision.rule}/{one.decision.area}" == key[0]
            and one.decision.episode > key[1]
            and one.decision.recipient is not None
            and one.decision.recipient.id == key[2]
            for one in made
        )

    def nobody_is_forgotten_who_was_to_be_asked_again(self, full: set[str]) -> None:
        for area in AREAS:
            alert = self.firing.get((RULE, area))
            if alert is None or self.is_silenced(area) or self.is_acknowledged(area) or self.is_late(area):
                continue
            told = self.breach(area, alert.episode)
            quiet = told.quiet_until or self.now
            quiet = max(quiet, told.unanswered_since or quiet)
            for person, route in (("joy", "once"), (self.manager if area == "Swale" else "sam", "hours")):
                if person not in told.last or person in full or not self.may_be_told(person, self.now):
                    continue
                if route == "hours" and told.handed_on:
                    continue
                if alert.level is None or person not in self.reach(area, alert.level):
                    continue
                wait = REMINDERS[route].wait(told.reminders.get(person, 0) + 1)
                due = CALENDAR.add_working_days_at(max(told.last[person], quiet), wait)
                assert self.now < due + timedelta(hours=2), f"{person} was not reminded of {area}"
            if told.counts_from is None or len(told.steps) > 1 or full & {"ana", "dee"}:
                continue
            start = max([told.counts_from, quiet, *told.steps])
            anew = bool(told.steps) and told.unanswered_since is not None
            due = CALENDAR.add_working_days_at(start, ESCALATE_AFTER[1 if anew else 0])
            if OFFICE_HOURS.is_open(self.now, CALENDAR):
                assert self.now < due + timedelta(hours=2), f"{area} was not passed on"
