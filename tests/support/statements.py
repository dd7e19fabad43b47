"""How many statements a piece of work sends to the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from monitor.store.store import Store


@contextmanager
def statement_counter(of: Store | Engine) -> Iterator[list[str]]:
    """The statements sent within the block, BEGIN included where limen itself says it."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    engines = of.engines.pools if isinstance(of, Store) else (of,)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
