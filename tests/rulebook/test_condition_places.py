"""A fault in a condition is shown where it stands, however the condition is written."""

import pytest

from monitor.rulebook.problems import ProblemLog
from monitor.rulebook.yaml_nodes import Mapping, Scalar, read_document
from tests.support.rule_texts import alert, expected, found, indicator, rule_file

ROWS = [
    ("plain", "LIM310", "levels: {warning: value > «targte»}"),
    ("plain in a block", "LIM310", "levels:\n  warning: value > «targte»"),
    ("in single quotation marks", "LIM310", "levels:\n  warning: 'value > «targte»'"),
    ("in double quotation marks", "LIM310", 'levels:\n  warning: "value > «targte»"'),
    ("behind escapes", "LIM310", 'levels:\n  warning: "\\x76alue\\u0020> «targte»"'),
    ("on the second line of a plain one", "LIM310", "levels:\n  warning: value >\n    «targte»"),
    ("on the second line of a folded one", "LIM310", "levels:\n  warning: >-\n    value >\n    «targte» + 1"),
    (
        "after an empty line of a folded one",
        "LIM310",
        "levels:\n  warning: >-\n    value > 1\n\n    and value > «targte»",
    ),
    (
        "on the second line of a literal one",
        "LIM310",
        "levels:\n  warning: |\n    value > 1 or\n    value > «targte»",
    ),
    (
        "in a folded one with a stated indentation",
        "LIM310",
        "levels:\n  warning: >2-\n    value >\n    «targte»",
    ),
    ("on the second line of a quoted one", "LIM310", 'levels:\n  warning: "value >\n    «targte»"'),
    ("after an escaped line end", "LIM310", 'levels:\n  warning: "value > \\\n    «targte»"'),
    ("a foreign spelling", "LIM302", "levels: {warning: value «=» 85}"),
    ("other units", "LIM313", "levels: {warning: value > «numerator»}"),
    ("at the end of an unfinished one", "LIM301", "levels: {warning: value >« »}"),
]


@pytest.mark.parametrize(("code", "changes"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_fault_in_a_condition_is_shown_where_it_stands(code: str, changes: str) -> None:
    files, problems = expected(code, rule_file(alerts=alert(changes)))
    assert found(files) == problems


def test_a_name_that_no_band_can_use_is_reported() -> None:
    bands = "rag:\n  - {from: 2013-04-01, green: «rating» == green, reference: r}"
    files, problems = expected("LIM310", rule_file(indicator(bands)))
    assert found(files) == problems


@pytest.mark.parametrize(
    "written",
    [
        "plain words",
        "'it''s quoted'",
        '"tab \\t and \\u00e9 and \\\\"',
        "plain\n    on three\n\n    lines",
        '"quoted\n    on two, \\\n    joined"',
        ">-\n    folded\n    lines\n\n    and a paragraph\n      more indented",
        "|\n    literal\n    lines\n",
        "|+\n    kept\n\n\n",
        "'漢字 🙂 é'",
    ],
)
def test_every_character_of_a_text_is_found_again_in_the_file(written: str) -> None:
    content = f"key:\n  inner: {written}\n".encode()
    source, root = read_document("rules.yaml", content, ProblemLog())
    assert source is not None
    assert isinstance(root, Mapping)
    inner = root.entries[0][1]
    assert isinstance(inner, Mapping)
    node = inner.entries[0][1]
    assert isinstance(node, Scalar)
    lines = source.text.split("\n")
    previous = (0, 0)
    for offset, character in enumerate(node.text):
        position = node.span_of(offset, 1).position
        assert (position.line, position.column) >= previous
        previous = (position.line, position.column)
        line = lines[position.line - 1]
        there = line[position.column - 1 : position.column]
        if not character.isspace() and there != "\\":
            assert there == character
