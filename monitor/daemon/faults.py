"""What a failure of the daemon's work means."""

from monitor.logs import redact
from monitor.store.errors import StoreUnavailableError


def store_is_away(fault: BaseException) -> bool:
    """Says whether a fault, or what brought it about, is that the database can't be reached."""
    seen: set[int] = set()
    cause: BaseException | None = fault
    while cause is not None and id(cause) not in seen:
        if isinstance(cause, StoreUnavailableError):
            return True
        seen.add(id(cause))
        cause = cause.__cause__ or cause.__context__
    return False


def in_words(fault: BaseException) -> str:
    """One line about a fault, without secrets: its kind, unless that is plain, and what it says first."""
    first = next((line.strip() for line in str(fault).splitlines() if line.strip()), "")
    if isinstance(fault, StoreUnavailableError) and first:
        return str(redact(first))
    return str(redact(f"{type(fault).__name__}: {first}" if first else type(fault).__name__))
