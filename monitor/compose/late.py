"""What there is to say of figures that have not come, or have come after all: of one area or of many."""

from collections.abc import Iterator
from datetime import date

from monitor.compose.facts import Fact
from monitor.compose.stories import Story
from monitor.core.notifications import Notice, NoticeKind
from monitor.wording import day
from notifiers.mime import one_line

_ROOM_FOR_TITLE = 30
_LONGEST_AREA = 40
_SHORTEST_AREA = 20
_MOST_NAMES = 3


def cut(text: str, longest: int) -> str:
    """``text`` in at most ``longest`` characters, cut after a word where that costs less than half of it."""
    if len(text) <= longest:
        return text
    room = text[: longest - 1]
    whole = room if text[longest - 1].isspace() else room.rpartition(" ")[0]
    kept = (whole if len(whole) >= len(room) / 2 else room).rstrip(" ,;:–-")
    return (kept or room) + "…"


def data_news(story: Story, room: int, on: date | None) -> str:
    """The news in at most ``room`` characters, days of the year of ``on`` without it.

    ``Core assessments: figures for 30 September are late (Swale, Thanet and 3 more), due 21 October``: the
    areas' names give way first, then the title.
    """
    due = _shared_due(story)
    until = f", due {day(due, on)}" if due is not None and _is_late(story[0]) else ""
    title, about = one_line(story[0].title), _what_of_them(story, on)
    ending = ""
    for areas in _areas_in_fewer_words(story):
        ending = f": {about} ({areas}){until}"
        if len(ending) + min(len(title), _ROOM_FOR_TITLE) <= room:
            break
    return cut(title, max(room - len(ending), 1)) + ending


def _what_of_them(story: Story, on: date | None) -> str:
    period_end = _shared_period(story)
    figures = "figures" if period_end is None else f"figures for {day(period_end, on)}"
    match story[0].kind:
        case _ if _is_late(story[0]):
            return f"{figures} are late"
        case NoticeKind.ARRIVED:
            return f"{figures} have come"
        case _:
            return f"{figures} are no longer expected"


def _is_late(notice: Notice) -> bool:
    """Whether its figures have not come, told for the first time or again."""
    return notice.kind is NoticeKind.LATE or notice.told_again


def _areas_in_fewer_words(story: Story) -> Iterator[str]:
    names = [cut(one_line(each.area), _LONGEST_AREA) for each in story]
    if len(names) <= _MOST_NAMES:
        yield _enumerated(names)
    for shown in (2, 1):
        if len(names) > shown:
            yield f"{', '.join(names[:shown])} and {len(names) - shown:,} more"
    yield cut(names[0], _SHORTEST_AREA) if len(names) == 1 else f"{len(names):,} areas"


def _enumerated(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _shared_period(story: Story) -> date | None:
    """The period's end, where it is the same for all areas."""
    ends = {each.period_end for each in story}
    return ends.pop() if len(ends) == 1 else None


def _shared_due(story: Story) -> date | None:
    days = {each.due for each in story}
    return days.pop() if len(days) == 1 else None


def _shared_last(story: Story) -> str | None:
    labels = {one_line(each.previous_label) for each in story}
    return labels.pop() if len(labels) == 1 else None


def data_headline(story: Story) -> str:
    """The news itself, in one or two sentences."""
    first, period_end = story[0], _shared_period(story)
    period = "" if period_end is None else f" for {day(period_end)}"
    whose = f"The figures of {len(story):,} areas" if len(story) > 1 else f"{one_line(first.area)}’s figures"
    match first.kind:
        case _ if _is_late(first):
            due = _shared_due(story)
            if period_end is None or due is None:
                return f"{whose}{period} should have been there by now."
            return f"{whose}{period} have not come. They should have been there by {day(due)}."
        case NoticeKind.ARRIVED:
            return f"{whose}{period} are there now. There is nothing more to do."
        case _:
            why = one_line(first.reason).rstrip(".") or "the rule no longer applies"
            return f"{whose}{period} are no longer expected: {why}."


def data_action(story: Story) -> str:
    """What the reader is to do."""
    return data_request(one_line(story[0].source)) if _is_late(story[0]) else ""


def data_request(source: str) -> str:
    """What whoever owns the data is to do where figures are missing; ``source`` "": not known."""
    whence = f" from {source}" if source else ""
    return (
        f"Send the figures{whence}: put the file into limen’s inbox, or load it with “limen ingest FILE”. "
        "limen’s guide “Load data” says how a file must look. If they can’t come soon, tell the performance "
        "team when they will."
    )


def data_facts(story: Story) -> tuple[Fact, ...]:
    """The labelled details, without those that are not known or differ from area to area."""
    first, due, period, last = story[0], _shared_due(story), _shared_period(story), _shared_last(story)
    many = len(story) > 1
    facts = (
        Fact("Areas" if many else "Area", _areas(story), f"{len(story):,}" if many else ""),
        Fact(
            "Figures for",
            one_line(first.period_label) if period is not None else "",
            "" if period is None else _short(period),
        ),
        Fact("Due", "" if due is None else day(due), "" if due is None else _short(due)),
        Fact("Last figure there", last or ""),
        Fact("Where they come from", one_line(first.source)),
    )
    return tuple(fact for fact in facts if fact.text)


def _areas(story: Story) -> str:
    if data_listing(story):
        return f"{len(story):,}, listed above"
    return ", ".join(one_line(each.area) for each in story)


def _short(when: date) -> str:
    return f"{when.day} {when:%b %Y}"


def data_listing(story: Story) -> tuple[tuple[str, ...], ...]:
    """What differs from area to area as a table, head first; empty where it is the same for all."""
    columns: list[tuple[str, ...]] = []
    if _shared_period(story) is None:
        columns.append(("Figures for", *(one_line(each.period_label) for each in story)))
    if _shared_due(story) is None:
        columns.append(("Due", *("" if each.due is None else _short(each.due) for each in story)))
    elif _shared_last(story) is None:
        columns.append(("Last figure there", *(one_line(each.previous_label) for each in story)))
    if not columns:
        return ()
    return tuple(zip(("Area", *(one_line(each.area) for each in story)), *columns, strict=True))
