"""The shipped dashboard on a real Prometheus that is fed by the demo: no panel is empty."""

import re
import signal
import subprocess
from collections.abc import Iterator

import pytest

from tests.support.command import LIMEN, environment
from tests.support.prometheus import ask, filled, panels, running_prometheus
from tests.support.service_manager import wait_for

pytestmark = pytest.mark.xdist_group("demo")

CHOICES = [
    {"area": "Swale", "indicator": "referrals_received"},
    {"area": "Kent", "indicator": "cp_plan_rate"},
    {"area": "Kent", "indicator": "referrals_received"},
]
"""No indicator has a target and both ends of a range, so a panel about one is tried with several."""

QUERIES = [
    pytest.param(target["expr"], id=f"{panel['title']}-{target['refId']}")
    for panel in panels()
    for target in panel["targets"]
]


@pytest.fixture(scope="module")
def fed_by_the_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prometheus beside the demo, once the demo has been played and stays up."""
    folder = tmp_path_factory.mktemp("demo-on-prometheus")
    shown = folder / "shown"
    with shown.open("w") as screen:
        demo = subprocess.Popen(
            [LIMEN, "demo", "--folder", str(folder / "demo")],
            stdout=screen,
            stderr=subprocess.STDOUT,
            env=environment(),
        )
    try:
        stays_up = "The status page and the metrics stay up: http://"
        wait_for(lambda: stays_up in shown.read_text(), shown.read_text, seconds=200)
        found = re.search(r"stay up: http://([0-9.:]+)/", shown.read_text())
        assert found is not None
        with running_prometheus(folder, found[1]) as address:
            yield address
    finally:
        demo.send_signal(signal.SIGTERM)
        demo.wait(timeout=60)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("expression", QUERIES)
def test_every_panel_shows_something_of_the_demo(expression: str, fed_by_the_demo: str) -> None:
    found = {
        filled(expression, choice): ask(fed_by_the_demo, filled(expression, choice)) for choice in CHOICES
    }
    assert any(found.values()), found


def test_the_county_scorecard_has_the_reports_colours(fed_by_the_demo: str) -> None:
    reds = ask(fed_by_the_demo, 'limen_indicator_rating{area="Kent"} == 3')
    assert {each["metric"]["indicator"] for each in reds} == {"posts_filled_by_permanent_qsw"}
