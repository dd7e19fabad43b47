"""An explanation in words, section after section."""

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from pathlib import Path

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.text import Text

from monitor.cli.explain_facts import (
    BenchmarksTold,
    DerivationTold,
    Explanation,
    FaultTold,
    LatenessTold,
    LineTold,
    NeighboursTold,
    RevisionTold,
    RuleTold,
    StepTold,
)
from monitor.cli.explain_words import (
    band_lines,
    before_line,
    benchmark_line,
    condition_lines,
    conditions,
    differences,
    figure_line,
    flapping_line,
    input_line,
    learnt_line,
    level_line,
    other_rows,
    recovery_line,
    state_line,
    target_line,
)
from monitor.cli.reports import path_from_here
from monitor.cli.telling_facts import TellingTold
from monitor.cli.telling_words import telling_lines, telling_sentence
from monitor.cli.told import Telling, spelt
from monitor.core.alerts import AlertState
from monitor.terminal import short_day as day
from monitor.terminal import table
from monitor.wording import FigureFormat, good_way


class Pages:
    """Writes an explanation."""

    def __init__(self, out: Console, zone: tzinfo, rules_dir: Path, now: datetime) -> None:
        self._out = out
        self._zone = zone
        self._rules_dir = rules_dir
        self._now = now

    def _place(self, position: str) -> str:
        """Where something stands in the rules, as a path that can be opened from the present folder."""
        return path_from_here(self._rules_dir.absolute() / position)

    def show(self, found: Explanation) -> None:
        indicator = found.indicator
        self._out.print(Text(f"{found.area.name}: {indicator.title}", "bold"))
        self._out.print(Text(f"{indicator.id} in {self._rules_dir}", "dim"), soft_wrap=True)
        self._figure(found)
        if found.made_from is not None:
            self._heading("How it is made")
            self._derivation(found.made_from, 2)
        self._in_force(found)
        for rule in found.rules:
            self._rule(rule, found)
        if not found.rules:
            self._heading("Alerts")
            self._say(f"No alert rule watches this indicator in {found.area.name}.")
        if found.lateness is not None:
            self._lateness(found.lateness, found)
        if found.fault is not None:
            self._fault(found.fault, found)

    def show_person(self, found: Explanation, only: str | None) -> None:
        """Only why somebody was told or was not; ``only``: the alert about data that was asked for."""
        self._out.print(Text(f"{found.area.name}: {found.indicator.title}", "bold"))
        of_data = [each for each in (found.lateness, found.fault) if each is not None]
        asked = [each for each in (*found.rules, *of_data) if only in (None, each.rule)]
        answered = [each.person for each in asked if each.person is not None]
        if not answered:
            self._say("No alert rule watches this indicator here, so there is nothing to tell anybody.")
        for each in answered:
            self._heading(Text.assemble((f"{each.name}: ", "bold"), each.rule))
            for line in each.answers:
                self._say(line)

    def _heading(self, text: str | Text) -> None:
        self._out.print()
        self._out.print(text if isinstance(text, Text) else Text(text, "bold underline"))

    def _say(self, text: str | RenderableType, indent: int = 2) -> None:
        shown = Text(text) if isinstance(text, str) else text
        self._out.print(Padding(shown, (0, 0, 0, indent), expand=False))

    def _moment(self, moment: datetime) -> str:
        return f"{moment.astimezone(self._zone):%-d %b %Y %H:%M}"

    def _figure(self, found: Explanation) -> None:
        self._heading("The figure")
        figure, indicator = found.figure, found.indicator
        if figure is None:
            self._say(f"There is no figure for {found.area.name} in that time.")
            return
        self._say(figure_line(figure, found.period))
        self._say(before_line(figure))
        self._say(" ".join(filter(None, (indicator.definition, good_way(indicator.polarity)))))
        if indicator.numerator and indicator.denominator:
            self._say(f"It is {indicator.numerator}, of {indicator.denominator}.")
        self._say(f"Source: {indicator.source}.")
        for each in found.revisions:
            self._say(self._revision(each, figure.figures, derived=indicator.derivation is not None))
        for line in differences(found):
            self._say(line)

    def _revision(self, each: RevisionTold, figures: FigureFormat, *, derived: bool) -> Text:
        value = figures.short(each.value, protected=each.protected)
        shown = each.missing if each.missing and not each.protected else value
        came = f"made on {self._moment(each.recorded_at)}"
        if not derived:
            came = f"from {each.file}, read {self._moment(each.recorded_at)} (batch {each.batch})"
        judged = "not judged yet"
        if each.judged is not None:
            judged = f"judged in cycle {each.judged.cycle}, {self._moment(each.judged.at)}: {each.judged.rag}"
        return Text.assemble(f"Revision {each.revision}: {shown}, {each.status}; {came}; ", judged)

    def _derivation(self, made: DerivationTold, indent: int) -> None:
        self._say(Text.assemble(made.formula, (f"  {self._place(made.position)}", "dim")), indent)
        if made.reference:
            self._say(Text(made.reference, "dim"), indent)
        for number, each in enumerate(made.inputs):
            self._say(input_line(each, self._moment(each.recorded_at), first=number == 0), indent + 2)
            if each.made_from is not None:
                self._derivation(each.made_from, indent + 6)
        for lacks in made.lacking:
            self._say(f"{lacks.title} has no figure for {lacks.period}: the total waits for it.", indent)
        if not made.current:
            self._say("One of these has changed since; the next cycle makes the figure anew.", indent)

    def _in_force(self, found: Explanation) -> None:
        if found.figure is None:
            return
        self._heading("What is in force for it")
        for line in found.lines:
            self._line(line, found)
        if found.benchmarks is not None:
            self._benchmarks(found.benchmarks, found.figure.figures)
        if not found.lines and found.benchmarks is None:
            self._say("Neither a target, nor an expected range, nor bands of ratings.")
        self._say(self._judged(found))

    def _line(self, line: LineTold, found: Explanation) -> None:
        until = f" until {day(line.until)}" if line.until else ""
        head = (f"{line.what.capitalize()}: ", "bold")
        self._say(Text.assemble(head, f"{line.text} (since {day(line.start)}{until})"))
        if line.calculation is not None:
            self._say(target_line(line, found), 4)
        if line.row is not None:
            self._say(f"from the table of targets, {line.row}", 4)
        if line.learnt is not None:
            self._say(learnt_line(line.learnt, found.indicator), 4)
        for said in band_lines(line, found.indicator):
            self._say(said, 4)
        self._say(line.reference, 4)
        self._say(Text(self._place(line.position), "dim"), 4)

    def _benchmarks(self, beside: BenchmarksTold, figures: FigureFormat) -> None:
        until = f" until {day(beside.until)}" if beside.until else ""
        self._say(Text.assemble(("Compared with", "bold"), f" (since {day(beside.start)}{until})"))
        for each in beside.figures:
            self._say(benchmark_line(each, figures), 4)
            if each.neighbours is not None:
                self._neighbours(each.neighbours, figures)
        self._say(beside.reference, 4)
        self._say(Text(self._place(beside.position), "dim"), 4)

    def _neighbours(self, near: NeighboursTold, figures: FigureFormat) -> None:
        if near.areas:
            made = table("Area", "Figure")
            made.show_header = False
            for row in other_rows(near.areas, figures):
                made.add_row(*row)
            self._say(made, 6)
        self._say(Text(f"{near.reference}; {self._place(near.position)}", "dim"), 6)

    def _judged(self, found: Explanation) -> str:
        judgement = found.judgement
        if judgement is None:
            return "No cycle has judged this figure yet."
        rules = (judgement.revision or judgement.rulebook)[:12]
        when = f"in cycle {judgement.cycle}, {self._moment(judgement.at)}"
        text = f"Judged {when}, by rules {rules}: {judgement.rag}."
        if judgement.restated:
            text += " The figure has been restated since; the next cycle judges it again."
        elif judgement.rulebook != found.rulebook:
            text += f" Shown above is what the rules say now ({(found.revision or found.rulebook)[:12]})."
        return text

    def _rule(self, rule: RuleTold, found: Explanation) -> None:
        self._heading(
            Text.assemble(("Alert: ", "bold"), (rule.title, "bold underline"), (f"  {rule.rule}", "dim"))
        )
        self._say(Text(f"{self._place(rule.position)}; {rule.reference}", "dim"))
        if rule.applies:
            self._say(rule.applies)
        else:
            for each in rule.levels:
                self._say(level_line(each, found.figure, self._place(each.position)))
                for line in condition_lines(each.compared, found.indicator):
                    self._say(line, 4)
            self._say(conditions(rule))
            if rule.recovery is not None and rule.recovery.awaited:
                self._say(recovery_line(rule.recovery))
                for line in condition_lines(rule.recovery.compared, found.indicator):
                    self._say(line, 4)
        self._say(state_line(rule, found.period))
        if rule.flapping is not None:
            self._say(flapping_line(rule.flapping))
        self._steps(rule.steps)
        self._tellings(rule.tellings)
        self._standing(rule.telling, found, firing=rule.state == AlertState.FIRING)

    def _lateness(self, late: LatenessTold, found: Explanation) -> None:
        self._heading(Text.assemble(("Coming in time", "bold underline"), (f"  {late.rule}", "dim")))
        if late.expected_within is not None:
            days = f"{late.expected_within} working day{'' if late.expected_within == 1 else 's'}"
            self._say(f"A figure is expected within {days} of its period's end.")
        else:
            self._say("The rules no longer say by when a figure is expected.")
        if late.period_end is not None and late.due is not None:
            figure, due = day(late.period_end), day(late.due)
            self._say(
                f"The figure to {figure} is late: it was due by {due}."
                if late.late
                else f"The next one is that to {figure}, due by {due}."
            )
        self._steps(late.steps)
        if late.steps:
            self._tellings(late.tellings)
        self._standing(late.telling, found, firing=late.late)

    def _fault(self, fault: FaultTold, found: Explanation) -> None:
        self._heading(Text.assemble(("Looking right", "bold underline"), (f"  {fault.rule}", "dim")))
        self._say(fault.limits or "The rules no longer say when a figure is doubtful.")
        if not fault.in_doubt:
            self._say("No figure is in doubt.")
        else:
            self._say(f"In doubt: {fault.doubt}." if fault.doubt else "A figure is in doubt.")
        self._steps(fault.steps)
        if fault.steps:
            self._tellings(fault.tellings)
        self._standing(fault.telling, found, firing=fault.in_doubt)

    def _standing(self, told: TellingTold, found: Explanation, *, firing: bool) -> None:
        """What is to come, and what keeps it back."""
        style = FigureFormat(found.indicator.unit, found.indicator.decimals)
        for title, lines in telling_lines(told, style, self._now, self._zone, firing=firing):
            if lines:
                self._out.print()
                self._say(Text(title, "bold"))
            for line in lines:
                self._say(line)

    def _steps(self, steps: Sequence[StepTold]) -> None:
        if not steps:
            return
        made = table("When", "Period to", "From", "To", "Why")
        for step in steps:
            period = day(step.period_end) if step.period_end else "–"
            made.add_row(self._moment(step.at), period, step.before, step.after, step.reason)
        self._out.print()
        self._say(Text("How it got there", "bold"))
        self._say(made)

    def _tellings(self, found: Iterable[Telling]) -> None:
        decided = list(found)
        if not decided:
            self._say("Nobody had to be told.")
            return
        self._out.print()
        self._say(Text("Who was told, or not", "bold"))
        made = table("When", "What")
        made.show_header = False
        for each in decided:
            made.add_row(self._moment(each.at), self._told(each))
        self._say(made)

    def _told(self, each: Telling) -> Text:
        """One decision in a sentence, with its reason and what became of the mail."""
        said = telling_sentence(each, self._zone)
        if not each.told:
            return Text(said)
        kind, name = f"{each.kind}: ", spelt(each.recipient or "")
        return Text.assemble(kind, (name, "bold"), said.removeprefix(kind + name))
