"""An amount that is calculated: the right-hand side of a target, such as ``neighbours * 0.95``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from monitor.core.conditions.checking import Checker
from monitor.core.conditions.frame import Frame
from monitor.core.conditions.functions import FUNCTIONS, Function
from monitor.core.conditions.grammar import read
from monitor.core.conditions.kinds import Kind, Number, Unit
from monitor.core.conditions.problems import Code, ConditionProblem
from monitor.core.conditions.program import Compiler, Program
from monitor.core.conditions.tokens import tokenise
from monitor.core.conditions.tree import Expression, Name, canonical, nodes
from monitor.core.exact import ExactArray


@dataclass(frozen=True, slots=True)
class Amount:
    """A number worked out from other figures, for all series at once. ``names`` are those it needs."""

    root: Expression
    text: str = field(compare=False)
    names: tuple[str, ...] = field(compare=False)
    _program: Program = field(compare=False, repr=False)

    def __str__(self) -> str:
        return canonical(self.root)

    def evaluate(self, values: Mapping[str, ExactArray], shape: tuple[int, int], decimals: int) -> ExactArray:
        """Its value for each series and place, rounded half away from zero to ``decimals``."""
        (found,) = self._program.run(Frame(values, shape, decimals))
        return cast("ExactArray", found).rounded(decimals)


@dataclass(frozen=True, slots=True)
class ParsedAmount:
    """An amount, or the problems that keep it from being one."""

    amount: Amount | None
    problems: tuple[ConditionProblem, ...] = ()


def parse_amount(
    text: str, names: Mapping[str, Kind], unit: Unit, functions: Mapping[str, Function] | None = None
) -> ParsedAmount:
    """Reads, checks and compiles an amount in ``unit``; never raises for any text.

    Functions that look at ``value`` are not offered unless given: a target must not depend on the figure.
    """
    offered = functions if functions is not None else _without_value()
    tokens, strange = tokenise(text)
    if len(tokens) == 1:
        empty = ConditionProblem(
            0,
            1,
            Code.EMPTY,
            "there is no amount",
            "write a number, or a calculation such as neighbours * 0.95",
        )
        return ParsedAmount(None, strange or (empty,))
    root, misread = read(tokens, text, frozenset(problem.offset for problem in strange))
    checker = Checker(names, offered)
    kind = checker.kind(root)
    problems = [*strange, *misread, *checker.problems]
    if not problems and not (isinstance(kind, Number) and kind.unit in (None, unit)):
        problems.append(
            ConditionProblem(
                root.span.offset,
                root.span.length,
                Code.UNIT_MISMATCH,
                f"this is {kind}, not an amount in {unit}",
                "give a number, or a calculation with neighbours, region or england",
            )
        )
    if problems:
        return ParsedAmount(None, tuple(sorted(problems, key=lambda each: (each.offset, each.code))))
    compiler = Compiler(checker.kinds, offered, unit)
    program = compiler.program([compiler.place(root)])
    used = tuple(sorted({node.name for node, _ in nodes(root) if isinstance(node, Name)}))
    return ParsedAmount(Amount(root, text, used, program))


def _without_value() -> Mapping[str, Function]:
    return {name: function for name, function in FUNCTIONS.items() if "value" not in function.reads}
