"""The order of keys, and of entries with dates."""

import re
from typing import Final

from monitor.rulebook.formatting.layout import BLANK, Block, Item, Layout
from monitor.rulebook.formatting.meanings import kind_of, value_under
from monitor.rulebook.vocabulary.values import ListOf, Shape, Value
from monitor.rulebook.yaml_nodes import Scalar

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def put_in_order(layout: Layout, kind: Value) -> None:
    """Puts the keys of every mapping, and the entries of every dated list, in their order.

    Comments at the top of the file stay there, whichever section comes first.
    """
    root = layout.root
    if not isinstance(root, Block) or not root.items:
        return
    first = root.items[0]
    _order(root, kind)
    if root.items[0] is not first and first.before:
        layout.head = [*layout.head, *([BLANK] if layout.head else []), *first.before]
        first.before = []


def _order(block: Block, kind: Value | None) -> None:
    kind = kind_of(block, kind)
    if block.is_mapping and isinstance(kind, Shape):
        places = {name: place for place, name in enumerate(kind.names)}
        block.items.sort(key=lambda item: places.get(item.name or "", len(places)))
    elif isinstance(kind, ListOf) and kind.is_dated and not block.is_mapping:
        block.items = _by_date(block.items)
    for item in block.items:
        if isinstance(item.value, Block):
            _order(item.value, value_under(kind, item.name))


def _by_date(items: list[Item]) -> list[Item]:
    """The entries of the same areas in the order of their dates, each in a place that one of them had.

    As they were where that would change in which order entries of one date are read.
    """
    days = [_single(item, "from") for item in items]
    if not all(_DAY.fullmatch(day) for day in days):
        return items
    day_of = {id(item): day for item, day in zip(items, days, strict=True)}
    groups: dict[tuple[str, ...], list[Item]] = {}
    for item in items:
        groups.setdefault(_areas(item), []).append(item)
    waiting = {
        areas: iter(sorted(group, key=lambda item: day_of[id(item)])) for areas, group in groups.items()
    }
    ordered = [next(waiting[_areas(item)]) for item in items]
    before, after = (sorted(each, key=lambda item: day_of[id(item)]) for each in (items, ordered))
    return ordered if [id(item) for item in before] == [id(item) for item in after] else items


def _value(item: Item, key: str) -> Scalar | Block | None:
    entries = item.value.items if isinstance(item.value, Block) else []
    return next((entry.value for entry in entries if entry.name == key), None)


def _single(item: Item, key: str) -> str:
    value = _value(item, key)
    return value.text if isinstance(value, Scalar) else ""


def _areas(item: Item) -> tuple[str, ...]:
    value = _value(item, "areas")
    if isinstance(value, Block):
        return tuple(sorted(each.value.text for each in value.items if isinstance(each.value, Scalar)))
    return (value.text,) if value is not None else ()
