"""What is to come of an alert's news, and what keeps it from whom, as values fit to be shown.

The names of the fields are the keys of ``limen explain --format json``.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ComingTold:
    """One thing that limen comes back to: held ``news``, a ``reminder`` or an ``escalation``.

    ``due_at`` None: once what holds it has ended. ``held`` says that something keeps it back: ``why``, and
    ``held_by`` names what, such as the silence. ``step`` counts the reminder or escalation that comes next;
    ``people`` are those it goes to by name, as things stand. ``acknowledged``: an acknowledgement that counts
    now lasts until then, and will hold it back. ``instead_of`` names whoever it was meant for,
    where rules and contacts then name somebody else; ``first``: what goes to them is their first news of it.
    """

    what: str
    episode: int
    person: str | None
    people: tuple[str, ...]
    step: int
    since: datetime
    due_at: datetime | None
    held: bool
    why: str
    held_by: str
    acknowledged: bool
    route: str | None
    instead_of: str = ""
    first: bool = False


@dataclass(frozen=True, slots=True)
class AcknowledgementTold:
    """Who has acknowledged which breach; ``ended_because`` is "" while it counts."""

    episode: int
    author: str
    at: datetime
    until: datetime | None
    comment: str
    level: str | None
    via: str
    withdrawn: bool
    counts: bool
    ended_because: str


@dataclass(frozen=True, slots=True)
class SilenceTold:
    """A silence that touches the alert, now or later."""

    number: int
    what: str
    author: str
    comment: str
    starts_at: datetime
    ends_at: datetime
    active: bool


@dataclass(frozen=True, slots=True)
class FigureTold:
    """What one person was told last of one figure, and what it is now.

    ``restated``: it was changed, and its rating or level with it, so that they are told. Values are None
    where there is none or it must not be shown (``was_protected``, ``now_protected``).
    """

    person: str
    name: str
    told_at: datetime
    period_end: date
    period: str
    was_value: Decimal | None
    was_protected: bool
    was_rag: str
    was_level: str | None
    was_revision: int
    now_value: Decimal | None
    now_protected: bool
    now_rag: str
    now_level: str | None
    now_revision: int
    restated: bool

    @property
    def changed(self) -> bool:
        """Whether the figure is another one than they were told."""
        return self.was_revision != self.now_revision


@dataclass(frozen=True, slots=True)
class ProspectTold:
    """Somebody whom news of the alert would reach now. ``at`` None: nobody knows yet when.

    ``held_by`` says what would keep it from them until then, each in words.
    """

    person: str
    name: str
    stands_in_for: str
    route: str | None
    role: str | None
    role_area: str | None
    at: datetime | None
    held_by: tuple[str, ...]
    reaches_no_more: bool


@dataclass(frozen=True, slots=True)
class TellingTold:
    """All of it for one alert. ``instead`` are those told where news reaches nobody."""

    coming: tuple[ComingTold, ...] = ()
    acknowledgements: tuple[AcknowledgementTold, ...] = ()
    silences: tuple[SilenceTold, ...] = ()
    figures: tuple[FigureTold, ...] = ()
    prospects: tuple[ProspectTold, ...] = ()
    instead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonTold:
    """Why somebody was told of one alert or was not: ``answers`` are sentences, the oldest news first."""

    rule: str
    person: str
    name: str
    told: bool
    answers: tuple[str, ...]
