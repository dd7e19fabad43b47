"""A protected figure is in no part of a mail, and nothing in the mail narrows it down."""

from dataclasses import replace
from decimal import Decimal

import pytest

from monitor.compose.shield import shown
from monitor.core.judgements import DirectionOfTravel
from monitor.core.notifications import HistoryPoint, Notice, NoticeKind
from tests.compose.conftest import Composing
from tests.support.notices import PROTECTED


def _with(value: int, kind: NoticeKind = NoticeKind.BREACH) -> Notice:
    *before, last = PROTECTED.history
    history = (*before, replace(last, value=Decimal(value)))
    return replace(PROTECTED, kind=kind, value=Decimal(value), history=history)


@pytest.mark.parametrize("kind", NoticeKind)
def test_mails_with_different_protected_figures_are_the_same_mail(kind: NoticeKind, mail: Composing) -> None:
    """Byte for byte: subject, text, HTML, chart, alternative text and data."""
    mails = [mail(_with(value, kind)) for value in (1, 2, 3, 4, 5, 17)]

    assert all(each == mails[0] and each.payload == mails[0].payload for each in mails)
    assert all(each.headers == mails[0].headers for each in mails)


def test_a_protected_figure_is_called_withheld(mail: Composing) -> None:
    message = mail(PROTECTED)

    assert "withheld" in message.subject
    assert "withheld to protect small numbers" in message.text
    assert message.html is not None
    assert "withheld to protect small numbers" in message.html
    assert "30 Sep 2013: withheld" in message.images[0].alternative_text
    assert "above" not in message.text


def _with_limit(notice: Notice, limit: int) -> Notice:
    def moved(point: HistoryPoint) -> HistoryPoint:
        return replace(point, limit=Decimal(limit))

    return replace(
        notice,
        limit=Decimal(limit),
        limit_text=f"value > {limit}",
        target=Decimal(limit),
        history=tuple(moved(point) for point in notice.history),
    )


@pytest.mark.parametrize(("limit", "told"), [(0, True), (1, False), (4, False), (5, False), (6, True)])
def test_a_limit_among_small_numbers_is_left_out_with_the_figure(limit: int, told: bool) -> None:
    """Above 4 and not above 5 would be 5."""
    notice = shown(_with_limit(PROTECTED, limit))

    assert (notice.limit is not None) is told
    assert bool(notice.limit_text) is told
    assert (notice.target is not None) is told
    assert all((point.limit is not None) is told for point in notice.history)


def test_a_limit_of_a_percentage_stays() -> None:
    notice = shown(_with_limit(replace(PROTECTED, unit="percent", decimals=1), 4))

    assert notice.limit == 4


def test_two_withheld_figures_in_a_row_have_no_direction() -> None:
    *before, earlier, last = PROTECTED.history
    notice = shown(
        replace(
            PROTECTED,
            history=(*before, replace(earlier, value=Decimal(2), protected=True), last),
            previous_value=Decimal(2),
        )
    )

    assert notice.direction is DirectionOfTravel.UNKNOWN
    assert notice.previous_value is None


def test_what_is_not_protected_is_shown_as_it_is() -> None:
    notice = replace(
        PROTECTED,
        protected=False,
        history=tuple(replace(point, protected=False) for point in PROTECTED.history),
    )

    assert shown(notice) == notice
