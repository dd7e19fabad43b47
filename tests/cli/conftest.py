"""The command in this process, on a SQLite store of its own; and on the demo's."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from monitor.cli.entry import run
from monitor.store.store import Store
from tests.support.command import GOOD, Answer, Command, Played, played_in


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """A command sets up the log of its process."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    logging.disable(logging.NOTSET)
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The state folder of limen for this test."""
    folder = tmp_path / "state"
    monkeypatch.setenv("LIMEN_STATE_DIR", str(folder))
    monkeypatch.setenv("LIMEN_SMTP__SECURITY", "none")
    monkeypatch.setenv("LIMEN_SMTP__PORT", "9")
    monkeypatch.setenv("COLUMNS", "120")
    return folder


@pytest.fixture
def limen(state: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command in this process."""
    assert not state.exists()

    def command(*arguments: str) -> Answer:
        code = run([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return command


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The demo, played to its end; not to be changed."""
    return played_in(tmp_path_factory.getbasetemp())


@pytest.fixture
def on_demo(played: Played, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command in this process on the demo's store."""
    monkeypatch.setenv("COLUMNS", "120")

    def command(*arguments: str) -> Answer:
        code = run(["--settings", str(played.folder / "limen.toml"), *(str(each) for each in arguments)])
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return command


@pytest.fixture
def store(limen: Command, state: Path, tmp_path: Path) -> Store:
    """The command's store, with figures in it."""
    file = tmp_path / "good.csv"
    file.write_text(GOOD, encoding="utf-8")
    assert limen("ingest", file, "--evaluate").code == 0
    return Store.open(f"sqlite:///{state / 'limen.db'}")
