"""Templates of the house: files that take the place of limen's own, name by name.

They lie in ``templates`` of the configuration folder, as ``mail/closing.html.j2`` does among limen's own. A
mail goes out whatever they hold: where one can't be used, or leaves out what the mail is sent for, the mail
is laid out with limen's own templates, and whoever watches is told.
"""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final, Self

from monitor.compose.bounded import BoundedRendering, TemplateFaultError
from monitor.compose.rendering import HTML, TEXT, Layout, finished, shipped_templates
from monitor.compose.rendering_process import Fault
from monitor.compose.sheet import MailView, NoticeView

FOLDER: Final = "templates"
"""Within the configuration folder."""

LARGEST: Final = 500_000
"""Bytes of a template; limen's largest has a twentieth of it."""

_SPACE: Final = re.compile(r"\s+")
_TAGS: Final = re.compile(r"<(style|title)\b.*?</\1>|<!--.*?-->|<[^>]*>", re.DOTALL | re.IGNORECASE)


@cache
def shipped_names() -> tuple[str, ...]:
    """The names of limen's own templates of mails, in order."""

    def below(folder: Traversable, path: str) -> list[str]:
        found = []
        for each in folder.iterdir():
            name = f"{path}/{each.name}"
            found += below(each, name) if each.is_dir() else [name] if name.endswith(".j2") else []
        return found

    return tuple(sorted(below(files("monitor") / "templates" / "mail", "mail")))


def own_sources(folder: Path) -> dict[str, str]:
    """The house's templates by name: those files of the folder that take the place of one of limen's own.

    Raises:
        TemplateFaultError: one of them can't be read.
    """
    paths = {name: folder / name for name in shipped_names()}
    return {name: source_of(path, name) for name, path in paths.items() if _is_there(path, name)}


def _is_there(path: Path, name: str) -> bool:
    try:
        return path.is_file()
    except OSError as error:  # as in a folder that is closed to limen
        raise _unreadable(name, error) from error


def _unreadable(name: str, error: OSError) -> TemplateFaultError:
    return TemplateFaultError(Fault("LIM756", name, 1, "", f"the file can't be read: {error.strerror}"))


def source_of(path: Path, name: str) -> str:
    """The text of a template of the house, which is to take the place of the one of that name.

    Raises:
        TemplateFaultError: it can't be read, or is too large.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _unreadable(name, error) from error
    if len(content) > LARGEST:
        raise TemplateFaultError(Fault("LIM755", name, 1, "", f"the file is larger than {LARGEST:,} bytes"))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TemplateFaultError(Fault("LIM101", name, 1, "", "the file is not UTF-8 text")) from error


@dataclass
class OwnTemplates:
    """Lays mails out with the templates of a folder, and with limen's own wherever those fail.

    ``on_fault`` is told of each different fault once until the files change. The files are read for each
    mail, so that an edit needs no reload; where there are none, nothing of this costs anything.
    """

    folder: Path
    on_fault: Callable[[Fault], None]
    rendering: BoundedRendering = field(default_factory=BoundedRendering)
    _last: dict[str, str] = field(default_factory=dict, init=False, repr=False)
    _known: set[Fault] = field(default_factory=set, init=False, repr=False)
    _given_up: dict[str, str] = field(default_factory=dict, init=False, repr=False)
    """Templates that took too long: not tried again until one of them changes."""

    @classmethod
    def within(cls, config: Path, on_fault: Callable[[Fault], None]) -> Self:
        """Those of a configuration folder."""
        return cls(config / FOLDER, on_fault)

    def __enter__(self) -> Self:
        """These templates."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Closes them."""
        self.close()

    @property
    def sources(self) -> Mapping[str, str]:
        """The templates, by name, of the mail that was laid out last."""
        return self._last

    def try_again(self) -> None:
        """Has templates that took too long tried with the next mail, though they have not changed."""
        self._given_up = {}

    def hear_again(self, fault: Fault) -> None:
        """Has ``on_fault`` told of that fault once more when a mail meets it."""
        self._known.discard(fault)

    def lay_out(self, mail: MailView) -> Layout:
        """The mail's plain text and HTML; never fails for what the house's templates hold."""
        try:
            sources = own_sources(self.folder)
            if sources != self._last:
                self._known.clear()
                self._last = sources
            if sources and sources != self._given_up:
                return self._laid_out(mail, sources)
        except TemplateFaultError as error:
            self._note(error.fault)
        return shipped_templates().lay_out(mail)

    def _laid_out(self, mail: MailView, sources: Mapping[str, str]) -> Layout:
        try:
            layout = finished(self.rendering.render(mail, sources))
        except TemplateFaultError as error:
            if error.fault.code == "LIM755":
                self._given_up = dict(sources)
            raise
        for each in missing_from(layout, mail):
            raise TemplateFaultError(replaced(each, sources))
        return layout

    def _note(self, fault: Fault) -> None:
        if fault not in self._known:
            self._known.add(fault)
            self.on_fault(fault)

    def close(self) -> None:
        """Ends the process that renders."""
        self.rendering.close()


@dataclass(frozen=True, slots=True)
class Missing:
    """What a mail does not say, though it is sent to say it; ``template`` is the one that should."""

    template: str
    what: str


def missing_from(layout: Layout, mail: MailView) -> list[Missing]:
    """What the layout leaves out of the mail: figures, reasons, what to do, whom it was told by."""
    spoken = {TEXT: _words(layout.text), HTML: _words(html.unescape(_TAGS.sub(" ", layout.html)))}
    found = []
    for template, said in spoken.items():
        for view in mail.detailed:
            found += [Missing(template, what) for what, text in _must_say(view) if _words(text) not in said]
        found += [
            Missing(template, "the news of a story in the list at the end")
            for news in (*(each.news for each in mail.further), *(n for g in mail.groups for n in g.lines))
            if _words(news) not in said
        ]
    for view in mail.detailed:
        if view.acknowledge and view.acknowledge not in html.unescape(layout.html):
            found.append(Missing(HTML, "the link by which a reader answers (notice.acknowledge)"))
        if view.acknowledge and view.acknowledge not in layout.text:
            found.append(Missing(TEXT, "the link by which a reader answers (notice.acknowledge)"))
    return list(dict.fromkeys(found))


def _must_say(view: NoticeView) -> list[tuple[str, str]]:
    """What every layout has to say of a story, by name."""
    return [
        ("which area and measure it is (notice.heading)", view.heading),
        ("the figure and its news (notice.headline)", view.headline),
        ("what to do (notice.action)", view.action),
        ("why the reader is told (notice.told_because)", view.told_because),
        *(("what stands in the boxes (notice.boxes)", box.text) for box in view.boxes),
        *(("what goes with the news (notice.asides)", text) for text in view.asides),
        *(("the lines that say it all (notice.quoted)", line) for line in view.quoted),
        *(("the lines that say it all (notice.report)", line) for line in view.report),
    ]


def _words(text: str) -> str:
    return _SPACE.sub("", text)


def replaced(missing: Missing, sources: Mapping[str, str]) -> Fault:
    """The fault of what is missing, at the house's template that is most likely to have lost it."""
    ending = ".html.j2" if missing.template == HTML else ".txt.j2"
    candidates = [name for name in sources if name.endswith(ending)] or list(sources)
    name = missing.template if missing.template in candidates else candidates[0]
    return Fault("LIM757", name, 1, "", f"the mail does not say {missing.what}")
