"""Teams, Slack and a hundred more through Apprise (github.com/caronc/apprise), each by a URL of its own.

An Apprise URL holds the tokens of a service, so it is a secret: it stands in the settings under a name, the
recipient's address is that name, and the URL is in no text that leaves this module.

Apprise says of a failure that there was one, hardly why: all are deferred, and a message that stays so is set
aside by whoever retries it. It knows no identity of a message: one whose answer got lost comes twice.
"""

import logging
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from notifiers.extras import library
from notifiers.http_answers import BreakOffs
from notifiers.http_target import masked
from notifiers.message import Deferred, Delivered, Message, Outcome, OutcomeCode
from notifiers.mime import one_line

EXTRA = "apprise"
_LONGEST_SAID = 200
_URL_PARTS = "/:@?&="


@dataclass(frozen=True, slots=True, kw_only=True)
class AppriseSettings:
    """Where messages can go.

    Attributes:
        targets: an Apprise URL for each name that a recipient's address may be; in no repr.
        timeout: seconds for one message.

    Raises:
        ValueError: no target, or no time.
    """

    targets: Mapping[str, str] = field(repr=False, hash=False)
    timeout: float = 30.0

    def __post_init__(self) -> None:
        if not self.targets:
            raise ValueError("targets must name at least one Apprise URL")
        if self.timeout <= 0:
            raise ValueError("timeout must be above 0 seconds")

    @property
    def longest_exchange(self) -> float:
        return self.timeout


class AppriseNotifier:
    """A Notifier for whatever Apprise reaches.

    Raises:
        MissingExtraError: Apprise isn't installed.
        ValueError: a target's URL is none that Apprise knows; named by its name.
    """

    def __init__(self, channel: str, settings: AppriseSettings) -> None:
        self._apprise = library("apprise", EXTRA, "Apprise")
        self._channel = channel
        self._settings = settings
        self._break_offs: dict[str, BreakOffs] = {}
        asset = self._apprise.AppriseAsset(
            app_id="limen",
            app_desc="limen",
            app_url="",
            secure_logging=True,
            storage_mode=self._apprise.PersistentStoreMode.MEMORY,  # tokens lie on no disk
            http_redirects=False,
            service_timeout=settings.timeout,
        )
        self._services = {
            name: _service(self._apprise, asset, name, url) for name, url in settings.targets.items()
        }

    @property
    def channel(self) -> str:
        return self._channel

    def send(self, message: Message) -> Outcome:
        name = message.recipient.address
        service = self._services.get(name)
        if service is None:
            return Deferred(self._no_target(name), OutcomeCode.MISCONFIGURED, "message")
        result = service.notify(
            body=message.text,
            title=message.subject,
            notify_type=self._type(message),
            body_format=self._apprise.NotifyFormat.TEXT,
            timeout=self._settings.timeout,
            log_level=logging.WARNING,
        )
        outcome = self._outcome(name, result)
        return self._break_offs.setdefault(name, BreakOffs()).in_view_of_the_last(outcome)

    def close(self) -> None:
        """Nothing is kept open between messages."""

    def _type(self, message: Message) -> Any:
        """The colour or sign beside a message, by what is worst in it."""
        kinds = self._apprise.NotifyType
        notices = message.payload.get("notices")
        levels = [each.get("level") for each in notices] if isinstance(notices, list) else []
        if "critical" in levels:
            return kinds.FAILURE
        return kinds.WARNING if "warning" in levels else kinds.INFO

    def _outcome(self, name: str, result: Any) -> Outcome:
        status = result.status.name
        if status == "SUCCESS":
            return Delivered(f"“{name}” took it")
        if status == "TIMEOUT":
            waited = f"{self._settings.timeout:g} seconds"
            reason = f"“{name}” did not answer within {waited}, so it may have been accepted"
            return Deferred(reason, OutcomeCode.REPLY_LOST, "message")
        said = "; ".join(str(entry.message) for entry in result.logs())
        why = self._masked(one_line(said))[:_LONGEST_SAID] or "no reason given"
        return Deferred(f"“{name}” did not take it: {why}", OutcomeCode.MESSAGE_DEFERRED, "message")

    def _no_target(self, name: str) -> str:
        known = ", ".join(sorted(self._services))
        asked = "a URL" if "://" in name else f"“{name}”" if name else "no name"
        return (
            f"the contact's address is {asked}, which is no target of the channel “{self._channel}”: "
            f"it must be one of {known}"
        )

    def _masked(self, text: str) -> str:
        urls = self._settings.targets.values()
        pieces = [
            piece for url in urls for piece in url.translate(str.maketrans(_URL_PARTS, " " * 6)).split()
        ]
        return masked(text, *urls, *pieces)


def _service(apprise: ModuleType, asset: Any, name: str, url: str) -> Any:
    service = apprise.Apprise(asset=asset)
    with warnings.catch_warnings():  # its plugins are imported here, some with modules that Python retires
        warnings.simplefilter("ignore", DeprecationWarning)
        found = apprise.Apprise.instantiate(url, asset=asset)
    if found is None:
        raise ValueError(f"targets.{name} is not a URL that Apprise can use")
    service.add(found)
    return service
