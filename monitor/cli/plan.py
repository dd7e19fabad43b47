"""``limen plan``: what an edit of the rules would change, before it is merged."""

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
from monitor.planning import plan
from monitor.rulebook.past import commit_of, write_files_at
from monitor.rulebook.revision import CHANGED
from monitor.store.cycles import last_cycle
from monitor.store.store import Store
from monitor.terminal import write_plainly
from monitor.world import LoadedWorld, load_world

DOMAIN = "plan.invalid"
"""Of the Message-IDs of mails that are never sent (RFC 2606 keeps the name free for such)."""


@dataclass(frozen=True, slots=True)
class _Rules:
    """Rules to plan with: a folder, or what it held at a ``commit``. ``name`` is how they are spoken of."""

    name: str
    folder: Path
    commit: str | None = None


def show_plan(session: Session, old: str | None, new: str | None, style: PlanFormat) -> int:
    """Prints the plan; the exit code says whether anything changes."""
    with session.store() as store:
        after = _rules(session, new, session.settings.rules_dir)
        before = _last_judged(store, after) if old is None else _rules(session, old, after.folder)
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


def _last_judged(store: Store, new: _Rules) -> _Rules:
    """The rules that judged last, where git still has them just so; else what is committed.

    Raises:
        UnknownNameError: the folder is in no git repository, so nobody knows.
    """
    with store.reading() as connection:
        last = last_cycle(connection)
    if last is not None and last.revision and not last.revision.endswith(CHANGED):
        commit = commit_of(last.revision, new.folder)
        if commit is not None:
            return _Rules(f"the rules that judged last ({commit[:12]})", new.folder, commit)
    commit = commit_of("HEAD", new.folder)
    if commit is None:
        raise UnknownNameError(
            f"{new.folder} is in no git repository, so its rules before the edit are not known. Name a "
            "folder that has them: limen plan OLD NEW"
        )
    return _Rules(f"HEAD ({commit[:12]})", new.folder, commit)


def _loaded(session: Session, rules: _Rules) -> LoadedWorld:
    with _folder(rules) as folder:
        loaded = load_world(session.settings.model_copy(update={"rules_dir": folder}))
    if loaded.world is None or rules.commit is None:
        return loaded
    book = replace(loaded.world.rulebook, revision=rules.commit)
    return replace(loaded, world=replace(loaded.world, rulebook=book))


@contextmanager
def _folder(rules: _Rules) -> Iterator[Path]:
    if rules.commit is None:
        yield rules.folder
        return
    with tempfile.TemporaryDirectory(prefix="limen-") as name:
        write_files_at(rules.commit, rules.folder, Path(name))
        yield Path(name)
