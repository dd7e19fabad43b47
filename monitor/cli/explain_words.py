"""The facts of an explanation in sentences."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from rich.text import Text

from monitor.cli.explain_facts import (
    BenchmarkTold,
    ChartTold,
    ConditionTold,
    Explanation,
    FlappingTold,
    InputTold,
    IntervalTold,
    LearntTold,
    LevelTold,
    LineTold,
    OtherTold,
    RecoveryTold,
    RuleTold,
    SidesTold,
)
from monitor.cli.explain_view import MORE_DECIMALS
from monitor.cli.scorecard import Rated
from monitor.core.judgements import RuleHealth
from monitor.core.observations import Status
from monitor.core.periods import Period
from monitor.core.rulebook import Indicator, Level
from monitor.terminal import NOTHING, rating, travel
from monitor.terminal import level as level_chip
from monitor.terminal import short_day as day
from monitor.wording import WITHHELD, FigureFormat

_SIGNS = {"+": "+", "-": "−", "/": "÷"}
_WHOSE = {
    "neighbours": "the figure of its statistical neighbours",
    "region": "the figure of its region",
    "england": "the figure of England",
}
_ANSWERS = {True: "yes", False: "no", None: "can't be said"}


def figure_line(figure: Rated, period: str) -> Text:
    """The figure with its parts, its period and its rating."""
    own = figure.evaluation
    missing = own.missing.value if own.missing else "no figure"
    is_shown = own.value is not None or figure.protected
    value = figure.figures.full(own.value, protected=figure.protected) if is_shown else missing
    parts = ""
    if own.numerator is not None and own.denominator is not None:
        parts = f" ({own.numerator:,f} of {own.denominator:,f})"
    provisional = ", provisional" if own.status is Status.PROVISIONAL else ""
    return Text.assemble((value, "bold"), parts, f", {period}{provisional}: ", rating(own.rag))


def before_line(figure: Rated) -> Text:
    """The figure before, and which way it went from there."""
    own = figure.evaluation
    if own.previous_period_end is None:
        return Text("It is the first of its series.")
    before = figure.figures.short(own.previous_value, protected=figure.previous_protected)
    then = Period(own.previous_period_end, figure.indicator.basis).label
    said = [Text.assemble(f"Before: {before}, {then}: ", rating(own.previous_rag))]
    moved = travel(own.direction, own.value, own.previous_value)
    if moved.plain.strip(" –"):
        said.append(moved)
    return Text("; ").join(said)


def differences(found: Explanation) -> Iterator[str]:
    """Where a restated figure was rated or levelled otherwise before, in a sentence each."""
    judged = [each for each in found.revisions if each.judged is not None]
    ratings = [(each.revision, each.judged.rag) for each in judged if each.judged is not None]
    if len({rag for _, rag in ratings}) > 1:
        yield f"The rating differs: {_by_revision(ratings)}."
    for rule in found.rules:
        levels = [(each.revision, each.level or "no level") for each in rule.verdicts]
        if len({level for _, level in levels}) > 1:
            yield f"What {rule.rule} finds differs: {_by_revision(levels)}."


def _by_revision(found: list[tuple[int, str]]) -> str:
    return ", ".join(f"revision {number} {what}" for number, what in found)


def input_line(each: InputTold, read: str, *, first: bool) -> Text:
    """One figure that another is made from, with the file that brought it."""
    figures = FigureFormat(each.unit, each.decimals)
    value = each.missing or figures.short(each.value, protected=each.protected)
    provisional = ", provisional" if each.status == Status.PROVISIONAL else ""
    came = f"made {read}" if each.made_from is not None else f"from {each.file}, read {read}"
    sign = "" if first else f"{_SIGNS[each.operator]} "
    return Text.assemble(
        sign,
        (f"{each.indicator} {value}", "bold"),
        f" of {each.period}{provisional}: revision {each.revision}, {came}",
    )


def target_line(line: LineTold, found: Explanation) -> Text:
    """What a target is worked out by, with the numbers put in."""
    values: dict[str, str] = {}
    if found.benchmarks is not None and found.figure is not None:
        write = found.figure.figures.short
        values = {each.what: write(each.value, protected=each.protected) for each in found.benchmarks.figures}
    if line.calculation in _WHOSE:
        return Text(f"{_WHOSE[line.calculation]}, see below")
    used = ", ".join(
        f"{name} is {value}" for name, value in values.items() if name in (line.calculation or "")
    )
    return Text(f"worked out as {line.calculation}" + (f", where {used}" if used else ""))


def learnt_line(learnt: LearntTold, indicator: Indicator) -> str:
    """What a range was learnt from."""
    known = f"learnt from {learnt.known} of the {learnt.window} figures before"
    if learnt.known < learnt.fewest:
        return f"{known}; {learnt.fewest} are needed"
    if learnt.protected:
        return f"{known}, some of which are withheld"
    mean, moving = (_finer(each, indicator) for each in (learnt.mean, learnt.moving_range))
    return f"{known}: their mean {mean} ± 2.66 × the mean moving range {moving}"


def benchmark_line(each: BenchmarkTold, figures: FigureFormat) -> Text:
    """The figure of neighbours, region or England, and where it is from."""
    value = figures.short(each.value, protected=each.protected)
    what = "England" if each.what == "england" else each.what.capitalize()
    if each.neighbours is not None:
        near = each.neighbours
        if not near.areas:
            return Text.assemble((f"{what}: {value}", "bold"), f"; {near.set} names none for this area")
        source = (
            f", the {near.statistic} of the {near.known} that have a figure, of {len(near.areas)} in "
            f"{near.set}"
        )
        if near.known == len(near.areas):
            source = f", the {near.statistic} of all {near.known} in {near.set}"
        few = "; " if near.known >= near.minimum else "; too few: "
        return Text.assemble((f"{what}: {value}", "bold"), f"{source}{few}at least {near.minimum} are needed")
    if each.area is None:
        return Text.assemble((f"{what}: {value}", "bold"), ", as written in the rule file")
    name = f", {each.area}" if each.area != what else ""
    return Text.assemble((f"{what}: {value}", "bold"), name)


def other_rows(others: Sequence[OtherTold], figures: FigureFormat) -> Iterator[tuple[str, str]]:
    """Each neighbour's name, and its figure or why it is left out; figures stand below one another."""
    shown = [
        NOTHING if each.missing else figures.short(each.value, protected=each.protected) for each in others
    ]
    width = max((len(each) for each in shown), default=0)
    for each, figure in zip(others, shown, strict=True):
        why = f"  left out: {each.missing}" if each.missing else ""
        yield each.area, f"{figure:>{width}}{why}"


def band_lines(line: LineTold, indicator: Indicator) -> Iterator[Text]:
    """What each band of a rating compares, a line each."""
    for band in line.bands:
        for said in condition_lines(band.compared, indicator):
            yield Text.assemble(f"{band.colour}: ", said)


def level_line(told: LevelTold, figure: Rated | None, place: str) -> Text:
    """A level, its condition, whether it holds, and the ``place`` where it is written."""
    chip = level_chip(Level(told.level))
    limits = ", ".join(figure.figures.short(limit) for limit in told.limits) if figure else ""
    told_below = told.compared is not None and any(not each.protected for each in told.compared.sides)
    is_told = told_below or limits in told.condition
    computed = "" if is_told else f" (limit {limits})"
    verdict = {
        True: (" → holds", "bold"),
        False: (" → does not hold", ""),
        None: (" → can't be said of this figure", "dim"),
    }[told.holds]
    return Text.assemble(chip, f" if {told.condition}{computed}", verdict, (f"  {place}", "dim"))


def condition_lines(told: ConditionTold | None, indicator: Indicator) -> Iterator[Text]:
    """What a condition compares, a line each."""
    if told is None:
        return
    for sides in told.sides:
        yield _sides_line(sides)
    for interval in told.intervals:
        yield _interval_line(interval, indicator)
    for chart in told.charts:
        yield _chart_line(chart, indicator)
    if told.rating is not None:
        yield Text(f"the figure is rated: {told.rating}")


def _sides_line(told: SidesTold) -> Text:
    if told.protected:
        return Text(f"{told.left} {told.operator} {told.right}: {WITHHELD}", "dim")
    left, right = _side(told.left, told.left_value), _side(told.right, told.right_value)
    return Text(f"{left} {told.operator} {right}: {_ANSWERS[told.holds]}")


def _side(text: str, value: Decimal | None) -> str:
    """A side as written with what it comes to: ``value 46``, ``40``, ``target * 1.1 (38.6)``."""
    shown = "no figure" if value is None else f"{value:,f}"
    if text[-1:].isdigit() and text.lstrip("-").replace(".", "").isdigit():
        return shown
    return f"{text} {shown}" if text.isidentifier() else f"{text} ({shown})"


def _interval_line(told: IntervalTold, indicator: Indicator) -> Text:
    if told.protected:
        return Text(f"{told.function}: {WITHHELD}", "dim")
    if told.no_interval is not None:
        return Text(f"{told.function}: there is no interval, {told.no_interval}", "dim")
    of = "of the change" if told.change else "of the figure"
    against = f"against 0, {told.against}" if told.change else f"against {told.against}"
    value = FigureFormat(indicator.unit, indicator.decimals).short(told.against_value)
    given = (
        "" if told.against_value is not None and told.against == f"{told.against_value:f}" else f" {value}"
    )
    return Text(
        f"{told.function}: the {told.confidence}% interval {of} is {_finer(told.lower, indicator)} to "
        f"{_finer(told.upper, indicator)} ({told.method}), {against}{given}: {_ANSWERS[told.holds]}"
    )


def _chart_line(told: ChartTold, indicator: Indicator) -> Text:
    begin = f"{told.function}: "
    if told.protected:
        return Text(f"{begin}some of the last {told.window} figures are {WITHHELD}", "dim")
    if told.known < told.fewest:
        return Text(
            f"{begin}{told.known} figures are too few for a control chart; it needs {told.fewest}", "dim"
        )
    mean, lower, upper = (_finer(each, indicator) for each in (told.mean, told.lower, told.upper))
    signs = "; ".join(told.signs) or "no sign of special cause"
    return Text(
        f"{begin}mean of the last {told.known} figures {mean}, limits {lower} to {upper}; {signs}: "
        f"{_ANSWERS[told.holds]}"
    )


def _finer(value: Decimal | None, indicator: Indicator) -> str:
    return FigureFormat(indicator.unit, indicator.decimals + MORE_DECIMALS).short(value)


def conditions(rule: RuleTold) -> str:
    """When the alert begins and ends."""
    lasting = f"Fires after {rule.periods} figures in a row" if rule.periods > 1 else "Fires at once"
    recover = rule.recovery.condition if rule.recovery else rule.recover
    over = f"over when {recover}" if recover else "over when no level holds"
    text = f"{lasting}; {over}."
    if rule.retired_on:
        successor = f", then “{rule.superseded_by}”" if rule.superseded_by else ""
        text += (
            f" In use until {day(rule.retired_on)}{successor}: no figure that comes in later raises an alert."
        )
    return text


def recovery_line(told: RecoveryTold) -> Text:
    """That an alert goes on though no level holds."""
    return Text.assemble(
        ("Not yet recovered", "bold"), f": no level holds, but the alert goes on until {told.condition}."
    )


def flapping_line(told: FlappingTold) -> Text:
    """How often the alert changes."""
    share = (
        f"its changes weigh {told.percent}% over its last {told.figures} figures; flapping begins above "
        f"{float(told.high):g}% and ends below {float(told.low):g}%"
    )
    if told.flapping:
        return Text.assemble(
            ("Flapping", "bold"), f": {share}. Until it has calmed nobody is told of each change."
        )
    return Text(f"Not flapping: {share}.")


def state_line(rule: RuleTold, period: str) -> Text:
    """How the alert stands now, and how it stood after the figure's period."""
    chip = level_chip(Level(rule.level)) if rule.level else Text("")
    since = f", since {day(rule.since)}" if rule.since else ""
    judged = f", judged to {day(rule.judged_to)}" if rule.judged_to else ""
    then = f"; with the figure of {period}: {rule.then}" if rule.then else ""
    quiet = rule.health == RuleHealth.OK or rule.applies
    health = "" if quiet else f"; on this figure: {rule.health}"
    return Text.assemble(
        ("Now: ", "bold"), rule.state, " " if rule.level else "", chip, since, judged, then, health
    )
