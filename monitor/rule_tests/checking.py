"""Compares what is expected on a day with how things stand."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitor.core.alerts import Alert
from monitor.core.judgements import Evaluation, RuleHealth
from monitor.rule_tests.coverage import (
    CoverageItem,
    Part,
    reached_by_alert,
    reached_by_lateness,
    reached_by_rating,
)
from monitor.rule_tests.findings import Findings
from monitor.rule_tests.model import Expectation, ExpectedAlert, ExpectedRating, Listed, Setting
from monitor.rule_tests.results import Difference
from monitor.rule_tests.scene import Scene
from monitor.rule_tests.tellings import check_silence, check_told


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of one expectation, and what of the rulebook it reached."""

    differences: tuple[Difference, ...]
    reached: frozenset[CoverageItem]


def check(expectation: Expectation, scene: Scene, setting: Setting) -> Checked:
    """Compares every part of an expectation with the scene."""
    found = Findings(expectation.at, scene, setting)
    for rating in expectation.ratings:
        _check_rating(rating, found)
    for alert in expectation.alerts:
        _check_alert(alert, found)
    if expectation.alerts_listed is not None:
        _check_others(expectation.alerts, expectation.alerts_listed, found)
    if expectation.told_listed is not None:
        check_told(expectation.told, expectation.told_listed, found)
    for silence in expectation.not_told:
        check_silence(silence, found)
    return Checked(tuple(found.differences), frozenset(found.reached))


def _check_rating(expected: ExpectedRating, found: Findings) -> None:
    what = f"{expected.indicator} in {expected.area}"
    evaluation = found.scene.evaluation(expected.indicator, expected.area, expected.period)
    if evaluation is None:
        period = f" for {expected.period}" if expected.period else ""
        found.differ(expected.span, f"{what} has no figure{period}")
        return
    got: dict[str, object] = {key: getattr(evaluation, key) for key in expected.fields}
    if evaluation.value is None and "value" in got:
        got["value"] = evaluation.missing
    is_met = found.compare(expected.fields, got, what, lambda: _standards(evaluation, found.setting))
    if is_met and "rag" in expected.fields:
        indicator = found.world.rulebook.indicators[expected.indicator]
        found.reached.update(reached_by_rating(indicator, evaluation))


def _check_alert(expected: ExpectedAlert, found: Findings) -> None:
    rule = found.world.rulebook.alerts.get(expected.alert)
    alert = found.scene.alert(expected.alert, expected.area)
    got: dict[str, object] = {
        "state": alert.state,
        "level": alert.level,
        "since": alert.breach_since,
        "fired": alert.fired_on,
        "health": alert.health,
        "flapping": alert.flapping,
    }
    what = f"{expected.alert} in {expected.area}"
    if not found.compare(expected.fields, got, what, lambda: _judgement(alert, found)):
        return
    if rule is None:
        found.reached.update(reached_by_lateness(found.world.rulebook, alert))
        return
    reached = reached_by_alert(
        rule, found.world.areas[expected.area], alert, found.scene.last_transition(alert)
    )
    found.reached.update(
        each for each in reached if each.part is not Part.LEVEL or "level" in expected.fields
    )


def _check_others(expected: Iterable[ExpectedAlert], listed: Listed, found: Findings) -> None:
    """Notes alerts that are open and that nobody expects."""
    if listed.partial:
        return
    named = {(each.alert, each.area) for each in expected}
    for key, alert in sorted(found.scene.open_alerts.items()):
        if key not in named:
            level = f" ({alert.level})" if alert.level else ""
            message = f"{alert.rule} in {alert.area} is {alert.state}{level}; no line of alerts says so"
            found.differ(listed.span, message, _judgement(alert, found))


def _standards(evaluation: Evaluation, setting: Setting) -> Iterator[str]:
    """The figure, and by what it is rated."""
    unit = setting.world.rulebook.indicators[evaluation.indicator].unit
    value = str(evaluation.missing) if evaluation.value is None else f"{evaluation.value} {unit}"
    revision = f", revision {evaluation.revision}" if evaluation.revision > 1 else ""
    yield f"the figure of {evaluation.period_end} is {value} ({evaluation.status}{revision})"
    beside = [
        f"{name} {amount}"
        for name in ("target", "lower", "upper", "neighbours", "region", "england")
        if (amount := getattr(evaluation, name)) is not None
    ]
    bands = (
        f"bands {setting.place(evaluation.rag_position)}"
        if evaluation.rag_position
        else "no bands are in force"
    )
    yield ", ".join([*beside, bands])


def _judgement(alert: Alert, found: Findings) -> Iterator[str]:
    """What the rule said of the alert's last figure, and where it stands."""
    rule = found.world.rulebook.alerts.get(alert.rule)
    if rule is None:
        if alert.breach_since is not None:
            yield f"the figure of {alert.breach_since} was due on {alert.fired_on}"
        return
    place, verdict = found.setting.place, found.scene.verdict(alert)
    if verdict is None:
        yield f"the rule has judged no figure of {alert.area} yet (rule {place(rule.position)})"
        return
    evaluation = found.scene.evaluation(rule.indicator, alert.area, verdict.period_end)
    value = "missing" if evaluation is None or evaluation.value is None else str(evaluation.value)
    if verdict.health is not RuleHealth.OK:
        yield f"the rule could not judge the figure of {verdict.period_end} ({value}): {verdict.health}"
    else:
        holds = "holds" if verdict.level else "does not hold"
        limit = "" if verdict.limit is None else f", limit {verdict.limit}"
        yield f"the figure of {verdict.period_end} is {value}{limit}: {verdict.limit_text} {holds}"
    yield f"rule {place(verdict.limit_position)}"
