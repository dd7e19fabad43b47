"""A small council with one rulebook and its tests, in a folder of its own."""

from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent
from zoneinfo import ZoneInfo

from monitor.rule_tests.suite import Outcome, run_suite

ZONE = ZoneInfo("Europe/London")

AREAS = """\
code,name,type,parent
,Kent,county,
,East Kent,area,Kent
,Swale,district,East Kent
,Thanet,district,East Kent
"""
CONTACTS = """\
people:
  ada: {name: Ada Swale, address: ada@kent.example}
  ben: {name: Ben Swale, address: ben@kent.example}
  cleo: {name: Cleo Thanet, address: cleo@kent.example}
  dora: {name: Dora East, address: dora@kent.example}
  ops: {name: Operations, address: ops@kent.example}
roles:
  - {role: district manager, area: Swale, people: [ada, ben]}
  - {role: district manager, area: Thanet, people: cleo, until: 2013-08-01}
  - {role: area director, area: East Kent, people: dora}
operations: ops
"""
RULES = """\
indicators:
  open_cases:
    title: Open cases
    theme: cases
    definition: Cases that are open at the end of the month.
    unit: cases
    decimals: 0
    basis: snapshot
    frequency: monthly
    polarity: lower is better
    source: a test
  cases_in_time:
    title: Cases closed in time
    theme: cases
    definition: Of the cases closed in the quarter, those closed in time.
    unit: percent
    decimals: 1
    basis: quarter
    frequency: quarterly
    polarity: higher is better
    source: a test
    targets:
      - {from: 2012-04-01, value: 90, reference: a test}
    rag:
      - {from: 2012-04-01, green: value >= target, amber: value >= 80, reference: a test}
alerts:
  too-many-open:
    title: Too many open cases
    indicator: open_cases
    areas: district
    levels: {warning: value > 20, critical: value > 40}
    recover: value <= 15
    for: 2 periods
    overrides:
      Thanet:
        levels: {critical: value > 60}
    action: Close some.
    reference: a test
  late-cases:
    title: Late cases
    indicator: cases_in_time
    areas: county
    effective: {until: 2013-11-15}
    levels: {critical: rating == red}
    action: Ask why.
    reference: a test
routes:
  managers:
    match: {areas: district}
    to: district manager
  county:
    match: {areas: county}
    to: [area director, {person: ben}]
"""


@dataclass(frozen=True)
class Bench:
    """A folder with ``config``, ``rules`` and ``rules/tests``."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "config"

    @property
    def rules(self) -> Path:
        return self.folder / "rules"

    @property
    def tests(self) -> Path:
        return self.rules / "tests"

    def write(self, text: str, name: str = "cases.yaml") -> Path:
        """Writes a test file."""
        path = self.tests / name
        path.write_text(dedent(text), encoding="utf-8")
        return path

    def run(self, text: str | None = None, *, pattern: str | None = None) -> Outcome:
        """Runs the tests of a file with this text, and of those that were written before."""
        if text is not None:
            self.write(text)
        return run_suite([self.tests], config=self.config, here=self.folder, zone=ZONE, pattern=pattern)

    def differences(self, text: str) -> list[str]:
        """What differs from the only test's expectations, in words."""
        outcome = self.run(text)
        assert outcome.readable, [str(problem) for problem in outcome.problems]
        assert outcome.refusals == {}
        return [each.message for result in outcome.results for each in result.differences]

    def codes(self, text: str) -> list[str]:
        """The problems of a test file, as line:code."""
        return [f"{each.position.line}:{each.code}" for each in self.run(text).problems]


def bench(folder: Path, rules: str = RULES, contacts: str = CONTACTS) -> Bench:
    """Makes the council."""
    made = Bench(folder)
    for each in (made.config, made.tests):
        each.mkdir(parents=True)
    (made.config / "areas.csv").write_text(AREAS, encoding="utf-8")
    (made.config / "contacts.yaml").write_text(contacts, encoding="utf-8")
    (made.rules / "cases.yaml").write_text(rules, encoding="utf-8")
    return made


def case(expect: str, figures: str = "[{from: 2013-01-31, values: [10, 30, 50, 18, 12]}]") -> str:
    """A test about too many open cases in Swale: its expectations are given, one beneath the other."""
    head = f"""\
tests:
  - name: a case
    about: {{alert: too-many-open, area: Swale}}
    figures: {figures}
    expect:
"""
    return head + indent(dedent(expect).strip("\n"), "      ") + "\n"
