"""``limen help``: the pages of the documentation that are installed with limen, and what codes mean."""

import re
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from monitor.cli import exit_codes
from monitor.cli.choices import UnknownNameError
from monitor.shipped_files import shipped_docs_dir
from monitor.terminal import console, write_plainly

_CODE: Final = re.compile(r"LIM\d{3}", re.IGNORECASE)
_HEADING: Final = re.compile(r"(#{1,6}) +(.*)")
_FENCE: Final = "```"
_CODES: Final = "problems"
_COMMANDS: Final = "command-line"


def print_help(topic: str | None) -> int:
    """Prints a page, a command's section or a code's entry; without a topic, what pages there are.

    Raises:
        UnknownNameError: there is no such topic.
        FileNotFoundError: the installation has no documentation.
    """
    folder = shipped_docs_dir()
    pages = _pages(folder)
    if topic is None:
        _list(folder, pages)
        return exit_codes.OK
    text = _found(topic.strip(), pages)
    if sys.stdout.isatty():
        from rich.markdown import Markdown

        console().print(Markdown(text, hyperlinks=False))
    else:
        write_plainly(text)
    return exit_codes.OK


def _pages(folder: Path) -> dict[str, Path]:
    """The pages by their topics: the file's name without its ending, and the folder it is in."""
    found = sorted(folder.rglob("*.md"), key=lambda path: (len(path.parts), path))
    return {path.relative_to(folder).with_suffix("").as_posix(): path for path in found}


def _list(folder: Path, pages: dict[str, Path]) -> None:
    out, width = console(), max(map(len, pages), default=0) + 2
    for topic, path in pages.items():
        out.print(f"{topic:<{width}}{_title(path)}", soft_wrap=True)
    out.print(
        "\n“limen help TOPIC” shows one of them, “limen help LIM403” what that code means, “limen help "
        f"silence” a command. They lie in {folder}.",
        soft_wrap=True,
    )


def _title(path: Path) -> str:
    with path.open(encoding="utf-8") as lines:
        return next((line.lstrip("# ").rstrip() for line in lines if line.startswith("# ")), path.stem)


def _found(topic: str, pages: dict[str, Path]) -> str:
    """The text of a topic. A page goes before a command of that name, whose section it names anyway."""
    if _CODE.fullmatch(topic):
        entry = _section(pages[_CODES].read_text(encoding="utf-8"), f"{topic.upper()}:")
        if entry is None:
            raise UnknownNameError(
                f"There is no code {topic.upper()}: “limen help {_CODES}” lists those that there are."
            )
        return entry
    name = topic.removeprefix("docs/").removesuffix(".md").casefold()
    page = next((path for each, path in pages.items() if each.casefold() == name), None)
    if page is not None:
        return page.read_text(encoding="utf-8")
    commands = pages[_COMMANDS].read_text(encoding="utf-8")
    section = _section(commands, f"limen {name.removeprefix('limen ')}")
    if section is not None:
        return section
    known = [*pages, *re.findall(r"^## limen (.+)$", commands, re.MULTILINE)]
    near = get_close_matches(name, known, n=1)
    advice = f"did you mean “{near[0]}”?" if near else "“limen help” alone lists the pages."
    raise UnknownNameError(f"There is no topic “{topic}”: {advice}")


def _section(text: str, beginning: str) -> str | None:
    """What stands under the heading ``beginning``, or that goes on after its colon; None: there is none."""
    kept: list[str] = []
    depth, is_code = 0, False
    for line in text.splitlines():
        is_code ^= line.startswith(_FENCE)
        heading = None if is_code else _HEADING.fullmatch(line)
        if heading is not None and kept and len(heading[1]) <= depth:
            break
        if heading is not None and not kept and _is_titled(heading[2], beginning):
            depth = len(heading[1])
        if depth:
            kept.append(line)
    return "\n".join(kept).rstrip() + "\n" if kept else None


def _is_titled(heading: str, beginning: str) -> bool:
    return heading == beginning or (beginning.endswith(":") and heading.startswith(beginning))
