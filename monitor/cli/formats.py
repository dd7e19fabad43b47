"""How commands print, in the words that people give."""

from enum import StrEnum


class TableFormat(StrEnum):
    """How figures are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


class TextFormat(StrEnum):
    """How an answer is printed."""

    TEXT = "text"
    JSON = "json"


class CheckFormat(StrEnum):
    """How problems are printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


class OutcomeFormat(StrEnum):
    """How the outcome of rule tests is printed."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"


class BacktestFormat(StrEnum):
    """How a backtest is shown."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    PNG = "png"


class PlanFormat(StrEnum):
    """How a plan is printed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


class PreviewFormat(StrEnum):
    """How a mail is shown."""

    HTML = "html"
    TEXT = "text"
    EML = "eml"


class AlertLevel(StrEnum):
    """How severe an alert may be; as the rules have it."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class MailState(StrEnum):
    """Where a mail may be; as the outbox has it."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    WITHDRAWN = "withdrawn"


class AuditKinds(StrEnum):
    """What an entry of the audit trail may record; as :class:`monitor.core.audit.AuditKind` has it."""

    RULEBOOK = "rulebook"
    DECISION = "decision"
    MAIL = "mail"
    ATTEMPT = "attempt"
    RETRY = "retry"
    ACKNOWLEDGEMENT = "acknowledgement"
    SILENCE = "silence"
    SILENCE_END = "silence-end"
    OPERATIONS = "operations"
    ADDRESS_FAILING = "address-failing"
    ADDRESS_CLEARED = "address-cleared"
    ERASURE = "erasure"
    RETENTION = "retention"
    AREA_RENAMED = "area-renamed"
