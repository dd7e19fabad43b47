"""An area goes by another name: its figures, alerts and who was told go along, and nobody is mailed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection

from monitor.answers import AnswerDesk
from monitor.calendar_england import calendar_of
from monitor.core.ack_tokens import LINK_LASTS, AckClaim
from monitor.core.alerts import Alert, AlertState, TransitionReason
from monitor.core.areas import Area, AreaTree
from monitor.core.audit import AuditKind
from monitor.core.dated import Scope
from monitor.core.notifications import NoticeKind
from monitor.core.observations import Observation
from monitor.core.rulebook import AlertRule, Level, RouteMatch
from monitor.core.windows import Reminders
from monitor.cycle import judge_changes
from monitor.planning import plan
from monitor.store.acknowledgements import acknowledgements_of
from monitor.store.alerts import alerts, transitions_of
from monitor.store.area_names import names_now
from monitor.store.audit import audit_trail, verify
from monitor.store.decisions import decisions_of
from monitor.store.figures import figures, revisions
from monitor.store.mail_order import waits_for
from monitor.store.outbox import outbox_entries
from monitor.store.silences import silences
from monitor.store.store import Store
from monitor.world import World
from tests.support.days import DIRECTORY, LONDON, MEASURE, ROUTES, take_in, world
from tests.support.rules import CANTERBURY, EAST_KENT, KENT, SWALE, THANET, month, monthly, rule
from tests.support.telling_days import (
    acknowledge,
    bring,
    deliver,
    kinds_to,
    let_pass,
    mails,
    run,
    silence,
    waiting,
)

NOW = datetime(2013, 12, 16, 9, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DISTRICTS = ROUTES[0].match.scope
RULE = rule({"warning": "value > 30", "critical": "value > 40"}, scope=DISTRICTS)
SHEPPEY = replace(SWALE, name="Sheppey", aliases=("Swale",))


def of(*districts: Area, alert: AlertRule = RULE, reminders: Reminders | None = None) -> World:
    """The world with these districts; the managers of Swale and Thanet are those of what these became."""
    tree = AreaTree.of([KENT, EAST_KENT, *districts])
    called = {each: found.name for each in ("Swale", "Thanet", "Kent") if (found := tree.find(each))}
    holdings = tuple(replace(each, area=called.get(each.area, each.area)) for each in DIRECTORY.holdings)
    made = world(alert, routes=(replace(ROUTES[0], reminders=reminders),))
    return replace(made, areas=tree, directory=replace(DIRECTORY, holdings=holdings))


def before(reminders: Reminders | None = None) -> World:
    return of(SWALE, THANET, CANTERBURY, reminders=reminders)


def after(reminders: Reminders | None = None) -> World:
    return of(SHEPPEY, THANET, CANTERBURY, reminders=reminders)


def of_area(name: str, *values: int, start: int = 0) -> tuple[Observation, ...]:
    """Monthly figures of an area, from the start-th month on."""
    return monthly(*["0"] * start, *map(str, values), area=name)[start:]


def standing(store: Store) -> dict[tuple[str, str], Alert]:
    with store.reading() as connection:
        return alerts(connection)


def firing(store: Store) -> set[tuple[str, int]]:
    """(area, episode) of the alerts that fire."""
    found = standing(store)
    return {(area, each.episode) for (_, area), each in found.items() if each.state is AlertState.FIRING}


def known_figures(store: Store, area: str) -> list[tuple[int, int]]:
    """(value, revision) of an area's figures, in whole units."""
    with store.reading() as connection:
        found = figures(connection, MEASURE.id, [area])
    return [((each.value or 0) // 1_000_000, each.revision) for each in found]


def test_an_alert_that_fires_goes_on_under_the_new_name_and_nobody_is_mailed(store: Store) -> None:
    bring(store, before(), NOW, [*of_area("Swale", 20, 35), *of_area("Thanet", 20, 33)])
    acknowledge(store, NOW + HOUR, RULE.id, "Swale")
    told, stood = len(mails(store)), standing(store)[RULE.id, "Swale"]

    assert run(store, after(), NOW + 2 * HOUR) == 0
    assert run(store, after(), NOW + 3 * HOUR) == 0

    now = standing(store)
    assert now[RULE.id, "Sheppey"] == replace(stood, area="Sheppey")
    assert (RULE.id, "Swale") not in now
    assert len(mails(store)) == told
    with store.reading() as connection:
        assert [
            each.reason for each in (t.transition for t in transitions_of(connection, RULE.id, "Sheppey"))
        ] == [TransitionReason.BREACH_BEGAN]
        assert [each.author for each in acknowledgements_of(connection, RULE.id, "Sheppey")] == ["sam"]
        assert decisions_of(connection, RULE.id, "Sheppey")[0].decision.role_area == "Sheppey"
        assert decisions_of(connection, RULE.id, "Swale") == ()
        assert verify(connection).misfit is None
        renamed = [entry.facts for entry, _ in audit_trail(connection, kinds=[AuditKind.AREA_RENAMED])]
    assert renamed == ['{"after":"Sheppey","before":"Swale"}']


def test_the_recovery_is_told_as_an_answer_to_the_breach(store: Store) -> None:
    bring(store, before(), NOW, of_area("Swale", 20, 35))
    run(store, after(), NOW + HOUR)

    bring(store, after(), NOW + DAY, of_area("Sheppey", 12, start=2))

    assert kinds_to(store, "alex") == [NoticeKind.BREACH, NoticeKind.RECOVERED]
    with store.reading() as connection:
        last, first = outbox_entries(connection)
    assert last.thread_ids == (first.message_id,)
    assert [each.area for each in last.notification.notices] == ["Sheppey"]
    assert known_figures(store, "Sheppey") == [(20, 1), (35, 1), (12, 1)]


def test_reminders_come_on_their_day_and_an_acknowledgement_still_keeps_them_away(store: Store) -> None:
    twice = Reminders(after=2)
    bring(store, before(reminders=twice), NOW, [*of_area("Swale", 20, 35), *of_area("Thanet", 20, 33)])
    acknowledge(store, NOW + HOUR, RULE.id, "Thanet")
    due = {each.due_at for each in waiting(store) if each.area == "Swale"}

    margate = replace(THANET, name="Margate", aliases=("Thanet",))
    renamed = of(SHEPPEY, margate, CANTERBURY, reminders=twice)
    run(store, renamed, NOW + 2 * HOUR)

    assert {each.due_at for each in waiting(store) if each.area == "Sheppey"} == due != set()
    let_pass(store, renamed, NOW + 3 * DAY)
    assert kinds_to(store, "alex") == [NoticeKind.BREACH, NoticeKind.REMINDER]
    assert kinds_to(store, "kim") == [NoticeKind.BREACH]


def test_a_name_that_comes_back_has_its_history_again(store: Store) -> None:
    bring(store, before(), NOW, of_area("Swale", 20, 35))
    run(store, after(), NOW + HOUR)

    run(store, of(replace(SWALE, aliases=("Sheppey",)), THANET, CANTERBURY), NOW + 2 * HOUR)

    assert firing(store) == {("Swale", 1)}
    assert known_figures(store, "Swale") == [(20, 1), (35, 1)]
    assert kinds_to(store, "alex") == [NoticeKind.BREACH]
    with store.reading() as connection:
        names = names_now(connection)
    assert names.earlier("Swale") == {"Swale", "Sheppey"}
    assert names.of("Sheppey", NOW + HOUR) == "Swale"
    assert names.of("Thanet", NOW) == "Thanet"


def test_names_that_go_on_from_area_to_area_take_the_right_history_along(store: Store) -> None:
    bring(store, before(), NOW, [*of_area("Swale", 20, 35), *of_area("Thanet", 20, 45)])
    silence(store, NOW, 30 * DAY, RouteMatch(scope=Scope(names=frozenset({"Thanet"}))))
    swale_is_thanet = replace(SWALE, name="Thanet", aliases=("Swale",))
    shuffled = of(swale_is_thanet, replace(THANET, name="Margate"), CANTERBURY)
    told = len(mails(store))

    run(store, shuffled, NOW + HOUR)

    now = standing(store)
    assert {area: now[RULE.id, area].level for area in ("Thanet", "Margate")} == {
        "Thanet": Level.WARNING,
        "Margate": Level.CRITICAL,
    }
    assert known_figures(store, "Thanet") == [(20, 1), (35, 1)]
    assert known_figures(store, "Margate") == [(20, 1), (45, 1)]
    assert len(mails(store)) == told
    with store.reading() as connection:
        (made,) = silences(connection)
    assert made.match.scope.names == {"Margate"}


def test_history_under_both_names_becomes_one(store: Store) -> None:
    bring(store, before(), NOW, of_area("Swale", 20, 35, 36))
    # Renamed without saying what it was called: limen takes it for another area.
    strange = replace(SWALE, name="Sheppey", code=None)
    forgotten = of(replace(SWALE, code="E1"), strange, THANET, CANTERBURY)
    run(store, forgotten, NOW + HOUR)
    bring(store, forgotten, NOW + DAY, of_area("Sheppey", 37, 38, start=2))
    assert firing(store) == {("Swale", 1), ("Sheppey", 1)}
    told = len(mails(store))

    run(store, after(), NOW + 2 * DAY)

    assert firing(store) == {("Sheppey", 1)}
    assert known_figures(store, "Sheppey") == [(20, 1), (35, 1), (37, 2), (38, 1)]
    assert standing(store)[RULE.id, "Sheppey"].judged_to == month(3)
    with store.reading() as connection:
        assert [each.batch_name for each in revisions(connection, MEASURE.id, "Sheppey", month(2))] == [
            "figures.csv",
            "areas.csv: Swale is Sheppey now",
        ]
        assert verify(connection).misfit is None
    assert NoticeKind.BREACH not in [each.notices[0].kind for each in mails(store)[told:]]
    bring(store, after(), NOW + 3 * DAY, of_area("Sheppey", 12, start=4))
    assert kinds_to(store, "alex")[-1] is NoticeKind.RECOVERED
    assert firing(store) == set()


@pytest.mark.parametrize(
    ("swale", "sheppey", "expected"),
    [
        ((35, 12, 35, 12, 35), (20, 20, 20, 35), 3),
        ((20, 20, 20, 20, 35), (35, 12, 35, 12), 3),
        ((35, 12, 35, 12, 35), (20, 20, 20, 20), 3),
    ],
    ids=["both fire", "one fires, the other fired more often", "one fires"],
)
def test_of_two_alerts_the_breach_that_goes_on_has_a_number_that_no_other_has(
    store: Store, swale: tuple[int, ...], sheppey: tuple[int, ...], expected: int
) -> None:
    strange = of(replace(SWALE, code="E1"), replace(SWALE, name="Sheppey", code=None), THANET, CANTERBURY)
    for index, value in enumerate(swale):
        bring(store, strange, NOW + index * DAY, of_area("Swale", value, start=index))
    for index, value in enumerate(sheppey):
        bring(store, strange, NOW + index * DAY + HOUR, of_area("Sheppey", value, start=index))
    told = len(mails(store))

    run(store, after(), NOW + 9 * DAY)

    assert firing(store) == {("Sheppey", expected)}
    assert NoticeKind.BREACH not in [each.notices[0].kind for each in mails(store)[told:]]
    with store.reading() as connection:
        decided = decisions_of(connection, RULE.id, "Sheppey", episode=expected)
    assert NoticeKind.BREACH in [each.decision.kind for each in decided]


def test_figures_that_come_under_the_earlier_name_join_those_under_the_new_one(store: Store) -> None:
    bring(store, before(), NOW, of_area("Swale", 20, 35))
    run(store, after(), NOW + HOUR)
    take_in(store, list(of_area("Swale", 36, start=2)), now=NOW + 2 * HOUR)

    run(store, after(), NOW + 3 * HOUR)

    assert known_figures(store, "Sheppey") == [(20, 1), (35, 1), (36, 1)]
    assert standing(store)[RULE.id, "Sheppey"].judged_to == month(2)
    assert firing(store) == {("Sheppey", 1)}


def judge(connection: Connection, by: World, now: datetime) -> None:
    judge_changes(connection, by, now=now, calendar=calendar_of(LONDON), domain="limen.example")


def _interrupted(store: Store) -> None:
    with store.writing() as connection:
        judge(connection, after(), NOW + HOUR)
        assert (RULE.id, "Sheppey") in alerts(connection)
        raise InterruptedError


def test_a_cycle_that_does_not_end_leaves_every_name_as_it_was(store: Store) -> None:
    bring(store, before(), NOW, of_area("Swale", 20, 35))
    stood = standing(store)

    with pytest.raises(InterruptedError):
        _interrupted(store)

    assert standing(store) == stood
    assert known_figures(store, "Swale") == [(20, 1), (35, 1)]
    run(store, after(), NOW + 2 * HOUR)
    assert firing(store) == {("Sheppey", 1)}


def test_an_area_that_limen_knows_no_more_stops_no_other_from_being_judged(store: Store) -> None:
    bring(store, before(), NOW, [*of_area("Swale", 20, 35), *of_area("Thanet", 20)])
    take_in(store, [*of_area("Swale", 36, start=2), *of_area("Thanet", 33, start=1)], now=NOW + HOUR)

    run(store, of(THANET, CANTERBURY), NOW + 2 * HOUR)

    assert firing(store) == {("Thanet", 1)}
    with store.reading() as connection:
        ended = transitions_of(connection, RULE.id, "Swale")[-1].transition
    assert (ended.to_state, ended.reason) == (AlertState.RESOLVED, TransitionReason.AREA_REMOVED)
    assert kinds_to(store, "alex") == [NoticeKind.BREACH, NoticeKind.CLOSED]


def test_an_area_that_leaves_a_rule_is_told_so(store: Store) -> None:
    bring(store, before(), NOW, of_area("Swale", 20, 35))

    narrower = replace(RULE, scope=Scope(names=frozenset({"Thanet"})))
    run(store, of(SWALE, THANET, CANTERBURY, alert=narrower), NOW + HOUR)

    (closed,) = mails(store)[-1].notices
    assert (closed.kind, closed.reason) == (NoticeKind.CLOSED, "the rule is no longer for this area")


def test_a_plan_of_a_rename_changes_nothing(store: Store) -> None:
    bring(store, before(), NOW, [*of_area("Swale", 20, 35), *of_area("Thanet", 20, 33)])

    found = plan(store, before(), after(), now=NOW + HOUR, zone=LONDON, domain="limen.example")

    assert not found.changes_anything
    assert firing(store) == {("Swale", 1), ("Thanet", 1)}


def test_a_rule_that_goes_after_its_area_was_renamed_is_told_to_whoever_was_told_of_the_breach(
    store: Store,
) -> None:
    bring(store, before(), NOW, of_area("Swale", 20, 35))
    run(store, after(), NOW + HOUR)

    gone = after()
    run(store, replace(gone, rulebook=replace(gone.rulebook, alerts={})), NOW + 2 * HOUR)

    (closed,) = mails(store)[-1].notices
    assert (closed.kind, closed.area) == (NoticeKind.CLOSED, "Sheppey")


def test_mails_that_wait_go_before_later_ones_that_have_the_new_name(store: Store) -> None:
    bring(store, before(), NOW, of_area("Swale", 20))
    take_in(store, list(of_area("Swale", 35, start=1)), now=NOW + HOUR)
    with store.writing() as connection:
        judge(connection, before(), NOW + HOUR)
    take_in(store, list(of_area("Sheppey", 12, start=2)), now=NOW + DAY)
    with store.writing() as connection:
        judge(connection, after(), NOW + DAY)

    with store.reading() as connection:
        recovery, breach = outbox_entries(connection)
        waits = waits_for(connection, [recovery.id])

    assert waits == {recovery.id: (breach.id,)}
    deliver(store)


def test_a_link_in_a_mail_from_before_the_rename_is_still_about_its_breach(store: Store) -> None:
    bring(store, before(), NOW, of_area("Swale", 20, 35))
    run(store, after(), NOW + DAY)
    desk = AnswerDesk(store, after, (b"key",), ZoneInfo("Europe/London"), lambda: NOW + 2 * DAY)
    claim = AckClaim(RULE.id, "Swale", 1, "alex", Level.WARNING, NOW + HOUR + LINK_LASTS)

    answer = desk.acknowledge(claim, seen=Level.WARNING, weeks=2, comment="")

    assert answer is not None
    assert answer.done
    with store.reading() as connection:
        assert [each.area for each in acknowledgements_of(connection, RULE.id, "Sheppey")] == ["Sheppey"]
