"""A plan says what the daemon then does, and does none of it itself."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import copytree

import pytest
from sqlalchemy import func, select

from monitor.cli.plan_view import later_lines, retimed_lines
from monitor.core.alerts import TransitionReason
from monitor.core.judgements import RagRating
from monitor.core.notifications import Decision, TellReason
from monitor.core.observations import Observation
from monitor.core.rulebook import AlertRule, Escalation, Level, Route, RouteMatch, RouteTarget
from monitor.core.windows import AT_ONCE, OFFICE_HOURS, Reminders
from monitor.cycle import run_cycle
from monitor.planning import Course, Plan, plan
from monitor.settings import Settings
from monitor.shipped_files import shipped_config_dir, shipped_rules_dir
from monitor.store.alerts import transitions_of_cycle
from monitor.store.copies import copy_of
from monitor.store.decisions import decisions_of_cycle
from monitor.store.outbox import outbox_entries
from monitor.store.store import Store
from monitor.store.tables import metadata
from monitor.world import World, load_world
from tests.support.days import DISTRICTS, LONDON, MEASURE, ROUTES, take_in, world
from tests.support.rules import HERE, bands, dated, figure, month, monthly, rule, thresholds

NOW = datetime(2013, 11, 5, 9, 0, tzinfo=UTC)
RULE = rule({"warning": "value > 30", "critical": "value > 40"}, scope=DISTRICTS)
OLD = world(RULE)
FIGURES = (
    *monthly("35", "46", "38", area="Swale"),
    *monthly("10", "28", "29", area="Thanet"),
    *monthly("46", "46", "10", area="Canterbury"),
)


def judge(store: Store, by: World, figures: Sequence[Observation] = FIGURES) -> None:
    take_in(store, figures, now=NOW)
    run_cycle(store, by, now=NOW, zone=LONDON, domain="limen.example")


def planned(store: Store, new: World, old: World = OLD, now: datetime = NOW) -> Plan:
    return plan(store, old, new, now=now, zone=LONDON, domain="plan.invalid")


def row_counts(store: Store) -> dict[str, int]:
    with store.reading() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
        }


def altered(**changes: object) -> AlertRule:
    return replace(RULE, **changes)  # type: ignore[arg-type]  # each case names a field of the rule


EDITS = {
    "lower limit": world(altered(thresholds=thresholds({"warning": "value > 25", "critical": "value > 36"}))),
    "higher limit": world(altered(thresholds=thresholds({"warning": "value > 50"}))),
    "longer wait": world(altered(thresholds=thresholds({"warning": "value > 28"}, periods=3))),
    "one district": world(altered(overrides={"Thanet": thresholds({"critical": "value > 28"})})),
    "removed": world(),
    "added": world(RULE, replace(RULE, id="another", title="Another")),
    "begins later": world(altered(start=month(2))),
    "fewer areas": world(altered(scope=replace(DISTRICTS, names=frozenset({"Thanet"}), types=frozenset()))),
    "title": world(altered(title="Another title")),
}


@pytest.mark.parametrize("edit", EDITS)
def test_what_is_planned_is_what_then_happens(store: Store, edit: str) -> None:
    judge(store, OLD)
    found = planned(store, EDITS[edit])

    outcome = run_cycle(store, EDITS[edit], now=NOW, zone=LONDON, domain="limen.example")
    with store.reading() as connection:
        steps: tuple[object, ...] = ()
        decided: tuple[Decision, ...] = ()
        mails: list[object] = []
        if outcome.cycle_id is not None:
            steps = transitions_of_cycle(connection, outcome.cycle_id)
            recorded = decisions_of_cycle(connection, outcome.cycle_id)
            decided = tuple(each.decision for each in recorded)
            numbers = {each.outbox_id for each in recorded if each.outbox_id}
            mails = [entry.notification for entry in reversed(outbox_entries(connection, ids=numbers))]

    assert Counter(step for change in found.alerts for step in change.steps) == Counter(steps)
    assert Counter(found.decisions) == Counter(decided)
    assert [mail.notification for mail in found.mails] == mails


@pytest.mark.parametrize(
    ("edit", "courses"),
    [
        ("lower limit", {("Swale", Course.WORSENS), ("Thanet", Course.STARTS)}),
        ("higher limit", {("Swale", Course.ENDS)}),
        ("longer wait", {("Thanet", Course.BECOMES_PENDING)}),
        ("one district", {("Thanet", Course.STARTS)}),
        ("removed", {("Swale", Course.ENDS)}),
        ("added", {("Swale", Course.STARTS), ("Canterbury", Course.COMES_AND_GOES)}),
        ("begins later", set()),
        ("fewer areas", {("Swale", Course.ENDS)}),
        ("title", set()),
    ],
)
def test_each_edit_has_its_consequences(store: Store, edit: str, courses: set[tuple[str, Course]]) -> None:
    judge(store, OLD)
    found = planned(store, EDITS[edit])

    assert {(change.after.area, change.course) for change in found.noteworthy} == courses
    assert found.changes_anything is bool(courses)
    assert [difference.id for difference in found.rules] == ["another" if edit == "added" else "the-rule"]


def test_a_plan_writes_nothing(store: Store) -> None:
    judge(store, OLD)
    before = row_counts(store)

    planned(store, EDITS["lower limit"])

    assert row_counts(store) == before


def test_others_write_while_a_copy_is_worked_on(store: Store) -> None:
    judge(store, OLD)
    with copy_of(store) as copy:
        with copy.writing():
            take_in(store, monthly("35", "46", "38", "50", area="Swale"), now=NOW + timedelta(hours=1))
        assert row_counts(copy)["observations"] == len(FIGURES)
    assert row_counts(store)["observations"] == len(FIGURES) + 1


def test_what_is_due_without_the_edit_is_not_taken_for_its_doing(store: Store) -> None:
    """Figures that no cycle has seen yet fire an alert by the old rules too."""
    judge(store, OLD, FIGURES[:1])
    take_in(store, FIGURES, now=NOW + timedelta(minutes=1))

    assert planned(store, world(altered(title="Another title"))).alerts == ()


def test_it_is_said_when_other_rules_judged_last(store: Store) -> None:
    judge(store, OLD)

    assert not planned(store, EDITS["removed"]).rebased
    assert planned(store, OLD, old=EDITS["lower limit"]).rebased


def test_an_empty_store_has_a_plan_too(store: Store) -> None:
    found = planned(store, EDITS["lower limit"])

    assert (found.alerts, found.mails, found.ratings, found.rebased) == ((), (), (), False)


def test_nobody_is_told_of_what_only_becomes_pending_and_the_plan_says_so(store: Store) -> None:
    judge(store, OLD)
    found = planned(store, EDITS["longer wait"])

    pending = [made for made in found.untold if made.area == "Thanet"]
    assert [made.reason for made in pending] == [TellReason.PENDING]
    assert not any(("the-rule", "Thanet") in mail.tells_of for mail in found.mails)


def test_ratings_change_where_a_band_does_also_where_no_alert_watches(store: Store) -> None:
    old = replace(MEASURE, rag=(dated(bands("value <= 30", "value <= 40")),))
    new = replace(MEASURE, rag=(dated(bands("value <= 30", "value <= 37")),))
    judge(store, world(measure=old))
    found = planned(store, world(measure=new), old=world(measure=old))

    assert [(each.area, each.period_end, each.latest, each.figures) for each in found.ratings] == [
        ("Swale", month(2), True, 1)
    ]
    (change,) = found.ratings
    assert change.old is not None
    assert change.new is not None
    assert (change.old.rag, change.new.rag) == (RagRating.AMBER, RagRating.RED)
    assert not change.protected
    assert (found.alerts, found.mails) == ((), ())
    assert found.changes_anything


def test_a_figure_that_must_not_be_shown_is_marked(store: Store) -> None:
    old = replace(MEASURE, rag=(dated(bands("value <= 4")),))
    new = replace(MEASURE, rag=(dated(bands("value <= 2")),))
    judge(
        store, world(measure=old), [figure(month(0), "3", area="Swale"), figure(month(0), "4", area="Thanet")]
    )

    found = planned(store, world(measure=new), old=world(measure=old))

    assert [(each.area, each.protected) for each in found.ratings] == [("Swale", True), ("Thanet", True)]


def test_another_route_says_whom_the_next_news_would_reach(store: Store) -> None:
    judge(store, OLD)
    only_the_director = Route("all", RouteMatch(), (RouteTarget("director", None, HERE),), HERE)
    found = planned(store, world(RULE, routes=(only_the_director,)))

    assert found.mails == ()
    assert [
        (each.area, [p.id for p in each.added], [p.id for p in each.removed]) for each in found.reach
    ] == [("Swale", ["dee"], ["alex"])]
    assert {(each.kind, each.id, each.edit.value) for each in found.rules} == {
        ("route", "all", "added"),
        *(("route", route.id, "removed") for route in ROUTES),
    }


@pytest.fixture(scope="module")
def shipped() -> World:
    return _loaded(shipped_rules_dir())


@pytest.fixture(scope="module")
def lowered(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The shipped rules with one limit of Swale's lowered."""
    folder = tmp_path_factory.mktemp("lowered") / "rules"
    copytree(shipped_rules_dir(), folder)
    file = folder / "assessments.yaml"
    text = file.read_text()
    before = "levels: {warning: value > 35, critical: value > 40}\n        recover: value <= 32"
    assert text.count(before) >= 1
    after = "levels: {warning: value > 25, critical: value > 28}\n        recover: value <= 22"
    file.write_text(text.replace(before, after, 1))
    return _loaded(folder)


def _loaded(rules: Path) -> World:
    loaded = load_world(Settings(rules_dir=rules, config_dir=shipped_config_dir()))
    assert loaded.world is not None, loaded.text
    return loaded.world


def _core_assessments(area: str, *values: str) -> list[Observation]:
    ends = (date(2013, 9, 30), date(2013, 10, 31))
    return [
        replace(figure(end, value, area=area), indicator="core_assessments_out_of_timescale")
        for end, value in zip(ends, values, strict=True)
    ]


def test_lowering_swales_limit_names_swales_alert_and_its_people_and_nobody_else(
    store: Store, shipped: World, lowered: World
) -> None:
    """Every district stands at 17 to 19 or fires already; Swale at 30, below its old limits."""
    districts = [area.name for area in shipped.areas if area.type == "district"]
    figures = [
        *_core_assessments("Swale", "30", "30"),
        *_core_assessments("Thanet", "46", "46"),
        *_core_assessments("Kent", "99", "99"),
    ]
    for area in districts:
        if area not in ("Swale", "Thanet"):
            figures += _core_assessments(area, "17", "19")
    judge(store, shipped, figures)

    found = planned(store, lowered, old=shipped)

    (change,) = found.alerts
    assert (change.after.rule, change.after.area, change.course, change.after.level) == (
        "district-core-assessments-out-of-timescale",
        "Swale",
        Course.STARTS,
        Level.CRITICAL,
    )
    assert [step.reason for step in change.steps] == [TransitionReason.RULE_CHANGED]
    managers, _ = shipped.directory.holders("district manager", "Swale", NOW.date(), shipped.areas)
    assert managers
    assert {mail.recipient for mail in found.mails} == set(managers)
    assert {mail.subject for mail in found.mails} == {
        "Swale: core assessments out of timescale 30, limit 28 — red"
    }
    assert (found.untold, found.ratings, found.reach) == ((), (), ())
    (edited,) = found.rules
    assert [(part.part, part.old, part.new) for part in edited.parts] == [
        ("Swale: warning", "value > 35", "value > 25"),
        ("Swale: critical", "value > 40", "value > 28"),
        ("Swale: recover", "value <= 32", "value <= 22"),
    ]


def timed(**how: object) -> World:
    """The rules with their routes' times changed."""
    return world(RULE, routes=tuple(replace(route, **how) for route in ROUTES))  # type: ignore[arg-type]


def test_a_route_that_keeps_office_hours_shows_that_news_of_saturday_waits(store: Store) -> None:
    judge(store, OLD)
    found = planned(store, timed(timing=OFFICE_HOURS))  # on a Tuesday morning, when the window is open

    assert found.changes_anything
    assert not found.mails
    (each,) = found.retimed
    assert (each.rule, each.area, each.person.id) == (RULE.id, "Swale", "alex")  # Sam holds the role no more
    assert each.known_at == datetime(2013, 11, 9, 22, tzinfo=UTC)
    assert (each.old.told, each.new.told) == (each.known_at, datetime(2013, 11, 11, 8, tzinfo=UTC))
    assert each.new.held_for is TellReason.WINDOW
    line = retimed_lines(found, LONDON)[0]
    assert line.endswith("Swale would be told Mon 11 Nov 2013 08:00, not at once")


def test_reminders_and_escalations_that_an_edit_adds_are_shown(store: Store) -> None:
    judge(store, OLD)
    steps = (Escalation(5, (RouteTarget(None, "kim", HERE),), HERE),)
    found = planned(store, timed(reminders=Reminders(after=2), escalations=steps))

    each = found.retimed[0]
    assert each.known_at == NOW
    assert (each.old.reminded, each.new.reminded) == (None, NOW + timedelta(days=2))
    line = retimed_lines(found, LONDON)[0]
    assert "be reminded Thu 7 Nov 2013 09:00" in line
    assert "have it passed on Tue 12 Nov 2013 09:00 to Kim Thanet" in line


def test_news_that_an_edit_makes_but_that_is_held_is_told_later_and_to_whom(store: Store) -> None:
    judge(store, OLD)
    evening = datetime(2013, 11, 8, 19, 0, tzinfo=UTC)
    lower = replace(RULE, thresholds=thresholds({"warning": "value > 25", "critical": "value > 36"}))
    routes = tuple(replace(route, timing=OFFICE_HOURS) for route in ROUTES)
    found = planned(store, world(lower, routes=routes), now=evening)

    assert not found.mails
    assert not found.untold
    assert {made.area for made in found.told_later} == {"Swale", "Thanet"}
    line = later_lines(found.told_later, LONDON)[0]
    assert "would reach Alex Swale at Mon 11 Nov 2013 08:00, not at once" in line
    assert "it is held until the window opens (route “" in line


def test_the_same_times_written_elsewhere_are_no_change(store: Store) -> None:
    judge(store, OLD)
    assert planned(store, timed(timing=AT_ONCE)).retimed == ()
