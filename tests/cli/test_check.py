"""`limen check`: every problem, or how much there is that is good."""

import json
from pathlib import Path

import pytest

from monitor.shipped_files import shipped_rules_dir
from tests.support.command import Command
from tests.support.repository import project_file

TEN_FAULTS = {
    "a.yaml": """\
indicators:
  plans:
    title: Plans
    titel: Plans
    unit: plans
    decimals: 0
    basis: snapshots
    frequency: monthly
    polarity: lower is bettr
    source: ICS
    definition: Plans on the day.
    targets:
      - {from: 2013-02-30, value: 5, reference: none}
""",
    "b.yaml": """\
alerts:
  too-many:
    title: Too many
    indicator: plan
    areas: Kentt
    levels:
      warning: value >> 4
      warning: value > 5
    action: Look.
    reference: none
routes:
  nobody:
    match: {areas: district}
    to: distrct manager
extra: 1
""",
}


def write(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_the_shipped_rules_are_good(limen: Command) -> None:
    said = limen("check")

    assert (said.code, said.err) == (0, "")
    assert said.out == "30 rules, 20 indicators, 3 routes: all good\n"


def test_every_problem_is_shown_with_its_line_and_a_caret(limen: Command, tmp_path: Path) -> None:
    folder = write(tmp_path / "rules", TEN_FAULTS)

    said = limen("check", folder)

    heads = [line for line in said.out.splitlines() if line.startswith(str(folder))]
    assert said.code == 1
    assert said.out.endswith(f"{len(heads)} errors in 2 files\n")
    assert len(heads) >= 10
    assert all(" — " in head and " LIM" in head for head in heads)
    assert said.out.count("^") >= len(heads)


def test_the_last_line_tells_errors_from_warnings(limen: Command, tmp_path: Path) -> None:
    folder = write(tmp_path / "rules", {**TEN_FAULTS, "empty.yaml": "# nothing yet\n"})

    values = json.loads(limen("check", folder, "--format", "json").out)["problems"]
    errors = sum(each["severity"] == "error" for each in values)

    assert len(values) == errors + 1
    assert limen("check", folder).out.endswith(f"\n{errors} errors, 1 warning in 3 files\n")


def test_for_other_programs_the_problems_are_values(limen: Command, tmp_path: Path) -> None:
    folder = write(tmp_path / "rules", TEN_FAULTS)

    said = limen("check", folder, "--format", "json")
    report = json.loads(said.out)

    assert said.code == 1
    assert report["ok"] is False
    assert report["rules"] is None
    assert report["errors"] + report["warnings"] == len(report["problems"])
    assert {problem["file"] for problem in report["problems"]} == {
        str(folder / "a.yaml"),
        str(folder / "b.yaml"),
    }
    assert {"line", "column", "code", "severity", "message", "hint"} <= report["problems"][0].keys()


def test_for_a_file_its_folder_is_named(limen: Command, tmp_path: Path) -> None:
    folder = write(tmp_path / "rules", TEN_FAULTS)

    said = limen("check", folder / "a.yaml")

    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(f"{folder / 'a.yaml'} is a file.")
    assert said.err.endswith(f"Name its folder: limen check {folder}\n")


def test_warnings_alone_are_no_failure(limen: Command, tmp_path: Path) -> None:
    files = {path.name: path.read_text(encoding="utf-8") for path in shipped_rules_dir().glob("*.yaml")}
    said = limen("check", write(tmp_path / "rules", files | {"empty.yaml": "# to be written\n"}))

    assert said.code == 0
    assert "LIM109" in said.out
    assert said.out.endswith("1 warning in 1 file; 30 rules, 20 indicators, 3 routes can be used\n")


def test_a_problem_of_the_configuration_names_its_file(
    limen: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = write(tmp_path / "config", {"areas.csv": "code,name,type,parent\n,Kent,land,\n"})
    monkeypatch.setenv("LIMEN_CONFIG_DIR", str(config))

    said = limen("check")

    assert said.code == 1
    assert str(config / "areas.csv") + ":2:" in said.out


def test_with_strict_a_warning_is_a_failure(limen: Command, tmp_path: Path) -> None:
    files = {path.name: path.read_text(encoding="utf-8") for path in shipped_rules_dir().glob("*.yaml")}
    folder = write(tmp_path / "rules", files | {"empty.yaml": "# nothing yet\n"})

    lenient, strict = limen("check", folder), limen("check", folder, "--strict")

    assert (lenient.code, strict.code) == (0, 1)
    assert lenient.out == strict.out
    assert limen("check", "--strict").code == 0


def test_for_github_problems_are_commands_that_name_files_from_here(
    limen: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "rules", TEN_FAULTS)
    monkeypatch.chdir(tmp_path)

    said = limen("check", "rules", "--format", "github")

    commands = [line for line in said.out.splitlines() if line.startswith("::")]
    assert said.code == 1
    assert len(commands) >= 10
    assert {line.split("file=")[1].split(",")[0] for line in commands} == {"rules/a.yaml", "rules/b.yaml"}
    assert said.out.splitlines()[-1] == f"{len(commands)} errors in 2 files"


def test_for_code_scanning_problems_are_sarif(
    limen: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "rules", TEN_FAULTS)
    monkeypatch.chdir(tmp_path)

    said = limen("check", tmp_path / "rules", "--format", "sarif")

    (run,) = json.loads(said.out)["runs"]
    assert said.code == 1
    assert run["tool"]["driver"]["version"] == project_file()["project"]["version"]
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert {place["artifactLocation"]["uri"] for place in places} == {"rules/a.yaml", "rules/b.yaml"}


def test_another_configuration_can_be_named(limen: Command, tmp_path: Path) -> None:
    config = write(tmp_path / "config", {"areas.csv": "code,name,type,parent\n,Kent,land,\n"})

    said = limen("check", "--config", config)

    assert said.code == 1
    assert f"{config / 'areas.csv'}:2:" in said.out


def test_with_data_limits_are_compared_with_the_figures(limen: Command, state: Path, tmp_path: Path) -> None:
    figures = tmp_path / "figures.csv"
    rows = [f"core_assessments_out_of_timescale,Swale,2012-{month:02}-28,{month}" for month in range(1, 13)]
    figures.write_text("indicator,area,period_end,value\n" + "\n".join(rows) + "\n", encoding="utf-8")
    assert limen("ingest", figures).code == 0
    assert state.exists()

    plain, said = limen("check"), limen("check", "--data", "--format", "json")
    problems = json.loads(said.out)["problems"]

    assert plain.out.endswith("all good\n")
    assert said.code == 0
    assert {problem["code"] for problem in problems} <= {"LIM421", "LIM422", "LIM423"}
    told = [problem["message"] for problem in problems if problem["code"] == "LIM421"]
    assert "critical holds for none of the 12 figures in 1 area" in told


def test_with_data_a_database_that_is_not_there_is_said(limen: Command) -> None:
    said = limen("check", "--data")
    assert said.code == 3
    assert "limen db upgrade" in said.err
