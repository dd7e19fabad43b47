"""``limen preview --copy-templates``: limen's own templates of mails, copied to be changed."""

from collections.abc import Sequence
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Final

from monitor.cli import exit_codes
from monitor.cli.choices import UnknownNameError
from monitor.cli.session import Session
from monitor.compose.overrides import FOLDER, shipped_names
from monitor.terminal import counted

_ENDINGS: Final = (".html.j2", ".txt.j2", ".css.j2")


def copy_templates(session: Session, folder: Path, wanted: Sequence[str]) -> int:
    """Copies the templates of these names (none: all) to their places in a folder; never over a file.

    Raises:
        UnknownNameError: a name is that of no template.
    """
    names = dict.fromkeys(name for each in wanted for name in _named(each)) if wanted else shipped_names()
    there = [folder / name for name in names if (folder / name).exists()]
    if there:
        session.err.print(
            f"Nothing was copied, for {_listed(there)} would be overwritten. Name the templates that you "
            "want besides, or another folder.",
            soft_wrap=True,
        )
        return exit_codes.PROBLEMS
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as copy:
            copy.write((files("monitor") / "templates" / name).read_bytes())
        session.out.print(str(path), soft_wrap=True)
    session.err.print(_what_next(session, folder, len(names)), soft_wrap=True)
    return exit_codes.OK


def _named(text: str) -> list[str]:
    """The templates meant by ``closing``, ``closing.txt``, ``closing.txt.j2`` or ``mail/closing.txt.j2``."""
    wanted = text.removeprefix("mail/").removesuffix(".j2")
    found = [
        name
        for name in shipped_names()
        if wanted in (_short(name), name.removeprefix("mail/").removesuffix(".j2"))
    ]
    if not found:
        short = list(dict.fromkeys(map(_short, shipped_names())))
        near = get_close_matches(wanted, short, n=1)
        advice = f"did you mean “{near[0]}”?" if near else f"there are {', '.join(short)}."
        raise UnknownNameError(f"limen has no template “{text}”: {advice}")
    return found


def _short(name: str) -> str:
    ending = next((each for each in _ENDINGS if name.endswith(each)), ".j2")
    return name.removeprefix("mail/").removesuffix(ending)


def _listed(paths: Sequence[Path]) -> str:
    shown = ", ".join(map(str, paths[:3]))
    return f"{shown} and {len(paths) - 3} more" if len(paths) > 3 else shown  # noqa: PLR2004 - as shown above


def _what_next(session: Session, folder: Path, copied: int) -> str:
    used = session.settings.config_dir / FOLDER
    if folder.absolute() == used.absolute():
        return (
            f"{counted(copied, 'template')} copied. Change what you like, remove what you don't change, and "
            "look at it: “limen check”, “limen preview --to FOLDER”."
        )
    return f"{counted(copied, 'template')} copied. limen uses those that lie in {used}."
