"""Takes in a mail that came back: whose address it tells of, marked as failing, and operations told once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from monitor.bounces.failing import FailingAddressDesk
from monitor.bounces.report import Report, Verdict, read_report
from monitor.bounces.signed_address import mail_number
from monitor.core.audit import ERASED
from monitor.store.failing_addresses import BounceOutcome, count_bounce
from monitor.store.operations_news import hold_operations_news
from monitor.store.outbox import OutboxEntry, outbox_entries
from monitor.store.store import Store
from monitor.world import World


@dataclass(frozen=True, slots=True)
class BounceDesk:
    """Where mails come back to: the address as it is set, the keys that sign, and who is told.

    ``domain`` is the right-hand side of mails' Message-IDs, ``rules_folder`` where the rules lie.
    """

    store: Store
    world: World
    bounce_address: str
    keys: tuple[bytes, ...]
    domain: str
    rules_folder: str

    def take(self, content: bytes, now: datetime, *, recipient: str = "") -> "Taken":
        """Takes in one mail. ``recipient`` is the address that it came to, where the mail server says.

        Raises:
            StoreUnavailableError: the database can't be reached; nothing was changed.
        """
        report = read_report(content)
        candidates = [recipient] if recipient else report.addresses
        numbers = (mail_number(each, self.bounce_address, self.keys) for each in candidates)
        number = next((each for each in numbers if each is not None), None)
        with self.store.writing() as connection:
            entries = () if number is None else outbox_entries(connection, ids=[number])
            taken = self._taken(connection, report, entries[0], now) if entries else _REFUSED
            count_bounce(connection, taken.outcome)
        return taken

    def _taken(self, connection: Connection, report: Report, entry: OutboxEntry, now: datetime) -> "Taken":
        match report.verdict:
            case Verdict.AUTOMATIC_REPLY:
                return Taken(BounceOutcome.REPLY, f"Mail {entry.id} was answered automatically: no bounce.")
            case Verdict.DELAYED:
                told = f"Mail {entry.id} is delayed, not given up: {report.answer}"
                return Taken(BounceOutcome.DELAYED, told)
            case Verdict.UNCLEAR:
                return Taken(
                    BounceOutcome.UNCLEAR, f"This is no bounce that limen can read: {report.answer}."
                )
            case Verdict.FAILED:
                return self._failing(connection, report, entry, now)

    def _failing(self, connection: Connection, report: Report, entry: OutboxEntry, now: datetime) -> "Taken":
        if entry.address == ERASED:
            return Taken(BounceOutcome.KNOWN, f"Mail {entry.id} came back; its recipient was erased since.")
        hold_operations_news(connection)
        desk = FailingAddressDesk(self.world, self.domain, self.rules_folder)
        if not desk.take(connection, entry, report.answer, now):
            told = f"Mail {entry.id} came back; that {entry.address} fails is known already."
            return Taken(BounceOutcome.KNOWN, told)
        told = f"Mail {entry.id} came back: {entry.address} fails. {report.answer}"
        return Taken(BounceOutcome.FAILING, told)


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a mail, and what to say of it."""

    outcome: BounceOutcome
    text: str


_REFUSED = Taken(
    BounceOutcome.FORGED, "Refused: it did not come to an address that limen signed, so it may be forged."
)
