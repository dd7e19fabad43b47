"""What telling is done with: what is known, the world and the instant."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from sqlalchemy import Connection

from monitor.core.freshness import late_indicator
from monitor.core.plausibility import faulty_indicator
from monitor.core.recipients import Recipient
from monitor.core.routing import Reached, data_owners, reached, vacancies
from monitor.core.rulebook import Level, Route
from monitor.core.windows import Calendar
from monitor.telling.recollection import Recollection, StoredRecollection
from monitor.world import World


@dataclass(frozen=True)
class Scene:
    """One cycle's telling. ``calendar`` says what day and what hour it is where people are."""

    kept: Recollection
    world: World
    now: datetime
    calendar: Calendar

    @cached_property
    def today(self) -> date:
        """The day where people are."""
        return self.calendar.local_day(self.now)

    @cached_property
    def routes(self) -> dict[str, Route]:
        """The routes by id."""
        return {route.id: route for route in self.world.rulebook.routes}

    def reach(self, rule: str, area: str, level: Level | None) -> tuple[Reached, ...]:
        """Whom an alert reaches today at that level: by routes, or those who own the data it is about."""
        world = self.world
        if late_indicator(rule) is not None or faulty_indicator(rule) is not None:
            if area not in world.areas.by_name:
                return ()
            return data_owners(area, directory=world.directory, areas=world.areas, on=self.today)
        known, place = world.rulebook.alerts.get(rule), world.areas.find(area)
        if known is None or place is None:
            return ()
        return reached(
            world.rulebook.routes,
            known,
            world.indicator_of(known),
            place,
            level,
            directory=world.directory,
            areas=world.areas,
            on=self.today,
        )

    def vacant(self, rule: str, area: str, level: Level | None) -> str:
        """Says which roles nobody holds today that the alert's routes name; "" where that is not why."""
        world = self.world
        known, place = world.rulebook.alerts.get(rule), world.areas.find(area)
        if known is None or place is None:
            return ""
        return vacancies(
            world.rulebook.routes,
            known,
            world.indicator_of(known),
            place,
            level,
            directory=world.directory,
            areas=world.areas,
            on=self.today,
        )

    def as_known_now(self, person: Recipient) -> Recipient:
        """Somebody as the contacts have them now; as they were told, where they are no longer there.

        A deputy stays one.
        """
        known = self.world.directory.people.get(person.id, person)
        return replace(known, stands_in_for=person.stands_in_for)


@dataclass(frozen=True)
class CycleScene(Scene):
    """A real cycle's telling, within its transaction: with figures, and mails that go into the outbox."""

    connection: Connection

    @classmethod
    def of(cls, connection: Connection, world: World, now: datetime, calendar: Calendar) -> "CycleScene":
        """What a cycle tells with at an instant."""
        return cls(StoredRecollection(connection), world, now, calendar, connection)
