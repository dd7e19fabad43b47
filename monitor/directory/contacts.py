"""``contacts.yaml`` to people, the roles they hold, and who is told when nobody else can be."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from monitor.core.areas import AreaTree
from monitor.core.recipients import OPERATIONS, Directory, Recipient, RoleHolding
from monitor.directory.deputies import WrittenDeputy, check_rings, read_deputies
from monitor.directory.faults import ConfigurationProblems
from monitor.directory.languages import read_language, usual_greeting
from monitor.rulebook import scalars
from monitor.rulebook.checks.secrecy import check_secrecy
from monitor.rulebook.fields import Fields, fields_of, items
from monitor.rulebook.identifiers import RULE_ID, definitions
from monitor.rulebook.problems import ProblemLog, Span
from monitor.rulebook.rule_files import read_bytes
from monitor.rulebook.scalars import shown
from monitor.rulebook.scopes import read_area
from monitor.rulebook.suggestions import did_you_mean
from monitor.rulebook.yaml_nodes import Mapping as MappingNode
from monitor.rulebook.yaml_nodes import Node, Scalar, Sequence, read_document

SECTIONS: Final = ("people", "roles", "operations")
PERSON_KEYS: Final = ("name", "address", "salutation", "language", "channel", "deputies")
ROLE_KEYS: Final = ("role", "area", "people", "from", "until")
DEFAULT_CHANNEL: Final = "email"

# An addr-spec of RFC 5322 (3.4.1) with a dot-atom on the left, characters beyond ASCII as RFC 6531 has them,
# the domain's labels as RFC 1123 (2.1) has them once it is in ASCII (RFC 3490), and the lengths of RFC 5321
# (4.5.3.1), in octets. Quoted local parts and address literals are allowed there, not here.
_ATOM: Final = r"[^\s@<>()\[\]\\,;:\".\x00-\x1f\x7f]+"
_ADDRESS: Final = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<domain>{_ATOM}(?:\.{_ATOM})*)")
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_LONGEST_LOCAL: Final = 64
_LONGEST_ADDRESS: Final = 254


@dataclass(frozen=True)
class Contacts:
    """Who is who, and the people who are told when nobody else can be, and of bad rule files.

    ``roles`` maps each role to where it is written first.
    """

    directory: Directory
    operations: tuple[Recipient, ...]
    roles: Mapping[str, Span]


def load_contacts(path: Path, areas: AreaTree) -> Contacts:
    """Reads people, roles and operations.

    Raises:
        ConfigurationProblems: the file cannot be read, or has errors; with every problem in it.
    """
    log = ProblemLog()
    sources: dict[str, str] = {}
    contacts = read_contacts(path, areas, log, sources)
    if contacts is None or log.errors:
        raise ConfigurationProblems(log.sorted(), sources)
    return contacts


def read_contacts(
    path: Path,
    areas: AreaTree,
    log: ProblemLog,
    sources: dict[str, str],
    channels: Collection[str] | None = None,
) -> Contacts | None:
    """Returns the contacts, None where there is an error; adds the file's text to ``sources``.

    ``channels`` are those that are set up; None: not looked at.
    """
    content = read_bytes(path, path.name, log)
    if content is None:
        return None
    return contacts_in(path.name, content, areas, log, sources, channels=channels)


def contacts_in(
    name: str,
    content: bytes,
    areas: AreaTree,
    log: ProblemLog,
    sources: dict[str, str],
    *,
    channels: Collection[str] | None = None,
) -> Contacts | None:
    """As :func:`read_contacts`, of a file that was read already."""
    errors = log.errors
    source, root = read_document(name, content, log)
    if source is None:
        return None
    sources[source.file] = source.text
    check_secrecy(source, log)
    if root is None:
        if log.errors == errors:
            log.note("LIM606", source.span(0, 1), "nobody is named under operations")
        return None
    fields = fields_of(root, "the file", root.span, SECTIONS, log)
    contacts = None if fields is None else contacts_of(fields, areas, channels)
    return None if log.errors > errors else contacts


def is_address(text: str) -> bool:
    """Says whether a text can be a mail address that a server takes; letters may be of any script."""
    match = _ADDRESS.fullmatch(text)
    if match is None or not match["local"].isprintable():
        return False
    try:
        local = match["local"].encode()
        domain = match["domain"] if match["domain"].isascii() else match["domain"].encode("idna").decode()
    except UnicodeError:
        return False
    whole = len(local) + 1 + len(domain)
    return bool(_DOMAIN.fullmatch(domain)) and len(local) <= _LONGEST_LOCAL and whole <= _LONGEST_ADDRESS


def contacts_of(fields: Fields, areas: AreaTree, channels: Collection[str] | None = None) -> Contacts:
    """Returns the people, roles and operations of a mapping that has these keys; what is wrong is noted.

    ``channels`` are those that are set up; None: not looked at.
    """
    section = fields.node("people", required=True)
    if section is not None and not isinstance(section, MappingNode):
        hint = "write each person's id, and name: and address: beneath it"
        fields.log.note("LIM108", section.span, "people is not a mapping of ids", hint)
    known = definitions([section] if isinstance(section, MappingNode) else [], RULE_ID, "person", fields.log)
    people: dict[str, Recipient] = {}
    deputies: list[WrittenDeputy] = []
    for key, definition in known.items():
        inner = fields_of(definition.node, f"person {key}", definition.key.span, PERSON_KEYS, fields.log)
        person = None if inner is None else _person(key, inner)
        if inner is not None and person is not None and channels is not None:
            _check_channel(person, inner, channels)
        if inner is not None:
            deputies += read_deputies(key, inner, known)
        if person is not None:
            people[key] = person
    roles: dict[str, Span] = {}
    operations = _operations(fields, known)
    holdings = (*_holdings(fields, known, areas, roles), *_held_everywhere(operations, areas))
    found = tuple(people[key] for key in operations if key in people)
    directory = Directory(people, holdings, tuple(each.deputy for each in deputies))
    if known.keys() == people.keys():
        check_rings(deputies, directory, fields.log)
    return Contacts(directory, found, roles)


def _person(key: str, inner: Fields) -> Recipient | None:
    name = inner.text("name", required=True)
    language = read_language(inner)
    salutation = (
        inner.text("salutation") if inner.has("salutation") else name and usual_greeting(name, language)
    )
    channel = inner.text("channel") if inner.has("channel") else DEFAULT_CHANNEL
    by_mail = channel in (None, DEFAULT_CHANNEL)
    address = inner.scalar("address", required=by_mail)
    if address is not None and by_mail and not is_address(address.text):
        inner.log.note("LIM605", address.span, f"{shown(address.text)} is not a mail address")
        return None
    if name is None or (by_mail and address is None) or salutation is None or channel is None:
        return None
    reached_at = "" if address is None else address.text
    return Recipient(key, name, reached_at, salutation, channel, language=language)


def _check_channel(person: Recipient, inner: Fields, channels: Collection[str]) -> None:
    if person.channel in channels:
        return
    message = f"{shown(person.channel)} is no channel of the settings, so nothing can reach {person.id}"
    hint = f"set up channels.{person.channel} in the settings, or name one of {', '.join(sorted(channels))}"
    inner.log.note("LIM610", inner.span("channel"), message, hint)


def _holdings(
    fields: Fields, known: Mapping[str, object], areas: AreaTree, roles: dict[str, Span]
) -> tuple[RoleHolding, ...]:
    """Who holds which role; where each is written first is added to ``roles``."""
    node = fields.node("roles")
    if node is None:
        return ()
    if not isinstance(node, Sequence):
        hint = "begin each with a dash: - {role: district manager, area: Swale, people: [id]}"
        fields.log.note("LIM108", node.span, "roles is not a list", hint)
        return ()
    inner = [fields_of(item, "this role", item.span, ROLE_KEYS, fields.log) for item in node.items]
    found: list[RoleHolding] = []
    for each in inner:
        holding = None if each is None else _holding(each, known, areas)
        if each is not None and holding is not None:
            roles.setdefault(holding.role, each.value_span("role"))
            found.append(holding)
    return tuple(found)


def _holding(inner: Fields, known: Mapping[str, object], areas: AreaTree) -> RoleHolding | None:
    role, place = inner.text("role", required=True), inner.scalar("area", required=True)
    node = inner.node("people", required=True)
    people = () if node is None else _people(node, "people", known, inner.log)
    start, until = inner.day("from"), inner.day("until")
    if start and until and until <= start:
        inner.log.note("LIM201", inner.span("until"), f"until {until} is not after from {start}")
    area = None if place is None else read_area(place, areas, inner.log)
    if role is None or area is None or not people:
        return None
    return RoleHolding(role, area.name, people, start, until)


def _operations(fields: Fields, known: Mapping[str, object]) -> tuple[str, ...]:
    if fields.is_misspelt("operations"):
        return ()
    if not fields.has("operations"):
        fields.log.note("LIM606", fields.at, "nobody is named under operations")
        return ()
    node = fields.node("operations")
    return () if node is None else _people(node, "operations", known, fields.log)


def _held_everywhere(operations: tuple[str, ...], areas: AreaTree) -> tuple[RoleHolding, ...]:
    """What lets rules name operations as they name a role."""
    outermost = [area.name for area in areas if area.parent is None] if operations else []
    return tuple(RoleHolding(OPERATIONS, name, operations) for name in outermost)


def _people(node: Node, what: str, known: Mapping[str, object], log: ProblemLog) -> tuple[str, ...]:
    """The ids of a list, or a single one, of people who are there, each once."""
    words = [scalars.scalar(item, what, log) for item in items(node)]
    if not words:
        code = "LIM606" if what == "operations" else "LIM113"
        log.note(code, node.span, f"{what} is an empty list", "name at least one person by id")
    return tuple(dict.fromkeys(word.text for word in words if word is not None and _known(word, known, log)))


def _known(word: Scalar, known: Mapping[str, object], log: ProblemLog) -> bool:
    if word.text in known:
        return True
    hint = did_you_mean(word.text, known, log) or "add the person under people"
    log.note("LIM502", word.span, f"there is no person {shown(word.text)}", hint)
    return False
