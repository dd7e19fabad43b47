"""How an editor reads a YAML file before it holds it against a schema: by YAML 1.2's core schema (10.3.2)."""

import re
from typing import Any

from monitor.rulebook.problems import ProblemLog
from monitor.rulebook.yaml_nodes import Mapping, Node, Scalar, Sequence, read_document

_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_ENDLESS = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


def as_an_editor_reads(text: str) -> Any:
    """The file's content as JSON values; None where it is empty or no YAML."""
    _, root = read_document("rules.yaml", text.encode(), ProblemLog())
    return None if root is None else _value(root)


def _value(node: Node) -> Any:
    match node:
        case Sequence(items=items):
            return [_value(item) for item in items]
        case Mapping(entries=entries):
            return {key.text: _value(value) for key, value in entries}
        case Scalar():
            return _single(node)


def _single(node: Scalar) -> Any:
    text = node.text
    if node.is_null:
        return None
    if not node.is_plain:
        return text
    if text in {"true", "True", "TRUE", "false", "False", "FALSE"}:
        return text.lower() == "true"
    if _INTEGER.fullmatch(text):
        return int(text, 0) if text.startswith("0") and not text.isdigit() else int(text)
    if _FLOAT.fullmatch(text) or _ENDLESS.fullmatch(text):
        return float(text.replace(".", "") if _ENDLESS.fullmatch(text) else text)
    return text
