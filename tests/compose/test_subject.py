"""The subject line says it all, on one line."""

import string
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.compose.stories import stories
from monitor.compose.subject import LONGEST, operations_subject, subject_of
from monitor.core.notifications import Notice, NoticeKind, Occasion, OperationsKind
from monitor.core.rulebook import Level
from tests.support.notices import (
    ADDRESS_FAILING,
    BELOW_RANGE,
    BREACH,
    CLOSED,
    PROVISIONAL,
    RECOVERED,
    RESTATED,
    WITHDRAWN,
    WORSENED,
)


@pytest.mark.parametrize(
    ("notices", "subject"),
    [
        ([BREACH], "Swale: core assessments out of timescale 46, limit 40 — red"),
        (
            [replace(BREACH, level=Level.WARNING)],
            "Swale: core assessments out of timescale 46, limit 40 — amber",
        ),
        (
            [replace(BREACH, level=Level.INFO)],
            "Swale: core assessments out of timescale 46, limit 40 — notice",
        ),
        ([WORSENED], "Swale: core assessments out of timescale worsened to 46, limit 40 — red, was amber"),
        ([RECOVERED], "Swale: core assessments out of timescale back within limits, 38 — recovered"),
        (
            [replace(RECOVERED, value=None)],
            "Swale: core assessments out of timescale back within limits — recovered",
        ),
        ([CLOSED], "Swale: core assessments out of timescale closed: superseded by another rule"),
        (
            [BREACH, PROVISIONAL, RECOVERED],
            "Swale: core assessments out of timescale 46, limit 40 — red, and 2 more",
        ),
        ([replace(BREACH, value=None)], "Swale: core assessments out of timescale, limit 40 — red"),
        ([replace(BREACH, limit=None)], "Swale: core assessments out of timescale 46 — red"),
        (
            [replace(PROVISIONAL, limit=None)],
            "Kent: children with 3 or more placements 10.5%, target 9.0% — amber",
        ),
        (
            [replace(BREACH, value=None, protected=True)],
            "Swale: core assessments out of timescale (figure withheld), limit 40 — red",
        ),
        (
            [RESTATED],
            (
                "Figure changed: Swale, core assessments out of timescale now 38, not 46 — no longer beyond "
                "the limit"
            ),
        ),
        ([WITHDRAWN], "Figure changed: Swale, core assessments out of timescale 46 is withdrawn"),
        ([BELOW_RANGE], "Kent: second or subsequent child protection plans 6.7%, limit 8.0% — notice"),
        (
            [replace(BREACH, title="IRO survey: felt listened to")],
            "Swale: IRO survey: felt listened to 46, limit 40 — red",
        ),
        ([replace(BREACH, title="Kent children in care")], "Swale: Kent children in care 46, limit 40 — red"),
        (
            [replace(BREACH, value=Decimal(1282), limit=Decimal(1000))],
            "Swale: core assessments out of timescale 1,282, limit 1,000 — red",
        ),
    ],
)
def test_a_subject_says_it_all(notices: list[Notice], subject: str) -> None:
    assert subject_of(stories(notices)) == subject


def test_a_long_title_gives_way_to_the_figure() -> None:
    subject = subject_of(stories([replace(BREACH, title="Children " * 30), PROVISIONAL]))

    assert len(subject) <= LONGEST
    assert subject.endswith("… 46, limit 40 — red, and 1 more")


HOSTILE = st.text(
    alphabet=st.one_of(
        st.sampled_from("\r\n\x00\x0b\x85\u2028\u2029\u202e\t "), st.sampled_from(string.printable)
    ),
    max_size=200,
)


@given(
    area=HOSTILE,
    title=HOSTILE,
    reason=HOSTILE,
    unit=HOSTILE,
    kind=st.sampled_from(NoticeKind),
    occasion=st.sampled_from(Occasion),
    doubt=HOSTILE,
    others=st.integers(0, 120),
)
def test_no_text_from_outside_breaks_the_line_or_makes_it_long(
    *,
    area: str,
    title: str,
    reason: str,
    unit: str,
    kind: NoticeKind,
    occasion: Occasion,
    doubt: str,
    others: int,
) -> None:
    notice = replace(RESTATED, area=area, title=title, reason=reason, unit=unit, kind=kind, doubt=doubt)

    subject = subject_of(stories([notice, *[BREACH] * others]), occasion=occasion)

    assert len(subject) <= LONGEST
    assert len(subject.splitlines()) == 1
    assert subject.isprintable()


@given(kind=st.sampled_from(OperationsKind), about=HOSTILE)
def test_nor_does_what_a_mail_about_limen_itself_is_about(kind: OperationsKind, about: str) -> None:
    subject = operations_subject(replace(ADDRESS_FAILING, kind=kind, subject=about))

    assert len(subject) <= LONGEST
    assert len(subject.splitlines()) == 1
    assert subject.isprintable()
