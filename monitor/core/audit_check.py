"""Walks an audit trail and says what does not fit, the first of it first."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from monitor.core.audit import AuditKind, Entry, Head, Personal


@dataclass(frozen=True, slots=True)
class Misfit:
    """Something that does not fit: at which entry, and what is wrong in words."""

    entry: int
    problem: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a walk. ``misfit`` is the first thing wrong; None: the chain holds.

    ``head`` is the last entry that fits. ``erased`` counts entries whose personal part was erased and
    accounted for. ``expected_found``: whether the hash that was asked for is in the chain; None: none was.
    """

    head: Head
    misfit: Misfit | None
    erased: int
    expected_found: bool | None = None

    @property
    def holds(self) -> bool:
        """Whether all of it is as it was written."""
        return self.misfit is None and self.expected_found is not False


@dataclass
class _Gaps:
    """Personal parts that are gone, and what accounts for it: erasures and retention, which come later."""

    missing: dict[int, str] = field(default_factory=dict)
    erased: int = 0

    def account(self, entry: Entry) -> None:
        """Takes an erasure's or a retention's word for what it removed; it can only speak of the past."""
        facts = json.loads(entry.facts)
        if entry.kind == AuditKind.ERASURE:
            named = {number for first, last in facts["entries"] for number in range(first, last + 1)}
            gone = [number for number in self.missing if number in named]
        else:
            gone = [number for number, at in self.missing.items() if at < facts["before"]]
        for number in gone:
            del self.missing[number]
        self.erased += len(gone)


def walk(trail: Iterable[tuple[Entry, Personal | None]], expected_head: str = "") -> Verdict:
    """Checks every entry, in the order of their numbers, until one does not fit.

    ``expected_head`` is the hash of a head that was noted earlier: where no entry has it, the entries up to
    it were cut off or replaced.
    """
    head, gaps, found = Head(), _Gaps(), expected_head == Head().hash
    for entry, personal in trail:
        problem = next(_problems(entry, personal, head), None)
        if problem is not None:
            first = min([*gaps.missing, entry.id])
            told = problem if first == entry.id else _UNACCOUNTED
            return Verdict(head, Misfit(first, told), gaps.erased)
        if entry.personal_digest and personal is None:
            gaps.missing[entry.id] = entry.at
        if entry.kind in (AuditKind.ERASURE, AuditKind.RETENTION):
            gaps.account(entry)
        head = Head(entry.id, entry.hash)
        found = found or entry.hash == expected_head
    if gaps.missing:
        return Verdict(head, Misfit(min(gaps.missing), _UNACCOUNTED), gaps.erased)
    return Verdict(head, None, gaps.erased, found if expected_head else None)


_UNACCOUNTED = "its personal part is gone, and no erasure accounts for it"


def _problems(entry: Entry, personal: Personal | None, head: Head) -> Iterator[str]:
    wanted = head.entries + 1
    if entry.id != wanted:
        yield f"entry {wanted:,} should stand here: entries were removed, put in or moved"
    if entry.previous != head.hash:
        yield "it does not follow the entry before it: one of them was changed, put in or moved"
    if entry.hash != entry.expected_hash:
        yield "its contents are not those that were written"
    if personal is not None and personal.digest != entry.personal_digest:
        yield "its personal part is not the one that was written"
