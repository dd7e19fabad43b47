"""Derived indicators: what they are made of is there, can be calculated with, and leads in no circle."""

from collections.abc import Iterable, Mapping
from typing import Final

from monitor.core.derivation import DerivationMethod
from monitor.core.periods import Basis, Frequency
from monitor.rulebook.condition_texts import UNKNOWN_UNIT
from monitor.rulebook.derivations import WrittenDerivation
from monitor.rulebook.indicators import WrittenIndicator
from monitor.rulebook.problems import ProblemLog
from monitor.rulebook.scalars import shown
from monitor.rulebook.suggestions import did_you_mean
from monitor.rulebook.written import WrittenRulebook
from monitor.rulebook.yaml_nodes import Scalar

_TOTALS: Final = (DerivationMethod.YEAR_TO_DATE, DerivationMethod.ROLLING)
_APART: Final = {
    Frequency.MONTHLY: Basis.MONTH,
    Frequency.QUARTERLY: Basis.QUARTER,
    Frequency.ANNUAL: Basis.YEAR,
}
"""The basis on which figures of a frequency follow one another without a day in two of them."""

_MONTHS: Final = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3, Frequency.ANNUAL: 12}
_ROLLING: Final = {3: (Basis.QUARTER,), 12: (Basis.ROLLING_12_MONTHS, Basis.YEAR)}
"""The bases of rolling totals, by the months that are added."""


def check_derivations(rulebook: WrittenRulebook, log: ProblemLog) -> None:
    """Notes everything that is wrong with derived indicators."""
    derived = {key: each for key, each in rulebook.indicators.items() if each.derivation is not None}
    for written in derived.values():
        _check_words(written, log)
        _check_scale(written, log)
        _check_inputs(written, rulebook, log)
    _check_circles(derived, log)
    _check_sources(rulebook, log)


def _check_words(written: WrittenIndicator, log: ProblemLog) -> None:
    for key, said in (
        ("numerator", written.indicator.numerator),
        ("denominator", written.indicator.denominator),
    ):
        if said is not None:
            message = f"{written.indicator.id} is derived, and its {key} is described too"
            log.note("LIM806", written.spans[key], message)
    if written.indicator.expected_within is not None:
        message = f"{written.indicator.id} is derived, and is not waited for by itself"
        log.note("LIM824", written.spans["expected_within"], message)


def _check_scale(written: WrittenIndicator, log: ProblemLog) -> None:
    indicator, derivation = written.indicator, written.derivation
    if derivation is None or indicator.unit == UNKNOWN_UNIT:
        return
    gives_scale = written.spans["scale"] != written.key
    at = written.spans["scale" if gives_scale else "unit"]
    is_ratio = derivation.derivation.method is DerivationMethod.RATIO
    if is_ratio and indicator.scale is None and not gives_scale:
        message = f"{indicator.id} is a ratio, and neither a scale nor the unit says of how many"
        log.note(
            "LIM805", at, message, "give the scale: 100 for percent, 10000 for per 10,000, 1 for a ratio"
        )
    elif not is_ratio and indicator.scale is not None:
        message = (
            f"a {derivation.derivation.method} of counts is no ratio, and its scale is {indicator.scale:,}"
        )
        log.note("LIM805", at, message, "give the unit of the counts, and no scale")


def _check_inputs(written: WrittenIndicator, rulebook: WrittenRulebook, log: ProblemLog) -> None:
    derivation = written.derivation
    if derivation is None:
        return
    for node in derivation.inputs:
        known = rulebook.indicators.get(node.text)
        if known is not None and known.indicator.scale is not None:
            message = f"{node.text} is no count but a figure in {known.indicator.unit}"
            log.note("LIM803", node.span, message)
        elif node.text not in rulebook.indicator_definitions and rulebook.complete:
            hint = did_you_mean(node.text, rulebook.indicator_definitions, log)
            log.note("LIM402", node.span, f"there is no indicator {shown(node.text)}", hint)
    _check_units(written, derivation, rulebook.indicators, log)
    _check_frequencies(written, derivation, rulebook.indicators, log)
    _check_overlap(derivation, rulebook.indicators, log)
    _check_basis(written, derivation, rulebook.indicators, log)
    _check_itself(derivation, log)


def _check_units(
    written: WrittenIndicator,
    derivation: WrittenDerivation,
    indicators: Mapping[str, WrittenIndicator],
    log: ProblemLog,
) -> None:
    """Notes what is added or taken away in another unit than the total's."""
    own = written.indicator.unit
    if derivation.derivation.method is DerivationMethod.RATIO or written.indicator.scale is not None:
        return
    for node in derivation.of:
        known = indicators.get(node.text)
        if known is None or known.indicator.scale is not None:
            continue
        if UNKNOWN_UNIT not in {own, known.indicator.unit} and known.indicator.unit != own:
            message = f"{node.text} counts {known.indicator.unit}, and {written.indicator.id} {own}"
            log.note("LIM804", node.span, message)


def _check_frequencies(
    written: WrittenIndicator,
    derivation: WrittenDerivation,
    indicators: Mapping[str, WrittenIndicator],
    log: ProblemLog,
) -> None:
    """Notes what comes more or less often than the derived figure, where both are wanted for one period."""
    own = written.indicator.frequency
    for node in _of_the_same_period(derivation):
        known = indicators.get(node.text)
        if known is not None and known.indicator.frequency is not own:
            message = f"{node.text} is {known.indicator.frequency}, and {written.indicator.id} is {own}"
            log.note("LIM808", node.span, message)


def _of_the_same_period(derivation: WrittenDerivation) -> Iterable[Scalar]:
    yield from derivation.of
    for node, entry in zip(derivation.below, derivation.derivation.denominators, strict=True):
        if not entry.value.latest:
            yield node


def _check_overlap(
    derivation: WrittenDerivation, indicators: Mapping[str, WrittenIndicator], log: ProblemLog
) -> None:
    if derivation.derivation.method not in _TOTALS:
        return
    for node in derivation.of:
        known = indicators.get(node.text)
        if known is None or known.indicator.basis is _APART[known.indicator.frequency]:
            continue
        message = f"{node.text} is {known.indicator.frequency} on the basis “{known.indicator.basis}”"
        log.note("LIM809", node.span, message)


def _check_basis(
    written: WrittenIndicator,
    derivation: WrittenDerivation,
    indicators: Mapping[str, WrittenIndicator],
    log: ProblemLog,
) -> None:
    """Notes the basis of a total that says another stretch of time than its figures are made to cover."""
    if not derivation.derivation.is_total:
        return
    first = indicators.get(derivation.of[0].text)
    if first is None or "basis" in written.faulty or "frequency" in first.faulty:
        return
    own, fitting = written.indicator.basis, _fitting(derivation, first)
    if own in fitting:
        return
    message = f"{written.indicator.id} {_covers(derivation, first)}, and its basis is “{own}”"
    log.note("LIM826", written.spans["basis"], message, f"write basis: {fitting[0]}")


def _fitting(derivation: WrittenDerivation, first: WrittenIndicator) -> tuple[Basis, ...]:
    """The bases that say what a figure covers, the best first.

    Of a rolling total for whose months there is none, a snapshot says just the day on which they end.
    """
    made, frequency = derivation.derivation, first.indicator.frequency
    if made.method is DerivationMethod.YEAR_TO_DATE:
        whole_years = frequency is Frequency.ANNUAL
        return (Basis.YEAR_TO_DATE, Basis.YEAR) if whole_years else (Basis.YEAR_TO_DATE,)
    return _ROLLING.get(made.figures * _MONTHS[frequency], (Basis.SNAPSHOT,))


def _covers(derivation: WrittenDerivation, first: WrittenIndicator) -> str:
    made = derivation.derivation
    if made.method is DerivationMethod.YEAR_TO_DATE:
        return "adds the figures since 1 April"
    return f"adds the figures of {made.figures * _MONTHS[first.indicator.frequency]} months"


def _check_itself(derivation: WrittenDerivation, log: ProblemLog) -> None:
    for node in derivation.below:
        if node.text == derivation.of[0].text:
            log.note("LIM822", node.span, f"{node.text} is divided by itself")


def _check_circles(derived: Mapping[str, WrittenIndicator], log: ProblemLog) -> None:
    inputs = {
        key: [node.text for node in written.derivation.inputs if node.text in derived]
        for key, written in derived.items()
        if written.derivation is not None
    }
    for key in sorted(circular(inputs)):
        written = derived[key]
        log.note("LIM802", written.spans["derived"], f"what {key} is made of leads back to it")


def _check_sources(rulebook: WrittenRulebook, log: ProblemLog) -> None:
    """Notes figures of published files for an indicator whose figures are worked out."""
    for source in rulebook.sources.values():
        for name, key in source.indicators.items():
            known = rulebook.indicators.get(name)
            if known is not None and known.indicator.derivation is not None:
                log.note("LIM823", key.span, f"{name} is derived, so no figure of it is taken in")


def circular(links: Mapping[str, Iterable[str]]) -> set[str]:
    """Returns the ids from which links lead back to themselves; each link is followed at most twice.

    Ids that reach each other are found by two searches in depth, the second backwards and in the order in
    which the first ended (S. Rao Kosaraju; A. Aho, J. Hopcroft, J. Ullman, "Data structures and algorithms",
    1983, section 6.7).
    """
    backwards: dict[str, list[str]] = {key: [] for key in links}
    for key, others in links.items():
        for other in others:
            backwards[other].append(key)
    found = {key for key, others in links.items() if key in set(others)}
    seen: set[str] = set()
    for start in reversed(_ended(links)):
        group = _reached(start, backwards, seen)
        if len(group) > 1:
            found.update(group)
    return found


def _ended(links: Mapping[str, Iterable[str]]) -> list[str]:
    """The ids in the order in which a search in depth is done with them."""
    done: dict[str, None] = {}
    seen: set[str] = set()
    for start in links:
        path = [] if start in seen else [(start, iter(links[start]))]
        seen.add(start)
        while path:
            key, others = path[-1]
            following = next((other for other in others if other not in seen), None)
            if following is None:
                done[key] = None
                path.pop()
            else:
                seen.add(following)
                path.append((following, iter(links[following])))
    return list(done)


def _reached(start: str, links: Mapping[str, Iterable[str]], seen: set[str]) -> list[str]:
    """The ids not seen before to which links lead from one, itself included."""
    waiting, group = [start], []
    while waiting:
        key = waiting.pop()
        if key not in seen:
            seen.add(key)
            group.append(key)
            waiting += links[key]
    return group
