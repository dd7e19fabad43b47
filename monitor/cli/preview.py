"""``limen preview``: every kind of mail from sample facts, by limen's templates or those of the house."""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from monitor.cli import exit_codes
from monitor.cli.choices import UnknownNameError
from monitor.cli.formats import PreviewFormat
from monitor.cli.outbox import composed, numbered
from monitor.cli.reports import path_from_here
from monitor.cli.session import Session
from monitor.compose import Links, OwnTemplates, compose
from monitor.compose.overrides import FOLDER, shipped_names
from monitor.compose.samples import SAMPLES, Sample
from monitor.compose.standalone import standalone_html
from monitor.compose.template_checks import SAMPLE_LINKS
from monitor.palette import DARK, LIGHT
from monitor.store.outbox import outbox_entries
from monitor.terminal import counted, write_plainly
from notifiers.message import Address, Message
from notifiers.mime import Mailbox, mail_bytes

INDEX: Final = "index.html"
WIDTHS: Final = (375, 700)
"""CSS pixels: a phone, and the reading pane of a mail program."""

_HEIGHT = 900  # CSS pixels of a frame on the index page


@dataclass(frozen=True, slots=True)
class PreviewOptions:
    """What is shown. ``kind`` None: all; ``outbox`` is the number of a real mail; ``to`` None: the terminal.

    ``widths`` are those of the frames on the index page, in CSS pixels.
    """

    kind: str | None = None
    to: Path | None = None
    format: PreviewFormat | None = None
    widths: Sequence[int] = WIDTHS
    outbox: int | None = None


@dataclass(frozen=True, slots=True)
class _Page:
    name: str
    about: str
    message: Message


def preview_mails(session: Session, options: PreviewOptions) -> int:
    """Writes the mails as files with a page that shows them all, or prints one, or else lists the kinds."""
    if options.to is None and options.kind is None and options.outbox is None:
        for sample in SAMPLES.values():
            session.out.print(f"{sample.name:<20}{sample.about}", soft_wrap=True)
        session.err.print("Name one to print it, or give --to FOLDER for all of them.")
        return exit_codes.OK
    faults: list[str] = []
    with OwnTemplates.within(session.settings.config_dir, lambda fault: faults.append(str(fault))) as own:
        pages = list(_pages(session, options, own))
    if options.to is None:
        write_plainly(_contents(pages[0].message, options.format or PreviewFormat.TEXT))
    else:
        _write(session, pages, options, options.to)
    for fault in faults:
        session.err.print(f"{fault}. It was laid out by limen’s own templates.", soft_wrap=True)
    return exit_codes.PROBLEMS if faults else exit_codes.OK


def _pages(session: Session, options: PreviewOptions, own: OwnTemplates) -> Iterator[_Page]:
    if options.outbox is not None:
        with session.store() as store, store.reading() as connection:
            entry = numbered(outbox_entries(connection, ids=[options.outbox]), options.outbox)
        about = f"mail {entry.id}, to {entry.recipient_name}"
        yield _Page(f"mail-{entry.id}", about, composed(session, entry, own))
        return
    samples = SAMPLES.values() if options.kind is None else [_sample(options.kind)]
    settings = session.settings
    is_linked = settings.base_url is not None or settings.page_url is not None
    links = Links(settings.page_url, settings.contact) if is_linked else SAMPLE_LINKS
    answering = Links(links.page_url, links.contact, SAMPLE_LINKS.acknowledging)
    for sample in samples:
        message = compose(
            sample.notification,
            message_id=f"<{sample.name}@limen.invalid>",
            in_reply_to=None,
            references=(),
            links=answering,
            templates=own,
            zone=settings.zone,
        )
        yield _Page(sample.name, sample.about, message)


def _sample(kind: str) -> Sample:
    if kind in SAMPLES:
        return SAMPLES[kind]
    own_word = next((each for each in SAMPLES.values() if _tells_only(each, kind)), None)
    if own_word is not None:
        return own_word
    near = get_close_matches(kind, SAMPLES, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(SAMPLES)}."
    raise UnknownNameError(f"There is no kind of mail “{kind}”. {hint}")


def _tells_only(sample: Sample, kind: str) -> bool:
    """Whether it is of that kind of notice, by the word that limen has for it elsewhere."""
    return {notice.kind.value for notice in sample.notification.notices} == {kind}


def _write(session: Session, pages: Sequence[_Page], options: PreviewOptions, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    formats = list(PreviewFormat) if options.format is None else [options.format]
    for page in pages:
        for style in formats:
            contents = _contents(page.message, style)
            (folder / f"{page.name}.{_ENDINGS[style]}").write_text(contents, encoding="utf-8", newline="")
    (folder / INDEX).write_text(_index(pages, formats, options.widths), encoding="utf-8")
    templates = session.settings.config_dir / FOLDER
    names = [name for name in shipped_names() if (templates / name).is_file()]
    laid_out = f" with {', '.join(names)} of your own" if names else " by limen’s own templates"
    session.out.print(
        f"{counted(len(pages), 'mail')}{laid_out}: open {path_from_here((folder / INDEX).absolute())}",
        soft_wrap=True,
    )


_ENDINGS: Final = {PreviewFormat.HTML: "html", PreviewFormat.TEXT: "txt", PreviewFormat.EML: "eml"}


def _contents(message: Message, style: PreviewFormat) -> str:
    match style:
        case PreviewFormat.HTML:
            return standalone_html(message.html or "", {each.content_id: each.png for each in message.images})
        case PreviewFormat.TEXT:
            return f"Subject: {message.subject}\n\n{message.text}"
        case PreviewFormat.EML:
            sender = Mailbox.parse(Address("limen", "limen@limen.invalid"))
            return mail_bytes(message, sender, Mailbox.parse(message.recipient)).decode("utf-8", "replace")


def _index(pages: Sequence[_Page], formats: Sequence[PreviewFormat], widths: Sequence[int]) -> str:
    parts = "\n".join(_section(page, formats, widths) for page in pages)
    return f"""<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>limen’s mails</title>
<style>
body {{ margin: 24px; font-family: "Segoe UI", Helvetica, Arial, sans-serif; line-height: 1.5;
  background: {LIGHT.page}; color: {LIGHT.ink}; }}
a {{ color: {LIGHT.link}; }}
iframe, pre {{ border: 1px solid {LIGHT.line}; background: {LIGHT.card}; margin: 0 16px 16px 0; }}
pre {{ padding: 12px; overflow: auto; max-height: {_HEIGHT}px; }}
.frames {{ display: flex; flex-wrap: wrap; align-items: flex-start; }}
@media (prefers-color-scheme: dark) {{
body {{ background: {DARK.page}; color: {DARK.ink}; }}
a {{ color: {DARK.link}; }}
iframe, pre {{ border-color: {DARK.line}; background: {DARK.card}; }}
}}
</style>
</head>
<body>
<h1>limen’s mails</h1>
<p>People, figures and limits in sample mails are invented.</p>
{parts}
</body>
</html>
"""


def _section(page: _Page, formats: Sequence[PreviewFormat], widths: Sequence[int]) -> str:
    name, subject = html.escape(page.name), html.escape(page.message.subject)
    links = " · ".join(f'<a href="{name}.{_ENDINGS[style]}">{_ENDINGS[style]}</a>' for style in formats)
    frames = ""
    if PreviewFormat.HTML in formats:
        frames = "\n".join(
            f'<iframe src="{name}.html" width="{width}" height="{_HEIGHT}" sandbox loading="lazy" '
            f'title="{name} at {width} pixels"></iframe>'
            for width in widths
        )
    text = ""
    if PreviewFormat.TEXT in formats:
        text = f"<details><summary>Plain text</summary><pre>{html.escape(page.message.text)}</pre></details>"
    return (
        f'<h2 id="{name}">{name}: {html.escape(page.about)}</h2>\n'
        f"<p><strong>{subject}</strong><br>{links}</p>\n"
        f'<div class="frames">{frames}</div>\n{text}'
    )
