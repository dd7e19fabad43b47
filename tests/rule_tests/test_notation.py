"""Figures as authors write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.observations import MICRO, Missing
from monitor.rule_tests.notation import MOST_FIGURES, Cell, read_cells, run_of
from monitor.rulebook.problems import ProblemLog
from monitor.rulebook.yaml_nodes import read_document


def read(text: str) -> tuple[list[Cell] | None, list[str]]:
    """The cells of a YAML value, and the problems in words."""
    log = ProblemLog()
    _, node = read_document("test.yaml", text.encode(), log)
    assert node is not None
    cells = read_cells(node, "values", log)
    found = None if cells is None else [each.cell for each in cells]
    return found, [f"{each.position.column}:{each.code}" for each in log.sorted()]


def units(*figures: int | str | Missing | None) -> list[Cell]:
    return [
        int(Decimal(each) * MICRO) if isinstance(each, int | str) and not isinstance(each, Missing) else each
        for each in figures
    ]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("[1, 2, 3]", units(1, 2, 3)),
        ("1 2 3", units(1, 2, 3)),
        ("8.2", units("8.2")),
        ("-3 0", units(-3, 0)),
        ("10x3", units(10, 10, 10, 10)),
        ("10x0", units(10)),
        ("10+2x3", units(10, 12, 14, 16)),
        ("1-2x4", units(1, -1, -3, -5, -7)),
        ("-2+4x3", units(-2, 2, 6, 10)),
        ("8.2+0.1x2", units("8.2", "8.3", "8.4")),
        ("_", [None]),
        ("1 _x3 1", [MICRO, None, None, None, MICRO]),
        ("c", [Missing.SUPPRESSED]),
        ("C x z u low k", units(Missing.SUPPRESSED, Missing.NOT_AVAILABLE, Missing.NOT_APPLICABLE,
                                Missing.LOW_RELIABILITY, Missing.ROUNDS_TO_ZERO, Missing.ROUNDS_TO_ZERO)),
        ("'- : * .. .'", units(Missing.NOT_GIVEN, Missing.NOT_COLLECTED, Missing.SUPPRESSED,
                               Missing.NOT_AVAILABLE, Missing.NOT_APPLICABLE)),
        ("cx2", units(Missing.SUPPRESSED, Missing.SUPPRESSED)),
        ("xx2", units(Missing.NOT_AVAILABLE, Missing.NOT_AVAILABLE)),
        ("[10x1, c, 20 30]", [*units(10, 10), Missing.SUPPRESSED, *units(20, 30)]),
        ("[]", []),
    ],
)  # fmt: skip
def test_what_is_written_is_read(text: str, cells: list[Cell]) -> None:
    assert read(text) == (cells, [])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("1 stale 3", "3:LIM901"),
        ("1 2 many", "5:LIM901"),
        ("1,282", "1:LIM901"),
        ("[10, 1e3]", "6:LIM901"),
        ("10+2", "1:LIM901"),
        ("10x", "1:LIM901"),
        ("10xx3", "1:LIM901"),
        ("012", "1:LIM901"),
        ("39.4%", "1:LIM901"),
        ("0.1234567", "1:LIM901"),
        ("9999999999999999999999", "1:LIM901"),
        ("10x999999999", "1:LIM916"),
        (f"1 _x{MOST_FIGURES}", "3:LIM916"),
        ("{2013-03-31: 4}", "2:LIM108"),
        ("[[1]]", "2:LIM108"),
    ],
)
def test_what_is_no_figure_is_shown_where_it_stands(text: str, problem: str) -> None:
    assert read(text) == (None, [problem])


@given(st.integers(-10_000, 10_000), st.integers(-500, 500), st.integers(0, 60))
def test_a_run_has_its_first_figure_and_so_many_more(first: int, step: int, more: int) -> None:
    run = run_of(f"{first}{step:+d}x{more}")

    assert run is not None
    assert run.cells() == [(first + step * place) * MICRO for place in range(more + 1)]


@given(st.text(max_size=80))
def test_no_word_whatever_ends_in_an_error(word: str) -> None:
    run = run_of(word)

    assert run is None or run.count >= 0
