"""The demo, played for real: mails, ratings, metrics, and an end in order."""

import re
import signal
import subprocess
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import unescape
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from tests.support.command import INTERRUPTIBLE, LIMEN, Played, environment, limen, played_in

pytestmark = pytest.mark.xdist_group("demo")

SWALES = {"judith.marlowe@kent.example", "kiran.banerjee@kent.example"}


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The demo, played to its end; not to be changed."""
    return played_in(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def mails(played: Played) -> list[EmailMessage]:
    paths = sorted((played.folder / "mails").glob("*.eml"))
    return [message_from_bytes(path.read_bytes(), policy=default) for path in paths]


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_it_ends_by_itself_without_a_word_of_warning(played: Played) -> None:
    assert played.run.returncode == 0, played.run.stderr
    assert played.run.stderr == ""
    assert "Warning" not in (played.folder / "limen.log").read_text(encoding="utf-8")
    assert "Traceback" not in (played.folder / "limen.log").read_text(encoding="utf-8")


def test_it_tells_what_happened_and_how_it_ended(played: Played) -> None:
    text = " ".join(played.run.stdout.split())

    for part in (
        "14 Apr 2011 kent-2011-03.csv: 65 new figures",
        "12 Apr 2013 kent-2013-03.csv: 194 new figures, 4 rows set aside",
        "17 Jan 2014 kent-2013-11-validated.csv: 12 figures restated",
        "✉ Judith Marlowe, Kiran Banerjee: Swale: core assessments out of timescale 46, limit 40 — red",
        "✓ over Kent: initial assessments within 10 days",
        "Kent on 31 March 2014",
        "the list of areas has no “Medway”",
    ):
        assert part in text


def test_the_managers_of_swale_are_told_of_swale_and_nobody_else_is(mails: list[EmailMessage]) -> None:
    of_swale = [
        mail for mail in mails if re.search(r"^[■◆○✓□] ?.*\n?Swale:|^Swale:", text_of(mail), re.MULTILINE)
    ]

    assert of_swale
    assert {str(mail["To"].addresses[0].addr_spec) for mail in of_swale} == SWALES
    assert {str(mail["X-Limen-Area"]) for mail in mails if mail["To"].addresses[0].addr_spec in SWALES} == {
        "Swale"
    }


def test_every_mail_of_the_outbox_was_caught_once(played: Played, mails: list[EmailMessage]) -> None:
    listed = played.limen("outbox", "list", "-n", "1000", "--format", "csv").stdout
    message_ids = [str(mail["Message-ID"]) for mail in mails]

    assert len(message_ids) == len(set(message_ids)) == len(listed.splitlines()) - 1
    assert all(message_id in listed for message_id in message_ids)


def test_no_alarm_of_initial_assessments_outlives_them(mails: list[EmailMessage]) -> None:
    late = [mail for mail in mails if mail["Date"].datetime.date().isoformat() > "2013-11-15"]

    assert late
    assert not [mail for mail in late if "initial assessments" in str(mail["Subject"]).lower()]


def test_the_mails_lie_there_to_open(played: Played, mails: list[EmailMessage]) -> None:
    folder = played.folder / "mails"
    pages = sorted(folder.glob("[0-9]*.html"))
    index = (folder / "index.html").read_text(encoding="utf-8")

    assert len(pages) == len(mails)
    assert all(page.name in index for page in pages)
    for page in pages:
        text = page.read_text(encoding="utf-8")
        about_limen = "performance.systems" in page.name  # rows that were set aside have no chart
        assert ("data:image/png;base64," in text) != about_limen
        assert "cid:" not in text


def test_nothing_but_its_own_folder_is_touched(played: Played) -> None:
    assert not (played.folder.parent / "not-to-be-touched.db").exists()


def test_its_settings_open_its_store(played: Played) -> None:
    said = played.limen("ratings", "--area", "Swale")

    assert (said.returncode, said.stderr) == (0, "")


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()

    said = limen("demo", "--once", "--folder", str(tmp_path))

    assert said.returncode == 2
    assert "not empty" in said.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def answer_links(folder: Path) -> tuple[str, str]:
    """The first and the last address in all mails at which their reader says that they deal with it."""
    links = []
    for path in sorted(folder.glob("*.eml")):
        links += re.findall(
            r"^http://\S+/acknowledge\?\S+",
            text_of(message_from_bytes(path.read_bytes(), policy=default)),
            re.MULTILINE,
        )
    return links[0], links[-1]


def page_at(address: str, form: dict[str, str] | None = None) -> str:
    body = None if form is None else urlencode(form).encode()
    with urlopen(address, body) as answer:  # noqa: S310 - the demo's own address
        return unescape(answer.read().decode())


def fields_of(page: str) -> dict[str, str]:
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    return {**dict(hidden), "until": "over", "comment": "Agency staff start on Monday."}


def test_page_metrics_and_links_in_mails_stay_up_until_ctrl_c(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*INTERRUPTIBLE, LIMEN, "demo", "--fast", "--folder", str(tmp_path / "demo")],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as demo:
        assert demo.stdout is not None
        address = ""
        for line in demo.stdout:
            address = address or "".join(re.findall(r"http://([\d.:]+)/ and", line))
            if "Ctrl-C ends the demo" in line:
                break
        with urlopen(f"http://{address}/metrics") as answer:
            metrics = answer.read().decode()
        with urlopen(f"http://{address}/readyz") as answer:
            ready = answer.status
        status = limen("--settings", str(tmp_path / "demo" / "limen.toml"), "status")
        first, last = answer_links(tmp_path / "demo" / "mails")
        over, asked = page_at(first), page_at(last)
        noted = page_at(last.partition("?")[0], fields_of(asked))
        noted_now = page_at(last)
        demo.send_signal(signal.SIGINT)
        rest, errors = demo.communicate(timeout=60)

    assert 'limen_indicator_value{indicator="posts_filled_by_permanent_qsw",area="Kent"} 76.2' in metrics
    assert ready == 200
    assert f"✓ Daemon:     ready at {address}" in status.stdout
    assert not (tmp_path / "demo" / "http-address").exists()
    assert (demo.returncode, errors) == (0, "")
    assert "The demo has ended" in rest
    assert "This alert is over" in over
    assert "<form" not in over
    assert "<form" in asked
    assert "Thank you. You are dealing with this." in noted
    assert "You said so on 31 March 2014" in noted_now
    assert "“Agency staff start on Monday.”" in noted_now


def test_ctrl_c_ends_it_in_the_middle_too(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*INTERRUPTIBLE, LIMEN, "demo", "--once", "--folder", str(tmp_path / "demo")],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as demo:
        assert demo.stdout is not None
        next(line for line in demo.stdout if "kent-2011-04.csv" in line)
        demo.send_signal(signal.SIGINT)
        _, errors = demo.communicate(timeout=60)

    assert (demo.returncode, errors) == (130, "")
