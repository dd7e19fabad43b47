"""Areas that go by another name than before.

An area's name is its identity in figures and alerts. When ``areas.csv`` gives it another one, its history has
to go along, and this says from which name to which.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from monitor.core.areas import Area, AreaTree


@dataclass(frozen=True, slots=True)
class Renaming:
    """What was known as ``before`` goes by ``after`` now."""

    before: str
    after: str


def renamings(known: Mapping[str, str | None], areas: AreaTree) -> tuple[Renaming, ...]:
    """Returns which of the names known until now stand for an area by another name, to be done in this order.

    A name that is no area's any more is an alias of the area that it goes to, or its GSS code is that area's;
    by the code alone nothing goes to an area that has a history of its own. A name that an area has is that
    area's, except where its history was another's by the code, and an area before it in the chain took the
    name over: A becomes B and B becomes C.

    Args:
        known: each name that anything is kept under, and the code that its area had; None: it had none.
        areas: the areas as they are now.
    """
    found: list[list[Renaming]] = []
    taken: set[str] = set()
    for name in sorted(known):
        if name in areas.by_name:
            continue
        chain = _chain(name, known, areas, taken)
        taken.update(chain[1:])
        found.append([Renaming(*pair) for pair in reversed(list(pairwise(chain)))])
    # Chains first: what goes by their names now must not meet the history that leaves them.
    return tuple(each for steps in sorted(found, key=len, reverse=True) for each in steps)


def _chain(name: str, known: Mapping[str, str | None], areas: AreaTree, taken: set[str]) -> list[str]:
    """The name and those that are taken over one after the other; only the name if it goes nowhere."""
    by_alias, by_code = areas.find(name), _by_code(known[name], areas)
    area = by_alias or by_code
    if area is None:
        return [name]
    chain = [name, area.name]
    while (code := known.get(chain[-1])) is not None:
        heir = _by_code(code, areas)
        took_over = known[chain[-2]] is not None and known[chain[-2]] == areas.by_name[chain[-1]].code
        if heir is None or heir.name in chain or not took_over:
            break
        chain.append(heir.name)
    if chain[-1] not in known and chain[-1] not in taken:
        return chain
    return [name, area.name] if by_alias is not None else [name]


def _by_code(code: str | None, areas: AreaTree) -> Area | None:
    return None if code is None else areas.find(code)
