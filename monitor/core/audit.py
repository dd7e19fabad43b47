"""The audit trail as a chain of hashes: what an entry is, and what holds it to the one before.

Each entry's hash covers its own contents and the hash of the one before, so an entry that is changed, left
out, put in or moved fits no more. (The construction of S. Haber and W. S. Stornetta, "How to time-stamp a
digital document", Journal of Cryptology 3, 1991: linking.) What the chain alone cannot show is that its last
entries were cut off: for that the hash of its head is kept elsewhere and asked for again.

What is personal is no part of an entry: the entry has only a digest of it, salted with a random number that
is kept with the personal part. When that part and its salt are erased, the chain still fits, and the digest
can't be tried out with guesses of names.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

GENESIS: Final = "0" * 64
"""The hash before the first entry's."""

ERASED: Final = "erased"
"""What stands where something personal was. Ids read ``erased:`` and a mark: people's own have no colon."""


class AuditKind(StrEnum):
    """What an entry of the audit trail records."""

    RULEBOOK = "rulebook"
    DECISION = "decision"
    MAIL = "mail"
    ATTEMPT = "attempt"
    RETRY = "retry"
    ACKNOWLEDGEMENT = "acknowledgement"
    SILENCE = "silence"
    SILENCE_END = "silence-end"
    OPERATIONS = "operations"
    ADDRESS_FAILING = "address-failing"
    ADDRESS_CLEARED = "address-cleared"
    ERASURE = "erasure"
    RETENTION = "retention"
    AREA_RENAMED = "area-renamed"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something to be recorded. Both mappings hold JSON types.

    ``facts`` say nothing of a person and hold no figures. ``personal`` is what does, and ``person`` whom it
    is about: their id, or what they called themselves; "": nobody.
    """

    kind: AuditKind
    at: datetime
    facts: Mapping[str, Any]
    person: str = ""
    personal: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Personal:
    """The personal part of an entry, as it is kept: ``data`` is canonical JSON, ``salt`` random."""

    person: str
    salt: str
    data: str

    @property
    def digest(self) -> str:
        """What the entry has of it."""
        return _sha256([self.salt, self.person, self.data])


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of the chain, all of it as the text that is hashed.

    ``at`` is an instant in UTC, ``facts`` canonical JSON; ``personal_digest`` "": nothing is personal.
    """

    id: int
    at: str
    kind: str
    facts: str
    personal_digest: str
    previous: str
    hash: str

    @property
    def expected_hash(self) -> str:
        """What its hash has to be."""
        return _sha256([self.id, self.at, self.kind, self.facts, self.personal_digest, self.previous])

    @property
    def moment(self) -> datetime:
        """When it was."""
        return datetime.fromisoformat(self.at)


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: how many entries it has, and the last one's hash."""

    entries: int = 0
    hash: str = GENESIS


def canonical(value: Mapping[str, Any]) -> str:
    """JSON text that is the same for the same contents."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def instant(moment: datetime) -> str:
    """An instant as entries have it; as text it sorts as it does as time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def linked(fact: Fact, head: Head, salt: str) -> tuple[Entry, Personal | None]:
    """The entry that follows ``head``, and its personal part if it has one."""
    own = Personal(fact.person, salt, canonical(fact.personal)) if fact.person or fact.personal else None
    digest = own.digest if own else ""
    facts = canonical(fact.facts)
    bare = Entry(head.entries + 1, instant(fact.at), fact.kind.value, facts, digest, head.hash, hash="")
    return replace(bare, hash=bare.expected_hash), own


def _sha256(parts: Iterable[object]) -> str:
    """The digest of several parts, each told apart from the next."""
    return hashlib.sha256(json.dumps(list(parts), ensure_ascii=False).encode()).hexdigest()
