"""The figures of one file put together: each once, and none that its rows give differently."""

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from monitor.intake.faults import FaultCode, Rejection
from monitor.intake.tables import Table
from monitor.store.observations import NewObservation

PROGRESS_EVERY: Final = 5_000
NAMED_LINES: Final = 5

Progress = Callable[[int, int], None]
"""Told how many rows are done, and of how many, roughly."""


@dataclass(slots=True)
class Gathered:
    """What came of a file's rows so far. Contradictions are settled by :meth:`settled` at the end."""

    observations: list[NewObservation] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    empty: int = 0
    repeated: int = 0
    _lines: "array[int]" = field(default_factory=lambda: array("L"))
    _contradicted: dict[int, list[int]] = field(default_factory=dict)
    _seen: dict[tuple[str, str], dict[int, int]] = field(default_factory=dict)

    def add(self, observation: NewObservation, line: int) -> None:
        """Takes a figure; notes it where an earlier row said the same, or something else of the same."""
        periods = self._seen.setdefault(observation.series, {})
        place = periods.setdefault(observation.period_end.toordinal(), len(self.observations))
        if place == len(self.observations):
            self.observations.append(observation)
            self._lines.append(line)
        elif place in self._contradicted or self.observations[place] != observation:
            self._contradicted.setdefault(place, [self._lines[place]]).append(line)
        else:
            self.repeated += 1

    def settled(self, table: Table) -> tuple[Rejection, ...]:
        """Returns all rejections in the order of their lines.

        Rows that give one figure differently are set aside, all of them: limen does not choose between them.
        """
        rejections = [*self.rejections, *self._contradictions(table)]
        return tuple(sorted(rejections, key=lambda rejection: rejection.line))

    def _contradictions(self, table: Table) -> list[Rejection]:
        if not self._contradicted:
            return []
        reasons = {
            line: reason
            for lines in self._contradicted.values()
            for reason in (_contradiction(lines),)
            for line in lines
        }
        self.observations = [
            observation
            for place, observation in enumerate(self.observations)
            if place not in self._contradicted
        ]
        return [
            Rejection(line, FaultCode.CONTRADICTION, reasons[line], tuple(cells))
            for line, cells in table.rows()
            if line in reasons
        ]

    def remarks(self) -> tuple[str, ...]:
        """Sentences for the file's owner on what changed nothing."""
        said = []
        if self.empty:
            rows = "1 row holds" if self.empty == 1 else f"{self.empty:,} rows hold"
            said.append(f"{rows} no figure and changed nothing.")
        if self.repeated:
            rows = "1 row repeats" if self.repeated == 1 else f"{self.repeated:,} rows repeat"
            said.append(f"{rows} an earlier row word for word and counted once.")
        return tuple(said)


def told(table: Table, progress: Progress | None) -> Iterator[tuple[int, Sequence[str]]]:
    """The table's rows; tells how far they are."""
    done = 0
    for done, row in enumerate(table.rows(), 1):
        yield row
        if progress is not None and done % PROGRESS_EVERY == 0:
            progress(done, max(done, table.about))
    if progress is not None:
        progress(done, done)


def _contradiction(lines: Sequence[int]) -> str:
    named = [str(line) for line in lines[:NAMED_LINES]]
    more = len(lines) - len(named)
    last = f"{more:,} more" if more else named.pop()
    return f"lines {', '.join(named)} and {last} give this figure, and not the same: keep the right one"
