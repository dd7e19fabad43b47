"""Prometheus' published cases for pending, firing and resolved, run by limen and by promtool side by side.

Both are given the same figures and the same state for each evaluation, from one table; both must agree. A
limen rule counts figures (`for: 6 periods`) where Prometheus counts time (`for: 5m` at one evaluation a
minute): the breach's first figure makes the alert pending, the one after `for` makes it fire. A day stands
for each of promtool's intervals, so that no sample outlives its five minutes of look-back.

Sources (Apache License 2.0; figures and expected states only): Prometheus, cmd/promtool/testdata/
unittest.yml, failing.yml and rules.yml; rules/manager_test.go (TestAlertingRule, TestForStateRestore) and
rules/alerting_test.go (TestKeepFiringFor, TestPendingAndKeepFiringFor); the example of the documentation
page "Unit testing for rules".
"""

import subprocess
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

import pytest

from monitor.core.periods import Frequency
from monitor.rule_tests.occasions import period_ends
from tests.support.components import require_program
from tests.support.rule_benches import bench

FIRST = date(2010, 1, 31)

RULES = """\
indicators:
  up:
    title: What is watched
    theme: a test
    definition: A number.
    unit: things
    decimals: 0
    basis: snapshot
    frequency: monthly
    polarity: none
    source: a test
alerts:
  watched:
    title: The alert
    indicator: up
    areas: district
    levels: {{critical: value {condition}}}
    for: {periods} periods
    action: Look.
    reference: a test
routes:
  everyone: {{to: {{person: ada}}}}
"""


@dataclass(frozen=True)
class Case:
    """``states``: of each evaluation in turn, p(ending), F(iring) or - for neither; F*25 is twenty-five."""

    name: str
    condition: str
    periods: int
    values: str
    states: str

    def expanded(self) -> list[str]:
        found: list[str] = []
        for word in self.states.split():
            state, _, times = word.partition("*")
            found += [state] * int(times or 1)
        return found


SAME = [
    Case("unittest.yml: an instance that is down for five minutes", "== 0", 6, "0+0x30", "p*5 F*26"),
    Case("documentation: InstanceDown, fifteen times 0", "== 0", 6, " ".join(["0"] * 15), "p*5 F*10"),
    Case("failing.yml: InstanceDown fires at 5m", "== 0", 6, "0x10", "p*5 F*6"),
    Case("rules.yml: without for it fires at once", "== 0", 1, "0 0 1 0", "F F - F"),
    Case("TestAlertingRule, instance 0", "< 100", 2, "75 85 95 105 105 95 85", "p F F - - p F"),
    Case("TestAlertingRule, instance 1", "< 100", 2, "80 90 100 110 120 130 140", "p F -*5"),
    Case(
        "TestForStateRestore's figures", "< 100", 6, "75 85 50 0 0 25 0 0 40 0 120", "p*5 F*5 -"
    ),  # for 25m, evaluated every 5m
    Case("TestKeepFiringFor's figures", "> 50", 2, "75 85 70 70 10x5", "p F F F -*6"),
    Case("TestPendingAndKeepFiringFor: pending that never fired", "> 50", 2, "75 10x10", "p -*11"),
    Case("a breach that begins anew counts anew", "> 50", 3, "60 60 40 60 60 60 40", "p p - p p F -"),
    Case("rising figures in promtool's notation", "> 104", 3, "100+2x6 100-2x3", "-*3 p p F F -*4"),
]

MISSING = [
    Case("a gap while pending", "> 50", 3, "60 60 _ 60 60", "p p p F F"),
    Case("gaps while firing", "> 50", 2, "60 60 _x2 60 40", "p F F F F -"),
    Case("a gap at the end", "> 50", 2, "60 60 _", "p F F"),
]
IN_PROMETHEUS = {
    "a gap while pending": "p p - p p",
    "gaps while firing": "p F - - p -",
    "a gap at the end": "p F -",
}


@pytest.mark.parametrize("case", SAME, ids=lambda case: case.name)
def test_limen_and_promtool_give_the_same_states(case: Case, tmp_path: Path) -> None:
    promtool = require_program("promtool", "prometheus")

    assert _in_limen(case, case.expanded(), tmp_path) == []
    assert _in_promtool(promtool, case, case.expanded(), tmp_path).returncode == 0


@pytest.mark.parametrize("case", SAME, ids=lambda case: case.name)
def test_both_notice_a_state_that_is_not_so(case: Case, tmp_path: Path) -> None:
    promtool = require_program("promtool", "prometheus")
    wrong = [*case.expanded()[:-1], "p" if case.expanded()[-1] != "p" else "F"]

    assert len(_in_limen(case, wrong, tmp_path)) >= 1
    assert _in_promtool(promtool, case, wrong, tmp_path).returncode == 1


@pytest.mark.parametrize("case", MISSING, ids=lambda case: case.name)
def test_a_missing_figure_is_no_recovery_in_limen_and_one_in_prometheus(case: Case, tmp_path: Path) -> None:
    promtool = require_program("promtool", "prometheus")
    theirs = IN_PROMETHEUS[case.name].split()

    assert _in_limen(case, case.expanded(), tmp_path) == []
    assert _in_promtool(promtool, case, case.expanded(), tmp_path).returncode == 1
    assert _in_promtool(promtool, case, theirs, tmp_path).returncode == 0


def test_a_stale_marker_is_refused_with_what_to_write_instead(tmp_path: Path) -> None:
    made = bench(tmp_path, RULES.format(condition="> 50", periods=1))

    outcome = made.run(
        "tests:\n"
        "  - name: stale\n"
        "    figures: [{indicator: up, area: Swale, from: 2010-01-31, values: 60 stale}]\n"
        "    expect: [{at: 2010-02-28, alerts: []}]\n"
    )

    assert [(each.code, "write _" in each.hint) for each in outcome.problems] == [("LIM901", True)]


def _in_limen(case: Case, states: list[str], folder: Path) -> list[str]:
    """What differs from these states in limen, one expectation an evaluation."""
    place = folder / f"limen{len(list(folder.iterdir()))}"
    made = bench(place, RULES.format(condition=case.condition, periods=case.periods))
    words = {"p": "[{state: pending}]", "F": "[{state: firing}]", "-": "[]"}
    days = islice(period_ends(FIRST, Frequency.MONTHLY), len(states))
    lines = [
        "tests:",
        "  - name: case",
        "    about: {alert: watched, area: Swale}",
        f"    figures: [{{from: {FIRST}, values: {case.values}}}]",
        "    expect:",
        *(f"      - {{at: {day}, alerts: {words[state]}}}" for day, state in zip(days, states, strict=True)),
    ]
    return made.differences("\n".join(lines) + "\n")


def _in_promtool(
    promtool: str, case: Case, states: list[str], folder: Path
) -> subprocess.CompletedProcess[str]:
    """Prometheus' own verdict on these states."""
    rules = (
        f"groups: [{{name: g, rules: [{{alert: Watched, expr: 'up{{area=\"Swale\"}} {case.condition}', "
        f"for: {case.periods - 1}d}}]}}]\n"
    )
    expected = {"p": "pending", "F": "firing"}
    samples = [
        f"""\
      - expr: ALERTS
        eval_time: {place}d
        exp_samples: {_sample(expected.get(state))}
"""
        for place, state in enumerate(states)
    ]
    (folder / "rules.yml").write_text(rules, encoding="utf-8")
    (folder / "test.yml").write_text(
        "rule_files: [rules.yml]\nevaluation_interval: 1d\ntests:\n  - interval: 1d\n    input_series:\n"
        f"      - {{series: 'up{{area=\"Swale\"}}', values: '{case.values}'}}\n    promql_expr_test:\n"
        + "".join(samples),
        encoding="utf-8",
    )
    return subprocess.run(
        [promtool, "test", "rules", "test.yml"], cwd=folder, capture_output=True, text=True, check=False
    )


def _sample(state: str | None) -> str:
    if state is None:
        return "[]"
    labels = f'ALERTS{{alertname="Watched", alertstate="{state}", area="Swale"}}'
    return f"[{{labels: '{labels}', value: 1}}]"
