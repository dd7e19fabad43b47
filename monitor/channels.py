"""The channels that the settings name, ready to send: mail, and whatever else there is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import SecretStr

from monitor.channel_settings import (
    AlertmanagerChannel,
    AppriseChannel,
    ChannelSettings,
    GovukNotifyChannel,
    WebhookChannel,
)
from monitor.core.recipients import Directory
from monitor.core.rulebook import LEVELS
from monitor.settings import Settings
from notifiers.alertmanager import AlertmanagerNotifier, AlertmanagerSettings
from notifiers.apprise import AppriseNotifier, AppriseSettings
from notifiers.email import EmailNotifier, SmtpSettings
from notifiers.govuk_notify import GovukNotifyNotifier, GovukNotifySettings
from notifiers.http_target import HttpTarget
from notifiers.message import Address, Notifier
from notifiers.webhook import WebhookNotifier, WebhookSettings

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Channels:
    """A notifier for each channel's name, and how long one message may take on the slowest of them."""

    notifiers: Mapping[str, Notifier]
    longest_send: timedelta


def channels_of(settings: Settings, clock: Clock) -> Channels:
    """Builds every channel of the settings; ``clock`` gives them the present instant.

    Raises:
        ValueError: a channel can't be used as it is set; the text begins with the setting's section, and
            holds no secret.
    """
    smtp = smtp_settings(settings)
    email = EmailNotifier(smtp)
    notifiers: dict[str, Notifier] = {email.channel: email}
    longest = smtp.longest_exchange
    for name, section in settings.channels.items():
        _demand_secrets(name, section)
        try:
            notifiers[name], seconds = _notifier(name, section, settings.page_url, clock)
        except ValueError as error:
            raise ValueError(f"channels.{name}: {error}") from None
        longest = max(longest, seconds)
    return Channels(notifiers, timedelta(seconds=longest))


def _demand_secrets(name: str, section: ChannelSettings) -> None:
    """Raises ValueError, which names the first secret that is missing and the file that it belongs into."""
    for setting in section.missing_secrets():
        key = f"{setting}__NAME" if setting == "targets" else setting
        told = (
            f"channels.{name}.{setting} must be set: put it into the credentials file "
            f"channels__{name}__{key}; with the shipped unit that is "
            f"/etc/limen/credentials/channels/{name}__{key}"
        )
        if "-" not in name:  # no shell sets a variable whose name has a hyphen
            told += f". LIMEN_CHANNELS__{name.upper()}__{key.upper()} sets it too"
        raise ValueError(told)


def unreachable(directory: Directory, settings: Settings) -> tuple[str, ...]:
    """Returns a sentence for each person whose channel no setting sets up."""
    known = {"email", *settings.channels}
    return tuple(
        f"{person.id} is to be told by “{person.channel}”, which is no channel of the settings: "
        f"set up channels.{person.channel}, or change their channel in contacts.yaml"
        for person in directory.people.values()
        if person.channel not in known
    )


def _notifier(name: str, section: ChannelSettings, page: str | None, clock: Clock) -> tuple[Notifier, float]:
    """The notifier of a section, and the seconds that one message may take."""
    match section:
        case WebhookChannel():
            webhook = _webhook(section)
            return WebhookNotifier(name, webhook, clock=clock), webhook.longest_exchange
        case AlertmanagerChannel():
            alertmanager = _alertmanager(section, page)
            notifier = AlertmanagerNotifier(
                name, alertmanager, levels=[level.value for level in LEVELS], clock=clock
            )
            return notifier, alertmanager.longest_exchange
        case GovukNotifyChannel():
            notify = _govuk_notify(section)
            return GovukNotifyNotifier(name, notify, clock=clock), notify.longest_exchange
        case AppriseChannel():
            targets = {target: url.get_secret_value() for target, url in section.targets.items()}
            apprise = AppriseSettings(targets=targets, timeout=section.timeout)
            return AppriseNotifier(name, apprise), apprise.longest_exchange


def _webhook(section: WebhookChannel) -> WebhookSettings:
    given = (section.secret, section.previous_secret)
    return WebhookSettings(
        target=HttpTarget(
            url=_revealed(section.url) or "",
            authorization=_revealed(section.authorization),
            ca_file=section.ca_file,
            timeout=section.timeout,
            allow_insecure=section.allow_insecure,
        ),
        secrets=tuple(secret.get_secret_value() for secret in given if secret is not None),
    )


def _alertmanager(section: AlertmanagerChannel, page: str | None) -> AlertmanagerSettings:
    targets = tuple(
        HttpTarget(
            url=url,
            authorization=_revealed(section.authorization),
            ca_file=section.ca_file,
            timeout=section.timeout,
            allow_insecure=section.allow_insecure,
        )
        for url in section.urls
    )
    return AlertmanagerSettings(targets=targets, labels=section.labels, page=page)


def _govuk_notify(section: GovukNotifyChannel) -> GovukNotifySettings:
    return GovukNotifySettings(
        api_key=_revealed(section.api_key) or "",
        template_id=section.template_id,
        by=section.by,
        sender_id=section.sender_id,
        target=HttpTarget(url=section.url, ca_file=section.ca_file, timeout=section.timeout),
    )


def smtp_settings(settings: Settings) -> SmtpSettings:
    """The mail server's settings as the channel takes them.

    Raises:
        ValueError: they can't be used.
    """
    smtp = settings.smtp
    return SmtpSettings(
        host=smtp.host,
        port=smtp.port,
        sender=Address(smtp.sender_name, smtp.sender),
        security=smtp.security,
        envelope_sender=smtp.bounce_address,
        username=smtp.username,
        password=_revealed(smtp.password),
        timeout=smtp.timeout,
        final_timeout=smtp.final_timeout,
        ca_file=smtp.ca_file,
        allow_insecure=smtp.allow_insecure,
    )


def _revealed(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
