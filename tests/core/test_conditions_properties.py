from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from monitor.core.conditions import RATING_CODES, Code, Frame, Kind, Number, Rating, parse
from monitor.core.exact import ExactArray
from tests.support.condition_reference import Cell, Tree, truth, written

NAMES: dict[str, Kind] = {
    **dict.fromkeys(("value", "target", "lower", "upper"), Number.of("percent")),
    **dict.fromkeys(("numerator", "denominator"), Number.of("count")),
    "rating": Rating(),
}
SIGNS = ("<", "<=", ">", ">=", "==", "!=")

numbers = st.builds(
    lambda whole, part: ("number", f"{whole}.{part}" if part else str(whole)),
    st.integers(0, 300),
    st.sampled_from(["", "5", "05", "10", "25", "333"]),
)
over_periods = st.one_of(
    st.tuples(st.just("periods"), st.sampled_from(["previous", "change"]), st.integers(1, 6)),
    st.tuples(st.just("periods"), st.just("mean"), st.integers(2, 6)),
)
own_names = st.sampled_from(["value", "target", "lower", "upper"]).map(lambda name: ("name", name))
count_names = st.sampled_from(["numerator", "denominator"]).map(lambda name: ("name", name))


def figures_of(leaves: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    """Figures in the one unit of the leaves."""
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.tuples(st.just("negative"), inner),
            st.tuples(st.just("sum"), st.sampled_from("+-"), inner, inner | numbers),
            st.tuples(st.just("sum"), st.just("*"), inner, numbers),
            st.tuples(st.just("sum"), st.just("/"), inner, numbers),
            st.tuples(st.just("figures"), st.just("abs"), st.tuples(inner)),
            st.tuples(
                st.just("figures"),
                st.sampled_from(["min", "max"]),
                st.tuples(inner, inner | numbers) | st.tuples(inner | numbers, inner, inner),
            ),
        ),
        max_leaves=5,
    )


own = figures_of(own_names | over_periods)
counts = figures_of(count_names)
ratios = figures_of(
    st.tuples(st.just("sum"), st.just("/"), own, own)
    | st.tuples(st.just("sum"), st.just("/"), counts, counts)
)


def compared(figures: st.SearchStrategy[Tree], *, own_unit: bool) -> st.SearchStrategy[Tree]:
    single = st.tuples(
        st.sampled_from(SIGNS).map(lambda sign: (sign,)), st.tuples(figures, figures | numbers)
    )
    chain = st.tuples(
        st.lists(st.sampled_from(["<", "<="]), min_size=2, max_size=2).map(tuple)
        | st.lists(st.sampled_from([">", ">="]), min_size=2, max_size=2).map(tuple),
        st.tuples(numbers | figures, figures, numbers | figures),
    )
    return (single | chain).map(lambda pair: ("compare", pair[0], pair[1], own_unit))


comparisons = st.one_of(
    compared(own, own_unit=True),
    compared(counts, own_unit=False),
    compared(ratios, own_unit=False),
    st.tuples(st.just("rating"), st.sampled_from(["==", "!="]), st.sampled_from(sorted(RATING_CODES))),
)
conditions: st.SearchStrategy[Tree] = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner),
        st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=4,
)


@st.composite
def panels(draw: st.DrawFn) -> tuple[list[dict[str, list[Fraction | None]]], list[list[str | None]], int]:
    """Rows of figures by name, rows of ratings, decimals; some figures are past what int64 holds."""
    series, periods, decimals = draw(st.integers(1, 3)), draw(st.integers(1, 5)), draw(st.integers(0, 2))
    largest = draw(st.sampled_from([30, 1_000, 10**8, 10**18]))
    scaled = st.none() | st.integers(-largest, largest)
    rows = [
        {
            name: [
                None if each is None else Fraction(each, 10**decimals)
                for each in draw(st.lists(scaled, min_size=periods, max_size=periods))
            ]
            for name, kind in NAMES.items()
            if isinstance(kind, Number)
        }
        for _ in range(series)
    ]
    rating = st.none() | st.sampled_from(sorted(RATING_CODES))
    ratings = [draw(st.lists(rating, min_size=periods, max_size=periods)) for _ in range(series)]
    return rows, ratings, decimals


def panel_array(rows: Sequence[Sequence[Fraction | int | None]], decimals: int) -> ExactArray:
    scaled = [[0 if each is None else int(each * 10**decimals) for each in row] for row in rows]
    known = np.array([[each is not None for each in row] for row in rows])
    return ExactArray.scaled(np.array(scaled, dtype=object), decimals, known)


@settings(max_examples=300)
@given(conditions, panels())
def test_the_compiled_condition_agrees_with_the_slow_evaluator_in_every_cell(
    tree: Tree, panel: tuple[list[dict[str, list[Fraction | None]]], list[list[str | None]], int]
) -> None:
    rows, ratings, decimals = panel
    parsed = parse(written(tree), NAMES)
    assume(
        not {problem.code for problem in parsed.problems} & {Code.CONSTANT_CONDITION, Code.DIVISION_BY_ZERO}
    )
    assert parsed.condition is not None, parsed.problems
    values = {name: panel_array([row[name] for row in rows], decimals) for name in rows[0]}
    codes = [[None if each is None else RATING_CODES[each] for each in row] for row in ratings]
    shape = (len(rows), len(ratings[0]))
    result = parsed.condition.evaluate(Frame({**values, "rating": panel_array(codes, 0)}, shape, decimals))
    for series, row in enumerate(rows):
        for period in range(shape[1]):
            expected = truth(tree, Cell(row, ratings[series], period, decimals))
            found = bool(result.true[series, period]) if result.known[series, period] else None
            assert found is expected, (str(parsed.condition), series, period)


@settings(max_examples=200)
@given(conditions)
def test_the_canonical_spelling_parses_to_an_equal_condition_and_to_itself(tree: Tree) -> None:
    parsed = parse(written(tree), NAMES)
    assume(parsed.condition is not None)
    again = parse(str(parsed.condition), NAMES)
    assert again.condition == parsed.condition
    assert hash(again.condition) == hash(parsed.condition)
    assert str(again.condition) == str(parsed.condition)


pieces = st.sampled_from(
    [
        *(
            "value",
            "target",
            "rating",
            "red",
            "x",
            "previous",
            "mean",
            "min",
            "abs",
            "and",
            "or",
            "not",
            "AND",
        ),
        *("(", ")", ",", "+", "-", "*", "/", "<", "<=", "==", "!=", "=", "=>", "&&", "!", "≤", "%", "'"),
        *("0", "3", "1.5", ".5", "1e9", "1,000", "9" * 40, "\u00a0", "\n", "£", "\U0001f600", "#", "\\"),
    ]
)
texts = (
    st.text(max_size=60)
    | st.lists(pieces, max_size=25).map(" ".join)
    | st.lists(pieces, max_size=40).map("".join)
)


@settings(max_examples=800)
@given(texts)
@example("(" * 2_000)
@example("-" * 2_000)
@example("not " * 500)
@example("f(" * 900)
@example("value > 1" + " + 1" * 490)
@example("value > 1 or " * 150 + "value > 2")
@example("1 - (" * 390)
@example("\x00\ud800")
@example("a," * 1_000)
@example("((value) > (" * 150)
def test_no_text_raises_and_every_problem_lies_inside_it(text: str) -> None:
    parsed = parse(text, NAMES)
    assert (parsed.condition is None) == bool(parsed.problems)
    assert len(parsed.problems) <= 20
    for problem in parsed.problems:
        assert 0 <= problem.offset <= len(text)
        assert problem.length >= 1
        assert problem.offset + problem.length <= len(text) + 1
        assert problem.message
        assert problem.hint
