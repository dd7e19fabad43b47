"""What a test file may say: every mapping, its keys, and what stands under each.

The readers take their lists of keys from it, ``limen schema --tests`` all of it. ``docs/test-rules.md``
explains each key.
"""

import re
from typing import Final

from monitor.core.alerts import AlertState
from monitor.core.judgements import DirectionOfTravel, RagRating, RuleHealth
from monitor.core.notifications import NoticeKind, Occasion, TellReason
from monitor.core.observations import Status
from monitor.core.rulebook import Level
from monitor.rule_tests.occasions import AFTER
from monitor.rulebook.scalars import DAY, WALL_TIME
from monitor.rulebook.vocabulary.common import AREAS, INDICATOR_ID
from monitor.rulebook.vocabulary.routes import MATCHED, MATCHED_AREAS
from monitor.rulebook.vocabulary.values import (
    Anything,
    Day,
    DayOrTime,
    Key,
    ListOf,
    Name,
    OneOrMore,
    Phrase,
    Shape,
    Text,
    Word,
    YesOrNo,
)

NOT_TOLD: Final = ("not told yet: ", "not told: ")
ROUTE: Final = "route "


def in_words(reason: TellReason) -> str:
    """A reason as authors write it."""
    for beginning in NOT_TOLD:
        if reason.value.startswith(beginning):
            return reason.value.removeprefix(beginning)
    return reason.value


def _reasons(*, told: bool) -> tuple[str, ...]:
    return tuple(in_words(reason) for reason in TellReason if reason.told is told)


_FIGURES: Final = Anything(("number", "string", "array", "object"))
_AFTER: Final = re.sub(r"\(\?P<[a-z]+>", "(?:", AFTER.pattern)
_KNOWN: Final = Name("moment", f"(?:{DAY.pattern}|{WALL_TIME.pattern}|{_AFTER})")
_WHO: Final = OneOrMore(Name("who"))
_PERSON: Final = Name("person")

INDICATOR: Final = Key("indicator", INDICATOR_ID, "Whose figures. Without it: that of about.")
AREA: Final = Key("area", AREAS, "An area or several. Without it: that of about.")
ALERT: Final = Key("alert", Name("alert"), "An alert rule, or late: or fault: and an indicator.")
KIND: Final = Key("kind", Word(NoticeKind), "What kind of news. Without it: any.")
BY: Final = Key("by", _PERSON, "Who does it: the id of a person.", needed=True)
COMMENT: Final = Key("comment", Text(), "What they say of it.")

ABOUT: Final = Shape(
    (
        Key("indicator", INDICATOR_ID, "What lines mean that name no indicator."),
        Key("alert", Name("alert"), "What lines mean that name no alert."),
        Key("area", AREAS, "What lines mean that name no area."),
    )
)
PARTS: Final = (
    Key("values", _FIGURES, "The figures, period by period: [10, c, 30], 10x3, or {2013-09-30: 9.7}."),
    Key("numerator", _FIGURES, "The numerators of a ratio, written as values are."),
    Key("denominator", _FIGURES, "The denominators of a ratio, written as values are."),
)
REVISE: Final = Shape(
    (
        Key("period", Day(), "The end of the period whose figure changes.", needed=True),
        Key("value", Text(), "The new figure, or why it is missing."),
        Key("numerator", Text(), "The new numerator."),
        Key("denominator", Text(), "The new denominator."),
        Key("status", Word(Status), "The new status."),
        Key(
            "on",
            DayOrTime(),
            "When the change is known: a day (its noon), or a day with a time.",
            needed=True,
        ),
    )
)
FIGURES: Final = Shape(
    (
        INDICATOR,
        AREA,
        Key("from", Day(), "The end of the first period, the last day of a month."),
        *PARTS,
        Key("status", Word(Status), "Without it: validated."),
        Key(
            "known",
            _KNOWN,
            "When the figures are known. Without it: at noon on the last day of their period.",
        ),
        Key("revise", OneOrMore(REVISE), "Later changes of these figures."),
    ),
    one_of=("values", "numerator"),
    requires=(("numerator", "denominator"), ("denominator", "numerator")),
)

ACKNOWLEDGE: Final = Shape(
    (
        ALERT,
        AREA,
        BY,
        COMMENT,
        Key("until", DayOrTime(), "Until when it counts; of a day its beginning. Without it: to the end."),
    )
)
WITHDRAW: Final = Shape((ALERT, AREA, BY, COMMENT))
SILENCED: Final = Shape((MATCHED_AREAS, *MATCHED))
SILENCE: Final = Shape(
    (
        Key("name", Text(), "What the test calls it, so that end_silence can name it."),
        *SILENCED.keys,
        Key("from", DayOrTime(), "When it begins; of a day its beginning. Without it: at the event's time."),
        Key("until", DayOrTime(), "When it ends; of a day its beginning.", needed=True),
        BY,
        COMMENT,
    ),
    one_of=SILENCED.names,
)
END_SILENCE: Final = Shape(
    (Key("name", Text(), "Which silence. Without it: the only one that there is."), BY, COMMENT)
)
DEEDS: Final = ("acknowledge", "withdraw", "silence", "end_silence")
EVENT: Final = Shape(
    (
        Key("at", DayOrTime(), "When: a day (its noon), or a day with a time."),
        Key("acknowledge", ACKNOWLEDGE, "Somebody acknowledges a breach."),
        Key("withdraw", WITHDRAW, "Somebody takes an acknowledgement back."),
        Key("silence", SILENCE, "Somebody makes a silence."),
        Key("end_silence", END_SILENCE, "Somebody ends a silence before its time."),
    ),
    one_of=DEEDS,
    requires=(("acknowledge", "at"), ("withdraw", "at"), ("end_silence", "at")),
    most=2,
)

AMOUNTS: Final = (
    Key("value", Text(), "The figure, or the symbol that says why it is missing."),
    Key("previous_value", Text(), "The figure before it; none where there is none."),
    Key("target", Text(), "The target; none where there is none."),
    Key("lower", Text(), "The lower limit of the expected range; none where there is none."),
    Key("upper", Text(), "The upper limit of the expected range; none where there is none."),
    Key("neighbours", Text(), "The statistical neighbours' figure; none where there is none."),
    Key("region", Text(), "The region's figure; none where there is none."),
    Key("england", Text(), "England's figure; none where there is none."),
)
RATING: Final = Shape(
    (
        INDICATOR,
        AREA,
        Key("period", Day(), "The end of the period. Without it: the latest."),
        *AMOUNTS,
        Key("rag", Word(RagRating), "The rating."),
        Key("previous_rag", Word(RagRating), "The rating of the figure before."),
        Key("direction", Word(DirectionOfTravel), "The direction of travel."),
        Key("status", Word(Status), "Whether the figure is validated."),
    ),
    one_of=(*(key.name for key in AMOUNTS), "rag", "previous_rag", "direction", "status"),
)
EXPECTED_ALERT: Final = Shape(
    (
        ALERT,
        AREA,
        Key("state", Word(AlertState), "Without it: firing."),
        Key("level", Word(Level), "The level."),
        Key("since", Day(), "The end of the first period in breach."),
        Key("fired", Day(), "The end of the period with which it fired."),
        Key("health", Word(RuleHealth), "Whether the rule could be judged."),
        Key("flapping", YesOrNo(), "Whether it begins and ends too often."),
    )
)
TOLD: Final = Shape(
    (
        Key("who", _WHO, "A person, a role, a role of an area, or operations; one or a list.", needed=True),
        ALERT,
        AREA,
        KIND,
        Key(
            "because",
            Phrase(_reasons(told=True), rf"{ROUTE}\S+"),
            "Why: route and its id, or a reason in limen's words.",
        ),
        Key("on", DayOrTime(), "On which day, or in which minute."),
        Key("as", Word(Occasion), "In what mail: one with news, a digest, or a summary."),
    )
)
UNTOLD: Final = Shape(
    (
        Key("who", _WHO, "Who is not told. Without it: nobody is."),
        ALERT,
        AREA,
        KIND,
        Key("because", Phrase(_reasons(told=False), "not told(?: yet)?: .+"), "Why, in limen's words."),
        Key("until", DayOrTime(), "Until when it is held: on which day, or in which minute."),
    ),
    fewest=1,
)
EXPECT: Final = Shape(
    (
        Key("at", DayOrTime(), "When: a day (its noon), or a day with a time.", needed=True),
        Key("ratings", ListOf(RATING, fewest=0), "What figures come to."),
        Key("alerts", ListOf(EXPECTED_ALERT, fewest=0), "Every alert that is pending or fires."),
        Key("told", ListOf(TOLD, fewest=0), "Everybody who was told since told was last looked at."),
        Key(
            "not_told", ListOf(UNTOLD, fewest=0), "What nobody may have been told since the last expectation."
        ),
        Key("partial", YesOrNo(), "true: alerts and told name a part of what is so."),
    ),
    one_of=("ratings", "alerts", "told", "not_told"),
)
TEST: Final = Shape(
    (
        Key("name", Text(), "What has to hold, as a sentence.", needed=True),
        Key("about", ABOUT, "What lines mean that name no indicator, alert or area."),
        Key("figures", ListOf(FIGURES, fewest=0), "The figures, and when they are known."),
        Key("events", ListOf(EVENT, fewest=0), "What people do, in the order of time."),
        Key("expect", ListOf(EXPECT), "What has to hold, in the order of time.", needed=True),
    )
)
TEST_FILE: Final = Shape(
    (
        Key("rulebook", Text(), "The folder of the rules. Without it: the one above, .."),
        Key("config", Text(), "The folder of areas and people. Without it: that of the settings."),
        Key("people", Anything(("object",)), "People of the test's own, as in contacts.yaml."),
        Key("roles", Anything(("array",)), "Who holds which role, as in contacts.yaml."),
        Key("operations", Anything(("string", "array")), "Who runs limen, as in contacts.yaml."),
        Key("tests", ListOf(TEST), "The tests.", needed=True),
    )
)

FILE_KEYS: Final = TEST_FILE.names
PEOPLE_KEYS: Final = ("people", "roles", "operations")
TEST_KEYS: Final = TEST.names
ABOUT_KEYS: Final = ABOUT.names
PART_KEYS: Final = ("values", "numerator", "denominator")
FIGURES_KEYS: Final = FIGURES.names
REVISE_KEYS: Final = REVISE.names
EVENT_KEYS: Final = EVENT.names
ACKNOWLEDGE_KEYS: Final = ACKNOWLEDGE.names
WITHDRAW_KEYS: Final = WITHDRAW.names
SILENCE_KEYS: Final = SILENCE.names
END_SILENCE_KEYS: Final = END_SILENCE.names
EXPECT_KEYS: Final = EXPECT.names
AMOUNT_KEYS: Final = tuple(key.name for key in AMOUNTS)
RATING_KEYS: Final = RATING.names
ALERT_KEYS: Final = EXPECTED_ALERT.names
TOLD_KEYS: Final = TOLD.names
NOT_TOLD_KEYS: Final = UNTOLD.names
