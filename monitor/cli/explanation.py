"""Why a figure is rated as it is, what the alerts made of it, and who was told: gathered for people."""

from datetime import date

from monitor.cli.explain_benchmarks import benchmarks_of
from monitor.cli.explain_derivation import derivation_of
from monitor.cli.explain_facts import Explanation
from monitor.cli.explain_limits import lines_of
from monitor.cli.explain_person import person_named
from monitor.cli.explain_revisions import last_judgement, revisions_of
from monitor.cli.explain_rules import fault_told, lateness_told, rule_told
from monitor.cli.explain_telling import Inquiry
from monitor.cli.explain_view import View
from monitor.cli.told import tellings
from monitor.core.areas import Area
from monitor.core.freshness import lateness_of
from monitor.core.periods import Period
from monitor.core.plausibility import fault_of
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
    who = None
    if person is not None:
        about = [*(each.id for each in rules), lateness_of(indicator.id), fault_of(indicator.id)]
        who = person_named(
            person, inquiry, [t for rule in about for t in tellings(connection, rule, area.name)]
        )
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
        rules=tuple(rule_told(inquiry, each, view, who) for each in rules),
        lateness=lateness_told(inquiry, view, who),
        fault=fault_told(inquiry, view, who),
    )
