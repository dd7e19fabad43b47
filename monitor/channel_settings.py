"""The settings of each kind of channel beside mail; a section of its own for each channel, under its name."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

Seconds = Annotated[float, Field(gt=0)]


class _Channel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WebhookChannel(_Channel):
    """A signed webhook. The address may hold a token, so it is a secret too."""

    kind: Literal["webhook"]
    url: SecretStr
    secret: SecretStr
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

    kind: Literal["govuk-notify"]
    api_key: SecretStr
    template_id: str
    by: Literal["email", "sms"] = "email"
    sender_id: str | None = None
    url: str = "https://api.notifications.service.gov.uk"
    ca_file: Path | None = None
    timeout: Seconds = 15


class AppriseChannel(_Channel):
    """Apprise: a URL for each name that a contact's address may be."""

    kind: Literal["apprise"]
    targets: dict[str, SecretStr]
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
