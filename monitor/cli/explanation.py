"""Why a figure is rated as it is, what the alerts made of it, and who was told: gathered for people."""

from datetime import date

from monitor.cli.explain_benchmarks import benchmarks_of
from monitor.cli.explain_derivation import derivation_of
from monitor.cli.explain_facts import Explanation
from monitor.cli.explain_limits import lines_of
from monitor.cli.explain_revisions import last_judgement, revisions_of
from monitor.cli.explain_rules import fault_told, lateness_told, rule_told
from monitor.cli.explain_telling import Inquiry
from monitor.cli.explain_view import View
from monitor.core.areas import Area
from monitor.core.periods import Period
from monitor.core.rulebook import AlertRule, Indicator


def explanation(
    inquiry: Inquiry,
    subject: AlertRule | Indicator,
    area: Area,
    at: date | None,
    *,
    person: str | None = None,
) -> Explanation:
    """Gathers everything about the last figure that ends on or before ``at`` (None: the last of all).

    ``person`` (an id, a name or an address) is to learn why they were told, or were not.

    Raises:
        UnknownNameError: nobody is known as ``person``.
    """
    connection, world = inquiry.connection, inquiry.world
    if isinstance(subject, AlertRule):
        indicator, rules = world.indicator_of(subject), [subject]
    else:
        indicator = subject
        rules = [each for each in world.rulebook.rules_of(indicator.id) if each.covers(area)]
    view = View.of(connection, world, indicator, area, at)
    return Explanation(
        indicator=indicator,
        area=area,
        figure=view.figure,
        period=Period(view.period_end, indicator.basis).label if view.figure else "",
        revisions=revisions_of(connection, world, view),
        made_from=derivation_of(connection, world, view),
        benchmarks=benchmarks_of(world, view),
        lines=tuple(lines_of(view)),
        judgement=last_judgement(connection, view),
        rulebook=world.rulebook.version,
        revision=world.rulebook.revision,
        rules=tuple(rule_told(inquiry, each, view, person) for each in rules),
        lateness=lateness_told(inquiry, view, person),
        fault=fault_told(inquiry, view, person),
    )
