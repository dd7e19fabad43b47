"""docs/test-rules.md: its example passes, and it names every key, symbol and reason that there is."""

import re

import pytest

from monitor.core.notifications import TellReason
from monitor.rule_tests import keys
from monitor.rule_tests.notation import run_of
from monitor.rule_tests.who import in_words
from tests.support.repository import ROOT
from tests.support.rule_benches import Bench

GUIDE = (ROOT / "docs" / "test-rules.md").read_text(encoding="utf-8")


def test_the_first_test_passes_with_the_first_rule(bench: Bench) -> None:
    rules = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    first = re.search(r"^```yaml\n(indicators:\n  visits_in_time:.*?)^```", rules, re.MULTILINE | re.DOTALL)
    route = re.search(r"^```yaml route of the first rule\n(.*?)^```", rules, re.MULTILINE | re.DOTALL)
    example = re.search(r"^```yaml test\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    assert first is not None
    assert route is not None
    assert example is not None
    (bench.rules / "cases.yaml").write_text(first[1] + route[1], encoding="utf-8")

    assert bench.differences(example[1]) == []


def test_every_key_is_explained() -> None:
    known = {
        *(*keys.FILE_KEYS, *keys.TEST_KEYS, *keys.ABOUT_KEYS, *keys.FIGURES_KEYS, *keys.REVISE_KEYS),
        *(*keys.EXPECT_KEYS, *keys.RATING_KEYS, *keys.ALERT_KEYS, *keys.TOLD_KEYS, *keys.NOT_TOLD_KEYS),
    }
    words = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`\n]+)`", GUIDE))))

    assert known <= words


@pytest.mark.parametrize("reason", TellReason)
def test_every_reason_is_listed(reason: TellReason) -> None:
    assert f"`{in_words(reason)}`" in GUIDE


def test_every_notation_of_the_guide_is_understood() -> None:
    table = GUIDE[GUIDE.index("| written | means |") : GUIDE.index("`values: [10, 30]`")]
    rows = [row.split("|")[1] for row in table.splitlines()[2:] if row.startswith("|")]
    written = [cell.strip('"') for row in rows for cell in re.findall(r"`([^`]+)`", row)]

    assert len(written) > 12
    assert [word for word in written if run_of(word) is None] == []
