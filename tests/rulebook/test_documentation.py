"""The documentation hangs together: links lead somewhere, no page is left out, and lists are complete."""

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from monitor.rulebook.condition_texts import alert_names, band_names
from tests.support.command import unmeasured
from tests.support.repository import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@cache
def prose(page: Path) -> str:
    """The page without its blocks of code."""
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def links(page: Path) -> list[tuple[Path, str]]:
    """The files that a page links to, and the place in each."""
    targets = [target for target in LINK.findall(prose(page)) if not re.match(r"[a-z]+:", target)]
    parts = [target.partition("#") for target in targets]
    return [((page.parent / path).resolve() if path else page, anchor) for path, _, anchor in parts]


@cache
def anchors(page: Path) -> frozenset[str]:
    """What headings are called in links, as GitHub makes it: small letters, hyphens, no other signs."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    plain = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings]
    return frozenset(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain)


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_link_leads_somewhere(page: Path) -> None:
    dead = [
        f"{path}#{anchor}"
        for path, anchor in links(page)
        if not path.exists() or (anchor and path.suffix == ".md" and anchor not in anchors(path))
    ]
    assert dead == []


def test_every_page_is_found_from_the_readme() -> None:
    waiting, found = [ROOT / "README.md"], set[Path]()
    while waiting:
        page = waiting.pop()
        if page not in found:
            found.add(page)
            waiting += [path for path, _ in links(page) if path.suffix == ".md" and path.exists()]
    assert [page for page in (ROOT / "docs").rglob("*.md") if page not in found] == []


@pytest.mark.parametrize("name", alert_names("percent"))
def test_every_name_of_the_condition_language_is_listed(name: str) -> None:
    text = (ROOT / "docs" / "conditions.md").read_text(encoding="utf-8")
    (row,) = re.findall(rf"^\|[^|\n]*`{name}`[^|\n]*\|[^|\n]*\| ((?:bands, )?alerts) \|$", text, re.MULTILINE)
    assert row == ("bands, alerts" if name in band_names("percent") else "alerts")


def test_what_the_readme_says_to_try_works(tmp_path: Path) -> None:
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Try it on your own")[2]
    lines = section.partition("```console\n")[2].partition("```")[0].splitlines(keepends=True)
    assert lines[0] == "make install\n"
    assert lines[1].startswith(". .venv/bin/activate ")
    environment = {
        **{name: value for name, value in unmeasured(os.environ).items() if not name.startswith("LIMEN_")},
        "HOME": str(tmp_path),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    done = subprocess.run(
        ["bash", "-e", "-c", "".join(lines[2:])],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "critical  Swale: single assessments out of timescale" in done.stdout
    assert "Judith Marlowe" in done.stdout
    assert (tmp_path / "limen-try" / "limen.db").exists()
