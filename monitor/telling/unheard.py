"""Ends of breaches that nobody has heard of: what was told goes on for its readers."""

from collections.abc import Iterable

from monitor.core.alerts import Alert, AlertKey, AlertState
from monitor.store.follow_ups import FollowUpKind
from monitor.telling.gathered import knowledge_of
from monitor.telling.recollection import Recollection


def unheard_endings(kept: Recollection, stand: Iterable[Alert]) -> frozenset[AlertKey]:
    """Returns those of these alerts that fire no more, whose end is held back from all who know of it.

    A correction that brings such a breach back undoes its end: it goes on, as far as anybody knows.
    """
    over = {
        (each.rule, each.area, each.episode)
        for each in stand
        if each.episode and each.state is not AlertState.FIRING
    }
    rows = kept.follow_ups_of(over) if over else ()
    held = {(row.rule, row.area, row.episode) for row in rows if row.kind is FollowUpKind.NEWS}
    told = kept.told_of(held) if held else {}
    found = set()
    for key in held:
        known = [knowledge_of(each) for each in told.get(key, ())]
        if known and not any(each is not None and each.of_its_end for each in known):
            found.add(key[:2])
    return frozenset(found)
