"""What an analyst reads, whole: each golden/*.yaml beside the text that loading it prints.

After a change that is meant, write the texts anew with LIMEN_WRITE_GOLDEN=1 and read the difference.
"""

import os
from pathlib import Path

import pytest

from monitor.rulebook.problems import render_problems
from tests.support.rule_texts import directory, loaded

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("name", sorted(path.stem for path in GOLDEN.glob("*.yaml")))
def test_the_problems_of_a_file_read_as_they_should(name: str) -> None:
    content = (GOLDEN / f"{name}.yaml").read_bytes()
    outcome = loaded({f"{name}.yaml": content}, people=directory())
    text = render_problems(outcome.problems, outcome.sources) + "\n"
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("LIMEN_WRITE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_a_file_with_ten_faults_reports_ten() -> None:
    outcome = loaded({"ten-faults.yaml": (GOLDEN / "ten-faults.yaml").read_bytes()}, people=directory())
    assert len(outcome.problems) == 10
    assert len({problem.position.line for problem in outcome.problems}) == 10
