"""A digest or a summary: counted first, the worst in detail, and nothing left out."""

import re
from dataclasses import replace

import pytest

from monitor.compose.samples import SAMPLES
from monitor.compose.samples.mails import notification
from monitor.core.notifications import Occasion
from tests.compose.conftest import Composing
from tests.support.notices import BREACH, RECOVERED, many


def test_a_summary_counts_first_in_words_and_shapes_and_lists_everything(mail: Composing) -> None:
    told = tuple(replace(each, area=f"District {n:03}") for n, each in enumerate(many(60)))
    message = mail(whole=notification(*told, occasion=Occasion.SUMMARY))
    assert message.html is not None

    start = message.text[:600]
    assert "Summary of 60 things to know: 20 red, 40 amber" in start
    assert "■ 20 red — critical: act now\n◆ 40 amber — warning: look at it soon" in start
    for number in range(60):
        assert f"District {number:03}: core assessments" in " ".join(message.text.split())
        assert f"District {number:03}: core assessments" in message.html
    assert len(message.images) == 4
    assert "And 56 more, in the list at the end." in message.text


def test_a_summary_of_hundreds_stays_below_what_gmail_cuts_off(mail: Composing) -> None:
    """Gmail shows the first 102 KB of a mail's HTML."""
    message = mail(whole=notification(*many(500), occasion=Occasion.SUMMARY))
    assert message.html is not None

    assert len(message.html.encode()) < 102_000


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        (
            "digest",
            (
                "Digest: 1 red, 1 amber, 1 notice, 3 more; worst: Swale, core assessments out of timescale "
                "46, limit 40"
            ),
        ),
        (
            "summary",
            "Summary: 20 red, 40 amber; worst: Ashford, children with 3 or more placements 56, limit 40",
        ),
    ],
)
def test_the_subject_counts_and_names_the_worst(name: str, subject: str, mail: Composing) -> None:
    assert mail(whole=SAMPLES[name].notification).subject == subject


def test_a_digest_of_one_is_a_digest_all_the_same(mail: Composing) -> None:
    message = mail(whole=notification(BREACH, occasion=Occasion.DIGEST))

    assert message.subject == "Digest: 1 red; Swale, core assessments out of timescale 46, limit 40"
    assert "Your digest: 1 red" in message.text


def test_news_of_one_thing_has_no_overview_and_of_two_has(mail: Composing) -> None:
    assert "to know" not in mail(BREACH).text
    assert "2 things to know: 1 red, 1 recovered" in mail(BREACH, RECOVERED).text


def test_each_reason_for_telling_stands_below_the_list(mail: Composing) -> None:
    told = tuple(
        replace(each, told_because=f"You are told as director of part {n % 7}")
        for n, each in enumerate(many(60))
    )
    message = mail(whole=notification(*told, occasion=Occasion.SUMMARY))

    assert set(re.findall(r"director of part (\d)", message.text)) == set("0123456")
