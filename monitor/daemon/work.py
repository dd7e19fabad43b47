"""What the daemon drives, and what comes back from it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from monitor.metrics import Metrics
from monitor.settings import Settings
from monitor.web.acknowledging import AckDesk


class ReloadOutcome(Protocol):
    """What came of reading the rules.

    ``version`` is the hash of the rules in force, ``errors`` counts what is wrong with those on disk, and
    ``text`` is for people: the problems, one or more lines each.
    """

    @property
    def loaded(self) -> bool: ...
    @property
    def changed(self) -> bool: ...
    @property
    def errors(self) -> int: ...
    @property
    def version(self) -> str: ...
    @property
    def text(self) -> str: ...


class CycleOutcome(Protocol):
    """What a cycle did, in numbers of figures, steps and notifications. ``cycle_id`` None: nothing to do."""

    @property
    def cycle_id(self) -> int | None: ...
    @property
    def evaluated(self) -> int: ...
    @property
    def transitions(self) -> int: ...
    @property
    def enqueued(self) -> int: ...


class DeliveryOutcome(Protocol):
    """How many notifications were delivered, deferred and rejected."""

    @property
    def delivered(self) -> int: ...
    @property
    def deferred(self) -> int: ...
    @property
    def rejected(self) -> int: ...


class Work(Protocol):
    """What the daemon drives. ``deliver`` is called beside the others, which are called one at a time.

    In ``metrics`` it keeps the scoreboard, the rulebook in force, what was read, deliveries and the outbox's
    count up to date; the daemon counts cycles and readings of the rules.
    """

    @property
    def settings(self) -> Settings: ...
    @property
    def metrics(self) -> Metrics: ...
    @property
    def answers(self) -> AckDesk | None:
        """Who answers the links in mails; None: nobody does. Called from the HTTP port's threads."""

    def reload(self, now: datetime) -> ReloadOutcome:
        """Reads rules, areas and contacts; what is bad leaves all as it was and raises nothing."""

    def take_in(self, now: datetime) -> Sequence[object]:
        """Reads what lies in the inbox; returns one item for each file that was read."""

    def evaluate(self, now: datetime) -> CycleOutcome:
        """Judges what has changed since the last cycle."""

    def deliver(self, now: datetime, stop: Callable[[], bool]) -> DeliveryOutcome:
        """Sends what is due; asks ``stop`` before each mail and ends once it says yes."""

    def check_templates(self, now: datetime, stop: Callable[[], bool]) -> None:
        """Checks the house's templates of mails if they may have changed; beside the others, one at a time.

        It may take a while, and ends early once ``stop`` says yes.
        """

    def forget(self, now: datetime) -> None:
        """Takes people out of what is older than they may be kept."""

    def close(self) -> None:
        """Lets go of everything."""
