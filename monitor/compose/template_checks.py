"""Whether templates of the house lay out every kind of mail, and lose nothing of what it is sent for."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from monitor.compose.bounded import BoundedRendering, TemplateFaultError
from monitor.compose.links import Links
from monitor.compose.mail import told_stories, view_of
from monitor.compose.overrides import FOLDER, missing_from, own_sources, replaced, shipped_names, source_of
from monitor.compose.rendering_process import Fault
from monitor.compose.samples import SAMPLES
from monitor.compose.sheet import MailView
from monitor.core.positions import Position
from monitor.rulebook.problems import Problem, ProblemLog, Span, lines_of

SAMPLE_LINKS: Final = Links(
    "https://limen.example",
    "performance.team@limen.example",
    lambda notice, recipient: f"https://limen.example/acknowledge/{notice.area}-{recipient}".replace(
        " ", "-"
    ),
)
"""Where sample mails point to: nowhere."""

_UNSHOWN: Final = re.compile(
    r"<\s*(?:script|iframe|form|object|embed|link|video|audio)\b"
    r"|\son[a-z]+\s*=\s*[\"'{]"
    r"|@import\b"
    r"|url\(\s*[\"']?\s*(?:https?:)?//"
    r"|<\s*img\b[^>]*\bsrc\s*=\s*[\"']?\s*(?:https?:)?//",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class CheckedTemplates:
    """What is wrong with a folder of templates; files are relative to the configuration folder.

    ``sources`` maps them to their text.
    """

    problems: tuple[Problem, ...]
    sources: Mapping[str, str]


def _files_below(folder: Path) -> list[Path]:
    """All files of a folder in order; what can't be looked into has none."""
    found = []
    for place, _, names in os.walk(folder):
        found += [path for name in names if _is_file(path := Path(place, name))]
    return sorted(found)


def check_templates(
    folder: Path, rendering: BoundedRendering | None = None, *, stop: Callable[[], bool] = lambda: False
) -> CheckedTemplates:
    """Lays out every sample mail with each of the folder's templates by itself, then with all together.

    Never raises for what the files hold. ``rendering`` bounds what a template may take; None: as for mails.
    ``stop`` is asked between mails whether to end early, with what was found by then.
    """
    log, sources = ProblemLog(), dict[str, str]()
    for path in _files_below(folder):
        name = path.relative_to(folder).as_posix()
        if _is_left_behind_by_an_editor(path):
            continue
        if name not in shipped_names():
            log.note("LIM751", Span(Position(_file(name), 1, 1)), _unknown(name), _likeliest(name))
            continue
        try:
            sources[name] = source_of(path, name)
        except TemplateFaultError as error:
            _note(log, error.fault, "")
    _note_closed_folder(log, folder)
    for name, text in sources.items():
        _note_unshown(log, name, text)
    if rendering is not None:
        _lay_out(log, sources, rendering, stop)
    else:
        with closing(BoundedRendering()) as own:
            _lay_out(log, sources, own, stop)
    return CheckedTemplates(log.sorted(), {_file(name): text for name, text in sources.items()})


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _note_closed_folder(log: ProblemLog, folder: Path) -> None:
    """Notes what a mail would meet and no list of files shows: a folder that limen may not look into."""
    if log.errors:
        return
    try:
        own_sources(folder)
    except TemplateFaultError as error:
        _note(log, error.fault, "")


def problem_of(fault: Fault, text: str = "") -> Problem:
    """A fault that a mail met, as ``limen check`` shows it; ``text`` is that of the template at fault."""
    log = ProblemLog()
    _note(log, fault, text)
    (problem,) = log.sorted()
    return problem


def sample_views() -> Iterator[MailView]:
    """Every kind of mail that there is, ready for templates."""
    for sample in SAMPLES.values():
        told = told_stories(sample.notification.notices)
        yield view_of(
            sample.notification, told, message_id=f"<{sample.name}@limen.example>", links=SAMPLE_LINKS
        )


def _lay_out(
    log: ProblemLog, sources: Mapping[str, str], rendering: BoundedRendering, stop: Callable[[], bool]
) -> None:
    views = tuple(sample_views()) if sources else ()
    sound = True
    for name, text in sources.items():
        for fault in _faults(rendering, views, {name: text}, stop):
            _note(log, fault, sources.get(fault.template, ""))
            sound = False
    if sound and len(sources) > 1:
        for fault in _faults(rendering, views, sources, stop):
            _note(log, fault, sources.get(fault.template, ""))


def _faults(
    rendering: BoundedRendering,
    views: tuple[MailView, ...],
    sources: Mapping[str, str],
    stop: Callable[[], bool],
) -> Iterator[Fault]:
    """Each fault once. What has no end is not tried again, for each try takes as long as it may."""
    known = set[Fault]()
    for view in views:
        if stop():
            return
        try:
            found = [replaced(each, sources) for each in missing_from(rendering.render(view, sources), view)]
        except TemplateFaultError as error:
            found = [error.fault]
        for fault in found:
            if fault not in known:
                known.add(fault)
                yield fault
        if any(fault.code == "LIM755" for fault in found):
            return


def _note(log: ProblemLog, fault: Fault, text: str) -> None:
    lines = lines_of(text)
    line = lines[fault.line - 1] if 0 < fault.line <= len(lines) else ""
    column, length = _where(line, fault.word)
    name = fault.template or "mail"
    span = Span(Position(_file(name), max(fault.line, 1), column), length)
    log.note(fault.code, span, fault.message, fault.hint or None)


def _where(line: str, word: str) -> tuple[int, int]:
    """The column and length of a word in a line, else of all that the line says."""
    found = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", line) if word else None
    if found is not None:
        return found.start() + 1, len(word)
    said = line.strip()
    return len(line) - len(line.lstrip()) + 1 if said else 1, max(len(said), 1)


def _note_unshown(log: ProblemLog, name: str, text: str) -> None:
    for number, line in enumerate(lines_of(text), 1):
        for found in _UNSHOWN.finditer(line):
            start = found.start() + len(found[0]) - len(found[0].lstrip())
            what = found[0].strip()
            span = Span(Position(_file(name), number, start + 1), len(what))
            log.note("LIM758", span, f"mail programs do not show “{what}”")


def _unknown(name: str) -> str:
    return f"limen has no template “{name}”"


def _likeliest(name: str) -> str:
    near = get_close_matches(name, shipped_names(), n=1)
    if near:
        return f"did you mean {near[0]}?"
    return f"name it as one of {', '.join(shipped_names())}"


def _is_left_behind_by_an_editor(path: Path) -> bool:
    return path.name.startswith((".", "#")) or path.name.endswith(("~", ".swp"))


def _file(name: str) -> str:
    return f"{FOLDER}/{name}"
