"""``expect:`` of a test to expectations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeVar

from monitor.core.alerts import AlertState
from monitor.core.judgements import DirectionOfTravel, RagRating, RuleHealth
from monitor.core.notifications import NoticeKind, Occasion
from monitor.core.observations import MICRO, Status
from monitor.core.rulebook import Level
from monitor.rule_tests.keys import (
    ALERT_KEYS,
    AMOUNT_KEYS,
    EXPECT_KEYS,
    NOT_TOLD_KEYS,
    RATING_KEYS,
    TOLD_KEYS,
)
from monitor.rule_tests.model import (
    Expectation,
    ExpectedAlert,
    ExpectedRating,
    ExpectedSilence,
    ExpectedTelling,
    Field,
    Listed,
)
from monitor.rule_tests.moments import read_moment
from monitor.rule_tests.notation import read_cell
from monitor.rule_tests.subject import Subject, Watch
from monitor.rule_tests.who import read_because, read_who
from monitor.rulebook import scalars
from monitor.rulebook.fields import Fields, fields_of
from monitor.rulebook.problems import ProblemLog
from monitor.rulebook.yaml_nodes import Node, Sequence
from monitor.world import World

T = TypeVar("T")

_RATING_WORDS: Final[Mapping[str, type[StrEnum]]] = {
    "rag": RagRating,
    "previous_rag": RagRating,
    "direction": DirectionOfTravel,
    "status": Status,
}
_ALERT_WORDS: Final[Mapping[str, type[StrEnum]]] = {
    "state": AlertState,
    "level": Level,
    "health": RuleHealth,
}


@dataclass(frozen=True, slots=True)
class _List:
    """The lists of an expectation."""

    fields: Fields
    subject: Subject

    def read(
        self, key: str, keys: tuple[str, ...], read: Callable[[Fields, Subject], tuple[T, ...]]
    ) -> tuple[T, ...]:
        node, log = self.fields.node(key), self.fields.log
        if node is None:
            return ()
        if not isinstance(node, Sequence):
            log.note("LIM108", node.span, f"{key} is not a list", "begin each item with a dash, or write []")
            return ()
        found: list[T] = []
        for item in node.items:
            inner = fields_of(item, f"this item of {key}", item.span, keys, log)
            found += () if inner is None else read(inner, self.subject)
        return tuple(found)


def read_expectation(node: Node, subject: Subject, log: ProblemLog) -> Expectation | None:
    """Returns what is expected at one moment; what is wrong is noted."""
    fields = fields_of(node, "this expectation", node.span, EXPECT_KEYS, log)
    if fields is None:
        return None
    at = read_moment(fields, "at", required=True)
    partial = fields.yes_or_no("partial", default=False)
    lists = _List(fields, subject)
    ratings = lists.read("ratings", RATING_KEYS, _rating)
    alerts = lists.read("alerts", ALERT_KEYS, _alert)
    told = lists.read("told", TOLD_KEYS, _telling)
    not_told = lists.read("not_told", NOT_TOLD_KEYS, _silence)
    if not any(fields.means(key) for key in ("ratings", "alerts", "told", "not_told")):
        fields.log.note("LIM909", fields.at, "this expectation expects nothing")
    if at is None or partial is None:
        return None
    return Expectation(
        at=at,
        span=fields.span("at"),
        ratings=ratings,
        alerts=alerts,
        alerts_listed=_listed(fields, "alerts", partial=partial),
        told=told,
        told_listed=_listed(fields, "told", partial=partial),
        not_told=not_told,
    )


def _listed(fields: Fields, key: str, *, partial: bool) -> Listed | None:
    return Listed(fields.span(key), partial) if fields.has(key) else None


def _rating(inner: Fields, subject: Subject) -> tuple[ExpectedRating, ...]:
    indicator = subject.read_indicator(inner)
    areas = subject.read_areas(inner, required=True)
    period = inner.day("period")
    fields = {key: field for key in AMOUNT_KEYS if (field := _amount(inner, key)) is not None}
    fields |= {
        key: field for key in _RATING_WORDS if (field := _word(inner, key, _RATING_WORDS[key])) is not None
    }
    if not any(inner.means(key) for key in (*AMOUNT_KEYS, *_RATING_WORDS)):
        inner.log.note("LIM909", inner.at, "this rating expects nothing", "give rag, value, target and so on")
    if indicator is None:
        return ()
    return tuple(ExpectedRating(indicator.id, area, period, fields, inner.at) for area in areas)


def _amount(inner: Fields, key: str) -> Field | None:
    """A number, or a symbol that says why there is none; ``none`` where there is just nothing."""
    node = inner.scalar(key)
    if node is None:
        return None
    if node.text == "none" and key != "value":
        return Field(None, "none", node.span)
    cell = read_cell(node, key, inner.log)
    if cell is None:
        return None
    if cell.cell is None or (key != "value" and not isinstance(cell.cell, int)):
        hint = "write none where there is none" if key != "value" else "write the symbol that says why"
        inner.log.note("LIM901", node.span, f"{key} is {scalars.shown(node.text)}", hint)
        return None
    value = Decimal(cell.cell) / MICRO if isinstance(cell.cell, int) else cell.cell
    return Field(value, node.text if isinstance(cell.cell, int) else str(cell.cell), node.span)


def _word(inner: Fields, key: str, words: type[StrEnum]) -> Field | None:
    word = inner.word(key, words) if inner.has(key) else None
    node = inner.scalar(key) if word is not None else None
    return None if word is None or node is None else Field(word, word.value, node.span)


def _day(inner: Fields, key: str) -> Field | None:
    day = inner.day(key) if inner.has(key) else None
    node = inner.scalar(key) if day is not None else None
    return None if day is None or node is None else Field(day, str(day), node.span)


def _alert(inner: Fields, subject: Subject) -> tuple[ExpectedAlert, ...]:
    watch = subject.read_watch(inner, required=True)
    areas = subject.read_areas(inner, required=True)
    fields = {
        key: field for key in _ALERT_WORDS if (field := _word(inner, key, _ALERT_WORDS[key])) is not None
    }
    fields |= {key: field for key in ("since", "fired") if (field := _day(inner, key)) is not None}
    flapping = inner.yes_or_no("flapping", default=False) if inner.has("flapping") else None
    if flapping is not None:
        fields["flapping"] = Field(flapping, str(flapping).lower(), inner.span("flapping"))
    fields.setdefault("state", Field(AlertState.FIRING, AlertState.FIRING.value, inner.at))
    if watch is None:
        return ()
    covered = [area for area in areas if _covers(watch, area, inner, subject.world)]
    return tuple(ExpectedAlert(watch.id, area, fields, inner.at) for area in covered)


def _covers(watch: Watch, area: str, inner: Fields, world: World) -> bool:
    if watch.covers(world.areas[area]):
        return True
    scope = watch.rule.scope if watch.rule is not None else ""
    message = f"{watch.id} is for {scope}, not for {area} ({world.areas[area].type})"
    inner.log.note("LIM915", inner.span("area"), message)
    return False


def _telling(inner: Fields, subject: Subject) -> tuple[ExpectedTelling, ...]:
    watch = subject.read_watch(inner, required=True)
    areas = subject.read_areas(inner, required=True)
    people = read_who(inner, subject.world, has_area=subject.has_area(inner), required=True)
    kind = inner.word("kind", NoticeKind) if inner.has("kind") else None
    because = read_because(inner, subject.world, told=True)
    on = read_moment(inner, "on") if inner.has("on") else None
    occasion = inner.word("as", Occasion) if inner.has("as") else None
    if watch is None:
        return ()
    covered = [area for area in areas if _covers(watch, area, inner, subject.world)]
    spans = {key: inner.value_span(key) for key in ("kind", "on", "as") if inner.has(key)}
    return tuple(
        ExpectedTelling(who, watch.id, area, kind, because, on, occasion, inner.at, spans)
        for area in covered
        for who in people
    )


def _silence(inner: Fields, subject: Subject) -> tuple[ExpectedSilence, ...]:
    watch = subject.read_watch(inner, required=False)
    areas = subject.read_areas(inner, required=False)
    people = read_who(inner, subject.world, has_area=subject.has_area(inner), required=False)
    kind = inner.word("kind", NoticeKind) if inner.has("kind") else None
    because = read_because(inner, subject.world, told=False)
    until = read_moment(inner, "until") if inner.has("until") else None
    if inner.is_empty:
        inner.log.note("LIM909", inner.at, "this item of not_told says nothing", "give alert, area or who")
    named = {"alert": watch is not None, "area": bool(areas), "who": bool(people)}
    if any(inner.has(key) and not is_sound for key, is_sound in named.items()):
        return ()
    alert = None if watch is None else watch.id
    places: list[str | None] = [None]
    if areas:
        places = [each for each in areas if watch is None or _covers(watch, each, inner, subject.world)]
    return tuple(
        ExpectedSilence(who, alert, area, kind, because, until, inner.at)
        for area in places
        for who in people or [None]
    )
