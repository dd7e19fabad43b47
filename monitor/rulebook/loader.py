"""A folder of rule files, and tables beside them, to a rulebook, or to everything that is wrong with them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, TypeVar

from monitor.core.areas import AreaTree
from monitor.core.recipients import Directory
from monitor.core.rulebook import Rulebook
from monitor.rulebook.alerts import read_alert
from monitor.rulebook.checks.observations import check_observations
from monitor.rulebook.checks.rulebook import check_rulebook
from monitor.rulebook.checks.secrecy import check_secrecy
from monitor.rulebook.derivations import with_frequencies
from monitor.rulebook.fields import fields_of
from monitor.rulebook.fingerprints import fingerprints
from monitor.rulebook.holding_back import read_inhibition, read_maintenance
from monitor.rulebook.identifiers import INDICATOR_ID, RULE_ID, definitions, refuse_shared
from monitor.rulebook.indicators import read_indicator
from monitor.rulebook.neighbour_sets import read_neighbour_set
from monitor.rulebook.observed import ObservedFigures
from monitor.rulebook.problems import Problem, ProblemLog
from monitor.rulebook.revision import folder_revision
from monitor.rulebook.routes import read_route
from monitor.rulebook.rule_files import is_table, read_rule_files
from monitor.rulebook.source_text import SourceText
from monitor.rulebook.sources import read_source
from monitor.rulebook.tables import Tables
from monitor.rulebook.vocabulary.rule_file import RULE_FILE
from monitor.rulebook.written import WrittenRulebook
from monitor.rulebook.yaml_nodes import Mapping as MappingNode
from monitor.rulebook.yaml_nodes import Node, read_document

T = TypeVar("T")

SECTIONS: Final = RULE_FILE.names


@dataclass(frozen=True, slots=True)
class LoadedRulebook:
    """What came of a folder. ``rulebook`` is None when any problem is an error.

    ``problems`` are sorted by file and line; ``sources`` maps each file that was read to its text, for
    :func:`monitor.rulebook.problems.render_problems`; ``contents`` are the files' bytes, by their path.
    """

    rulebook: Rulebook | None
    problems: tuple[Problem, ...]
    sources: Mapping[str, str]
    contents: Mapping[str, bytes]


def load_rulebook(
    folder: Path,
    *,
    areas: AreaTree,
    directory: Directory | None = None,
    observed: ObservedFigures | None = None,
    today: date | None = None,
) -> LoadedRulebook:
    """Reads all rule files below ``folder``. Never raises, whatever they hold and if they cannot be read.

    With a ``directory`` it is also checked that routes name roles and people that there are, and with what
    was ``observed`` that limits fit the figures. With ``today`` it is told what is over, and who will be
    missing soon; None, as in the daemon: it is not, so that the same files are as good on every day.
    """
    log = ProblemLog()
    contents = read_rule_files(folder, log)
    complete = not log.errors
    revision = folder_revision(folder) if contents else None
    return _read(contents, areas, directory, revision, log, complete=complete, observed=observed, today=today)


def read_rulebook(
    contents: Mapping[str, bytes],
    *,
    areas: AreaTree,
    directory: Directory | None = None,
    revision: str | None = None,
    observed: ObservedFigures | None = None,
    today: date | None = None,
) -> LoadedRulebook:
    """Reads files at hand already, by their path: a revision of the past, an editor's buffer."""
    log = ProblemLog()
    return _read(contents, areas, directory, revision, log, complete=True, observed=observed, today=today)


def contents_version(contents: Mapping[str, bytes]) -> str:
    """Returns the SHA-256, in hexadecimal, of all paths and contents in the order of the paths."""
    digest = hashlib.sha256()
    for path in sorted(contents):
        for part in (path.encode("utf-8", "surrogatepass"), contents[path]):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()


def _read(
    contents: Mapping[str, bytes],
    areas: AreaTree,
    directory: Directory | None,
    revision: str | None,
    log: ProblemLog,
    *,
    complete: bool,
    observed: ObservedFigures | None,
    today: date | None,
) -> LoadedRulebook:
    documents: list[tuple[SourceText, Node | None]] = []
    held = {path: content for path, content in contents.items() if is_table(path)}
    tables = Tables(held, areas, log, complete=complete)
    for path in sorted(contents.keys() - held.keys()):
        errors = log.errors
        source, node = read_document(path, contents[path], log)
        complete = complete and (node is not None or log.errors == errors)
        if source is not None:
            check_secrecy(source, log)
            documents.append((source, node))
    roots = [node for _, node in documents if node is not None]
    written = _written(roots, areas, directory, tables, log, complete=complete, today=today)
    check_rulebook(written, log)
    check_observations(written, observed or {}, log)
    rulebook = None if log.errors else _rulebook(written, contents_version(contents), revision)
    texts = {source.file: source.text for source, _ in documents}
    return LoadedRulebook(rulebook, log.sorted(), {**texts, **tables.sources}, contents)


def _written(
    roots: list[Node],
    areas: AreaTree,
    directory: Directory | None,
    tables: Tables,
    log: ProblemLog,
    *,
    complete: bool,
    today: date | None,
) -> WrittenRulebook:
    errors = log.errors
    sections = _sections(roots, log)
    complete = complete and log.errors == errors
    indicators = definitions(sections["indicators"], INDICATOR_ID, "indicator", log)
    alerts = definitions(sections["alerts"], RULE_ID, "alert rule", log)
    routes = definitions(sections["routes"], RULE_ID, "route", log)
    sets = definitions(sections["neighbour_sets"], RULE_ID, "neighbour set", log)
    sources = definitions(sections["sources"], INDICATOR_ID, "source", log)
    inhibitions = definitions(sections["inhibitions"], RULE_ID, "inhibition", log)
    maintenance = definitions(sections["maintenance"], RULE_ID, "maintenance", log)
    refuse_shared(indicators, alerts, "indicator", log)
    read = _sound({key: read_indicator(each, areas, tables, log) for key, each in indicators.items()})
    neighbour_sets = _sound({key: read_neighbour_set(each, tables, log) for key, each in sets.items()})
    written_sources = _sound({key: read_source(each, log) for key, each in sources.items()})
    units = {key: each.indicator.unit for key, each in read.items()}
    return WrittenRulebook(
        areas=areas,
        directory=directory,
        indicator_definitions=indicators,
        alert_definitions=alerts,
        indicators=read,
        alerts=_sound({key: read_alert(each, units, areas, log) for key, each in alerts.items()}),
        routes=_sound({key: read_route(each, areas, log) for key, each in routes.items()}),
        inhibitions=_sound({key: read_inhibition(each, areas, log) for key, each in inhibitions.items()}),
        maintenance=_sound({key: read_maintenance(each, areas, log) for key, each in maintenance.items()}),
        complete=complete,
        sound=complete and log.errors == errors,
        neighbour_set_definitions=sets,
        neighbour_sets=neighbour_sets,
        sources=written_sources,
        today=today,
    )


def _sound(read: Mapping[str, T | None]) -> dict[str, T]:
    return {key: each for key, each in read.items() if each is not None}


def _sections(roots: list[Node], log: ProblemLog) -> dict[str, list[MappingNode]]:
    """The mappings under each section's key, in the order of the files."""
    found: dict[str, list[MappingNode]] = {name: [] for name in SECTIONS}
    for root in roots:
        fields = fields_of(root, "a rule file", root.span, SECTIONS, log)
        for name in SECTIONS if fields else ():
            node = fields.node(name) if fields else None
            if isinstance(node, MappingNode):
                found[name].append(node)
            elif node is not None:
                hint = "write each one's id at the beginning of a line of its own beneath it, without dashes"
                log.note("LIM108", node.span, f"{name} is not a mapping of ids", hint)
    return found


def _rulebook(written: WrittenRulebook, version: str, revision: str | None) -> Rulebook:
    indicators = with_frequencies({key: each.indicator for key, each in written.indicators.items()})
    alerts = {key: each.rule for key, each in written.alerts.items()}
    return Rulebook(
        indicators=indicators,
        alerts=alerts,
        routes=tuple(each.route for each in written.routes.values()),
        version=version,
        revision=revision,
        fingerprints=fingerprints(indicators, alerts, written.neighbour_sets),
        neighbour_sets=written.neighbour_sets,
        sources={key: each.source for key, each in written.sources.items()},
        inhibitions=tuple(each.inhibition for each in written.inhibitions.values()),
        maintenance=tuple(each.maintenance for each in written.maintenance.values()),
    )
