"""The examples of docs/rules.md are sound, and its tables name every key."""

import re
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest

from monitor.core.areas import Area, AreaTree, AreaType
from monitor.core.holding import DOUBT_OVER_AT
from monitor.directory import load_contacts
from monitor.rulebook.alerts import ALERT_KEYS
from monitor.rulebook.dated_values import COMMON_KEYS
from monitor.rulebook.indicators import BAND_KEYS, INDICATOR_KEYS
from monitor.rulebook.loader import read_rulebook
from monitor.rulebook.matches import MATCH_KEYS
from monitor.rulebook.routes import ROUTE_KEYS
from monitor.rulebook.sources import MAPPED_KEYS, SOURCE_KEYS
from monitor.rulebook.vocabulary.derivations import DERIVED
from monitor.rulebook.vocabulary.holding_back import INHIBITION, MAINTENANCE
from monitor.rulebook.vocabulary.indicators import BENCHMARKS, LIMITS, PLAUSIBLE, TARGETS
from monitor.rulebook.vocabulary.neighbours import NEIGHBOUR_SET
from monitor.rulebook.vocabulary.rule_file import RULE_FILE
from monitor.rulebook.vocabulary.timing import DIGEST_KEYS, WINDOW_KEYS
from monitor.rulebook.vocabulary.values import names
from tests.support.repository import ROOT
from tests.support.rule_texts import alert, areas, found, indicator, route, rule_file, source

TEXT = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
HIGHER = "unit: percent\ndecimals: 1\npolarity: higher is better\n"


def example(kind: str) -> str:
    (block,) = re.findall(rf"^```{kind}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    return str(block)


def test_every_section_is_in_the_table_of_contents_and_every_key_of_a_file_is_listed() -> None:
    prose = re.sub(r"^```.*?^```", "", TEXT, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^## (.*)$", prose, re.MULTILINE)
    assert re.findall(r"^- \[(.*)\]\(#", TEXT, re.MULTILINE) == headings
    (listed,) = re.findall(r"Each file may hold (.*?)in\s+any order", TEXT, re.DOTALL)
    assert set(re.findall(r"`(\w+):`", listed)) == set(RULE_FILE.names)


def test_the_guide_says_when_a_wait_of_working_days_ends() -> None:
    assert time(8) == DOUBT_OVER_AT
    assert "ends at 08:00 on the second\nworking day after the day on which the doubt was found" in TEXT


def test_the_first_rule_is_sound() -> None:
    assert not found(example("yaml") + example("yaml route of the first rule"))


def test_the_rebases_are_sound() -> None:
    assert not found(rule_file(indicator(example("yaml rebases of an indicator"))))


def test_the_dated_values_are_sound() -> None:
    changes = HIGHER + example("yaml part of an indicator")
    assert not found(rule_file(indicator(changes), alert("areas: county\nlevels: {warning: value < lower}")))


def test_the_alert_rule_is_sound() -> None:
    limits = "limits: [{from: 2012-04-01, lower: 70, reference: r}]\n"
    assert not found(rule_file(indicator(HIGHER + limits), alert(example("yaml part of an alert rule"))))


def test_the_routes_are_sound() -> None:
    routes = "".join(f"  {line}\n" for line in example("yaml part of the routes").splitlines())
    rules = alert() + alert("areas: county\nlevels: {critical: value > 100}", id="county-too")
    assert not found(
        rule_file(indicator("theme: child protection"), rules, routes.replace(", assessments]", "]"))
    )


def test_the_timing_of_a_route_is_sound() -> None:
    rules = alert("levels: {warning: value > 85}")
    assert not found(rule_file(alerts=rules, routes=route(example("yaml timing of a route"))))


def test_the_inhibitions_and_times_of_maintenance_are_sound() -> None:
    rules = indicator() + indicator(id="like_it") + indicator("theme: child protection", id="other")
    alerts = alert() + alert("indicator: like_it", id="a-rule") + alert("indicator: other", id="b-rule")
    book = rule_file(rules, alerts) + example("yaml inhibitions") + example("yaml maintenance")
    assert not found(book)


def test_the_plausible_figures_are_sound() -> None:
    assert not found(rule_file(indicator(example("yaml plausible figures of an indicator"))))


def test_the_contacts_with_deputies_are_sound(tmp_path: Path) -> None:
    path = tmp_path / "contacts.yaml"
    path.write_text(example("yaml contacts with deputies"), encoding="utf-8")
    assert len(load_contacts(path, areas()).directory.deputies) == 1


def test_the_sources_are_sound() -> None:
    yearly = "unit: percent\nfrequency: annual\nrag: [{from: 2012-04-01, green: value < 5, reference: r}]\n"
    both = indicator() + indicator(yearly, id="plans_two_or_more_years")
    assert not found(rule_file(both) + example("yaml sources"))
    changes = "period: {column: time_period, form: financial year}\n" + example("yaml part of a source")
    both = indicator() + indicator(yearly, id="assessments_in_time")
    assert not found(rule_file(both, sources=source(changes)))


RATE = "unit: per 10,000 aged 0-17\ndecimals: 1\n"
PER = (
    "unit: children\nfrequency: annual\npolarity: none\n"
    "rag: [{from: 2013-04-01, green: value > 0, reference: r}]\n"
)


def test_the_derived_indicators_are_sound() -> None:
    assert not found(example("yaml derived"))
    both = "".join(indicator(PER, id=f"population_census_{year}") for year in (2001, 2011))
    plans = indicator("unit: children", id="cp_plans")
    rate = indicator(RATE + example("yaml part of a derived indicator"))
    assert not found(rule_file(rate + both + plans))


def test_the_learnt_range_is_sound() -> None:
    changes = example("yaml part of an indicator that learns")
    assert not found(rule_file(indicator(changes), alert("levels: {warning: value > upper}")))


def test_the_comparisons_are_sound() -> None:
    country = AreaTree.of([Area("England", AreaType.COUNTRY), *(_below_england(area) for area in areas())])
    compared = indicator(RATE + example("yaml part of an indicator that compares"))
    text = rule_file(compared, alert("levels: {warning: value > target}")) + example("yaml neighbour sets")
    name = "neighbours-2014.csv"
    contents = {"rules.yaml": text.encode(), name: example(f"csv {name}").encode()}
    outcome = read_rulebook(contents, areas=country)
    # The example's set has two rows, and the rule asks for eight neighbours.
    assert {problem.code for problem in outcome.problems} <= {"LIM215", "LIM817"}
    assert outcome.rulebook is not None


def _below_england(area: Area) -> Area:
    return area if area.parent else replace(area, parent="England")


def test_the_table_of_targets_is_sound() -> None:
    changes = example("yaml part of an indicator with a table")
    name = "adoptions-2013.csv"
    while_it_holds = "effective: {from: 2013-04-01, until: 2013-07-01}\nlevels: {warning: value > target}"
    text = rule_file(indicator(changes), alert(while_it_holds))
    assert not found({"rules.yaml": text, name: example(f"csv {name}")})


def test_the_contacts_are_sound(tmp_path: Path) -> None:
    path = tmp_path / "contacts.yaml"
    path.write_text(example("yaml contacts"), encoding="utf-8")
    assert load_contacts(path, areas()).operations[0].name == "Terry Example"


@pytest.mark.parametrize(
    "key",
    sorted(
        {
            *(*INDICATOR_KEYS, *ALERT_KEYS, *ROUTE_KEYS, *MATCH_KEYS, *COMMON_KEYS, *BAND_KEYS),
            *(*SOURCE_KEYS, *MAPPED_KEYS, *DERIVED.names, *NEIGHBOUR_SET.names),
            *(*names(TARGETS), *names(LIMITS), *names(BENCHMARKS)),
            *(*INHIBITION.names, *MAINTENANCE.names, *WINDOW_KEYS, *DIGEST_KEYS, *PLAUSIBLE.one_of),
        }
    ),
)
def test_every_key_is_described(key: str) -> None:
    assert re.search(rf"^\|[^|]*`{key}`|`match` \|.*`{key}`", TEXT, re.MULTILINE)
