"""What a Message refuses to be, and what outcomes tell."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from notifiers.message import Deferred, Delivered, Outcome, OutcomeCode, Rejected
from tests.support.post import a_message


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"date": datetime(2013, 7, 1)}, "date must be aware"),  # noqa: DTZ001 - the fault under test
        ({"html": None}, "images need HTML"),
        ({"message_id": "outbox-17@limen.example"}, "not a message id"),
        ({"message_id": "<outbox-17>"}, "not a message id"),
        ({"message_id": "<a@b>\r\nBcc: eve@example.org"}, "not a message id"),
        ({"message_id": "<a@b>\n"}, "not a message id"),
        ({"message_id": f"<{'a' * 250}@b>"}, "not a message id"),
        ({"in_reply_to": "<a b@c>"}, "not a message id"),
        ({"references": ("<a@b>", "<a@é>")}, "not a message id"),
        ({"headers": {"Bcc": "eve@example.org"}}, "must start with X-"),
        ({"headers": {"X-A: b\r\nBcc": "eve@example.org"}}, "must start with X-"),
    ],
)
def test_a_malformed_message_is_a_programming_error(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        a_message(**changes)


def test_messages_are_values() -> None:
    assert a_message() == a_message()
    assert len({a_message(), a_message()}) == 1


def test_every_outcome_has_a_code_and_a_reason_for_people() -> None:
    outcomes: list[Outcome] = [
        Delivered("250 ok"),
        Deferred("the server is down", OutcomeCode.CONNECTION_FAILED, "channel", timedelta(minutes=5)),
        Rejected("no such user", OutcomeCode.RECIPIENT_REFUSED),
    ]

    assert [(str(outcome.code), outcome.reason) for outcome in outcomes] == [
        ("delivered", "accepted by the server: 250 ok"),
        ("connection_failed", "the server is down"),
        ("recipient_refused", "no such user"),
    ]
