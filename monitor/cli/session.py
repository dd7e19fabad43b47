"""What one call of limen works with: settings, rules, the database, a console. Each is opened when needed."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from monitor.settings import LogSettings, Settings, SettingsError, load_settings
from monitor.terminal import console

if TYPE_CHECKING:
    from monitor.app import Application
    from monitor.store.store import Store
    from monitor.world import World


class RulesRefusedError(Exception):
    """The rules or the configuration have errors: the text shows them, ``errors`` says how many."""

    def __init__(self, text: str, errors: int = 0) -> None:
        """Takes the text to show."""
        super().__init__(text)
        self.errors = errors


def present() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


@dataclass
class Session:
    """One call of limen. ``debug`` shows the log, which is else for the daemon only."""

    settings_file: Path | None = None
    debug: bool = False

    @cached_property
    def settings(self) -> Settings:
        """The settings.

        Raises:
            SettingsError: one of them can't be used.
        """
        return load_settings(self.settings_file)

    @cached_property
    def out(self) -> Console:
        """Where results go."""
        return console()

    @cached_property
    def err(self) -> Console:
        """Where everything else goes."""
        return console(sys.stderr)

    @cached_property
    def world(self) -> "World":
        """Rules, areas and people: those on disk, or, when these have errors, the last good ones.

        Raises:
            RulesRefusedError: they have errors, and there are no last good ones to be had.
            SettingsError: a folder of theirs is not there.
        """
        from monitor.world import load_kept_world, load_world

        self.settings.require_folders()
        found = load_world(self.settings)
        if found.world is not None:
            return found.world
        try:
            kept = load_kept_world(self.settings)
        except OSError:
            kept = None
        if kept is None:
            raise RulesRefusedError(found.text, found.errors)
        self.say_refused(found.errors)
        return kept.world

    def say_refused(self, errors: int) -> None:
        """Tells that the rules on disk are not those by which this is answered."""
        what = "an error" if errors == 1 else f"{errors:,} errors"
        said = f"The rules on disk have {what}, which “limen check” shows; this is by the last good ones."
        self.err.print(said, style="yellow", soft_wrap=True)

    @contextmanager
    def store(self, *, make: bool = False) -> Iterator["Store"]:
        """The database, open; ``make`` sets up a SQLite file where there is none.

        Raises:
            StoreError: it can't be used.
        """
        from monitor.store.store import Store

        self.hush()
        with self.database_named():
            migrate = self.sqlite_file_is_missing(make=make) and make
            opened = Store.open(self.settings.url, migrate=migrate)
        with opened as store, self.database_named():
            yield store

    @contextmanager
    def application(self) -> Iterator["Application"]:
        """The whole of limen, with rules read.

        Raises:
            StoreError: the database can't be used.
            SettingsError: the mail settings can't be used.
            RulesRefusedError: the rules have errors.
        """
        self.hush()
        self.settings.require_folders()
        opened = self.opened_for_service()
        try:
            outcome = opened.reload(present())
            if not outcome.version:
                raise RulesRefusedError(outcome.text, outcome.errors)
            if not outcome.loaded:
                self.say_refused(outcome.errors)
            yield opened
        finally:
            opened.close()

    def opened_for_service(self) -> "Application":
        """The whole of limen, for the caller to close. A SQLite file that isn't there is made.

        Raises:
            StoreError: the database can't be used.
            SettingsError: the settings of mail or of another channel can't be used.
            OSError: a folder can't be made.
        """
        from random import random

        from monitor.app import open_application

        try:
            with self.database_named():
                make = self.sqlite_file_is_missing(make=True)
                return open_application(self.settings, clock=present, jitter=random, migrate=make)
        except ValueError as refusal:
            section = "" if str(refusal).startswith("channels.") else "smtp: "
            raise SettingsError(f"{section}{refusal}") from refusal

    def sqlite_file_is_missing(self, *, make: bool) -> bool:
        """Whether the database is a SQLite file that isn't there yet; ``make``: it is about to be made.

        Only limen's own state folder is made for it: a folder that somebody names is there, or mistyped.

        Raises:
            StoreError: the folder for the file isn't there.
            OSError: the state folder can't be made.
        """
        from monitor.store.engine import database_url, require_folder, sqlite_file

        url = database_url(self.settings.url)
        file = sqlite_file(url)
        if file is None or file.exists():
            return False
        if self.settings.database_url is not None:
            require_folder(url)
        if make:
            file.parent.mkdir(parents=True, exist_ok=True)
            self.err.print(f"There is no database yet: making the SQLite file {file}", soft_wrap=True)
        return True

    @contextmanager
    def database_named(self) -> Iterator[None]:
        """Adds to what is wrong with the database where its address was set, if anybody set it."""
        from monitor.store.errors import StoreUnavailableError

        try:
            yield
        except StoreUnavailableError as fault:
            origins = self.settings.origins
            if origins.is_set(("database_url",)) and not hasattr(fault, "__notes__"):
                fault.add_note(f"(The database's address is {origins.of(('database_url',))}.)")
            raise

    def hush(self) -> None:
        """Keeps the log off the terminal: what a command has to say, it says itself."""
        from monitor.logs import configure_logs

        configure_logs(LogSettings(level="debug", format="console"))
        logging.disable(logging.NOTSET if self.debug else logging.CRITICAL)
