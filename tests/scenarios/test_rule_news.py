"""A refused edit of the rules is mailed to operations once, whatever is restarted or away."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from monitor.app import Application, NoRulebookError
from monitor.core.notifications import Notification, OperationsKind
from monitor.directory.kept_files import KEPT_FILE
from monitor.operations import LONGEST_LIST, refused, tell_operations
from monitor.settings import Settings, load_settings
from monitor.store.errors import StoreUnavailableError
from monitor.store.operations_news import standing_refusals
from monitor.store.outbox import outbox_entries
from monitor.store.store import Store
from tests.support.council import CONTACTS, ROUTES, RULES
from tests.support.repository import ROOT

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GOOD = RULES.format(topic=1, limit=40)


@dataclass
class Place:
    """A limen whose rules a test edits; each ``start`` is a process of its own."""

    settings: Settings
    url: str
    now: datetime = NOW

    def write(self, text: str, name: str = "rules.yaml") -> None:
        (self.settings.rules_dir / name).write_text(text, encoding="utf-8")

    @contextmanager
    def start(self) -> Iterator[Application]:
        store = Store.open(self.url)
        application = Application(self.settings, store, clock=lambda: self.now, jitter=lambda: 0.0)
        try:
            yield application
        finally:
            application.close()

    def mails(self) -> list[Notification]:
        with Store.open(self.url) as store, store.reading() as connection:
            return [entry.notification for entry in reversed(outbox_entries(connection))]

    def told(self) -> list[OperationsKind | None]:
        return [mail.operations.kind if mail.operations else None for mail in self.mails()]


@pytest.fixture
def place(store_url: str, tmp_path: Path) -> Place:
    rules, config, state = tmp_path / "rules", tmp_path / "config", tmp_path / "state"
    for folder in (rules, config, state):
        folder.mkdir()
    (config / "contacts.yaml").write_text(CONTACTS, encoding="utf-8")
    (config / "areas.csv").write_text((ROOT / "config" / "areas.csv").read_text("utf-8"), encoding="utf-8")
    settings = load_settings(rules_dir=rules, config_dir=config, state_dir=state)
    found = Place(settings, store_url)
    found.write(ROUTES, "routes.yaml")
    found.write(GOOD)
    return found


REFUSED, ACCEPTED = OperationsKind.RULES_REFUSED, OperationsKind.RULES_ACCEPTED


def test_a_refused_edit_is_told_once_and_its_mending_once(place: Place) -> None:
    with place.start() as application:
        good = application.reload(NOW)
        place.write(GOOD.replace("value > 40", "value > forty"))
        for _ in range(3):
            assert not application.reload(NOW).loaded
        assert application.world.rulebook.version == good.version
        place.write(GOOD)
        for _ in range(3):
            assert application.reload(NOW).loaded
    first, second = place.mails()
    assert place.told() == [REFUSED, ACCEPTED]
    assert first.recipient.id == second.recipient.id == "ops"
    news = first.operations
    assert news is not None
    assert news.errors == 1
    assert "rules.yaml:17:" in news.problems
    assert "^" in news.problems
    assert news.rules_version == good.version
    assert news.rules_folder == str(place.settings.rules_dir)
    with Store.open(place.url) as store, store.reading() as connection:
        newest, oldest = outbox_entries(connection)
    assert newest.thread_ids == (oldest.message_id,)
    with place.start() as application:
        message = application.compose(oldest)
    assert message.subject == "limen: rules on disk refused, 1 error; the last good ones stay in force"
    assert news.problems.splitlines()[0] in message.text


def test_each_different_refusal_is_told_and_going_back_to_an_earlier_one_is_not(place: Place) -> None:
    with place.start() as application:
        application.reload(NOW)
        for fault in ("forty", "fifty", "forty"):
            place.write(GOOD.replace("value > 40", f"value > {fault}"))
            application.reload(NOW)
    assert place.told() == [REFUSED, REFUSED]


def test_the_same_refusal_after_good_rules_is_news_again(place: Place) -> None:
    with place.start() as application:
        for text in (GOOD, "a: [", GOOD, "a: [", GOOD):
            place.write(text)
            application.reload(NOW)
    assert place.told() == [REFUSED, ACCEPTED, REFUSED, ACCEPTED]


def test_a_restart_repeats_nothing_and_forgets_nothing(place: Place) -> None:
    with place.start() as application:
        application.reload(NOW)
        place.write("a: [")
        application.reload(NOW)
    with place.start() as application:
        assert not application.reload(NOW).loaded
    assert place.told() == [REFUSED]
    place.write(GOOD)
    for _ in range(2):
        with place.start() as application:
            assert application.reload(NOW).loaded
    assert place.told() == [REFUSED, ACCEPTED]


def test_a_restart_in_the_middle_of_an_edit_goes_on_by_the_last_good_rules(place: Place) -> None:
    with place.start() as application:
        good = application.reload(NOW)
        before = application.world
    place.write("a: [")
    with place.start() as application:
        outcome = application.reload(NOW)
        assert (outcome.loaded, outcome.version) == (False, good.version)
        assert application.world == before
        place.write(GOOD)
        assert not application.reload(NOW).changed
    assert place.told() == [REFUSED, ACCEPTED]


def test_good_rules_that_could_not_be_kept_are_kept_by_a_later_cycle(place: Place) -> None:
    in_the_way = place.settings.state_dir / KEPT_FILE
    in_the_way.mkdir()
    with place.start() as application:
        good = application.reload(NOW)
        place.write("a: [")
        assert not application.reload(NOW).loaded
        application.evaluate(NOW)
        assert not list(in_the_way.iterdir())
        in_the_way.rmdir()
        application.evaluate(NOW)
    with place.start() as application:
        assert application.reload(NOW).version == good.version


@pytest.mark.parametrize("damage", [None, b"no archive"])
def test_without_good_rules_from_before_there_is_nothing_to_begin_with(
    damage: bytes | None, place: Place
) -> None:
    place.write("a: [")
    if damage is not None:
        (place.settings.state_dir / KEPT_FILE).write_bytes(damage)
    with place.start() as application:
        outcome = application.reload(NOW)
        assert (outcome.loaded, outcome.version) == (False, "")
        with pytest.raises(NoRulebookError, match="LIM"):
            _ = application.world
    assert place.told() == []


def test_two_limens_on_one_store_tell_it_once(place: Place) -> None:
    with place.start() as one, place.start() as other:
        for application in (one, other):
            application.reload(NOW)
        place.write("a: [")
        for application in (one, other):
            application.reload(NOW)
    assert place.told() == [REFUSED]


class AwayStore(Store):
    """A store that can be away."""

    away = False

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        if self.away:
            raise StoreUnavailableError("the database is away")
        with super().writing() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        if self.away:
            raise StoreUnavailableError("the database is away")
        with super().reading() as connection:
            yield connection


def test_a_database_that_is_away_keeps_no_rules_from_coming_into_force_and_nothing_is_lost(
    place: Place,
) -> None:
    store = AwayStore.open(place.url)
    application = Application(place.settings, store, clock=lambda: NOW, jitter=lambda: 0.0)
    try:
        application.reload(NOW)
        store.away = True
        place.write(GOOD.replace("40", "41"))
        changed = application.reload(NOW)
        assert (changed.loaded, changed.changed) == (True, True)
        place.write("a: [")
        assert not application.reload(NOW).loaded
        assert application.world.rulebook.version == changed.version
        with pytest.raises(StoreUnavailableError):
            application.evaluate(NOW)
        store.away = False
        for _ in range(2):
            application.evaluate(NOW + timedelta(minutes=1))
    finally:
        application.close()
    assert place.told() == [REFUSED]


def test_a_long_list_of_problems_is_shortened_and_a_change_beyond_it_is_still_news(store: Store) -> None:
    line = "rules.yaml:1:1: LIM100 wrong\n"
    many = line * (2 * LONGEST_LIST // len(line))
    verdicts = [
        refused(text, 9, rules_version="v", rules_folder="/rules", recipients=())
        for text in (many, f"{many}one more\n")
    ]
    for verdict in verdicts:
        assert len(verdict.news.problems) < LONGEST_LIST + 100
        assert verdict.news.problems.endswith("more lines: “limen check” shows all")
        with store.writing() as connection:
            tell_operations(connection, verdict, now=NOW, domain="limen.example")
    with store.reading() as connection:
        assert len(standing_refusals(connection)) == 2
