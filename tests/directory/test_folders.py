"""Rules and configuration judged together."""

from datetime import date
from pathlib import Path

import pytest

from monitor.directory import check_folder, load_folders
from monitor.rulebook.problems import Severity, render_problems
from monitor.shipped_files import shipped_config_dir, shipped_rules_dir
from tests.support.rule_texts import route, rule_file


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    rules, config = tmp_path / "rules", tmp_path / "config"
    rules.mkdir()
    config.mkdir()
    (rules / "a.yaml").write_text(rule_file(), encoding="utf-8")
    for name in ("areas.csv", "contacts.yaml"):
        (config / name).write_bytes((shipped_config_dir() / name).read_bytes())
    return rules, config


def test_sound_folders_are_loaded_whole(folders: tuple[Path, Path]) -> None:
    loaded = load_folders(*folders)
    assert not loaded.problems
    assert loaded.areas is not None
    assert loaded.contacts is not None
    assert loaded.rulebook is not None
    assert set(loaded.sources) == {"areas.csv", "contacts.yaml", "a.yaml"}


def test_faults_of_people_and_rules_are_reported_together(folders: tuple[Path, Path]) -> None:
    rules, config = folders
    (rules / "b.yaml").write_text("alerts:\n  x: 1\n", encoding="utf-8")
    (config / "contacts.yaml").write_text("people: {}\n", encoding="utf-8")
    found = [(problem.position.file, problem.code) for problem in check_folder(rules, config)]
    assert found == [("contacts.yaml", "LIM606"), ("b.yaml", "LIM108")]
    loaded = load_folders(rules, config)
    assert loaded.areas is not None
    assert loaded.contacts is None
    assert loaded.rulebook is None


def test_routes_are_checked_against_the_people(folders: tuple[Path, Path]) -> None:
    rules, config = folders
    (rules / "b.yaml").write_text("routes:\n" + route("to: nobody known", id="more"), encoding="utf-8")
    assert [problem.code for problem in check_folder(rules, config)] == ["LIM501"]


def test_without_areas_nothing_else_is_judged(folders: tuple[Path, Path]) -> None:
    rules, config = folders
    (config / "areas.csv").unlink()
    assert [problem.code for problem in check_folder(rules, config)] == ["LIM120"]


def test_the_shipped_folders_hold_no_error() -> None:
    loaded = load_folders(shipped_rules_dir(), shipped_config_dir())
    assert loaded.rulebook is not None, render_problems(loaded.problems, loaded.sources)


@pytest.mark.parametrize(
    ("today", "codes"),
    [(None, []), (date(2013, 11, 17), []), (date(2013, 12, 2), ["LIM519", "LIM513"])],
)
def test_what_is_over_and_who_will_be_missing_is_told_on_a_day(
    folders: tuple[Path, Path], today: date | None, codes: list[str]
) -> None:
    rules, config = folders
    (rules / "a.yaml").write_text(
        "maintenance:\n  over: {from: 2013-11-15 18:00, until: 2013-11-18 08:00, reference: r}\n"
        + rule_file(),
        encoding="utf-8",
    )
    contacts = (config / "contacts.yaml").read_text(encoding="utf-8")
    leaving = contacts.replace("people: p-ashdown}", "people: p-ashdown, until: 2014-02-14}")
    (config / "contacts.yaml").write_text(leaving, encoding="utf-8")

    loaded = load_folders(rules, config, today=today)

    assert [problem.code for problem in loaded.problems] == codes
    assert loaded.rulebook is not None


def test_a_person_whose_channel_is_not_set_up_is_named_when_channels_are_known(
    folders: tuple[Path, Path],
) -> None:
    rules, config = folders
    file = config / "contacts.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("address:", "channel: teams, address:", 1), encoding="utf-8")
    assert load_folders(rules, config).problems == ()
    assert load_folders(rules, config, channels={"email", "teams"}).problems == ()
    (found,) = load_folders(rules, config, channels={"email"}).problems
    assert (found.code, found.severity) == ("LIM610", Severity.WARNING)
    assert "“teams” is no channel of the settings" in found.message
