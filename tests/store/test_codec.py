"""Notifications as text and back."""

import json
from dataclasses import fields, replace
from datetime import UTC, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.notifications import HistoryPoint, Notice, Notification
from monitor.core.recipients import Recipient
from monitor.store.codec import notification_from_json, notification_to_json
from monitor.store.errors import PayloadError
from tests.support.store_samples import ANNA, notification

DECIMALS = st.none() | st.decimals(allow_nan=False, allow_infinity=False)
INSTANTS = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=1))]))


def _with_decimals(kind: Any, **others: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Any value of a dataclass; its figures are finite, as every published figure is."""
    figures = {field.name: DECIMALS for field in fields(kind) if "Decimal" in str(field.type)}
    return st.builds(kind, **figures, **others)


POINTS = _with_decimals(HistoryPoint)
NOTICES = _with_decimals(Notice, history=st.lists(POINTS, max_size=3).map(tuple))
NOTIFICATIONS = st.builds(
    Notification,
    recipient=st.builds(Recipient),
    notices=st.lists(NOTICES, max_size=3).map(tuple),
    decided_at=INSTANTS,
)


@settings(max_examples=50)
@given(NOTIFICATIONS)
def test_any_notification_comes_back_as_it_went(sent: Notification) -> None:
    back = notification_from_json(notification_to_json(sent))

    assert back == sent
    assert hash(back.recipient) == hash(sent.recipient)
    assert [str(notice.value) for notice in back.notices] == [str(notice.value) for notice in sent.notices]
    assert notification_to_json(back) == notification_to_json(sent)


def test_a_notification_of_before_there_was_news_of_limen_itself_can_still_be_read() -> None:
    told = notification()
    older = json.loads(notification_to_json(told))
    del older["operations"]
    del older["recipient"]["language"]
    for notice in older["notices"]:
        del notice["due"]

    assert notification_from_json(json.dumps(older)) == told


def test_decimals_travel_as_their_digits() -> None:
    told = notification()
    told = replace(told, notices=(replace(told.notices[0], value=Decimal("8.0")),))

    text = notification_to_json(told)

    assert json.loads(text)["notices"][0]["value"] == "8.0"
    assert str(notification_from_json(text).notices[0].value) == "8.0"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[1, 2]",
        notification_to_json(notification())[:-1],
        notification_to_json(notification()).replace('"breach"', '"news"'),
        notification_to_json(notification()).replace(f'"{ANNA.address}"', "null"),
    ],
)
def test_what_cannot_be_read_is_said_without_its_contents(text: str) -> None:
    with pytest.raises(PayloadError, match=r"cannot be read back .*another version of limen") as caught:
        notification_from_json(text)

    assert ANNA.address not in str(caught.value)
