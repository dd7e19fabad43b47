"""Who is told what, and why: the decision, and the facts that go into a mail.

The facts are taken when the decision is made and are stored with it, so that a mail which is sent late, or
again, says what was decided.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from monitor.core.areas import AreaType
from monitor.core.judgements import DirectionOfTravel, RagRating
from monitor.core.observations import Status
from monitor.core.recipients import Recipient
from monitor.core.rulebook import Level, Polarity


class NoticeKind(StrEnum):
    """What a notice tells, in the order in which it is told beside others."""

    BREACH = "breach"
    WORSENED = "worsened"
    LATE = "late"
    CLOSED = "closed"
    RECOVERED = "recovered"
    ARRIVED = "arrived"


class TellReason(StrEnum):
    """Why somebody was told, or was not. Every decision carries one."""

    ROUTE = "a route names them"
    DATA_OWNER = "they own the data"
    WAS_TOLD_OF_BREACH = "they were told of the breach"
    NOBODY_ELSE = "no route reached anybody, so operations were told"
    NO_DATA_OWNER = "nobody owns the data, so operations were told"
    EASED = "not told: the level eased, the breach goes on"
    OVER_BEFORE_TOLD = "not told: it began and ended before limen saw it"
    NEVER_TOLD_OF_BREACH = "not told: nobody had been told of the breach"
    FLAPPING = "not told: the alert begins and ends too often; news follows when it calms"
    PENDING = "not told: the breach has not lasted long enough yet"
    NOBODY_TOLD = "not told: nobody owns the data and no operations address is set"
    NO_RECIPIENT = "not told: no route reaches anybody and no operations address is set"

    @property
    def told(self) -> bool:
        """Whether this is a reason for telling."""
        return not self.value.startswith("not told")


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
class Notice:
    """One alert's news for one reader; everything a mail says of it.

    Decimals are in ``unit`` at the indicator's published precision. ``value`` is None when the figure is
    missing or ``protected`` (too small to show). ``since`` is the end of the first breaching period;
    ``limit`` is the limit crossed (for a recovery: the one it is now within), ``limit_text`` the condition.
    ``rule_position`` is ``file:line:col`` and ``rule_version`` the rulebook's version or git revision.
    ``not_yet_recovered`` is the recovery condition where the figure is within limits again but the alert not
    over. ``told_because`` is a sentence for the reader; ``thread`` is the same for all mails of one breach.

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

    @property
    def tells_of_data(self) -> bool:
        """Whether it tells of whether a figure has come, and not of what a figure says."""
        return self.due is not None or self.kind in (NoticeKind.LATE, NoticeKind.ARRIVED)


class OperationsKind(StrEnum):
    """What news there is of limen itself."""

    RULES_REFUSED = "rules refused"
    RULES_ACCEPTED = "rules accepted"


@dataclass(frozen=True, slots=True)
class OperationsNews:
    """News of limen itself for those who run it: the rules or the configuration can't be used, or can again.

    ``problems`` are as ``limen check`` prints them, "" when there are none, and ``errors`` counts them.
    ``rules_version`` is the version or git revision of the rules in force, ``rules_folder`` where those on
    disk lie.
    """

    kind: OperationsKind
    errors: int
    problems: str
    rules_version: str
    rules_folder: str

    @property
    def thread(self) -> str:
        """The same for all mails about the rules on disk."""
        return "operations/rules"


@dataclass(frozen=True, slots=True)
class Notification:
    """One mail to one person: all that concerns them of one cycle, the most severe first.

    With ``operations`` it is a mail about limen itself, and holds no notices.
    """

    recipient: Recipient
    notices: tuple[Notice, ...]
    decided_at: datetime
    operations: OperationsNews | None = None

    @property
    def threads(self) -> tuple[str, ...]:
        """The threads that it takes up, each once."""
        own = () if self.operations is None else (self.operations.thread,)
        return tuple(dict.fromkeys((*own, *(notice.thread for notice in self.notices))))


@dataclass(frozen=True, slots=True)
class Decision:
    """Somebody was told of a transition, or was not, and why.

    ``recipient`` None: the reason keeps it from everybody. ``route`` is the id of the route that names them,
    ``role`` what they are told as, ``role_area`` the area for which they hold the role.
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
