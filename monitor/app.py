"""The composition root: builds the whole world, holds the last good one, and wires store, rules and channels.

Nothing below knows of anything beside it; everything is put together here.
"""

import os
import secrets
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from importlib.metadata import version
from typing import Final

import structlog
from sqlalchemy import Connection

from monitor.answers import AnswerDesk
from monitor.bounces.failing import FailingAddressDesk
from monitor.bounces.signed_address import LONGEST_NUMBER, signed_address
from monitor.channels import channels_of, unreachable
from monitor.compose import Links, compose
from monitor.compose.apart import End, Trial, tried
from monitor.core.ack_tokens import acknowledge_links
from monitor.cycle import CycleOutcome, guard_of, run_cycle
from monitor.delivery import DeliveryOutcome, EndsLimenError, RetryPolicy, Sender
from monitor.event_log import EventLog
from monitor.file_news import tell_of_files
from monitor.house_templates import HouseTemplates
from monitor.intake.inbox import Inbox
from monitor.intake.observation_files import Reading
from monitor.intake.recording import IntakeEvent, LeftInPlace, ingest_file
from monitor.logs import redact
from monitor.metrics import Metrics
from monitor.operations import Verdict, accepted, refused, tell_operations
from monitor.rulebook.repository import RevisionLook
from monitor.settings import Settings
from monitor.signing_keys import KEY_FILE
from monitor.store.erasure import keep_within
from monitor.store.errors import StoreUnavailableError
from monitor.store.outbox import OutboxEntry
from monitor.store.store import Store
from monitor.store_metrics import StoreMetrics
from monitor.world import LoadedWorld, NoRulebookError, World, keep_world, load_kept_world, load_world
from notifiers.message import Message

VERSION: Final = version("limen")


@dataclass(frozen=True, slots=True)
class ReloadOutcome:
    """What came of reading the rules anew.

    ``version`` is the rulebook's now in force, "" without one: that on disk if it was ``loaded``, else the
    last good one, which may be from before this start.
    """

    loaded: bool
    changed: bool
    errors: int
    version: str
    text: str


class Application:
    """limen, put together. Methods take the present instant; ``deliver`` may run beside the others."""

    def __init__(
        self, settings: Settings, store: Store, *, clock: Callable[[], datetime], jitter: Callable[[], float]
    ) -> None:
        self.settings = settings
        self._clock = clock
        self.store = store
        self.metrics = Metrics(VERSION)
        self._shown = StoreMetrics(store, self.metrics)
        self._world: World | None = None
        self._revisions = RevisionLook(settings.rules_dir)
        self._found: LoadedWorld | None = None
        self._unkept: LoadedWorld | None = None
        self._keeping_failed = ""
        self._verdict: Verdict | None = None
        self._unshown = False
        self._text = "the rules have not been read yet"
        self._log = structlog.get_logger(__name__)
        self._events = EventLog(self.metrics)
        self._inbox = Inbox(
            settings.inbox,
            settings.archive,
            settings.archive.with_name("failed"),
            timedelta(seconds=settings.cycle.settle),
        )
        self._templates = HouseTemplates(
            settings.config_dir, store, self.metrics, domain=self._domain, limen=VERSION
        )
        self._bounce_key = _bounce_key(settings)
        channels = channels_of(settings, clock)
        self.metrics.channels_known(channels.notifiers)
        self._sender = Sender(
            store=store,
            notifiers=channels.notifiers,
            compose=self.compose,
            # In a container every process has the same number.
            owner=f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}",
            clock=clock,
            jitter=jitter,
            listener=self._events.attempted,
            address_refused=self._address_refused,
            policy=RetryPolicy(
                lease=settings.lease,
                longest_send=channels.longest_send,
                first=timedelta(seconds=settings.delivery.first_retry),
                longest=timedelta(seconds=settings.delivery.longest_retry),
                give_up=timedelta(seconds=settings.delivery.give_up_after),
                most_per_minute=settings.delivery.most_per_minute,
            ),
        )

    @property
    def world(self) -> World:
        """The last good state of rules and configuration.

        Raises:
            NoRulebookError: there has been none.
        """
        if self._world is None:
            raise NoRulebookError(self._text)
        return self._world

    def reload(self, now: datetime) -> ReloadOutcome:
        """Reads everything anew and swaps it in as a whole; what is bad leaves all as it was."""
        found = load_world(self.settings)
        self._text = found.text
        if found.world is None:
            return self._refuse(found, now)
        changed = found.world != self._world
        if changed:
            self._put_in_force(found.world)
            self._found = self._unkept = found
        self._keep(now)
        self._verdict = accepted(
            rules_version=found.world.rulebook.revision or found.world.rulebook.version,
            rules_folder=str(self.settings.rules_dir),
            recipients=found.world.operations,
        )
        self._catch_up_if_possible(now)
        return ReloadOutcome(True, changed, 0, found.world.rulebook.version, found.text)

    def _put_in_force(self, world: World) -> None:
        self._world = world
        self.metrics.rulebook_in_force(world.rulebook, world.areas)
        self.metrics.channels_known({person.channel for person in world.directory.people.values()})
        self._unshown = True
        for problem in unreachable(world.directory, self.settings):
            self._log.warning("Somebody can't be told", problem=problem)

    def _name_revision(self) -> None:
        """Names the commit, from here on, that has taken up the rules in force; they judge as before."""
        book = self._revisions.of_now(self.world.rulebook)
        if book is self.world.rulebook:
            return
        self._world = replace(self.world, rulebook=book)
        self.metrics.rulebook_in_force(book, self._world.areas)
        found = self._found
        if found is not None and found.files is not None:
            files = replace(found.files, revision=book.revision)
            self._found = self._unkept = replace(found, world=self._world, files=files)
        self._log.info("The rules have another revision", revision=book.revision, rulebook=book.version)

    def _keep(self, now: datetime) -> None:
        """Keeps the rules in force for the next start; on a full disk the next cycle tries again."""
        if self._unkept is None:
            return
        try:
            keep_world(self._unkept, self.settings, now)
        except OSError as fault:
            if (why := fault.strerror or str(fault)) != self._keeping_failed:
                self._log.error("The rules in force can't be kept for the next start", problem=str(fault))
            self._keeping_failed = why
        else:
            self._unkept, self._keeping_failed = None, ""

    def _begin_with_kept(self) -> None:
        """Puts the last good rules of before this start in force, if they were kept and still can be read."""
        try:
            kept = load_kept_world(self.settings)
        except OSError as fault:
            self._log.error("The last good rules can't be had", problem=str(fault))
            return
        if kept is not None:
            self._log.warning("limen begins with the last good rules", rulebook=kept.world.rulebook.version)
            self._put_in_force(kept.world)

    def _refuse(self, found: LoadedWorld, now: datetime) -> ReloadOutcome:
        """Keeps the last good rulebook, and lets operations know; without one nobody is known to tell."""
        if self._world is None:
            self._begin_with_kept()
        if self._world is None:
            return ReloadOutcome(False, False, found.errors, "", found.text)
        book = self._world.rulebook
        self._verdict = refused(
            str(redact(found.text)),
            found.errors,
            rules_version=book.revision or book.version,
            rules_folder=str(self.settings.rules_dir),
            recipients=self._world.operations,
        )
        self._catch_up_if_possible(now)
        return ReloadOutcome(False, False, found.errors, book.version, found.text)

    def _catch_up_if_possible(self, now: datetime) -> None:
        """A database that is away keeps no rules from coming into force: the next cycle does the rest."""
        try:
            self._catch_up(now)
        except StoreUnavailableError as fault:
            self._log.warning("The next cycle is to show what came of reading the rules", problem=str(fault))

    def _catch_up(self, now: datetime) -> None:
        """Tells operations what came of reading the rules, and shows figures as the rules now judge them."""
        if self._verdict is not None:
            with self.store.writing() as connection:
                tell_operations(connection, self._verdict, now=now, domain=self._domain)
            self._verdict = None
        if self._unshown:
            self._shown.refresh(self.world, None, now)
            self._unshown = False

    def take_in(self, now: datetime) -> Sequence[IntakeEvent]:
        """Reads what lies ready in the inbox.

        Raises:
            OSError: the inbox can't be read.
            StoreUnavailableError: the database can't be reached; the files lie where they were.
        """
        events = []
        for event in self._inbox.take_in_ready(self.store, self.reading(now)):
            self._events.came_in(event)
            if not isinstance(event, LeftInPlace):
                events.append(event)
        self.metrics.inbox_looked_at(tuple(self._inbox.stuck.values()))
        return events

    def reading(self, now: datetime, default_area: str | None = None) -> Reading:
        """What files are read by: the rulebook's indicators and sources, and the areas."""
        book = self.world.rulebook
        return Reading(book.indicators, self.world.areas, now, default_area, book.sources)

    def evaluate(self, now: datetime) -> CycleOutcome:
        """Runs one cycle.

        Raises:
            NoRulebookError: there is nothing to judge by.
            StoreUnavailableError: the database can't be reached; the next cycle does it all.
        """
        self._name_revision()
        self._keep(now)
        outcome = run_cycle(
            self.store,
            self.world,
            now=now,
            zone=self.settings.zone,
            domain=self._domain,
            guard=guard_of(self.settings),
        )
        for each in outcome.renamed:
            self._log.info("An area goes by another name now", before=each.before, after=each.after)
        self._catch_up(now)
        tell_of_files(self.store, self.world, now=now, domain=self._domain)
        self._templates.tell(now)
        if outcome.cycle_id is not None:
            self._shown.refresh(self.world, outcome.indicators, now)
        self._shown.count_outbox(now)
        self._shown.count_files(now)
        self._shown.show_suppressions(self.world, now)
        self._shown.show_waiting(outcome.cycle_id, now)
        return outcome

    def deliver(self, now: datetime, stop: Callable[[], bool] = lambda: False) -> DeliveryOutcome:
        """Sends what is due; ``stop`` is asked between mails."""
        outcome = self._sender.deliver(limit=self.settings.delivery.batch, stop=stop)
        if outcome.held:
            most = self.settings.delivery.most_per_minute
            self._log.info("Mails wait for a minute with room", held=outcome.held, most_per_minute=most)
        self._shown.count_outbox(now)
        return outcome

    def compose(self, entry: OutboxEntry, *, suspect: bool = False) -> Message:
        """Writes the mail of an outbox entry; operations are told if the house's templates fail it.

        ``suspect``: a process of its own tries first whether writing it ends limen. If so, only its text is
        written, by limen's own template.

        Raises:
            EndsLimenError: that ended the process too.
            PayloadError: another version of limen wrote the entry.
            StoreUnavailableError: the database can't be reached to tell operations.
            TimeoutError: a process of its own took too long even with its text alone.
        """
        plain = suspect and self._must_be_plain(entry)
        message = compose(
            entry.notification,
            message_id=entry.message_id,
            in_reply_to=entry.thread_ids[-1] if entry.thread_ids else None,
            references=entry.thread_ids,
            links=self._links(entry),
            templates=self._templates,
            zone=self.settings.zone,
            plain=plain,
        )
        self._templates.composed(entry.notification, self._world, self._clock())
        own = self.settings.smtp.bounce_address
        if own is None:
            return message
        return replace(message, return_path=signed_address(own, entry.id, self._bounce_key))

    def _must_be_plain(self, entry: OutboxEntry) -> bool:
        trial = Trial(entry.payload, entry.message_id, str(self.settings.config_dir))
        if tried(trial) is End.WELL:
            return False
        self._log.error("Writing a mail ends limen; only its text is tried", mail=entry.id)
        end = tried(replace(trial, plain=True))
        if end is End.TOO_LONG:
            # Even a start takes long where a machine is overloaded, and that passes: the mail waits.
            raise TimeoutError("a process of its own did not write its plain text in time")
        if end is End.DIED:
            raise EndsLimenError(
                "writing this mail ends limen itself, even in plain text without pictures: “journalctl -u "
                "limen” says how. It is not tried any more, so that others go out. Once that is mended, "
                f"“limen outbox retry {entry.id}” sends it"
            )
        return True

    def _address_refused(self, connection: Connection, entry: OutboxEntry, now: datetime) -> None:
        """Marks an address that a server refuses, and tells operations, as if the mail had come back."""
        desk = FailingAddressDesk(self._world, self._domain, str(self.settings.rules_dir))
        desk.take(connection, entry, entry.last_response, now)

    def _links(self, entry: OutboxEntry) -> Links:
        """Where a mail points to; the same at every repeat, so its instant is that of the decision."""
        base, page = self.settings.base_url, self.settings.page_url
        if base is None:
            return Links(page, self.settings.contact)
        key = self.settings.signing_keys()[0]
        answering = acknowledge_links(base, key, entry.created_at)
        return Links(page, self.settings.contact, answering)

    def check_templates(self, now: datetime, stop: Callable[[], bool] = lambda: False) -> None:
        """Checks the house's templates of mails if they may have changed; may run beside all else.

        A database that is away is made up for by the next cycle.
        """
        if self._world is None:
            return
        try:
            self._templates.look(self._world, now, stop)
        except StoreUnavailableError as fault:
            self._log.warning("The next cycle is to tell what came of the templates", problem=str(fault))

    def forget(self, now: datetime) -> None:
        """Takes people out of what is older than the settings keep them, and logs where the audit ends.

        Raises:
            StoreUnavailableError: the database can't be reached; the next time does it.
        """
        months = self.settings.audit.keep_personal_months
        done, head = keep_within(self.store, months, now)
        self._log.info(
            "The audit trail was looked through",
            kept_months=months,
            mails_without_names=done.mails,
            decisions_without_names=done.decisions,
            entries=head.entries,
            head=head.hash,
        )

    def close(self) -> None:
        """Lets go of connections."""
        self._sender.close()
        self._templates.close()
        self.store.close()

    @property
    def _domain(self) -> str:
        return self.settings.smtp.sender.rpartition("@")[2]

    @cached_property
    def answers(self) -> AnswerDesk:
        """Who answers the links in mails.

        Raises:
            OSError: the key that signs them can't be read or made.
            ValueError: it can't be used.
        """
        return AnswerDesk(
            self.store, lambda: self._world, self.settings.signing_keys(), self.settings.zone, self._clock
        )


def _bounce_key(settings: Settings) -> bytes:
    """What signs the addresses that mails come back to; b"" where there is none.

    Raises:
        ValueError: the address leaves no room for what is added to it, or the key can't be used.
    """
    if settings.smtp.bounce_address is None:
        return b""
    key = settings.signing_key()
    if settings.secret_key is not None and (settings.state_dir / KEY_FILE).exists():
        structlog.get_logger(__name__).warning(
            "A command that can't see the secret_key that is set goes by the key in the file, and takes "
            "every bounce for forged: remove the file",
            file=str(settings.state_dir / KEY_FILE),
        )
    signed_address(settings.smtp.bounce_address, LONGEST_NUMBER, key)
    return key


def open_application(
    settings: Settings, *, clock: Callable[[], datetime], jitter: Callable[[], float], migrate: bool = False
) -> Application:
    """Opens the store and puts everything together; the rules are read by the first ``reload``.

    Raises:
        StoreError: the database can't be reached, or its schema isn't this limen's.
        ValueError: the settings of mail, of another channel or of delivery can't be used.
        OSError: the folders can't be made.
    """
    for folder in (settings.state_dir, settings.inbox, settings.archive):
        folder.mkdir(parents=True, exist_ok=True)
    store = Store.open(settings.url, migrate=migrate)
    return Application(settings, store, clock=clock, jitter=jitter)


__all__ = [
    "Application",
    "LoadedWorld",
    "NoRulebookError",
    "ReloadOutcome",
    "ingest_file",
    "load_world",
    "open_application",
]
