"""``limen explain``: the whole chain from the figure to whoever was told, in words or as JSON."""

import json
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal

from monitor.calendar_england import calendar_of
from monitor.cli import exit_codes
from monitor.cli.choices import area_named, day, indicator_named, rule_or_indicator
from monitor.cli.explain_facts import Explanation
from monitor.cli.explain_pages import Pages
from monitor.cli.explain_telling import Inquiry
from monitor.cli.explanation import explanation
from monitor.cli.scorecard import Rated, plain_number
from monitor.cli.session import Session, present
from monitor.core.freshness import late_indicator
from monitor.core.plausibility import faulty_indicator
from monitor.terminal import write_plainly


def explain_figure(
    session: Session, subject: str, area: str, at: str | None, *, person: str | None, as_json: bool
) -> int:
    """Prints why a figure is rated as it is, what its alerts did, and who was told.

    ``person``: prints only why they were told of its alerts, or were not.
    """
    world = session.world
    of_data = late_indicator(subject) or faulty_indicator(subject)
    about = rule_or_indicator(subject, world) if of_data is None else indicator_named(of_data, world)
    place = area_named(area, world)
    until = day(at, "--at") if at else None
    with session.store() as store, store.reading() as connection:
        inquiry = Inquiry(connection, world, present(), calendar_of(session.settings.zone))
        found = explanation(inquiry, about, place, until, person=person)
    if as_json:
        write_plainly(record(found) + "\n")
    else:
        pages = Pages(session.out, session.settings.zone, session.settings.rules_dir, inquiry.now)
        if person is None:
            pages.show(found)
        else:
            pages.show_person(
                found, None if subject == about.id and subject == found.indicator.id else subject
            )
    return exit_codes.OK


def record(found: Explanation) -> str:
    """The explanation as JSON, for another program."""
    return json.dumps(_record(found), indent=2, ensure_ascii=False, default=_plain)


def _record(found: Explanation) -> dict[str, object]:
    """The explanation for another program."""
    figure, indicator = found.figure, found.indicator
    return {
        "indicator": {
            "id": indicator.id,
            "title": indicator.title,
            "definition": indicator.definition,
            "unit": indicator.unit,
            "polarity": indicator.polarity.value,
            "source": indicator.source,
            "position": str(indicator.position),
        },
        "area": {"name": found.area.name, "code": found.area.code, "type": found.area.type.value},
        "period": found.period,
        "figure": None if figure is None else _figure_record(figure),
        "revisions": [asdict(each) for each in found.revisions],
        "made_from": None if found.made_from is None else asdict(found.made_from),
        "benchmarks": None if found.benchmarks is None else asdict(found.benchmarks),
        "in_force": [asdict(each) for each in found.lines],
        "judgement": None if found.judgement is None else asdict(found.judgement),
        "rulebook": found.rulebook,
        "revision": found.revision,
        "rules": [asdict(each) for each in found.rules],
        "lateness": None if found.lateness is None else asdict(found.lateness),
        "fault": None if found.fault is None else asdict(found.fault),
    }


def _figure_record(figure: Rated) -> dict[str, object]:
    own = asdict(figure.evaluation)
    own.pop("observation_id")
    own["rag_position"] = str(figure.evaluation.rag_position) if figure.evaluation.rag_position else None
    return own | {"protected": figure.protected, "previous_protected": figure.previous_protected}


def _plain(value: object) -> object:
    """What JSON does not know."""
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} in an explanation")
