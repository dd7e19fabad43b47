"""``limen explain`` says why a test of significance has no interval to go by: each cause, and no other."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.app import open_application
from monitor.cli.entry import run
from monitor.intake.recording import TakenIn, ingest_file
from monitor.settings import load_settings

CONFIG = Path(__file__).parent / "explained" / "config"
NOW = datetime(2014, 8, 1, 9, 0, tzinfo=UTC)
COUNT = """
  {id}:
    title: {id}
    theme: t
    definition: d
    unit: {unit}
    decimals: 0
    basis: month
    frequency: monthly
    polarity: lower is better
    source: x
{more}
"""
ALERT = """
  {id}:
    title: t
    indicator: {indicator}
    areas: authority
    levels: {{warning: {condition}}}
    action: a
    reference: r
"""
RULES = (
    "indicators:"
    + COUNT.format(id="above", unit="children", more="    counts_people: false")
    + COUNT.format(id="below", unit="children", more="    counts_people: false")
    + COUNT.format(id="share", unit="percent", more="    derived: {ratio: {of: above, to: below}}")
    + COUNT.format(id="rate", unit="per 10,000 people", more="    derived: {ratio: {of: above, to: below}}")
    + COUNT.format(id="given", unit="percent", more="")
    + "alerts:"
    + ALERT.format(id="share-high", indicator="share", condition="significantly_above(10)")
    + ALERT.format(id="share-risen", indicator="share", condition="significant_rise(1)")
    + ALERT.format(id="rate-high", indicator="rate", condition="significantly_above(10)")
    + ALERT.format(id="given-high", indicator="given", condition="significantly_above(10)")
    + "routes:\n  all: {to: director}\n"
)
ROWS = """indicator,area,period_end,value
above,Kent,2014-01-31,50
below,Kent,2014-01-31,100
above,Kent,2014-02-28,8
below,Kent,2014-02-28,7
above,Kent,2014-03-31,60
below,Kent,2014-03-31,100
above,Kent,2014-04-30,6
below,Kent,2014-04-30,0
above,Kent,2014-05-31,-6
below,Kent,2014-05-31,100
above,Kent,2014-06-30,c
below,Kent,2014-06-30,100
given,Kent,2014-06-30,50
"""


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with limen's state; not to be changed."""
    folder = tmp_path_factory.mktemp("council")
    shutil.copytree(CONFIG, folder / "config")
    (folder / "rules").mkdir()
    (folder / "rules" / "rules.yaml").write_text(RULES, encoding="utf-8")
    (folder / "figures.csv").write_text(ROWS, encoding="utf-8")
    (folder / "limen.toml").write_text(
        f"rules_dir = '{folder / 'rules'}'\nconfig_dir = '{folder / 'config'}'\n"
        f"state_dir = '{folder / 'state'}'\n[smtp]\nsecurity = 'none'\n",
        encoding="utf-8",
    )
    application = open_application(
        load_settings(folder / "limen.toml"), clock=lambda: NOW, jitter=lambda: 0.5, migrate=True
    )
    try:
        assert application.reload(NOW).loaded
        event = ingest_file(folder / "figures.csv", application.store, application.reading(NOW))
        assert isinstance(event, TakenIn)
        assert event.rejected == 0
        application.evaluate(NOW)
    finally:
        application.close()
    return folder


@pytest.fixture
def explain(
    council: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    monkeypatch.setenv("COLUMNS", "200")

    def command(*arguments: str) -> str:
        code = run(["--settings", str(council / "limen.toml"), "explain", *arguments])
        said = capsys.readouterr()
        assert code == 0, said.err
        return said.out

    return command


@pytest.mark.parametrize(
    ("rule", "period_end", "why"),
    [
        ("share-high", "2014-01-31", None),
        (
            "share-high",
            "2014-02-28",
            "for the numerator of the figure exceeds its denominator, and is no part of it",
        ),
        ("share-high", "2014-04-30", "for the denominator of the figure is zero"),
        ("share-high", "2014-05-31", "for a count of the figure is below zero"),
        ("share-high", "2014-06-30", "for the figure is missing"),
        ("share-risen", "2014-01-31", "for there is no figure 1 period before"),
        (
            "share-risen",
            "2014-03-31",
            "for the numerator of the figure 1 period before exceeds its denominator, and is no part of it",
        ),
        ("share-risen", "2014-05-31", "for a count of the figure is below zero"),
        ("rate-high", "2014-02-28", None),
        ("given-high", "2014-06-30", "for the figure came without numerator and denominator"),
    ],
)
def test_the_cause_is_said_where_there_is_no_interval(
    explain: Callable[..., str], rule: str, period_end: str, why: str | None
) -> None:
    arguments = (rule, "-a", "Kent", "--at", period_end)
    text = explain(*arguments)
    found = json.loads(explain(*arguments, "--format", "json"))
    (level,) = next(each for each in found["rules"] if each["rule"] == rule)["levels"]
    (interval,) = level["compared"]["intervals"]

    assert interval["no_interval"] == why
    assert (interval["lower"] is None) == (interval["holds"] is None) == (why is not None)
    assert ("there is no interval" in text) == (why is not None)
    assert why is None or f"{interval['function']}: there is no interval, {why}" in text
