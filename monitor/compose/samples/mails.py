"""One mail of each kind that limen sends."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from monitor.compose.samples.figures import (
    ARRIVED,
    BELOW_RANGE,
    BREACH,
    CLOSED,
    NO_LONGER_EXPECTED,
    PROTECTED,
    PROVISIONAL,
    RECOVERED,
    WORSENED,
    late_in,
)
from monitor.compose.samples.tellings import (
    A_LOT,
    CONFIRMED,
    DOUBTFUL,
    ESCALATED,
    HELD,
    MARKED,
    MISSING,
    PENDING,
    REMINDER,
    RESTATED,
    RESTATED_MILDER,
    WITHDRAWN,
)
from monitor.core.notifications import Notice, Notification, Occasion, OperationsKind, OperationsNews
from monitor.core.recipients import Recipient

RECIPIENT: Final = Recipient(
    id="swale-district-manager",
    name="Amara Okafor",
    address="amara.okafor@kent.example",
    salutation="Dear Ms Okafor",
)
DESK: Final = Recipient(
    "ops-desk", "Performance systems desk", "performance.systems@kent.example", "Dear all"
)
DECIDED_AT: Final = datetime(2013, 10, 14, 8, 30, tzinfo=UTC)
REFUSED: Final = OperationsNews(
    kind=OperationsKind.RULES_REFUSED,
    errors=2,
    problems=(
        "assessments.yaml:164:15: LIM112 “eleven” is no number — write a number such as 40\n"
        "  164 |     warning: value > eleven\n"
        "      |                      ^^^^^^\n"
        "routes.yaml:4:9: LIM402 nobody is ever “distrikt manager” — did you mean “district manager”?\n"
        "    4 |     to: distrikt manager\n"
        "      |         ^^^^^^^^^^^^^^^^\n"
    ),
    rules_version="8f14e45fceea167a5a36dedd4bea2543c1b2a3d4e5f60718293a4b5c6d7e8f90",
    rules_folder="/etc/limen/rules",
)
ACCEPTED: Final = replace(REFUSED, kind=OperationsKind.RULES_ACCEPTED, errors=0, problems="")
TEMPLATES_REFUSED: Final = OperationsNews(
    kind=OperationsKind.TEMPLATES_REFUSED,
    errors=2,
    problems=(
        "templates/mail/card.html.j2:1:1: LIM757 the mail does not say what to do (notice.action) — put it "
        "back, as limen's own template has it\n"
        "    {% macro card(notice) %}\n"
        "    ^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "templates/mail/closing.txt.j2:3:13: LIM753 there is no “contcat” here — correct the spelling; "
        "limen's own templates show the names that there are\n"
        "    Ask {{ mail.contcat }}.\n"
        "                ^^^^^^^\n"
    ),
    rules_version=REFUSED.rules_version,
    rules_folder="",
    subject="/etc/limen/templates",
)
TEMPLATES_ACCEPTED: Final = replace(
    TEMPLATES_REFUSED, kind=OperationsKind.TEMPLATES_ACCEPTED, errors=0, problems=""
)
SILENCE_ENDED: Final = replace(
    ACCEPTED,
    kind=OperationsKind.SILENCE_ENDED,
    errors=2,
    subject="12",
    problems=(
        "Silence 12 by Joan Miller: new team, the backlog is being cleared\n"
        "It lasted from 16 September 2013 09:00 until 14 October 2013 09:00.\n"
        "It kept news of 2 alerts from people:\n"
        "- Core assessments out of timescale in Swale: goes on; told now. Kept from Amara Okafor.\n"
        "- Looked after reviews held late in Swale: is over; nothing is left to tell. Kept from Amara Okafor."
    ),
)
ADDRESS_FAILING: Final = replace(
    ACCEPTED,
    kind=OperationsKind.ADDRESS_FAILING,
    subject="tom.reed@kent.example",
    errors=1,
    problems="Tom Reed (tom-reed), mail 1742: 550 5.1.1 no such user here",
)
FILES_REFUSED: Final = replace(
    ACCEPTED,
    kind=OperationsKind.FILES_REFUSED,
    subject="report.pdf and 1 more",
    errors=2,
    problems=(
        "report.pdf could not be read: not text. "
        "See /var/lib/limen/failed/20131014T080000Z-report.pdf.reason.txt\n"
        "sep.csv: 3 of 120 rows were set aside: unknown area (2, first in line 14), bad number (line 31). "
        "See /var/lib/limen/archive/2013-10/20131014T081500Z-sep.csv.rejected.csv"
    ),
)
STORM: Final = replace(
    ACCEPTED,
    kind=OperationsKind.STORM,
    errors=2,
    subject="2013-10-14",
    problems=(
        "More mails were to be sent than the limits allow. Nothing is lost: what waits for each of these "
        "people follows in one summary.\n"
        "- amara-okafor: 60 alerts\n"
        "- tom-reed: 41 alerts"
    ),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A kind of mail: its name as in ``limen preview NAME``, what it is in a few words, and its facts."""

    name: str
    about: str
    notification: Notification


def notification(
    *notices: Notice, recipient: Recipient = RECIPIENT, occasion: Occasion = Occasion.NEWS
) -> Notification:
    """One mail's worth of notices to Swale's invented district manager."""
    return Notification(recipient=recipient, notices=notices, decided_at=DECIDED_AT, occasion=occasion)


def operations_mail(news: OperationsNews) -> Notification:
    """A mail about limen itself to those who run it."""
    return Notification(DESK, (), DECIDED_AT, news)


_DIGEST = (BREACH, PROVISIONAL, BELOW_RANGE, RESTATED_MILDER, RECOVERED, CLOSED)
_DEPUTY = replace(
    RECIPIENT,
    id="sian-evans",
    name="Siân Evans",
    salutation="Annwyl Siân Evans",
    language="cy",
    stands_in_for="Amara Okafor",
)
_RIGHT_TO_LEFT = replace(
    RECIPIENT, id="ayesha-siddiqui", name="Ayesha Siddiqui", salutation="السيدة عائشة صديقي", language="ar"
)
_DIRECTOR = replace(RECIPIENT, id="area-director", name="Ruth Adeyemi", salutation="Dear Dr Adeyemi")

SAMPLES: Final = {
    sample.name: sample
    for sample in (
        Sample("alert", "a limit is crossed", notification(BREACH)),
        Sample("alert-held", "an alert that waited for its window", notification(HELD)),
        Sample("alert-deputy", "an alert to a deputy", notification(BREACH, recipient=_DEPUTY)),
        Sample(
            "alert-withheld", "an alert on a small number", notification(PROTECTED, recipient=_RIGHT_TO_LEFT)
        ),
        Sample("alert-doubtful", "an alert on a figure that may be wrong", notification(MARKED)),
        Sample("worsened", "an alert that has become more serious", notification(WORSENED)),
        Sample("reminder", "an alert that nobody has answered", notification(REMINDER)),
        Sample(
            "escalation",
            "an alert that those told before have not answered",
            notification(ESCALATED, recipient=_DIRECTOR),
        ),
        Sample("recovery", "back within limits", notification(RECOVERED)),
        Sample("pending", "an alert that counts no more, though its figure is beyond", notification(PENDING)),
        Sample("closed", "an alert whose rule is no longer used", notification(CLOSED)),
        Sample("restatement", "a figure that was told has changed", notification(RESTATED)),
        Sample("restatement-milder", "the same, still beyond a limit", notification(RESTATED_MILDER)),
        Sample("withdrawn", "a figure that was told is no figure any more", notification(WITHDRAWN)),
        Sample("several", "several pieces of news at once", notification(*_DIGEST)),
        Sample("digest", "all since the last digest", notification(*_DIGEST, occasion=Occasion.DIGEST)),
        Sample("summary", "too much for single mails", notification(*A_LOT, occasion=Occasion.SUMMARY)),
        Sample("late", "figures have not come", notification(*late_in("Swale", "Thanet", "Dover"))),
        Sample("arrived", "late figures have come", notification(ARRIVED)),
        Sample("no-longer-expected", "nobody waits for late figures", notification(NO_LONGER_EXPECTED)),
        Sample("doubtful", "a figure for its data owner to check", notification(DOUBTFUL)),
        Sample("missing", "a figure that others have and one area has not", notification(MISSING)),
        Sample("confirmed", "a figure is no longer in doubt", notification(CONFIRMED)),
        Sample("rules-refused", "rules on disk can't be used", operations_mail(REFUSED)),
        Sample("rules-accepted", "rules on disk can be used again", operations_mail(ACCEPTED)),
        Sample(
            "templates-refused", "templates of your own can't be used", operations_mail(TEMPLATES_REFUSED)
        ),
        Sample(
            "templates-accepted",
            "templates of your own can be used again",
            operations_mail(TEMPLATES_ACCEPTED),
        ),
        Sample("silence-ended", "a silence has ended", operations_mail(SILENCE_ENDED)),
        Sample("address-failing", "mails come back from an address", operations_mail(ADDRESS_FAILING)),
        Sample("files-refused", "files or rows can't be taken in", operations_mail(FILES_REFUSED)),
        Sample("storm", "mails are summed up", operations_mail(STORM)),
    )
}
"""Every kind by its name, in the order in which they are shown."""
