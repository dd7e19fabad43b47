"""Where a template's tags don't fit: Jinja tells where it noticed, people look for where a block opens."""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from jinja2 import Environment, TemplateSyntaxError

_OPENING: Final = frozenset({"if", "for", "macro", "call", "filter", "block", "with", "autoescape"})
_BETWEEN: Final = frozenset({"else", "elif"})
_ALONE: Final = frozenset({"set", "include", "import", "from", "extends"})
_TAG: Final = re.compile(r"Encountered unknown tag '([^']*)'")
_ENDED: Final = "Unexpected end of template"


@dataclass(frozen=True, slots=True)
class TagFault:
    """What is wrong with a tag: its line, which word of it, in words, and what to do."""

    line: int
    word: str
    message: str
    hint: str


def tag_fault(error: TemplateSyntaxError, source: str) -> TagFault | None:
    """What is wrong with the tags of a template; None if the error is of another kind."""
    said = error.message or ""
    unknown = _TAG.search(said)
    opened = _open_block(source)
    if unknown is not None:
        return _misplaced(unknown[1], error.lineno, opened)
    if not said.startswith(_ENDED) or opened is None:
        return None
    line, tag = opened
    message = f"“{{% {tag} %}}” opens here and is never closed"
    return TagFault(line, tag, message, f"write “{{% end{tag} %}}” where it is to end")


def _misplaced(tag: str, line: int, opened: tuple[int, str] | None) -> TagFault:
    closed = tag.removeprefix("end")
    if tag not in _BETWEEN and (closed == tag or closed not in _OPENING | {"set"}):
        known = [*_OPENING, *_ALONE, *_BETWEEN, *(f"end{each}" for each in sorted(_OPENING))]
        near = get_close_matches(tag, known, n=1)
        return TagFault(line, tag, f"there is no tag “{tag}”", f"did you mean “{near[0]}”?" if near else "")
    if opened is None:
        return TagFault(line, tag, f"“{{% {tag} %}}” stands where no block is open", "remove it, or open one")
    still = f"“{{% {opened[1]} %}}” of line {opened[0]}"
    hint = f"write “{{% end{opened[1]} %}}” first, or remove what does not belong there"
    return TagFault(line, tag, f"“{{% {tag} %}}” stands where {still} is still open", hint)


def _open_block(source: str) -> tuple[int, str] | None:
    """The line and tag of the innermost block that is open at the first tag that does not fit, or at the end.

    Raises nothing: what can't be told apart into tags has another fault than a block that is open.
    """
    opened: list[tuple[int, str]] = []
    try:
        for line, tag, is_block in _tags(source):
            closed = tag.removeprefix("end")
            if is_block:
                opened.append((line, tag))
            elif closed != tag and (not opened or opened[-1][1] != closed):
                break
            elif closed != tag:
                opened.pop()
    except TemplateSyntaxError:
        return None
    return opened[-1] if opened else None


def _tags(source: str) -> list[tuple[int, str, bool]]:
    """Each tag with its line, and whether it opens a block: ``{% set x %}`` does, ``{% set x = 1 %}`` not."""
    found: list[tuple[int, str, bool]] = []
    words: list[str] | None = None
    first = 1
    for line, kind, text in Environment(autoescape=True).lex(source):
        if kind == "block_begin":
            words, first = [], line
        elif kind == "block_end" and words:
            is_block = words[0] in _OPENING or (words[0] == "set" and "=" not in words)
            found.append((first, words[0], is_block))
            words = None
        elif words is not None and kind != "whitespace":
            words.append(text)
    return found
