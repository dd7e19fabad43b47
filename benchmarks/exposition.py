"""How much faster a scrape of 100,000 figures is than with prometheus_client's own gauges, as a ratio.

python benchmarks/exposition.py [SERIES]
"""

import sys
import time
from collections.abc import Callable
from decimal import Decimal

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from monitor.exposition import Family, SeriesTable

VALUE = Family("bench_value", "A figure.", ("indicator", "area"))


def seconds(work: Callable[[], object], times: int) -> float:
    """The fastest of some runs."""
    best = float("inf")
    for _ in range(times):
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    return best


def main() -> None:
    series = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    keys = [(f"indicator-{number % 100}", f"area-{number // 100}") for number in range(series)]
    registry = CollectorRegistry()
    gauge = Gauge(VALUE.name, VALUE.documentation, VALUE.labels, registry=registry)
    for key in keys:
        gauge.labels(*key).set(8.5)
    table: SeriesTable[tuple[str, str]] = SeriesTable((VALUE,))
    table.put((key, key, {VALUE.name: Decimal("8.5")}) for key in keys)

    def change_one() -> bytes:
        table.put([(keys[0], keys[0], {VALUE.name: Decimal("8.6")})])
        return table.exposition()

    theirs = seconds(lambda: generate_latest(registry), 3)
    changed = seconds(change_one, 5)
    unchanged = seconds(table.exposition, 5)
    print(f"{series:,} series: prometheus_client {theirs:.3f} s")
    print(f"after one change: {changed:.3f} s, {theirs / changed:.0f} times faster")
    print(f"without a change: {unchanged:.6f} s, {theirs / unchanged:,.0f} times faster")


if __name__ == "__main__":
    main()
