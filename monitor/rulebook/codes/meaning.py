"""2xx: what one definition means."""

from typing import Final

from monitor.rulebook.codes.entries import ProblemEntry, warning

MEANING: Final = {
    "LIM201": ProblemEntry(
        "ends before it begins",
        "“until” is the first day on which it no longer holds, so it has to come after “from”.",
        "Correct one of the two dates.",
    ),
    "LIM202": ProblemEntry(
        "overlapping dates",
        "Two entries hold for the same areas on the same day; which of them counts would be chance.",
        "End the earlier one where the later begins, or leave its “until” out: then it ends there by itself.",
    ),
    "LIM203": warning(
        "gap between dates",
        "Between two entries for the same areas lie days on which none holds.",
        "Leave the earlier entry's “until” out if no gap is meant.",
    ),
    "LIM204": ProblemEntry(
        "empty or reversed range",
        "Limits need “lower” or “upper” or both, and lower has to be below upper.",
        "Give at least one limit, the smaller one as lower.",
    ),
    "LIM205": ProblemEntry(
        "level that never counts",
        "The level's condition holds for no figure for which a more severe level does not hold already, "
        "or a more severe level holds too early, or it never holds at all.",
        "Order the limits: the more severe the level, the further out its limit.",
    ),
    "LIM206": warning(
        "level on the good side",
        "The level holds for figures that the indicator's polarity calls good.",
        "Turn the comparison round, or correct the indicator's polarity.",
    ),
    "LIM207": ProblemEntry(
        "gap between bands",
        "A figure between the bands is neither green nor amber nor red.",
        "Make the bands meet (one with <=, the next with >), or leave red out: then all else is red.",
    ),
    "LIM208": ProblemEntry(
        "overlapping bands",
        "A figure is red and green, or red and amber, at once.",
        "Make the bands meet without overlapping, or leave red out: then all else is red.",
    ),
    "LIM209": ProblemEntry(
        "band that never counts",
        "Every figure for which the band holds is in a better band already (or it holds for none), "
        "so nothing is ever given its colour.",
        "Widen the band, or remove it.",
    ),
    "LIM210": warning(
        "limit finer than the figure",
        "Figures are compared as they are published, so a limit with more decimals than the indicator "
        "shows is not the limit that a reader sees.",
        "Round the limit to the indicator's decimals, or raise the decimals.",
    ),
    "LIM211": ProblemEntry(
        "recovery within the breach",
        "A figure that alarms would also count as recovered: the alert would begin and end at once.",
        "Move the recovery limit to the good side of every level's limit.",
    ),
    "LIM212": ProblemEntry(
        "rating without bands",
        "The condition asks for the indicator's rating, and the indicator has no “rag” bands.",
        "Give the indicator bands, or compare the value.",
    ),
    "LIM213": ProblemEntry(
        "target that is not there",
        "The condition compares with “target” where no target is in force.",
        "Give the indicator a target for these areas and dates, or compare with a number.",
    ),
    "LIM214": ProblemEntry(
        "limit that is not there",
        "A condition or target needs “lower”, “upper”, “neighbours”, “region” or “england” where none is "
        "in force.",
        "Give the indicator limits or benchmarks for these areas and dates, or use a number.",
    ),
    "LIM215": warning(
        "partly without a target or limit",
        "What the condition compares with is in force for some of the areas or dates only; "
        "for the others there is no answer.",
        "Give the missing target or limits, or narrow the rule.",
    ),
    "LIM216": warning(
        "unit and scale disagree",
        "The unit is a percentage or a rate, and the scale (what the ratio is multiplied by) does not fit.",
        "Use scale 100 for percent, 10000 for per 10,000, and so on.",
    ),
    "LIM217": warning(
        "close to a target that is not there",
        "The polarity is “close to target”, and there is no target: no figure is better than another.",
        "Give the indicator a target, or choose another polarity.",
    ),
    "LIM218": ProblemEntry(
        "succession without an end",
        "“superseded_by” names what takes the rule's place, but no “until” says when.",
        "Add until, the first day on which the rule no longer holds.",
    ),
    "LIM219": ProblemEntry(
        "looks like a secret",
        "Rule and configuration files are read by many and kept for ever: no place for passwords and keys.",
        "Remove it, change the password, and put the new one in a secrets file of the settings.",
    ),
    "LIM220": ProblemEntry(
        "area given twice",
        "Two overrides are for the same area, written in two ways.",
        "Merge the two.",
    ),
    "LIM221": ProblemEntry(
        "empty override",
        "The override changes nothing.",
        "Give it levels, recover or for, or remove it.",
    ),
    "LIM222": warning(
        "no such percentage",
        "The unit is “percent”, and a target or limit lies below 0 or above 100, where no share of a whole "
        "lies.",
        "Check the number for a slip. Where figures above 100 are meant, say of what: percent of 2010.",
    ),
    "LIM223": warning(
        "nearly a percentage",
        "The unit is nearly “percent”, and is not taken for it: ratios are not multiplied by 100.",
        "Write percent, in small letters and one word.",
    ),
    "LIM224": warning(
        "begins after the end",
        "The entry begins on or after the day on which its indicator is retired, so it never counts.",
        "Correct one of the two dates, or remove the entry.",
    ),
    "LIM225": warning(
        "date far from the others",
        "Between this entry's “from” and that of every other entry of the indicator lie more than 20 years.",
        "Check the year for a slip. If it is meant, leave it.",
    ),
    "LIM226": ProblemEntry(
        "nothing is doubtful",
        "“plausible” says when a figure is doubtful, and this says nothing.",
        "Give it a jump, falls_to_zero_from, or missing_areas: true; or remove it.",
    ),
    "LIM227": warning(
        "jump of every figure or of none",
        "The jump is as large as no two figures differ, or smaller than the last decimal that is published.",
        "Give it in the indicator's own unit: percentage points for a percentage, so 30 and not 0.3.",
    ),
    "LIM228": warning(
        "zero that is ordinary",
        "A count from 1 to 5 falls to zero by chance in a small district; the managers' alerts would wait "
        "each time.",
        "Raise falls_to_zero_from, to 20 say.",
    ),
    "LIM229": ProblemEntry(
        "no better side, no rank",
        "“rank” and “quartile” go by which figures are better, and by the indicator's polarity none are, so "
        "the condition is never judged.",
        "Make the polarity “higher is better” or “lower is better”, or compare the value.",
    ),
    "LIM230": ProblemEntry(
        "counts that are not there",
        "A test of significance needs a ratio, with the numerator and denominator of each figure. The "
        "indicator is none, or is worked out without them, so the condition is never judged.",
        "Give a ratio its scale. For counts, days or money compare the value, or ask for special_cause(24).",
    ),
    "LIM231": warning(
        "change between shared cases",
        "The two figures share cases, as a year to date and the one before do, so a test of their change "
        "means nothing.",
        "Go back a whole year: 12 monthly figures, 4 quarterly ones, 1 annual one. Or use change(n).",
    ),
    "LIM232": warning(
        "bands on the wrong side",
        "Figures that the indicator's polarity calls worse are rated better. Or it is “close to target”, and "
        "green has no end on one side of it.",
        "Turn the comparisons round, write both ends of green, or correct the polarity.",
    ),
}
