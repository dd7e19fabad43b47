"""Ids: what they may look like, and that each is given once in all files together."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from monitor.rulebook.fields import distinct
from monitor.rulebook.problems import ProblemLog
from monitor.rulebook.scalars import shown
from monitor.rulebook.vocabulary.common import LONGEST_ID
from monitor.rulebook.yaml_nodes import Mapping, Node, Scalar

INDICATOR_ID: Final = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
RULE_ID: Final = re.compile(r"[a-z][a-z0-9-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Definition:
    """An id and what is written under it."""

    key: Scalar
    node: Node

    @property
    def id(self) -> str:
        return self.key.text


def definitions(
    sections: Iterable[Mapping], pattern: re.Pattern[str], kind: str, log: ProblemLog
) -> dict[str, Definition]:
    """Returns every definition of one kind in all files, by id; of an id given twice the first."""
    found: dict[str, Definition] = {}
    for section in sections:
        for key, node in distinct(section, log).values():
            _check_shape(key, pattern, kind, log)
            first = found.setdefault(key.text, Definition(key, node))
            if first.key is not key:
                message = f"{kind} {key.text} is defined in {first.key.span.position} already"
                log.note("LIM401", key.span, message)
    return found


def refuse_shared(
    one: dict[str, Definition], other: dict[str, Definition], kind: str, log: ProblemLog
) -> None:
    """Notes ids of ``other`` that ``one``, a dictionary of definitions of ``kind``, has too."""
    for key in sorted(one.keys() & other.keys()):
        message = f"{key} is the id of {_one(kind)} in {one[key].key.span.position} already"
        log.note(
            "LIM401", other[key].key.span, message, "give one of the two another id, such as a longer one"
        )


def _check_shape(key: Scalar, pattern: re.Pattern[str], kind: str, log: ProblemLog) -> None:
    if pattern.fullmatch(key.text) and len(key.text) <= LONGEST_ID:
        return
    if pattern.fullmatch(key.text):
        log.note("LIM118", key.span, f"this id has more than {LONGEST_ID} characters", "choose a shorter one")
        return
    joint = "_" if pattern is INDICATOR_ID else "-"
    meant = re.sub(r"[^a-z0-9]+", joint, key.text.lower()).strip(joint)[:LONGEST_ID]
    hint = f"write {meant}" if pattern.fullmatch(meant) else None
    log.note("LIM118", key.span, f"{shown(key.text)} cannot be the id of {_one(kind)}", hint)


def _one(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
