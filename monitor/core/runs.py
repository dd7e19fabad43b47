"""Results by series, each built when somebody asks for it: whoever looks at few of many pays for few."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar, overload

from monitor.core.judgements import RuleEvaluation

T = TypeVar("T")


class Built(Sequence[T], Generic[T]):
    """A sequence whose items are built, each once, when they are looked at. Equal to any with equal items."""

    def __init__(self, count: int, build: Callable[[int], T]) -> None:
        self._build = build
        self._items: list[T | None] = [None] * count

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[T]: ...

    def __getitem__(self, place: int | slice) -> T | Sequence[T]:
        """Returns one item, or those of a slice."""
        if isinstance(place, slice):
            return tuple(self[each] for each in range(*place.indices(len(self))))
        item = self._items[place]
        if item is None:
            item = self._build(place if place >= 0 else place + len(self))
            self._items[place] = item
        return item

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))


@dataclass(frozen=True, slots=True)
class Run:
    """What one rule says of one series, in the order of its periods, with what a hasty reader needs first.

    ``breaches`` are the places, rising, at which a level holds.
    """

    verdicts: Sequence[RuleEvaluation]
    period_ends: Sequence[date]
    breaches: Sequence[int]

    @classmethod
    def of(cls, verdicts: Sequence[RuleEvaluation]) -> "Run":
        """Looks at every verdict once; those of :class:`BuiltVerdicts` are known without."""
        if isinstance(verdicts, BuiltVerdicts):
            return cls(verdicts, verdicts.period_ends, verdicts.breaches)
        breaches = [place for place, each in enumerate(verdicts) if each.level is not None]
        return cls(verdicts, [each.period_end for each in verdicts], breaches)

    def next_breach(self, place: int) -> int:
        """The first place from ``place`` on at which a level holds; behind the last one if there is none."""
        at = bisect_left(self.breaches, place)
        return self.breaches[at] if at < len(self.breaches) else len(self.period_ends)


class BuiltVerdicts(Built[RuleEvaluation]):
    """A series' verdicts, built when looked at; when periods end and where a level holds is known before."""

    def __init__(
        self, period_ends: Sequence[date], breaches: Iterable[int], build: Callable[[int], RuleEvaluation]
    ) -> None:
        super().__init__(len(period_ends), build)
        self.period_ends = period_ends
        self.breaches = tuple(breaches)
