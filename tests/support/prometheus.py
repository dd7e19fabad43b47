"""A real Prometheus with limen's shipped configuration, and the dashboard's queries to ask it."""

import json
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.support.components import require_program
from tests.support.repository import ROOT
from tests.support.service_manager import wait_for

PROMETHEUS = ROOT / "config/prometheus"
DASHBOARD = ROOT / "config/grafana/dashboards/limen.json"
CHOSEN = {"county": "Kent", "area": "Swale", "indicator": "single_assessments_out_of_timescale"}


def dashboard() -> dict[str, Any]:
    return dict(json.loads(DASHBOARD.read_text(encoding="utf-8")))


def panels() -> list[dict[str, Any]]:
    return [panel for panel in dashboard()["panels"] if panel["type"] != "row"]


def filled(expression: str, choice: Mapping[str, str] = CHOSEN) -> str:
    """The expression with a choice in place of each variable."""
    for name, value in {**CHOSEN, **choice}.items():
        expression = expression.replace(f"${name}", value)
    return expression.replace("$__rate_interval", "5m")


@contextmanager
def running_prometheus(folder: Path, scraped: str) -> Iterator[str]:
    """The address of a Prometheus that scrapes host:port every second, once it has data."""
    program = require_program("prometheus", "prometheus")
    text = (PROMETHEUS / "prometheus.yml").read_text()
    text = text.replace("127.0.0.1:9188", scraped).replace("60s", "1s")
    (folder / "prometheus.yml").write_text(text)
    (folder / "limen.rules.yml").write_bytes((PROMETHEUS / "limen.rules.yml").read_bytes())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [
                program,
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stderr=log,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            # Two scrapes are the fewest from which a rate can be had.
            enough = "count_over_time(limen_build_info[1m]) >= 3"
            wait_for(lambda: ask(address, enough), (folder / "log").read_text)
            yield address
        finally:
            process.terminate()
            process.wait()


def ask(address: str, expression: str) -> list[Any]:
    """What a query finds now."""
    try:
        answer = httpx.get(f"{address}/api/v1/query", params={"query": expression})
    except httpx.TransportError:
        return []  # it is still starting
    if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
        return []
    assert answer.status_code == httpx.codes.OK, f"{expression}: {answer.text}"
    return list(answer.json()["data"]["result"])
