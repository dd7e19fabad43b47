"""An acknowledgement ends while the breach goes on: people have their days to answer from then."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.calendar_england import calendar_of
from monitor.cli.explain_telling import Inquiry
from monitor.cli.explanation import explanation
from monitor.compose import Links, compose
from monitor.core.notifications import AnswerEnd, EarlierAnswer, NoticeKind, TellReason
from monitor.core.recipients import Deputy, Directory, Recipient, RoleHolding
from monitor.core.rulebook import Escalation, RouteTarget
from monitor.core.windows import Days, Digest, Reminders, week_days
from monitor.store.follow_ups import FollowUpKind
from monitor.store.store import Store
from monitor.world import World
from tests.scenarios.test_told_in_time import ANA, PEOPLE, RULE, SAM, by, swale
from tests.support import telling_days as days
from tests.support.days import LONDON, OPS
from tests.support.rules import HERE

START = datetime(2014, 1, 6, 9, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WORSE = datetime(2014, 1, 16, 9, 0, tzinfo=UTC)
A_WEEK_LATER = datetime(2014, 1, 23, 9, 0, tzinfo=UTC)
DIRECTOR = RouteTarget("area director", None, HERE)
FIGURES = swale("20", "35", "46", "35")


def kent(**how: object) -> World:
    """Managers are reminded after five working days, and then it goes to the director too."""
    wanted: dict[str, object] = {
        "reminders": Reminders(after=5),
        "escalations": (Escalation(5, (DIRECTOR,), HERE),),
    }
    return by(**(wanted | how))


def told(store: Store) -> list[tuple[str, NoticeKind, datetime]]:
    return [
        (mail.recipient.id, each.kind, mail.decided_at) for mail in days.mails(store) for each in mail.notices
    ]


def since_when(store: Store, *reasons: TellReason) -> list[str]:
    return [each.note for each in days.decided(store) if each.reason in reasons]


def mail_texts(store: Store, person: str) -> Sequence[str]:
    """The last mail to somebody, as plain text and as HTML, without line breaks."""
    mail = days.mails_to(store, person)[-1]
    message = compose(
        mail, message_id="<1@limen.example>", in_reply_to=None, references=(), links=Links(), zone=LONDON
    )
    assert message.html is not None
    return [" ".join(each.split()) for each in (message.text, message.html)]


def test_whoever_acknowledged_what_then_worsened_has_their_days_to_answer(store: Store) -> None:
    of = kent()
    days.bring(store, of, START, FIGURES[:2])
    days.acknowledge(store, START + HOUR, "the-rule", "Swale")
    days.let_pass(store, of, WORSE - HOUR)
    assert told(store) == [("sam", NoticeKind.BREACH, START)]
    days.bring(store, of, WORSE, FIGURES[2:3])
    assert told(store)[1:] == [("sam", NoticeKind.WORSENED, WORSE)]
    days.let_pass(store, of, A_WEEK_LATER - HOUR)
    assert len(told(store)) == 2
    days.let_pass(store, of, A_WEEK_LATER)
    assert sorted(told(store)[2:]) == [
        ("ana", NoticeKind.ESCALATED, A_WEEK_LATER),
        ("sam", NoticeKind.REMINDER, A_WEEK_LATER),
    ]
    (notice,) = days.notices_to(store, "ana")
    assert (notice.not_acknowledged_by, notice.first_told_on) == (("Sam Swale",), START.date())
    assert notice.earlier_answer == EarlierAnswer(
        "Sam Swale", START.date(), None, WORSE.date(), AnswerEnd.WORSENED
    )
    for text in mail_texts(store, "ana"):
        assert "nobody has said that they are dealing with it" not in text
        assert (
            "Sam Swale was told on 6 January, 17 days ago. It was acknowledged by Sam Swale on 6 January; it "
            "has worsened on 16 January, and there is no answer since."
        ) in text
    assert since_when(store, TellReason.ESCALATED, TellReason.REMINDED) == ["since 16 January 2014"] * 2


def test_it_counts_anew_though_the_days_were_not_over_when_it_worsened(store: Store) -> None:
    of = kent()
    worse = START + 2 * DAY
    days.bring(store, of, START, FIGURES[:2])
    days.acknowledge(store, START + HOUR, "the-rule", "Swale")
    days.bring(store, of, worse, FIGURES[2:3])
    days.let_pass(store, of, worse + 7 * DAY - HOUR)
    assert [kind for _, kind, _ in told(store)] == [NoticeKind.BREACH, NoticeKind.WORSENED]
    days.let_pass(store, of, worse + 7 * DAY)
    assert {each[0] for each in told(store)[2:]} == {"ana", "sam"}


def test_a_worsening_that_waits_for_a_digest_gives_days_from_the_digest(store: Store) -> None:
    monday = Digest(week_days(["Monday"]), START.time(), working_days_only=True)
    of = kent(timing=monday, escalations=(Escalation(2, (DIRECTOR,), HERE),), reminders=None)
    days.bring(store, of, START, FIGURES[:2])
    days.acknowledge(store, START + HOUR, "the-rule", "Swale")
    tuesday, heard = START + 8 * DAY, START + 14 * DAY
    days.let_pass(store, of, tuesday - HOUR)
    days.bring(store, of, tuesday, FIGURES[2:3])
    days.let_pass(store, of, heard)
    assert told(store)[1:] == [("sam", NoticeKind.WORSENED, heard)]
    days.let_pass(store, of, heard + 7 * DAY)
    assert told(store)[2:] == [("ana", NoticeKind.ESCALATED, heard + 7 * DAY)], "the digest after two days"


def test_what_eases_before_anybody_hears_of_it_still_ends_the_acknowledgement(store: Store) -> None:
    daily = Digest(Days.WORKING_DAYS, START.time())
    of = kent(timing=daily)
    days.bring(store, of, START, FIGURES[:2])
    days.acknowledge(store, START + HOUR, "the-rule", "Swale")
    days.bring(store, of, START + 2 * HOUR, FIGURES[2:3])
    days.bring(store, of, START + 3 * HOUR, FIGURES[3:])
    days.let_pass(store, of, START + 7 * DAY)
    assert told(store) == [("sam", NoticeKind.BREACH, START)]
    days.let_pass(store, of, START + 9 * DAY)
    assert {each[:2] for each in told(store)[1:]} == {
        ("ana", NoticeKind.ESCALATED),
        ("sam", NoticeKind.REMINDER),
    }


def test_an_acknowledgement_until_a_day_gives_days_to_answer_from_that_day(store: Store) -> None:
    of = kent()
    days.bring(store, of, START, FIGURES[:2])
    days.acknowledge(store, START + HOUR, "the-rule", "Swale", until=WORSE)
    days.let_pass(store, of, WORSE + HOUR)
    assert told(store) == [("sam", NoticeKind.BREACH, START)]
    assert {row.kind: (row.since, row.due_at, row.step) for row in days.waiting(store)} == {
        FollowUpKind.REMINDER: (WORSE, A_WEEK_LATER, 0),
        FollowUpKind.ESCALATION: (WORSE, A_WEEK_LATER, 0),
    }
    days.let_pass(store, of, A_WEEK_LATER)
    assert sorted(told(store)[1:]) == [
        ("ana", NoticeKind.ESCALATED, A_WEEK_LATER),
        ("sam", NoticeKind.REMINDER, A_WEEK_LATER),
    ]
    said = "It was acknowledged by Sam Swale on 6 January until 16 January; no answer since."
    for person in ("ana", "sam"):
        for text in mail_texts(store, person):
            assert said in text
            assert "nobody has said since 16 January 2014 that they are" in text or (
                "has said since 16 January 2014 that they are" in text
            )
            assert "no answer yet" not in text.lower()
    assert since_when(store, TellReason.ESCALATED, TellReason.REMINDED) == ["since 16 January 2014"] * 2


def test_an_acknowledgement_taken_back_gives_days_to_answer_from_then(store: Store) -> None:
    of = kent()
    days.bring(store, of, START, FIGURES[:2])
    days.acknowledge(store, START + HOUR, "the-rule", "Swale")
    days.let_pass(store, of, WORSE - HOUR)
    days.withdraw(store, WORSE, "the-rule", "Swale")
    days.let_pass(store, of, A_WEEK_LATER - HOUR)
    assert told(store) == [("sam", NoticeKind.BREACH, START)]
    days.let_pass(store, of, A_WEEK_LATER)
    assert {each[:2] for each in told(store)[1:]} == {
        ("ana", NoticeKind.ESCALATED),
        ("sam", NoticeKind.REMINDER),
    }
    for text in mail_texts(store, "ana"):
        assert (
            "It was acknowledged by Sam Swale on 6 January, which was taken back on 16 January; no answer "
            "since."
        ) in text


def test_a_second_answer_counts_and_reminders_begin_anew_at_their_first_distance(store: Store) -> None:
    of = kent(escalations=())
    days.bring(store, of, START, FIGURES[:2])
    days.let_pass(store, of, START + 7 * DAY)
    assert [kind for _, kind, _ in told(store)] == [NoticeKind.BREACH, NoticeKind.REMINDER]
    days.acknowledge(store, START + 8 * DAY, "the-rule", "Swale", until=START + 9 * DAY)
    days.acknowledge(store, START + 8 * DAY + HOUR, "the-rule", "Swale", until=START + 10 * DAY)
    days.let_pass(store, of, START + 17 * DAY)
    assert told(store)[2:] == [("sam", NoticeKind.REMINDER, START + 17 * DAY)]
    assert days.notices_to(store, "sam")[-1].reminders == 1


def test_a_far_reminder_comes_sooner_when_the_answer_is_taken_back(store: Store) -> None:
    of = kent(escalations=())
    days.bring(store, of, START, FIGURES[:2])
    days.let_pass(store, of, START + 8 * DAY)
    days.acknowledge(store, START + 8 * DAY, "the-rule", "Swale")
    days.withdraw(store, START + 9 * DAY, "the-rule", "Swale")
    days.let_pass(store, of, START + 16 * DAY)
    assert told(store)[2:] == [("sam", NoticeKind.REMINDER, START + 16 * DAY)], "not ten days after the first"


@pytest.mark.parametrize("steps_before", [0, 1])
def test_the_steps_of_an_escalation_that_are_left_count_from_the_end_of_the_answer(
    store: Store, *, steps_before: int
) -> None:
    ops = RouteTarget(None, "ops", HERE)
    of = kent(escalations=(Escalation(2, (DIRECTOR,), HERE), Escalation(4, (ops,), HERE)), reminders=None)
    days.bring(store, of, START, FIGURES[:2])
    given = START + steps_before * 2 * DAY + HOUR
    days.let_pass(store, of, given)
    days.acknowledge(store, given, "the-rule", "Swale", until=WORSE)
    days.let_pass(store, of, WORSE + 20 * DAY)
    at = {person: when for person, kind, when in told(store) if kind is NoticeKind.ESCALATED}
    assert at == {
        "ana": START + 2 * DAY if steps_before else WORSE + 4 * DAY,
        "ops": WORSE + 6 * DAY,
    }


def test_of_several_people_it_is_said_when_the_first_of_them_was_told(store: Store) -> None:
    of = kent(reminders=Reminders(after=1, factor=1), escalations=(Escalation(3, (DIRECTOR,), HERE),))
    pat = Recipient("pat", "Pat Next", "pat@kent.example", "Pat")
    successor = Directory(
        {**PEOPLE.people, "pat": pat},
        (RoleHolding("district manager", "Swale", ("pat",)), *PEOPLE.holdings[1:]),
    )
    days.bring(store, of, START, FIGURES[:2])
    handed_over = replace(of, directory=successor)
    days.let_pass(store, handed_over, START + 3 * DAY)
    assert ("pat", NoticeKind.BREACH, START + DAY) in told(store)
    for text in mail_texts(store, "ana"):
        assert "Sam Swale and Pat Next have been told, first on 6 January, 3 days ago, and nobody has" in text


def test_a_deputy_is_written_to_at_the_address_that_the_contacts_have_now(store: Store) -> None:
    of = kent()
    away = Deputy("sam", "ana", date(2014, 1, 1))
    standing_in = replace(of, directory=replace(PEOPLE, deputies=(away,)))
    days.bring(store, standing_in, START, FIGURES[:2])
    corrected = replace(ANA, address="ana.area@kent.example")
    directory = Directory({"sam": SAM, "ana": corrected, "ops": OPS}, PEOPLE.holdings, (away,))
    days.bring(store, replace(of, directory=directory), START + DAY, swale("20", "35", "20")[2:])
    assert [(mail.recipient.id, mail.recipient.address) for mail in days.mails(store)] == [
        ("ana", "ana@kent.example"),
        ("ana", "ana.area@kent.example"),
    ]


def test_what_comes_next_is_explained_as_it_will_be_counted(store: Store) -> None:
    of = kent()
    days.bring(store, of, START, FIGURES[:2])
    days.acknowledge(store, START + HOUR, "the-rule", "Swale", until=START + 2 * DAY)
    assert coming(store, of, START + 2 * HOUR) == {"reminder": START + 9 * DAY, "escalation": START + 9 * DAY}
    days.acknowledge(store, START + DAY, "the-rule", "Swale")
    days.withdraw(store, START + DAY, "the-rule", "Swale")
    assert coming(store, of, START + DAY) == {"reminder": START + 8 * DAY, "escalation": START + 8 * DAY}
    days.let_pass(store, of, START + 8 * DAY)
    assert {each[2] for each in told(store)[1:]} == {START + 8 * DAY}


def coming(store: Store, of: World, now: datetime) -> dict[str, datetime | None]:
    """What ``limen explain`` says is to come, and when."""
    with store.reading() as connection:
        inquiry = Inquiry(connection, of, now, calendar_of(LONDON))
        (found,) = explanation(inquiry, RULE, of.areas["Swale"], None).rules
    assert not any(each.acknowledged for each in found.telling.coming)
    return {each.what: each.due_at for each in found.telling.coming}


def test_taking_back_what_had_ended_already_changes_nothing(store: Store) -> None:
    of = kent()
    days.bring(store, of, START, FIGURES[:2])
    days.acknowledge(store, START + HOUR, "the-rule", "Swale", until=WORSE)
    days.let_pass(store, of, WORSE + DAY)
    days.withdraw(store, WORSE + DAY, "the-rule", "Swale")
    days.let_pass(store, of, A_WEEK_LATER - HOUR)
    assert told(store) == [("sam", NoticeKind.BREACH, START)]
    days.let_pass(store, of, A_WEEK_LATER)
    (notice,) = days.notices_to(store, "ana")
    assert notice.earlier_answer == EarlierAnswer(
        "Sam Swale", START.date(), WORSE.date(), WORSE.date(), AnswerEnd.UNTIL
    )
