"""The mail about limen itself, to those who run it, in the same dress as every other."""

from monitor.compose.facts import Fact
from monitor.compose.subject import operations_subject
from monitor.compose.views import Links, MailView, NoticeView, greeting
from monitor.core.notifications import Notification, OperationsKind, OperationsNews
from monitor.palette import RECOVERED, REFUSED
from notifiers.mime import one_line

OPERATIONS_HEADERS = {"X-Limen-Kind": "operations", "X-Limen-Level": "none"}
"""What mail programs' own rules can sort by."""

_VERSION_LENGTH = 12


def operations_view(notification: Notification, news: OperationsNews, links: Links) -> MailView:
    """The text of the mail."""
    view = _refused(news) if news.kind is OperationsKind.RULES_REFUSED else _accepted(news)
    return MailView(
        title=view.heading,
        preheader=view.headline,
        greeting=greeting(notification),
        detailed=(view,),
        further=(),
        contact=links.contact,
    )


def _refused(news: OperationsNews) -> NoticeView:
    errors = f"{news.errors:,} error{'' if news.errors == 1 else 's'}"
    return NoticeView(
        tone=REFUSED,
        strip="Refused: the rules on disk are not in force",
        heading=f"limen can’t use the rules on disk: {errors}",
        news=operations_subject(news),
        headline="Watching goes on: the last good rules stay in force until those on disk are mended.",
        correction="",
        action=(
            "Mend what is listed here and save: limen reads the files again by itself. “limen check” shows "
            "the same list on the spot, docs/problems.md explains each code."
        ),
        facts=_facts(news, errors, in_force="the last good rules"),
        chart=None,
        definition="",
        told_because=(
            "You are told as operations: once for each different list of errors, and once when all is "
            "good again."
        ),
        small_print=(),
        link=None,
        quoted=tuple(_printable(line) for line in news.problems.rstrip().splitlines()),
    )


def _accepted(news: OperationsNews) -> NoticeView:
    return NoticeView(
        tone=RECOVERED,
        strip="Recovered: the rules on disk are in force",
        heading="limen uses the rules on disk again",
        news=operations_subject(news),
        headline="The rules on disk have no errors any more. Figures are judged by them from now on.",
        correction="",
        action="",
        facts=_facts(news, "none", in_force="the rules on disk"),
        chart=None,
        definition="",
        told_because="You were told that the rules on disk could not be used.",
        small_print=(),
        link=None,
    )


def _facts(news: OperationsNews, errors: str, *, in_force: str) -> tuple[Fact, ...]:
    version = one_line(news.rules_version)[:_VERSION_LENGTH]
    return (
        Fact("Errors", errors),
        Fact("In force", f"{in_force}, version {version}"),
        Fact("Rules on disk", one_line(news.rules_folder)),
    )


def _printable(line: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in line).rstrip()
