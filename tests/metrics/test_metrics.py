"""What Prometheus is told, read by its own tools."""

import subprocess
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics_families
from prometheus_client.parser import text_fd_to_metric_families

from monitor.core.alerts import AlertState
from monitor.core.freshness import lateness_of
from monitor.core.judgements import DirectionOfTravel, RagRating, RuleHealth
from monitor.core.observations import Status
from monitor.core.plausibility import fault_of
from monitor.core.rulebook import Level, Rulebook
from monitor.core.waiting import NOTHING_WAITS
from monitor.metrics import Metrics
from tests.support.board import AREAS, NOON, RULEBOOK, a_figure, an_alert, full_metrics
from tests.support.components import require_program


def _samples(metrics: Metrics) -> dict[tuple[str, ...], float]:
    """(name, label values in the order of their names) -> value."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_fd_to_metric_families(StringIO(metrics.exposition().decode()))
        for sample in family.samples
    }


def test_promtool_has_no_complaint() -> None:
    promtool = require_program("promtool", "prometheus")
    exposition = full_metrics(RULEBOOK, AREAS).exposition()
    verdict = subprocess.run(
        [promtool, "check", "metrics"], input=exposition, capture_output=True, check=False
    )

    assert (verdict.returncode, verdict.stdout, verdict.stderr) == (0, b"", b"")
    assert b"_created" not in exposition


def test_both_formats_say_the_same() -> None:
    metrics = full_metrics(RULEBOOK, AREAS)
    openmetrics, content_type = metrics.negotiated("application/openmetrics-text;version=1.0.0,*/*;q=0.1")
    families = list(openmetrics_families(openmetrics.decode()))  # type: ignore[no-untyped-call]  # the parser has none

    assert content_type.startswith("application/openmetrics-text")
    found = {(s.name, tuple(sorted(s.labels.items()))): s.value for f in families for s in f.samples}
    plain = {
        (s.name, tuple(sorted(s.labels.items()))): s.value
        for f in text_fd_to_metric_families(StringIO(metrics.exposition().decode()))
        for s in f.samples
    }
    assert found == plain


@pytest.mark.parametrize(
    ("changes", "metric", "expected"),
    [
        ({"value": Decimal("8.0")}, "value", 8.0),
        ({"value": None}, "value", None),
        ({"target": None}, "target", None),
        ({"lower": None}, "lower_threshold", None),
        ({}, "upper_threshold", 40.0),
        ({"rag": RagRating.NOT_RATED}, "rating", 0),
        ({"rag": RagRating.GREEN}, "rating", 1),
        ({"rag": RagRating.AMBER}, "rating", 2),
        ({"rag": RagRating.RED}, "rating", 3),
        ({"rag": RagRating.NO_DATA}, "rating", None),
        ({"direction": DirectionOfTravel.UNKNOWN}, "direction", 0),
        ({"direction": DirectionOfTravel.IMPROVING}, "direction", 1),
        ({"direction": DirectionOfTravel.STEADY}, "direction", 2),
        ({"direction": DirectionOfTravel.WORSENING}, "direction", 3),
        ({"status": Status.PROVISIONAL}, "provisional", 1),
        ({"status": Status.VALIDATED}, "provisional", 0),
        ({"period_end": date(1970, 1, 3)}, "period_end_timestamp_seconds", 172800),
    ],
)
def test_a_figure_is_told_in_numbers_and_what_is_missing_is_left_out(
    changes: dict[str, Any], metric: str, expected: float | None
) -> None:
    metrics = Metrics("1")
    metrics.scoreboard.update([a_figure(**changes)], [], frozenset())

    assert _samples(metrics).get((f"limen_indicator_{metric}", "Kent", "cp_plans")) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"state": AlertState.INACTIVE, "level": None}, (0, 0, 0)),
        ({"state": AlertState.PENDING, "level": Level.INFO}, (1, 1, 0)),
        ({"state": AlertState.FIRING, "level": Level.WARNING, "health": RuleHealth.NO_DATA}, (2, 2, 1)),
        ({"state": AlertState.RESOLVED, "level": Level.CRITICAL, "health": RuleHealth.ERROR}, (3, 3, 2)),
    ],
)
def test_an_alerts_state_level_and_health_are_told_apart(
    changes: dict[str, object], expected: tuple[int, int, int]
) -> None:
    metrics = Metrics("1")
    metrics.rulebook_in_force(RULEBOOK, AREAS)
    metrics.scoreboard.update([], [an_alert("too-many", "Swale", **changes)], frozenset())
    samples = _samples(metrics)

    assert expected == tuple(
        samples[name, "Swale", "cp_plans", "too-many"]
        for name in ("limen_alert_state", "limen_alert_level", "limen_rule_health")
    )


def test_a_small_number_is_not_told_and_a_sister_that_would_give_it_away_neither() -> None:
    metrics = Metrics("1")
    areas = ("Kent", "Swale", "Thanet")
    metrics.scoreboard.update([a_figure(area=area) for area in areas], [], frozenset())
    later = a_figure(area="Swale", value=Decimal(3), period_end=date(2026, 10, 31))
    metrics.scoreboard.update([later], [], {("cp_plans", "Swale"), ("cp_plans", "Thanet")})
    samples = _samples(metrics)

    assert [samples["limen_indicator_protected", area, "cp_plans"] for area in areas] == [0, 1, 1]
    assert [("limen_indicator_value", area, "cp_plans") in samples for area in areas] == [True, False, False]


def test_a_figure_is_told_to_be_late_until_it_has_come_and_as_long_as_it_is_known() -> None:
    metrics = Metrics("1")
    metrics.rulebook_in_force(RULEBOOK, AREAS)
    late = [an_alert(lateness_of("cp_plans"), area, level=None) for area in ("Swale", "Thanet")]
    metrics.scoreboard.update([], late, frozenset())
    assert {key for key in _samples(metrics) if key[0] in ("limen_figures_late", "limen_alert_state")} == {
        ("limen_figures_late", "Swale", "cp_plans"),
        ("limen_figures_late", "Thanet", "cp_plans"),
    }

    come = replace(late[0], state=AlertState.RESOLVED, breach_since=None)
    metrics.scoreboard.update([], [come], frozenset())
    assert [each.area for each in metrics.scoreboard.late()] == ["Thanet"]
    assert ("limen_figures_late", "Swale", "cp_plans") not in _samples(metrics)

    metrics.rulebook_in_force(Rulebook({}, {}, (), "6a" * 32, None, {}), AREAS)
    assert metrics.scoreboard.late() == ()


def test_a_figure_is_told_to_be_doubtful_until_that_is_settled() -> None:
    metrics = Metrics("1")
    metrics.rulebook_in_force(RULEBOOK, AREAS)
    faults = [an_alert(fault_of("cp_plans"), area, level=None, streak=1) for area in ("Swale", "Thanet")]
    metrics.scoreboard.update([], faults, frozenset())
    assert {
        key for key in _samples(metrics) if key[0] in ("limen_figures_doubtful", "limen_alert_state")
    } == {
        ("limen_figures_doubtful", "Swale", "cp_plans"),
        ("limen_figures_doubtful", "Thanet", "cp_plans"),
    }

    settled = replace(faults[0], state=AlertState.RESOLVED, breach_since=None, streak=0)
    metrics.scoreboard.update([], [settled], frozenset())
    assert [each.area for each in metrics.scoreboard.doubtful()] == ["Thanet"]
    assert ("limen_figures_doubtful", "Swale", "cp_plans") not in _samples(metrics)

    metrics.rulebook_in_force(Rulebook({}, {}, (), "6a" * 32, None, {}), AREAS)
    assert metrics.scoreboard.doubtful() == ()


def test_an_older_figure_does_not_take_the_place_of_the_latest() -> None:
    metrics = Metrics("1")
    latest = a_figure()
    metrics.scoreboard.update([latest], [], frozenset())
    metrics.scoreboard.update([a_figure(period_end=date(2026, 6, 30), value=Decimal(1))], [], frozenset())

    assert [standing.evaluation for standing in metrics.scoreboard.standings()] == [latest]


def test_what_a_new_rulebook_does_not_know_is_told_no_more() -> None:
    metrics = full_metrics(RULEBOOK, AREAS)
    metrics.rulebook_in_force(Rulebook({}, {}, (), "6a" * 32, None, {}), AREAS)
    names = {key[0] for key in _samples(metrics)}

    assert not {name for name in names if name.startswith(("limen_indicator_", "limen_alert_state"))}
    assert _samples(metrics)["limen_rulebook_info", "6a" * 32, ""] == 1


def test_a_refused_rulebook_leaves_the_one_in_force_and_says_so() -> None:
    metrics = full_metrics(RULEBOOK, AREAS)
    metrics.rulebook_refused(3)
    samples = _samples(metrics)

    assert samples["limen_rulebook_info", RULEBOOK.version, "c0ffee"] == 1
    assert samples["limen_rulebook_last_reload_successful",] == 0
    assert samples["limen_rulebook_problems",] == 3
    assert samples["limen_rulebook_reloads_total", "refused"] == 1


def test_errors_of_templates_are_counted_and_named_until_they_are_mended() -> None:
    metrics = Metrics("1")
    assert _samples(metrics)["limen_template_problems",] == 0
    metrics.templates_judged(["a.j2:1:2: LIM753 no", "b.j2:3:4: LIM752 no"])
    assert _samples(metrics)["limen_template_problems",] == 2
    assert metrics.template_problems == ("a.j2:1:2: LIM753 no", "b.j2:3:4: LIM752 no")
    metrics.templates_judged([])
    assert _samples(metrics)["limen_template_problems",] == 0


def test_the_oldest_mail_ages_and_no_mail_has_no_age() -> None:
    metrics = Metrics("1")
    metrics.outbox_counted({"pending": 1}, NOON - timedelta(minutes=5), NOON)
    assert _samples(metrics)["limen_outbox_oldest_pending_age_seconds",] == 300
    metrics.outbox_counted({"pending": 0}, None, NOON)
    assert _samples(metrics)["limen_outbox_oldest_pending_age_seconds",] == 0


def test_what_comes_of_mails_is_counted_from_0_on_so_that_the_first_refusal_is_an_increase() -> None:
    metrics = Metrics("1")
    metrics.channels_known(["email"])
    assert _samples(metrics)["limen_deliveries_total", "email", "rejected"] == 0

    metrics.delivered("email", "rejected")
    metrics.delivered("pager", "deferred")

    found = _samples(metrics)
    assert found["limen_deliveries_total", "email", "rejected"] == 1
    assert found["limen_deliveries_total", "email", "delivered"] == 0
    assert found["limen_deliveries_total", "pager", "rejected"] == 0


def test_two_metrics_share_nothing() -> None:
    first, second = Metrics("1"), Metrics("2")
    first.job_failed("deliver")

    assert ("limen_job_failures_total", "deliver") not in _samples(second)


def test_what_is_held_is_counted_by_reason_and_grows_older_by_itself() -> None:
    metrics = full_metrics(RULEBOOK, AREAS)

    def value(name: str, *labels: str) -> float:
        return _samples(metrics)[(f"limen_{name}", *labels)]

    assert value("notifications_held", "window") == 2
    assert value("notifications_held", "storm") == 0
    assert value("oldest_held_seconds", "window") == 86_400
    assert value("oldest_held_seconds", "silenced") == 0
    assert value("follow_ups_overdue_seconds") == 60
    assert (value("decisions_total", "route"), value("decisions_total", "eased")) == (2, 0)
    assert value("reminders_total") == 1

    metrics.time_passed(NOON + timedelta(hours=1))
    assert value("oldest_held_seconds", "window") == 90_000
    assert value("follow_ups_overdue_seconds") == 3_660

    metrics.held(NOTHING_WAITS, NOON)
    assert value("notifications_held", "window") == 0
    assert value("oldest_held_seconds", "window") == 0
    assert value("follow_ups_overdue_seconds") == 0
    assert not metrics.scoreboard.held_news()
