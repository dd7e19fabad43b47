"""A backtest for other programs: JSON with all of it, CSV with a row for each breach."""

import csv
import io
import json
from collections.abc import Mapping
from decimal import Decimal

from monitor.backtest import Backtest, MailKind
from monitor.cli.backtest_view import first_figure, worst_level
from monitor.cli.ratings import SUPPRESSED
from monitor.cli.scorecard import plain_number
from monitor.core.replay import Episode, Step
from monitor.world import World

COLUMNS = (
    "rule",
    "area",
    "episode",
    "fired_on",
    "over_on",
    "worst_level",
    "value",
    "limit",
    "unit",
    "reason_over",
)


def as_csv(found: Backtest, world: World) -> str:
    """A row for each breach; ``value`` is the figure at which it fired."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in found.episodes:
        first = first_figure(found, each, world)
        value: Decimal | str | None = SUPPRESSED if first.protected else first.value
        over = None if each.ended is None else each.steps[-1].transition.reason
        writer.writerow(
            (
                each.rule,
                each.area,
                each.number,
                each.began,
                each.ended,
                worst_level(each),
                value,
                first.limit,
                first.style.unit,
                over,
            )
        )
    return text.getvalue()


def as_json(found: Backtest, world: World) -> str:
    """Breaches with their steps, mails by person and month, breaches by rule, what is not told."""
    question, book = found.question, world.rulebook
    report = {
        "from": question.start.isoformat(),
        "to": question.until.isoformat(),
        "rulebook": {"version": book.version, "revision": book.revision},
        "acknowledged_after": question.acknowledged_after,
        "rules": found.breaches_by_rule(),
        "breaches": [_breach(found, each, world) for each in found.episodes],
        "mails": [
            {
                "person": each.recipient.id,
                "name": each.recipient.name,
                "month": f"{each.month:%Y-%m}",
                "mails": each.mails,
                "kinds": _kinds(each.kinds),
                "alerts": each.alerts,
                "most_alerts_in_a_mail": each.most_in_a_mail,
            }
            for each in found.months()
        ],
        "kinds_of_mails": _kinds(found.kinds()),
        "not_told": {reason.value: count for reason, count in found.not_told().items()},
    }
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def _kinds(counted: Mapping[MailKind, int]) -> dict[str, int]:
    """Every kind, also those without any."""
    return {kind.value: counted.get(kind, 0) for kind in MailKind}


def _breach(found: Backtest, episode: Episode, world: World) -> dict[str, object]:
    first = first_figure(found, episode, world)
    return {
        "rule": episode.rule,
        "area": episode.area,
        "episode": episode.number,
        "fired_on": episode.began.isoformat(),
        "over_on": None if episode.ended is None else episode.ended.isoformat(),
        "worst_level": worst_level(episode).value,
        "value": plain_number(first.value),
        "protected": first.protected,
        "limit": plain_number(first.limit),
        "unit": first.style.unit,
        "steps": [_step(step) for step in episode.steps],
    }


def _step(step: Step) -> dict[str, object]:
    moved = step.transition
    return {
        "on": step.on.isoformat(),
        "state": moved.to_state.value,
        "level": None if moved.to_level is None else moved.to_level.value,
        "reason": moved.reason.value,
    }
