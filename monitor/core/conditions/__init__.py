"""The condition language: text to a checked, compiled question about all series at once.

See docs/conditions.md for the language, `parse` for the way in.
"""

from monitor.core.conditions.amount import Amount, ParsedAmount, parse_amount
from monitor.core.conditions.condition import Condition, Parsed, parse
from monitor.core.conditions.frame import Frame, Truth
from monitor.core.conditions.functions import FUNCTIONS, Function
from monitor.core.conditions.kinds import RATING_CODES, Boolean, Kind, Number, Rating, Unit
from monitor.core.conditions.limits import Limit, LimitValues, OperandValues, Shown
from monitor.core.conditions.problems import PROBLEM_KINDS, Code, ConditionProblem, ProblemKind

__all__ = [
    "FUNCTIONS",
    "PROBLEM_KINDS",
    "RATING_CODES",
    "Amount",
    "Boolean",
    "Code",
    "Condition",
    "ConditionProblem",
    "Frame",
    "Function",
    "Kind",
    "Limit",
    "LimitValues",
    "Number",
    "OperandValues",
    "Parsed",
    "ParsedAmount",
    "ProblemKind",
    "Rating",
    "Shown",
    "Truth",
    "Unit",
    "parse",
    "parse_amount",
]
