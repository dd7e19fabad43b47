"""Conditions over 100,000 series: compiled against the cell-by-cell reference; and 10 million comparisons.

Run as: python -m benchmarks.conditions
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from time import perf_counter

import numpy as np

from monitor.core.conditions import Condition, Frame, Kind, Number, parse
from monitor.core.exact import ExactArray, round_half_away
from tests.support.condition_reference import Cell, Tree, truth, written

PERCENT = Number.of("percent")
NAMES: Mapping[str, Kind] = dict.fromkeys(("value", "target"), PERCENT)
VALUE, TARGET = ("name", "value"), ("name", "target")
LIMIT: Tree = (
    "or",
    (
        ("compare", (">",), (VALUE, ("sum", "*", TARGET, ("number", "1.10"))), True),
        ("compare", ("<=", "<="), (("number", "8"), ("periods", "change", 1), ("number", "10")), True),
    ),
)


def main() -> None:
    against_reference(series=100_000)
    for text in ("value > 85", "8 <= value <= 10", "value > target", "value > target * 1.10"):
        many_comparisons(text, series=1_000_000, periods=10)
    widths()


def against_reference(series: int) -> None:
    frame = panel(series, periods=2)
    compiled = condition(written(LIMIT))
    fast = best(lambda: compiled.evaluate(frame))
    cells = reference_cells(frame)
    began = perf_counter()
    expected = [truth(LIMIT, cell) for cell in cells]
    slow = perf_counter() - began
    result = compiled.evaluate(frame)
    found = [
        bool(true) if known else None
        for true, known in zip(result.true[:, 1], result.known[:, 1], strict=True)
    ]
    assert found == expected, "the compiled condition disagrees with the reference"  # noqa: S101 - a benchmark of wrong results is worthless
    print(
        f"{series:,} series, {compiled}: compiled (2 periods) {fast * 1e3:.1f} ms, reference (1) {slow:.2f} s"
    )
    print(f"ratio: {slow / fast:,.0f}")


def many_comparisons(text: str, series: int, periods: int) -> None:
    frame, compiled = panel(series, periods), condition(text)
    spent = best(lambda: compiled.evaluate(frame))
    print(f"{series * periods:,} cells, {text}: {spent * 1e3:.0f} ms")


def widths() -> None:
    """Figures up to 10 million with one decimal, times a number with two decimals, stay in 64 bits."""
    largest = ExactArray.scaled(np.full((1, 1), 10_000_000_0), 1)
    limit = largest * ExactArray.constant(999, 100)
    rounded = round_half_away(limit, 1)
    print(f"10,000,000.0 * 9.99 is kept in {limit.numerator.dtype}, rounded in {rounded.dtype}")


def condition(text: str) -> Condition:
    found = parse(text, NAMES).condition
    assert found is not None, text  # noqa: S101 - the texts above are conditions
    return found


def panel(series: int, periods: int) -> Frame:
    """Figures up to 10 million with one decimal, a twentieth of them missing."""
    random = np.random.default_rng(2013)

    def figures() -> ExactArray:
        known = random.random((series, periods)) > 1 / 20
        return ExactArray.scaled(random.integers(0, 10**8, (series, periods)), 1, known)

    return Frame({"value": figures(), "target": figures()}, (series, periods), 1)


def reference_cells(frame: Frame) -> list[Cell]:
    rows = [
        [
            [Fraction(int(each), 10) if sure else None for each, sure in zip(*row, strict=True)]
            for row in zip(array.numerator, array.known, strict=True)
        ]
        for array in (frame.values["value"], frame.values["target"])
    ]
    return [
        Cell({"value": value, "target": target}, (), frame.shape[1] - 1, frame.decimals)
        for value, target in zip(*rows, strict=True)
    ]


def best(work: Callable[[], object], rounds: int = 5) -> float:
    """The shortest of several runs, in seconds."""
    times = []
    for _ in range(rounds):
        began = perf_counter()
        work()
        times.append(perf_counter() - began)
    return min(times)


if __name__ == "__main__":
    main()
