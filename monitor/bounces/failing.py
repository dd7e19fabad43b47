"""An address that fails, by a report or by a refusal on the spot: marked, and operations told once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from monitor.core.audit import ERASED
from monitor.core.notifications import Notification, OperationsKind, OperationsNews
from monitor.store.failing_addresses import FailingAddress, mark_failing
from monitor.store.notifications import enqueue
from monitor.store.operations_news import ToldOperations, append_told
from monitor.store.outbox import OutboxEntry
from monitor.world import World


@dataclass(frozen=True, slots=True)
class FailingAddressDesk:
    """Who is told that an address fails. ``world`` None: no rules are in force yet, so that nobody is known.

    ``domain`` is the right-hand side of mails' Message-IDs, ``rules_folder`` where the rules lie.
    """

    world: World | None
    domain: str
    rules_folder: str

    def take(self, connection: Connection, entry: OutboxEntry, answer: str, now: datetime) -> bool:
        """Marks the address of a mail as failing and tells operations, in the caller's transaction.

        False: that is known already, or the mail's recipient was erased since. To be called while operations'
        news is held. What is told of the address of one who runs limen goes to the others alone.
        """
        if entry.address == ERASED:
            return False
        found = FailingAddress(entry.address, entry.recipient_id, now, entry.id, answer)
        if not mark_failing(connection, found):
            return False
        if self.world is not None:
            self._tell_operations(connection, self.world, entry, answer, now)
        return True

    def _tell_operations(
        self, connection: Connection, world: World, entry: OutboxEntry, answer: str, now: datetime
    ) -> None:
        """One mail to each of them whose own address is another: to one that fails it would come back too."""
        news = OperationsNews(
            kind=OperationsKind.ADDRESS_FAILING,
            errors=1,
            problems=f"{entry.recipient_name} ({entry.recipient_id}), mail {entry.id}: {answer}",
            rules_version=world.rulebook.revision or world.rulebook.version,
            rules_folder=self.rules_folder,
            subject=entry.address,
        )
        people = [person for person in world.operations if person.address != entry.address]
        enqueue(connection, [Notification(person, (), now, news) for person in people], now, self.domain)
        append_told(connection, ToldOperations(now, news.kind, "", ""))
