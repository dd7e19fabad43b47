"""A test file to tests, or to everything that is wrong with it."""

from itertools import pairwise
from pathlib import Path
from typing import Final

from monitor.directory.contacts import Contacts, contacts_of
from monitor.rule_tests.events import Made, read_event
from monitor.rule_tests.expectations import read_expectation
from monitor.rule_tests.figures import Given, read_figures
from monitor.rule_tests.keys import FILE_KEYS, PEOPLE_KEYS, TEST_KEYS
from monitor.rule_tests.model import Arrival, Event, Expectation, RuleTest, RuleTestFile, Setting
from monitor.rule_tests.settings import KnownSettings
from monitor.rule_tests.subject import read_subject
from monitor.rulebook.checks.secrecy import check_secrecy
from monitor.rulebook.fields import Fields, fields_of
from monitor.rulebook.problems import ProblemLog, Span
from monitor.rulebook.rule_files import read_bytes
from monitor.rulebook.scalars import shown
from monitor.rulebook.yaml_nodes import Node, Scalar, Sequence, read_document
from monitor.world import World

RULES: Final = ".."
"""Where the rules lie from a test file, unless it says otherwise: in the folder above."""


def read_rule_tests(
    path: Path, file: str, settings: KnownSettings, log: ProblemLog, sources: dict[str, str]
) -> RuleTestFile | None:
    """Returns the tests of a file, called ``file`` in messages; None where it or its rules have an error.

    Never raises for what the file holds. Its text is added to ``sources``; what is wrong with the rules that
    it names stands in ``settings``.
    """
    errors = log.errors
    content = read_bytes(path, file, log)
    source, root = (None, None) if content is None else read_document(file, content, log)
    if source is None:
        return None
    sources[file] = source.text
    check_secrecy(source, log)
    fields = None if root is None else fields_of(root, "a test file", root.span, FILE_KEYS, log)
    if fields is None:
        return None
    setting = _setting(fields, path.parent, settings)
    tests = () if setting is None else _tests(fields, setting.world)
    if setting is None or log.errors > errors:
        return None
    return RuleTestFile(file, setting, tests)


def _setting(fields: Fields, folder: Path, settings: KnownSettings) -> Setting | None:
    rules = _folder(fields, "rulebook", folder, folder / RULES)
    config = _folder(fields, "config", folder, settings.config)
    if rules is None or config is None:
        return None
    own = any(fields.has(key) for key in PEOPLE_KEYS)
    areas = settings.areas(config)
    contacts: Contacts | None = contacts_of(fields, areas) if own and areas is not None else None
    return None if areas is None else settings.setting(rules, config, contacts)


def _folder(fields: Fields, key: str, base: Path, otherwise: Path) -> Path | None:
    if not fields.has(key):
        return otherwise.resolve()
    node = fields.scalar(key)
    if node is None:
        return None
    found = (base / node.text).resolve() if "\0" not in node.text else base / "\ufffd"
    if found.is_dir():
        return found
    fields.log.note("LIM902", node.span, f"there is no folder {shown(node.text)}")
    return None


def _tests(fields: Fields, world: World) -> tuple[RuleTest, ...]:
    node, log = fields.node("tests", required=True), fields.log
    if node is None:
        return ()
    if not isinstance(node, Sequence):
        log.note("LIM108", node.span, "tests is not a list", "begin each test with a dash: - name: ...")
        return ()
    if not node.items:
        log.note("LIM909", node.span, "there is no test", "write one, or remove the file")
    names: dict[str, Node] = {}
    found = [_test(item, world, names, log) for item in node.items]
    return tuple(test for test in found if test is not None)


def _test(node: Node, world: World, names: dict[str, Node], log: ProblemLog) -> RuleTest | None:
    fields = fields_of(node, "this test", node.span, TEST_KEYS, log)
    if fields is None:
        return None
    name = fields.text("name", required=True)
    if name is not None:
        _refuse_second(fields, name, names)
    given, subject = Given(), read_subject(fields, world)
    arrivals: list[Arrival] = []
    for item in _list(fields, "figures"):
        arrivals += read_figures(item, subject, given, log)
    made = Made()
    acts = [read_event(item, subject, made, log) for item in _list(fields, "events")]
    events = tuple(each for each in acts if each is not None)
    read = [read_expectation(item, subject, log) for item in _list(fields, "expect")]
    expectations = tuple(each for each in read if each is not None)
    if not fields.is_misspelt("expect") and not read:
        log.note("LIM909", fields.at, f"{shown(name or 'this test')} expects nothing", "add expect: [...]")
    _check_order(expectations, events, log)
    if len(expectations) == len(read):
        _check_seen(arrivals, events, expectations, log)
    ordered = sorted(arrivals, key=lambda each: (each.on.wall, each.figure.period_end))
    return None if name is None else RuleTest(name, _name_span(fields), tuple(ordered), events, expectations)


def _list(fields: Fields, key: str) -> tuple[Node, ...]:
    node = fields.node(key)
    if node is None or isinstance(node, Sequence):
        return () if node is None else node.items
    fields.log.note("LIM108", node.span, f"{key} is not a list", "begin each entry with a dash")
    return ()


def _refuse_second(fields: Fields, name: str, names: dict[str, Node]) -> None:
    node = fields.scalar("name")
    if node is None:
        return
    first = names.setdefault(name, node)
    if first is not node:
        message = f"{shown(name)} is the name of the test on line {first.span.position.line} already"
        fields.log.note("LIM910", node.span, message)


def _name_span(fields: Fields) -> Span:
    node = fields.node("name")
    return node.span if isinstance(node, Scalar) else fields.at


def _check_order(expectations: tuple[Expectation, ...], events: tuple[Event, ...], log: ProblemLog) -> None:
    for before, after in pairwise(expectations):
        if after.at.wall <= before.at.wall:
            log.note("LIM908", after.span, f"{after.at} does not come after {before.at}")
    for earlier, later in pairwise(events):
        if later.at.wall < earlier.at.wall:
            log.note("LIM908", later.span, f"{later.at} comes before {earlier.at}")


def _check_seen(
    arrivals: list[Arrival], events: tuple[Event, ...], expectations: tuple[Expectation, ...], log: ProblemLog
) -> None:
    if not expectations:
        return
    last = max((each.at for each in expectations), key=lambda each: each.wall)
    late = [arrival for arrival in arrivals if arrival.on.wall > last.wall]
    if late:
        first = min(late, key=lambda arrival: arrival.on.wall)
        message = f"the figure of {first.figure.period_end} is known on {first.on}, after {last}"
        log.note("LIM911", first.span, message)
    unseen = next((event for event in events if event.at.wall > last.wall), None)
    if unseen is not None:
        log.note("LIM911", unseen.span, f"this happens on {unseen.at}, after {last}")
