"""Small sound rule files to spoil, and marks that say where the fault is expected."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from textwrap import dedent, indent

from monitor.core.areas import Area, AreaTree, AreaType
from monitor.core.recipients import Directory, Recipient, RoleHolding
from monitor.rulebook.loader import LoadedRulebook, read_rulebook
from monitor.rulebook.problems import Problem

INDICATOR = "open_assessments"
ALERT = "assessments-open-too-long"
ROUTE = "managers"
SOURCE = "open_assessments_published"

_INDICATOR_KEYS = """
title: Assessments open too long
theme: assessments
definition: Assessments open for longer than 45 working days.
unit: assessments
decimals: 0
basis: snapshot
frequency: monthly
polarity: lower is better
source: Liberi
"""

_ALERT_KEYS = """
title: Assessments open too long
indicator: open_assessments
areas: district
levels: {warning: value > 85, critical: value > 100}
action: Go through the list with the team.
reference: monthly scorecard
"""

_ROUTE_KEYS = """
to: district manager
"""

_SOURCE_KEYS = """
title: Open assessments, published
files: open_assessments_*.csv
publisher: Department for Education
reference: a published table
area: la_name
period: {column: time_period, form: date}
indicators: {open_assessments: {value: open_at_end}}
"""

_TOP_KEY = re.compile(r"^«?([a-z_]+)»?:", re.MULTILINE)


def areas() -> AreaTree:
    """A county of two areas and four districts."""
    return AreaTree.of(
        [
            Area("Kent", AreaType.COUNTY, None, "E10000016", ("886",)),
            Area("East Kent", AreaType.AREA, "Kent"),
            Area("South Kent", AreaType.AREA, "Kent"),
            Area("Swale", AreaType.DISTRICT, "East Kent", "E07000113"),
            Area("Thanet", AreaType.DISTRICT, "East Kent", "E07000114"),
            Area("Ashford", AreaType.DISTRICT, "South Kent", "E07000105"),
            Area("Folkestone and Hythe", AreaType.DISTRICT, "South Kent", "E07000112", ("Shepway",)),
        ]
    )


def directory() -> Directory:
    """A manager for each district but one, and a director for the county."""
    people = {
        key: Recipient(key, key.title(), f"{key}@kent.example", key.title())
        for key in ("ada", "ben", "cleo", "dai")
    }
    holdings = (
        RoleHolding("district manager", "Swale", ("ada",)),
        RoleHolding("district manager", "Thanet", ("ben",)),
        RoleHolding("district manager", "Ashford", ("cleo",)),
        RoleHolding("district manager", "Folkestone and Hythe", ("cleo",)),
        RoleHolding("director", "Kent", ("dai",)),
        RoleHolding("Thanet lead", "Thanet", ("ben",)),
    )
    return Directory(people, holdings)


def indicator(changes: str = "", *, id: str = INDICATOR, without: str = "") -> str:  # noqa: A002 - it is the id
    """A sound indicator, some of its keys replaced, added or taken out; to stand below ``indicators:``."""
    return _definition(id, _INDICATOR_KEYS, changes, without)


def alert(changes: str = "", *, id: str = ALERT, without: str = "") -> str:  # noqa: A002 - it is the id
    """A sound alert rule, to stand below ``alerts:``."""
    return _definition(id, _ALERT_KEYS, changes, without)


def route(changes: str = "", *, id: str = ROUTE, without: str = "") -> str:  # noqa: A002 - it is the id
    """A sound route, to stand below ``routes:``."""
    return _definition(id, _ROUTE_KEYS, changes, without)


def source(changes: str = "", *, id: str = SOURCE, without: str = "") -> str:  # noqa: A002 - it is the id
    """A sound source, to stand below ``sources:``."""
    return _definition(id, _SOURCE_KEYS, changes, without)


def rule_file(
    indicators: str | None = None,
    alerts: str | None = None,
    routes: str | None = None,
    sources: str = "",
    neighbour_sets: str = "",
) -> str:
    """A whole file; what is not given is sound, and sources and sets of neighbours are not needed."""
    parts = {
        "indicators": indicator() if indicators is None else indicators,
        "alerts": alert() if alerts is None else alerts,
        "routes": route() if routes is None else routes,
        "sources": sources,
        "neighbour_sets": neighbour_sets,
    }
    return "".join(f"{name}:\n{text}" for name, text in parts.items() if text)


def _definition(name: str, base: str, changes: str, without: str) -> str:
    keys = _by_key(base)
    for removed in without.split():
        del keys[removed]
    keys.update(_by_key(dedent(changes)))
    return f"  {name}:\n" + indent("".join(keys.values()), "    ")


def _by_key(text: str) -> dict[str, str]:
    """The text's top-level keys, in order, each with its lines."""
    starts = [match.start() for match in _TOP_KEY.finditer(text)]
    if not starts:
        return {}
    pieces = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    found: dict[str, str] = {}
    for piece in pieces:
        match = _TOP_KEY.match(piece)
        assert match
        key = match[1]
        while key in found:  # a doubled key stays doubled
            key += "+"
        found[key] = piece.rstrip("\n") + "\n"
    return found


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a line, as problems say it."""

    file: str
    line: int
    column: int
    length: int


def unmarked(file: str, text: str) -> tuple[str, list[Place]]:
    """The text without its « » marks, and the stretches that stood between them."""
    places = []
    clean = ""
    for piece in re.split("([«»])", text):
        if piece == "«":
            places.append(Place(file, clean.count("\n") + 1, len(clean) - clean.rfind("\n"), 0))
        elif piece == "»":
            open_place = places.pop()
            start = len(clean) - clean.rfind("\n")
            places.append(Place(file, open_place.line, open_place.column, max(1, start - open_place.column)))
        else:
            clean += piece
    return clean, places


def place_of(problem: Problem) -> Place:
    """Where a problem is."""
    position = problem.position
    return Place(position.file, position.line, position.column, problem.length)


def loaded(
    files: Mapping[str, str | bytes] | str, *, people: Directory | None = None, today: date | None = None
) -> LoadedRulebook:
    """Loads texts, with the areas of this module."""
    texts = {"rules.yaml": files} if isinstance(files, str) else files
    contents = {name: text.encode() if isinstance(text, str) else text for name, text in texts.items()}
    return read_rulebook(contents, areas=areas(), directory=people, today=today)


def found(
    files: Mapping[str, str | bytes] | str, *, people: Directory | None = None, today: date | None = None
) -> list[tuple[str, Place]]:
    """The codes and places of the problems in some texts."""
    return [
        (problem.code, place_of(problem)) for problem in loaded(files, people=people, today=today).problems
    ]


def expected(code: str, files: Mapping[str, str] | str) -> tuple[dict[str, str], list[tuple[str, Place]]]:
    """Clean texts, and the problems that their marks announce, all of one code."""
    texts = {"rules.yaml": files} if isinstance(files, str) else files
    clean: dict[str, str] = {}
    places: list[tuple[str, Place]] = []
    for name, text in sorted(texts.items()):
        clean[name], marks = unmarked(name, text)
        places += [(code, place) for place in marks]
    return clean, places
