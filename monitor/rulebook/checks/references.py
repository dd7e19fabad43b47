"""What one definition says of another: indicators watched, successors, rules that outlive their indicator."""

from collections.abc import Callable, Mapping

from monitor.core.rulebook import Retirement
from monitor.rulebook.alerts import WrittenAlert
from monitor.rulebook.identifiers import Definition
from monitor.rulebook.indicators import WrittenIndicator
from monitor.rulebook.problems import ProblemLog, Span
from monitor.rulebook.scalars import shown
from monitor.rulebook.suggestions import did_you_mean
from monitor.rulebook.written import WrittenRulebook


def check_indicators_known(rulebook: WrittenRulebook, log: ProblemLog) -> None:
    """Notes alert rules that watch an indicator that no file defines."""
    if not rulebook.complete:
        return
    for alert in rulebook.alerts.values():
        name = alert.indicator.text
        if name not in rulebook.indicator_definitions:
            hint = did_you_mean(name, rulebook.indicator_definitions, log)
            log.note("LIM402", alert.indicator.span, f"there is no indicator {shown(name)}", hint)


def check_successions(rulebook: WrittenRulebook, log: ProblemLog) -> None:
    """Notes successors that are not there, and successions that lead back to where they began."""
    indicators = {key: written.indicator.retirement for key, written in rulebook.indicators.items()}
    alerts = {key: written.rule.retirement for key, written in rulebook.alerts.items()}

    def retired(key: str) -> Span:
        return rulebook.indicators[key].spans["retired"]

    def effective(key: str) -> Span:
        return rulebook.alerts[key].spans["effective"]

    known = rulebook.complete
    _check_line(indicators, rulebook.indicator_definitions, "indicator", retired, log, complete=known)
    _check_line(alerts, rulebook.alert_definitions, "alert rule", effective, log, complete=known)


def _check_line(
    retirements: Mapping[str, Retirement | None],
    defined: Mapping[str, Definition],
    kind: str,
    span: Callable[[str], Span],
    log: ProblemLog,
    *,
    complete: bool,
) -> None:
    successors = {
        key: retirement.superseded_by
        for key, retirement in retirements.items()
        if retirement is not None and retirement.superseded_by is not None
    }
    circular = _circular(successors)
    for key, successor in successors.items():
        if successor not in defined and complete:
            hint = did_you_mean(successor, defined, log)
            log.note(
                "LIM404",
                span(key),
                f"superseded_by names {shown(successor)}, and there is no such {kind}",
                hint,
            )
        if key in circular:
            log.note("LIM405", span(key), f"the line of successors of {key} leads back to it")


def _circular(successors: Mapping[str, str]) -> set[str]:
    """The ids from which following the successors leads back to themselves. Each id is walked over once."""
    found: set[str] = set()
    done: set[str] = set()
    for start in successors:
        path: dict[str, None] = {}
        key: str | None = start
        while key is not None and key not in done and key not in path:
            path[key] = None
            key = successors.get(key)
        if key in path:
            line = list(path)
            found.update(line[line.index(key) :])
        done.update(path)
    return found


def check_lifetimes(alert: WrittenAlert, written: WrittenIndicator, log: ProblemLog) -> None:
    """Notes a rule that goes on after its indicator is retired."""
    retirement, own = written.indicator.retirement, alert.rule.retirement
    if retirement is None or alert.faulty or (own is not None and own.on <= retirement.on):
        return
    message = f"{written.indicator.id} is retired on {retirement.on}, and this rule goes on"
    span = alert.spans["effective"] if own is not None else alert.key
    log.note("LIM407", span, message, f"add effective: {{until: {retirement.on}}}")
