"""The mail about limen itself, to those who run it, in the same dress as every other."""

from monitor.compose.facts import Fact
from monitor.compose.greeting import deputy, greeting
from monitor.compose.links import Links
from monitor.compose.sheet import MailView, NoticeView
from monitor.compose.subject import operations_subject
from monitor.core.notifications import Notification, OperationsKind, OperationsNews
from monitor.palette import ENDED, FAILING, RECOVERED, REFUSED, STORM
from notifiers.mime import one_line

OPERATIONS_HEADERS = {"X-Limen-Kind": "operations", "X-Limen-Level": "none"}
"""What mail programs' own rules can sort by."""

_VERSION_LENGTH = 12


def operations_view(notification: Notification, news: OperationsNews, links: Links) -> MailView:
    """The text of the mail."""
    view, greeted = _view(news), greeting(notification)
    return MailView(
        title=view.heading,
        preheader=view.headline,
        greeting=greeted.words,
        greeting_language=greeted.language,
        greeting_direction=greeted.direction,
        detailed=(view,),
        further=(),
        contact=links.contact,
        deputy=deputy(notification),
    )


def _view(news: OperationsNews) -> NoticeView:
    match news.kind:
        case OperationsKind.RULES_REFUSED:
            return _refused(news)
        case OperationsKind.RULES_ACCEPTED:
            return _accepted(news)
        case OperationsKind.TEMPLATES_REFUSED:
            return _templates_refused(news)
        case OperationsKind.TEMPLATES_ACCEPTED:
            return _templates_accepted(news)
        case OperationsKind.SILENCE_ENDED:
            return _silence_ended(news)
        case OperationsKind.ADDRESS_FAILING:
            return _address_failing(news)
        case OperationsKind.FILES_REFUSED:
            return _files_refused(news)
        case OperationsKind.STORM:
            return _storm(news)


def _refused(news: OperationsNews) -> NoticeView:
    errors = f"{news.errors:,} error{'' if news.errors == 1 else 's'}"
    return NoticeView(
        tone=REFUSED,
        label="Refused",
        strip="Refused: the rules on disk are not in force",
        heading=f"limen can’t use the rules on disk: {errors}",
        news=operations_subject(news),
        headline="Watching goes on: the last good rules stay in force until those on disk are mended.",
        action=(
            "Mend what is listed here and save: limen reads the files again by itself. “limen check” shows "
            "the same list on the spot, “limen help” and a code what it means."
        ),
        facts=_facts(news, errors, in_force="the last good rules"),
        told_because=(
            "You are told as operations: once for each different list of errors, and once when all is "
            "good again."
        ),
        quoted=_lines(news),
        quoted_title="What is wrong",
    )


def _accepted(news: OperationsNews) -> NoticeView:
    return NoticeView(
        tone=RECOVERED,
        label="Recovered",
        strip="Recovered: the rules on disk are in force",
        heading="limen uses the rules on disk again",
        news=operations_subject(news),
        headline="The rules on disk have no errors any more. Figures are judged by them from now on.",
        action="",
        facts=_facts(news, "none", in_force="the rules on disk"),
        told_because="You were told that the rules on disk could not be used.",
    )


def _templates_refused(news: OperationsNews) -> NoticeView:
    errors = f"{news.errors:,} error{'' if news.errors == 1 else 's'}"
    return NoticeView(
        tone=REFUSED,
        label="Refused",
        strip="Refused: templates of your own",
        heading=f"limen can’t use templates of your own: {errors}",
        news=operations_subject(news),
        headline=(
            "Every mail goes out and says all that it should. Where your templates fail, it is laid out by "
            "limen’s own template until yours are mended."
        ),
        action=(
            "Mend what is listed here and save: an edit counts from the next mail on. “limen check” shows "
            "what fails with sample mails, “limen preview” shows the mails, “limen help” and a code what it "
            "means. To go back to limen’s own template, remove the file."
        ),
        facts=_template_facts(news, errors, in_use="limen’s own, where these fail"),
        told_because=(
            "You are told as operations: once for each different list of errors, and once when all is "
            "good again."
        ),
        quoted=_lines(news),
        quoted_title="What is wrong",
    )


def _templates_accepted(news: OperationsNews) -> NoticeView:
    return NoticeView(
        tone=RECOVERED,
        label="Recovered",
        strip="Recovered: templates of mails",
        heading="No template of your own is refused any more",
        news=operations_subject(news),
        headline=(
            "Those in the folder lay out every kind of mail without an error, and are used from now on; "
            "where there is none, limen’s own is."
        ),
        action="",
        facts=_template_facts(news, "none", in_use="those in the folder"),
        told_because="You were told that templates of your own could not be used.",
    )


def _template_facts(news: OperationsNews, errors: str, *, in_use: str) -> tuple[Fact, ...]:
    return (
        Fact("Errors", errors),
        Fact("In use", in_use),
        Fact("Templates of your own", one_line(news.subject)),
    )


def _silence_ended(news: OperationsNews) -> NoticeView:
    return NoticeView(
        tone=ENDED,
        label="Ended",
        strip="Ended: a silence",
        heading=f"Silence {one_line(news.subject)} has ended",
        news=operations_subject(news),
        headline="Alerts that it kept quiet are told again from now on, those that still hold included.",
        action="If it is still needed, make a new one with “limen silence”.",
        facts=(Fact("Silence", one_line(news.subject)), Fact("Alerts that it kept", f"{news.errors:,}")),
        told_because="A silence’s end is told to whoever made it, or else to operations.",
        report=_lines(news),
        quoted_title="What it was",
    )


def _address_failing(news: OperationsNews) -> NoticeView:
    address = one_line(news.subject)
    return NoticeView(
        tone=FAILING,
        label="Failing",
        strip="Failing: mails come back from an address",
        heading=f"Mails to {address} come back",
        news=operations_subject(news),
        headline="Whoever reads there does not learn of their alerts.",
        action=(
            "Tell the person meanwhile. If the address is wrong, correct it in contacts.yaml, or name "
            "somebody else for their roles: further mails go there. If it is right and takes mails again, "
            "“limen outbox retry --even-sent NUMBER” sends a mail that came back there once more. Then say "
            f"“limen bounce --clear {address}”."
        ),
        facts=(Fact("Address", address),),
        told_because="You are told as operations, once for each address that fails.",
        report=_lines(news),
        quoted_title="What the mail servers said",
    )


def _files_refused(news: OperationsNews) -> NoticeView:
    files = f"{news.errors:,} file{'' if news.errors == 1 else 's'}"
    return NoticeView(
        tone=REFUSED,
        label="Refused",
        strip="Refused: files of figures, or rows of them",
        heading=f"{files} could not be taken in as a whole",
        news=operations_subject(news),
        headline="What was set aside is not judged: nobody is told what those figures say.",
        action=(
            "Mend what is listed here, or ask whoever sent it to, and put it into the inbox again. A file of "
            "rows that were set aside has each row’s reason in it; “limen help load-data” explains them."
        ),
        facts=(Fact("Files", f"{news.errors:,}"),),
        told_because="You are told as operations, each time such a file comes.",
        report=_lines(news),
        quoted_title="What was set aside",
    )


def _storm(news: OperationsNews) -> NoticeView:
    return NoticeView(
        tone=STORM,
        label="Storm",
        strip="Storm: mails are summed up",
        heading="Too many mails at once: they go out as summaries",
        news=operations_subject(news),
        headline=(
            "Nothing is lost: what would have been many mails to a person is one, and all of it is listed "
            "there."
        ),
        action=(
            "Look for what they have in common: a file with wrong figures, a rule that was just changed, a "
            "feed that came in part. “limen alerts” shows what stands, “limen explain” why."
        ),
        facts=(Fact("People who get a summary", f"{news.errors:,}"),),
        told_because="You are told as operations when the limit on mails in the settings is reached.",
        report=_lines(news),
        quoted_title="What was summed up",
    )


def _lines(news: OperationsNews) -> tuple[str, ...]:
    return tuple(_printable(line) for line in news.problems.rstrip().splitlines())


def _facts(news: OperationsNews, errors: str, *, in_force: str) -> tuple[Fact, ...]:
    version = one_line(news.rules_version)[:_VERSION_LENGTH]
    return (
        Fact("Errors", errors),
        Fact("In force", f"{in_force}, version {version}"),
        Fact("Rules on disk", one_line(news.rules_folder)),
    )


def _printable(line: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in line).rstrip()
