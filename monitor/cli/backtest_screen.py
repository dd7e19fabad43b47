"""A backtest on a terminal: a bar for each alert, mails by person and month, breaches by rule."""

from collections.abc import Mapping
from datetime import date
from itertools import groupby
from typing import Final

from rich.console import Console
from rich.text import Text

from monitor.backtest import Backtest, MailKind
from monitor.cli.backtest_view import Bar, bars, first_figure, kinds_in_words, worst_level
from monitor.cli.time_axis import LETTERS, PENDING, QUIET, State, TimeAxis, letter
from monitor.core.replay import Episode
from monitor.core.rulebook import LEVELS, Level
from monitor.terminal import counted, level, level_style, table
from monitor.wording import in_sentence
from monitor.world import World

ASKING: Final = frozenset({MailKind.REMINDER, MailKind.ESCALATION})
"""Mails that say nothing new."""

WIDEST_NAME = 24
NARROWEST = 12
"""Columns that the bars have at least, however narrow the terminal is."""

_SUMMARY = 26
_FEW = 12
"""Breaches that are listed one by one; where there are more, the bars and --format csv say it better."""


UNANSWERED_NOTE: Final = (
    "Reminders and escalations are counted as if nobody ever acknowledged anything. See how many there are "
    "when people do: --acknowledged-after 2, working days after they are told."
)


def show_backtest(out: Console, found: Backtest, world: World, most: int) -> None:
    """Prints everything."""
    question = found.question
    out.print(Text(f"{question.start} to {question.until}: {_summary(found)}", "bold"), soft_wrap=True)
    if not found.episodes:
        return
    axis = TimeAxis.of(question.start, question.until, max(out.width - WIDEST_NAME - _SUMMARY, NARROWEST))
    shown, fired = bars(found, most)
    out.print()
    out.print(_legend(axis))
    for rule, group in groupby(shown, key=lambda bar: bar.rule):
        out.print(Text.assemble("\n", (in_sentence(found.rules[rule].title), "bold"), (f"  {rule}", "dim")))
        out.print(_line("", Text(axis.heading(), "dim")))
        for bar in group:
            out.print(_bar(bar, axis), no_wrap=True, crop=False)
    if fired > len(shown):
        out.print(
            f"\nShown are the {len(shown)} of {fired:,} alerts that fired longest: see more with --most, or "
            "fewer with --rule and --area.",
            soft_wrap=True,
        )
    if len(found.episodes) <= _FEW:
        _breaches(out, found, world)
    _rules(out, found)
    _mails(out, found, axis)
    _not_told(out, found)
    if question.acknowledged_after is None and found.kinds().keys() & ASKING:
        out.print(f"\n{UNANSWERED_NOTE}", soft_wrap=True)


def _summary(found: Backtest) -> str:
    alerts = {(each.rule, each.area) for each in found.episodes}
    people = {mail.recipient.id for mail in found.mails}
    kinds = kinds_in_words(found)
    if not alerts:
        return f"no alert fires, by {counted(len(found.rules), 'rule')}"
    return (
        f"{counted(len(found.episodes), 'breach', 'breaches')} of {counted(len(alerts), 'alert')}, "
        f"{counted(len(found.mails), 'mail')} to {counted(len(people), 'person', 'people')}"
        f"{f' ({kinds})' if kinds else ''}"
    )


def _legend(axis: TimeAxis) -> Text:
    words = [(f"{LETTERS[each]} {each.value}", level_style(each)) for each in reversed(LEVELS)]
    parts: list[str | tuple[str, str]] = [f"A column is a {axis.unit}: "]
    for word, style in words:
        parts += [(word, style), ", "]
    return Text.assemble(*parts, f"{PENDING} pending, {QUIET} quiet")


def _line(name: str, columns: Text) -> Text:
    shown = name if len(name) < WIDEST_NAME else name[: WIDEST_NAME - 2] + "…"
    return Text.assemble(f"  {shown:{WIDEST_NAME - 1}} ", columns)


def _bar(bar: Bar, axis: TimeAxis) -> Text:
    cells = Text.assemble(*(_cell(state) for state in axis.states(bar.stays)))
    said = f"  {counted(bar.breaches, 'breach', 'breaches')}, {counted(bar.months, 'month')}"
    return _line(bar.area, cells + Text(said))


def _cell(state: State | None) -> tuple[str, str]:
    style = (
        f"{level_style(state)} reverse" if isinstance(state, Level) else "dim" if state is None else "bold"
    )
    return letter(state), style


def _breaches(out: Console, found: Backtest, world: World) -> None:
    made = table("Breach", "Area", "Fired", "Over", "Worst", "Figure", "Limit", right=("Figure", "Limit"))
    for each in found.episodes:
        first = first_figure(found, each, world)
        made.add_row(
            each.rule,
            each.area,
            str(each.began),
            str(each.ended or "goes on"),
            level(worst_level(each)),
            first.style.short(first.value, protected=first.protected),
            "" if first.limit is None else first.style.short(first.limit),
        )
    out.print()
    out.print(made)


def _rules(out: Console, found: Backtest) -> None:
    made = table("Rule", "Breaches", "Areas", "Critical", right=("Breaches", "Areas", "Critical"))
    by_rule: dict[str, list[Episode]] = {rule: [] for rule in found.rules}
    for each in found.episodes:
        by_rule[each.rule].append(each)
    for rule, own in sorted(by_rule.items(), key=lambda item: -len(item[1])):
        critical = sum(worst_level(each) is Level.CRITICAL for each in own)
        made.add_row(rule, f"{len(own):,}", str(len({each.area for each in own})), f"{critical:,}")
    out.print()
    out.print(made)


def _mails(out: Console, found: Backtest, axis: TimeAxis) -> None:
    """A line for each person: how many mails in each column, and what the busiest month was like."""
    if not found.mails:
        return
    out.print(Text("\nMails to each person", "bold"))
    out.print(_line("", Text(axis.heading(), "dim")))
    spanned = sum(len(column.months) for column in axis.columns)
    by_person = {key: list(own) for key, own in groupby(found.months(), key=lambda each: each.recipient)}
    for person, months in sorted(by_person.items(), key=lambda item: -sum(each.mails for each in item[1])):
        by_month = {each.month: each.mails for each in months}
        total, busiest = sum(by_month.values()), max(months, key=lambda each: each.mails)
        said = f"  {total:,}, {total / spanned:.1f} a month, most {busiest.mails} in {busiest.month:%b %Y}"
        again = sum(each.kinds.get(kind, 0) for each in months for kind in ASKING)
        said += f", {again:,} to ask again" if again else ""
        out.print(_line(person.name, _counts(axis, by_month)) + Text(said), no_wrap=True, crop=False)


def _counts(axis: TimeAxis, by_month: Mapping[date, int]) -> Text:
    return Text("".join(_digit(count) for count in axis.counts(by_month)))


def _digit(count: int) -> str:
    return QUIET if count == 0 else str(count) if count < 10 else "+"  # noqa: PLR2004 - one column, one sign


def _not_told(out: Console, found: Backtest) -> None:
    reasons = found.not_told()
    if reasons:
        out.print()
        for reason, count in reasons.items():
            out.print(f"{counted(count, 'time')} {reason}", soft_wrap=True)
