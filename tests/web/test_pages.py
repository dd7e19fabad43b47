"""The HTTP port's application, asked as a client asks it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import httpx
import pytest

from monitor.core.alerts import AlertState
from monitor.core.areas import Area, AreaTree, AreaType
from monitor.core.freshness import lateness_of
from monitor.core.judgements import DirectionOfTravel, RagRating
from monitor.core.plausibility import fault_of
from monitor.core.rulebook import Level, Polarity
from monitor.metrics import Metrics
from monitor.scoreboard import Scoreboard
from monitor.web.application import SECURITY_HEADERS, web_application
from monitor.web.server import HttpPort
from monitor.web.status import Readiness, Vitals, readiness
from tests.support.board import AREAS, NOON, RULEBOOK, a_figure, a_silence, an_alert, an_answer
from tests.support.rules import rule

WELL = Vitals(
    version="1.2.3",
    started=NOON - timedelta(hours=1),
    rulebook=RULEBOOK.version,
    last_success=NOON - timedelta(seconds=30),
    store_reached=True,
    outbox={"pending": 2, "sent": 40},
)
HOSTILE = '<script>alert("1")</script>&amp;'


@dataclass
class Source:
    """A daemon that fares as told."""

    told: Vitals = WELL
    metrics: Metrics = field(default_factory=lambda: Metrics("1.2.3"))

    @property
    def scoreboard(self) -> Scoreboard:
        return self.metrics.scoreboard

    def now(self) -> datetime:
        return NOON

    def vitals(self) -> Vitals:
        return self.told

    def readiness(self) -> Readiness:
        return readiness(self.told, NOON, timedelta(minutes=4))

    def exposition(self, accept: str) -> tuple[bytes, str]:
        return self.metrics.negotiated(accept)


@pytest.fixture
def source() -> Source:
    found = Source()
    found.metrics.rulebook_in_force(RULEBOOK, AREAS)
    found.scoreboard.update(
        [a_figure(), a_figure(area="Swale", rag=RagRating.RED), a_figure(area="Thanet")],
        [an_alert("too-many", "Swale"), an_alert("too-many", "Kent", state=AlertState.RESOLVED, level=None)],
        {("cp_plans", "Thanet")},
    )
    return found


@contextmanager
def served(source: Source) -> Iterator[httpx.Client]:
    """A client of a real HTTP port that shows the source."""
    port = HttpPort(web_application(source, ZoneInfo("Europe/London")), "127.0.0.1", 0)
    port.start()
    try:
        with httpx.Client(base_url=f"http://{port.address}") as client:
            yield client
    finally:
        port.stop()
        assert not port.alive


@pytest.fixture
def client(source: Source) -> Iterator[httpx.Client]:
    with served(source) as client:
        yield client


class Text(HTMLParser):
    """The words of a page as a reader sees them, and its elements' names and addresses."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words = ""
        self.addresses: list[str] = []
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.words += f"{data} "

    def handle_starttag(self, _tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attributes if name in {"href", "src", "action"}]


def words(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return " ".join(Text(answer.text).words.split())


def test_the_page_shows_the_widest_areas_ratings_and_every_firing_alert(client: httpx.Client) -> None:
    page = words(client.get("/"))

    assert "Watching" in page
    assert "Alerts that are firing: 1" in page
    assert "Too many plans Swale ■ red 39.4% 40.0% 31 August 2026" in page
    assert "Ratings of Kent" in page
    assert "Child protection plans 39.4% provisional 34.9% ◆ amber worsening" in page
    assert "Mails 2 waiting, 40 sent" in page
    assert "24 November 2026, 11:59:30 GMT" in page
    assert RULEBOOK.version[:12] in page


def test_another_area_can_be_chosen_and_an_unknown_one_is_not_found(client: httpx.Client) -> None:
    assert "Ratings of Swale" in words(client.get("/", params={"area": "swale"}))
    assert client.get("/", params={"area": "Atlantis"}).status_code == 404


def test_who_deals_with_an_alert_and_what_is_silenced_is_shown_without_what_they_said(
    source: Source, client: httpx.Client
) -> None:
    assert "Silences" not in words(client.get("/"))
    source.metrics.suppressed({("too-many", "Swale"): an_answer()}, [a_silence()])

    page = words(client.get("/"))

    assert "Too many plans Judith Marlowe is dealing with it until 8 December 2026 Swale" in page
    assert "Silences: 1" in page
    assert "alerts in Swale, Thanet ops-desk 26 November 2026, 12:00:00 GMT" in page
    assert "On it" not in page
    assert "The system is moved" not in page
    metrics = client.get("/metrics").text
    assert "limen_alerts_acknowledged 1.0" in metrics
    assert "limen_silences_active 1.0" in metrics


def test_late_figures_are_listed_by_indicator_and_period(source: Source, client: httpx.Client) -> None:
    assert "late" not in words(client.get("/"))
    late = [
        an_alert(
            lateness_of("cp_plans"),
            area,
            level=None,
            breach_since=date(2026, 10, 31),
            fired_on=date(2026, 11, 20),
        )
        for area in ("Thanet", "Swale")
    ]
    source.scoreboard.update([], late, frozenset())

    page = words(client.get("/"))

    assert "Figures that are late: 2" in page
    assert "Child protection plans Swale, Thanet 31 Oct 2026 20 November 2026" in page
    assert "Alerts that are firing: 1" in page


def test_figures_in_doubt_are_listed_by_indicator_and_period(source: Source, client: httpx.Client) -> None:
    assert "doubt" not in words(client.get("/"))
    since = date(2026, 10, 31)
    wrong = [
        an_alert(fault_of("cp_plans"), area, level=None, streak=1, breach_since=since)
        for area in ("Thanet", "Swale")
    ]
    missing = an_alert(fault_of("cp_plans"), "Kent", level=None, streak=0, breach_since=since)
    source.scoreboard.update([], [*wrong, missing], frozenset())

    page = words(client.get("/"))

    assert "Figures in doubt: 3" in page
    assert "Child protection plans Swale, Thanet 31 Oct 2026 looks wrong" in page
    assert "Child protection plans Kent 31 Oct 2026 missing, and others have it" in page
    assert "Alerts that are firing: 1" in page


def test_a_small_number_is_not_shown(client: httpx.Client) -> None:
    answer = client.get("/", params={"area": "Thanet"})

    assert "39.4" not in answer.text.partition("Ratings of Thanet")[2]
    assert "withheld" in words(answer)


def test_an_alert_on_a_small_number_shows_neither_the_figure_nor_its_limit(
    source: Source, client: httpx.Client
) -> None:
    source.scoreboard.update([], [an_alert("too-many", "Thanet")], frozenset())

    assert "Too many plans Thanet ■ red withheld – 31 August 2026" in words(client.get("/"))


@pytest.mark.parametrize(
    ("condition_text", "figure", "held_against"),
    [
        ("value > 40", "39.4", "40.0%"),
        ("value > 35 or value > 38.5", "39.4", "35.0%"),
        ("not (30 <= value <= 38)", "39.4", "38.0%"),
        ("value < lower", "29", "30.0%"),
        ("value > neighbours", "39.4", "target 34.9%"),
        ("rating == red", "39.4", "target 34.9%"),
    ],
)
def test_an_alert_shows_the_limit_of_its_level_or_else_the_target(
    source: Source, client: httpx.Client, condition_text: str, figure: str, held_against: str
) -> None:
    known = RULEBOOK.alerts["too-many"]
    book = replace(
        RULEBOOK,
        alerts={
            "too-many": replace(
                known, thresholds=rule({"info": "value > 1", "critical": condition_text}).thresholds
            )
        },
    )
    source.metrics.rulebook_in_force(book, AREAS)
    source.scoreboard.update([a_figure(area="Swale", value=Decimal(figure))], [], frozenset())

    assert f"red {Decimal(figure):.1f}% {held_against} 31 August" in words(client.get("/"))


def test_an_alert_without_a_figure_yet_is_listed_all_the_same(source: Source, client: httpx.Client) -> None:
    source.scoreboard.clear()
    source.scoreboard.update([], [an_alert("too-many", "Swale")], frozenset())

    assert "Too many plans Swale ■ red – – 31 August 2026" in words(client.get("/"))


@pytest.mark.parametrize(
    ("ends", "shown"),
    [
        ({"upper": Decimal(40)}, "expected up to 40.0%"),
        ({"lower": Decimal(30)}, "expected at least 30.0%"),
        ({"lower": Decimal(30), "upper": Decimal(40)}, "expected 30.0% to 40.0%"),
        ({}, "none"),
    ],
)
def test_a_range_does_not_look_like_a_target(
    source: Source, client: httpx.Client, ends: dict[str, Decimal], shown: str
) -> None:
    figure = a_figure(target=None, lower=ends.get("lower"), upper=ends.get("upper"))
    source.scoreboard.update([figure], [], frozenset())

    assert f"39.4% provisional {shown} ◆ amber" in words(client.get("/"))


def test_a_figure_that_is_missing_is_not_called_provisional(source: Source, client: httpx.Client) -> None:
    source.scoreboard.update([a_figure(value=None, rag=RagRating.NO_DATA)], [], frozenset())

    assert "Child protection plans no figure 34.9% – no data" in words(client.get("/"))


@pytest.mark.parametrize(
    ("before", "shown"), [(Decimal("38.0"), "neither better nor worse"), (None, "not known")]
)
def test_a_figure_that_has_no_good_way_is_said_to_be_neither_better_nor_worse(
    source: Source, client: httpx.Client, before: Decimal | None, shown: str
) -> None:
    plain = replace(RULEBOOK.indicators["cp_plans"], polarity=Polarity.NONE)
    source.metrics.rulebook_in_force(replace(RULEBOOK, indicators={"cp_plans": plain}), AREAS)
    figure = a_figure(previous_value=before, direction=DirectionOfTravel.UNKNOWN)
    source.scoreboard.update([figure], [], frozenset())

    assert f"◆ amber {shown} 30 Sep 2026" in words(client.get("/"))


def test_a_range_that_would_narrow_a_small_number_down_is_not_shown(
    source: Source, client: httpx.Client
) -> None:
    counted = replace(RULEBOOK.indicators["cp_plans"], unit="count", decimals=0)
    source.metrics.rulebook_in_force(replace(RULEBOOK, indicators={"cp_plans": counted}), AREAS)
    figure = a_figure(value=Decimal(3), target=None, lower=None, upper=Decimal(4))
    source.scoreboard.update([figure], [], {("cp_plans", "Kent")})

    assert "withheld provisional none ◆ amber" in words(client.get("/"))


@pytest.mark.parametrize(
    ("outbox", "shown"),
    [
        ({}, "none waiting"),
        ({"pending": 0, "sending": 0, "dead": 0}, "none waiting"),
        ({"sent": 1200, "sending": 0, "pending": 0, "dead": 0}, "1,200 sent"),
        (
            {"dead": 1, "pending": 3, "sending": 2, "sent": 4},
            "3 waiting, 2 being sent, 4 sent, 1 refused or given up",
        ),
    ],
)
def test_mails_are_counted_in_words(
    source: Source, client: httpx.Client, outbox: dict[str, int], shown: str
) -> None:
    source.told = replace(WELL, outbox=outbox)

    assert f"Mails {shown} Running since" in words(client.get("/"))


def test_nothing_that_comes_from_files_becomes_markup(source: Source, client: httpx.Client) -> None:
    title = replace(RULEBOOK.alerts["too-many"], title=HOSTILE)
    measure = replace(RULEBOOK.indicators["cp_plans"], title=HOSTILE, unit=HOSTILE)
    areas = AreaTree.of([Area(HOSTILE, AreaType.COUNTY)])
    source.metrics.rulebook_in_force(
        replace(RULEBOOK, alerts={"too-many": title}, indicators={"cp_plans": measure}), areas
    )
    source.scoreboard.update([a_figure(area=HOSTILE)], [an_alert("too-many", HOSTILE)], frozenset())
    source.told = replace(WELL, refusal=HOSTILE, failure=HOSTILE, outbox={HOSTILE: 1})
    answer = client.get("/")

    assert words(answer).count('<script>alert("1")</script>') > 5
    assert "<script" not in answer.text


def test_the_page_needs_nothing_from_elsewhere(client: httpx.Client) -> None:
    answer = client.get("/")

    assert Text(answer.text).addresses == ["status.css", "data:,", ".", "metrics", "readyz"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "<style" not in answer.text
    assert " style=" not in answer.text
    sheet = client.get("/status.css")
    assert sheet.headers["content-type"].startswith("text/css")
    assert "url(" not in sheet.text
    assert "@import" not in sheet.text


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


def test_alerts_are_listed_worst_first(source: Source, client: httpx.Client) -> None:
    info = an_alert("too-many", "Kent", level=Level.INFO)
    warning = an_alert("too-many", "Thanet", level=Level.WARNING)
    source.scoreboard.update([], [info, warning], frozenset())
    page = words(client.get("/"))

    assert page.index("Swale ■ red") < page.index("Thanet ◆ amber") < page.index("Kent ○ notice")
