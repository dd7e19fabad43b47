"""Typed settings: a TOML file, ``LIMEN_*`` in the environment, and secrets in files.

What is given first wins: on the command line, in the environment, in a secrets folder, in the TOML file.
Names of nested settings are joined by two underscores: ``LIMEN_SMTP__HOST``, a secret file
``smtp__password``.
"""

import os
import tomllib
from collections.abc import Collection, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    NestedSecretsSettingsSource,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import SettingsError as SourceError

from monitor.channel_settings import ChannelName, ChannelSettings
from monitor.settings_problems import Origins, in_words, nearest_setting
from monitor.shipped_files import shipped_config_dir, shipped_rules_dir
from monitor.signing_keys import keys_in, keys_kept_in

SETTINGS_FILE = Path("/etc/limen/limen.toml")
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})

Port = Annotated[int, Field(ge=0, le=65535)]
Seconds = Annotated[float, Field(gt=0)]


class SettingsError(Exception):
    """The settings can't be used; the text says which one, where it comes from and what to do."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HttpSettings(_Section):
    """The daemon's HTTP port. Anything but a loopback host is a decision that the administrator takes."""

    host: str = "127.0.0.1"
    port: Port = 9188


class SmtpSettings(_Section):
    """The mail server that takes limen's mails."""

    host: str = "localhost"
    port: Port = 25
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str | None = None
    password: SecretStr | None = None
    sender: str = "limen@localhost"
    sender_name: str = "limen"
    bounce_address: str | None = None
    ca_file: Path | None = None
    timeout: Seconds = 30
    final_timeout: Seconds = 120
    allow_insecure: bool = False

    @model_validator(mode="after")
    def _needs_both_or_neither(self) -> "SmtpSettings":
        if (self.username is None) != (self.password is None):
            raise ValueError("give both username and password, or neither")
        return self

    @field_validator("sender")
    @classmethod
    def _is_an_address(cls, sender: str) -> str:
        if "@" not in sender or any(character.isspace() for character in sender):
            raise ValueError("must be one mail address, such as limen@council.example")
        return sender


class CycleSettings(_Section):
    """How often things happen. Times are in seconds."""

    inbox_every: Seconds = 30
    evaluate_every: Seconds = 60
    deliver_every: Seconds = 15
    settle: Annotated[float, Field(ge=0)] = 5


class DeliverySettings(_Section):
    """How mails are sent and repeated. Times are in seconds."""

    batch: Annotated[int, Field(ge=1, le=10_000)] = 100
    lease: Seconds = 300
    first_retry: Seconds = 60
    longest_retry: Seconds = 3600
    give_up_after: Seconds = 432_000
    most_per_minute: Annotated[int, Field(ge=1)] | None = None


class TellingSettings(_Section):
    """How many mails there may be before they are folded into summaries. Times are in seconds."""

    most_mails_per_person: Annotated[int, Field(ge=1)] = 12
    most_mails: Annotated[int, Field(ge=1)] = 2000
    within: Seconds = 3600


class AuditSettings(_Section):
    """How long the audit trail, and what it speaks of, keeps people."""

    keep_personal_months: Annotated[int, Field(ge=1, le=1200)] = 36


class LogSettings(_Section):
    """What is logged, and how: ``journal`` has priorities that journald reads, ``console`` is for people."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "journal", "console", "json"] = "auto"


class Settings(BaseSettings):
    """All settings of limen. Every one has a default but what only the council can know."""

    model_config = SettingsConfigDict(
        env_prefix="LIMEN_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
    )
    toml_file: ClassVar[Path | None] = None
    secrets_dir: ClassVar[Path | None] = None
    origins: ClassVar[Origins] = Origins()

    database_url: SecretStr | None = None
    rules_dir: Path = Field(default_factory=shipped_rules_dir)
    config_dir: Path = Field(default_factory=shipped_config_dir)
    state_dir: Path = Path("/var/lib/limen")
    inbox_dir: Path | None = None
    archive_dir: Path | None = None
    largest_file: Annotated[int, Field(gt=0)] = 200_000_000
    time_zone: str = "Europe/London"
    base_url: str | None = None
    page_url: str | None = None
    contact: str | None = None
    secret_key: SecretStr | None = None
    http: HttpSettings = HttpSettings()
    smtp: SmtpSettings = SmtpSettings()
    cycle: CycleSettings = CycleSettings()
    telling: TellingSettings = TellingSettings()
    delivery: DeliverySettings = DeliverySettings()
    audit: AuditSettings = AuditSettings()
    log: LogSettings = LogSettings()
    channels: dict[ChannelName, ChannelSettings] = {}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Leaves out ``.env`` files and adds the TOML file."""
        del dotenv_settings
        sources: list[PydanticBaseSettingsSource] = [init_settings, env_settings]
        if cls.secrets_dir is not None and isinstance(file_secret_settings, SecretsSettingsSource):
            sources.append(
                NestedSecretsSettingsSource(
                    file_secret_settings,
                    secrets_dir=cls.secrets_dir,
                    secrets_dir_missing="ok",
                    secrets_prefix="",
                    secrets_nested_delimiter="__",
                )
            )
        if cls.toml_file is not None:
            sources.append(TomlConfigSettingsSource(settings_cls, toml_file=cls.toml_file))
        return tuple(sources)

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"“{name}” is not a time zone; write one such as Europe/London") from None
        return name

    @field_validator("base_url", "page_url")
    @classmethod
    def _can_be_linked_to(cls, address: str | None) -> str | None:
        if address is None:
            return None
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.netloc or address.split() != [address]:
            raise ValueError(
                f"must be a whole address such as https://limen.council.example, not “{address}”"
            )
        return address

    @field_validator("secret_key")
    @classmethod
    def _keys_are_good(cls, text: SecretStr | None) -> SecretStr | None:
        if text is not None:
            keys_in(text.get_secret_value())
        return text

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which people read times."""
        return ZoneInfo(self.time_zone)

    @property
    def url(self) -> str:
        """The database's URL, by default a SQLite file in the state folder. May hold a password."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.state_dir / 'limen.db'}"

    def signing_keys(self) -> tuple[bytes, ...]:
        """What signs links and addresses in mails, the newest first; all are accepted.

        Where none is set it is read from ``secret-key`` in the state folder, and made there the first time.

        Raises:
            OSError: that file can't be read or made.
            ValueError: it holds no key that can be used.
        """
        if self.secret_key is not None:
            return keys_in(self.secret_key.get_secret_value())
        return keys_kept_in(self.state_dir)

    def signing_key(self) -> bytes:
        """The first of :meth:`signing_keys`: the one that signs."""
        return self.signing_keys()[0]

    @property
    def http_address_file(self) -> Path:
        """Where the running daemon writes where its HTTP port is, for when the system chose its number."""
        return self.state_dir / "http-address"

    @property
    def inbox(self) -> Path:
        """The watched folder; ``inbox`` in the state folder unless another is set."""
        return self.inbox_dir or self.state_dir / "inbox"

    @property
    def archive(self) -> Path:
        """Where files go once they were read; ``archive`` in the state folder unless another is set."""
        return self.archive_dir or self.state_dir / "archive"

    def require_folders(self, names: Collection[str] = ("rules_dir", "config_dir")) -> None:
        """Checks that the folders that these settings name are there.

        Raises:
            SettingsError: one is not; the text names the setting too.
        """
        for name in names:
            folder: Path = getattr(self, name)
            if not folder.is_dir():
                what = f"{folder} is not a folder" if folder.exists() else f"there is no folder {folder}"
                raise SettingsError(f"{name}: {what} ({self.origins.of((name,))})")

    @property
    def lease(self) -> timedelta:
        """How long a sender may keep the mails that it has claimed."""
        return timedelta(seconds=self.delivery.lease)


def load_settings(toml_file: Path | None = None, **given: object) -> Settings:
    """Reads the settings.

    Args:
        toml_file: the TOML file; None: that of ``LIMEN_SETTINGS_FILE``, else ``/etc/limen/limen.toml`` where
            there is one.
        given: settings that come before all others.

    Raises:
        SettingsError: a setting is unknown or can't be used, or the file can't be read.
    """
    named = toml_file or (
        Path(os.environ["LIMEN_SETTINGS_FILE"]) if "LIMEN_SETTINGS_FILE" in os.environ else None
    )
    file = named or (SETTINGS_FILE if SETTINGS_FILE.is_file() else None)
    content = {} if file is None else _content(file, "--settings" if toml_file else "LIMEN_SETTINGS_FILE")
    folder = os.environ.get("LIMEN_SECRETS_DIR") or os.environ.get("CREDENTIALS_DIRECTORY")
    secrets = Path(folder) if folder else None
    origins = Origins(given, os.environ, secrets, file, content)
    found = type("Settings", (Settings,), {"toml_file": file, "secrets_dir": secrets, "origins": origins})
    _refuse_unknown_variables()
    try:
        settings: Settings = found(**given)
    except ValidationError as error:
        raise SettingsError(in_words(error, Settings, origins)) from None
    except SourceError as error:
        raise SettingsError(_not_a_section(str(error))) from None
    return settings


def _not_a_section(told: str) -> str:
    """pydantic-settings raises this for a section that is one text, and names the section in quotes."""
    section = next((name for name in Settings.model_fields if f'"{name}"' in told), "")
    return (
        f"{section or 'settings'}: is a section: set what is in it, such as "
        f"LIMEN_{section.upper() or 'SMTP'}__… (“limen help settings” lists them)"
    )


def _content(file: Path, named_by: str) -> Mapping[str, Any]:
    try:
        with file.open("rb") as stream:
            return tomllib.load(stream)
    except OSError as error:
        raise SettingsError(
            f"{file}: can't be read ({error.strerror}). Name another file with {named_by}."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: is not TOML: {error}. Mend the line named.") from None


_OTHER_VARIABLES = frozenset({"LIMEN_SETTINGS_FILE", "LIMEN_SECRETS_DIR"})


def _refuse_unknown_variables() -> None:
    """A mistyped variable would be ignored in silence; pydantic-settings looks only for those it knows."""
    known = {f"LIMEN_{name}".upper() for name in Settings.model_fields}
    unknown = sorted(
        name
        for name in os.environ
        if name.startswith("LIMEN_") and name not in _OTHER_VARIABLES and name.split("__", 1)[0] not in known
    )
    if unknown:
        raise SettingsError("\n".join(map(_unknown_variable, unknown)))


def _unknown_variable(name: str) -> str:
    near = nearest_setting(name.removeprefix("LIMEN_").lower().split("__"), Settings)
    meant = f"did you mean LIMEN_{'__'.join(near).upper()}? " if near else ""
    return (
        f"{name}: no such setting; {meant}“limen help settings” lists them. "
        "Take the variable out of the environment or mend its name."
    )
