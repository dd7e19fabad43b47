"""A real Prometheus scrapes a real exposition: what limen ships for Prometheus and Grafana works on it."""

import re
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import promql_parser
import pytest
import yaml

from monitor.directory import load_areas
from monitor.metrics import TEXT_FORMAT
from monitor.rulebook.loader import load_rulebook
from tests.support.board import full_metrics
from tests.support.components import require_program
from tests.support.prometheus import CHOSEN, PROMETHEUS, ask, dashboard, filled, panels, running_prometheus
from tests.support.repository import ROOT

pytestmark = pytest.mark.xdist_group("prometheus")

QUERIES = [
    pytest.param(target["expr"], id=f"{panel['title']}-{target['refId']}")
    for panel in panels()
    for target in panel["targets"]
]
VARIABLES = [each["query"]["query"] for each in dashboard()["templating"]["list"] if each["type"] == "query"]


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running Prometheus that scrapes an exposition with a sample of every metric."""
    areas = load_areas(ROOT / "config/areas.csv")
    rulebook = load_rulebook(ROOT / "rules", areas=areas).rulebook
    assert rulebook is not None
    exposition = full_metrics(rulebook, areas).exposition()

    class Target(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", TEXT_FORMAT)
            self.end_headers()
            self.wfile.write(exposition)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Target) as target:
        Thread(target=target.serve_forever, daemon=True).start()
        folder = tmp_path_factory.mktemp("prometheus")
        with running_prometheus(folder, f"127.0.0.1:{target.server_port}") as address:
            yield address
        target.shutdown()


def test_promtool_accepts_the_configuration_and_the_alert_rules() -> None:
    promtool = require_program("promtool", "prometheus")
    verdict = subprocess.run(
        [promtool, "check", "config", "--lint-fatal", str(PROMETHEUS / "prometheus.yml")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


@pytest.mark.parametrize("expression", QUERIES)
def test_every_query_of_the_dashboard_returns_data(expression: str, prometheus: str) -> None:
    query = filled(expression)
    promql_parser.parse(query)

    assert "$" not in query
    assert ask(prometheus, query), query


@pytest.mark.parametrize("query", VARIABLES)
def test_every_variable_of_the_dashboard_has_something_to_choose(query: str, prometheus: str) -> None:
    found = re.fullmatch(r"label_values\((.+), (\w+)\)", query)
    assert found is not None
    values = {series["metric"][found[2]] for series in ask(prometheus, filled(found[1]))}

    assert set(CHOSEN.values()) & values


def _rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((PROMETHEUS / "limen.rules.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


@pytest.mark.parametrize("rule", _rules(), ids=lambda rule: str(rule["alert"]))
def test_every_metric_of_an_alert_rule_exists(rule: dict[str, Any], prometheus: str) -> None:
    names = set(re.findall(r"\b(?:limen_\w+|up)\b", rule["expr"]))

    assert names
    for name in names - {"limen"}:
        assert ask(prometheus, name), name


def test_the_alert_rules_about_limen_fire_when_they_should_and_not_before(tmp_path: Path) -> None:
    promtool = require_program("promtool", "prometheus")
    labels = '{job="limen",instance="here"}'
    quiet = {
        f"up{labels}": "1x90",
        f"limen_store_up{labels}": "1x90",
        f"limen_rulebook_last_reload_successful{labels}": "1x90",
        f"limen_template_problems{labels}": "0x90",
        f"limen_last_successful_cycle_timestamp_seconds{labels}": "0+60x90",
        f"limen_outbox_oldest_pending_age_seconds{labels}": "0x90",
        'limen_deliveries_total{outcome="rejected",job="limen"}': "0x90",
        'limen_intake_files_total{result="refused",job="limen"}': "0x90",
        'limen_intake_files_total{result="taken in",job="limen"}': "0+1x90",
        'limen_intake_rows_total{result="rejected",job="limen"}': "0x90",
        f"limen_inbox_files_stuck{labels}": "0x90",
        'limen_job_failures_total{job="limen"}': "0x90",
        f"limen_addresses_failing{labels}": "0x90",
        f"limen_follow_ups_overdue_seconds{labels}": "60x90",
        # Five weeks of silence are for whoever made it; four days are Christmas.
        'limen_oldest_held_seconds{reason="silenced",job="limen"}': "3024000x90",
        'limen_oldest_held_seconds{reason="window",job="limen"}': "345600x90",
        'limen_rule_health{rule="r",area="a",job="limen"}': "0x90",
    }
    loud = {
        f"up{labels}": "0x90",
        f"limen_store_up{labels}": "0x90",
        f"limen_rulebook_last_reload_successful{labels}": "0x90",
        f"limen_template_problems{labels}": "1x90",
        f"limen_last_successful_cycle_timestamp_seconds{labels}": "0x90",
        f"limen_outbox_oldest_pending_age_seconds{labels}": "3000+60x90",
        'limen_deliveries_total{outcome="rejected",job="limen"}': "0+1x90",
        'limen_intake_rows_total{result="rejected",job="limen"}': "0+1x90",
        f"limen_inbox_files_stuck{labels}": "1x90",
        'limen_job_failures_total{job="limen"}': "0+1x90",
        f"limen_addresses_failing{labels}": "1x90",
        f"limen_follow_ups_overdue_seconds{labels}": "600+60x90",
        'limen_oldest_held_seconds{reason="window",job="limen"}': "518400x90",
        'limen_rule_health{rule="r",area="a",job="limen"}': "2x90",
        'limen_figures_late{indicator="i",area="a",job="limen"}': "1x90",
    }
    names = [rule["alert"] for rule in _rules()]
    file = tmp_path / "test.yml"

    def verdict(series: dict[str, str]) -> str:
        inputs = [{"series": name, "values": values} for name, values in series.items()]
        silent = [{"eval_time": "80m", "alertname": name, "exp_alerts": []} for name in names]
        test = {"interval": "1m", "input_series": inputs, "alert_rule_test": silent}
        file.write_text(
            yaml.safe_dump({"rule_files": [str(PROMETHEUS / "limen.rules.yml")], "tests": [test]})
        )
        done = subprocess.run(
            [promtool, "test", "rules", str(file)], capture_output=True, text=True, check=False
        )
        return done.stdout + done.stderr

    assert "FAILED" not in verdict(quiet)
    fired = verdict(loud)
    assert {name for name in names if re.search(rf"alertname: {name},", fired)} == set(names), fired
