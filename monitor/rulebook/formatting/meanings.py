"""What a value means to those who read it, so that only what means nothing is changed."""

from monitor.rulebook.formatting.layout import Block
from monitor.rulebook.vocabulary.values import (
    Amount,
    AmountOrWord,
    Calculation,
    ConditionText,
    Day,
    Either,
    ListOf,
    OneOrMore,
    Periods,
    Shape,
    Table,
    Text,
    Value,
    WallTime,
    WholeNumber,
    Word,
    WorkingDays,
)
from monitor.rulebook.yaml_nodes import Scalar

NUMBERS_AND_DATES = (Amount, AmountOrWord, Calculation, WholeNumber, Day)
_WORDS = (Text, ConditionText, Calculation, Word, Periods, WorkingDays, WallTime)

Meaning = tuple[object, ...]


def value_under(kind: Value | None, key: str | None) -> Value | None:
    """Returns the kind of value under a key, or of a list's item (without a key); None: not known."""
    match kind:
        case Shape():
            found = kind.by_name.get(key or "")
            return found.value if found else None
        case Table(value=value):
            return value
        case ListOf(item=item) | OneOrMore(item=item) if key is None:
            return item
    return None


def kind_of(value: Scalar | Block, kind: Value | None) -> Value | None:
    """Returns the kind that is meant, of those that may stand there."""
    is_mapping = isinstance(value, Block) and value.is_mapping
    match kind:
        case Either(single=single, mapping=mapping):
            return (
                mapping
                if is_mapping or (isinstance(value, Block) and isinstance(mapping, ListOf))
                else single
            )
        case OneOrMore(item=item, mapping=mapping):
            if isinstance(value, Block) and not value.is_mapping:
                return kind
            return mapping if is_mapping and mapping is not None else kind_of(value, item)
    return kind


def said(scalar: Scalar, kind: Value | None) -> str:
    """Returns what a single value says: words without their line ends where these mean nothing."""
    return " ".join(scalar.text.split()) if isinstance(kind, _WORDS) else scalar.text


def meaning(value: Scalar | Block, kind: Value | None) -> Meaning:
    """Returns all that a file says, without how it says it. Two files of one meaning are read alike."""
    kind = kind_of(value, kind)
    if isinstance(value, Scalar):
        if value.is_null:
            return ("nothing",)
        is_word = value.is_plain and value.text in {"true", "false"}
        return ("value", said(value, kind), is_word)
    items = [(item.name, meaning(item.value, value_under(kind, item.name))) for item in value.items]
    return ("mapping" if value.is_mapping else "list", *items)
