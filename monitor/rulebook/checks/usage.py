"""Indicators of which nothing is made."""

from monitor.rulebook.problems import ProblemLog
from monitor.rulebook.written import WrittenRulebook


def check_usage(rulebook: WrittenRulebook, log: ProblemLog) -> None:
    """Notes indicators that no rule watches, no band rates and no other indicator is made of.

    Retired ones are kept for their history. Nothing is said while some definition has an error, or names an
    indicator that is not there: it may be the one that uses this one.
    """
    used = {alert.rule.indicator for alert in rulebook.alerts.values()}
    for written in rulebook.indicators.values():
        if written.derivation is not None:
            used |= {each.text for each in written.derivation.inputs}
    if not rulebook.sound or not used <= rulebook.indicators.keys():
        return
    for key, written in rulebook.indicators.items():
        if key not in used and not written.indicator.rag and written.indicator.retirement is None:
            log.note("LIM410", written.key, f"nothing is made of {key}")
