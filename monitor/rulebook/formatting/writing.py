"""Entries with their comments to lines."""

from typing import Final

from monitor.rulebook.formatting.layout import BLANK, Block, Item, Layout
from monitor.rulebook.formatting.meanings import kind_of, value_under
from monitor.rulebook.formatting.spelling import WIDTH, Lines, spelt, spelt_in_brackets, spelt_key
from monitor.rulebook.vocabulary.values import Shape, Table, Value
from monitor.rulebook.yaml_nodes import Scalar

STEP: Final = 2
_DEFINITIONS: Final = 2
"""Sections and definitions: the levels on which a blank line divides entries, and braces are opened up."""


def written(layout: Layout, kind: Value | None) -> str:
    """Returns the file's text, which ends with a line end unless it is empty."""
    lines = _trimmed(layout.head)
    if isinstance(layout.root, Scalar):
        single = spelt(layout.root, None, taken=0, indent=STEP)
        body = (
            [single]
            if isinstance(single, str)
            else [single.sign, *(" " * STEP + each for each in single.lines)]
        )
    elif layout.root is None:
        body = []
    elif layout.root.items:
        body = _block(layout.root, kind, 0, 0)
    else:
        body = [_in_brackets(layout.root, kind), *layout.root.after]
    if lines and body:
        lines.append(BLANK)
    text = "\n".join(line.rstrip() for line in _collapsed([*lines, *body]))
    return text + "\n" if text else ""


def _block(block: Block, kind: Value | None, indent: int, depth: int) -> list[str]:
    """The lines of a list or mapping that is written out."""
    kind = kind_of(block, kind)
    lines: list[str] = []
    is_divided = depth < _DEFINITIONS and isinstance(kind, Shape | Table)
    for number, item in enumerate(block.items):
        above, own = _item(item, value_under(kind, item.name), indent, depth)
        if number and is_divided:
            lines.append(BLANK)
        lines += _indented(above if number else _without_first_blank(above), indent)
        lines += own
    return [*lines, *_indented(block.after, indent)]


def _item(item: Item, kind: Value | None, indent: int, depth: int) -> tuple[list[str], list[str]]:
    """The lines above an entry, without indentation, and its own."""
    lead = f"{spelt_key(item.key, in_brackets=False)}:" if item.key else "-"
    above = [*item.before, *item.beside[:-1]]
    beside = item.beside[-1:]
    kind = kind_of(item.value, kind)
    taken = indent + len(lead) + 1
    if isinstance(item.value, Scalar):
        spelling = spelt(item.value, kind, taken=taken, indent=indent + STEP)
        sign = spelling if isinstance(spelling, str) else spelling.sign
        own = [_with_comment(f"{' ' * indent}{lead} {sign}".rstrip(), beside)]
        return above, own + (
            _indented(list(spelling.lines), indent + STEP) if isinstance(spelling, Lines) else []
        )
    single = _in_brackets(item.value, kind)
    opens_up = depth < _DEFINITIONS and isinstance(kind, Shape | Table)
    if not item.value.items or (item.value.is_flow and not opens_up and taken + len(single) <= WIDTH):
        return above, [_with_comment(f"{' ' * indent}{lead} {single}", beside)]
    if item.key is not None:
        own = [_with_comment(f"{' ' * indent}{lead}", beside)]
        return above, own + _block(item.value, kind, indent + STEP, depth + 1)
    first = item.value.items[0]
    above += [*beside, *_without_first_blank([*first.before, *first.beside[:-1]])]
    first.before, first.beside = [], first.beside[-1:]
    own = _block(item.value, kind, indent + STEP, depth + 1)
    return above, [" " * indent + lead + own[0][indent + 1 :], *own[1:]]


def _in_brackets(value: Scalar | Block, kind: Value | None) -> str:
    kind = kind_of(value, kind)
    if isinstance(value, Scalar):
        return spelt_in_brackets(value, kind)
    parts = []
    for item in value.items:
        text = _in_brackets(item.value, value_under(kind, item.name))
        parts.append(f"{spelt_key(item.key, in_brackets=True)}: {text}" if item.key else text)
    inner = ", ".join(parts)
    return f"{{{inner}}}" if value.is_mapping else f"[{inner}]"


def _with_comment(line: str, comments: list[str]) -> str:
    return "  ".join([line, *comments])


def _indented(lines: list[str], indent: int) -> list[str]:
    return [" " * indent + line if line else BLANK for line in lines]


def _without_first_blank(lines: list[str]) -> list[str]:
    return lines[1:] if lines[:1] == [BLANK] else lines


def _trimmed(lines: list[str]) -> list[str]:
    while lines and lines[0] == BLANK:
        lines = lines[1:]
    while lines and lines[-1] == BLANK:
        lines = lines[:-1]
    return list(lines)


def _collapsed(lines: list[str]) -> list[str]:
    """The lines with one blank line where there were several."""
    found: list[str] = []
    for line in lines:
        if line.strip() or (found and found[-1].strip()):
            found.append(line)
    return _trimmed(found)
