"""The Grafana dashboard's structure: what a Grafana 11 needs to show it."""

import json
from typing import Any

import yaml

from monitor.scoreboard import DIRECTION_NUMBERS, RATING_NUMBERS
from tests.support.repository import ROOT

GRAFANA = ROOT / "config/grafana"
DASHBOARD: dict[str, Any] = json.loads((GRAFANA / "dashboards/limen.json").read_text(encoding="utf-8"))
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]


def test_panels_have_ids_of_their_own_and_lie_beside_each_other() -> None:
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    taken: set[tuple[int, int]] = set()
    for panel in PANELS:
        place = panel["gridPos"]
        cells = {
            (place["x"] + right, place["y"] + down)
            for right in range(place["w"])
            for down in range(place["h"])
        }
        assert place["x"] + place["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells


def test_every_panel_asks_the_chosen_prometheus_and_says_what_it_shows() -> None:
    for panel in PANELS:
        if panel["type"] == "row":
            continue
        assert panel["description"]
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        references = [target["refId"] for target in panel["targets"]]
        assert references
        assert len(set(references)) == len(references)


def test_variables_are_declared_before_they_are_used() -> None:
    names = [variable["name"] for variable in DASHBOARD["templating"]["list"]]

    assert names == ["datasource", "county", "area", "indicator"]
    assert DASHBOARD["schemaVersion"] == 41
    assert DASHBOARD["uid"] == "limen"


def _words(field: str) -> list[dict[str, str]]:
    """The value mappings of a field, of every panel that shows it."""
    found = []
    for panel in PANELS:
        for override in panel.get("fieldConfig", {}).get("overrides", []):
            for each in override["properties"] if override["matcher"]["options"] == field else []:
                if each["id"] == "mappings":
                    options = each["value"][0]["options"]
                    found += [{key: value["text"] for key, value in options.items()}]
    return found


def test_numbers_are_shown_as_the_words_that_they_stand_for() -> None:
    ratings = {str(number): str(rating) for rating, number in RATING_NUMBERS.items() if number is not None}
    directions = {str(number): str(direction) for direction, number in DIRECTION_NUMBERS.items()}

    assert len(_words("Rating")) == 2
    for words in _words("Rating"):
        assert {key: text.partition(" ")[2] for key, text in words.items()} == ratings
    for words in _words("Direction"):
        assert words == directions | {"0": "not known"}


def test_provisioning_puts_the_dashboard_where_it_says() -> None:
    dashboards = yaml.safe_load((GRAFANA / "provisioning/dashboards/limen.yaml").read_text())
    sources = yaml.safe_load((GRAFANA / "provisioning/datasources/limen.yaml").read_text())
    place = dashboards["providers"][0]["options"]["path"]

    assert sources["datasources"][0]["type"] == "prometheus"
    assert place in (ROOT / "docs/run-it.md").read_text(encoding="utf-8")
