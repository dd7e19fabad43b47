"""Where templates of the house are rendered: a process of its own, for nothing in a template bounds it.

Jinja's sandbox keeps a template from the program, not from running for ever or from filling the memory
("Security Considerations" in its page on the sandbox). Whoever waits for the answer can end this process; it
ends by itself when they are gone.

Run as ``python -m monitor.compose.rendering_process FD``: over the connection on that file descriptor come
:class:`Order` values, and an answer goes back for each, as :func:`answer` makes it.
"""

import json
import os
import re
import select
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import lru_cache
from multiprocessing.connection import Connection
from typing import Final

from jinja2 import (
    ChoiceLoader,
    Environment,
    FunctionLoader,
    PackageLoader,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.exceptions import SecurityError, TemplateRuntimeError, UndefinedError

from monitor.compose.rendering import mail_environment, rendered
from monitor.compose.sheet import MailView
from monitor.compose.unclosed_blocks import tag_fault

LARGEST: Final = 4_000_000
"""Characters of a mail's text and HTML; the largest mail of limen's own has a tenth of it."""

_FILTER: Final = re.compile(r"No (?:filter|test) named '([^']*)'")
_LOST_MACRO: Final = re.compile(r"the template '([^']*)'.* does not export the requested name '([^']*)'")
_QUOTED: Final = re.compile(r"'([^']*)'")


@dataclass(frozen=True, slots=True)
class Order:
    """One mail to lay out with ``sources``, the house's templates by name; the others are limen's own."""

    mail: MailView
    sources: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a template: its name ("": none in particular), the line, and which word of it.

    ``code`` is that of the problem that ``limen check`` reports, ``message`` says it in words, ``hint`` what
    to do about it ("": what the code's entry says).
    """

    code: str
    template: str
    line: int
    word: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        """``mail/closing.html.j2:3: LIM753 there is no “contcat” here``."""
        where = f"{self.template or 'mail'}:{self.line}"
        return f"{where}: {self.code} {self.message}{f'; {self.hint}' if self.hint else ''}"


def answer(order: Order) -> bytes:
    """JSON with ``text`` and ``html``, or with the ``fault``."""
    own = dict(order.sources)
    try:
        layout = rendered(_environment(order.sources), order.mail)
    except Exception as error:  # noqa: BLE001 - a template can raise anything, and must not end the mail
        return json.dumps({"fault": asdict(_fault(error, own))}).encode()
    if len(layout.text) + len(layout.html) > LARGEST:
        fault = Fault("LIM755", next(iter(own), ""), 1, "", f"the mail is larger than {LARGEST:,} characters")
        return json.dumps({"fault": asdict(fault)}).encode()
    return json.dumps({"text": layout.text, "html": layout.html}).encode()


@lru_cache(maxsize=1)
def _environment(sources: tuple[tuple[str, str], ...]) -> Environment:
    """The templates of the house before limen's own; each is known by its name in what it raises."""
    own = dict(sources)

    def source_of(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        return (own[name], name, lambda: True) if name in own else None

    return mail_environment(ChoiceLoader([FunctionLoader(source_of), PackageLoader("monitor", "templates")]))


def _fault(error: Exception, own: dict[str, str]) -> Fault:  # noqa: C901, PLR0911 - one for each kind
    template, line = _place(error, own)
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    match error:
        case TemplateSyntaxError() if (named := _FILTER.search(said)) is not None:
            return Fault("LIM753", template, line, named[1], f"there is no filter or test “{named[1]}”")
        case TemplateSyntaxError() if (tag := tag_fault(error, own.get(template, ""))) is not None:
            return Fault("LIM752", template, tag.line, tag.word, tag.message, tag.hint)
        case TemplateSyntaxError():
            return Fault("LIM752", template, line, "", said.rstrip("."))
        case TemplateNotFound():
            return Fault("LIM753", template, line, said, f"there is no template “{said}”")
        case UndefinedError() if (lost := _LOST_MACRO.search(said)) is not None:
            return _lost_macro(lost[1], lost[2], (template, line), own)
        case UndefinedError():
            word = (_QUOTED.findall(said) or [""])[-1]
            return Fault("LIM753", template, line, word, f"there is no “{word}” here" if word else said)
        case SecurityError():
            word = (_QUOTED.findall(said) or [""])[0]
            return Fault(
                "LIM754", template, line, word, f"“{word}” is out of a template's reach" if word else said
            )
        case OverflowError():
            return Fault("LIM755", template, line, "", said.rstrip("."))
        case RecursionError() | MemoryError():
            return Fault("LIM755", template, line, "", "the template never comes to an end")
        case TemplateRuntimeError() if (named := _FILTER.search(said)) is not None:
            return Fault("LIM753", template, line, named[1], f"there is no filter or test “{named[1]}”")
        case _:
            return Fault("LIM756", template, line, "", said.rstrip("."))


def _lost_macro(source: str, macro: str, place: tuple[str, int], own: dict[str, str]) -> Fault:
    """Of a macro that other templates import: the house's template that should define it, if it is one."""
    if source in own:
        said = f"this template must define the macro “{macro}”"
        return Fault("LIM753", source, 1, "", said, "copy limen’s own and change that")
    return Fault("LIM753", place[0], place[1], macro, f"{source} has no macro “{macro}”")


def _place(error: Exception, own: dict[str, str]) -> tuple[str, int]:
    """The template of the house and the line where it went wrong, else limen's own that met it there."""
    if isinstance(error, TemplateSyntaxError):
        return error.name or "", error.lineno
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if _template_of(frame.filename, own)
    ]
    if not frames:
        return next(iter(own), ""), 1
    last = frames[-1]
    return _template_of(last.filename, own), last.lineno or 1


def _template_of(filename: str, own: dict[str, str]) -> str:
    return filename if filename in own else ""


def _end_when_alone(descriptor: int) -> None:
    """Ends the process once nobody holds the connection's other end, also in a template without an end.

    Nobody is left then to end it, and it is deaf to what ends the service.
    """
    ends = select.poll()
    ends.register(descriptor, 0)  # a hang-up is told whatever is asked for: poll(2)
    ends.poll()
    os._exit(1)


def main() -> None:
    """Answers orders until nobody is there to give any."""
    connection = Connection(int(sys.argv[1]))
    threading.Thread(target=_end_when_alone, args=(connection.fileno(),), daemon=True).start()
    while True:
        try:
            order = connection.recv()
        except EOFError:
            return
        connection.send_bytes(answer(order))


if __name__ == "__main__":
    main()
