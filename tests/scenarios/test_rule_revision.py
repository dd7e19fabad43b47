"""Every judgement is recorded under the git revision that its rules have then, also without an edit."""

import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.app import Application
from monitor.core.alerts import AlertState
from monitor.directory.kept_files import kept_files
from monitor.settings import load_settings
from monitor.store.alerts import alerts
from monitor.store.cycles import last_cycle
from monitor.store.outbox import outbox_entries
from monitor.store.store import Store
from tests.support.components import require
from tests.support.council import CONTACTS, ROUTES, RULES
from tests.support.repository import ROOT

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GOOD = RULES.format(topic=1, limit=40)
HEAD = "indicator,area,period_end,value"
CHANGES = "+changes"


def git(folder: Path, *arguments: str) -> str:
    person = ("-c", "user.name=A", "-c", "user.email=a@kent.example", "-c", "commit.gpgsign=false")
    said = subprocess.run(
        ["git", *person, "-C", str(folder), *arguments], check=True, capture_output=True, text=True
    )
    return said.stdout.strip()


def commit(folder: Path, message: str) -> str:
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", message)
    return git(folder, "rev-parse", "HEAD")


class Office:
    """A limen whose rules lie in a folder of a repository, and the instant it is there."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.repository = folder / "repository"
        self.rules, config = self.repository / "rules", folder / "config"
        for each in (self.rules, config, folder / "state" / "inbox"):
            each.mkdir(parents=True)
        (self.rules / "rules.yaml").write_text(GOOD, encoding="utf-8")
        (self.rules / "routes.yaml").write_text(ROUTES, encoding="utf-8")
        (config / "contacts.yaml").write_text(CONTACTS, encoding="utf-8")
        areas = (ROOT / "config" / "areas.csv").read_text("utf-8")
        (config / "areas.csv").write_text(areas, encoding="utf-8")
        self.settings = load_settings(
            rules_dir=self.rules, config_dir=config, state_dir=folder / "state", cycle={"settle": 0}
        )
        self.now = NOW
        self.store = store
        self.limen = Application(self.settings, store, clock=lambda: self.now, jitter=lambda: 0.0)

    def load(self, value: int, name: str) -> None:
        """A file for Swale comes, and is judged."""
        file = self.settings.inbox / name
        file.write_text(f"{HEAD}\nopen_cases_1,Swale,2026-01-31,{value}\n", encoding="utf-8")
        for _ in range(2):  # a file is read once it has been seen unchanged
            self.limen.take_in(self.now)
        self.limen.evaluate(self.now)
        self.now += timedelta(minutes=1)

    def revision(self) -> str | None:
        """The revision under which the last cycle is recorded."""
        with self.store.reading() as connection:
            cycle = last_cycle(connection)
        assert cycle is not None
        return cycle.revision

    def state(self) -> AlertState:
        with self.store.reading() as connection:
            (alert,) = alerts(connection).values()
        return alert.state


@pytest.fixture
def office(store: Store, tmp_path: Path) -> Iterator[Office]:
    place = Office(tmp_path, store)
    yield place
    place.limen.close()


@pytest.mark.parametrize("beside", [False, True], ids=["first work tree", "work tree beside it"])
def test_a_commit_of_rules_in_force_names_what_is_judged_from_then_on(office: Office, beside: bool) -> None:
    require(shutil.which("git"), "needs git (Debian: apt-get install git)")
    git(office.repository, "init", "--quiet")
    first = commit(office.repository, "Rules")
    if beside:
        shutil.rmtree(office.rules)
        whole = office.repository.rename(office.repository.with_name("first"))
        git(whole, "worktree", "add", "--quiet", "-b", "live", str(office.repository))
    assert office.limen.reload(NOW).loaded
    office.load(12, "1.csv")
    assert office.revision() == first

    (office.rules / "rules.yaml").write_text(GOOD.replace("> 40", "> 41"), encoding="utf-8")
    assert office.limen.reload(office.now).changed
    office.load(13, "2.csv")
    assert office.revision() == first + CHANGES

    second = commit(office.repository, "Another limit")
    assert office.limen.evaluate(office.now).cycle_id is None, "a commit alone is nothing to judge"
    office.load(14, "3.csv")
    assert office.revision() == second
    assert office.limen.world.rulebook.revision == second
    kept = kept_files(office.settings.state_dir)
    assert kept is not None
    assert kept.files.revision == second
    assert not office.limen.reload(office.now).changed
    with office.store.reading() as connection:
        assert outbox_entries(connection) == ()


def test_rules_in_force_keep_their_revision_while_a_commit_on_disk_is_refused(office: Office) -> None:
    require(shutil.which("git"), "needs git (Debian: apt-get install git)")
    git(office.repository, "init", "--quiet")
    first = commit(office.repository, "Rules")
    assert office.limen.reload(NOW).loaded
    (office.rules / "rules.yaml").write_text("a: [", encoding="utf-8")
    assert not office.limen.reload(NOW).loaded
    commit(office.repository, "A slip")

    office.load(12, "1.csv")

    assert office.revision() == first


def test_rules_that_are_committed_for_the_first_time_get_their_revision(office: Office) -> None:
    require(shutil.which("git"), "needs git (Debian: apt-get install git)")
    assert office.limen.reload(NOW).loaded
    office.load(12, "1.csv")
    assert office.revision() is None
    git(office.repository, "init", "--quiet")
    head = commit(office.repository, "Rules")

    office.load(13, "2.csv")

    assert office.revision() == head


def test_the_right_file_put_back_after_a_wrong_one_is_judged(office: Office) -> None:
    assert office.limen.reload(NOW).loaded
    office.load(14, "right.csv")
    office.load(46, "wrong.csv")
    assert office.state() is AlertState.FIRING

    office.load(14, "right.csv")

    assert office.state() is AlertState.INACTIVE
