"""The tests that travel with the shipped rules: they pass, and reach every level, band, end and route."""
# ruff: noqa: E501 - an edit and what it is made to stand beside each other

import shutil
from pathlib import Path

import pytest

from monitor.rule_tests.suite import Outcome, run_suite
from monitor.shipped_files import shipped_config_dir, shipped_rules_dir
from tests.support.repository import ROOT
from tests.support.rule_benches import ZONE


def shipped(rules: Path, pattern: str | None = None) -> Outcome:
    return run_suite([rules / "tests"], config=shipped_config_dir(), here=ROOT, zone=ZONE, pattern=pattern)


@pytest.fixture(scope="module", name="outcome")
def _outcome() -> Outcome:
    return shipped(shipped_rules_dir())


def test_they_pass(outcome: Outcome) -> None:
    assert outcome.problems == ()
    assert [result.name for result in outcome.failed] == []
    assert len(outcome.results) > 25


def test_they_reach_everything(outcome: Outcome) -> None:
    (coverage,) = outcome.coverages.values()

    assert coverage.unreached == ()
    assert len(coverage.items) > 100


def test_those_of_england_pass_and_reach_everything() -> None:
    england = ROOT / "config/examples/england"

    outcome = run_suite([england / "rules" / "tests"], config=england, here=ROOT, zone=ZONE)

    assert (outcome.problems, outcome.failed) == ((), ())
    (coverage,) = outcome.coverages.values()
    assert coverage.unreached == ()
    assert len(coverage.items) > 40


@pytest.mark.parametrize(
    ("file", "said", "meant", "noticed"),
    [
        ("assessments.yaml", "{warning: value > 35, critical: value > 40}", "{warning: value > 36, critical: value > 40}", "Swale"),
        ("assessments.yaml", "recover: value <= 32", "recover: value <= 33", "Swale"),
        ("assessments.yaml", "upper: 120", "upper: 121", "county's initial"),
        ("assessments.yaml", "until: 2013-11-15, superseded_by: single-assessments-within", "until: 2013-11-16, superseded_by: single-assessments-within", "Initial assessments within"),
        ("child-protection.yaml", "amber: value <= 8\n", "amber: value <= 7.9\n", "94 of 1,172"),
        ("workforce.yaml", "      - from: 2013-04-01\n        green: value >= target\n", "      - from: 2014-04-01\n        green: value >= target\n", "amber band"),
        ("routes.yaml", "to: area director", "to: district manager", "An area's"),
        ("demand.yaml", "areas: [Swale, Thanet]\n        upper: 1400", "areas: [Swale, Thanet]\n        upper: 1300", "Swale and Thanet"),
    ],
)  # fmt: skip
def test_they_notice_an_edit(file: str, said: str, meant: str, noticed: str, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(shipped_rules_dir(), rules)
    text = (rules / file).read_text(encoding="utf-8")
    assert said in text
    (rules / file).write_text(text.replace(said, meant), encoding="utf-8")

    outcome = shipped(rules, noticed)

    assert outcome.refusals == {}, outcome.refusals
    assert outcome.failed
