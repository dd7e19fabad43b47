"""Whether alerts can hold each other, or hold anything: as a comparison of all with all has it."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.areas import AreaTree
from monitor.core.rulebook import Inhibition, Same
from monitor.rulebook.checks.instances import Instance, matched
from tests.support.rule_texts import alert, areas, indicator, loaded, route, rule_file

BOOK = rule_file(
    indicator() + indicator("theme: plans", id="plans") + indicator(id="visits"),
    alert("areas: [district, county, area]")
    + alert("indicator: plans\nareas: [Swale, Kent]\nlevels: {critical: value > 5}", id="plans-many")
    + alert("indicator: visits\nareas: [East Kent, Swale]\nlevels: {warning: value > 5}", id="visits-late"),
    route(),
)
AREA_WORDS = st.sampled_from(
    [
        "Swale",
        "Thanet",
        "East Kent",
        "Kent",
        "district",
        "all",
        "East Kent, areas_themselves: true",
        "Kent, areas_themselves: true",
    ]
)
LEVELS = st.sampled_from(["[warning]", "[critical]", "[warning, critical]"])
MATCHES = st.builds("{{areas: {}, levels: {}}}".format, AREA_WORDS, LEVELS)
SAMES = st.lists(st.sampled_from(["indicator", "theme", "area"]), unique=True, min_size=1).map(
    lambda words: f"same: [{', '.join(words)}], "
)
INHIBITIONS = st.builds(
    "{{while: {}, hold: {}, {}within: {}, reference: r}}".format,
    MATCHES,
    MATCHES,
    st.just("") | SAMES,
    st.sampled_from(["true", "false"]),
)


def every() -> list[Instance]:
    book = loaded(BOOK).rulebook
    assert book is not None
    return [
        Instance(rule, book.indicators[rule.indicator], area, each.level)
        for rule in book.alerts.values()
        for area in areas()
        if rule.covers(area)
        for each in rule.thresholds_for(area).levels
    ]


ALL = every()
TREE: AreaTree = areas()


def one_alone(written: str) -> Inhibition:
    """An inhibition; two that are an error together make no rulebook."""
    book = loaded(BOOK + f"inhibitions:\n  x: {written}\n").rulebook
    assert book is not None
    return book.inhibitions[0]


def holds(inhibition: Inhibition, source: Instance, target: Instance) -> bool:
    """Whether one alert holds another by one inhibition."""
    around = {each.name for each in TREE.ancestors(target.area.name)}
    pairs = {
        Same.INDICATOR: (source.indicator.id, target.indicator.id),
        Same.THEME: (source.indicator.theme, target.indicator.theme),
        Same.AREA: (source.area.name, target.area.name),
    }
    return (
        source.alert != target.alert
        and bool(matched(inhibition.source, [source]))
        and bool(matched(inhibition.target, [target]))
        and not (matched(inhibition.target, [source]) and matched(inhibition.source, [target]))
        and all(one == other for one, other in (pairs[each] for each in inhibition.same))
        and (not inhibition.within or source.area.name in around)
    )


@given(st.lists(INHIBITIONS, min_size=1, max_size=2))
def test_what_is_said_of_inhibitions_is_what_comparing_all_with_all_finds(written: list[str]) -> None:
    text = "inhibitions:\n" + "".join(f"  x{number}: {each}\n" for number, each in enumerate(written))
    outcome = loaded(BOOK + text)
    first = BOOK.count("\n") + 2
    inhibitions = [one_alone(each) for each in written]
    told = {
        code: {each.position.line - first for each in outcome.problems if each.code == code}
        for code in ("LIM516", "LIM517")
    }

    held = [
        {
            (one, other)
            for one in range(len(ALL))
            for other in range(len(ALL))
            if holds(by, ALL[one], ALL[other])
        }
        for by in inhibitions
    ]
    matching = [bool(matched(each.source, ALL) and matched(each.target, ALL)) for each in inhibitions]
    assert told["LIM516"] == {number for number, pairs in enumerate(held) if matching[number] and not pairs}
    assert told["LIM517"] == {
        later
        for later, pairs in enumerate(held)
        for earlier in held[:later]
        if any((other, one) in earlier for one, other in pairs)
    }
