"""``derived:`` of an indicator: how its figures are made of other indicators'."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from monitor.core.areas import AreaTree
from monitor.core.dated import EVERYWHERE, Dated
from monitor.core.derivation import Denominator, Derivation, DerivationMethod
from monitor.core.rulebook import Indicator
from monitor.rulebook import scalars
from monitor.rulebook.dated_values import read_dated, replaced
from monitor.rulebook.fields import Fields, items
from monitor.rulebook.problems import Span
from monitor.rulebook.vocabulary.derivations import (
    DENOMINATOR,
    DERIVED,
    FIGURES_OF_A_TOTAL,
    RATIO,
    ROLLING,
    DenominatorFigure,
)
from monitor.rulebook.vocabulary.values import names
from monitor.rulebook.yaml_nodes import Node, Scalar, Sequence

_DIFFERENCE_OF: Final = 2


@dataclass(frozen=True, slots=True)
class WrittenDerivation:
    """A derivation, and where it is written: the ids of what is added or above the line, and below it.

    ``key`` is where ``derived`` stands, ``method`` where its method does.
    """

    derivation: Derivation
    of: tuple[Scalar, ...]
    below: tuple[Scalar, ...]
    key: Span
    method: Span

    @property
    def inputs(self) -> tuple[Scalar, ...]:
        """Every place where an indicator is named."""
        return (*self.of, *self.below)


def read_derivation(fields: Fields, areas: AreaTree) -> WrittenDerivation | None:
    """Returns the derivation; None where there is none, or, with every problem noted, where it has an error.

    Whether the indicators that it names are there is not looked at.
    """
    inner, log = fields.mapping("derived", DERIVED.names), fields.log
    if inner is None:
        return None
    given = [method for method in DerivationMethod if inner.has(method)]
    if len(given) != 1:
        said = f"{' and '.join(given)} are given" if given else "no way of deriving is given"
        spans = sorted((inner.span(method) for method in given), key=lambda span: span.position)
        at = spans[1] if spans else fields.span("derived")
        log.note("LIM801", at, f"{said}, where one is needed", f"give one of: {', '.join(DERIVED.names)}")
        return None
    method, errors = given[0], log.errors
    of, denominators, figures = _parts(method, inner, areas)
    if log.errors > errors:
        return None
    key = fields.span("derived")
    derivation = Derivation(
        method,
        tuple(node.text for node in of),
        replaced(denominators, lambda written: written.denominator),
        figures,
        key.position,
    )
    below = tuple(entry.value.indicator for entry in denominators)
    return WrittenDerivation(derivation, of, below, key, inner.span(method))


def with_frequencies(indicators: Mapping[str, Indicator]) -> dict[str, Indicator]:
    """Returns the indicators, by id, where totals know how often the figures come that they add."""
    return {key: _with_frequency(each, indicators) for key, each in indicators.items()}


def _with_frequency(indicator: Indicator, indicators: Mapping[str, Indicator]) -> Indicator:
    derivation = indicator.derivation
    added = indicators.get(derivation.of[0]) if derivation is not None else None
    if derivation is None or added is None or added.frequency is derivation.frequency:
        return indicator
    return replace(indicator, derivation=replace(derivation, frequency=added.frequency))


@dataclass(frozen=True, slots=True)
class _Below:
    denominator: Denominator
    indicator: Scalar


_Parts = tuple[tuple[Scalar, ...], tuple[Dated[_Below], ...], int]


def _parts(method: DerivationMethod, fields: Fields, areas: AreaTree) -> _Parts:
    """What is added or above the line, what is below it, and how many figures are added."""
    match method:
        case DerivationMethod.RATIO:
            return _ratio(fields, areas)
        case DerivationMethod.SUM | DerivationMethod.DIFFERENCE:
            return _several(method, fields), (), 0
        case DerivationMethod.YEAR_TO_DATE:
            node = fields.scalar(method)
            return (() if node is None else (node,)), (), 0
        case DerivationMethod.ROLLING:
            return _rolling(fields)


def _several(method: DerivationMethod, fields: Fields) -> tuple[Scalar, ...]:
    node, log = fields.node(method), fields.log
    if node is None:
        return ()
    given = items(node)
    exactly = method is DerivationMethod.DIFFERENCE
    if len(given) < _DIFFERENCE_OF or (exactly and len(given) > _DIFFERENCE_OF):
        needed = "two indicators" if exactly else "two or more indicators"
        log.note("LIM807", fields.span(method), f"{method} needs {needed}, and {len(given)} is here")
        return ()
    found: dict[str, Scalar] = {}
    for item in given:
        name = scalars.scalar(item, method, log)
        if name is not None and name.text in found:
            log.note("LIM123", name.span, f"{scalars.shown(name.text)} stands in this list already")
        if name is not None:
            found.setdefault(name.text, name)
    return tuple(found.values())


def _rolling(fields: Fields) -> _Parts:
    inner = fields.mapping(DerivationMethod.ROLLING, ROLLING.names)
    if inner is None:
        return (), (), 0
    node = inner.scalar("of", required=True)
    fewest, most = FIGURES_OF_A_TOTAL
    figures = inner.whole_number("figures", fewest=fewest, most=most, required=True)
    return (() if node is None else (node,)), (), figures or 0


def _ratio(fields: Fields, areas: AreaTree) -> _Parts:
    inner = fields.mapping(DerivationMethod.RATIO, RATIO.names)
    if inner is None:
        return (), (), 0
    above, below = inner.scalar("of", required=True), inner.node("to", required=True)
    if isinstance(below, Sequence):
        if inner.has("figure"):
            message = "figure is given here, and the denominators have dates"
            inner.log.note("LIM806", inner.span("figure"), message, "write figure in each entry of to")
        denominators = read_dated(inner, "to", names(DENOMINATOR), _dated_denominator, areas)
    else:
        denominators = _always(inner, below)
    return (() if above is None else (above,)), denominators, 0


def _always(fields: Fields, node: Node | None) -> tuple[Dated[_Below], ...]:
    """The one denominator of all times."""
    latest = _is_latest(fields)
    name = None if node is None else scalars.scalar(node, "to", fields.log)
    if name is None:
        return ()
    below = _Below(Denominator(name.text, latest), name)
    return (Dated(below, date.min, None, EVERYWHERE, "", name.span.position),)


def _dated_denominator(entry: Fields) -> _Below | None:
    name, latest = entry.scalar("indicator", required=True), _is_latest(entry)
    return None if name is None else _Below(Denominator(name.text, latest), name)


def _is_latest(fields: Fields) -> bool:
    return fields.word("figure", DenominatorFigure) is DenominatorFigure.LATEST
