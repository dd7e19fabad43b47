"""Nobody is told that a figure has recovered while it is beyond its limit; cycles on a store."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from monitor.compose import Links, compose
from monitor.core.alerts import AlertState
from monitor.core.notifications import Lapse, Notice, NoticeKind, Notification
from monitor.core.rulebook import AlertRule
from monitor.core.windows import OFFICE_HOURS, AtOnce, Window
from monitor.store.alerts import alerts
from monitor.store.decisions import told_of
from monitor.store.store import Store
from monitor.telling.gathered import knowledge_of
from monitor.world import World
from notifiers.alertmanager import alerts_of
from tests.scenarios.test_told_in_time import at_once, by, mails, run, swale, waiting
from tests.support.days import DISTRICTS
from tests.support.rules import revised, rule

TUESDAY = datetime(2013, 12, 17, 9, 0, tzinfo=UTC)
EVENING = TUESDAY.replace(hour=18, minute=40)
MORNING = datetime(2013, 12, 18, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
APRIL_AND_MAY = swale("45", "46")
DOES_NOT_COUNT = "the figure for 30 Apr 2012 was corrected from 45 to 6"


def asking_for(periods: int, timing: AtOnce | Window = OFFICE_HOURS) -> World:
    return with_rule(
        by(timing=timing),
        rule({"warning": "value > 30", "critical": "value > 40"}, periods=periods, scope=DISTRICTS),
    )


def with_rule(of: World, changed: AlertRule) -> World:
    book = replace(
        of.rulebook, alerts={changed.id: changed}, fingerprints={changed.id: repr(changed.thresholds)}
    )
    return replace(of, rulebook=book)


def last_notice(store: Store) -> Notice:
    (notice,) = mails(store)[-1].notices
    return notice


def as_mail(mail: Notification) -> str:
    """The subject and the text, each on one line."""
    made = compose(
        mail,
        message_id="<a@b>",
        in_reply_to=None,
        references=(),
        links=Links(),
        zone=ZoneInfo("Europe/London"),
    )
    assert all(each.level is None for each in alerts_of(made)), "Alertmanager's alert goes on"
    return f"{made.subject}\n{' '.join(made.text.split())}"


def everything_has_ended(store: Store) -> None:
    with store.reading() as connection:
        alert = alerts(connection)["the-rule", "Swale"]
        told = told_of(connection, {("the-rule", "Swale", alert.episode)})
    assert alert.state is AlertState.PENDING
    known = [knowledge_of(each) for people in told.values() for each in people]
    assert [each is not None and each.of_its_end for each in known] == [True]
    assert waiting(store) == ()


def test_a_breach_that_does_not_count_any_more_is_not_told_as_recovered(store: Store) -> None:
    of = asking_for(2)
    at_once(store, of, APRIL_AND_MAY, TUESDAY)
    at_once(store, of, [revised(APRIL_AND_MAY[0], "6")], TUESDAY + HOUR)
    notice = last_notice(store)
    assert (notice.kind, notice.level, notice.lapse) == (
        NoticeKind.PENDING,
        None,
        Lapse(DOES_NOT_COUNT, 2, 1),
    )
    assert notice.since_label == "30 Apr 2012"
    mail = as_mail(mails(store)[-1])
    assert mail.startswith(
        "No alert for now: Swale, measure out of bounds 46, limit 40 — an earlier figure was corrected\n"
    )
    assert (
        "6 above the limit of 40. But the alert that you were told of does not count any more: "
        f"{DOES_NOT_COUNT}." in mail
    )
    assert "there is 1 so far. You are told if the next figure is beyond it too." in mail
    assert "recovered" not in mail.lower()
    assert "within limits" not in mail
    everything_has_ended(store)


def test_it_is_told_again_if_the_next_figure_is_beyond_its_limit_too(store: Store) -> None:
    of = asking_for(2)
    at_once(store, of, APRIL_AND_MAY, TUESDAY)
    at_once(store, of, [revised(APRIL_AND_MAY[0], "6")], TUESDAY + HOUR)
    at_once(store, of, swale("6", "46", "47")[2:], TUESDAY + 2 * HOUR)
    kinds = [each.kind for mail in mails(store) for each in mail.notices]
    assert kinds == [NoticeKind.BREACH, NoticeKind.PENDING, NoticeKind.BREACH]


def test_both_figures_of_a_breach_that_counts_no_more_are_told_where_the_latest_changed_too(
    store: Store,
) -> None:
    of = asking_for(2)
    at_once(store, of, APRIL_AND_MAY, TUESDAY)
    at_once(store, of, [revised(APRIL_AND_MAY[0], "6"), revised(APRIL_AND_MAY[1], "35")], TUESDAY + HOUR)
    notice = last_notice(store)
    assert (notice.kind, notice.level, notice.lapse) == (
        NoticeKind.RESTATED,
        None,
        Lapse(DOES_NOT_COUNT, 2, 1),
    )
    mail = as_mail(mails(store)[-1])
    assert mail.splitlines()[0].endswith("now 35, not 46 — amber, but no alert for now")
    assert "WHAT TO DO" not in mail
    everything_has_ended(store)


def test_what_is_restated_afterwards_makes_no_alert_of_it(store: Store) -> None:
    of = asking_for(2)
    at_once(store, of, APRIL_AND_MAY, TUESDAY)
    at_once(store, of, [revised(APRIL_AND_MAY[0], "6")], TUESDAY + HOUR)
    at_once(store, of, [revised(APRIL_AND_MAY[1], "35")], TUESDAY + 2 * HOUR)
    notice = last_notice(store)
    assert (notice.kind, notice.level) == (NoticeKind.RESTATED, None)
    assert "no alert for now" in as_mail(mails(store)[-1])
    everything_has_ended(store)


@pytest.mark.parametrize(
    ("late", "because"),
    [
        ("10", "the figure for 31 May 2012 has come late and is within its limit: it is 10"),
    ],
)
def test_an_earlier_figure_that_comes_late_breaks_a_breach(store: Store, late: str, because: str) -> None:
    of = asking_for(2)
    april, june = swale("45", "20", "46")[0], swale("45", "20", "46")[2]
    at_once(store, of, [april, june], TUESDAY)
    at_once(store, of, swale("45", late)[1:], TUESDAY + HOUR)
    notice = last_notice(store)
    assert (notice.kind, notice.lapse) == (NoticeKind.PENDING, Lapse(because, 2, 1))
    assert as_mail(mails(store)[-1]).splitlines()[0].endswith("limit 40 — an earlier figure has come late")


def test_a_rule_that_asks_for_more_figures_ends_a_breach_without_calling_it_recovered(store: Store) -> None:
    at_once(store, asking_for(1), APRIL_AND_MAY, TUESDAY)
    run(store, asking_for(3), TUESDAY + HOUR)
    notice = last_notice(store)
    assert (notice.kind, notice.lapse) == (NoticeKind.PENDING, Lapse("the rule was changed", 3, 2))
    mail = as_mail(mails(store)[-1])
    assert "The rule asks for 3 figures in a row beyond their limit; there are 2 so far." in mail
    assert "limit 40 — the rule was changed\n" in mail


def test_what_recovered_while_it_was_held_and_is_beyond_again_is_not_told_as_recovered(store: Store) -> None:
    of = asking_for(2)
    at_once(store, of, APRIL_AND_MAY, TUESDAY)
    at_once(store, of, swale("45", "46", "10")[2:], EVENING)
    at_once(store, of, swale("45", "46", "10", "46")[3:], EVENING + HOUR)
    run(store, of, MORNING)
    notice = last_notice(store)
    because = "the figure for 30 Jun 2012 is within its limit: it is 10"
    assert (notice.kind, notice.lapse) == (NoticeKind.PENDING, Lapse(because, 2, 1))


def test_what_did_not_count_while_it_was_held_and_is_within_limits_by_then_has_recovered(
    store: Store,
) -> None:
    of = asking_for(2)
    at_once(store, of, APRIL_AND_MAY, TUESDAY)
    at_once(store, of, [revised(APRIL_AND_MAY[0], "6")], EVENING)
    at_once(store, of, swale("6", "46", "10")[2:], EVENING + HOUR)
    run(store, of, MORNING)
    notice = last_notice(store)
    assert (notice.kind, notice.value) == (NoticeKind.RECOVERED, Decimal(10))


def test_small_numbers_are_not_given_away_by_why_a_breach_does_not_count(store: Store) -> None:
    of = asking_for(2)
    people = replace(of.rulebook.indicators["measure"], counts_people=True, decimals=0)
    of = replace(of, rulebook=replace(of.rulebook, indicators={"measure": people}))
    at_once(store, of, APRIL_AND_MAY, TUESDAY)
    at_once(store, of, [revised(APRIL_AND_MAY[0], "3")], TUESDAY + HOUR)
    assert last_notice(store).lapse == Lapse("the figure for 30 Apr 2012 was corrected", 2, 1)
