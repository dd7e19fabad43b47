"""What test files are judged by: rules, areas and people, each folder read once for all files."""

from dataclasses import dataclass, field
from pathlib import Path

from monitor.core.areas import AreaTree
from monitor.core.recipients import Directory
from monitor.directory.areas import read_areas
from monitor.directory.contacts import Contacts, read_contacts
from monitor.directory.folders import AREAS, CONTACTS
from monitor.rule_tests.model import Setting
from monitor.rulebook.loader import load_rulebook
from monitor.rulebook.problems import ProblemLog, has_errors, render_problems
from monitor.rulebook.rule_files import shown_path
from monitor.world import World


def shown_from(here: Path, path: Path) -> str:
    """A path as it is shown: from ``here`` if it lies within."""
    inner = path.is_relative_to(here) and path != here
    return shown_path(str(path.relative_to(here) if inner else path))


@dataclass
class KnownSettings:
    """The settings of all test files. ``config`` is the folder of areas and people unless a file names one.

    Files within ``here`` are shown by their path from there. ``refusals`` holds, for each folder that cannot
    be used, what is wrong with it, rendered.
    """

    config: Path
    here: Path
    refusals: dict[Path, str] = field(default_factory=dict)
    _areas: dict[Path, AreaTree | None] = field(default_factory=dict)
    _contacts: dict[Path, Contacts | None] = field(default_factory=dict)
    _settings: dict[tuple[Path, Path], Setting | None] = field(default_factory=dict)

    def areas(self, config: Path) -> AreaTree | None:
        """Returns the areas of a configuration folder; None where they have an error, which is kept."""
        if config not in self._areas:
            log, sources = ProblemLog(), dict[str, str]()
            self._areas[config] = read_areas(config / AREAS, log, sources)
            self._refuse(config, log, sources)
        return self._areas[config]

    def setting(self, rules: Path, config: Path, own: Contacts | None) -> Setting | None:
        """Returns the rules of a folder with its areas and people, or with a test file's ``own`` people.

        None where one of them has an error, which is kept. Routes may then name roles that nobody of the
        file's own people holds.
        """
        areas = self.areas(config)
        if areas is None:
            return None
        if own is not None:
            return self._loaded(rules, areas, own, None)
        if (rules, config) not in self._settings:
            contacts = self._known_contacts(config, areas)
            loaded = None if contacts is None else self._loaded(rules, areas, contacts, contacts.directory)
            self._settings[rules, config] = loaded
        return self._settings[rules, config]

    def _known_contacts(self, config: Path, areas: AreaTree) -> Contacts | None:
        if config not in self._contacts:
            log, sources = ProblemLog(), dict[str, str]()
            self._contacts[config] = read_contacts(config / CONTACTS, areas, log, sources)
            self._refuse(config, log, sources)
        return self._contacts[config]

    def _loaded(
        self, rules: Path, areas: AreaTree, contacts: Contacts, directory: Directory | None
    ) -> Setting | None:
        loaded = load_rulebook(rules, areas=areas, directory=directory)
        if loaded.rulebook is None:
            errors = [problem for problem in loaded.problems if has_errors([problem])]
            self.refusals[rules] = render_problems(errors, loaded.sources)
            return None
        world = World(areas, contacts.directory, contacts.operations, loaded.rulebook)
        return Setting(shown_from(self.here, rules), world)

    def _refuse(self, config: Path, log: ProblemLog, sources: dict[str, str]) -> None:
        if log.errors:
            self.refusals[config] = render_problems(log.sorted(), sources)
