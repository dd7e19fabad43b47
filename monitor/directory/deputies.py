"""``deputies:`` of a person in ``contacts.yaml``: who is told in their place, and when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from monitor.core.recipients import Deputy, Directory
from monitor.rulebook.fields import Fields, fields_of
from monitor.rulebook.problems import ProblemLog, Span
from monitor.rulebook.scalars import shown
from monitor.rulebook.suggestions import did_you_mean

DEPUTY_KEYS: Final = ("person", "from", "until", "also")


@dataclass(frozen=True, slots=True)
class WrittenDeputy:
    """A deputy, and where they are named."""

    deputy: Deputy
    named: Span


def read_deputies(absent: str, fields: Fields, known: Mapping[str, object]) -> tuple[WrittenDeputy, ...]:
    """Returns the sound deputies of the person of this id. Every problem is noted."""
    inner = [
        fields_of(item, f"this deputy of {absent}", item.span, DEPUTY_KEYS, fields.log)
        for item in fields.items("deputies")
    ]
    found = [_deputy(absent, each, known) for each in inner if each is not None]
    return tuple(each for each in found if each is not None)


def _deputy(absent: str, inner: Fields, known: Mapping[str, object]) -> WrittenDeputy | None:
    named, log = inner.scalar("person", required=True), inner.log
    start, until = inner.day("from", required=True), inner.day("until")
    also = inner.yes_or_no("also", default=False)
    if start and until and until <= start:
        log.note("LIM201", inner.span("until"), f"until {until} is not after from {start}")
        return None
    if named is not None and named.text not in known:
        hint = did_you_mean(named.text, known, log) or "add the person under people"
        log.note("LIM502", named.span, f"there is no person {shown(named.text)}", hint)
        return None
    if named is not None and named.text == absent:
        log.note("LIM608", named.span, f"{absent} is named as their own deputy")
        return None
    if named is None or start is None or also is None or (inner.has("until") and until is None):
        return None
    return WrittenDeputy(Deputy(absent, named.text, start, until, also), named.span)


def check_rings(written: Iterable[WrittenDeputy], directory: Directory, log: ProblemLog) -> None:
    """Notes each person for whom, on some day, deputies lead in a ring, so that nobody would be left."""
    stranded: set[str] = set()
    entries = list(written)
    for day in sorted({each.deputy.start for each in entries}):
        for each in entries:
            absent = each.deputy.person
            if absent in stranded or not each.deputy.stands_in(day) or directory.stand_ins(absent, day):
                continue
            stranded.add(absent)
            message = f"on {day} the deputies of {absent} are away too, and stand in for each other"
            log.note("LIM609", each.named, message)
