"""``sources:`` of the rule files to mappings: how published files, whatever their shape, say figures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from monitor.core.observations import Status
from monitor.core.sources import (
    Amount,
    AreaColumns,
    Column,
    MappedIndicator,
    PeriodColumn,
    PeriodForm,
    RowFilter,
    Source,
    Split,
    Total,
)
from monitor.rulebook import scalars
from monitor.rulebook.fields import Fields, distinct, fields_of, items
from monitor.rulebook.identifiers import Definition
from monitor.rulebook.problems import ProblemLog, Span
from monitor.rulebook.vocabulary.sources import AMOUNT, AREA, FIGURE, MAPPED, PERIOD, SOURCE, SPLIT, STATUS
from monitor.rulebook.vocabulary.values import names
from monitor.rulebook.yaml_nodes import Mapping as MappingNode
from monitor.rulebook.yaml_nodes import Node, Scalar

SOURCE_KEYS: Final = SOURCE.names
AREA_KEYS: Final = AREA.names
PERIOD_KEYS: Final = PERIOD.names
STATUS_KEYS: Final = STATUS.names
MAPPED_KEYS: Final = MAPPED.names
AMOUNT_KEYS: Final = AMOUNT.names
FIGURE_KEYS: Final = names(FIGURE)
SPLIT_KEYS: Final = names(SPLIT)


@dataclass(frozen=True, slots=True)
class WrittenSource:
    """A source, and where it is written: the patterns of file names, and the ids of its indicators."""

    source: Source
    files: tuple[Scalar, ...]
    indicators: Mapping[str, Scalar] = field(default_factory=dict)


def read_source(definition: Definition, log: ProblemLog) -> WrittenSource | None:
    """Returns the source; None, with every problem noted, where it has an error.

    Whether its indicators are there and its patterns are its own is not looked at, nor what files hold.
    """
    at, errors = definition.key.span, log.errors
    fields = fields_of(definition.node, f"source {definition.id}", at, SOURCE_KEYS, log)
    if fields is None:
        return None
    files = _patterns(fields)
    title, publisher = fields.text("title", required=True), fields.text("publisher", required=True)
    reference = fields.text("reference", required=True)
    keep, rounded = _filters(fields, "keep"), _filters(fields, "rounded")
    area, period = _area(fields), _period(fields)
    status, status_column = _status(fields)
    mapped = dict(_mapped_indicators(fields))
    if log.errors > errors or area is None or period is None:
        return None
    source = Source(
        id=definition.id,
        title=title or "",
        files=tuple(pattern.text.casefold() for pattern in files),
        publisher=publisher or "",
        reference=reference or "",
        keep=keep,
        area=area,
        period=period,
        status=status,
        status_column=status_column,
        rounded=rounded,
        indicators=tuple(mapped.values()),
        position=at.position,
    )
    return WrittenSource(source, files, {key.text: key for key in mapped})


def _patterns(fields: Fields) -> tuple[Scalar, ...]:
    node = fields.node("files", required=True)
    found = [] if node is None else [scalars.scalar(item, "files", fields.log) for item in items(node)]
    if node is not None and not found:
        fields.log.note("LIM113", node.span, "files is an empty list")
    for pattern in found:
        if pattern is not None and not _is_pattern(pattern.text):
            message = f"{scalars.shown(pattern.text)} is no pattern of file names"
            fields.log.note("LIM701", pattern.span, message)
    return tuple(pattern for pattern in found if pattern is not None)


def _is_pattern(text: str) -> bool:
    """Whether it names no folder, and more of the name than its ending."""
    return not set("/\\") & set(text) and bool(text.rpartition(".")[0].strip("*? "))


def _entries(fields: Fields, key: str, kind: str, *, required: bool = False) -> Iterator[tuple[Scalar, Node]]:
    """The keys of a mapping that an author chooses, and what stands under them."""
    node = fields.node(key, required=required)
    if isinstance(node, MappingNode):
        if not node.entries:
            fields.log.note("LIM113", fields.span(key), f"{key} is empty")
        yield from distinct(node, fields.log).values()
    elif node is not None:
        fields.log.note("LIM108", node.span, f"{key} is not a mapping of {kind}", f"write {kind}: ...")


def _filters(fields: Fields, key: str) -> tuple[RowFilter, ...]:
    found = []
    for column, node in _entries(fields, key, "columns and the words wanted in them"):
        words = _words(node, f"the words of {column.text}", fields.log)
        found.append(RowFilter(_column(column), tuple(word.text for word in words)))
    return tuple(found)


def _words(node: Node, what: str, log: ProblemLog) -> tuple[Scalar, ...]:
    """One word or a list of some, each once."""
    found: dict[str, Scalar] = {}
    nodes = items(node)
    if not nodes:
        log.note("LIM113", node.span, f"{what}: the list is empty")
    for item in nodes:
        word = scalars.scalar(item, what, log)
        if word is None or scalars.text(word, what, log) is None:
            continue
        if word.text in found:
            log.note("LIM123", word.span, f"{scalars.shown(word.text)} stands in this list already")
        found.setdefault(word.text, word)
    return tuple(found.values())


def _columns(node: Node, what: str, log: ProblemLog) -> tuple[Column, ...]:
    return tuple(_column(word) for word in _words(node, what, log))


def _column(word: Scalar) -> Column:
    return Column(" ".join(word.text.split()), word.span.position)


def _area(fields: Fields) -> AreaColumns | None:
    node = fields.node("area", required=True)
    if node is None:
        return None
    if not isinstance(node, MappingNode):
        return AreaColumns(None, ((None, _columns(node, "area", fields.log)),))
    inner = Fields(node, "area", fields.span("area"), AREA_KEYS, fields.log)
    by = inner.scalar("by", required=True)
    choices = tuple(
        (word.text, _columns(columns, f"the columns of {word.text}", fields.log))
        for word, columns in _entries(inner, "columns", "words and columns", required=True)
    )
    return None if by is None else AreaColumns(_column(by), choices)


def _period(fields: Fields) -> PeriodColumn | None:
    inner = fields.mapping("period", PERIOD_KEYS, required=True)
    if inner is None:
        return None
    column, form = inner.scalar("column", required=True), inner.word("form", PeriodForm, required=True)
    return None if column is None or form is None else PeriodColumn(_column(column), form)


def _status(fields: Fields) -> tuple[Status, Column | None]:
    node = fields.node("status")
    if isinstance(node, MappingNode):
        inner = Fields(node, "status", fields.span("status"), STATUS_KEYS, fields.log)
        column = inner.scalar("column", required=True)
        return Status.VALIDATED, None if column is None else _column(column)
    return (fields.word("status", Status) if node is not None else None) or Status.VALIDATED, None


def _mapped_indicators(fields: Fields) -> Iterator[tuple[Scalar, MappedIndicator]]:
    for key, node in _entries(fields, "indicators", "indicator ids", required=True):
        errors = fields.log.errors
        inner = fields_of(node, f"the mapping of {key.text}", key.span, MAPPED_KEYS, fields.log)
        # A misspelt key is told as that, and not once more as a figure that lacks something.
        mapped = None if inner is None or fields.log.errors > errors else _mapped(key, inner)
        if mapped is not None:
            yield key, mapped


def _mapped(key: Scalar, fields: Fields) -> MappedIndicator | None:
    given = [each for each in MAPPED_KEYS if fields.has(each) and each != "keep"]
    if not _is_one_figure(given) and not (len(given) == 1 and given[0] in SPLIT_KEYS):
        message = f"the mapping of {key.text} says {' and '.join(given) or 'no figure'}"
        fields.log.note("LIM704", fields.span(given[-1]) if given else key.span, message)
        return None
    split = Split(given[0]) if given[0] in SPLIT_KEYS else None
    return MappedIndicator(
        indicator=key.text,
        keep=_filters(fields, "keep"),
        value=_amount(fields, "value"),
        numerator=_amount(fields, "numerator"),
        denominator=_amount(fields, "denominator"),
        split=split,
        split_columns=() if split is None else _split_columns(fields, split),
        position=key.span.position,
    )


def _is_one_figure(given: list[str]) -> bool:
    """Whether a value is given, or both parts of a ratio, or all three."""
    return set(given) in ({"value"}, {"numerator", "denominator"}, set(FIGURE_KEYS))


def _split_columns(fields: Fields, split: Split) -> tuple[Column, ...]:
    node = fields.node(split)
    columns = () if node is None else _columns(node, split, fields.log)
    if columns and len(columns) != split.parts:
        message = f"{split} names {len(columns)} of the {split.parts} columns of a year"
        fields.log.note("LIM703", fields.span(split), message)
    return columns


def _amount(fields: Fields, key: str) -> Amount:
    """The ways to an amount under the key: a column, a sum, or a list of these."""
    if not fields.has(key):
        return ()
    found = [_total(item, key, fields.span(key), fields.log) for item in fields.items(key)]
    node = fields.node(key)
    if node is not None and not found:
        fields.log.note("LIM113", node.span, f"{key} is an empty list")
    return tuple(total for total in found if total is not None)


def _total(node: Node, key: str, at: Span, log: ProblemLog) -> Total | None:
    if not isinstance(node, MappingNode):
        word = scalars.scalar(node, key, log)
        return None if word is None else Total((_column(word),))
    inner = Fields(node, f"this {key}", at, AMOUNT_KEYS, log)
    plus, minus = inner.node("sum", required=True), inner.node("less")
    if plus is None:
        return None
    return Total(_columns(plus, "sum", log), () if minus is None else _columns(minus, "less", log))
