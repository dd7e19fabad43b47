"""YAML text to nodes that know where they stand; every fault of syntax becomes a problem.

Composed from the events of libyaml by way of PyYAML, in a loop: no depth of nesting can overflow a stack.
Nothing is resolved but ``true``, ``false`` and ``null``: 2012-04-01, no, 012 and 1:30 stay text.
Anchors, aliases, merge keys and tags are refused, so a file means what a reader sees, and no file of a
few lines expands to millions of values.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import yaml
from yaml import events

from monitor.rulebook.problems import ProblemLog, Span
from monitor.rulebook.scalar_offsets import scalar_offsets
from monitor.rulebook.source_text import INVISIBLE, STAND_IN, SourceText, decoded
from monitor.rulebook.syntax_errors import syntax_error

DEEPEST: Final = 20
"""Levels of nesting; rules need seven."""

_ENDS_HERE: Final = (
    "limen cannot read on from here, and further faults in this file show when this one is mended"
)

_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Scalar:
    """A word, number or text, as it is written: ``text`` is what it says, without quotation marks."""

    source: SourceText = field(repr=False)
    start: int
    end: int
    text: str
    style: str | None

    @property
    def is_plain(self) -> bool:
        """Whether it stands there without quotation marks and is no block of text."""
        return self.style in {None, ""}

    @property
    def is_null(self) -> bool:
        """Whether nothing stands there, or a word for nothing."""
        return self.is_plain and self.text in _NULL

    @property
    def span(self) -> Span:
        return self.source.span(self.start, self.end)

    def span_of(self, offset: int, length: int) -> Span:
        """Returns where a part of ``text`` stands in the file, through quotation marks and folded lines."""
        offsets = scalar_offsets(self.source.text, self.start, self.end, self.text, self.style)
        first = offsets[min(offset, len(offsets) - 1)]
        last = offsets[min(offset + max(1, length) - 1, len(offsets) - 1)]
        return self.source.span(first, max(first, last) + 1)


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list. ``is_flow``: within brackets, of which ``end`` is behind the last."""

    source: SourceText = field(repr=False)
    start: int
    items: tuple["Node", ...]
    end: int
    is_flow: bool

    @property
    def span(self) -> Span:
        return self.source.span(self.start, self.start + 1)


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and values, in the order of the file, duplicates included. ``is_flow``: within braces."""

    source: SourceText = field(repr=False)
    start: int
    entries: tuple[tuple[Scalar, "Node"], ...]
    end: int
    is_flow: bool

    @property
    def span(self) -> Span:
        return self.entries[0][0].span if self.entries else self.source.span(self.start, self.start + 1)


Node = Scalar | Sequence | Mapping


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet. ``key`` is the key that waits for its value."""

    start: int
    is_mapping: bool
    is_flow: bool
    items: list[Node] = field(default_factory=list)
    entries: list[tuple[Scalar, Node]] = field(default_factory=list)
    key: Scalar | None = None
    key_is_lost: bool = False


class _Unreadable(Exception):  # noqa: N818 - not an error of the program: reading ends here
    """The rest of the file cannot be read; why is noted."""


def read_document(file: str, content: bytes, log: ProblemLog) -> tuple[SourceText | None, Node | None]:
    """Returns a file's text and its only document.

    The node is None where there is none: the file is empty, which is a warning, or cannot be read.
    """
    source = decoded(file, content, log)
    if source is None:
        return None, None
    composition = _Composition(source, log)
    try:
        root = composition.root(_events(source, log))
    except _Unreadable:
        return source, None
    if root is None or (isinstance(root, Scalar) and root.is_null):
        log.note("LIM109", source.span(0, 1), "the file holds nothing that is read")
        return source, None
    return source, root


def _events(source: SourceText, log: ProblemLog) -> Iterator[yaml.Event]:
    try:
        yield from yaml.parse(source.text, Loader=yaml.CLoader)
    except yaml.YAMLError as error:
        span, message, hint = syntax_error(error, source)
        log.note("LIM102", span, f"{message}; {_ENDS_HERE}", hint)
        raise _Unreadable from None


class _Composition:
    """Puts the nodes of one document together."""

    def __init__(self, source: SourceText, log: ProblemLog) -> None:
        self._source = source
        self._log = log
        self._open: list[_Open] = []
        self._root: Node | None = None
        self._documents = 0

    def root(self, found: Iterator[yaml.Event]) -> Node | None:
        """The document's node."""
        for event in found:
            self._refuse_extras(event)
            match event:
                case events.DocumentStartEvent():
                    self._count(event)
                case events.AliasEvent():
                    self._place(self._scalar(event, "", '"'))
                case events.ScalarEvent():
                    self._place(self._scalar(event, event.value, event.style))
                case events.MappingStartEvent() | events.SequenceStartEvent():
                    self._begin(event)
                case events.MappingEndEvent() | events.SequenceEndEvent():
                    self._place(self._ended(self._open.pop(), _extent(event)[1]))
        return self._root

    def _scalar(self, event: yaml.Event, text: str, style: str | None) -> Scalar:
        if style == '"' and INVISIBLE.search(text):
            self._log.note("LIM103", self._span(event), "a backslash writes an invisible character here")
            text = INVISIBLE.sub(STAND_IN, text)
        return Scalar(self._source, *_extent(event), text, style)

    def _span(self, event: yaml.Event) -> Span:
        return self._source.span(*_extent(event))

    def _count(self, event: yaml.Event) -> None:
        self._documents += 1
        if self._documents > 1:
            self._log.note(
                "LIM106", self._span(event), "a second document begins here; nothing from here on is read"
            )
            raise _Unreadable

    def _begin(self, event: events.CollectionStartEvent) -> None:
        if len(self._open) >= DEEPEST:
            message = f"this is nested more than {DEEPEST} levels deep; the rest of the file is not read"
            self._log.note("LIM107", self._span(event), message)
            raise _Unreadable
        is_mapping = isinstance(event, events.MappingStartEvent)
        self._open.append(_Open(_extent(event)[0], is_mapping, bool(event.flow_style)))

    def _ended(self, ended: _Open, end: int) -> Node:
        if ended.is_mapping:
            return Mapping(self._source, ended.start, tuple(ended.entries), end, ended.is_flow)
        return Sequence(self._source, ended.start, tuple(ended.items), end, ended.is_flow)

    def _place(self, node: Node) -> None:
        """Puts a finished node where it belongs: the root, an item, a key or a value."""
        if not self._open:
            self._root = node
            return
        around = self._open[-1]
        if not around.is_mapping:
            around.items.append(node)
        elif around.key is None and not around.key_is_lost:
            self._take_key(around, node)
        else:
            if around.key is not None:
                around.entries.append((around.key, node))
            around.key, around.key_is_lost = None, False

    def _take_key(self, around: _Open, node: Node) -> None:
        if isinstance(node, Scalar) and not node.is_null:
            around.key = node
            if node.is_plain and node.text == "<<":
                self._log.note("LIM104", node.span, "<< merges another mapping into this one")
                around.key, around.key_is_lost = None, True
            return
        around.key_is_lost = True
        self._log.note(
            "LIM108", node.span, "a key has to be a word", "write the key as one word before the colon"
        )

    def _refuse_extras(self, event: yaml.Event) -> None:
        if isinstance(event, events.AliasEvent):
            self._log.note("LIM104", self._span(event), f"*{event.anchor} copies from another place")
            return
        if not isinstance(event, events.ScalarEvent | events.CollectionStartEvent):
            return
        if event.anchor is None and event.tag is None:
            return
        start = _extent(event)[0]
        at = self._source.span(start, start + 1)
        if event.anchor is not None:
            self._log.note("LIM104", at, f"&{event.anchor} marks a place to copy from")
        if event.tag is not None:
            self._log.note("LIM105", at, f"a tag ({event.tag}) stands before this value")


def _extent(event: yaml.Event) -> tuple[int, int]:
    """The offsets at which an event's text begins and ends."""
    start, end = event.start_mark, event.end_mark
    return (start.index if start else 0), (end.index if end else 0)
