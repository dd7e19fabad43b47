"""A rule file as entries with their comments: what is put in order and written anew."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from monitor.rulebook.formatting.comments import Comment, Commented, follows_blank
from monitor.rulebook.source_text import SourceText
from monitor.rulebook.yaml_nodes import Mapping, Node, Scalar, Sequence

BLANK = ""
"""Stands for a blank line among comments."""


@dataclass(slots=True)
class Block:
    """A list or a mapping. ``after`` are comments at its end, ``is_flow`` whether it stands in brackets."""

    is_mapping: bool
    is_flow: bool
    items: list["Item"] = field(default_factory=list)
    after: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Item:
    """An entry of a mapping, or an item of a list (then without a key).

    ``before`` are the comments and blank lines above it, ``beside`` those at the end of its line.
    """

    key: Scalar | None
    value: "Scalar | Block"
    before: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)

    @property
    def name(self) -> str | None:
        """The key's text."""
        return self.key.text if self.key else None


@dataclass(slots=True)
class Layout:
    """A whole file: the comments that stay at its top, and what follows."""

    head: list[str]
    root: "Scalar | Block | None"


@dataclass(slots=True)
class _Place:
    """Where an entry of a block stands in the text: its first character, its column, what is around it."""

    item: Item
    start: int
    column: int
    value_start: int
    around: tuple[tuple[Block, int], ...]
    """The blocks that hold it, the innermost last, each with the column of its entries."""


def layout_of(source: SourceText, root: Node | None, found: Commented) -> Layout:
    """Returns the file's entries, each with the comments that belong to it.

    A comment on a line of its own belongs to what follows, or, where it is indented further, to the end of
    what it is indented with. Brackets with a comment in them are opened up.
    """
    if root is None or isinstance(root, Scalar):
        return Layout(_lines(found.comments), root)
    comments = [comment.start for comment in found.comments]
    builder = _Builder(source, found.bare, comments)
    block = builder.block(root, ())
    head: list[str] = []
    for comment in found.comments:
        _attach(comment, builder.places, block)
    if builder.places:
        first = builder.places[0]
        head = _top_of_file(first.item)
    return Layout(head, block)


def _lines(comments: tuple[Comment, ...]) -> list[str]:
    found: list[str] = []
    for comment in comments:
        found += [BLANK] * comment.after_blank + [comment.text]
    return found


class _Builder:
    """Turns nodes into blocks, and notes where the entries of those not in brackets stand."""

    def __init__(self, source: SourceText, bare: str, comments: list[int]) -> None:
        self._source = source
        self._bare = bare
        self._comments = comments
        self.places: list[_Place] = []

    def block(self, node: Sequence | Mapping, around: tuple[tuple[Block, int], ...]) -> Block:
        is_flow = node.is_flow and not self._has_comment(node.start, node.end)
        block = Block(isinstance(node, Mapping), is_flow)
        at = node.start
        for key, value in _entries(node):
            start = self._start(key, value, at, is_list=not (block.is_mapping or node.is_flow))
            block.items.append(self._item(block, key, value, start, around))
            at = max(start, value.start) + 1
        return block

    def _item(
        self,
        block: Block,
        key: Scalar | None,
        value: Node,
        start: int,
        around: tuple[tuple[Block, int], ...],
    ) -> Item:
        item = Item(key, value if isinstance(value, Scalar) else Block(is_mapping=False, is_flow=True))
        position = self._source.position(start)
        here = (*around, (block, position.column - 1))
        if not block.is_flow:
            starts_line = not self._source.text[self._source.line_starts[position.line - 1] : start].strip()
            item.before = [BLANK] * (starts_line and follows_blank(self._source, position.line))
            self.places.append(_Place(item, start, position.column - 1, value.start, here))
        if not isinstance(value, Scalar):
            item.value = self.block(value, here)
        return item

    def _start(self, key: Scalar | None, value: Node, at: int, *, is_list: bool) -> int:
        """The offset of the key, or of the dash that begins an item."""
        if key is not None:
            return key.start
        dash = self._bare.rfind("-", at, value.start) if is_list else -1
        return value.start if dash < 0 else dash

    def _has_comment(self, start: int, end: int) -> bool:
        return bisect_right(self._comments, start) < bisect_right(self._comments, end - 1)


def _entries(node: Sequence | Mapping) -> Iterator[tuple[Scalar | None, Node]]:
    if isinstance(node, Mapping):
        yield from node.entries
    else:
        yield from ((None, item) for item in node.items)


def _attach(comment: Comment, places: list[_Place], root: Block) -> None:
    """Gives a comment to the entry, or to the end of the block, that it belongs to."""
    number = bisect_right(places, comment.start, key=lambda place: place.start)
    holder = places[number - 1] if number else None
    following = places[number] if number < len(places) else None
    if holder is not None and not comment.is_own_line:
        holder.item.beside.append(comment.text)
        return
    lines = [BLANK] * comment.after_blank + [comment.text]
    if holder is not None and comment.start < holder.value_start and _is_single(holder.item.value):
        _above(holder.item, lines)
        return
    least = following.column if following else -1
    ended = [
        block
        for block, column in reversed(holder.around if holder else ())
        if least < column <= comment.column
    ]
    if ended:
        ended[0].after += lines
    elif following is not None:
        _above(following.item, lines)
    else:
        root.after += lines


def _is_single(value: Scalar | Block) -> bool:
    return isinstance(value, Scalar) or value.is_flow


def _above(item: Item, lines: list[str]) -> None:
    """Adds comment lines above an entry; the blank line directly above it stays there."""
    blank = [BLANK] if item.before[-1:] == [BLANK] else []
    item.before = [*item.before[: len(item.before) - len(blank)], *lines, *blank]


def _top_of_file(item: Item) -> list[str]:
    """Takes from the first entry the comments that a blank line divides from it: they are about the file."""
    if BLANK not in item.before:
        return []
    last = len(item.before) - 1 - item.before[::-1].index(BLANK)
    head, item.before = item.before[:last], item.before[last + 1 :]
    return head
