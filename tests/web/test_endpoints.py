"""What the HTTP port answers beside the page: headers, metrics, readiness, faults."""

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from monitor.web.application import SECURITY_HEADERS
from monitor.web.status import Vitals
from tests.support.board import NOON
from tests.support.web_pages import WELL, Source, served, words


@pytest.mark.parametrize("path", ["/", "/metrics", "/healthz", "/readyz", "/status.css", "/nothing"])
def test_every_answer_carries_the_security_headers(client: httpx.Client, path: str) -> None:
    assert (
        SECURITY_HEADERS.items()
        <= {name: client.get(path).headers.get(name) for name in SECURITY_HEADERS}.items()
    )


@pytest.mark.parametrize("path", ["/", "/metrics", "/healthz", "/readyz"])
def test_heads_are_answered_and_nothing_can_be_changed(client: httpx.Client, path: str) -> None:
    head, whole = client.head(path), client.get(path)

    assert (head.status_code, head.content) == (whole.status_code, b"")
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        refused = client.request(method, path)
        assert refused.status_code == 405
        assert set(refused.headers["allow"].split(", ")) == {"GET", "HEAD"}
    assert client.get("/nothing").status_code == 404


@pytest.mark.parametrize("path", ["/metrics/", "/healthz/"])
def test_no_answer_sends_anybody_to_the_address_that_only_the_proxy_knows(
    client: httpx.Client, path: str
) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert "location" not in answer.headers


def test_the_metrics_come_in_the_format_asked_for(client: httpx.Client) -> None:
    plain = client.get("/metrics")
    openmetrics = client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})

    assert plain.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert 'limen_indicator_value{indicator="cp_plans",area="Kent"} 39.4' in plain.text
    assert openmetrics.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert openmetrics.text.endswith("# EOF\n")


@pytest.mark.parametrize(
    ("changes", "reasons", "remarks"),
    [
        ({}, [], 0),
        ({"rulebook": None}, ["no rulebook is loaded"], 0),
        ({"last_success": None}, ["no evaluation cycle has succeeded yet"], 0),
        (
            {"last_success": NOON - timedelta(minutes=7)},
            ["the last successful evaluation cycle ended 7 min ago"],
            0,
        ),
        ({"failure": "it is away", "store_reached": False}, ["the database cannot be reached"], 1),
        ({"failure": "a fault of limen's own"}, [], 1),
        ({"refusal": "2 errors"}, [], 1),
        ({"intake_failure": "Permission denied"}, [], 1),
        ({"templates": ("a.j2:1:2: LIM753 no “Anna” here",)}, [], 1),
        ({"stopping": True}, ["limen is stopping"], 0),
    ],
)
def test_readiness_names_its_reasons(
    source: Source, client: httpx.Client, changes: dict[str, object], reasons: list[str], remarks: int
) -> None:
    source.told = replace(WELL, **changes)  # type: ignore[arg-type]  # names of its fields
    answer = client.get("/readyz")

    assert answer.status_code == (503 if reasons else 200)
    assert answer.json()["ready"] is not bool(reasons)
    assert answer.json()["reasons"] == reasons
    assert len(answer.json()["remarks"]) == remarks
    assert client.get("/healthz").status_code == 200
    for text in answer.json()["reasons"] + answer.json()["remarks"]:
        assert text in words(client.get("/"))


def test_before_the_first_rulebook_the_page_says_that_nothing_is_there_yet() -> None:
    empty = Source(Vitals(version="1.2.3", started=NOON))
    with served(empty) as client:
        page = words(client.get("/"))

    assert "Not ready" in page
    assert "There is no figure yet." in page
    assert "Last successful cycle never" in page


def test_a_fault_is_told_in_a_sentence(
    source: Source, client: httpx.Client, capsys: pytest.CaptureFixture[str]
) -> None:
    source.told = None  # type: ignore[assignment]  # a fault
    answer = client.get("/")

    assert answer.status_code == 500
    assert answer.text == "limen could not make this page; its log says why.\n"
    assert "A page could not be made" in capsys.readouterr().out
