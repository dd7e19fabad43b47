"""Which notices make one story of a mail: twelve districts whose figures are late are one, not twelve."""

from collections.abc import Iterable

from monitor.core.notifications import Notice

Story = tuple[Notice, ...]
"""Notices that are told together: one alone, or those of several areas about one indicator's data."""


def stories(notices: Iterable[Notice]) -> tuple[Story, ...]:
    """Returns the stories of notices that are in order already (:func:`monitor.core.notices.urgency`)."""
    found: list[list[Notice]] = []
    for notice in notices:
        if found and _are_one(found[-1][-1], notice):
            found[-1].append(notice)
        else:
            found.append([notice])
    return tuple(tuple(story) for story in found)


def _are_one(one: Notice, other: Notice) -> bool:
    """Whether both tell the same of the same indicator's data, each for an area of its own."""
    return (
        one.tells_of_data
        and other.tells_of_data
        and (one.kind, one.rule, one.reason) == (other.kind, other.rule, other.reason)
    )
