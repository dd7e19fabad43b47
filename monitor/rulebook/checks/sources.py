"""What a source says of indicators and of other sources: ids, ratios, how often, and whose files."""

from typing import Final

from monitor.core.periods import Frequency
from monitor.core.rulebook import Indicator
from monitor.core.sources import MappedIndicator, PeriodForm, Source, Split
from monitor.rulebook.problems import ProblemLog
from monitor.rulebook.scalars import shown
from monitor.rulebook.sources import WrittenSource
from monitor.rulebook.suggestions import did_you_mean
from monitor.rulebook.written import WrittenRulebook
from monitor.rulebook.yaml_nodes import Scalar

_FREQUENCIES: Final = {Split.MONTHS: Frequency.MONTHLY, Split.QUARTERS: Frequency.QUARTERLY}


def check_sources(rulebook: WrittenRulebook, log: ProblemLog) -> None:
    """Notes what is wrong with each source beside the indicators and the other sources."""
    claimed: dict[str, Scalar] = {}
    for written in rulebook.sources.values():
        _check_patterns(written, claimed, log)
        for mapped in written.source.indicators:
            key = written.indicators[mapped.indicator]
            known = rulebook.indicators.get(mapped.indicator)
            if known is not None:
                _check_ratio(mapped, known.indicator, key, log)
                _check_frequency(written.source, mapped, known.indicator, key, log)
            elif mapped.indicator not in rulebook.indicator_definitions and rulebook.complete:
                hint = did_you_mean(mapped.indicator, rulebook.indicator_definitions, log)
                log.note("LIM402", key.span, f"there is no indicator {shown(mapped.indicator)}", hint)


def _check_patterns(written: WrittenSource, claimed: dict[str, Scalar], log: ProblemLog) -> None:
    for pattern in written.files:
        first = claimed.setdefault(pattern.text.casefold(), pattern)
        if first is not pattern:
            message = f"the files {shown(pattern.text)} are those of {first.span.position} already"
            log.note("LIM702", pattern.span, message)


def _check_ratio(mapped: MappedIndicator, indicator: Indicator, key: Scalar, log: ProblemLog) -> None:
    if mapped.numerator and not mapped.value and indicator.scale is None:
        log.note("LIM705", key.span, f"{indicator.id} has no scale, so its parts give no figure")


def _check_frequency(
    source: Source, mapped: MappedIndicator, indicator: Indicator, key: Scalar, log: ProblemLog
) -> None:
    if mapped.split is None and source.period.form is PeriodForm.DATE:
        return
    found = Frequency.ANNUAL if mapped.split is None else _FREQUENCIES[mapped.split]
    if found is not indicator.frequency:
        message = f"{indicator.id} is {indicator.frequency}, and these figures are {found}"
        log.note("LIM706", key.span, message)
