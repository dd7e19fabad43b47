"""What there is to say of figures that have not come, or have come after all: of one area or of many."""

from collections.abc import Iterator
from datetime import date

from monitor.compose.facts import Fact
from monitor.compose.stories import Story
from monitor.core.notifications import NoticeKind
from monitor.wording import day, in_sentence, sentence
from notifiers.mime import one_line

_ROOM_FOR_TITLE = 30
_LONGEST_AREA = 40
_SHORTEST_AREA = 20
_MOST_NAMES = 3


def cut(text: str, longest: int) -> str:
    """``text`` in at most ``longest`` characters."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def data_news(story: Story, room: int, on: date | None) -> str:
    """The news in at most ``room`` characters, days of the year of ``on`` without it.

    ``Core assessments: figures for 30 September are late (Swale, Thanet and 3 more), due 21 October``: the
    areas' names give way first, then the title.
    """
    due = _shared_due(story)
    until = f", due {day(due, on)}" if due is not None and story[0].kind is NoticeKind.LATE else ""
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
        case NoticeKind.LATE:
            return f"{figures} are late"
        case NoticeKind.ARRIVED:
            return f"{figures} have come"
        case _:
            return f"{figures} are no longer expected"


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


def data_headline(story: Story) -> str:
    """The news itself, in one or two sentences."""
    first, period_end, due = story[0], _shared_period(story), _shared_due(story)
    period = "" if period_end is None else f" for {day(period_end)}"
    many = len(story) > 1
    who = f"{len(story):,} areas" if many else one_line(first.area)
    match first.kind:
        case NoticeKind.LATE:
            by = "" if due is None else f" by {day(due)}"
            sent = f"{who} {'have' if many else 'has'} sent no figure{period}."
            return f"{sent} It should have been there{by}." if due else f"{sent} It is overdue."
        case NoticeKind.ARRIVED:
            return f"The figures{period} of {who} are there now. Nothing more is to be done."
        case _:
            why = one_line(first.reason).rstrip(".") or "the rule no longer applies"
            return f"The figures{period} of {who} are no longer expected: {why}."


def data_action(story: Story) -> str:
    """What the reader is to do."""
    if story[0].kind is not NoticeKind.LATE:
        return ""
    source = one_line(story[0].source)
    whence = f" from {source}" if source else ""
    return (
        f"Send the figures{whence}: put the file into limen’s inbox, or load it with “limen ingest FILE”. "
        "limen’s guide “Load data” says how a file must look. If they can’t come soon, tell the performance "
        "team when they will."
    )


def data_facts(story: Story) -> tuple[Fact, ...]:
    """The labelled details, without those that are not known or differ from area to area."""
    first, due, period = story[0], _shared_due(story), _shared_period(story)
    last = {one_line(each.previous_label) for each in story}
    facts = (
        Fact(
            "Areas" if len(story) > 1 else "Area", _areas(story), f"{len(story):,}" if len(story) > 1 else ""
        ),
        Fact(
            "Figures for",
            one_line(first.period_label) if period is not None else "",
            "" if period is None else _short(period),
        ),
        Fact("Due", "" if due is None else day(due), "" if due is None else _short(due)),
        Fact("Last figure there", last.pop() if len(last) == 1 else ""),
        Fact("Where they come from", one_line(first.source)),
        Fact("Why", _why(story)),
    )
    return tuple(fact for fact in facts if fact.text)


def _why(story: Story) -> str:
    known = story[0].kind in (NoticeKind.LATE, NoticeKind.ARRIVED)
    return "" if known else sentence(in_sentence(one_line(story[0].reason)))


def _areas(story: Story) -> str:
    return one_line(story[0].area) if len(story) == 1 else f"{len(story):,}, listed above"


def _short(when: date) -> str:
    return f"{when.day} {when:%b %Y}"


def data_listing(story: Story) -> tuple[tuple[str, ...], ...]:
    """The areas as a table, head first; with period and due day where they differ from area to area."""
    if len(story) == 1:
        return ()
    same = _shared_period(story) is not None and _shared_due(story) is not None
    if same:
        rows = [(one_line(each.area), one_line(each.previous_label)) for each in story]
        return (("Area", "Last figure there"), *rows)
    dates = [
        (
            one_line(each.area),
            one_line(each.period_label),
            "" if each.due is None else _short(each.due),
        )
        for each in story
    ]
    return (("Area", "Figures for", "Due"), *dates)
