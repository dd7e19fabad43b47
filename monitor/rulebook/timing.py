"""``when:`` and ``remind:`` of a route to the times at which its news is told."""

from collections.abc import Mapping
from datetime import time
from typing import Final

from monitor.core.windows import AT_ONCE, OFFICE_HOURS, Days, Digest, Reminders, Timing, Window, week_days
from monitor.rulebook import scalars
from monitor.rulebook.fields import Fields, fields_of
from monitor.rulebook.vocabulary.timing import (
    DIGEST_KEYS,
    LARGEST_FACTOR,
    MOST_REMINDERS,
    REMINDERS,
    TIMING,
    WINDOW_KEYS,
    DayWord,
    DigestFrequency,
    UsualTiming,
    WeekDay,
)
from monitor.rulebook.yaml_nodes import Mapping as MappingNode
from monitor.rulebook.yaml_nodes import Scalar

_USUAL: Final[Mapping[UsualTiming, Timing]] = {
    UsualTiming.AT_ONCE: AT_ONCE,
    UsualTiming.WORKING_HOURS: OFFICE_HOURS,
}
_WEEKEND: Final = week_days(("Saturday", "Sunday"))

_DaysRead = Days | frozenset[int]


def read_timing(fields: Fields) -> Timing | None:
    """Returns what ``when`` says; None where it says nothing or, with every problem noted, has an error."""
    node = fields.node("when")
    if not isinstance(node, MappingNode):
        word = fields.word("when", UsualTiming) if node is not None else None
        return None if word is None else _USUAL[word]
    inner = fields_of(node, "when", fields.span("when"), TIMING.names, fields.log)
    return None if inner is None else _timing(inner)


def _timing(inner: Fields) -> Timing | None:
    is_digest = inner.has("digest")
    if not is_digest and not (inner.has("from") or inner.has("until")):
        inner.log.note(
            "LIM507",
            inner.at,
            "when says neither from when until when nor which digest",
            'write {days: working days, from: "08:00", until: "18:00"} or {digest: daily, at: "08:00"}',
        )
        return None
    known = DIGEST_KEYS if is_digest else WINDOW_KEYS
    strangers = [key for key in TIMING.names if inner.has(key) and key not in known]
    for key in strangers:
        kind = "a digest comes at one time" if is_digest else "a window has from and until"
        inner.log.note("LIM507", inner.span(key), f"{kind}, and has no {key}")
    timing = _digest(inner) if is_digest else _window(inner)
    return None if strangers else timing


def _window(inner: Fields) -> Window | None:
    days = _days(inner)
    opens = inner.clock("from", required=True)
    ends = inner.scalar("until", required=True)
    if ends is not None and ends.text == scalars.END_OF_DAY:
        return None if days is None or opens is None else Window(days, opens, None)
    closes = None if ends is None else scalars.clock(ends, "until", inner.log)
    if opens is not None and closes is not None and closes <= opens:
        inner.log.note(
            "LIM506", inner.span("until"), f"a window from {opens:%H:%M} until {closes:%H:%M} is never open",
            f'close it later on the same day, at "{scalars.END_OF_DAY}" at the latest',
        )  # fmt: skip
        return None
    if days is None or opens is None or closes is None:
        return None
    return Window(days, opens, closes)


def _digest(inner: Fields) -> Digest | None:
    """A digest. Where its days are bank holidays, a weekly one comes on the next working day."""
    frequency = inner.word("digest", DigestFrequency, required=True)
    at = inner.clock("at", required=True)
    if frequency is DigestFrequency.WEEKLY:
        return _weekly(inner, at)
    if inner.has("on"):
        inner.log.note(
            "LIM507", inner.span("on"), "a daily digest has no on", "write digest: weekly, or days: [...]"
        )
        return None
    days = _days(inner)
    return None if frequency is None or at is None or days is None else Digest(days, at)


def _weekly(inner: Fields, at: time | None) -> Digest | None:
    if inner.has("days"):
        inner.log.note(
            "LIM507", inner.span("days"), "a weekly digest has no days", "name its day: on: Monday"
        )
        return None
    on = inner.word("on", WeekDay, required=True)
    if on is None or at is None:
        return None
    days = week_days((on,))
    return Digest(days, at, working_days_only=not days <= _WEEKEND)


def _days(inner: Fields) -> _DaysRead | None:
    """The days; working days where they are not given."""
    if not inner.has("days"):
        return Days.WORKING_DAYS
    words: dict[DayWord, Scalar] = {}
    nodes = inner.items("days")
    node = inner.node("days")
    if node is not None and not nodes:
        inner.log.note("LIM113", node.span, "days is an empty list", "name days, or leave the key out")
    for item in nodes:
        scalar = scalars.scalar(item, "days", inner.log)
        word = None if scalar is None else scalars.word(scalar, "days", DayWord, inner.log)
        if scalar is None or word is None:
            return None
        if word in words:
            inner.log.note("LIM123", scalar.span, f"{scalars.shown(word)} stands in this list already")
        words.setdefault(word, scalar)
    kinds = [word for word in words if word in {DayWord.WORKING_DAYS, DayWord.EVERY_DAY}]
    if kinds and len(words) > 1:
        message = f"{kinds[0]} and others are given, and only one of them can count"
        inner.log.note("LIM508", words[kinds[0]].span, message)
        return None
    if kinds:
        return Days(kinds[0])
    return week_days(words) if words else None


def read_reminders(fields: Fields) -> Reminders | None:
    """Returns what ``remind`` says; None where it says nothing or, with every problem noted, has an error."""
    node = fields.node("remind")
    if not isinstance(node, MappingNode):
        days = fields.working_days("remind") if node is not None else None
        return None if days is None else Reminders(days)
    inner = fields_of(node, "remind", fields.span("remind"), REMINDERS.names, fields.log)
    return None if inner is None else _reminders(inner)


def _reminders(inner: Fields) -> Reminders | None:
    after = inner.working_days("after", required=True)
    given = {
        "factor": inner.whole_number("factor", fewest=1, most=LARGEST_FACTOR),
        "longest": inner.working_days("longest"),
        "at_most": inner.whole_number("at_most", fewest=1, most=MOST_REMINDERS),
    }
    if after is None or any(inner.has(key) and value is None for key, value in given.items()):
        return None
    longest = given["longest"]
    if longest is not None and longest < after:
        message = f"the longest wait is {longest} working days, and the first is {after}"
        inner.log.note("LIM512", inner.span("longest"), message)
    return Reminders(after, **{key: value for key, value in given.items() if value is not None})
