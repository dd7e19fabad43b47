"""How the daemon fares, as values: what the health endpoints and the status page are made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from monitor.scoreboard import Scoreboard


@dataclass(frozen=True, slots=True)
class Vitals:
    """The daemon at one moment. Times are aware.

    ``refusal`` says why the rules on disk are not in force ("" if they are), ``failure`` why the last cycle
    failed, and ``intake_failure`` why the inbox could not be read. ``store_reached`` tells of the last cycle.
    ``templates`` is a line for each error in the house's templates of mails, which begins with its place.
    ``faulty_files`` counts files of the last days that could not be read, and those of which rows were set
    aside; ``failing_addresses`` those from which mails come back. ``stuck_files`` says of each file that
    stays in the inbox why it does.
    """

    version: str
    started: datetime
    rulebook: str | None = None
    refusal: str = ""
    last_success: datetime | None = None
    failure: str = ""
    intake_failure: str = ""
    store_reached: bool = False
    outbox: Mapping[str, int] = field(default_factory=dict)
    templates: tuple[str, ...] = ()
    faulty_files: tuple[int, int] = (0, 0)
    stuck_files: tuple[str, ...] = ()
    failing_addresses: int = 0
    stopping: bool = False


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the daemon does its work: ``reasons`` why not, ``remarks`` what else people should see."""

    reasons: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def ready(self) -> bool:
        """Whether there is no reason against it."""
        return not self.reasons


def readiness(vitals: Vitals, now: datetime, oldest: timedelta) -> Readiness:
    """Judges the vitals; ``oldest`` is the age up to which the last successful cycle counts."""
    reasons = []
    if vitals.stopping:
        reasons.append("limen is stopping")
    if vitals.rulebook is None:
        reasons.append("no rulebook is loaded")
    if vitals.last_success is None:
        reasons.append("no evaluation cycle has succeeded yet")
    elif now - vitals.last_success > oldest:
        minutes = int((now - vitals.last_success).total_seconds() // 60)
        reasons.append(f"the last successful evaluation cycle ended {minutes} min ago")
    if vitals.failure and not vitals.store_reached:
        reasons.append("the database cannot be reached")
    remarks = [
        f"{what}: {text}"
        for what, text in (
            ("the rules on disk are not in force", vitals.refusal),
            ("the last cycle failed", vitals.failure),
            ("the inbox could not be read", vitals.intake_failure),
            ("files stay in the inbox, to be tried again at every look", _stuck(vitals.stuck_files)),
            ("templates can’t be used, so mails go out by limen’s own", _templates(vitals.templates)),
        )
        if text
    ]
    return Readiness(tuple(reasons), tuple(remarks))


def _stuck(reasons: tuple[str, ...]) -> str:
    """How many files there are, and why the first one stays; what they are called is not for everybody."""
    if not reasons:
        return ""
    files = "1 file" if len(reasons) == 1 else f"{len(reasons):,} files, the first"
    return f"{files}: {reasons[0].rstrip('.')}"


def _templates(lines: tuple[str, ...]) -> str:
    """How many errors there are, and where the first is: what it says may quote a mail."""
    if not lines:
        return ""
    errors = "1 error" if len(lines) == 1 else f"{len(lines):,} errors, the first"
    return f"{errors} in {lines[0].partition(': ')[0]}; “limen check” lists them"


class StatusSource(Protocol):
    """What the HTTP port shows. Read only; called from the HTTP port's own threads."""

    @property
    def scoreboard(self) -> Scoreboard:
        """How every indicator and alert stands."""

    def now(self) -> datetime:
        """The present moment, aware."""

    def vitals(self) -> Vitals:
        """How the daemon fares."""

    def readiness(self) -> Readiness:
        """Whether it does its work."""

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """All metrics in the format that an Accept header asks for, and that format's content type."""
