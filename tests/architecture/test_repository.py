"""What the repository's own files promise each other."""

import re

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.repository import ROOT, own_files, project_file

# Written with brackets, so that this file does not hold what it looks for.
REGISTRIES = (
    r"pyp[i]\.org|pythonh[o]sted|npmj[s]\.(org|com)|deb\.debia[n]\.org|--(extra-)?inde[x]-url|--find-link[s]"
)
PRIVATE_PLACES = r"(?<![\w.])/(wor[k]|roo[t]|hom[e]/\w+)/|/opt/(pyp[i]|wheel[s])|/tmp/lime[n]-"
FORBIDDEN = re.compile(f"{REGISTRIES}|{PRIVATE_PLACES}")

PIN = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+)(?P<rest>[^\n]*(?:\n[ ]+[^\n]*)*)", re.MULTILINE
)
MAKE_COMMAND = re.compile(r"(?:^|`)make ([a-z][a-z-]*)", re.MULTILINE)


def _locked(name: str) -> dict[str, list[tuple[str, str]]]:
    """Package -> (version, what follows it) of each pin; a package has several where Pythons differ."""
    pins: dict[str, list[tuple[str, str]]] = {}
    for pin in PIN.finditer((ROOT / "requirements" / name).read_text(encoding="utf-8")):
        pins.setdefault(canonicalize_name(pin["name"]), []).append((pin["version"], pin["rest"]))
    return pins


def _group(name: str) -> list[str]:
    entries = project_file()["dependency-groups"][name]
    nested = [_group(entry["include-group"]) for entry in entries if isinstance(entry, dict)]
    return [entry for entry in entries if isinstance(entry, str)] + [
        entry for group in nested for entry in group
    ]


def _asked_for(group: str) -> list[Requirement]:
    project = project_file()["project"]
    extras = [entry for extra in project["optional-dependencies"].values() for entry in extra]
    return [Requirement(entry) for entry in [*project["dependencies"], *extras, *_group(group)]]


def test_no_file_names_a_registry_or_a_place_on_its_authors_machine() -> None:
    found = []
    for path in own_files():
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue  # pictures and workbooks
        found += [
            f"{path.relative_to(ROOT)}:{n}: {m[0]}"
            for n, line in enumerate(lines, 1)
            if (m := FORBIDDEN.search(line))
        ]

    assert found == []


@pytest.mark.parametrize(("lock", "group"), [("run.lock", "build"), ("dev.lock", "dev")])
def test_every_package_asked_for_is_locked_to_a_version_that_will_do(lock: str, group: str) -> None:
    pins = _locked(lock)
    lacking = [
        str(requirement)
        for requirement in _asked_for(group)
        if not any(
            requirement.specifier.contains(version)
            for version, _ in pins.get(canonicalize_name(requirement.name), [])
        )
    ]

    assert lacking == [], "run `make lock`"


@pytest.mark.parametrize("lock", ["run.lock", "dev.lock"])
def test_every_pin_carries_hashes(lock: str) -> None:
    pins = _locked(lock)

    assert pins
    assert [
        name for name, rows in pins.items() if not all("--hash=sha256:" in rest for _, rest in rows)
    ] == []


def test_what_runs_in_service_is_what_was_tested() -> None:
    tested = _locked("dev.lock")

    assert {name: rows for name, rows in _locked("run.lock").items() if tested.get(name) != rows} == {}


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ".ci/run"])
def test_every_make_command_that_a_document_names_exists(document: str) -> None:
    targets = set(
        re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    text = (ROOT / document).read_text(encoding="utf-8")

    assert set(MAKE_COMMAND.findall(text)) <= targets


def test_the_readme_begins_with_the_two_commands_that_matter() -> None:
    assert {"demo", "test"} <= set(MAKE_COMMAND.findall((ROOT / "README.md").read_text(encoding="utf-8")))


def test_the_changelog_tells_of_the_version_in_the_project_file() -> None:
    version = project_file()["project"]["version"]

    assert re.search(
        rf"^## \[{re.escape(version)}\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )
