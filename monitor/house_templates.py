"""The house's templates of mails while limen runs: mails laid out with them, and their faults made known.

They are checked as a whole when they or the configuration have changed, and each mail may meet a fault that
no sample shows. Either is told to operations once, in the way of refused rules (:mod:`monitor.operations`).
"""

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog

from monitor.compose import OwnTemplates
from monitor.compose.bounded import TemplateFaultError
from monitor.compose.overrides import FOLDER, own_sources
from monitor.compose.rendering import Layout
from monitor.compose.rendering_process import Fault
from monitor.compose.sheet import MailView
from monitor.compose.template_checks import check_templates, problem_of
from monitor.core.notifications import Notification, OperationsKind
from monitor.logs import redact
from monitor.metrics import Metrics
from monitor.operations import Verdict, tell_operations
from monitor.rule_watch import Sighting, sight
from monitor.rulebook.problems import Problem, Severity
from monitor.store.operations_news import standing_refusals
from monitor.store.store import Store
from monitor.template_news import (
    Standpoint,
    accepted,
    is_news,
    is_of_the_machine,
    lines_of_problems,
    refused,
    still_refused,
)
from monitor.world import World

MOST_NAMED: Final = 10
"""Problems of refused templates that the log names."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the templates of one version: the errors that a check found, and those mails met."""

    version: str = ""
    checked: tuple[Problem, ...] = ()
    met: tuple[Problem, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All of them, each once, in the order of files and lines."""
        found = dict.fromkeys((*self.checked, *self.met))
        return tuple(sorted(found, key=lambda problem: (problem.position, problem.code)))

    @property
    def settled(self) -> bool:
        """Whether another check of the same templates can't say anything else."""
        return not any(is_of_the_machine(line) for line in lines_of_problems(self.problems))


class HouseTemplates:
    """Lays mails out with the templates of a configuration folder, and tells operations where that fails.

    ``limen`` is the program's version: with another one the same templates may be good. ``look`` may run
    beside ``lay_out`` and ``composed``, and ``tell`` beside all of them.
    """

    def __init__(self, config: Path, store: Store, metrics: Metrics, *, domain: str, limen: str) -> None:
        self._store = store
        self._metrics = metrics
        self._domain = domain
        self._limen = limen
        self._own = OwnTemplates.within(config, self._hear)
        self._log = structlog.get_logger(__name__)
        self._lock = threading.Lock()
        self._known = _Known()
        self._sighted: Sighting | None = None
        self._checks: Verdict | None = None
        """What came of the last check, until operations have been told of it."""
        self._heard: list[Fault] = []
        """What mails met, until operations have been told of it."""
        self._logged: tuple[str, ...] = ()

    def lay_out(self, mail: MailView) -> Layout:
        """The mail's plain text and HTML; never fails for what the house's templates hold."""
        return self._own.lay_out(mail)

    def close(self) -> None:
        """Ends the process that renders."""
        self._own.close()

    def _hear(self, fault: Fault) -> None:
        self._log.error(
            "A template can't be used; mails go out by limen's own", fault=str(redact(str(fault)))
        )
        self._heard.append(fault)

    def composed(self, notification: Notification, world: World | None, now: datetime) -> None:
        """Tells operations what the mail that was just laid out has met; to be called before it is sent.

        So the news is in the outbox before anybody can take the mail for sent, and nothing is lost when limen
        is killed between the two. What the news itself meets is shown and not told, or it would go round.

        Raises:
            StoreUnavailableError: the database can't be reached; the next mail or cycle tells it.
        """
        if not self._heard or world is None:
            return
        if self._edited_since():  # the check of what lies there now has the word
            self._heard.clear()
            return
        heard = list(self._heard)
        known = self._meet(heard)
        news = notification.operations
        if news is not None and news.kind is OperationsKind.TEMPLATES_REFUSED:
            for fault in heard:
                self._own.hear_again(fault)
        else:
            told = refused(known.problems, known.sources, self._standpoint(world), met_with=known.version)
            self._told(told, now)
        self._heard.clear()

    def _edited_since(self) -> bool:
        """Whether the templates are others than those that the last mail was laid out with."""
        try:
            return own_sources(self._own.folder) != self._own.sources
        except TemplateFaultError:
            return False

    def _meet(self, heard: list[Fault]) -> _Known:
        """Adds what mails have met to what is known of the templates that they were laid out with."""
        sources = dict(self._own.sources)
        version = self._version_of(sources)
        problems = tuple(problem_of(fault, sources.get(fault.template, "")) for fault in heard)
        with self._lock:
            same = self._known if self._known.version == version else _Known(version)
            by_file = {f"{FOLDER}/{name}": text for name, text in sources.items()}
            met = tuple(dict.fromkeys((*same.met, *problems)))
            self._known = _Known(version, same.checked, met, by_file)
            self._metrics.templates_judged(lines_of_problems(self._known.problems))
            return self._known

    def look(self, world: World, now: datetime, stop: Callable[[], bool] = lambda: False) -> None:
        """Checks the templates if they may have changed, and tells operations what came of it.

        It takes up to seconds, and more where a template has no end; ``stop`` ends it early.

        Raises:
            StoreUnavailableError: the database can't be reached; ``tell`` makes up for it.
        """
        sighting = sight((self._own.folder,))
        if sighting != self._sighted or not self._known.settled:
            version, found = self._checked(stop)
            if stop():
                return
            self._sighted = sighting
            self._take_over(version, *found)
        known, standpoint = self._known, self._standpoint(world)
        problems = known.problems
        self._checks = (
            refused(problems, known.sources, standpoint) if problems else accepted(known.version, standpoint)
        )
        self._log_once(problems)
        if problems:
            self._metrics.templates_judged(lines_of_problems(problems))
        self.tell(now)

    def _checked(self, stop: Callable[[], bool]) -> tuple[str, tuple[tuple[Problem, ...], Mapping[str, str]]]:
        """The version of the templates on disk; their errors, and their text by file."""
        folder = self._own.folder
        try:
            version = self._version_of(own_sources(folder))
        except TemplateFaultError:
            version = ""
        if not folder.is_dir():
            return version, ((), {})
        found = check_templates(folder, stop=stop)
        errors = tuple(problem for problem in found.problems if problem.severity is Severity.ERROR)
        return version, (errors, found.sources)

    def _take_over(self, version: str, errors: tuple[Problem, ...], sources: Mapping[str, str]) -> None:
        """Keeps what a check found, and of what mails met with the same templates what only an edit mends."""
        with self._lock:
            met = self._known.met if self._known.version == version else ()
            lasting = tuple(problem for problem in met if not is_of_the_machine(str(problem)))
            self._known = _Known(version, errors, lasting, sources)
        if _Known(version, errors).settled:
            self._own.try_again()

    def tell(self, now: datetime) -> None:
        """Tells operations what came of the last check, if that could not be done yet.

        Raises:
            StoreUnavailableError: the database can't be reached.
        """
        verdict = self._checks
        if verdict is None:
            return
        lasting = self._told(verdict, now)
        with self._lock:
            self._metrics.templates_judged(lines_of_problems(self._known.problems) or lasting)
        if self._checks is verdict:
            self._checks = None

    def _told(self, verdict: Verdict, now: datetime) -> tuple[str, ...]:
        """Tells it if it is news; returns what good samples do not take back."""
        with self._store.writing() as connection:
            tell_operations(connection, verdict, now=now, domain=self._domain, is_news=is_news)
            standing = standing_refusals(connection, verdict.refusal)
        return still_refused(verdict.version, standing) if verdict.accepts else ()

    def _log_once(self, problems: tuple[Problem, ...]) -> None:
        lines = tuple(str(redact(line)) for line in lines_of_problems(problems))
        if lines == self._logged:
            return
        self._logged = lines
        if lines:
            more = [f"{len(lines) - MOST_NAMED:,} more that “limen check” lists"] * (len(lines) > MOST_NAMED)
            self._log.error(
                "Templates can't be used; mails go out by limen's own",
                errors=len(lines),
                problems=" | ".join([*lines[:MOST_NAMED], *more]),
            )
        else:
            self._log.info("The templates can be used again")

    def _standpoint(self, world: World) -> Standpoint:
        version = world.rulebook.revision or world.rulebook.version
        return Standpoint(world.operations, version, str(self._own.folder))

    def _version_of(self, sources: Mapping[str, str]) -> str:
        """The same for the same templates of the house beside the same ones of limen's own."""
        return hashlib.sha256(repr((self._limen, sorted(sources.items()))).encode()).hexdigest()
