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
    Limits,
    Polarity,
    RagBands,
    Retirement,
)
from monitor.rulebook.condition_texts import WrittenCondition, band_names, read_condition
from monitor.rulebook.dated_values import read_dated
from monitor.rulebook.fields import Fields, fields_of
from monitor.rulebook.identifiers import Definition
from monitor.rulebook.problems import ProblemLog, Span

INDICATOR_KEYS: Final = (
    "title", "theme", "definition", "unit", "scale", "decimals", "basis", "frequency", "polarity", "source",
    "numerator", "denominator", "counts_people", "direction", "targets", "limits", "rag", "retired",
)  # fmt: skip
BAND_KEYS: Final = ("green", "amber", "red")
MOST_DECIMALS: Final = 6
LARGEST_SCALE: Final = 10_000_000
FIGURES_OF_A_TREND: Final = (3, 60)
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

    ``faulty`` are the keys under which something could not be read: what is missing there says nothing.
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
    """Returns the indicator; None, with every problem noted, where it has an error."""
    at = definition.key.span
    fields = fields_of(definition.node, f"indicator {definition.id}", at, INDICATOR_KEYS, log)
    return None if fields is None else _indicator(definition, fields, areas)


def _indicator(definition: Definition, fields: Fields, areas: AreaTree) -> WrittenIndicator | None:
    unit = fields.text("unit", required=True)
    required = {
        "title": fields.text("title", required=True),
        "theme": fields.text("theme", required=True),
        "definition": fields.text("definition", required=True),
        "unit": unit,
        "decimals": fields.whole_number("decimals", fewest=0, most=MOST_DECIMALS, required=True),
        "basis": fields.word("basis", Basis, required=True),
        "frequency": fields.word("frequency", Frequency, required=True),
        "polarity": fields.word("polarity", Polarity, required=True),
        "source": fields.text("source", required=True),
        "counts_people": fields.yes_or_no("counts_people", default=True),
        "direction": _direction(fields),
    }
    optional = {
        "scale": _scale(fields, unit),
        "numerator": fields.text("numerator"),
        "denominator": fields.text("denominator"),
        "retirement": _retirement(fields),
    }
    errors = [fields.log.errors]
    targets = _targets(fields, areas)
    errors.append(fields.log.errors)
    limits = _limits(fields, areas)
    errors.append(fields.log.errors)
    rag = _rag(fields, unit, areas)
    errors.append(fields.log.errors)
    if any(part is None for part in required.values()):
        return None
    indicator = Indicator(
        id=definition.id,
        targets=targets,
        limits=limits,
        rag=tuple(_without_places(entry) for entry in rag),
        position=definition.key.span.position,
        **required,  # type: ignore[arg-type]
        **optional,  # type: ignore[arg-type]
    )
    spans = {key: fields.span(key) for key in INDICATOR_KEYS}
    dated = ("targets", "limits", "rag")
    faulty = {key for key, before, after in zip(dated, errors, errors[1:], strict=False) if after > before}
    return WrittenIndicator(indicator, rag, definition.key.span, spans, frozenset(faulty))


def _scale(fields: Fields, unit: str | None) -> int | None:
    if fields.has("scale"):
        return fields.whole_number("scale", fewest=1, most=LARGEST_SCALE)
    return usual_scale(unit) if unit else None


def _direction(fields: Fields) -> DirectionRule | None:
    if not fields.has("direction"):
        return DirectionRule()
    inner = fields.mapping("direction", ("method", "figures"))
    if inner is None:
        return None
    method = inner.word("method", DirectionMethod, required=True)
    trend = method is not DirectionMethod.LAST_PERIOD
    fewest, most = FIGURES_OF_A_TREND if trend else (2, 2)
    figures = inner.whole_number("figures", fewest=fewest, most=most, required=trend)
    if method is None or (figures is None and (trend or inner.has("figures"))):
        return None
    return DirectionRule(method, figures or 2)


def _retirement(fields: Fields) -> Retirement | None:
    inner = fields.mapping("retired", ("on", "superseded_by"))
    if inner is None:
        return None
    on, successor = inner.day("on", required=True), inner.text("superseded_by")
    return None if on is None else Retirement(on, successor)


def _targets(fields: Fields, areas: AreaTree) -> tuple[Dated[int], ...]:
    return read_dated(
        fields, "targets", ("value",), lambda entry: entry.amount("value", required=True), areas
    )


def _limits(fields: Fields, areas: AreaTree) -> tuple[Dated[Limits], ...]:
    return read_dated(fields, "limits", ("lower", "upper"), _range, areas)


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
