"""The HTTP port's application, asked as a client asks it."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import httpx
import pytest

from monitor.core.areas import Area, AreaTree, AreaType
from monitor.core.freshness import lateness_of
from monitor.core.judgements import DirectionOfTravel, RagRating
from monitor.core.plausibility import fault_of
from monitor.core.rulebook import Level, Polarity, Retirement
from tests.support.board import AREAS, NOON, RULEBOOK, a_figure, a_silence, an_alert, an_answer
from tests.support.rules import rule
from tests.support.web_pages import WELL, Source, Text, words

HOSTILE = '<script>alert("1")</script>&amp;'


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


def test_what_is_refused_or_comes_back_is_counted_and_named_nowhere(
    source: Source, client: httpx.Client
) -> None:
    well = words(client.get("/"))
    assert "Addresses none fails Files all taken in whole, in the last 7 days" in well
    assert "Templates of mails no error known in your own" in well

    template = "a.j2:1:2: LIM753 no “Anna” here"
    source.told = replace(WELL, faulty_files=(1, 1200), failing_addresses=2, templates=(template,))

    page = words(client.get("/"))
    assert "Addresses 2 addresses fail, so people are not told: “limen status” names them" in page
    assert (
        "Files 1 file could not be read; rows of 1,200 files were set aside, in the last 7 days: "
        "“limen status” says why"
    ) in page
    assert "Templates of mails 1 error in your own: “limen check” lists them" in page
    assert "Anna" not in page


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
    assert "Figures that are late" not in words(client.get("/"))
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


def test_a_retired_indicator_is_listed_no_more(source: Source, client: httpx.Client) -> None:
    known = RULEBOOK.indicators["cp_plans"]
    for on, listed in ((NOON.date() + timedelta(days=1), True), (NOON.date(), False)):
        retired = replace(known, retirement=Retirement(on, None))
        source.metrics.rulebook_in_force(replace(RULEBOOK, indicators={"cp_plans": retired}), AREAS)
        page = words(client.get("/")).partition("Ratings of Kent")[2]
        assert ("Child protection plans" in page) == listed


def test_the_page_begins_with_the_moment_of_which_it_tells(client: httpx.Client) -> None:
    page = words(client.get("/"))
    assert page.index("As at 24 November 2026") < page.index("Alerts that are firing")


def test_a_figure_that_is_not_rated_says_why_beside_its_alert(source: Source, client: httpx.Client) -> None:
    unrated = replace(RULEBOOK.indicators["cp_plans"], rag=())
    source.metrics.rulebook_in_force(replace(RULEBOOK, indicators={"cp_plans": unrated}), AREAS)
    figures = [a_figure(area=area, rag=RagRating.NOT_RATED) for area in ("Kent", "Swale")]
    source.scoreboard.update(figures, [an_alert("too-many", "Swale")], frozenset())
    said = {area: words(client.get("/", params={"area": area})) for area in ("Kent", "Swale")}
    assert "not rated worsening" in said["Kent"]
    assert "not rated it has no rating bands; its alert goes by a limit worsening" in said["Swale"]


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

    assert f"Mails {shown} Addresses none" in words(client.get("/"))


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


def test_alerts_are_listed_worst_first(source: Source, client: httpx.Client) -> None:
    info = an_alert("too-many", "Kent", level=Level.INFO)
    warning = an_alert("too-many", "Thanet", level=Level.WARNING)
    source.scoreboard.update([], [info, warning], frozenset())
    page = words(client.get("/"))

    assert page.index("Swale ■ red") < page.index("Thanet ◆ amber") < page.index("Kent ○ notice")
