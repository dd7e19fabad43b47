"""What is wrong with a setting, in plain words, and where it was set."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from monitor.channel_settings import KINDS

_LONGEST_SHOWN: Final = 60
_WHOLE: Final = "must be a whole number"
_NUMBER: Final = "must be a number"
_PATH: Final = "must be a file or a folder"
_WORDS: Final[Mapping[str, str]] = {
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "finite_number": _NUMBER,
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "string_type": "must be a text",
    "path_type": _PATH,
    "path_parsing": _PATH,
    "literal_error": "must be {expected}",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
}
"""pydantic's types of error ("Validation Errors" in its documentation), as people say it."""

_SECTIONS: Final = frozenset({"model_type", "model_attributes_type", "dict_type"})


@dataclass(frozen=True, slots=True)
class Origins:
    """Where settings were given. What wins comes first: caller, variable, secret file, TOML file."""

    given: Mapping[str, object] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: Path | None = None
    file: Path | None = None
    content: Mapping[str, Any] = field(default_factory=dict)

    def of(self, path: Sequence[str]) -> str:
        """Says in words where a setting was set; of a section, where its parts were."""
        if path and path[0] in self.given:
            return f"given as {'.'.join(path)}"
        found = [*self._variables(path), *self._secret_files(path), *self._in_file(path)]
        if not found:
            return f"not set; {_setter(path)} sets it"
        is_section = any(name.upper().startswith(f"{_variable(path)}__") for name in found)
        return f"set by {' and '.join(found) if is_section else found[0]}"

    def is_set(self, path: Sequence[str]) -> bool:
        """Whether anybody set it, or the caller gave it."""
        return not self.of(path).startswith("not set")

    def _variables(self, path: Sequence[str]) -> Iterator[str]:
        wanted = _variable(path)
        for name in sorted(self.environment):
            if name.upper() == wanted or name.upper().startswith(f"{wanted}__"):
                yield name

    def _secret_files(self, path: Sequence[str]) -> Iterator[str]:
        if self.secrets is not None and (self.secrets / "__".join(path)).is_file():
            yield f"the secret file {self.secrets / '__'.join(path)}"

    def _in_file(self, path: Sequence[str]) -> Iterator[str]:
        within: object = self.content
        for part in path:
            if not isinstance(within, Mapping) or part not in within:
                return
            within = within[part]
        yield f"{'.'.join(path)} in {self.file}"


def _setter(path: Sequence[str]) -> str:
    """What sets it outside the settings file: no shell sets a variable whose name has a hyphen."""
    variable = _variable(path)
    return f"the secret file {'__'.join(path)}" if "-" in variable else variable


def _variable(path: Sequence[str]) -> str:
    return "LIMEN_" + "__".join(path).upper()


def in_words(error: ValidationError, model: type[BaseModel], origins: Origins) -> str:
    """One line for each problem: the setting, what is wrong, what to write, and where it was set."""
    lines = []
    for problem in error.errors(include_url=False):
        path = _as_written([str(part) for part in problem["loc"]])
        message = (
            _unknown(path, model) if problem["type"] == "extra_forbidden" else _said(problem, path, model)
        )
        where = f": {_setter(path)} sets it" if problem["type"] == "missing" else f" ({origins.of(path)})"
        lines.append(f"{'.'.join(path) or 'settings'}: {message}{where}")
    return "\n".join(lines)


def _as_written(path: list[str]) -> list[str]:
    """The path without the kind of a channel, which pydantic puts behind the channel's name."""
    return [*path[:2], *path[3:]] if path[:1] == ["channels"] and path[2:3] and path[2] in KINDS else path


def nearest_setting(path: Sequence[str], model: type[BaseModel]) -> tuple[str, ...] | None:
    """The setting that was probably meant: of the same section, else of any."""
    known = {".".join(each): each for each in _paths(model)}
    last: dict[str, tuple[str, ...]] = {}
    for each in known.values():
        last.setdefault(each[-1], each)
    asked = ".".join(path)
    near = get_close_matches(asked, known, n=1, cutoff=0.7)
    if near:
        return known[near[0]]
    near = get_close_matches(path[-1], last, n=1, cutoff=0.8) if path else []
    return last[near[0]] if near else None


def _paths(model: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, info in model.model_fields.items():
        yield (*above, name)
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            yield from _paths(info.annotation, (*above, name))


def _unknown(path: Sequence[str], model: type[BaseModel]) -> str:
    near = nearest_setting(path, model)
    meant = f"did you mean {'.'.join(near)}? " if near else ""
    return f"there is no such setting; {meant}“limen help settings” lists them"


def _said(problem: ErrorDetails, path: Sequence[str], model: type[BaseModel]) -> str:
    kind = problem["type"]
    if kind in _SECTIONS:
        return f"is a section: write its settings in it, such as [{'.'.join(path)}] in the settings file"
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return f"needs a kind, one of {', '.join(KINDS)}"
    if kind == "missing":
        return "must be set in the settings file or beside it"
    if kind not in _WORDS:
        return problem["msg"].removeprefix("Value error, ")
    bounds = {
        name: f"{bound:g}" if isinstance(bound, float) else bound
        for name, bound in problem.get("ctx", {}).items()
    }
    words = _WORDS[kind].format_map(bounds).replace("'", "")
    return words if _is_secret(path, model) else f"{words}, not {_shown(problem['input'])}"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = " ".join(str(value).split())
    return f"“{text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + '…'}”"


def _is_secret(path: Sequence[str], model: type[BaseModel]) -> bool:
    """Whether the value must not be shown."""
    within: type[BaseModel] | None = model
    annotation: Any = None
    for part in path:
        info = within.model_fields.get(part) if within is not None else None
        if info is None:
            return True
        annotation = info.annotation
        is_section = isinstance(annotation, type) and issubclass(annotation, BaseModel)
        within = annotation if is_section else None
    return annotation is SecretStr or SecretStr in get_args(annotation)
