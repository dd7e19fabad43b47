"""What the page behind a link in a mail shows and asks for, as values; and who answers it.

Everything is text by the time a template sees it; protected figures never get that far.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from monitor.core.ack_tokens import AckClaim, TokenFault
from monitor.core.rulebook import Level
from monitor.palette import Tone

WEEKS: Final = (1, 2, 4)
"""For how long somebody may say that they deal with it, beside "until it is over"."""

LONGEST_COMMENT: Final = 500
"""Characters."""


class AckStanding(StrEnum):
    """How the breach that a link is about stands."""

    OPEN = "open"
    WORSENED = "worsened"
    OVER = "over"
    ANOTHER = "another"


@dataclass(frozen=True, slots=True)
class HeldBy:
    """Who said that they deal with it, and what, in words. ``own``: it is the reader of the page.

    ``ends`` is the day on which it counts no more, "" where it has none.
    """

    name: str
    at: str
    until: str
    comment: str
    own: bool
    ends: str = ""


@dataclass(frozen=True, slots=True)
class AckSheet:
    """One breach for one reader, in words. ``level`` is the alert's now; ``person`` is the reader's name.

    ``outdated`` is an acknowledgement that no longer counts, for the reason given with it. ``confirms``: to
    acknowledge it is to confirm a figure. ``reminds`` and ``escalates`` say whether reminders, and
    escalations to others, follow where nobody answers.
    """

    person: str
    title: str
    area: str
    tone: Tone
    level: Level | None
    headline: str
    period: str
    since: str
    standing: AckStanding
    confirms: bool = False
    held_by: HeldBy | None = None
    outdated: HeldBy | None = None
    outdated_because: str = ""
    reminds: bool = False
    escalates: bool = False

    @property
    def own_comment(self) -> str:
        """What the reader said last of what they do about it."""
        last = self.held_by or self.outdated
        return last.comment if last is not None and last.own else ""

    @property
    def what_it_stops(self) -> str:
        """What comes of an answer, before it is given."""
        match self.reminds, self.escalates:
            case True, True:
                return "No more reminders come then, and it is not passed on to others, unless it gets worse."
            case True, False:
                return "No more reminders come then, unless it gets worse."
            case False, True:
                return "It is not passed on to others then, unless it gets worse."
            case _:
                return "The performance team sees then that you are. It counts no more if it gets worse."

    @property
    def what_it_stopped(self) -> str:
        """What has come of an answer, and until when."""
        ends = "" if self.held_by is None else self.held_by.ends
        match self.reminds, self.escalates:
            case True, True:
                stopped = "No more reminders come, and it is not passed on to others, unless it gets worse."
                again = "the days until the next reminder, and until it is passed on, count from"
            case True, False:
                stopped = "No more reminders come, unless it gets worse."
                again = "the days until the next reminder count from"
            case False, True:
                stopped = "It is not passed on to others, unless it gets worse."
                again = "the days until it is passed on count from"
            case _:
                until = f"until {ends}" if ends else "until it is over"
                return f"The performance team sees that you are. It counts {until}, or until it gets worse."
        return f"{stopped} If it goes on, {again} {ends}." if ends else stopped

    @property
    def what_goes_on(self) -> str:
        """What comes of it if an answer is taken back."""
        match self.reminds, self.escalates:
            case True, True:
                return "Reminders go on, and it may be passed on to others."
            case True, False:
                return "Reminders go on."
            case False, True:
                return "It may be passed on to others."
            case _:
                return "The performance team sees that you are not."

    @property
    def can_be_acknowledged(self) -> bool:
        """Whether there is anything left to acknowledge."""
        return self.standing in (AckStanding.OPEN, AckStanding.WORSENED)


@dataclass(frozen=True, slots=True)
class AckAnswer:
    """What came of a form. ``worsened``: it has since the page was made, so nothing was written."""

    sheet: AckSheet
    done: bool
    worsened: bool = False


class DeskAwayError(Exception):
    """The page can't be made now; the database or the rules are away."""


class AckDesk(Protocol):
    """Who answers the page. Called from the HTTP port's own threads.

    What looks at the store raises :class:`DeskAwayError` where it can't.
    """

    def claim(self, token: str) -> AckClaim | TokenFault:
        """What a link stands for, or why it can't be used."""

    def seal(self, token: str, level: Level | None) -> str:
        """What only the page for this link has, as it shows this level."""

    def is_seal(self, token: str, level: Level | None, seal: str) -> bool:
        """Whether it came with that page."""

    def sheet(self, claim: AckClaim) -> AckSheet | None:
        """How the breach stands; None: the person, the rule or the area is not known any more."""

    def acknowledge(
        self, claim: AckClaim, *, seen: Level | None, weeks: int | None, comment: str
    ) -> AckAnswer | None:
        """Notes the answer; ``weeks`` None: until it is over. None: as of :meth:`sheet`."""

    def withdraw(self, claim: AckClaim) -> AckAnswer | None:
        """Takes the reader's own answer back, and nobody else's. None: as of :meth:`sheet`."""


@dataclass(frozen=True, slots=True)
class AckForm:
    """What the page's form holds. ``withdraws``: its reader is not dealing with it after all."""

    token: str
    seal: str
    level: Level | None
    weeks: int | None
    comment: str
    withdraws: bool = False


def form_of(fields: Mapping[str, str]) -> AckForm | None:
    """Reads a form; None: it is not the page's."""
    withdraws = fields.get("withdraw") == "yes"
    level, until = fields.get("level", ""), "over" if withdraws else fields.get("until", "")
    known = {"over": None, **{str(weeks): weeks for weeks in WEEKS}}
    if level not in {"", *Level} or until not in known:
        return None
    return AckForm(
        token=fields.get("token", ""),
        seal=fields.get("seal", ""),
        level=Level(level) if level else None,
        weeks=known[until],
        comment=" ".join(fields.get("comment", "").split())[:LONGEST_COMMENT],
        withdraws=withdraws,
    )
