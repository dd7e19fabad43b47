"""A plan on a terminal."""

from datetime import tzinfo

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from monitor.cli.plan_view import (
    SIGNS,
    alert_line,
    later_lines,
    rating_row,
    reach_lines,
    retimed_lines,
    rule_lines,
    summary,
    untold_lines,
    why,
)
from monitor.core.rulebook import Level
from monitor.planning import Course, Plan
from monitor.terminal import level, level_style, table

_COLOURS = {"+": "green", "-": "bright_red", "~": "yellow"}
_ALERT_SIGNS = {
    Course.STARTS: "+",
    Course.WORSENS: "↑",
    Course.EASES: "↓",
    Course.ENDS: "-",
    Course.BECOMES_PENDING: "~",
    Course.STOPS_PENDING: "~",
    Course.COMES_AND_GOES: "~",
}
_MOST_RATINGS = 40


def show_plan_text(out: Console, plan: Plan, old: str, new: str, zone: tzinfo) -> None:
    """Prints everything, the summary at the end where the eye is."""
    out.print(Text(f"From {old} to {new}", "bold"), soft_wrap=True)
    _rules(out, plan)
    _ratings(out, plan)
    _alerts(out, plan)
    _mails(out, plan, zone)
    _lines(out, "Who would be told of open alerts at another time", retimed_lines(plan, zone))
    _lines(out, "Whom the next news of open alerts would reach", reach_lines(plan))
    out.print()
    out.print(Text(f"Plan: {summary(plan)}.", "bold"), soft_wrap=True)
    if plan.rebased:
        out.print(rebased_note(old), soft_wrap=True)
    out.print("Nothing was written or sent.")


def rebased_note(old: str) -> str:
    """Said where the store was judged by other rules than the old ones."""
    return f"The figures were last judged by other rules: the plan begins with what {old} would make of them."


def _rules(out: Console, plan: Plan) -> None:
    out.print(Text("\nRules", "bold"))
    if not plan.rules:
        out.print("  The two are the same but for comments, order and spelling.")
    for each in plan.rules:
        sign = SIGNS[each.edit]
        head = Text.assemble(
            (f"  {sign} ", _COLOURS[sign]), f"{each.kind} ", (each.id, "bold"), f" {each.edit}"
        )
        out.print(head + Text(f"  {each.position}", "dim"), soft_wrap=True)
        for line in rule_lines(each):
            out.print(Padding(Text(line, _COLOURS[line[0]]), (0, 0, 0, 6), expand=False))


def _ratings(out: Console, plan: Plan) -> None:
    if not plan.ratings:
        return
    made = table(
        "Indicator",
        "Area",
        "Period",
        "Figure",
        "By the old rules",
        "By the new",
        "Changes",
        right=("Figure", "Changes"),
    )
    for change in plan.ratings[:_MOST_RATINGS]:
        row = rating_row(change)
        made.add_row(row.indicator, row.area, row.period, row.value, row.old, row.new, row.figures)
    out.print(Text("\nRatings", "bold"))
    out.print(Padding(made, (0, 0, 0, 2), expand=False))
    if len(plan.ratings) > _MOST_RATINGS:
        out.print(f"  and {len(plan.ratings) - _MOST_RATINGS:,} more series: --format json has them all.")


def _alerts(out: Console, plan: Plan) -> None:
    if not plan.noteworthy:
        return
    out.print(Text("\nAlerts", "bold"))
    for change in plan.noteworthy:
        named: Level | None = change.after.level or change.before.level
        head = Text.assemble(f"  {_ALERT_SIGNS[change.course]} {change.course.value}  ", level(named), "  ")
        out.print(head + Text(alert_line(change), level_style(named) if named else ""), soft_wrap=True)
        out.print(Padding(Text(f"{change.after.rule}; {why(change)}", "dim"), (0, 0, 0, 6), expand=False))


def _mails(out: Console, plan: Plan, zone: tzinfo) -> None:
    if plan.mails:
        out.print(Text("\nMails", "bold"))
    for mail in plan.mails:
        out.print(
            Text.assemble("  ", (mail.recipient.name, "bold"), f" <{mail.recipient.address}>"), soft_wrap=True
        )
        out.print(Padding(Text(mail.subject), (0, 0, 0, 6), expand=False))
    _lines(out, "Told later", later_lines(plan.told_later, zone))
    _lines(out, "Not told", untold_lines(plan.untold))


def _lines(out: Console, title: str, lines: list[str]) -> None:
    if lines:
        out.print(Text(f"\n{title}", "bold"))
    for line in lines:
        out.print(Padding(Text(line), (0, 0, 0, 2), expand=False))
