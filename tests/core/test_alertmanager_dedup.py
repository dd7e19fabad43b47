"""When Alertmanager would notify again, and when limen does.

The cases are those of `TestDedupStageNeedsUpdate` in Alertmanager's notify/notify_test.go, told in limen's
words. There a group of alerts has an entry in the notification log: which of its alerts were firing, and
which resolved, when the receiver was last notified. Here the group is what concerns one manager, its alerts
are districts 1 to 5, and the entry is what that manager was last told. The rule decides on the changes alone.

Of `TestRetryStage…` there: an error that may pass is tried again, one that may not is not, and who is stopped
half-way stops; the same of limen stands in tests/delivery (greylisting, 550, a sender that is stopped).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

import pytest

from monitor.core.alerts import Alert, AlertState, Transition, TransitionReason
from monitor.core.notifications import NoticeKind, TellReason
from monitor.core.recipients import Recipient
from monitor.core.routing import Change, Reached, decide, grouped_by_recipient
from monitor.core.rulebook import Level
from tests.support.rules import month

MANAGER = Recipient("sam", "Sam", "sam@kent.example", "Sam")
REACHED = Reached(MANAGER, "managers", "district manager", "Kent")
NO_REPEATS = "limen repeats nothing because time has passed: reminders are a rule of their own"
RECOVERIES = "limen always tells of a recovery whoever was told of the breach; Alertmanager's mail does not"

BREACH, RECOVERED = NoticeKind.BREACH, NoticeKind.RECOVERED


@dataclass(frozen=True)
class Case:
    """What was told last (None: nothing yet), how things stand, what Alertmanager does, and limen's mail.

    ``differs`` says why limen does something else. ``mail`` has what the mail says of each district; none
    where it is empty.
    """

    told_firing: Iterable[int] | None
    told_resolved: Iterable[int]
    firing: Iterable[int]
    resolved: Iterable[int]
    notified: bool
    mail: dict[int, NoticeKind]
    differs: str = ""


CASES = {
    "nothing was told yet, and alerts fire": Case(
        None, (), {2, 3, 4}, (), notified=True, mail={2: BREACH, 3: BREACH, 4: BREACH}
    ),
    "nothing was told yet, and all is over already": Case(None, (), (), {2, 3, 4}, notified=False, mail={}),
    "another alert fires": Case({1, 2, 3}, (), {2, 3, 4}, (), notified=True, mail={4: BREACH}),
    "the same fire, and it is not known when they were told": Case(
        {1, 2, 3}, (), {1, 2, 3}, (), notified=True, mail={}, differs=NO_REPEATS
    ),
    "the same fire, told 9 minutes ago, to be repeated after 10": Case(
        {1, 2, 3}, (), {1, 2, 3}, (), notified=False, mail={}
    ),
    "the same fire, told 11 minutes ago, to be repeated after 10": Case(
        {1, 2, 3}, (), {1, 2, 3}, (), notified=True, mail={}, differs=NO_REPEATS
    ),
    "others began and ended unseen since all was over": Case(
        (), {1, 2, 3}, (), {3, 4, 5}, notified=False, mail={}
    ),
    "one of two is over; recoveries are not to be sent": Case(
        {1, 2}, {3}, {1}, {2, 3}, notified=False, mail={2: RECOVERED}, differs=RECOVERIES
    ),
    "one of two is over; recoveries are to be sent": Case(
        {1, 2}, {3}, {1}, {2, 3}, notified=True, mail={2: RECOVERED}
    ),
    "all are over; recoveries are not to be sent": Case(
        {1, 2}, {3}, (), {1, 2, 3}, notified=True, mail={1: RECOVERED, 2: RECOVERED}
    ),
    "all are over; recoveries are to be sent": Case(
        {1, 2}, {3}, (), {1, 2, 3}, notified=True, mail={1: RECOVERED, 2: RECOVERED}
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_limen_mails_when_alertmanager_notifies_unless_it_says_why_not(case: Case) -> None:
    mail = _mail(case)

    assert mail == case.mail
    assert bool(mail) is (case.notified if not case.differs else not case.notified)


def test_an_alert_that_is_no_longer_heard_of_is_not_over() -> None:
    """District 1 of the third case: its figure is missing. Alertmanager drops it in silence."""
    unheard = _change(_firing(1), _firing(1))

    assert decide(unheard, reach=[REACHED], told_before=[MANAGER], operations=()) == ()


def test_what_began_and_ended_unseen_is_recorded_with_its_reason() -> None:
    (decision,) = decide(
        _change(_quiet(4), _firing(4), _over(4)), reach=[REACHED], told_before=(), operations=()
    )

    assert (decision.recipient, decision.reason) == (None, TellReason.OVER_BEFORE_TOLD)


def _mail(case: Case) -> dict[int, NoticeKind]:
    """What the manager's one mail says of each district."""
    told = set(case.told_firing or ())
    decisions = [
        decision
        for number in range(1, 6)
        for decision in decide(
            _what_happened(case, number),
            reach=[REACHED],
            told_before=[MANAGER] if number in told else [],
            operations=(),
        )
    ]
    mails = grouped_by_recipient(decisions)
    return {int(each.area): each.kind for each in mails.get(MANAGER.id, ()) if each.kind is not None}


def _what_happened(case: Case, number: int) -> Change:
    """A district's way from what was told of it to how it stands. One not heard of stands as it stood."""
    told_firing = number in set(case.told_firing or ())
    if told_firing:
        before = _firing(number)
    else:
        before = _over(number) if number in set(case.told_resolved) else _quiet(number)
    if number in set(case.firing):
        return _change(before, _firing(number))
    if number not in set(case.resolved) or before == _over(number):
        return _change(before, before)
    return _change(before, _over(number)) if told_firing else _change(before, _firing(number), _over(number))


def _quiet(number: int) -> Alert:
    return Alert("the-rule", str(number))


def _firing(number: int) -> Alert:
    return replace(_quiet(number), state=AlertState.FIRING, level=Level.CRITICAL, episode=1)


def _over(number: int) -> Alert:
    return replace(_quiet(number), state=AlertState.RESOLVED, episode=1)


def _change(*stands: Alert) -> Change:
    steps = (_step(one, other) for one, other in pairwise(stands) if one != other)
    return Change(stands[0], stands[-1], tuple(steps))


def _step(one: Alert, other: Alert) -> Transition:
    began = other.state is AlertState.FIRING
    return Transition(
        one.rule,
        one.area,
        month(0),
        one.state,
        one.level,
        other.state,
        other.level,
        other.episode,
        TransitionReason.BREACH_BEGAN if began else TransitionReason.RECOVERED,
    )
