"""The text of many series: the same as prometheus_client's, whatever is in a label."""

from decimal import Decimal
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics_families
from prometheus_client.parser import text_fd_to_metric_families

from monitor.exposition import Family, SeriesTable

VALUE = Family("board_value", 'A "value" with a \\ and\na line.', ("indicator", "area"))
TARGET = Family("board_target", "A target.", ("indicator", "area"))

texts = st.text(st.characters(codec="utf-8"))
amounts = st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9)
rows = st.dictionaries(
    st.tuples(texts, texts), st.tuples(amounts | st.none(), amounts | st.none()), max_size=5
)


def _table(
    content: dict[tuple[str, str], tuple[Decimal | None, Decimal | None]],
) -> SeriesTable[tuple[str, str]]:
    table: SeriesTable[tuple[str, str]] = SeriesTable((VALUE, TARGET))
    table.put(
        (key, key, {VALUE.name: value, TARGET.name: target}) for key, (value, target) in content.items()
    )
    return table


@given(rows)
def test_every_label_and_value_comes_back_from_the_parser_as_it_went_in(
    content: dict[tuple[str, str], tuple[Decimal | None, Decimal | None]],
) -> None:
    table = _table(content)
    for families in (
        text_fd_to_metric_families(StringIO(table.exposition().decode(), newline="\n")),
        openmetrics_families(table.exposition(openmetrics=True).decode() + "# EOF\n"),  # type: ignore[no-untyped-call]  # the parser has none
    ):
        found = {
            family.name: {
                (sample.labels["indicator"], sample.labels["area"]): sample.value for sample in family.samples
            }
            for family in families
        }
        for place, family in enumerate((VALUE, TARGET)):
            expected = {key: float(pair[place]) for key, pair in content.items() if pair[place] is not None}  # type: ignore[arg-type]  # None is left out
            assert found[family.name] == expected


def test_an_amount_keeps_its_digits_and_none_has_no_sample() -> None:
    table = _table(
        {("a", "Kent"): (Decimal("8.0"), None), ("b", "Kent"): (Decimal("1E+3"), Decimal("-0.10"))}
    )
    lines = [line for line in table.exposition().decode().splitlines() if not line.startswith("#")]

    assert lines == [
        'board_value{indicator="a",area="Kent"} 8.0',
        'board_value{indicator="b",area="Kent"} 1000',
        'board_target{indicator="b",area="Kent"} -0.10',
    ]


def test_it_is_rendered_once_per_change() -> None:
    table = _table({("a", "Kent"): (Decimal(1), None)})
    first = table.exposition()

    assert table.exposition() is first
    table.put([(("a", "Kent"), ("a", "Kent"), {VALUE.name: Decimal(2)})])
    assert b"} 2\n" in table.exposition()
    table.keep([])
    assert b"}" not in table.exposition()
