"""Who is told what, and why: the decision, and the facts that go into a mail.

The facts are taken when the decision is made and are stored with it, so that a mail which is sent late, or
again, says what was decided.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from monitor.core.alerts import TransitionReason
from monitor.core.areas import AreaType
from monitor.core.judgements import DirectionOfTravel, RagRating
from monitor.core.observations import Status
from monitor.core.recipients import Recipient
from monitor.core.rulebook import Level, Polarity


class NoticeKind(StrEnum):
    """What a notice tells, in the order in which it is told beside others."""

    BREACH = "breach"
    WORSENED = "worsened"
    ESCALATED = "escalated"
    REMINDER = "reminder"
    RESTATED = "restated"
    PENDING = "pending"
    DOUBTFUL = "doubtful"
    LATE = "late"
    CLOSED = "closed"
    RECOVERED = "recovered"
    ARRIVED = "arrived"
    CONFIRMED = "confirmed"


class TellReason(StrEnum):
    """Why somebody was told, or was not. Every decision carries one."""

    ROUTE = "a route names them"
    DATA_OWNER = "they own the data"
    WAS_TOLD_OF_BREACH = "they were told of the breach"
    REMINDED = "they were told, and nobody has acknowledged it"
    ESCALATED = "those told before them have not acknowledged it"
    WAS_TOLD_OF_FIGURE = "they were told a figure that has changed since"
    NOBODY_ELSE = "no route reached anybody, so operations were told"
    NO_DATA_OWNER = "nobody owns the data, so operations were told"
    EASED = "not told: the level eased, the breach goes on"
    OVER_BEFORE_TOLD = "not told: it began and ended before limen saw it"
    NEVER_TOLD_OF_BREACH = "not told: nobody had been told of the breach"
    FLAPPING = "not told: the alert begins and ends too often; news follows when it calms"
    PENDING = "not told: the breach has not lasted long enough yet"
    WINDOW = "not told yet: it is held until the window opens"
    DIGEST = "not told yet: it is held for the digest"
    SILENCED = "not told yet: it is silenced"
    MAINTENANCE = "not told yet: it is in a maintenance window"
    INHIBITED = "not told yet: another alert says it already"
    LATE_FEED = "not told yet: its figures are late, and the data owner is told"
    DATA_FAULT = "not told yet: the figure looks wrong, and the data owner is asked"
    STORM = "not told yet: too many mails in too short a time; one summary follows"
    UNSENT = "not told yet: the mail before it has not gone out"
    ACKNOWLEDGED = "not told: somebody has acknowledged it"
    OVER_WHILE_HELD = "not told: it was over before it could be told"
    BEGAN_AGAIN = "not told: it began again before they could be told that it was over"
    KNOWN_ALREADY = "not told: they know it as it stands"
    REACHED_NO_MORE = "not told: no route names them any more"
    NOTHING_KEPT = "not told: its rule is gone, and no mail that told of it is kept"
    NOBODY_TO_ESCALATE_TO = "not told: nobody holds the role that it would go to next"
    NOBODY_TOLD = "not told: nobody owns the data and no operations address is set"
    NO_RECIPIENT = "not told: no route reaches anybody and no operations address is set"

    @property
    def told(self) -> bool:
        """Whether this is a reason for telling."""
        return not self.value.startswith("not told")

    @property
    def why(self) -> str:
        """The reason itself, without the words "not told" or "not told yet" before it."""
        return self.value.removeprefix("not told yet: ").removeprefix("not told: ")

    @property
    def held(self) -> bool:
        """Whether this is a reason for telling later, if it still holds then."""
        return self.value.startswith("not told yet")


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """One earlier figure, with the chart's lines as they stood then. ``protected``: too small to show."""

    period_end: date
    label: str
    value: Decimal | None
    protected: bool
    status: Status
    rag: RagRating
    target: Decimal | None
    lower: Decimal | None
    upper: Decimal | None
    limit: Decimal | None


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What a figure was made and judged by when it was told, as the rules and other figures were then.

    ``scale`` and ``decimals`` are the indicator's. ``limits`` are the rule's levels with their conditions as
    written, ``limit`` the one that was shown beside the figure. ``bands`` are the conditions of green, amber
    and red as written ("" where there is none). The others are what it is compared with, in the indicator's
    unit.
    """

    indicator: str
    scale: int | None
    decimals: int
    limits: tuple[tuple[Level, str], ...]
    limit: Decimal | None
    bands: tuple[str, str, str] | None
    target: Decimal | None
    lower: Decimal | None
    upper: Decimal | None
    neighbours: Decimal | None
    region: Decimal | None
    england: Decimal | None


@dataclass(frozen=True, slots=True)
class ToldFigure:
    """The figure that a telling was about, as it was shown, with its rating and the level that held.

    ``value`` None: missing, or too small to show. ``revision`` is that of the observation. ``against`` None:
    what it was judged by is not known.
    """

    period_end: date
    value: Decimal | None
    protected: bool
    rag: RagRating
    level: Level | None
    revision: int
    against: Yardstick | None = None


@dataclass(frozen=True, slots=True)
class RestatedFigure:
    """A figure that somebody was told, and what it is now. Both are as a reader may see them.

    ``now`` has no value where the figure was ``withdrawn``. ``told_on`` is the day of the mail that told it;
    ``because`` says in a few words why it changed.
    """

    period_label: str
    was: ToldFigure
    now: ToldFigure
    withdrawn: bool
    told_on: date
    because: str


@dataclass(frozen=True, slots=True)
class Lapse:
    """Why an alert that was told does not count any more, though its latest figure is beyond the limit.

    ``because`` is a clause, such as ``the figure for 31 Aug 2026 was corrected from 45 to 6``. The rule asks
    for ``asked`` figures in a row beyond their limit, and there are ``so_far``.
    """

    because: str
    asked: int
    so_far: int


class AnswerEnd(StrEnum):
    """What has ended an acknowledgement while its breach goes on."""

    UNTIL = "until"
    TAKEN_BACK = "taken back"
    WORSENED = "worsened"


@dataclass(frozen=True, slots=True)
class EarlierAnswer:
    """The last acknowledgement of a breach, which counts no more: by whom, from which day and until which.

    ``by`` is a name; "": it is not known any more. ``until`` is the day on which it was to end (None: once
    the breach is over), ``ended_on`` the one on which it did.
    """

    by: str
    given_on: date
    until: date | None
    ended_on: date
    ended: AnswerEnd


@dataclass(frozen=True, slots=True)
class Notice:
    """One alert's news for one reader; everything a mail says of it.

    Decimals are in ``unit`` at the indicator's published precision. ``value`` is None when the figure is
    missing or ``protected`` (too small to show). ``since`` is the end of the first breaching period;
    ``limit`` is the limit crossed (for a recovery: the one it is now within), ``limit_text`` the condition.
    ``rule_position`` is ``file:line:col`` and ``rule_version`` the rulebook's version or git revision.
    ``not_yet_recovered`` is the recovery condition where the figure is within limits again but the alert not
    over; ``crossed`` is then the last figure that was beyond one, for the period of ``crossed_label`` (None:
    it is not known, or must not be shown). ``route`` is the id of the route that names the reader;
    ``reminds`` and ``escalates`` say whether reminders, and escalations to others, follow where nobody
    answers.
    ``told_because`` is a sentence for the reader; ``thread`` is the same for all mails of one breach.

    ``restated`` says which figure that the reader was told has changed. ``held_since`` is when this could
    have been told first, ``held_because`` why it was not. Of a reminder, ``reminders`` counts it and those
    before, ``first_told_on`` is the day of the first mail; ``not_acknowledged_by`` names those who were told
    before an escalation. ``earlier_answer`` is the acknowledgement that counts no more (None: there was
    none). ``doubt`` says why the figure may be wrong, where that is not settled. Once it is, ``doubted`` is
    the figure that was told as doubtful, for the period of ``doubted_label`` (None: there was none, or it
    must not be shown).

    ``limit_before`` is the limit that was told of an alert which an edit of its rule has ended, where it is
    another now. ``lapse``: the alert that was told is none any more, though the figure is beyond its limit.

    With ``due`` it tells not of a figure but of one that is missing, or was: that for the period which ends
    on ``period_end``, to be there by the end of that day. ``previous_label`` is then the last period that
    there is a figure for, and nothing is said of any figure's value.
    """

    rule: str
    area: str
    area_type: AreaType
    kind: NoticeKind
    reason: str
    level: Level | None
    previous_level: Level | None
    title: str
    indicator: str
    indicator_title: str
    definition: str
    unit: str
    decimals: int
    polarity: Polarity
    period_end: date | None
    period_label: str
    status: Status | None
    value: Decimal | None
    protected: bool
    rag: RagRating
    target: Decimal | None
    target_reference: str
    limit: Decimal | None
    limit_text: str
    limit_reference: str
    since: date | None
    since_label: str
    direction: DirectionOfTravel
    previous_value: Decimal | None
    previous_label: str
    neighbours: Decimal | None
    history: tuple[HistoryPoint, ...]
    action: str
    source: str
    rule_position: str
    rule_version: str
    told_because: str
    thread: str
    not_yet_recovered: str = ""
    due: date | None = None
    restated: RestatedFigure | None = None
    held_since: datetime | None = None
    held_because: str = ""
    first_told_on: date | None = None
    reminders: int = 0
    not_acknowledged_by: tuple[str, ...] = ()
    doubt: str = ""
    doubted: Decimal | None = None
    doubted_label: str = ""
    crossed: Decimal | None = None
    crossed_label: str = ""
    route: str = ""
    reminds: bool = False
    escalates: bool = False
    earlier_answer: EarlierAnswer | None = None
    limit_before: Decimal | None = None
    lapse: Lapse | None = None

    @property
    def over_by_edit(self) -> bool:
        """Whether an edit of the rule ended the alert, while the rule goes on watching the area."""
        return self.kind is NoticeKind.CLOSED and self.reason == TransitionReason.RULE_CHANGED

    @property
    def tells_of_data(self) -> bool:
        """Whether it tells of whether a figure has come, and not of what a figure says."""
        return self.due is not None or self.kind in (NoticeKind.LATE, NoticeKind.ARRIVED)

    @property
    def told_again(self) -> bool:
        """Whether it says nothing new, but asks for an answer: a reminder or an escalation."""
        return self.kind in (NoticeKind.REMINDER, NoticeKind.ESCALATED)


class OperationsKind(StrEnum):
    """What news there is of limen itself."""

    RULES_REFUSED = "rules refused"
    RULES_ACCEPTED = "rules accepted"
    TEMPLATES_REFUSED = "templates refused"
    TEMPLATES_ACCEPTED = "templates accepted"
    SILENCE_ENDED = "silence ended"
    ADDRESS_FAILING = "address failing"
    FILES_REFUSED = "files refused"
    STORM = "storm"


@dataclass(frozen=True, slots=True)
class OperationsNews:
    """News of limen itself for those who run it: the rules or the configuration can't be used, or can again.

    Of anything else than the rules, ``problems`` are lines for people that say it all, ``errors`` counts what
    they list, and ``subject`` is what it is about, such as the silence's number, the failing address, the
    file or the folder of templates.

    ``problems`` are as ``limen check`` prints them, "" when there are none, and ``errors`` counts them.
    ``rules_version`` is the version or git revision of the rules in force, ``rules_folder`` where those on
    disk lie.
    """

    kind: OperationsKind
    errors: int
    problems: str
    rules_version: str
    rules_folder: str
    subject: str = ""

    @property
    def thread(self) -> str:
        """The same for all mails about the rules on disk or the house's templates, or one other thing."""
        if self.kind in (OperationsKind.RULES_REFUSED, OperationsKind.RULES_ACCEPTED):
            return "operations/rules"
        if self.kind in (OperationsKind.TEMPLATES_REFUSED, OperationsKind.TEMPLATES_ACCEPTED):
            return "operations/templates"
        return f"operations/{self.kind}/{self.subject}"


class Occasion(StrEnum):
    """Why a mail is sent now: for news, as the digest that its readers asked for, or to sum up too much."""

    NEWS = "news"
    DIGEST = "digest"
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True)
class Notification:
    """One mail to one person: all that concerns them of one cycle, the most severe first.

    With ``operations`` it is a mail about limen itself, and holds no notices.
    """

    recipient: Recipient
    notices: tuple[Notice, ...]
    decided_at: datetime
    operations: OperationsNews | None = None
    occasion: Occasion = Occasion.NEWS

    @property
    def threads(self) -> tuple[str, ...]:
        """The threads that it takes up, each once."""
        own = () if self.operations is None else (self.operations.thread,)
        return tuple(dict.fromkeys((*own, *(notice.thread for notice in self.notices))))


@dataclass(frozen=True, slots=True)
class Decision:
    """Somebody was told of a transition, or was not, and why.

    ``recipient`` None: the reason keeps it from everybody. ``route`` is the id of the route that names them,
    ``role`` what they are told as, ``role_area`` the area for which they hold the role. ``level`` is the
    alert's, ``figure`` the one that the telling is about. ``until`` is when what is held is looked at again
    (None: when what holds it ends); ``note`` names what keeps it from them, such as the
    silence; of a reminder or an escalation it says since when nobody has answered, if somebody had before.
    """

    rule: str
    area: str
    episode: int
    kind: NoticeKind | None
    recipient: Recipient | None
    reason: TellReason
    route: str | None
    role: str | None
    role_area: str | None
    level: Level | None = None
    figure: ToldFigure | None = None
    until: datetime | None = None
    note: str = ""
