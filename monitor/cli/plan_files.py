"""A plan for other programs as JSON, and for a comment on a merge request as Markdown."""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import tzinfo

from monitor.cli.plan_text import rebased_note
from monitor.cli.plan_view import (
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
from monitor.cli.scorecard import plain_number
from monitor.core.alerts import Alert
from monitor.core.judgements import Evaluation
from monitor.core.rating_changes import RatingChange
from monitor.planning import Plan
from monitor.retiming import Moments

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")
_LONG = 12
"""Rows from which a table is folded away, so that the comment stays short."""


def as_markdown(plan: Plan, old: str, new: str, zone: tzinfo) -> str:
    """The plan as a comment: the summary first, long tables folded."""
    parts = [f"### limen plan: {_text(summary(plan))}", f"From {_text(old)} to {_text(new)}."]
    if plan.rebased:
        parts.append(_text(rebased_note(old)))
    parts += _rules(plan)
    parts += _table(
        "Ratings",
        ("Indicator", "Area", "Period", "Figure", "By the old rules", "By the new", "Changes"),
        (
            (row.indicator, row.area, row.period, row.value, row.old, row.new, row.figures)
            for row in map(rating_row, plan.ratings)
        ),
    )
    parts += _table(
        "Alerts",
        ("", "Alert", "Rule", "Why"),
        ((each.course.value, alert_line(each), each.after.rule, why(each)) for each in plan.noteworthy),
    )
    parts += _table("Mails", ("To", "Subject"), ((mail.recipient.name, mail.subject) for mail in plan.mails))
    parts += _list("Told later", later_lines(plan.told_later, zone))
    parts += _list("Not told", untold_lines(plan.untold))
    parts += _list("Who would be told of open alerts at another time", retimed_lines(plan, zone))
    parts += _list("Whom the next news of open alerts would reach", reach_lines(plan))
    return "\n\n".join(parts) + "\n"


def _rules(plan: Plan) -> list[str]:
    if not plan.rules:
        return ["The rules are the same but for comments, order and spelling."]
    lines = []
    for each in plan.rules:
        lines += [f"{each.kind} {each.id} {each.edit} ({each.position})", *rule_lines(each)]
    # Signs that a diff is coloured by stand at the beginning of a line; what is edited is shown as such.
    body = "\n".join(f"! {line[2:]}" if line.startswith("~ ") else line for line in lines)
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", body)), default=0))
    return ["**Rules**", f"{fence}diff\n{body}\n{fence}"]


def _table(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(map(_text, row)) + " |" for row in rows]
    if not lines:
        return []
    head = ["| " + " | ".join(headings) + " |", "|" + " --- |" * len(headings)]
    return _folded(title, [*head, *lines], len(lines))


def _list(title: str, lines: Sequence[str]) -> list[str]:
    return _folded(title, [f"- {_text(line)}" for line in lines], len(lines)) if lines else []


def _folded(title: str, lines: Sequence[str], count: int) -> list[str]:
    body = "\n".join(lines)
    if count < _LONG:
        return [f"**{title}**", body]
    return [f"<details><summary>{title} ({count:,})</summary>", body, "</details>"]


def _text(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def as_json(plan: Plan, old: str, new: str) -> str:
    """Everything."""
    report = {
        "old": old,
        "new": new,
        "summary": summary(plan),
        "changes_anything": plan.changes_anything,
        "rebased": plan.rebased,
        "rules": [
            {
                "kind": each.kind,
                "id": each.id,
                "edit": each.edit.value,
                "position": str(each.position),
                "parts": [{"part": part.part, "old": part.old, "new": part.new} for part in each.parts],
            }
            for each in plan.rules
        ],
        "ratings": [_rating_change(change) for change in plan.ratings],
        "alerts": [
            {
                "course": each.course.value,
                "rule": each.after.rule,
                "area": each.after.area,
                "title": each.title,
                "before": _alert(each.before),
                "after": _alert(each.after),
                "reason": why(each),
            }
            for each in plan.alerts
        ],
        "mails": [
            {
                "person": mail.recipient.id,
                "name": mail.recipient.name,
                "address": mail.recipient.address,
                "subject": mail.subject,
                "alerts": [{"rule": rule, "area": area} for rule, area in mail.tells_of],
            }
            for mail in plan.mails
        ],
        "not_told": [
            {
                "rule": made.rule,
                "area": made.area,
                "person": made.recipient.id if made.recipient else None,
                "reason": made.reason.value,
            }
            for made in plan.untold
        ],
        "told_later": [
            {
                "rule": made.rule,
                "area": made.area,
                "person": made.recipient.id if made.recipient else None,
                "reason": made.reason.value,
                "until": made.until.isoformat() if made.until else None,
                "note": made.note,
            }
            for made in plan.told_later
        ],
        "retimed": [
            {
                "rule": each.rule,
                "area": each.area,
                "person": each.person.id,
                "known_at": each.known_at.isoformat(),
                "old": _moments(each.old),
                "new": _moments(each.new),
            }
            for each in plan.retimed
        ],
        "reach": [
            {
                "rule": each.rule,
                "area": each.area,
                "added": [person.id for person in each.added],
                "removed": [person.id for person in each.removed],
            }
            for each in plan.reach
        ],
    }
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def _rating_change(change: RatingChange) -> dict[str, object]:
    known = change.new or change.old
    value = None if change.protected or known is None else plain_number(known.value)
    return {
        "indicator": change.indicator.id,
        "area": change.area,
        "period_end": change.period_end.isoformat(),
        "latest": change.latest,
        "value": value,
        "protected": change.protected,
        "old": _rating(change.old, protected=change.protected),
        "new": _rating(change.new, protected=change.protected),
        "figures": change.figures,
    }


def _rating(evaluation: Evaluation | None, *, protected: bool) -> dict[str, object] | None:
    if evaluation is None or protected:
        return None
    return {"rag": evaluation.rag.value, "target": plain_number(evaluation.target)}


def _moments(moments: Moments) -> dict[str, object]:
    return {
        "told": moments.told.isoformat() if moments.told else None,
        "held_for": moments.held_for.value if moments.held_for else None,
        "reminded": moments.reminded.isoformat() if moments.reminded else None,
        "passed_on": [{"at": at.isoformat(), "to": list(names)} for at, names in moments.passed_on],
    }


def _alert(alert: Alert) -> dict[str, object]:
    return {"state": alert.state.value, "level": None if alert.level is None else alert.level.value}
