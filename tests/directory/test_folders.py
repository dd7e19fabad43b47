"""Rules and configuration judged together."""

from datetime import date
from pathlib import Path

import pytest

from monitor.directory import check_folder, load_folders
from monitor.rulebook.problems import Severity, render_problems
from monitor.shipped_files import shipped_config_dir, shipped_rules_dir
from tests.support.repository import ROOT
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


@pytest.mark.parametrize("line", ["to: operations", "escalate: [{after: 5 working days, to: operations}]"])
def test_a_route_may_name_operations_as_it_names_a_role(folders: tuple[Path, Path], line: str) -> None:
    rules, config = folders
    (rules / "b.yaml").write_text("routes:\n" + route(line, id="more"), encoding="utf-8")
    loaded = load_folders(rules, config)
    assert not loaded.problems, render_problems(loaded.problems, loaded.sources)
    assert loaded.areas is not None
    assert loaded.contacts is not None
    people, area = loaded.contacts.directory.holders("operations", "Swale", date(2013, 11, 17), loaded.areas)
    assert people == loaded.contacts.operations
    assert area is not None


@pytest.mark.parametrize("word", ["ops", "OPS", "Operations", "opertions"])
def test_who_writes_ops_is_told_to_write_operations(folders: tuple[Path, Path], word: str) -> None:
    rules, config = folders
    (rules / "b.yaml").write_text("routes:\n" + route(f"to: {word}", id="more"), encoding="utf-8")
    (problem,) = check_folder(rules, config)
    assert problem.code == "LIM501"
    assert problem.hint is not None
    assert problem.hint.startswith("did you mean operations?")


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

    found = [problem.code for problem in loaded.problems if problem.code != "LIM611"]
    assert found == codes
    assert loaded.rulebook is not None


def only_role(config: Path, role: str) -> None:
    """Adds somebody who holds the role, and leaves out the others that no route of the folder tells."""
    file = config / "contacts.yaml"
    kept = [
        line
        for line in file.read_text(encoding="utf-8").splitlines()
        if "{role:" not in line or "district manager" in line or "data owner" in line
    ]
    kept.insert(kept.index("roles:") + 1, f"  - {{role: {role}, area: Kent, people: s-rahman}}")
    file.write_text("\n".join(kept) + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("role", "hint"),
    [
        ("data ownr", "did you mean “data owner”?"),
        ("District Manager", "did you mean “district manager”?"),
        ("head of fostering", "correct the spelling"),
        ("data owner", None),
    ],
)
def test_a_role_that_nothing_asks_for_is_told_by_limen_check(
    folders: tuple[Path, Path], role: str, hint: str | None
) -> None:
    rules, config = folders
    only_role(config, role)

    found = load_folders(rules, config, today=date(2013, 11, 17)).problems

    assert load_folders(rules, config).problems == ()
    if hint is None:
        assert found == ()
        return
    (problem,) = found
    assert (problem.code, problem.severity) == ("LIM611", Severity.WARNING)
    assert problem.message == f"no rule and no part of limen asks for the role “{role}”"
    assert hint in (problem.hint or "").casefold()
    line = (config / "contacts.yaml").read_text(encoding="utf-8").splitlines()[problem.position.line - 1]
    assert line[problem.position.column - 1 :].startswith(role)


def test_a_role_of_an_escalation_is_asked_for(folders: tuple[Path, Path]) -> None:
    rules, config = folders
    only_role(config, "head of fostering")
    later = route(
        "to: district manager\nescalate: [{after: 5 working days, to: head of fostering}]", id="late"
    )
    (rules / "b.yaml").write_text("routes:\n" + later, encoding="utf-8")
    assert load_folders(rules, config, today=date(2013, 11, 17)).problems == ()


@pytest.mark.parametrize("config", [shipped_config_dir(), ROOT / "config" / "examples" / "england"])
def test_every_role_that_ships_is_asked_for(config: Path) -> None:
    rules = config / "rules" if (config / "rules").exists() else shipped_rules_dir()
    found = load_folders(rules, config, today=date(2014, 4, 1)).problems
    assert [problem for problem in found if problem.code == "LIM611"] == []


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
