"""The JSON Schema of rule files, for completion and inline errors in editors.

Draft 7, the latest that the YAML language server reads ("Supports JSON Schema 7 and below", its README); it
serves VS Code, Vim, Neovim, Emacs and others, and PyCharm reads draft 7 too. The schema knows what a single
file can show: keys, kinds of value, words. What files say of each other is for `limen check`.
"""

import json
import re
from collections.abc import Iterable
from enum import StrEnum
from functools import singledispatch
from typing import Any, Final

from monitor.rulebook.scalars import CLOCK, DAY, END_OF_DAY, NUMBER, PERIODS, WALL_TIME, WORKING_DAYS
from monitor.rulebook.vocabulary.rule_file import RULE_FILE
from monitor.rulebook.vocabulary.values import (
    Amount,
    AmountOrWord,
    Anything,
    Calculation,
    Clock,
    ConditionText,
    Day,
    DayOrTime,
    Either,
    Key,
    ListOf,
    Name,
    OneOrMore,
    Periods,
    Phrase,
    Shape,
    Table,
    Text,
    Value,
    WallTime,
    WholeNumber,
    Word,
    WorkingDays,
    YesOrNo,
)

DRAFT: Final = "http://json-schema.org/draft-07/schema#"
FILE: Final = "limen-rules.schema.json"
"""Its name in the folder ``schema`` of the shipped configuration."""

Schema = dict[str, Any]

_ANY_WORD: Final[Schema] = {"type": ["string", "number", "boolean"], "pattern": r"\S"}
"""A word: YAML takes 2013 and yes for other things, limen does not. ``pattern`` is for strings alone."""


def rule_file_schema() -> Schema:
    """Returns the schema, a new dictionary each time."""
    definitions = {key.name: _of(key.value.value) for key in RULE_FILE.keys if isinstance(key.value, Table)}
    properties = {}
    for key in RULE_FILE.keys:
        section = _of(key.value)
        if key.name in definitions:
            section["additionalProperties"] = {"$ref": f"#/definitions/{key.name}"}
        properties[key.name] = {"description": key.about, **section}
    return {
        "$schema": DRAFT,
        "title": "limen rule file",
        "description": "Indicators, alert rules and routes; see docs/rules.md.",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "definitions": definitions,
    }


def schema_text() -> str:
    """Returns the schema as text."""
    return as_text(rule_file_schema())


def as_text(schema: Schema) -> str:
    """Returns a schema as it is shipped."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def schema_of(value: Value) -> Schema:
    """Returns the schema of one kind of value, a new dictionary each time."""
    return _of(value)


@singledispatch
def _of(value: Any) -> Schema:
    raise TypeError(f"the schema does not know {value!r}")


@_of.register
def _text(_: Text) -> Schema:
    return dict(_ANY_WORD)


@_of.register
def _condition(_: ConditionText) -> Schema:
    return {"type": "string", "pattern": r"\S"}


@_of.register
def _amount(_: Amount) -> Schema:
    return {"type": ["number", "string"], "pattern": _whole(NUMBER)}


@_of.register
def _calculation(value: Calculation) -> Schema:
    words = "|".join(value.words)
    return {"type": ["number", "string"], "pattern": rf"^(?:[\s0-9.,+*/()-]|{words})+$"}


@_of.register
def _amount_or_word(value: AmountOrWord) -> Schema:
    words = "|".join(re.escape(word) for word in _words(value.words))
    return {
        "type": ["number", "string"],
        "pattern": f"^(?:{NUMBER.pattern}|{words})$",
        "examples": _words(value.words),
    }


@_of.register
def _whole_number(value: WholeNumber) -> Schema:
    return {
        "type": ["integer", "string"],
        "minimum": value.fewest,
        "maximum": value.most,
        "pattern": "^(?:0|[1-9][0-9]*)$",
    }


@_of.register
def _day(_: Day) -> Schema:
    return {"type": "string", "pattern": _whole(DAY), "format": "date"}


@_of.register
def _yes_or_no(_: YesOrNo) -> Schema:
    return {"type": "boolean"}


@_of.register
def _periods(_: Periods) -> Schema:
    return {"type": "string", "pattern": _whole(PERIODS), "examples": ["2 periods"]}


@_of.register
def _working_days(_: WorkingDays) -> Schema:
    return {"type": "string", "pattern": _whole(WORKING_DAYS), "examples": ["15 working days"]}


@_of.register
def _clock(value: Clock) -> Schema:
    pattern = f"{CLOCK.pattern}|{END_OF_DAY}" if value.ends_day else CLOCK.pattern
    return {"type": "string", "pattern": f"^(?:{pattern})$", "examples": ["08:00"]}


@_of.register
def _wall_time(_: WallTime) -> Schema:
    return {"type": "string", "pattern": _whole(WALL_TIME), "examples": ["2013-11-15 18:00"]}


@_of.register
def _day_or_time(_: DayOrTime) -> Schema:
    pattern = f"^(?:{DAY.pattern}|{WALL_TIME.pattern})$"
    return {"type": "string", "pattern": pattern, "examples": ["2013-11-15", "2013-11-15 18:00"]}


@_of.register
def _phrase(value: Phrase) -> Schema:
    listed: Schema = {"enum": list(value.phrases)}
    if value.pattern is None:
        return listed
    return {"anyOf": [listed, {"type": "string", "pattern": f"^(?:{value.pattern})$"}]}


@_of.register
def _anything(value: Anything) -> Schema:
    return {"type": list(value.types)}


@_of.register
def _word(value: Word) -> Schema:
    return {"enum": _words(value.words)}


@_of.register
def _name(value: Name) -> Schema:
    if value.pattern is None:
        return dict(_ANY_WORD)
    return {"type": "string", "pattern": f"^{value.pattern}$"}


@_of.register
def _one_or_more(value: OneOrMore) -> Schema:
    several = {"type": "array", "items": _of(value.item), "minItems": 1, "uniqueItems": True}
    mapping = [] if value.mapping is None else [_of(value.mapping)]
    return {"anyOf": [_of(value.item), several, *mapping]}


@_of.register
def _list(value: ListOf) -> Schema:
    return {"type": "array", "items": _of(value.item), "minItems": value.fewest}


@_of.register
def _either(value: Either) -> Schema:
    return {"anyOf": [_of(value.single), _of(value.mapping)]}


@_of.register
def _table(value: Table) -> Schema:
    schema: Schema = {"type": "object", "additionalProperties": _of(value.value)}
    if value.key.pattern is not None:
        schema["propertyNames"] = {"pattern": f"^{value.key.pattern}$"}
    return schema | _counts(value.fewest, None)


@_of.register
def _shape(value: Shape) -> Schema:
    schema: Schema = {
        "type": "object",
        "properties": {str(key.name): _key(key) for key in value.keys},
        "additionalProperties": False,
    }
    needed = [str(key.name) for key in value.keys if key.needed]
    if needed:
        schema["required"] = needed
    if value.one_of:
        schema["anyOf"] = [{"required": [name]} for name in value.one_of]
    if value.requires:
        schema["dependencies"] = {key: [other] for key, other in value.requires}
    return schema | _counts(value.fewest, value.most)


def _key(key: Key) -> Schema:
    return {"description": key.about, **_of(key.value)}


def _counts(fewest: int, most: int | None) -> Schema:
    counts = {"minProperties": fewest or None, "maxProperties": most}
    return {name: count for name, count in counts.items() if count is not None}


def _words(words: Iterable[StrEnum]) -> list[str]:
    return [str(word) for word in words]


def _whole(pattern: re.Pattern[str]) -> str:
    return f"^(?:{pattern.pattern})$"
