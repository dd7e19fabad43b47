"""The numbers of series: figures carry a number in place of indicator and area."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, select

from monitor.store.bulk import ColumnTypes, chunks, insert_rows, listed, upsert
from monitor.store.columns import NAME
from monitor.store.tables import series

SeriesKey = tuple[str, str]
"""(indicator, area)."""

SERIES_KEY: Final[ColumnTypes] = {"indicator": NAME, "area": NAME}


class SeriesNumbers:
    """The numbers of the series met so far in one piece of work."""

    def __init__(self) -> None:
        """Knows none yet."""
        self._numbers: dict[SeriesKey, int] = {}

    def __getitem__(self, key: SeriesKey) -> int:
        """The number of a series that was learnt."""
        return self._numbers[key]

    def learn(self, connection: Connection, keys: Iterable[SeriesKey]) -> None:
        """Looks up the numbers of the series not met yet; gives a number to those that have none."""
        for chunk in chunks(sorted({key for key in keys if key not in self._numbers})):
            self._look_up(connection, chunk)
            missing = [key for key in chunk if key not in self._numbers]
            if missing:
                rows = [{"indicator": indicator, "area": area} for indicator, area in missing]
                insert_rows(connection, upsert(connection, series).on_conflict_do_nothing(), rows)
                self._look_up(connection, missing)

    def _look_up(self, connection: Connection, keys: list[SeriesKey]) -> None:
        wanted = listed(connection, SERIES_KEY, keys)
        rows = connection.execute(
            select(series.c.indicator, series.c.area, series.c.id).join(
                wanted, (wanted.c.indicator == series.c.indicator) & (wanted.c.area == series.c.area)
            )
        )
        self._numbers |= {(indicator, area): number for indicator, area, number in rows}
