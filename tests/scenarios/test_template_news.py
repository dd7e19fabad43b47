"""Templates of the house that fail are mailed to operations once, and every mail goes out all the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection

from monitor.app import Application
from monitor.compose.bounded import ENDED
from monitor.compose.rendering_process import Fault
from monitor.compose.template_checks import problem_of, sample_views
from monitor.core.notifications import Notification, OperationsKind, OperationsNews
from monitor.settings import Settings, load_settings
from monitor.store.errors import StoreUnavailableError
from monitor.store.operations_news import ToldOperations
from monitor.store.outbox import outbox_entries
from monitor.store.store import Store
from monitor.template_news import Standpoint, accepted, is_news, refused, still_refused
from tests.support.council import CONTACTS, ROUTES, RULES
from tests.support.repository import ROOT
from tests.support.smtp_server import SmtpServer
from tests.support.store_samples import ANNA, queued

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
REFUSED, ACCEPTED = OperationsKind.TEMPLATES_REFUSED, OperationsKind.TEMPLATES_ACCEPTED
GOOD = "Ask Kent.\n"
FAILS = "\n\n{{ mail.contcat }}\n"
FOR_ANNA = "{% if 'Anna' in mail.greeting %}\n{{ mail.contcat }}\n{% endif %}Ask Kent.\n"
"""No sample is for her."""


class AwayStore(Store):
    """A store that can be away when something is to be written."""

    away = False

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        if self.away:
            raise StoreUnavailableError("the database is away")
        with super().writing() as connection:
            yield connection


@dataclass
class House:
    """A limen with templates of its own, which a test edits; each ``start`` is a process of its own."""

    settings: Settings
    url: str
    server: SmtpServer
    stores: list[AwayStore] = field(default_factory=list)

    def write(self, text: str, name: str = "mail/closing.txt.j2") -> None:
        path = self.settings.config_dir / "templates" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    @contextmanager
    def start(self) -> Iterator[Application]:
        store = AwayStore.open(self.url)
        self.stores.append(store)
        application = Application(self.settings, store, clock=lambda: NOW, jitter=lambda: 0.0)
        try:
            assert application.reload(NOW).loaded
            yield application
        finally:
            application.close()

    def check(self) -> int:
        """Starts limen, has it check the templates, and returns how many errors it knows then."""
        with self.start() as application:
            application.check_templates(NOW)
            return len(application.metrics.template_problems)

    def send(self, application: Application) -> str:
        """Has a mail for Anna delivered, and returns what she reads."""
        queued(self.stores[-1], ANNA, now=NOW)
        application.deliver(NOW)
        return str(self.server.to(ANNA.address)[-1].message.get_body(("plain",)))

    def mails(self) -> list[Notification]:
        with Store.open(self.url) as store, store.reading() as connection:
            return [entry.notification for entry in reversed(outbox_entries(connection))]

    def news(self) -> list[OperationsNews]:
        return [mail.operations for mail in self.mails() if mail.operations is not None]

    def told(self) -> list[OperationsKind]:
        return [each.kind for each in self.news()]


@pytest.fixture
def house(sqlite_template: Path, tmp_path: Path) -> Iterator[House]:
    rules, config = tmp_path / "rules", tmp_path / "config"
    for folder in (rules, config):
        folder.mkdir()
    (config / "contacts.yaml").write_text(CONTACTS, encoding="utf-8")
    (config / "areas.csv").write_text((ROOT / "config" / "areas.csv").read_text("utf-8"), encoding="utf-8")
    (rules / "routes.yaml").write_text(ROUTES, encoding="utf-8")
    (rules / "rules.yaml").write_text(RULES.format(topic=1, limit=40), encoding="utf-8")
    database = tmp_path / "limen.db"
    database.write_bytes(sqlite_template.read_bytes())
    with SmtpServer(security="none") as server:
        smtp = {"host": "127.0.0.1", "port": server.port, "security": "none"}
        settings = load_settings(rules_dir=rules, config_dir=config, state_dir=tmp_path / "state", smtp=smtp)
        yield House(settings, f"sqlite:///{database}", server)


def test_templates_that_fail_are_told_once_and_their_mending_once(house: House) -> None:
    house.write(FAILS)
    with house.start() as application:
        for _ in range(2):
            application.check_templates(NOW)
        assert house.send(application) == house.send(application)
        assert len(application.metrics.template_problems) == 1
        assert b"\nlimen_template_problems 1.0\n" in application.metrics.exposition()
    assert house.check() == 1
    assert house.told() == [REFUSED]
    house.write(GOOD)
    assert [house.check(), house.check()] == [0, 0]
    assert house.told() == [REFUSED, ACCEPTED]

    refused = house.news()[0]
    assert refused.errors == 1
    assert refused.problems.startswith(
        "templates/mail/closing.txt.j2:3:9: LIM753 there is no “contcat” here — "
    )
    assert "^^^^^^^" in refused.problems
    assert refused.subject == str(house.settings.config_dir / "templates")
    (mail,) = house.server.to("ops@kent.example")
    assert mail.message["Subject"] == (
        "limen: templates of your own refused, 1 error; mails go out by limen’s own"
    )


def test_another_fault_is_news_and_what_was_told_since_it_was_good_is_not(house: House) -> None:
    with house.start() as application:
        for text in (FAILS, "{% if %}", FAILS, GOOD, FAILS):
            house.write(text)
            application.check_templates(NOW)
    assert house.told() == [REFUSED, REFUSED, ACCEPTED, REFUSED]


def test_templates_that_are_taken_away_are_refused_no_more(house: House) -> None:
    house.write(FAILS)
    house.write(GOOD, "mail/closings.txt.j2")
    assert house.check() == 2
    for path in (house.settings.config_dir / "templates" / "mail").iterdir():
        path.unlink()
    assert house.check() == 0
    assert house.told() == [REFUSED, ACCEPTED]


def test_a_warning_alone_is_no_news(house: House) -> None:
    house.write("<b>Kent</b><!-- <script> -->", "mail/brand.html.j2")
    assert house.check() == 0
    assert house.told() == []


def test_a_fault_that_only_a_mail_meets_is_told_once_and_lasts_until_an_edit(house: House) -> None:
    house.write(FOR_ANNA)
    with house.start() as application:
        application.check_templates(NOW)
        assert "children's services day by day" in house.send(application)
        house.send(application)
        application.check_templates(NOW)
    assert house.told() == [REFUSED]
    assert "closing.txt.j2:2:9: LIM753" in house.news()[0].problems

    with house.start() as application:  # samples that go well do not show that it is mended
        application.check_templates(NOW)
        assert len(application.metrics.template_problems) == 1
        house.send(application)
        application.check_templates(NOW)
    assert house.told() == [REFUSED]
    house.write(FOR_ANNA.replace("contcat", "contact"))
    assert house.check() == 0
    assert house.told() == [REFUSED, ACCEPTED]


def test_a_fault_of_templates_that_were_mended_meanwhile_is_not_told(house: House) -> None:
    house.write(FAILS)
    with house.start() as application:
        application._templates.lay_out(next(sample_views()))  # takes its time
        house.write(GOOD)
        application.check_templates(NOW)
        (entry,) = queued(house.stores[-1], ANNA, now=NOW)
        application._templates.composed(entry.notification, application.world, NOW)
        assert application.metrics.template_problems == ()
        house.send(application)
    assert house.told() == []


def test_a_fault_of_the_machine_is_taken_back_by_the_next_check(house: House) -> None:
    house.write(GOOD)
    with house.start() as application:
        house.send(application)
        running = application._templates._own.rendering._running
        assert running is not None
        running.process.kill()
        running.process.wait()
        house.send(application)
        assert house.told() == [REFUSED]
        application.check_templates(NOW)
        assert application.metrics.template_problems == ()
    assert house.told() == [REFUSED, ACCEPTED]


def test_what_the_news_itself_meets_makes_no_more_news(house: House) -> None:
    house.write("{% if mail.detailed[0].label == 'Refused' %}\n{{ 1 / 0 }}\n{% endif %}{{ mail.contcat }}")
    with house.start() as application:
        for _ in range(2):
            house.send(application)
            while application.deliver(NOW).delivered:
                pass
        assert len(house.server.to("ops@kent.example")) == 1
        assert len(application.metrics.template_problems) == 2
    assert house.told() == [REFUSED]


def test_a_kill_before_the_mail_is_sent_neither_loses_nor_doubles_the_news(house: House) -> None:
    house.write(FOR_ANNA)
    with house.start() as application:  # killed before the news is written
        (entry,) = queued(house.stores[-1], ANNA, now=NOW)
        house.stores[-1].away = True
        with pytest.raises(StoreUnavailableError):
            application.compose(entry)
    assert house.told() == []
    for _ in range(2):  # killed after it is written, before the mail is sent
        with house.start() as application:
            application.compose(entry)
        assert house.told() == [REFUSED]
    with house.start() as application:
        application.deliver(NOW)
    assert house.told() == [REFUSED]
    assert len(house.server.to(ANNA.address)) == 1


def test_while_the_database_is_away_nothing_is_forgotten(house: House) -> None:
    house.write(FAILS)
    with house.start() as application:
        house.stores[-1].away = True
        application.check_templates(NOW)
        house.stores[-1].away = False
        assert len(application.metrics.template_problems) == 1
        assert house.told() == []
        for _ in range(2):
            application.evaluate(NOW)
        assert house.told() == [REFUSED]


def test_two_limens_on_one_store_tell_it_once(house: House) -> None:
    house.write(FOR_ANNA)
    with house.start() as one, house.start() as other:
        (entry,) = queued(house.stores[-1], ANNA, now=NOW)
        for application in (one, other):
            application.compose(entry)
    assert house.told() == [REFUSED]


def test_a_check_that_is_to_stop_says_nothing_and_is_made_anew(house: House) -> None:
    house.write(FAILS)
    with house.start() as application:
        application.check_templates(NOW, lambda: True)
        assert house.told() == []
        application.check_templates(NOW)
    assert house.told() == [REFUSED]


HERE = Standpoint((), "8f14", "/etc/limen/templates")
SLOW = Fault("LIM755", "", 1, "", "the mail was not laid out within 5 seconds")
KILLED = Fault("LIM756", "mail/closing.txt.j2", 1, "", ENDED)
LOST = Fault("LIM757", "mail/card.txt.j2", 1, "", "the mail does not say what to do")
WRONG = Fault("LIM753", "mail/closing.txt.j2", 3, "", "there is no “contcat” here")


def told_of(*faults: Fault, version: str = "") -> ToldOperations:
    verdict = refused([problem_of(fault) for fault in faults], {}, HERE, met_with=version)
    return ToldOperations(NOW, REFUSED, verdict.fingerprint, verdict.summary, version)


@pytest.mark.parametrize(
    ("met", "told", "news"),
    [
        (WRONG, (), True),
        (WRONG, (told_of(WRONG, LOST),), False),
        (WRONG, (told_of(LOST),), True),
        (replace(WRONG, message="there is no “Anna” here"), (told_of(WRONG),), False),
        (replace(WRONG, line=4), (told_of(WRONG),), True),
        (replace(SLOW, template="mail/closing.txt.j2"), (told_of(SLOW),), False),
        (replace(LOST, template="mail/card.html.j2"), (told_of(LOST),), False),
    ],
)
def test_what_a_mail_meets_is_news_unless_that_fault_was_told(
    met: Fault, told: tuple[ToldOperations, ...], *, news: bool
) -> None:
    assert is_news(refused([problem_of(met)], {}, HERE, met_with="v1"), told) is news


@pytest.mark.parametrize(
    ("told", "news"),
    [
        ((), False),
        ((told_of(WRONG),), True),
        ((told_of(WRONG, version="v1"),), False),
        ((told_of(WRONG, version="v0"),), True),
        ((told_of(WRONG, version="v1"), told_of(LOST)), False),
        ((told_of(SLOW, version="v1"), told_of(KILLED, version="v1")), True),
    ],
)
def test_good_samples_take_back_all_but_what_mails_met_with_the_same_templates(
    told: tuple[ToldOperations, ...], *, news: bool
) -> None:
    assert is_news(accepted("v1", HERE), told) is news
    assert bool(still_refused("v1", told)) is (bool(told) and not news)
