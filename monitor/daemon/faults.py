"""What a failure of the daemon's work means."""

import sqlalchemy.exc

from monitor.logs import redact


def store_is_away(fault: BaseException) -> bool:
    """Says whether the database could not be reached or used: down, locked, full, or cut off.

    DB-API 2.0 (PEP 249) gives ``OperationalError`` to what is "related to the database's operation and not
    necessarily under the control of the programmer", and ``InterfaceError`` to faults of the connection.
    """
    seen: set[int] = set()
    cause: BaseException | None = fault
    while cause is not None and id(cause) not in seen:
        if isinstance(cause, sqlalchemy.exc.OperationalError | sqlalchemy.exc.InterfaceError):
            return True
        seen.add(id(cause))
        cause = cause.__cause__ or cause.__context__
    return False


def in_words(fault: BaseException) -> str:
    """One line about a fault, without the statement, its parameters, or secrets."""
    told = fault.orig if isinstance(fault, sqlalchemy.exc.DBAPIError) and fault.orig else fault
    first = next((line.strip() for line in str(told).splitlines() if line.strip()), "")
    return str(redact(f"{type(told).__name__}: {first}" if first else type(told).__name__))
