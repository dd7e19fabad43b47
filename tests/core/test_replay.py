"""History in memory: episodes, days, retirements, and what is looked at."""

from dataclasses import replace
from datetime import date

import pytest

from monitor.core.alerts import AlertState, TransitionReason
from monitor.core.evaluation import evaluate
from monitor.core.replay import replay
from monitor.core.rulebook import Level, Retirement
from monitor.core.runs import BuiltVerdicts, Run
from tests.support.days import DISTRICTS, MEASURE, replayed, world
from tests.support.rules import SWALE, figure, month, monthly, rule

RULE = rule({"warning": "value > 30", "critical": "value > 40"}, scope=DISTRICTS)
RULES = {RULE.id: RULE}
HISTORY = monthly("20", "35", "46", "10", "20", "46", area="Swale")


def test_each_breach_is_an_episode_with_its_days() -> None:
    found = replayed(world(RULE), HISTORY).episodes()

    assert [(each.number, each.began, each.ended, len(each.steps)) for each in found] == [
        (1, month(1), month(3), 3),
        (2, month(5), None, 1),
    ]
    assert [step.transition.to_level for step in found[0].steps] == [Level.WARNING, Level.CRITICAL, None]


def test_a_step_has_the_figure_that_caused_it() -> None:
    first = replayed(world(RULE), HISTORY).course[0]

    assert (first.on, first.verdict and first.verdict.observation_id) == (month(1), HISTORY[1].id)


def test_a_day_has_all_that_it_did_to_alerts() -> None:
    both = world(RULE, replace(RULE, id="the-other"))

    assert [(day.on, len(day.changes)) for day in replayed(both, HISTORY).days] == [
        (month(1), 2),
        (month(2), 2),
        (month(3), 2),
        (month(4), 2),  # what is over is quiet again
        (month(5), 2),
    ]


def test_it_is_narrowed_to_the_alerts_that_are_wanted() -> None:
    both = world(RULE, replace(RULE, id="the-other"))
    found = replayed(both, HISTORY).narrowed(lambda rule, area: (rule, area) == ("the-other", "Swale"))
    alone = replayed(world(replace(RULE, id="the-other")), HISTORY)

    assert (found.course, found.days, found.alerts) == (alone.course, alone.days, alone.alerts)


def test_what_came_before_the_start_is_followed_and_not_shown() -> None:
    found = replayed(world(RULE), HISTORY, start=month(2))
    whole = replayed(world(RULE), HISTORY)

    assert found.steps == tuple(step for step in whole.course if step.on >= month(2))
    assert found.alerts == whole.alerts
    assert [(each.number, each.began) for each in found.episodes()] == [(1, month(1)), (2, month(5))]


def test_a_breach_that_was_over_before_the_start_is_not_shown() -> None:
    found = replayed(world(RULE), HISTORY, start=month(4))

    assert [each.number for each in found.episodes()] == [2]


def test_figures_after_the_end_are_left_out() -> None:
    found = replayed(world(RULE), HISTORY, until=month(2))

    assert found.course == replayed(world(RULE), HISTORY[:3]).course
    assert found.alerts["the-rule", "Swale"].state is AlertState.FIRING


@pytest.mark.parametrize(
    ("until", "closed"),
    [
        (date(2012, 7, 15), True),
        (date(2012, 7, 14), False),
        (month(2), False),
        (None, True),
    ],
)
def test_a_retired_rule_is_closed_on_its_day_and_no_later_figure_counts(
    until: date | None, closed: bool
) -> None:
    retired = replace(RULE, retirement=Retirement(date(2012, 7, 15), None))
    found = replayed(world(retired), HISTORY, until=until)
    last = found.course[-1]

    assert (last.transition.reason is TransitionReason.RETIRED) is closed
    if closed:
        assert (last.on, last.verdict) == (date(2012, 7, 15), None)


def test_a_rule_retired_after_the_last_figure_is_not_closed_yet() -> None:
    retired = replace(RULE, retirement=Retirement(date(2030, 1, 1), None))

    assert replayed(world(retired), HISTORY).alerts["the-rule", "Swale"].state is AlertState.FIRING


def test_a_rule_that_begins_later_does_not_see_what_was_before() -> None:
    later = replace(RULE, start=month(4))
    found = replayed(world(later), HISTORY)

    assert [(step.on, step.transition.episode) for step in found.course] == [(month(5), 1)]


def test_without_figures_nothing_happens() -> None:
    found = replayed(world(RULE), [])

    assert (found.course, found.days, found.alerts) == ((), (), {})


def test_an_alert_at_rest_is_judged_to_its_last_figure() -> None:
    found = replayed(world(RULE), monthly("20", "20", None, area="Swale"))

    assert found.alerts["the-rule", "Swale"].judged_to == month(2)
    assert str(found.alerts["the-rule", "Swale"].health) == "no data"


def test_results_built_one_by_one_are_those_built_at_once() -> None:
    series = {SWALE: HISTORY}
    lazy, eager = evaluate(MEASURE, [RULE], series, lazily=True), evaluate(MEASURE, [RULE], series)

    assert lazy.evaluations == eager.evaluations
    assert lazy.evaluations[-1] == eager.evaluations[-1]
    assert lazy.evaluations[1:3] == eager.evaluations[1:3]
    assert lazy.rule_evaluations == eager.rule_evaluations
    assert replay(RULES, [lazy]) == replay(RULES, [eager])


def test_where_nothing_happens_nothing_is_looked_at() -> None:
    quiet = monthly(*["20"] * 50, "46", *["20"] * 50, area="Swale")
    judged = evaluate(MEASURE, [RULE], {SWALE: quiet}, lazily=True)
    verdicts = judged.rule_evaluations["the-rule", "Swale"]
    assert isinstance(verdicts, BuiltVerdicts)

    replay(RULES, [judged])

    assert [place for place, each in enumerate(verdicts._items) if each is not None] == [50, 51, 52, 100]


def test_a_run_knows_where_levels_hold() -> None:
    judged = evaluate(MEASURE, [RULE], {SWALE: HISTORY}, lazily=True)
    for verdicts in (
        judged.rule_evaluations["the-rule", "Swale"],
        tuple(judged.rule_evaluations["the-rule", "Swale"]),
    ):
        run = Run.of(verdicts)
        assert list(run.breaches) == [1, 2, 5]
        assert list(run.period_ends) == [each.period_end for each in HISTORY]
        assert [run.next_breach(place) for place in range(7)] == [1, 1, 2, 5, 5, 5, 6]


def test_only_the_wanted_end_of_a_series_is_judged_lazily_too() -> None:
    judged = evaluate(MEASURE, [RULE], {SWALE: HISTORY}, since={"Swale": month(2)}, lazily=True)

    assert [each.period_end for each in judged.evaluations] == [month(2), month(3), month(4), month(5)]
    assert list(Run.of(judged.rule_evaluations["the-rule", "Swale"]).breaches) == [0, 3]


def test_a_month_without_a_figure_is_passed_over() -> None:
    gap = [figure(month(0), "46", area="Swale"), figure(month(3), "46", area="Swale")]

    assert [step.on for step in replayed(world(RULE), gap).course] == [month(0)]


def test_the_stays_of_an_alert_follow_each_other() -> None:
    lasting = replace(rule({"warning": "value > 30", "critical": "value > 40"}, periods=2), scope=DISTRICTS)
    stays = replayed(world(lasting), HISTORY).stays()["the-rule", "Swale"]

    assert [(str(each.state), each.level, each.began, each.ended) for each in stays] == [
        ("pending", Level.WARNING, month(1), month(2)),
        ("firing", Level.CRITICAL, month(2), month(3)),
        ("pending", Level.CRITICAL, month(5), None),
    ]
