"""Tells operations of files that could not be read as a whole: once each, all of a cycle in one mail."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from monitor.core.notifications import Notification, OperationsKind, OperationsNews
from monitor.store.file_faults import FileFault, anything_untold, mark_told, untold_faults
from monitor.store.notifications import enqueue
from monitor.store.operations_news import ToldOperations, append_told, hold_operations_news
from monitor.store.store import Store
from monitor.world import World

MOST_LISTED: Final = 50
"""Files that a mail lists; the others it counts."""


def tell_of_files(store: Store, world: World, *, now: datetime, domain: str) -> int:
    """Puts a mail for each who runs limen into the outbox if there is news of files; returns how many.

    What is news stands in the store, written with what the file brought: a kill in between loses nothing.

    Raises:
        StoreUnavailableError: the database can't be reached; the next cycle tells it.
    """
    with store.reading() as connection:
        if not anything_untold(connection):
            return 0
    with store.writing() as connection:
        hold_operations_news(connection)
        return _tell(connection, world, now, domain)


def _tell(connection: Connection, world: World, now: datetime, domain: str) -> int:
    untold = untold_faults(connection)
    if not untold:
        return 0
    news = files_refused(tuple(untold.values()), world.rulebook.revision or world.rulebook.version)
    mails = [Notification(person, (), now, news) for person in world.operations]
    enqueue(connection, mails, now, domain)
    append_told(connection, ToldOperations(now, news.kind, "", news.subject))
    mark_told(connection, untold, now)
    return len(mails)


def files_refused(faults: Sequence[FileFault], rules_version: str) -> OperationsNews:
    """The news of these files, of which there is at least one."""
    lines = [in_words(fault) for fault in faults[:MOST_LISTED]]
    left = len(faults) - len(lines)
    if left:
        lines.append(f"… and {left:,} more: “limen status” lists them")
    others = f" and {len(faults) - 1:,} more" if len(faults) > 1 else ""
    subject = faults[0].name + others
    kind = OperationsKind.FILES_REFUSED
    return OperationsNews(kind, len(faults), "\n".join(lines), rules_version, "", subject)


def in_words(fault: FileFault) -> str:
    """One file in a line; of what it holds nothing is quoted."""
    if fault.rows_rejected is None or fault.rows_read is None:
        return f"{fault.name} could not be read: {fault.reasons}. See {fault.place}"
    rows = f"{fault.rows_rejected:,} of {fault.rows_read:,} row{'' if fault.rows_read == 1 else 's'}"
    was = "was" if fault.rows_rejected == 1 else "were"
    return f"{fault.name}: {rows} {was} set aside: {fault.reasons}. See {fault.place}"
