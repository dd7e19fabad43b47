"""`limen preview`, and `limen check` on templates of the house."""

import email
import email.policy
import json
import re
import shutil
from pathlib import Path

import pytest

from monitor.compose.overrides import shipped_names
from monitor.compose.samples import SAMPLES
from monitor.shipped_files import shipped_config_dir
from tests.support.command import Command


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration folder with room for templates."""
    folder = tmp_path / "config"
    shutil.copytree(shipped_config_dir(), folder)
    monkeypatch.setenv("LIMEN_CONFIG_DIR", str(folder))
    (folder / "templates" / "mail").mkdir(parents=True)
    return folder


def test_without_anything_it_lists_the_kinds_of_mails(limen: Command) -> None:
    said = limen("preview")

    assert said.code == 0
    assert [line.split()[0] for line in said.out.splitlines()] == list(SAMPLES)


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("breach", "alert"),
        ("escalated", "escalation"),
        ("recovered", "recovery"),
        ("restated", "restatement"),
    ],
)
def test_a_kind_may_be_named_by_the_word_that_notices_have_for_it(
    word: str, name: str, limen: Command
) -> None:
    said = limen("preview", word)

    assert said.code == 0
    assert said.out == limen("preview", name).out


def test_one_kind_is_printed_as_text(limen: Command) -> None:
    said = limen("preview", "reminder")

    assert said.code == 0
    assert said.out.startswith("Subject: Reminder 2: Swale, core assessments out of timescale 46, limit 40")
    assert "I AM DEALING WITH THIS" in said.out


def test_a_slip_in_the_kind_is_answered_with_the_likeliest(limen: Command) -> None:
    said = limen("preview", "restatment")

    assert said.code != 0
    assert "Did you mean restatement?" in said.err


def test_all_kinds_are_written_with_a_page_that_shows_them(limen: Command, tmp_path: Path) -> None:
    said = limen("preview", "--to", tmp_path / "mails", "--width", "320")
    index = (tmp_path / "mails" / "index.html").read_text(encoding="utf-8")

    assert said.code == 0
    assert f"{len(SAMPLES)} mails by limen’s own templates" in said.out
    assert re.findall(r'<iframe src="([^"]+)\.html" width="320"', index) == list(SAMPLES)
    for name in SAMPLES:
        page = (tmp_path / "mails" / f"{name}.html").read_text(encoding="utf-8")
        assert "cid:" not in page
        assert (tmp_path / "mails" / f"{name}.txt").exists()
        wire = (tmp_path / "mails" / f"{name}.eml").read_bytes()
        assert email.message_from_bytes(wire, policy=email.policy.default)["Subject"]


def test_templates_of_the_house_are_shown_and_their_faults_named(limen: Command, config: Path) -> None:
    closing = config / "templates" / "mail" / "closing.txt.j2"
    closing.write_text("Ask Kent.\n", encoding="utf-8")
    good = limen("preview", "alert")
    closing.write_text("Ask {{ mail.contcat }}.\n", encoding="utf-8")
    bad = limen("preview", "alert")

    assert (good.code, good.err) == (0, "")
    assert good.out.endswith("\nAsk Kent.\n")
    assert bad.code == 1
    assert "mail/closing.txt.j2:1: LIM753 there is no “contcat” here" in bad.err
    assert "day by day." in bad.out


def test_check_reports_templates_beside_rules(limen: Command, config: Path) -> None:
    good = limen("check")
    path = config / "templates" / "mail" / "closing.txt.j2"
    path.write_text("Ask\n{{ mail.contcat }}.\n", encoding="utf-8")
    said = limen("check")
    values = json.loads(limen("check", "--format", "json").out)

    assert good.code == 0
    assert said.code == 1
    assert f"{path}:2:9: LIM753 there is no “contcat” here" in said.out
    assert "            ^^^^^^^" in said.out
    assert said.out.endswith("1 error in 1 file\n")
    assert [problem["code"] for problem in values["problems"]] == ["LIM753"]


@pytest.mark.xdist_group("demo")
def test_a_real_mail_is_shown_by_its_number(on_demo: Command, tmp_path: Path) -> None:
    number = json.loads(on_demo("outbox", "list", "--format", "json").out)[0]["id"]
    text = on_demo("preview", "--outbox", number)
    page = on_demo("preview", "--outbox", number, "--to", tmp_path, "--format", "html")
    unknown = on_demo("preview", "--outbox", "999999")
    both = on_demo("preview", "alert", "--outbox", number)

    assert text.out.startswith("Subject: ")
    assert page.code == 0
    assert (tmp_path / f"mail-{number}.html").exists()
    assert not (tmp_path / f"mail-{number}.txt").exists()
    assert "There is no mail 999999" in unknown.err
    assert both.code != 0


@pytest.mark.parametrize(
    ("addresses", "has_page"),
    [({"BASE": "https://answers.example"}, False), ({"PAGE": "https://inside.example/limen"}, True)],
)
def test_a_mail_links_to_the_page_only_where_readers_are_said_to_reach_it(
    addresses: dict[str, str], has_page: bool, limen: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, address in addresses.items():
        monkeypatch.setenv(f"LIMEN_{name}_URL", address)

    said = limen("preview", "alert").out

    assert "I AM DEALING WITH THIS" in said.upper()
    assert ("See all figures of this area" in said) is has_page
    assert ("https://inside.example/limen/?area=Swale" in said) is has_page


def test_limens_own_templates_are_copied_to_be_changed_and_give_the_same_mails(
    limen: Command, config: Path
) -> None:
    before = limen("preview", "alert").out
    said = limen("preview", "--copy-templates", config / "templates", "closing", "card.html")
    copied = {path.name for path in (config / "templates" / "mail").iterdir()}

    assert said.code == 0
    assert copied == {"closing.html.j2", "closing.txt.j2", "card.html.j2"}
    assert set(said.out.splitlines()) == {str(config / "templates" / "mail" / name) for name in copied}
    assert "3 templates copied. Change what you like" in said.err
    assert limen("preview", "alert").out == before


def test_templates_that_are_there_are_not_overwritten_and_then_none_is_copied(
    limen: Command, config: Path
) -> None:
    own = config / "templates" / "mail" / "closing.txt.j2"
    own.write_text("Ask Kent.\n", encoding="utf-8")
    said = limen("preview", "--copy-templates", config / "templates")

    assert said.code == 1
    assert f"Nothing was copied, for {own} would be overwritten." in said.err
    assert list(own.parent.iterdir()) == [own]
    assert own.read_text(encoding="utf-8") == "Ask Kent.\n"


def test_all_templates_are_copied_elsewhere_and_it_is_said_where_limen_uses_them(
    limen: Command, config: Path, tmp_path: Path
) -> None:
    said = limen("preview", "--copy-templates", tmp_path / "mine")
    slip = limen("preview", "--copy-templates", tmp_path / "mine", "closng")
    mixed = limen("preview", "--copy-templates", tmp_path / "mine", "--format", "text")

    assert {path.relative_to(tmp_path / "mine").as_posix() for path in (tmp_path / "mine").rglob("*.j2")} == {
        *shipped_names()
    }
    assert f"limen uses those that lie in {config / 'templates'}." in said.err
    assert (slip.code, slip.err) == (2, "limen has no template “closng”: did you mean “closing”?\n")
    assert mixed.code == 2
