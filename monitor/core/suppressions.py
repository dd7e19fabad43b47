"""What keeps news from people although a route names them: acknowledgements and silences, as values."""

from dataclasses import dataclass
from datetime import datetime

from monitor.core.rulebook import Level, RouteMatch


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Somebody has seen a breach and deals with it: no reminders, and no escalation.

    It holds for one ``episode`` of an alert until ``until`` (excluded; None: until the breach ends), and ends
    at once when the alert goes above ``level``. ``author`` is a person's id or what they called themselves;
    ``via`` is "mail" or "command line". ``withdrawn``: it takes back the one before.
    """

    id: int
    at: datetime
    rule: str
    area: str
    episode: int
    level: Level | None
    author: str
    comment: str
    until: datetime | None
    via: str
    withdrawn: bool = False

    def holds(self, level: Level | None, now: datetime) -> bool:
        """Says whether it still keeps reminders away from an alert that is at ``level`` now."""
        if self.withdrawn or (self.until is not None and now >= self.until):
            return False
        return _rank(level) <= _rank(self.level)


@dataclass(frozen=True, slots=True)
class Silence:
    """Nobody is told of what ``match`` matches, from ``starts_at`` until ``ends_at`` (excluded).

    ``match`` is as a route's; its scope names areas, each with all that lies within (they are spelt out).
    ``ends_at`` is earlier than it was first if the silence was ended by hand.
    """

    id: int
    at: datetime
    match: RouteMatch
    author: str
    comment: str
    starts_at: datetime
    ends_at: datetime

    def is_active(self, now: datetime) -> bool:
        """Says whether it silences at this instant."""
        return self.starts_at <= now < self.ends_at


def _rank(level: Level | None) -> int:
    return -1 if level is None else level.rank
