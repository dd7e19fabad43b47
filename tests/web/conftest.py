from collections.abc import Iterator

import httpx
import pytest

from monitor.core.alerts import AlertState
from monitor.core.judgements import RagRating
from tests.support.board import AREAS, RULEBOOK, a_figure, an_alert
from tests.support.stores import sqlite_template
from tests.support.web_pages import Source, served

__all__ = ["sqlite_template"]


@pytest.fixture
def source() -> Source:
    found = Source()
    found.metrics.rulebook_in_force(RULEBOOK, AREAS)
    found.scoreboard.update(
        [a_figure(), a_figure(area="Swale", rag=RagRating.RED), a_figure(area="Thanet")],
        [an_alert("too-many", "Swale"), an_alert("too-many", "Kent", state=AlertState.RESOLVED, level=None)],
        {("cp_plans", "Thanet")},
    )
    return found


@pytest.fixture
def client(source: Source) -> Iterator[httpx.Client]:
    with served(source) as client:
        yield client
