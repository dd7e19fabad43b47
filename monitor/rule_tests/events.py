"""``events:`` of a test to what people do: acknowledge, take back, silence, end a silence."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from monitor.core.rulebook import Level, RouteMatch
from monitor.rule_tests.keys import (
    ACKNOWLEDGE_KEYS,
    DEEDS,
    END_SILENCE_KEYS,
    EVENT_KEYS,
    SILENCE_KEYS,
    SILENCED,
    WITHDRAW_KEYS,
)
from monitor.rule_tests.model import Acknowledging, EndingSilence, Event, Silencing
from monitor.rule_tests.moments import Moment, read_moment
from monitor.rule_tests.subject import Subject, watches
from monitor.rule_tests.who import read_person
from monitor.rulebook import scalars
from monitor.rulebook.fields import Fields, fields_of, items
from monitor.rulebook.problems import ProblemLog
from monitor.rulebook.scalars import shown
from monitor.rulebook.scopes import read_area
from monitor.rulebook.suggestions import did_you_mean
from monitor.rulebook.yaml_nodes import Node
from monitor.suppressing import scope_within
from monitor.world import World

NO_COMMENT: Final = "No comment is given in the test."


@dataclass
class Made:
    """The names of the silences that a test has made so far."""

    names: list[str] = field(default_factory=list)


def read_event(node: Node, subject: Subject, made: Made, log: ProblemLog) -> Event | None:
    """Returns what somebody does; what is wrong is noted."""
    fields = fields_of(node, "this event", node.span, EVENT_KEYS, log)
    if fields is None:
        return None
    at = read_moment(fields, "at") if fields.has("at") else None
    deeds = [key for key in DEEDS if fields.has(key)]
    if len(deeds) != 1:
        said = f"this event is {' and '.join(deeds)} in one" if deeds else "nothing happens in this event"
        log.note("LIM918", fields.at, said)
        return None
    (deed,) = deeds
    if deed != "silence" and not fields.has("at"):
        fields.note_missing("at")
    if fields.has("at") and at is None:
        return None
    read: Mapping[str, Callable[[], Acknowledging | Silencing | EndingSilence | None]] = {
        "acknowledge": lambda: _acknowledging(fields, deed, subject),
        "withdraw": lambda: _acknowledging(fields, deed, subject),
        "silence": lambda: _silencing(fields, at, subject.world, made),
        "end_silence": lambda: _ending(fields, subject.world, made),
    }
    what = read[deed]()
    if isinstance(what, Silencing) and at is None:
        at = what.start
    return None if what is None or at is None else Event(at, fields.span(deed), what)


def _acknowledging(fields: Fields, deed: str, subject: Subject) -> Acknowledging | None:
    taken_back = deed == "withdraw"
    inner = fields.mapping(deed, WITHDRAW_KEYS if taken_back else ACKNOWLEDGE_KEYS)
    if inner is None:
        return None
    watch = subject.read_watch(inner, required=True)
    areas = subject.read_areas(inner, required=True)
    author = read_person(inner, "by", subject.world)
    until = None if taken_back else read_moment(inner, "until")
    if watch is None or author is None or not areas:
        return None
    covered = tuple(area for area in areas if watch.covers(subject.world.areas[area]))
    for area in areas:
        if area not in covered:
            inner.log.note("LIM915", inner.span("area"), f"{watch.id} is not for {area}")
    return Acknowledging(watch.id, covered, author, _comment(inner), until, withdrawn=taken_back)


def _comment(inner: Fields) -> str:
    return inner.text("comment") or NO_COMMENT


def _silencing(fields: Fields, at: Moment | None, world: World, made: Made) -> Silencing | None:
    inner = fields.mapping("silence", SILENCE_KEYS)
    if inner is None:
        return None
    name = inner.text("name") if inner.has("name") else f"silence {len(made.names) + 1}"
    match = _match(inner, world)
    author = read_person(inner, "by", world)
    start = read_moment(inner, "from") if inner.has("from") else at
    until = read_moment(inner, "until", required=True)
    if start is None and not inner.has("from"):
        inner.log.note("LIM112", inner.at, "this silence has no beginning", "add from: ..., or at: ...")
    if name is None or match is None or author is None or start is None or until is None:
        return None
    if name in made.names:
        inner.log.note("LIM910", inner.span("name"), f"{shown(name)} is the name of a silence already")
        return None
    made.names.append(name)
    return Silencing(name, match, author, _comment(inner), start, until)


def _match(inner: Fields, world: World) -> RouteMatch | None:
    """What is silenced; None, with the problem noted, where that is everything or not known."""
    if not any(inner.has(key) for key in SILENCED.names):
        message = "a silence of everything can't be made"
        inner.log.note("LIM918", inner.at, message, "give areas, indicators, themes, alerts or levels")
        return None
    book = world.rulebook
    alerts = _known(inner, "alerts", watches(world), "LIM408", "alert rule")
    indicators = _known(inner, "indicators", book.indicators, "LIM402", "indicator")
    themes = _known(inner, "themes", {each.theme for each in book.indicators.values()}, "LIM409", "theme")
    levels = [
        word
        for item in (inner.items("levels") if inner.has("levels") else ())
        if (word := _level(item, inner.log)) is not None
    ]
    areas = _areas(inner, world)
    if None in (alerts, indicators, themes) or areas is None:
        return None
    if inner.has("levels") and not levels:
        return None
    return RouteMatch(
        alerts=alerts or frozenset(),
        indicators=indicators or frozenset(),
        themes=themes or frozenset(),
        levels=frozenset(levels),
        scope=scope_within(world.areas, areas),
    )


def _level(item: Node, log: ProblemLog) -> Level | None:
    node = scalars.scalar(item, "levels", log)
    return None if node is None else scalars.word(node, "levels", Level, log)


def _known(inner: Fields, key: str, there: Iterable[str], code: str, kind: str) -> frozenset[str] | None:
    """The words under a key; None where one of them is not known."""
    if not inner.has(key):
        return frozenset()
    known: Collection[str] = set(there)
    found = set()
    for item in inner.items(key):
        node = scalars.scalar(item, key, inner.log)
        if node is not None and node.text not in known:
            hint = did_you_mean(node.text, known, inner.log)
            inner.log.note(code, node.span, f"there is no {kind} {shown(node.text)}", hint)
        elif node is not None:
            found.add(node.text)
    return frozenset(found) if found and len(found) == len(inner.items(key)) else None


def _areas(inner: Fields, world: World) -> list[str] | None:
    node = inner.node("areas") if inner.has("areas") else None
    if node is None:
        return None if inner.has("areas") else []
    words = [scalars.scalar(item, "areas", inner.log) for item in items(node)]
    found = [None if word is None else read_area(word, world.areas, inner.log) for word in words]
    names = [area.name for area in found if area is not None]
    return names if names and len(names) == len(found) else None


def _ending(fields: Fields, world: World, made: Made) -> EndingSilence | None:
    inner = fields.mapping("end_silence", END_SILENCE_KEYS)
    if inner is None:
        return None
    author = read_person(inner, "by", world)
    name = inner.text("name") if inner.has("name") else _only(inner, made)
    if name is None or author is None:
        return None
    if name not in made.names:
        hint = did_you_mean(name, made.names, inner.log)
        inner.log.note("LIM919", inner.span("name"), f"there is no silence {shown(name)} before this", hint)
        return None
    return EndingSilence(name, author, _comment(inner))


def _only(inner: Fields, made: Made) -> str | None:
    if len(made.names) == 1:
        return made.names[0]
    count = "no silence" if not made.names else f"{len(made.names)} silences"
    inner.log.note("LIM919", inner.at, f"there is {count} before this", "name the one that ends")
    return None
