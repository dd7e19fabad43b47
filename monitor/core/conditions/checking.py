"""Names, kinds and units of a parsed condition: every mistake in it, and the kind of every node."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from fractions import Fraction
from typing import Final

from monitor.core.conditions.functions import LARGEST_PERIODS, AtConfidence, Figures, Function, Periods
from monitor.core.conditions.kinds import RATIO, Boolean, Kind, Number, Rating, Unit
from monitor.core.conditions.problems import Code, ConditionProblem
from monitor.core.conditions.tree import (
    And,
    Arithmetic,
    Call,
    Comparison,
    Expression,
    Faulty,
    Literal,
    Name,
    Negation,
    Not,
    Or,
    RatingWord,
    Span,
    canonical,
    literal_value,
    nodes,
)

_ASCENDING: Final = frozenset({"<", "<="})
_DESCENDING: Final = frozenset({">", ">="})


class Checker:
    """Works out the kind of each node; `problems` and `kinds` grow as it goes.

    A node whose kind is None was reported already, or holds one that was; nothing more is said of it.
    """

    def __init__(self, names: Mapping[str, Kind], functions: Mapping[str, Function]) -> None:
        self.problems: list[ConditionProblem] = []
        self.kinds: dict[Expression, Kind] = {}
        self._names = names
        self._functions = functions

    def condition(self, root: Expression) -> None:
        """Checks a whole condition, which has to be a yes or no."""
        kind = self.kind(root)
        if kind is None or isinstance(kind, Boolean):
            return
        message = f"this is {kind}, not a yes or no"
        example = _example(root, kind, written=self._is_constant(root))
        self._report(root.span, Code.NOT_A_CONDITION, message, f"compare it with something: {example}")

    def kind(self, node: Expression) -> Kind | None:
        """The kind of the node, after checking everything below it."""
        kind = self._kind(node)
        if kind is not None:
            self.kinds[node] = kind
        return kind

    def _kind(self, node: Expression) -> Kind | None:  # noqa: C901, PLR0911 - one case a node
        match node:
            case Literal():
                return Number()
            case RatingWord():
                return Rating()
            case Name():
                return self._name(node)
            case Negation(operand):
                return self._number(operand)
            case Arithmetic():
                return self._arithmetic(node)
            case Call():
                return self._call(node)
            case Comparison():
                return self._comparison(node)
            case Not() | And() | Or():
                return self._logical(node)
            case Faulty(parts):
                for part in parts:
                    self.kind(part)
                return None

    def _name(self, node: Name) -> Kind | None:
        if node.name in self._names:
            return self._names[node.name]
        if node.name in self._functions:
            hint = f"'{node.name}' is a function: write {self._functions[node.name].usage}"
        else:
            hint = _suggestion(node.name, (*self._names, *self._functions), "the names here are", self._names)
        self._report(node.span, Code.UNKNOWN_NAME, f"there is no name '{node.name}' here", hint)
        return None

    def _number(self, node: Expression) -> Number | None:
        """The kind of a node that has to be a number."""
        kind = self.kind(node)
        match kind:
            case Number() | None:
                return kind
            case Rating():
                self._report(
                    node.span,
                    Code.RATING_COMPARISON,
                    f"'{canonical(node)}' is a rating, not a number",
                    "compare a rating by == or != with red, amber or green",
                )
            case Boolean():
                self._report(
                    node.span,
                    Code.WRONG_KIND,
                    f"'{canonical(node)}' is a comparison, not a number",
                    "join comparisons by 'and' or 'or'",
                )
        return None

    def _arithmetic(self, node: Arithmetic) -> Kind | None:
        left, right = self._number(node.left), self._number(node.right)
        if node.operator == "/" and literal_value(node.right) == 0:
            message = "a division by zero is always missing"
            self._report(node.right.span, Code.DIVISION_BY_ZERO, message, "correct the divisor")
        if left is None or right is None:
            return None
        if node.operator in "+-":
            return self._common((node.left, node.right), "added" if node.operator == "+" else "subtracted")
        return Number(_product(left.unit, right.unit, node.operator))

    def _common(self, operands: Iterable[Expression], done: str) -> Number | None:
        """The one unit that numbers share; numbers as written take on the others' unit."""
        first: tuple[Expression, Number] | None = None
        sound = True
        for operand in operands:
            kind = self.kinds[operand]
            if not isinstance(kind, Number) or kind.unit is None:
                continue
            if first is None:
                first = operand, kind
            elif kind != first[1]:
                sound = False
                both = f"'{canonical(first[0])}' is {first[1]}, '{canonical(operand)}' is {kind}"
                message = f"{both}: they cannot be {done}"
                hint = _unit_hint(first[1].unit, kind.unit)
                self._report(operand.span, Code.UNIT_MISMATCH, message, hint)
        if not sound:
            return None
        return first[1] if first else Number()

    def _call(self, node: Call) -> Kind | None:
        function = self._functions.get(node.function)
        if function is None:
            for argument in node.arguments:
                self.kind(argument)
            hint = _suggestion(node.function, self._functions, "the functions are", self._functions)
            if node.function in self._names:
                hint = f"'{node.function}' is a name: write it without parentheses"
            self._report(
                node.name_span, Code.UNKNOWN_FUNCTION, f"there is no function '{node.function}'", hint
            )
            return None
        for name in function.reads:
            if name not in self._names:
                message = f"'{node.function}' needs '{name}', which there is not here"
                self._report(node.name_span, Code.UNKNOWN_NAME, message, "use it where the name is there")
                return None
        common = self._given(node, function)
        return None if common is None else function.result(common)

    def _given(self, node: Call, function: Function) -> Number | None:
        """The common kind of what a function is given."""
        match function.parameters:
            case Figures():
                return self._figures(node, function)
            case Periods() as parameter:
                return self._over_periods(node, function, parameter)
            case AtConfidence() as parameter:
                return self._at_confidence(node, function, parameter)

    def _figures(self, node: Call, function: Function) -> Number | None:
        kinds = [self._number(argument) for argument in node.arguments]
        if isinstance(function.parameters, Figures) and not _fits(len(kinds), function.parameters):
            message = (
                f"'{function.name}' does not take {len(kinds)} {'figure' if len(kinds) == 1 else 'figures'}"
            )
            self._report(node.span, Code.WRONG_ARGUMENTS, message, f"write {function.usage}")
            return None
        if any(kind is None for kind in kinds):
            return None
        return self._common(node.arguments, "used in one function")

    def _over_periods(self, node: Call, function: Function, parameter: Periods) -> Number | None:
        if periods_of(node, parameter) is None:
            self._report(
                node.span,
                Code.WRONG_ARGUMENTS,
                f"'{function.name}' takes a whole number of periods, written out, "
                f"from {parameter.fewest} to {LARGEST_PERIODS}",
                f"write {function.usage} with a number for n; it looks at value",
            )
            return None
        kind = self._names["value"]
        return kind if isinstance(kind, Number) else None

    def _at_confidence(self, node: Call, function: Function, parameter: AtConfidence) -> Number | None:
        if level_of(node, parameter) is None:
            self._report(
                node.span,
                Code.WRONG_ARGUMENTS,
                f"'{function.name}' takes a figure, and perhaps a confidence level in percent, written out, "
                f"from {parameter.lowest} to below 100",
                f"write {function.usage} with a figure for x",
            )
            return None
        kind, own = self._number(node.arguments[0]), self._names["value"]
        if kind is None or not isinstance(own, Number):
            return None
        if kind.unit is not None and kind != own:
            self._report(
                node.arguments[0].span,
                Code.UNIT_MISMATCH,
                f"'value' is {own}, '{canonical(node.arguments[0])}' is {kind}: they cannot be compared",
                _unit_hint(own.unit, kind.unit),
            )
            return None
        return own

    def _comparison(self, node: Comparison) -> Kind | None:
        kinds = [self.kind(operand) for operand in node.operands]
        sound = self._runs_one_way(node)
        if any(isinstance(kind, Boolean) for kind in kinds):
            hint = "join comparisons by 'and' or 'or'"
            self._report(node.span, Code.WRONG_KIND, "a comparison is compared with something", hint)
            return None
        if any(kind is None for kind in kinds):
            return None
        if any(isinstance(kind, Rating) for kind in kinds):
            return self._rating_comparison(node, kinds)
        if sound:
            self._constant(node)
        return None if self._common(node.operands, "compared") is None else Boolean()

    def _rating_comparison(self, node: Comparison, kinds: list[Kind | None]) -> Kind | None:
        if not all(isinstance(kind, Rating) for kind in kinds) or not set(node.operators) <= {"==", "!="}:
            message = "a rating has no order and is no number"
            hint = "compare a rating by == or != with red, amber or green"
            self._report(node.span, Code.RATING_COMPARISON, message, hint)
            return None
        self._constant(node)
        return Boolean()

    def _runs_one_way(self, node: Comparison) -> bool:
        operators = set(node.operators)
        directions = (_ASCENDING, _DESCENDING, {"=="})
        sound = len(node.operators) == 1 or any(operators <= allowed for allowed in directions)
        if not sound:
            message = "this chain of comparisons does not run in one direction"
            hint = "write it in rising order, such as 8 <= value <= 10, or join comparisons by 'and'"
            self._report(node.span, Code.CONFUSING_CHAIN, message, hint)
        return sound

    def _constant(self, node: Comparison) -> None:
        """Reports comparisons that never depend on a figure, or that no figure fulfils."""
        pairs = list(zip(node.operands, node.operands[1:], strict=False))
        if any(self._is_constant(left) and self._is_constant(right) for left, right in pairs):
            message = "this comparison comes out the same whatever the figures are"
        elif any(left == right for left, right in pairs):
            message = "a figure is compared with itself"
        elif _is_empty(node):
            message = "no figure lies between these limits"
        else:
            return
        hint = "compare with value or another name, and check the limits' order"
        self._report(node.span, Code.CONSTANT_CONDITION, message, hint)

    def _is_constant(self, node: Expression) -> bool:
        """Whether it is made of written numbers or rating words alone."""
        return not any(
            isinstance(part, Name) or (isinstance(part, Call) and self._functions[part.function].reads)
            for part, _ in nodes(node)
        )

    def _logical(self, node: Not | And | Or) -> Kind | None:
        operands = (node.operand,) if isinstance(node, Not) else node.operands
        kinds = [self._truth(operand) for operand in operands]
        return Boolean() if all(kinds) else None

    def _truth(self, node: Expression) -> bool:
        """Whether the node is a yes or no, as it has to be."""
        kind = self.kind(node)
        if kind is None or isinstance(kind, Boolean):
            return kind is not None
        message = f"'{canonical(node)}' is {kind}, not a comparison"
        example = _example(node, kind, written=self._is_constant(node))
        hint = f"write each comparison in full, such as {example}"
        self._report(node.span, Code.WRONG_KIND, message, hint)
        return False

    def _report(self, span: Span, code: Code, message: str, hint: str) -> None:
        self.problems.append(ConditionProblem(span.offset, max(1, span.length), code, message, hint))


def periods_of(node: Call, parameter: Periods) -> int | None:
    """The number of periods that the call is written with, or None where it is not written properly."""
    if not node.arguments:
        return parameter.default
    match node.arguments:
        case (Literal(digits, 0),) if parameter.fewest <= digits <= LARGEST_PERIODS:
            return digits
        case _:
            return None


def level_of(node: Call, parameter: AtConfidence) -> Fraction | None:
    """The confidence level that the call is written with, or None where it is not written properly."""
    match node.arguments:
        case (_,):
            return parameter.default
        case (_, Literal() as level) if parameter.lowest <= level.value < 100:  # noqa: PLR2004 - percent
            return level.value
        case _:
            return None


def _fits(count: int, parameter: Figures) -> bool:
    return parameter.fewest <= count and (parameter.most is None or count <= parameter.most)


def _product(left: Unit | None, right: Unit | None, operator: str) -> Unit | None:
    if right is None:
        return left
    if operator == "*":
        return right if left is None else left * right
    return (RATIO if left is None else left) / right


def _is_empty(node: Comparison) -> bool:
    """Whether a chain's written ends leave nothing between, such as 10 <= value <= 8."""
    first, last = literal_value(node.operands[0]), literal_value(node.operands[-1])
    operators = set(node.operators)
    if first is None or last is None or len(node.operands) < 3:  # noqa: PLR2004 - a chain has three
        return False
    if operators == {"=="}:
        return first != last
    if operators <= _DESCENDING:
        first, last = last, first
    strict = bool(operators & {"<", ">"})
    return first > last or (first == last and strict)


def _example(node: Expression, kind: Kind, *, written: bool) -> str:
    """A comparison that the author may have meant."""
    text = canonical(node)
    if isinstance(kind, Rating):
        return f"rating == {text}" if written else f"{text} == red"
    return f"value > {text}" if written else f"{text} > 85"


def _unit_hint(left: Unit | None, right: Unit | None) -> str:
    if RATIO in (left, right):
        return "compare a ratio with a number, such as value / target > 1.1"
    return "compare figures of the same unit, or compare their ratio with a number"


def _suggestion(word: str, candidates: Iterable[str], otherwise: str, listed: Iterable[str]) -> str:
    near = get_close_matches(word.lower(), list(candidates), n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else f"{otherwise} {', '.join(listed) or 'none'}"
