"""The settings of each kind of channel beside mail; a section of its own for each channel, under its name."""

import re
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

Seconds = Annotated[float, Field(gt=0)]


class _Channel(BaseModel):
    """Secrets may be missing: who may not read them still checks rules. Only what sends needs them."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    needed_to_send: ClassVar[tuple[str, ...]] = ()

    def missing_secrets(self) -> tuple[str, ...]:
        """Returns the secrets without which the channel can't be built, by their settings' names."""
        return tuple(name for name in self.needed_to_send if not getattr(self, name))


class WebhookChannel(_Channel):
    """A signed webhook. The address may hold a token, so it is a secret too."""

    needed_to_send = ("url", "secret")

    kind: Literal["webhook"]
    url: SecretStr | None = None
    secret: SecretStr | None = None
    previous_secret: SecretStr | None = None
    authorization: SecretStr | None = None
    ca_file: Path | None = None
    timeout: Seconds = 15
    allow_insecure: bool = False


class AlertmanagerChannel(_Channel):
    """One Alertmanager, or the members of a cluster."""

    kind: Literal["alertmanager"]
    urls: tuple[str, ...]
    labels: dict[str, str] = {}
    authorization: SecretStr | None = None
    ca_file: Path | None = None
    timeout: Seconds = 10
    allow_insecure: bool = False


class GovukNotifyChannel(_Channel):
    """GOV.UK Notify: mails or text messages by one template."""

    needed_to_send = ("api_key",)

    kind: Literal["govuk-notify"]
    api_key: SecretStr | None = None
    template_id: str
    by: Literal["email", "sms"] = "email"
    sender_id: str | None = None
    url: str = "https://api.notifications.service.gov.uk"
    ca_file: Path | None = None
    timeout: Seconds = 15


class AppriseChannel(_Channel):
    """Apprise: a URL for each name that a contact's address may be."""

    needed_to_send = ("targets",)

    kind: Literal["apprise"]
    targets: dict[str, SecretStr] = {}
    timeout: Seconds = 30


ChannelSettings = Annotated[
    WebhookChannel | AlertmanagerChannel | GovukNotifyChannel | AppriseChannel, Field(discriminator="kind")
]
_NAME = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*")


def _a_name(name: str) -> str:
    if name == "email" or not _NAME.fullmatch(name):
        raise ValueError(
            "a channel's name has small letters, digits and single - or _; email is set in [smtp]"
        )
    return name


ChannelName = Annotated[str, AfterValidator(_a_name)]
KINDS = ("webhook", "alertmanager", "govuk-notify", "apprise")
