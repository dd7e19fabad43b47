"""The table of every problem code: what it means and what to do about it.

1xx syntax and structure, 2xx meaning within one definition, 3xx conditions (listed by
``monitor.core.conditions``), 4xx across files, 5xx routes, people, and when they are told, 6xx areas.csv and
contacts.yaml, 7xx sources and (from 751) templates of mails, 8xx derived indicators, comparisons with
others, and tables beside the rule files, 9xx rule tests.
A code, once given, is never used for anything else.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from monitor.core.conditions.problems import PROBLEM_KINDS
from monitor.rulebook.codes.entries import ProblemEntry, Severity, warning
from monitor.rulebook.codes.meaning import MEANING
from monitor.rulebook.codes.rule_tests import RULE_TESTS
from monitor.rulebook.codes.structure import STRUCTURE
from monitor.rulebook.codes.telling import TELLING
from monitor.rulebook.codes.templates import TEMPLATES

__all__ = ["PROBLEMS", "ProblemEntry", "Severity"]

_CONDITIONS: Final = {
    str(kind.code): ProblemEntry(kind.name.replace("-", " "), kind.meaning, kind.remedy)
    for kind in PROBLEM_KINDS.values()
}

_ACROSS: Final = {
    "LIM401": ProblemEntry(
        "id given twice",
        "Two definitions have the same id; an alert's history hangs on it, so it has to be one only.",
        "Rename one of them, or remove it.",
    ),
    "LIM402": ProblemEntry(
        "unknown indicator",
        "No rule file defines an indicator with this id.",
        "Correct the spelling, or define the indicator.",
    ),
    "LIM403": ProblemEntry(
        "unknown area",
        "areas.csv has no area of this name, code or alias, and it is no kind of area either.",
        "Correct the spelling, or add the area to areas.csv.",
    ),
    "LIM404": ProblemEntry(
        "unknown successor",
        "“superseded_by” names something that is not there.",
        "Correct the spelling, or define the successor.",
    ),
    "LIM405": ProblemEntry(
        "succession in a circle",
        "Following “superseded_by” leads back to where it began.",
        "The last one in the line has no superseded_by.",
    ),
    "LIM406": ProblemEntry(
        "no such area in the tree",
        "areas.csv has no area of this kind, so nothing would ever be judged.",
        "Choose a kind that the tree has, or add the areas.",
    ),
    "LIM407": warning(
        "rule outlives its indicator",
        "The indicator is retired and the rule goes on: the last figure's alerts would stand for ever.",
        "End the rule with the indicator: effective: {until: ...}.",
    ),
    "LIM408": ProblemEntry(
        "unknown alert rule",
        "No rule file defines an alert rule with this id.",
        "Correct the spelling, or define the rule.",
    ),
    "LIM409": ProblemEntry(
        "unknown theme",
        "No indicator has this theme.",
        "Correct the spelling.",
    ),
    "LIM410": warning(
        "unused indicator",
        "No alert rule watches the indicator, no bands rate it and no other is made of it: its figures are "
        "kept and shown, and whatever they are, nobody is told.",
        "Give it bands or an alert rule, or remove it.",
    ),
    "LIM421": warning(
        "limit outside what was ever observed",
        "No figure so far has passed the level's limit, or every one has: perhaps a digit too many or too "
        "few. There have to be twelve figures at least. This and the next three are looked for by limen "
        "check --data alone.",
        "Check the limit for a slip. If it is meant, leave it.",
    ),
    "LIM422": warning(
        "longer than the series",
        "So many figures in a row must breach, and no series that the rule watches has so many figures yet.",
        "Lower “for”, or load the earlier figures.",
    ),
    "LIM423": warning(
        "no figures to watch",
        "The rule watches an indicator that has no figure in any of its areas. More than five such rules in "
        "a file make one line. Rules and indicators that have an end are left out.",
        "Load the figures, or correct the indicator or the areas of the rule.",
    ),
    "LIM424": warning(
        "neighbours without figures",
        "So few of an area's statistical neighbours have figures that there is nothing to compare with.",
        "Load the neighbours' figures, or lower the least number of them.",
    ),
}

_CONFIGURATION: Final = {
    "LIM601": ProblemEntry(
        "wrong columns",
        "areas.csv begins with a line that names its columns: code,name,type,parent,aliases,note.",
        "Give the columns these names.",
    ),
    "LIM602": ProblemEntry(
        "incomplete row",
        "A row of areas.csv lacks its name or its type, or has more cells than there are columns.",
        "Complete the row; put a text with a comma in quotation marks.",
    ),
    "LIM603": ProblemEntry(
        "area named twice",
        "A name, code or alias stands for two areas.",
        "Each name, code and alias belongs to one area only.",
    ),
    "LIM604": ProblemEntry(
        "area outside the tree",
        "The area's parent is not in the file, or the area lies within itself.",
        "Name a parent that has a row of its own; only the topmost area has none.",
    ),
    "LIM605": ProblemEntry(
        "not a mail address",
        "The text cannot be a mail address.",
        "Write it as name@example.org, without spaces or other words.",
    ),
    "LIM606": ProblemEntry(
        "nobody for operations",
        "“operations” names who is told when nobody else can be, so it needs at least one person.",
        "Add operations: [id of a person].",
    ),
    "LIM607": ProblemEntry(
        "not valid CSV",
        "The file cannot be read as comma-separated values.",
        "Check quotation marks: each one that opens has to close.",
    ),
    "LIM608": ProblemEntry(
        "their own deputy",
        "A person is named as the deputy of themselves, so while they are away nobody would be told.",
        "Name somebody else.",
    ),
    "LIM609": ProblemEntry(
        "deputies in a ring",
        "On some days each of these people is away and another of them stands in, so nobody would be left.",
        "Change the dates, or name a deputy who is there.",
    ),
    "LIM610": warning(
        "channel not set up",
        "The settings have no channel of this name, so what this person is to be told waits until there is "
        "one. Looked for by limen check alone.",
        "Set the channel up under [channels] in the settings, or change the person's channel.",
    ),
    "LIM611": warning(
        "role that nothing asks for",
        "No route tells this role, at first or later, and limen itself tells the data owner alone; so nobody "
        "is told anything for holding it. Looked for by limen check alone.",
        "Correct the spelling, or remove who holds the role.",
    ),
    "LIM612": ProblemEntry(
        "not a language tag",
        "“language” says which language a salutation is in, so that a screen reader reads it as such. It is "
        "a tag of letters (BCP 47) that begins with the language's code.",
        "Write the tag: cy for Welsh, pl for Polish, ur for Urdu, pt-BR for the Portuguese of Brazil.",
    ),
}

_SOURCES: Final = {
    "LIM701": ProblemEntry(
        "unusable file pattern",
        "The pattern names a folder, or would fit every file that comes in.",
        "Write what the file's name begins with, and a star for the rest: d3_cpps_*.csv.",
    ),
    "LIM702": ProblemEntry(
        "files claimed twice",
        "Two sources are for files of the same name; which of them counts would be chance.",
        "Give each source a pattern of its own, or make the two one.",
    ),
    "LIM703": ProblemEntry(
        "wrong number of columns",
        "“months” needs twelve columns and “quarters” four: one for each part of the year, in their order.",
        "Name the missing columns, from the first month or quarter of the file's year on.",
    ),
    "LIM704": ProblemEntry(
        "incomplete figure",
        "A figure is a value, or numerator and denominator, or all three; or months or quarters alone.",
        "Name the columns of one of these.",
    ),
    "LIM705": ProblemEntry(
        "parts of what is no ratio",
        "The indicator has no scale, so its figure cannot be computed from numerator and denominator.",
        "Name the column of the value, or give the indicator a scale.",
    ),
    "LIM706": warning(
        "periods that do not fit",
        "The indicator is said to come more or less often than this source yields figures of it.",
        "Correct the indicator's frequency, or map another indicator.",
    ),
}

_OTHERS: Final = {
    "LIM801": ProblemEntry(
        "not one way of deriving",
        "Under “derived” stands how the figure is made: by one of ratio, sum, difference, year to date and "
        "rolling.",
        "Keep one of them.",
    ),
    "LIM802": ProblemEntry(
        "derived from itself",
        "What the indicator is made of is, directly or by way of others, made of the indicator.",
        "Derive it from figures that come in.",
    ),
    "LIM803": ProblemEntry(
        "derived from what is no count",
        "Only counts can be added, taken away or divided by each other; percentages and rates of areas or "
        "periods of different size cannot.",
        "Name the indicators that count what is above and below the line.",
    ),
    "LIM804": ProblemEntry(
        "counts of different things",
        "What is added or taken away is in another unit than the total.",
        "Give all of them the same unit, or take other indicators.",
    ),
    "LIM805": ProblemEntry(
        "scale and derivation disagree",
        "A ratio needs a scale, by its unit or its own key; sums, differences and totals are counts and have "
        "none.",
        "Give a ratio the unit percent or per 10,000 …, or a scale; give a total the unit of what it counts.",
    ),
    "LIM806": ProblemEntry(
        "said and derived",
        "What the derivation settles is said once more beside it; the two might disagree.",
        "Remove the key.",
    ),
    "LIM807": ProblemEntry(
        "wrong number of indicators",
        "A sum needs two indicators or more, a difference just two.",
        "Name them in a list: [first, second].",
    ),
    "LIM808": warning(
        "periods that do not meet",
        "A derived figure is made where what it is made of is there for the same period; this indicator "
        "comes more or less often.",
        "Correct the frequency, or write figure: latest for a denominator.",
    ),
    "LIM809": warning(
        "total of what overlaps",
        "A total adds figures, and a day or a child that is in several of these figures is added several "
        "times.",
        "Take an indicator whose figures cover one month, quarter or year each.",
    ),
    "LIM810": ProblemEntry(
        "unknown neighbour set",
        "No rule file defines a set of neighbours with this id.",
        "Correct the spelling, or define the set under neighbour_sets.",
    ),
    "LIM811": ProblemEntry(
        "no such table",
        "The rules folder has no file at this path, counted from the folder of the rule file.",
        "Correct the path, or put the file there (not into a folder called tests).",
    ),
    "LIM812": ProblemEntry(
        "path out of the rules folder",
        "A table is a CSV file within the rules folder, named by its path from the rule file's own folder.",
        "Put the file beside the rule file, and write its name: targets.csv.",
    ),
    "LIM813": ProblemEntry(
        "wrong columns in a table",
        "The first line of a table names its columns: period_end,value,area for targets, area,neighbour for "
        "neighbours.",
        "Give the columns these names.",
    ),
    "LIM814": ProblemEntry(
        "incomplete row in a table",
        "A row lacks a cell that is needed, or has more cells than there are columns; or there is no row.",
        "Complete the row; put a text with a comma in quotation marks.",
    ),
    "LIM815": ProblemEntry(
        "its own neighbour",
        "An area stands among its own statistical neighbours.",
        "Remove the row, or correct one of its areas.",
    ),
    "LIM816": ProblemEntry(
        "row given twice",
        "Two rows are for the same area and period, or for the same neighbour of an area.",
        "Keep one of the two.",
    ),
    "LIM817": warning(
        "too few neighbours",
        "The set has fewer neighbours than the least number that is asked for, so there will never be a "
        "figure to compare with.",
        "Complete the set, lower the minimum, or narrow the entry's areas.",
    ),
    "LIM818": warning(
        "nothing around to compare with",
        "The figure of the region or of England is asked for, and none of the areas lies in one.",
        "Add the region or country to areas.csv and make it their parent, or write the published figure.",
    ),
    "LIM819": warning(
        "period or area without a target",
        "The table has no value for a period within the entry's dates, or for an area that it is for.",
        "Complete the table, or set the entry's from, until and areas by it.",
    ),
    "LIM820": ProblemEntry(
        "said in two ways",
        "The entry gives the same thing in two ways, and only one of them could count.",
        "Keep value or profile; keep learnt, or lower and upper.",
    ),
    "LIM821": ProblemEntry(
        "flapping limits reversed",
        "Flapping begins above “high” and ends below “low”, so low cannot be above high.",
        "Correct one of the two; the usual ones are high: 30 and low: 25.",
    ),
    "LIM822": ProblemEntry(
        "divided by itself",
        "A ratio of an indicator to itself is the same whatever the figures are.",
        "Name what is above the line as of, and what is below it as to.",
    ),
    "LIM823": ProblemEntry(
        "figures for a derived indicator",
        "A source maps columns to an indicator whose figures limen works out by itself.",
        "Map the indicators that it is made of, or remove derived.",
    ),
    "LIM824": warning(
        "waiting for a derived figure",
        "A derived figure is made as soon as what it is made of has come, so it is never late by itself and "
        "“expected_within” has no effect.",
        "Give expected_within to the indicators that it is made of.",
    ),
    "LIM825": warning(
        "doubt about a derived figure",
        "A derived figure is as good as what it is made of, and no data owner sends it: “plausible” has no "
        "effect.",
        "Give plausible to the indicators that it is made of.",
    ),
    "LIM826": warning(
        "basis and derivation disagree",
        "People read beside a figure which time it covers: its basis. A total of the year to date covers the "
        "time since 1 April, a rolling one as many months as are added.",
        "Correct the basis, or the derivation.",
    ),
}

PROBLEMS: Final[Mapping[str, ProblemEntry]] = MappingProxyType(
    {
        **STRUCTURE,
        **MEANING,
        **_CONDITIONS,
        **_ACROSS,
        **TELLING,
        **_CONFIGURATION,
        **_SOURCES,
        **TEMPLATES,
        **_OTHERS,
        **RULE_TESTS,
    }
)
"""Code to entry, in order."""
