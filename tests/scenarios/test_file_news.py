"""Files that can't be read, and rows set aside, are mailed to operations: once each, a mail a cycle."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.app import Application
from monitor.core.notifications import OperationsKind, OperationsNews
from monitor.file_news import MOST_LISTED, files_refused
from monitor.intake import inbox as inbox_module
from monitor.intake.faults import FaultCode, Rejection, reasons_in_words
from monitor.settings import Settings, load_settings
from monitor.store.file_faults import FileFault, faults_since
from monitor.store.outbox import outbox_entries
from monitor.store.store import Store
from tests.support.council import CONTACTS, ROUTES, RULES
from tests.support.repository import ROOT

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WRITTEN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HEAD = "indicator,area,period_end,value"
GOOD, CHILD = "open_cases_1,Swale,2026-01-31,12", "Billy Bright 14 May 2015"
FIGURES = (
    "\n".join((HEAD, GOOD, f"open_cases_1,{CHILD},2026-01-31,3", "open_cases_1,Kent,2026-01-31,x1")) + "\n"
)


class KilledError(BaseException):
    """Stands for a SIGKILL: nothing is caught on its way."""


@dataclass
class Council:
    """A limen with an inbox; each ``start`` is a process of its own."""

    settings: Settings
    store: Store

    def start(self) -> Application:
        application = Application(self.settings, self.store, clock=lambda: NOW, jitter=lambda: 0.0)
        assert application.reload(NOW).loaded
        return application

    def put(self, name: str, content: str) -> Path:
        path = self.settings.inbox / name
        path.write_text(content, encoding="utf-8")
        os.utime(path, (WRITTEN.timestamp(), WRITTEN.timestamp()))
        return path

    def work(self) -> None:
        application = self.start()
        application.take_in(NOW)
        application.evaluate(NOW)

    def news(self) -> list[OperationsNews]:
        with self.store.reading() as connection:
            mails = [entry.notification for entry in reversed(outbox_entries(connection))]
        return [mail.operations for mail in mails if mail.operations is not None]


@pytest.fixture
def council(store: Store, tmp_path: Path) -> Council:
    rules, config = tmp_path / "rules", tmp_path / "config"
    for folder in (rules, config):
        folder.mkdir()
    (rules / "rules.yaml").write_text(RULES.format(topic=1, limit=40), encoding="utf-8")
    (rules / "routes.yaml").write_text(ROUTES, encoding="utf-8")
    (config / "contacts.yaml").write_text(CONTACTS, encoding="utf-8")
    (config / "areas.csv").write_text((ROOT / "config" / "areas.csv").read_text("utf-8"), encoding="utf-8")
    settings = load_settings(rules_dir=rules, config_dir=config, state_dir=tmp_path / "state")
    settings.inbox.mkdir(parents=True)
    return Council(settings, store)


def test_files_of_one_cycle_are_told_in_one_mail_once_and_nothing_of_their_cells(council: Council) -> None:
    council.put("report.pdf", "%PDF-1.4\n" + CHILD)
    council.put("sep.csv", FIGURES)
    council.put("good.csv", f"{HEAD}\n{GOOD.replace('Swale', 'Thanet')}\n")

    council.work()
    council.work()

    (news,) = council.news()
    failed, archive = council.settings.archive.with_name("failed"), council.settings.archive / "2026-03"
    assert (news.kind, news.errors, news.subject) == (
        OperationsKind.FILES_REFUSED,
        2,
        "report.pdf and 1 more",
    )
    assert news.problems.splitlines() == [
        f"report.pdf could not be read: no header. See {failed}/20260302T080000Z-report.pdf.reason.txt",
        (
            "sep.csv: 2 of 3 rows were set aside: unknown area (line 3), bad number (line 4). "
            f"See {archive}/20260302T080000Z-sep.csv.rejected.csv"
        ),
    ]
    for line in news.problems.splitlines():
        assert Path(line.rpartition("See ")[2]).is_file()
    assert CHILD not in news.problems


def test_a_file_that_is_delivered_again_unmended_is_news_again_and_the_copy_of_a_delivery_is_not(
    council: Council,
) -> None:
    for _ in range(2):
        council.put("sep.csv", FIGURES)
        council.work()
    assert [news.subject for news in council.news()] == ["sep.csv"]

    again = council.put("sep.csv", FIGURES)
    os.utime(again, (NOW.timestamp() - 600, NOW.timestamp() - 600))
    council.work()
    council.put("oct.csv", FIGURES.replace("x1", "x2"))
    council.work()

    assert [news.subject for news in council.news()] == ["sep.csv", "sep.csv", "oct.csv"]
    for news in council.news():
        assert Path(news.problems.rpartition("See ")[2]).is_file()


def test_files_that_were_not_taken_in_whole_are_counted_for_the_status_page_for_a_week(
    council: Council,
) -> None:
    council.put("report.pdf", "%PDF-1.4\n" + CHILD)
    council.put("sep.csv", FIGURES)
    application = council.start()
    application.take_in(NOW)
    application.evaluate(NOW)
    assert application.metrics.faulty_files == (1, 1)

    application.evaluate(NOW + timedelta(days=7))

    assert application.metrics.faulty_files == (0, 0)


@pytest.mark.parametrize(
    ("name", "step"),
    [
        *(("report.pdf", step) for step in ("reason written", "refusal noted", "moved")),
        *(("sep.csv", step) for step in ("recorded", "rejected rows written", "moved")),
    ],
)
def test_an_end_at_any_step_neither_loses_the_news_nor_doubles_it(
    council: Council, name: str, step: str
) -> None:
    council.put(name, FIGURES if name == "sep.csv" else "%PDF-1.4\n")
    application = council.start()

    def end(at: str) -> None:
        if at == step:
            raise KilledError

    inbox = application._inbox
    with pytest.raises(KilledError):
        list(inbox.take_in_ready(council.store, application.reading(NOW), step_reached=end))
    council.start().evaluate(NOW)  # the first cycle may come before the next look at the inbox
    council.work()
    council.work()

    (news,) = council.news()
    assert news.subject == name
    assert Path(news.problems.rpartition("See ")[2]).is_file()


@pytest.mark.parametrize("name", ["report.pdf", "sep.csv"])
def test_a_file_that_is_left_in_place_is_news_only_when_it_has_been_moved(
    council: Council, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = council.put(name, FIGURES if name == "sep.csv" else "%PDF-1.4\n")

    def cannot(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as away:
        away.setattr(inbox_module, "move", cannot)
        council.work()
    assert path.exists()
    assert council.news() == []
    with council.store.reading() as connection:
        assert faults_since(connection, NOW - timedelta(days=1)) == ()

    council.work()
    council.work()

    assert [news.subject for news in council.news()] == [name]


def test_a_long_list_of_files_is_cut_and_reasons_are_counted() -> None:
    faults = [FileFault(NOW, f"{number}.csv", "no header", "failed/x") for number in range(MOST_LISTED + 7)]
    rejections = [
        Rejection(line, code, "private", ("private",))
        for line, code in enumerate([FaultCode.BAD_DATE, *[FaultCode.UNKNOWN_AREA] * 1200], 2)
    ]

    news = files_refused(faults, "1")

    assert (news.errors, news.subject) == (57, "0.csv and 56 more")
    assert news.problems.splitlines()[-1] == "… and 7 more: “limen status” lists them"
    assert reasons_in_words(rejections) == "unknown area (1,200, first in line 3), bad date (line 2)"
