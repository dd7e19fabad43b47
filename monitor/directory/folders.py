"""Rules and configuration read together, as the daemon loads them and ``limen check`` judges them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from monitor.core.areas import AreaTree
from monitor.core.rulebook import Rulebook
from monitor.directory.areas import areas_of, read_areas
from monitor.directory.contacts import Contacts, contacts_in, read_contacts
from monitor.directory.kept_files import FolderFiles
from monitor.directory.roles import check_roles
from monitor.rulebook.loader import LoadedRulebook, load_rulebook, read_rulebook
from monitor.rulebook.observed import ObservedFigures
from monitor.rulebook.problems import Problem, ProblemLog

AREAS: Final = "areas.csv"
CONTACTS: Final = "contacts.yaml"


@dataclass(frozen=True, slots=True)
class LoadedFolders:
    """What came of a rules folder and a configuration folder; what has an error is None.

    The files of ``problems`` are relative to the folder they lie in; ``sources`` maps them to their text.
    """

    areas: AreaTree | None
    contacts: Contacts | None
    rulebook: Rulebook | None
    problems: tuple[Problem, ...]
    sources: Mapping[str, str]
    files: FolderFiles | None = None
    """The files themselves, where all are sound."""


def load_folders(
    rules: Path,
    config: Path,
    *,
    observed: ObservedFigures | None = None,
    today: date | None = None,
    channels: Collection[str] | None = None,
) -> LoadedFolders:
    """Reads areas, then people, then rules. Never raises for what the files hold.

    Rules are not looked at while areas.csv has errors, for then no area would be known. With what was
    ``observed`` their limits are checked against the figures; with ``today`` it is told what is over, who
    will be missing soon and what roles nothing asks for; with the ``channels`` that are set up, whom none
    of them reaches.
    """
    log = ProblemLog()
    sources: dict[str, str] = {}
    areas = read_areas(config / AREAS, log, sources)
    if areas is None:
        return LoadedFolders(None, None, None, log.sorted(), sources)
    contacts = read_contacts(config / CONTACTS, areas, log, sources, channels)
    directory = contacts.directory if contacts else None
    loaded = load_rulebook(rules, areas=areas, directory=directory, observed=observed, today=today)
    if today is not None and contacts is not None and loaded.rulebook is not None:
        check_roles(contacts, loaded.rulebook.routes, log)
    return _loaded(areas, contacts, loaded, log, sources)


def read_folders(files: FolderFiles) -> LoadedFolders:
    """As :func:`load_folders`, of files that were read already."""
    log = ProblemLog()
    sources: dict[str, str] = {}
    areas = areas_of(AREAS, files.config.get(AREAS, b""), log, sources)
    if areas is None:
        return LoadedFolders(None, None, None, log.sorted(), sources)
    contacts = contacts_in(CONTACTS, files.config.get(CONTACTS, b""), areas, log, sources)
    directory = contacts.directory if contacts else None
    loaded = read_rulebook(files.rules, areas=areas, directory=directory, revision=files.revision)
    return _loaded(areas, contacts, loaded, log, sources)


def _loaded(
    areas: AreaTree,
    contacts: Contacts | None,
    loaded: LoadedRulebook,
    log: ProblemLog,
    sources: Mapping[str, str],
) -> LoadedFolders:
    problems = (*log.sorted(), *loaded.problems)
    files = None
    if contacts is not None and loaded.rulebook is not None:
        config = {name: sources[name].encode() for name in (AREAS, CONTACTS)}
        files = FolderFiles(loaded.contents, config, loaded.rulebook.revision)
    return LoadedFolders(areas, contacts, loaded.rulebook, problems, {**sources, **loaded.sources}, files)


def check_folder(rules: Path, config: Path) -> list[Problem]:
    """Returns every problem of the rules and the configuration, that of the configuration first."""
    return list(load_folders(rules, config).problems)
