"""Rules and configuration read together, as the daemon loads them and ``limen check`` judges them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from monitor.core.areas import AreaTree
from monitor.core.rulebook import Rulebook
from monitor.directory.areas import read_areas
from monitor.directory.contacts import Contacts, read_contacts
from monitor.rulebook.loader import load_rulebook
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
    ``observed`` their limits are checked against the figures; with ``today`` it is told what is over, and
    who will be missing soon; with the ``channels`` that are set up, whom none of them reaches.
    """
    log = ProblemLog()
    sources: dict[str, str] = {}
    areas = read_areas(config / AREAS, log, sources)
    if areas is None:
        return LoadedFolders(None, None, None, log.sorted(), sources)
    contacts = read_contacts(config / CONTACTS, areas, log, sources, channels)
    directory = contacts.directory if contacts else None
    loaded = load_rulebook(rules, areas=areas, directory=directory, observed=observed, today=today)
    problems = (*log.sorted(), *loaded.problems)
    return LoadedFolders(areas, contacts, loaded.rulebook, problems, {**sources, **loaded.sources})


def check_folder(rules: Path, config: Path) -> list[Problem]:
    """Returns every problem of the rules and the configuration, that of the configuration first."""
    return list(load_folders(rules, config).problems)
