"""docs/test-rules.md: its example passes, and it names every key, symbol and reason that there is."""

import re

import pytest

from monitor.core.notifications import NoticeKind, TellReason
from monitor.rule_tests import keys
from monitor.rule_tests.keys import in_words
from monitor.rule_tests.notation import run_of
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
        *(*keys.EVENT_KEYS, *keys.ACKNOWLEDGE_KEYS, *keys.WITHDRAW_KEYS, *keys.SILENCE_KEYS),
        *keys.END_SILENCE_KEYS,
    }
    words = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`\n]+)`", GUIDE))))

    assert known <= words


@pytest.mark.parametrize("reason", TellReason)
def test_every_reason_is_listed(reason: TellReason) -> None:
    assert f"`{in_words(reason)}`" in GUIDE


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_of_news_is_listed(kind: NoticeKind) -> None:
    table = GUIDE[GUIDE.index("| `kind` |") : GUIDE.index("Leave a key out")]

    assert f"`{kind}`" in table


def test_the_whole_story_is_the_one_that_is_tested() -> None:
    files = ROOT / "tests" / "rule_tests" / "data" / "christmas" / "rules"
    rules = (files / "visits.yaml").read_text(encoding="utf-8")
    blocks = dict(re.findall(r"^```yaml ([^\n]+)\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL))

    assert blocks["test of the story"] == (files / "tests" / "christmas.yaml").read_text(encoding="utf-8")
    assert rules.endswith(blocks["route of the story"])


def test_every_notation_of_the_guide_is_understood() -> None:
    table = GUIDE[GUIDE.index("| written | means |") : GUIDE.index("`values: [10, 30]`")]
    rows = [row.split("|")[1] for row in table.splitlines()[2:] if row.startswith("|")]
    written = [cell.strip('"') for row in rows for cell in re.findall(r"`([^`]+)`", row)]

    assert len(written) > 12
    assert [word for word in written if run_of(word) is None] == []
