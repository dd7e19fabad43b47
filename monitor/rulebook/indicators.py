"""``indicators:`` of the rule files to indicators."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from monitor.core.areas import AreaTree
from monitor.core.dated import Dated
from monitor.core.periods import Basis, Frequency
from monitor.core.rulebook import (
    DirectionMethod,
    DirectionRule,
    Indicator,
    LearntRange,
    Limits,
    Polarity,
    RagBands,
    Retirement,
)
from monitor.rulebook.benchmarks import WrittenBenchmarks, read_benchmarks
from monitor.rulebook.condition_texts import (
    UNKNOWN_UNIT,
    WrittenCondition,
    band_names,
    read_condition,
)
from monitor.rulebook.dated_values import read_dated, replaced
from monitor.rulebook.derivations import WrittenDerivation, read_derivation
from monitor.rulebook.fields import Fields, fields_of
from monitor.rulebook.identifiers import Definition
from monitor.rulebook.plausibility import WrittenPlausibility, read_plausibility
from monitor.rulebook.problems import ProblemLog, Span
from monitor.rulebook.tables import Tables
from monitor.rulebook.targets import WrittenTarget, read_targets
from monitor.rulebook.vocabulary.indicators import (
    BANDS,
    DIRECTION,
    FIGURES_LEARNT_FROM,
    FIGURES_OF_A_TREND,
    INDICATOR,
    LARGEST_SCALE,
    LEARNT,
    LIMITS,
    MOST_DECIMALS,
    RETIRED,
)
from monitor.rulebook.vocabulary.values import names

INDICATOR_KEYS: Final = INDICATOR.names
BAND_KEYS: Final = names(BANDS)
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
    targets: tuple[Dated[WrittenTarget], ...]
    benchmarks: tuple[Dated[WrittenBenchmarks], ...]
    rag: tuple[Dated[WrittenBands], ...]
    derivation: WrittenDerivation | None
    key: Span
    spans: Mapping[str, Span]
    faulty: frozenset[str]
    plausibility: WrittenPlausibility | None = None


def usual_scale(unit: str) -> int | None:
    """Returns what a ratio of this unit is multiplied by: 100 for percent, 10,000 for “per 10,000 …”."""
    return next(
        (scale for start, scale in _USUAL_SCALES.items() if unit == start or unit.startswith(f"{start} ")),
        None,
    )


def read_indicator(
    definition: Definition, areas: AreaTree, tables: Tables, log: ProblemLog
) -> WrittenIndicator | None:
    """Returns the indicator, None where nothing of it can be read.

    Where a value is missing or wrong, which is noted, a neutral one stands in, so that the rest can be
    checked.
    """
    at = definition.key.span
    fields = fields_of(definition.node, f"indicator {definition.id}", at, INDICATOR_KEYS, log)
    return None if fields is None else _indicator(definition, fields, areas, tables)


def _indicator(definition: Definition, fields: Fields, areas: AreaTree, tables: Tables) -> WrittenIndicator:
    unit = fields.text("unit", required=True)
    decimals = fields.whole_number("decimals", fewest=0, most=MOST_DECIMALS, required=True)
    counts_people = fields.yes_or_no("counts_people", default=True)
    basis = fields.word("basis", Basis, required=True)
    frequency = fields.word("frequency", Frequency, required=True)
    polarity, scale = fields.word("polarity", Polarity, required=True), _scale(fields, unit)
    targets, benchmarks = read_targets(fields, unit, areas, tables), read_benchmarks(fields, areas)
    limits, rag = _limits(fields, areas), _rag(fields, unit, areas)
    derivation = read_derivation(fields, areas)
    plausibility = read_plausibility(fields)
    indicator = Indicator(
        id=definition.id,
        title=fields.text("title", required=True) or "",
        theme=fields.text("theme", required=True) or "",
        definition=fields.text("definition", required=True) or "",
        unit=unit or UNKNOWN_UNIT,
        scale=scale,
        decimals=MOST_DECIMALS if decimals is None else decimals,
        basis=basis or Basis.SNAPSHOT,
        frequency=frequency or Frequency.MONTHLY,
        polarity=polarity or Polarity.NONE,
        source=fields.text("source", required=True) or "",
        numerator=fields.text("numerator"),
        denominator=fields.text("denominator"),
        counts_people=True if counts_people is None else counts_people,
        targets=replaced(targets, lambda written: written.value),
        limits=limits,
        rag=replaced(rag, WrittenBands.bands),
        direction=_direction(fields),
        retirement=_retirement(fields),
        position=definition.key.span.position,
        benchmarks=replaced(benchmarks, lambda written: written.benchmarks),
        derivation=derivation.derivation if derivation else None,
        expected_within=fields.working_days("expected_within"),
        rebases=read_dated(fields, "rebases", (), lambda _: True, areas),
        plausibility=plausibility.plausibility if plausibility else None,
    )
    sound = {"targets": targets, "limits": limits, "benchmarks": benchmarks, "rag": rag}
    faulty = frozenset(key for key, entries in sound.items() if len(entries) < len(fields.items(key)))
    if derivation is None and fields.has("derived"):
        faulty |= {"derived"}
    single = {"decimals": decimals, "unit": unit, "polarity": polarity}
    single |= {"basis": basis, "frequency": frequency}
    faulty |= {key for key, value in single.items() if value is None}
    if scale is None and fields.has("scale"):
        faulty |= {"scale"}
    spans = {key: fields.span(key) for key in INDICATOR_KEYS}
    return WrittenIndicator(
        indicator, targets, benchmarks, rag, derivation, definition.key.span, spans, faulty, plausibility
    )


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


def _limits(fields: Fields, areas: AreaTree) -> tuple[Dated[Limits], ...]:
    return read_dated(fields, "limits", names(LIMITS), _range, areas)


def _range(entry: Fields) -> Limits | None:
    if entry.has("learnt"):
        return _learnt(entry)
    lower, upper = entry.amount("lower"), entry.amount("upper")
    if not entry.has("lower") and not entry.has("upper"):
        entry.log.note(
            "LIM204", entry.at, "this entry of limits has neither lower nor upper, and is not learnt"
        )
        return None
    if lower is not None and upper is not None and lower >= upper:
        entry.log.note("LIM204", entry.span("upper"), "upper is not above lower")
        return None
    sound = (lower is not None or not entry.has("lower")) and (upper is not None or not entry.has("upper"))
    return Limits(lower, upper) if sound else None


def _learnt(entry: Fields) -> Limits | None:
    written = next((key for key in ("lower", "upper") if entry.has(key)), None)
    if written:
        message = f"these limits are learnt, and {written} is given too"
        entry.log.note("LIM820", entry.span(written), message)
        return None
    inner = entry.mapping("learnt", LEARNT.names)
    fewest, most = FIGURES_LEARNT_FROM
    figures = None
    if inner is not None:
        figures = inner.whole_number("figures", fewest=fewest, most=most, required=True)
    return None if figures is None else Limits(None, None, LearntRange(figures))


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
