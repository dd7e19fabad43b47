"""Prometheus's text format for many series that seldom change: a line is rendered once per change and kept.

``prometheus_client`` renders every sample anew at every scrape, which takes 0.7 s for 100,000 of them;
``benchmarks/exposition.py`` compares the two. The lines are the same in the text format 0.0.4 and in
OpenMetrics, for they are gauges without timestamps; only the escaping of HELP differs between the two.

Sources: https://prometheus.io/docs/instrumenting/exposition_formats/ (text format 0.0.4) and
https://prometheus.io/docs/specs/om/open_metrics_spec/ (escaping of HELP).
"""

import threading
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

_LABEL_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
_HELP_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n"})

Number = int | Decimal
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Family:
    """One metric: its name, what it means, and the names of its labels in the order of their values."""

    name: str
    documentation: str
    labels: tuple[str, ...]


def label_set(names: Sequence[str], values: Sequence[str]) -> str:
    """Returns ``{name="value",...}`` with the values escaped.

    Raises:
        ValueError: there are more names than values, or fewer.
    """
    pairs = zip(names, values, strict=True)
    return "{" + ",".join(f'{name}="{value.translate(_LABEL_ESCAPES)}"' for name, value in pairs) + "}"


def number(value: Number) -> str:
    """Returns the number as the format wants it, digit for digit (8.0 stays 8.0)."""
    return format(value, "f") if isinstance(value, Decimal) else str(value)


class SeriesTable(Generic[K]):
    """The samples of several gauges, by a key of the caller's. May be used by several threads.

    One key has one label set and at most one sample of each family: what has no value has no sample.
    """

    def __init__(self, families: Sequence[Family]) -> None:
        self._families = tuple(families)
        self._lines: dict[K, tuple[str, ...]] = {}
        self._rendered: dict[bool, bytes] = {}
        self._lock = threading.Lock()

    def put(self, rows: Iterable[tuple[K, Sequence[str], Mapping[str, Number | None]]]) -> None:
        """Takes rows of (key, label values, family name -> value); a key's earlier samples go."""
        with self._lock:
            for key, labels, values in rows:
                self._lines[key] = self._lines_of(labels, values)
            self._rendered.clear()

    def clear(self) -> None:
        """Takes everything out."""
        with self._lock:
            self._lines.clear()
            self._rendered.clear()

    def keep(self, keys: Iterable[K]) -> None:
        """Takes out every key that is not among ``keys``."""
        kept = set(keys)
        with self._lock:
            for key in self._lines.keys() - kept:
                del self._lines[key]
            self._rendered.clear()

    def exposition(self, *, openmetrics: bool = False) -> bytes:
        """Returns all samples under their HELP and TYPE lines, in the order in which keys first came."""
        with self._lock:
            if openmetrics not in self._rendered:
                self._rendered[openmetrics] = self._render(openmetrics=openmetrics)
            return self._rendered[openmetrics]

    def _lines_of(self, labels: Sequence[str], values: Mapping[str, Number | None]) -> tuple[str, ...]:
        """One line a family, in the order of the families; "" where there is no sample."""
        text = label_set(self._families[0].labels, labels)
        lines = []
        for family in self._families:
            value = values.get(family.name)
            lines.append("" if value is None else f"{family.name}{text} {number(value)}\n")
        return tuple(lines)

    def _render(self, *, openmetrics: bool) -> bytes:
        parts = []
        for place, family in enumerate(self._families):
            help_text = family.documentation.translate(_HELP_ESCAPES)
            if openmetrics:
                help_text = help_text.replace('"', r"\"")
            parts.append(f"# HELP {family.name} {help_text}\n# TYPE {family.name} gauge\n")
            parts.extend(lines[place] for lines in self._lines.values())
        return "".join(parts).encode()
