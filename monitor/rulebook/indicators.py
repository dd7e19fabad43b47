"""``indicators:`` of the rule files to indicators."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from monitor.core.areas import AreaTree
from monitor.core.dated import Dated
from monitor.core.periods import Basis, Frequency
from monitor.core.rulebook import (
    Benchmarks,
    DirectionMethod,
    DirectionRule,
    Indicator,
    Limits,
    Polarity,
    RagBands,
    Retirement,
)
from monitor.rulebook.condition_texts import (
    UNKNOWN_UNIT,
    WrittenCondition,
    band_names,
    read_condition,
)
from monitor.rulebook.dated_values import read_dated
from monitor.rulebook.fields import Fields, fields_of
from monitor.rulebook.identifiers import Definition
from monitor.rulebook.problems import ProblemLog, Span
from monitor.rulebook.vocabulary.indicators import (
    BANDS,
    BENCHMARKS,
    DIRECTION,
    FIGURES_OF_A_TREND,
    INDICATOR,
    LARGEST_SCALE,
    LIMITS,
    MOST_DECIMALS,
    RETIRED,
    VALUE,
)
from monitor.rulebook.vocabulary.values import names

INDICATOR_KEYS: Final = INDICATOR.names
BAND_KEYS: Final = names(BANDS)
BENCHMARK_KEYS: Final = names(BENCHMARKS)
_USUAL_SCALES: Final = {"percent": 100, "per 10,000": 10_000}


@dataclass(frozen=True, slots=True)
class WrittenBands:
    """Bands, and where they are written."""

    green: WrittenCondition
    amber: WrittenCondition | None
    red: WrittenCondition | None

    def by_name(self) -> dict[str, WrittenCondition]:
        """Returns the bands that are written, by colour."""
        written = {"green": self.green, "amber": self.amber, "red": self.red}
        return {name: condition for name, condition in written.items() if condition is not None}

    def bands(self) -> RagBands:
        """Returns the bands without their places."""
        conditions = {name: written.condition for name, written in self.by_name().items()}
        return RagBands(conditions["green"], conditions.get("amber"), conditions.get("red"))


@dataclass(frozen=True, slots=True)
class WrittenIndicator:
    """An indicator, and where its parts are written. ``spans`` are those of its keys.

    ``faulty`` are the keys under which an entry could not be read: what is missing there says nothing.
    """

    indicator: Indicator
    rag: tuple[Dated[WrittenBands], ...]
    key: Span
    spans: Mapping[str, Span]
    faulty: frozenset[str]


def usual_scale(unit: str) -> int | None:
    """Returns what a ratio of this unit is multiplied by: 100 for percent, 10,000 for “per 10,000 …”."""
    return next(
        (scale for start, scale in _USUAL_SCALES.items() if unit == start or unit.startswith(f"{start} ")),
        None,
    )


def read_indicator(definition: Definition, areas: AreaTree, log: ProblemLog) -> WrittenIndicator | None:
    """Returns the indicator, None where nothing of it can be read.

    Where a value is missing or wrong, which is noted, a neutral one stands in, so that the rest can be
    checked.
    """
    at = definition.key.span
    fields = fields_of(definition.node, f"indicator {definition.id}", at, INDICATOR_KEYS, log)
    return None if fields is None else _indicator(definition, fields, areas)


def _indicator(definition: Definition, fields: Fields, areas: AreaTree) -> WrittenIndicator:
    unit = fields.text("unit", required=True)
    decimals = fields.whole_number("decimals", fewest=0, most=MOST_DECIMALS, required=True)
    counts_people = fields.yes_or_no("counts_people", default=True)
    targets, limits, rag = _targets(fields, areas), _limits(fields, areas), _rag(fields, unit, areas)
    benchmarks = read_dated(fields, "benchmarks", BENCHMARK_KEYS, _benchmarks, areas)
    indicator = Indicator(
        id=definition.id,
        title=fields.text("title", required=True) or "",
        theme=fields.text("theme", required=True) or "",
        definition=fields.text("definition", required=True) or "",
        unit=unit or UNKNOWN_UNIT,
        scale=_scale(fields, unit),
        decimals=MOST_DECIMALS if decimals is None else decimals,
        basis=fields.word("basis", Basis, required=True) or Basis.SNAPSHOT,
        frequency=fields.word("frequency", Frequency, required=True) or Frequency.MONTHLY,
        polarity=fields.word("polarity", Polarity, required=True) or Polarity.NONE,
        source=fields.text("source", required=True) or "",
        numerator=fields.text("numerator"),
        denominator=fields.text("denominator"),
        counts_people=True if counts_people is None else counts_people,
        targets=targets,
        limits=limits,
        rag=tuple(_without_places(entry) for entry in rag),
        direction=_direction(fields),
        retirement=_retirement(fields),
        position=definition.key.span.position,
        benchmarks=benchmarks,
    )
    sound = {"targets": targets, "limits": limits, "benchmarks": benchmarks, "rag": rag}
    faulty = frozenset(key for key, entries in sound.items() if len(entries) < len(fields.items(key)))
    spans = {key: fields.span(key) for key in INDICATOR_KEYS}
    return WrittenIndicator(indicator, rag, definition.key.span, spans, faulty)


def _scale(fields: Fields, unit: str | None) -> int | None:
    if fields.has("scale"):
        return fields.whole_number("scale", fewest=1, most=LARGEST_SCALE)
    return usual_scale(unit) if unit else None


def _direction(fields: Fields) -> DirectionRule:
    inner = fields.mapping("direction", DIRECTION.names)
    if inner is None:
        return DirectionRule()
    method = inner.word("method", DirectionMethod, required=True)
    trend = method is not DirectionMethod.LAST_PERIOD
    fewest, most = FIGURES_OF_A_TREND if trend else (2, 2)
    figures = inner.whole_number("figures", fewest=fewest, most=most, required=trend)
    return DirectionRule(method or DirectionMethod.REGRESSION, figures or 2)


def _retirement(fields: Fields) -> Retirement | None:
    inner = fields.mapping("retired", RETIRED.names)
    if inner is None:
        return None
    on, successor = inner.day("on", required=True), inner.text("superseded_by")
    return None if on is None else Retirement(on, successor)


def _targets(fields: Fields, areas: AreaTree) -> tuple[Dated[int], ...]:
    return read_dated(
        fields, "targets", names(VALUE), lambda entry: entry.amount("value", required=True), areas
    )


def _limits(fields: Fields, areas: AreaTree) -> tuple[Dated[Limits], ...]:
    return read_dated(fields, "limits", names(LIMITS), _range, areas)


def _range(entry: Fields) -> Limits | None:
    lower, upper = entry.amount("lower"), entry.amount("upper")
    if not entry.has("lower") and not entry.has("upper"):
        entry.log.note("LIM204", entry.at, "this entry of limits has neither lower nor upper")
        return None
    if lower is not None and upper is not None and lower >= upper:
        entry.log.note("LIM204", entry.span("upper"), "upper is not above lower")
        return None
    sound = (lower is not None or not entry.has("lower")) and (upper is not None or not entry.has("upper"))
    return Limits(lower, upper) if sound else None


def _benchmarks(entry: Fields) -> Benchmarks | None:
    given = [key for key in BENCHMARK_KEYS if entry.has(key)]
    if not given:
        entry.log.note(
            "LIM204", entry.at, "this entry of benchmarks has neither neighbours, region nor england"
        )
        return None
    amounts = {key: entry.amount(key) for key in BENCHMARK_KEYS}
    sound = all(amounts[key] is not None for key in given)
    return Benchmarks(**amounts) if sound else None


def _rag(fields: Fields, unit: str | None, areas: AreaTree) -> tuple[Dated[WrittenBands], ...]:
    names = band_names(unit)

    def bands(entry: Fields) -> WrittenBands | None:
        nodes = {key: entry.scalar(key, required=key == "green") for key in BAND_KEYS}
        written = {
            key: None if node is None else read_condition(node, names, entry.log)
            for key, node in nodes.items()
        }
        green = written["green"]
        failed = any(written[key] is None for key in BAND_KEYS if entry.has(key))
        return None if green is None or failed else WrittenBands(green, written["amber"], written["red"])

    return read_dated(fields, "rag", BAND_KEYS, bands, areas)


def _without_places(entry: Dated[WrittenBands]) -> Dated[RagBands]:
    return Dated(entry.value.bands(), entry.start, entry.until, entry.scope, entry.reference, entry.position)
