"""What an HTTP answer means for a message; pure.

The codes are those of RFC 9110, section 15, and 429 is that of RFC 6585, section 4. The Standard Webhooks
specification ("Delivering webhooks") has 2xx for success and 410 for a receiver that wants no more.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from notifiers.http_exchange import HttpAnswer
from notifiers.http_target import HttpTarget
from notifiers.message import Deferred, Delivered, Outcome, OutcomeCode, Rejected
from notifiers.mime import one_line

LONGEST_WAIT = timedelta(days=1)
"""A server that asks for more is asked again after a day all the same."""

_LONGEST_SAID = 200
_BROKEN_OFF = frozenset({OutcomeCode.TIMED_OUT, OutcomeCode.CONNECTION_LOST, OutcomeCode.REPLY_LOST})
_WRONG_PLACE: Mapping[int, str] = {
    HTTPStatus.UNAUTHORIZED: "check the channel's authorization or secret",
    HTTPStatus.FORBIDDEN: "check the channel's authorization or secret",
    HTTPStatus.NOT_FOUND: "check the channel's address",
}
_BUSY = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT})
_LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY})


def outcome_of(  # noqa: PLR0911 - one line for each kind of answer reads best
    answer: HttpAnswer, target: HttpTarget, now: datetime, *secrets: str
) -> Outcome:
    """Delivered for 2xx; deferred where it may go well later; rejected for all else.

    What the server says is quoted in part, without `secrets` and those of the target. `now` is for a
    Retry-After that is a date, where the answer has no Date of its own.
    """
    status = answer.status
    said = f"{target.shown} answered {_name(status)}{_quoted(answer.body, target, secrets)}"
    wait = retry_after(answer.headers, now)
    match status:
        case _ if 200 <= status < 300:  # noqa: PLR2004 - the class of success
            return Delivered(f"{target.shown} answered {_name(status)}")
        case _ if status < 400:  # noqa: PLR2004 - all below are redirects, or answers to what was not asked
            reason = (
                f"{target.shown} answered {_name(status)}: limen follows no redirect; set the final address"
            )
            return Deferred(reason, OutcomeCode.MISCONFIGURED, "channel")
        case _ if status in _WRONG_PLACE:
            return Deferred(f"{said}: {_WRONG_PLACE[status]}", OutcomeCode.MISCONFIGURED, "channel")
        case HTTPStatus.TOO_MANY_REQUESTS:
            return Deferred(said, OutcomeCode.RATE_LIMITED, "channel", wait)
        case _ if status in _BUSY:
            return Deferred(said, OutcomeCode.SERVICE_UNAVAILABLE, "channel", wait)
        case _ if status in _LATER or status >= 500:  # noqa: PLR2004 - the class of server errors
            return Deferred(said, OutcomeCode.MESSAGE_DEFERRED, "message", wait)
        case HTTPStatus.GONE:
            return Rejected(said, OutcomeCode.RECIPIENT_REFUSED)
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return Rejected(said, OutcomeCode.MESSAGE_TOO_LARGE)
        case _:
            return Rejected(said, OutcomeCode.MESSAGE_REFUSED)


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long to wait by RFC 9110, 10.2.3: seconds or a date; at most LONGEST_WAIT, None if not said.

    A date is held against the server's own clock (Date) where it gives one.
    """
    named = {name.lower(): value.strip() for name, value in headers.items()}
    text = named.get("retry-after", "")
    if text.isascii() and text.isdigit():
        # Beyond ten digits it is more than the longest wait anyway, and maybe more than a timedelta holds.
        return min(timedelta(seconds=int(text[:10])), LONGEST_WAIT)
    until = _date(text)
    if until is None:
        return None
    wait = until - (_date(named.get("date", "")) or now)
    return min(max(wait, timedelta()), LONGEST_WAIT)


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _name(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _quoted(body: bytes, target: HttpTarget, secrets: tuple[str, ...]) -> str:
    """The beginning of what the server said, in quotes; masked before it is cut, that no half is left."""
    said = target.masked(one_line(body.decode(errors="replace")), *secrets)
    if not said:
        return ""
    return f" (“{said if len(said) <= _LONGEST_SAID else f'{said[:_LONGEST_SAID]}…'}”)"


class BreakOffs:
    """An exchange that breaks off speaks of its message only; two in a row speak of the channel."""

    def __init__(self) -> None:
        self._last = False

    def in_view_of_the_last(self, outcome: Outcome) -> Outcome:
        broke_off = isinstance(outcome, Deferred) and outcome.code in _BROKEN_OFF
        twice = broke_off and self._last
        self._last = broke_off
        return replace(outcome, scope="channel") if twice and isinstance(outcome, Deferred) else outcome
