"""How a problem is shown: place, code, message, what to do, the line and the carets."""

import pytest

from monitor.core.positions import Position
from monitor.rulebook.problems import (
    PROBLEMS,
    Problem,
    ProblemLog,
    Severity,
    Span,
    has_errors,
    render_problem,
    render_problems,
)


def problem(column: int, length: int = 1, message: str = "wrong") -> Problem:
    return Problem(Position("a.yaml", 3, column), length, "LIM102", Severity.ERROR, message, "mend it")


@pytest.mark.parametrize(
    ("line", "column", "length", "shown", "carets"),
    [
        ("title: x", 8, 1, "title: x", "       ^"),
        ("title: x", 1, 5, "title: x", "^^^^^"),
        ("title: x", 99, 4, "title: x", "        ^"),
        ("title: x", 7, 99, "title: x", "      ^^"),
        ("\ttitle: x", 2, 5, "        title: x", "        ^^^^^"),
        ("a\tb", 2, 1, "a       b", " ^^^^^^^"),
        ("漢字: x", 1, 2, "漢字: x", "^^^^"),
        ("漢字: x", 5, 1, "漢字: x", "      ^"),
        ("e\u0301t\u00e9: x", 7, 1, "e\u0301t\u00e9: x", "     ^"),
        ("🙂 x", 3, 1, "🙂 x", "   ^"),
        ("a\u202eb", 2, 1, "a�b", " ^"),
        ("x  ", 1, 1, "x", "^"),
    ],
)
def test_carets_stand_beneath_the_fault(line: str, column: int, length: int, shown: str, carets: str) -> None:
    heading, *rest = render_problem(problem(column, length), line).split("\n")
    assert heading == f"a.yaml:3:{column}: LIM102 wrong — mend it"
    assert rest == [f"    {shown}", f"    {carets}"]


def test_a_long_line_is_cut_around_the_fault() -> None:
    line = "x" * 500 + "FAULT" + "y" * 500
    _, shown, carets = render_problem(problem(501, 5), line).split("\n")
    assert len(shown) < 180
    assert shown[carets.index("^") : carets.rindex("^") + 1] == "FAULT"


def test_a_problem_of_a_file_that_has_no_text_is_shown_without_a_line() -> None:
    assert render_problems([problem(1)], {}) == "a.yaml:3:1: LIM102 wrong — mend it"
    assert render_problems([problem(1)], {"a.yaml": "one line"}) == "a.yaml:3:1: LIM102 wrong — mend it"


def test_no_message_breaks_its_line_or_hides_text() -> None:
    log = ProblemLog()
    log.note("LIM102", Span(Position("a.yaml", 1, 1)), "first\nsecond\u202e", "do\rthis")
    (noted,) = log.sorted()
    assert str(noted) == "a.yaml:1:1: LIM102 first second� — do this"


def test_a_fault_that_two_checks_come_upon_is_noted_once() -> None:
    log = ProblemLog()
    for _ in range(2):
        log.note("LIM109", Span(Position("a.yaml", 1, 1)), "empty")
    assert len(log) == 1
    assert not log.errors
    assert not has_errors(log.sorted())


def test_every_entry_of_the_table_is_complete() -> None:
    for code, entry in PROBLEMS.items():
        assert code.startswith("LIM")
        assert code[3:].isdecimal()
        assert entry.title
        assert entry.title == entry.title.rstrip(".")
        assert entry.explanation.endswith(".")
        assert entry.advice.endswith(".")
