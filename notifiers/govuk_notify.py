"""GOV.UK Notify by its official client: a mail or a text message by template.

Facts of the service are in its documentation of the Python client
(docs.notifications.service.gov.uk/python.html): its errors, the limits on requests, and `reference`, by
which messages are found again.

Notify does not refuse a reference that it has seen. So before each message it is asked whether it has one
under this reference: after an answer that got lost, or a SIGKILL, nobody is told twice. It keeps messages for
seven days unless the service says otherwise, longer than a message is retried.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from notifiers.extras import library
from notifiers.http_answers import BreakOffs, outcome_of
from notifiers.http_exchange import HttpAnswer
from notifiers.http_target import HttpTarget
from notifiers.message import Deferred, Delivered, Message, Outcome, OutcomeCode, Rejected, Scope

EXTRA = "notify"
SERVICE = "https://api.notifications.service.gov.uk"
LONGEST_TEXT = 600
"""Characters of the body in a text message; six parts of it, with a subject before it, are 918."""

_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_KEY = re.compile(rf"(?:.*-)?(?P<service>{_UUID})-(?P<secret>{_UUID})")
_NOT_SENT = "technical-failure"
"""The one status with which Notify asks to send again."""

_A_MINUTE, _AN_HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class GovukNotifySettings:
    """Which service of GOV.UK Notify sends, and by which template.

    Attributes:
        api_key: its name, the service's id and the secret, as Notify shows it once; in no repr.
        template_id: the template, with the placeholders ((subject)) and ((body)) or one of them.
        by: a mail or a text message; the template must be of that kind.
        sender_id: the id of a reply-to address or of a text message sender; None is the service's own.
        target: where Notify is; its timeout is for connecting, and again for each pause in an answer.

    Raises:
        ValueError: naming what can't be used; without the key.
    """

    api_key: str = field(repr=False)
    template_id: str
    by: Literal["email", "sms"] = "email"
    sender_id: str | None = None
    target: HttpTarget = field(default_factory=lambda: HttpTarget(url=SERVICE))

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.api_key):
            raise ValueError("api_key must be whole, as GOV.UK Notify showed it: name, service id and secret")
        for name, value in (("template_id", self.template_id), ("sender_id", self.sender_id)):
            if value is not None and not re.fullmatch(_UUID, value):
                raise ValueError(f"{name} must be an id such as f33517ff-2a88-4f6e-b855-c550268ce08a")

    @property
    def longest_exchange(self) -> float:
        """Seconds for asking and sending, each connecting and waiting for an answer."""
        return 4 * self.target.timeout


class GovukNotifyNotifier:
    """A Notifier for GOV.UK Notify. `clock` gives the present instant, for a Retry-After that is a date.

    Raises:
        MissingExtraError: the official client isn't installed.
    """

    def __init__(
        self,
        channel: str,
        settings: GovukNotifySettings,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        notifications = library("notifications_python_client.notifications", EXTRA, "GOV.UK Notify")
        self._errors = library("notifications_python_client.errors", EXTRA, "GOV.UK Notify")
        self._channel = channel
        self._settings = settings
        self._clock = clock
        self._break_offs = BreakOffs()
        target = settings.target
        self._client = notifications.NotificationsAPIClient(
            settings.api_key, base_url=target.url, timeout=target.timeout
        )
        session = self._client.request_session
        session.max_redirects = 0  # a redirect is an error: nothing follows one with the token in hand
        if target.ca_file is not None:
            session.verify = str(target.ca_file)

    @property
    def channel(self) -> str:
        return self._channel

    def send(self, message: Message) -> Outcome:
        if not message.recipient.address.strip():
            what = "mail address" if self._settings.by == "email" else "telephone number"
            reason = f"{message.recipient.display_name or 'the recipient'} has no {what}"
            return Rejected(reason, OutcomeCode.ADDRESS_INVALID)
        try:
            outcome = self._already_taken(message) or self._hand_over(message)
        except self._errors.InvalidResponse:
            outcome = self._unheard("gave an answer that can't be read")
        except self._errors.HTTPError as error:
            outcome = self._failure(error)
        return self._break_offs.in_view_of_the_last(outcome)

    def close(self) -> None:
        self._client.request_session.close()

    def _already_taken(self, message: Message) -> Outcome | None:
        found = self._client.get_all_notifications(
            template_type=self._settings.by, reference=message.message_id
        )
        taken = [each for each in found.get("notifications", []) if each.get("status") != _NOT_SENT]
        if not taken:
            return None
        return Delivered(f"GOV.UK Notify had it already, as {taken[0].get('id')}: {taken[0].get('status')}")

    def _hand_over(self, message: Message) -> Outcome:
        settings = self._settings
        common: dict[str, Any] = {
            "template_id": settings.template_id,
            "personalisation": {"subject": message.subject, "body": self._body(message)},
            "reference": message.message_id,
        }
        if settings.by == "email":
            answer = self._client.send_email_notification(
                message.recipient.address, **common, email_reply_to_id=settings.sender_id
            )
        else:
            answer = self._client.send_sms_notification(
                message.recipient.address, **common, sms_sender_id=settings.sender_id
            )
        return Delivered(f"GOV.UK Notify took it as {answer.get('id')}")

    def _body(self, message: Message) -> str:
        text = message.text
        if self._settings.by == "email" or len(text) <= LONGEST_TEXT:
            return text
        return f"{text[: LONGEST_TEXT - 1]}…"

    def _failure(self, error: Any) -> Outcome:
        """What an error of the client means: with an answer of the service, or without."""
        if error.response is None:
            return self._no_answer(error.__cause__)
        response, target = error.response, self._settings.target
        answer = HttpAnswer(response.status_code, response.headers, response.content[:4096])
        outcome = outcome_of(answer, target, self._clock(), *self._secrets())
        match response.status_code:
            case 400:
                return _bad_request(outcome.reason, _messages(answer.body))
            case 429:
                daily = "TooManyRequestsError" in outcome.reason or "for today" in outcome.reason
                wait = outcome.retry_after if isinstance(outcome, Deferred) else None
                own = _AN_HOUR if daily else _A_MINUTE
                return Deferred(outcome.reason, OutcomeCode.RATE_LIMITED, "channel", wait or own)
            case _:
                return outcome

    def _no_answer(self, cause: BaseException | None) -> Outcome:
        """The client wraps what urllib3 says; only a connection that was never made is surely no message."""
        why = str(cause)
        shown = self._settings.target.shown
        kinds: tuple[tuple[str, OutcomeCode, str], ...] = (
            ("NameResolutionError", OutcomeCode.NAME_NOT_RESOLVED, f"the name of {shown} cannot be resolved"),
            ("CERTIFICATE_VERIFY_FAILED", OutcomeCode.TLS_FAILED, f"{shown} could not prove who it is"),
            ("SSLError", OutcomeCode.TLS_FAILED, f"no encryption with {shown}"),
            ("ConnectTimeoutError", OutcomeCode.TIMED_OUT, f"{shown} did not answer"),
            ("NewConnectionError", OutcomeCode.CONNECTION_FAILED, f"no connection to {shown}"),
        )
        names = f"{why} {type(cause).__name__} {type(getattr(_reason(cause), 'reason', None)).__name__}"
        for name, code, reason in kinds:
            if name in names:
                return Deferred(reason, code, "channel")
        return self._unheard("did not answer")

    def _unheard(self, how: str) -> Deferred:
        shown = self._settings.target.shown
        reason = f"{shown} {how}: it may have taken the message, and is asked before a repeat"
        return Deferred(reason, OutcomeCode.REPLY_LOST, "message")

    def _secrets(self) -> tuple[str, ...]:
        found = _KEY.fullmatch(self._settings.api_key)
        return (self._settings.api_key, found["secret"] if found else "")


def _reason(cause: BaseException | None) -> object:
    return cause.args[0] if cause is not None and cause.args else None


def _messages(body: bytes) -> str:
    """The service's own words on what is wrong with a request, "" where there are none."""
    try:
        errors = json.loads(body)["errors"]
        return "; ".join(str(each["message"]) for each in errors)
    except (ValueError, TypeError, KeyError):
        return ""


def _bad_request(reason: str, said: str) -> Outcome:
    """A 400 by its words: the recipient, the key or the template may be at fault, each another's to mend."""
    low = said.lower()
    if "team-only" in low or "trial mode" in low:
        return _misconfigured(f"{reason}: use a live key of a live service", "message")
    if any(word in low for word in ("template", "personalisation", "reply_to", "sender_id")):
        return _misconfigured(f"{reason}: check the channel's template_id and its placeholders", "channel")
    if "email_address" in low or "phone_number" in low or "phone number" in low:
        return Rejected(reason, OutcomeCode.ADDRESS_INVALID)
    return Rejected(reason, OutcomeCode.MESSAGE_REFUSED)


def _misconfigured(reason: str, scope: Scope) -> Deferred:
    return Deferred(reason, OutcomeCode.MISCONFIGURED, scope)
