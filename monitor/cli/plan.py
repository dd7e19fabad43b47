"""``limen plan``: what an edit of the rules would change, before it is merged."""

import shlex
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.cli import exit_codes
from monitor.cli.choices import UnknownNameError
from monitor.cli.formats import PlanFormat
from monitor.cli.plan_files import as_json, as_markdown
from monitor.cli.plan_text import show_plan_text
from monitor.cli.session import Session, present
from monitor.directory.kept_files import FolderFiles, kept_files
from monitor.planning import plan
from monitor.rulebook.past import commit_of, is_held_at, write_files_at
from monitor.rulebook.revision import CHANGED
from monitor.store.cycles import last_cycle
from monitor.store.store import Store
from monitor.terminal import write_plainly
from monitor.wording import day
from monitor.world import LoadedWorld, load_world

DOMAIN = "plan.invalid"
"""Of the Message-IDs of mails that are never sent (RFC 2606 keeps the name free for such)."""


@dataclass(frozen=True, slots=True)
class _Rules:
    """Rules to plan with: a folder, what it held at a ``commit``, or ``kept`` files.

    ``name`` is how they are spoken of.
    """

    name: str
    folder: Path
    commit: str | None = None
    kept: FolderFiles | None = None


def show_plan(session: Session, old: str | None, new: str | None, style: PlanFormat) -> int:
    """Prints the plan; the exit code says whether anything changes."""
    with session.store() as store:
        after = _rules(session, new, session.settings.rules_dir)
        before = _last_judged(session, store, after) if old is None else _rules(session, old, after.folder)
        worlds = []
        for rules in (before, after):
            loaded = _loaded(session, rules)
            if loaded.world is None:
                told = f"{loaded.text}\nThe rules of {rules.name} have errors; there is no plan."
                session.err.print(told, soft_wrap=True)
                return exit_codes.PROBLEMS
            worlds.append(loaded.world)
        found = plan(store, *worlds, now=present(), zone=session.settings.zone, domain=DOMAIN)
    match style:
        case PlanFormat.TEXT:
            show_plan_text(session.out, found, before.name, after.name, session.settings.zone)
        case PlanFormat.MARKDOWN:
            write_plainly(as_markdown(found, before.name, after.name, session.settings.zone))
        case PlanFormat.JSON:
            write_plainly(as_json(found, before.name, after.name))
    return exit_codes.CHANGES if found.changes_anything else exit_codes.OK


def _rules(session: Session, text: str | None, beside: Path) -> _Rules:
    """What is meant: a folder if there is one, else a revision of the folder ``beside`` it.

    Raises:
        UnknownNameError: it is neither.
    """
    if text is None:
        folder = session.settings.rules_dir
        return _Rules(str(folder), folder)
    if Path(text).is_dir():
        return _Rules(text, Path(text))
    commit = commit_of(text, beside)
    if commit is None:
        raise UnknownNameError(
            f"“{text}” is neither a folder nor a git revision of {beside}. Write a folder, or a "
            "revision such as HEAD~1 or main."
        )
    return _Rules(f"{text} ({commit[:12]})", beside, commit)


def _last_judged(session: Session, store: Store, new: _Rules) -> _Rules:
    """The rules that judged last, where git still has them just so; else what is committed; else those kept.

    Raises:
        UnknownNameError: git has no earlier version of the folder, and none was kept.
    """
    with store.reading() as connection:
        last = last_cycle(connection)
    if last is not None and last.revision and not last.revision.endswith(CHANGED):
        commit = commit_of(last.revision, new.folder)
        if commit is not None:
            return _Rules(f"the rules that judged last ({commit[:12]})", new.folder, commit)
    commit = commit_of("HEAD", new.folder)
    if commit is not None and is_held_at(commit, new.folder):
        return _Rules(f"HEAD ({commit[:12]})", new.folder, commit)
    return _last_good(session, new.folder)


def _last_good(session: Session, folder: Path) -> _Rules:
    """The rules that limen kept when it last found them sound.

    Raises:
        UnknownNameError: there are none that can be read.
    """
    damage = ""
    try:
        kept = kept_files(session.settings.state_dir)
    except OSError as fault:
        kept, damage = None, f" {fault}."
    if kept is not None:
        at = kept.at.astimezone(session.settings.zone)
        name = f"the last good rules, kept on {day(at.date())} at {at:%H:%M}"
        return _Rules(name, folder, kept.files.revision, kept.files)
    now, before = (shlex.quote(f"{folder}{end}") for end in ("", "-before"))
    raise UnknownNameError(
        f"git has no earlier version of {folder}, and limen has kept none yet, so its rules before the edit "
        f"are not known.{damage} Keep a copy before you edit: cp -r {now} {before}; then: "
        f"limen plan {before} {now}. Or begin a history: git init, git add, git commit."
    )


def _loaded(session: Session, rules: _Rules) -> LoadedWorld:
    with _folder(rules) as folder:
        loaded = load_world(session.settings.model_copy(update={"rules_dir": folder}))
    if loaded.world is None or rules.commit is None:
        return loaded
    book = replace(loaded.world.rulebook, revision=rules.commit)
    return replace(loaded, world=replace(loaded.world, rulebook=book))


@contextmanager
def _folder(rules: _Rules) -> Iterator[Path]:
    if rules.commit is None and rules.kept is None:
        yield rules.folder
        return
    with tempfile.TemporaryDirectory(prefix="limen-") as name:
        if rules.kept is not None:
            rules.kept.write_rules(Path(name))
        elif rules.commit is not None:
            write_files_at(rules.commit, rules.folder, Path(name))
        yield Path(name)
