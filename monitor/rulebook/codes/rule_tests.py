"""9xx: the files that test rules."""

from typing import Final

from monitor.rulebook.codes.entries import ProblemEntry, warning

RULE_TESTS: Final = {
    "LIM901": ProblemEntry(
        "not a figure of a test",
        "Figures are numbers, runs of numbers, symbols such as c for a missing figure, or _ for none.",
        "Write 8.0, 10x3 (four times 10), 10+2x5 (10 and five more, each 2 higher), c, or _.",
    ),
    "LIM902": ProblemEntry(
        "folder that is not there",
        "The test file names a folder of rules or of configuration, and there is no such folder.",
        "Write the path from the folder of the test file, such as .. for the folder above.",
    ),
    "LIM903": ProblemEntry(
        "lists that do not match",
        "Numerators, denominators and values of one entry belong together, period by period.",
        "Give each list as many figures as the others, or a figure for the same days.",
    ),
    "LIM904": ProblemEntry(
        "figure given twice",
        "The test gives two figures of one indicator and area for the same period.",
        "Keep one of them; write a later correction under revise.",
    ),
    "LIM905": ProblemEntry(
        "figure that cannot be given",
        "The indicator is made of other indicators' figures, or is no ratio and has no parts.",
        "Give the figures that it is made of, or its values alone.",
    ),
    "LIM906": ProblemEntry(
        "nobody of that name or role",
        "“who” names a person by id, a role with its area, or operations.",
        "Write a person's id, district manager of Swale, or operations.",
    ),
    "LIM907": ProblemEntry(
        "unknown reason",
        "“because” names a route of the rulebook, or a reason in limen's own words.",
        "Write route and its id, or one of the reasons that docs/test-rules.md lists.",
    ),
    "LIM908": ProblemEntry(
        "expectations out of order",
        "Expectations follow one another in time, each later than the one before; so do events.",
        "Put them in the order of time; what holds at one moment belongs to one expectation.",
    ),
    "LIM909": ProblemEntry(
        "test that expects nothing",
        "A test without an expectation passes whatever the rules say.",
        "Say what has to hold: ratings, alerts, told or not_told.",
    ),
    "LIM910": ProblemEntry(
        "test named twice",
        "Two tests of one file have the same name, so a report could not tell them apart.",
        "Give each a name of its own.",
    ),
    "LIM911": warning(
        "figures or events that nothing looks at",
        "The figure becomes known, or the event happens, after all that is expected.",
        "Expect something later, or leave it out.",
    ),
    "LIM912": ProblemEntry(
        "not the end of a month",
        "Figures that follow one another begin on the last day of a month, as periods end then.",
        "Write the last day, or give each figure its own day: {2013-11-15: 38}.",
    ),
    "LIM913": ProblemEntry(
        "known too early",
        "A figure cannot be known before its period has ended, nor changed before it is known.",
        "Choose a later day.",
    ),
    "LIM914": ProblemEntry(
        "change of a figure that is not there",
        "“revise” changes a figure that this entry does not give.",
        "Name a period for which the entry has a figure.",
    ),
    "LIM915": ProblemEntry(
        "rule that does not cover the area",
        "The alert rule is not for this area, so there is no such alert.",
        "Name an area of the rule's, or another rule.",
    ),
    "LIM916": ProblemEntry(
        "too many figures",
        "One entry holds more figures than a test has reason to.",
        "Look for a slip in the number after x, or shorten the series.",
    ),
    "LIM917": ProblemEntry(
        "not a day on which figures are known",
        "“known” says when the figures are known: on a day, or so many days after each period's end.",
        "Write 2013-10-20, 10 days after or 10 working days after; also 10 days after at 17:00.",
    ),
    "LIM918": ProblemEntry(
        "event that says too little or too much",
        "An event is one thing that somebody does, and a silence has to say of what it is.",
        "Give one of acknowledge, withdraw, silence and end_silence; give a silence areas, alerts and so on.",
    ),
    "LIM919": ProblemEntry(
        "silence that is not there",
        "“end_silence” ends a silence that an event before it has made.",
        "Give the silence a name, and write that name; or leave it out where there is only one.",
    ),
}
