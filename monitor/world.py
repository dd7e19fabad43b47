"""All that a judgement depends on beside the figures: areas, people and rules, swapped together."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from monitor.core.areas import AreaTree
from monitor.core.recipients import Directory, Recipient
from monitor.core.rulebook import AlertRule, Indicator, Rulebook
from monitor.directory.folders import LoadedFolders, load_folders, read_folders
from monitor.directory.kept_files import KEPT_FILE, FolderFiles, keep_files, kept_files
from monitor.rulebook.problems import Problem, Severity, render_problems
from monitor.settings import Settings

DERIVED = "derived "
TELLING = "telling"
"""What stands for who is told and when, among the fingerprints of what was judged."""
PLAUSIBLE = "plausible "


class NoRulebookError(RuntimeError):
    """There is no sound rulebook yet, so nothing can be judged; the text shows what is wrong."""


@dataclass(frozen=True)
class World:
    """Rules and configuration, whole and sound. ``operations`` are told when nobody else can be."""

    areas: AreaTree
    directory: Directory
    operations: tuple[Recipient, ...]
    rulebook: Rulebook

    def fingerprints(self) -> Mapping[str, str]:
        """Returns the fingerprint of each alert rule, and of each derived indicator (``derived <id>``).

        It changes with all that the rule's judgement, or the making of the indicator's figures, depends on.
        An indicator whose figures may be doubtful has one more (``plausible <id>``), for what makes them so.

        The areas are part of it: which areas a rule covers depends on what they are.
        """
        tree = hashlib.sha256(repr(sorted(self.areas.by_name.items())).encode()).hexdigest()
        known = self.rulebook.fingerprints
        subjects = {rule: known[rule] for rule in self.rulebook.alerts}
        for indicator in self.rulebook.indicators.values():
            if indicator.derivation is not None:
                subjects[f"{DERIVED}{indicator.id}"] = known[indicator.id]
            limits = indicator.plausibility
            if limits is not None:
                waits = indicator.expected_within is not None
                doubtful = (limits.jump, limits.falls_to_zero, limits.missing_areas, waits)
                subjects[f"{PLAUSIBLE}{indicator.id}"] = repr(doubtful)
        return {
            subject: hashlib.sha256(f"{fingerprint} {tree}".encode()).hexdigest()
            for subject, fingerprint in subjects.items()
        }

    @cached_property
    def telling_fingerprint(self) -> str:
        """A fingerprint of all that decides who is told and when: it changes when any of that does."""
        known = self.directory
        people = (self.operations, known.holdings, known.deputies, sorted(known.people.items()))
        said = (people, sorted(self.areas.by_name.items()))
        return hashlib.sha256(f"{self.rulebook.version} {said!r}".encode()).hexdigest()

    def indicator_of(self, rule: AlertRule) -> Indicator:
        """Returns the indicator that a rule watches."""
        return self.rulebook.indicators[rule.indicator]


@dataclass(frozen=True, slots=True)
class LoadedWorld:
    """What came of reading rules and configuration. ``world`` None: ``text`` says what is wrong.

    ``problems`` holds warnings too; ``text`` shows them all, each with its line and a caret.
    """

    world: World | None
    problems: tuple[Problem, ...]
    text: str
    files: FolderFiles | None = None
    """What the world was read from, where there is one."""

    @property
    def errors(self) -> int:
        """How many of the problems are errors."""
        return sum(problem.severity is Severity.ERROR for problem in self.problems)


def load_world(settings: Settings) -> LoadedWorld:
    """Reads areas, contacts and rules, all anew; never raises for what the files hold."""
    return _loaded(load_folders(settings.rules_dir, settings.config_dir))


def keep_world(found: LoadedWorld, settings: Settings, now: datetime) -> None:
    """Keeps the files of a sound world in the state folder, for a start at which those on disk are not.

    Raises:
        OSError: they can't be written.
    """
    if found.files is not None:
        keep_files(found.files, settings.state_dir, now)


@dataclass(frozen=True, slots=True)
class KeptWorld:
    """The world that was last found sound, and when it was."""

    world: World
    at: datetime


def load_kept_world(settings: Settings) -> KeptWorld | None:
    """Returns the world kept last, None where none is.

    Raises:
        OSError: it can't be read, or this version of limen does not find it sound.
    """
    kept = kept_files(settings.state_dir)
    if kept is None:
        return None
    found = _loaded(read_folders(kept.files))
    if found.world is None:
        where = settings.state_dir / KEPT_FILE
        raise OSError(f"{where} was kept by another version of limen, and this one does not find it sound")
    return KeptWorld(found.world, kept.at)


def _loaded(found: LoadedFolders) -> LoadedWorld:
    text = render_problems(found.problems, found.sources)
    world = None
    if found.areas is not None and found.contacts is not None and found.rulebook is not None:
        contacts = found.contacts
        world = World(found.areas, contacts.directory, contacts.operations, found.rulebook)
    return LoadedWorld(world, found.problems, text, found.files)
