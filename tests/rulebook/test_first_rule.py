"""The first rule and the first test of the guides, put word for word beside the shipped rules."""

import re
import shutil
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.directory.folders import check_folder
from monitor.rule_tests.suite import run_suite
from tests.support.repository import ROOT

CONFIG = ROOT / "config"
FIRST = "Late visits in Swale are told to its manager when they last"


def example(page: str, kind: str, place: str) -> str:
    """The example of that kind behind the words “Put this into” and the name of its file."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    found = re.search(
        rf"Put this into [^\n]*`{place}`.*?^```{kind}\n(.*?)^```", text, re.MULTILINE | re.DOTALL
    )
    assert found is not None
    return found[1]


def rules_with_both(folder: Path) -> Path:
    rules = folder / "rules"
    shutil.copytree(ROOT / "rules", rules)
    (rules / "visits.yaml").write_text(example("rules.md", "yaml", "rules/visits.yaml"), encoding="utf-8")
    (rules / "tests" / "visits.yaml").write_text(
        example("test-rules.md", "yaml test", "tests/visits.yaml"), encoding="utf-8"
    )
    return rules


def test_the_first_rule_fits_the_shipped_rules(tmp_path: Path) -> None:
    assert check_folder(rules_with_both(tmp_path), CONFIG) == []


def test_the_first_test_passes_with_the_shipped_rules(tmp_path: Path) -> None:
    rules = rules_with_both(tmp_path)
    outcome = run_suite(
        [rules / "tests"], config=CONFIG, here=tmp_path, zone=ZoneInfo("Europe/London"), pattern="visits"
    )
    assert (outcome.problems, outcome.refusals, outcome.failed) == ((), {}, ())
    assert FIRST in {result.name for result in outcome.results}
