"""What several sections have in common: ids, areas, entries with dates."""

from typing import Final

from monitor.rulebook.vocabulary.values import Day, Key, ListOf, Name, OneOrMore, Shape, Text

LONGEST_ID: Final = 80
INDICATOR_ID: Final = Name("indicator", rf"[a-z][a-z0-9_]{{0,{LONGEST_ID - 1}}}")
RULE_ID: Final = Name("rule", rf"[a-z][a-z0-9-]{{0,{LONGEST_ID - 1}}}")
AREAS: Final = OneOrMore(Name("area"))

FROM: Final = Key("from", Day(), "The first day on which it holds.", needed=True)
UNTIL: Final = Key(
    "until",
    Day(),
    "The first day on which it holds no longer. Without it: until the next entry of the same areas begins.",
)
FOR_AREAS: Final = Key(
    "areas", AREAS, "For which areas: a kind of area, a name, a GSS code, or a list. Without it: all."
)
REFERENCE: Final = Key(
    "reference", Text(), "Where it comes from: report, minute or plan, with page or date.", needed=True
)
COMMON: Final = (FROM, UNTIL, FOR_AREAS, REFERENCE)
"""The keys of every dated entry beside those of its value."""


def dated(*values: Key, one_of: tuple[str, ...] = ()) -> ListOf:
    """A list of dated entries with these keys for the value."""
    return ListOf(Shape((FROM, UNTIL, FOR_AREAS, *values, REFERENCE), one_of), is_dated=True)


def entry_of(dated_list: ListOf) -> Shape:
    """The shape of an entry of such a list."""
    if not isinstance(dated_list.item, Shape):
        raise TypeError(dated_list)
    return dated_list.item
