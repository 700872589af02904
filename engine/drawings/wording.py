"""Expressions of a drawing in words: conditions, times and lists, for whoever reads it instead of seeing it."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import reduce

from engine import statuses
from engine.sentence import named, say

# What somebody does at a step, by the answer that a gateway asks for.
ACTS = {
    "return": "{who} returns it",
    "back": "{who} sends it back",
    "reject": "{who} rejects it",
    "propose_reject": "{who} proposes to reject it",
    "missing": "{who} says that it has not arrived",
}
# What a pattern or a table says of how it came out.
OUTCOMES = {
    "idle": say("it was left idle"),
    "rejected": say("it was rejected"),
    "returned": say("it was returned"),
    "sent_back": say("it was sent back"),
    "refused": say("it was refused"),
    "checked": say("it was checked"),
    "check": say("a checker has to see it"),
    "look": say("the exchange has to look at it"),
}
ANSWERED = frozenset({"decision", "answer"})
NAMES = {
    "case.single_eye": say("one person of the desk decides alone"),
    "case.agreed": say("the second company has agreed to this already"),
    "case.next_optional": say("a second company is not always asked"),
    "case.sent": say("others have read it"),
    "case.next": say("the second company"),
    "case.desks": say("desk"),
    "case.brokers": say("broker"),
    "case.sla_days": say("the days promised for it"),
    "status": say("the request"),
    "decision": say("the decision"),
    "answer": say("the answer"),
    "outcome": say("how it came out"),
    "verdict": say("the verdict"),
}
# The same where it is said that there is one, or none.
KINDS = {
    "case.next": say("second company"),
    "case.sla_days": say("days promised for it"),
    "status": say("request"),
    "decision": say("decision"),
    "answer": say("answer"),
    "verdict": say("verdict"),
}
NOT = {
    "case.sent": say("nobody else has read it"),
    "case.agreed": say("the second company has not agreed to this yet"),
}
SIGNS: dict[type[ast.cmpop], str] = {
    ast.Eq: "{name} is {value}",
    ast.NotEq: "{name} is not {value}",
    ast.In: "{name} is {value}",
    ast.NotIn: "{name} is not {value}",
    ast.Lt: "{name} is below {value}",
    ast.LtE: "{name} is at most {value}",
    ast.Gt: "{name} is above {value}",
    ast.GtE: "{name} is at least {value}",
}


class Wording:
    """How one request reads expressions: what the exchange calls itself, and how many days it promises."""

    def __init__(self, exchange: str, sla_days: int = 0) -> None:
        self._exchange = exchange
        self._sla_days = sla_days

    def condition(self, text: str, who: str = "") -> str:
        """A condition as the rest of a sentence that begins with if or while; who: of whom an answer is."""
        tree = _tree(text)
        return text if tree is None else self._said(tree, who)

    def moment(self, text: str, since: str) -> str:
        """When a timer fires or a step is due; since: what the days are counted from."""
        tree = _tree(text)
        if isinstance(tree, ast.IfExp):
            first, other = (self.moment(ast.unparse(one), since) for one in (tree.body, tree.orelse))
            return say(
                "{first} if {condition}, else {other}", first=first, condition=self._said(tree.test, ""), other=other
            )
        if isinstance(tree, ast.Name) and tree.id == "due":
            return say("when it is due")
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and len(tree.args) == 1:
            return self._counted(tree.func.id, ast.unparse(tree.args[0]), since) or text
        return text

    def _counted(self, name: str, argument: str, since: str) -> str:
        if name == "business_day_before" and argument == "due":
            return say("at 09:00 on the business day before it is due")
        number = str(self._sla_days) if argument == "case.sla_days" and self._sla_days else argument
        days = NAMES.get(number, number)
        if name == "days_from_now":
            return say("{days} days after {since}", days=days, since=since)
        if name != "cutoff_after":
            return ""
        if days == "1":
            return say("at the cut-off {days} business day after {since}", days=days, since=since)
        if days.isdigit():
            return say("at the cut-off {days} business days after {since}", days=days, since=since)
        return say("at the cut-off {days} in business days after {since}", days=days, since=since)

    def each(self, text: str) -> str:
        """Of which every one gets a step of its own."""
        return NAMES.get(text) or say("item of {list}", list=text)

    def _said(self, tree: ast.expr, who: str) -> str:
        match tree:
            case ast.BoolOp(op=ast.And(), values=values):
                return all_of(self._said(one, who) for one in values)
            case ast.BoolOp(values=values):
                return any_of(self._said(one, who) for one in values)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                known = NOT.get(ast.unparse(operand))
                return known or say("this does not hold: {condition}", condition=self._said(operand, who))
            case ast.Compare(left=left, ops=[sign], comparators=[right]):
                return self._compared(left, sign, right, who)
            case ast.Constant(value=bool(value)):
                return say("it is under way") if value else say("never")
            case _:
                return _name(tree)

    def _compared(self, left: ast.expr, sign: ast.cmpop, right: ast.expr, who: str) -> str:
        name, value = ast.unparse(left), _value(right)
        if isinstance(sign, ast.Eq) and isinstance(value, str):
            if name in ANSWERED and value in ACTS:
                return say(ACTS[value], who=who or say("whoever has it"))
            if name in ("outcome", "verdict") and value in OUTCOMES:
                return OUTCOMES[value]
        if isinstance(sign, ast.NotEq) and name in ANSWERED and value == "forward":
            return say("{name} is another than to go on", name=_name(left))
        if value == "":
            thing = KINDS.get(name) or _name(left)
            is_none = isinstance(sign, ast.Eq)
            return say("there is no {thing}", thing=thing) if is_none else say("there is a {thing}", thing=thing)
        return say(SIGNS.get(type(sign), SIGNS[ast.Eq]), name=_name(left), value=self._worth(value))

    def _worth(self, value: object) -> str:
        if isinstance(value, list):
            return any_of(self._worth(one) for one in value)
        if value in statuses.STATUSES:
            return say("“{value}”", value=statuses.label(str(value), self._exchange))
        return say("“{value}”", value=named(str(value)))


def all_of(parts: Iterable[str]) -> str:
    """Conditions that hold together."""
    return reduce(lambda one, other: say("{one} and {other}", one=one, other=other), parts)


def any_of(parts: Iterable[str]) -> str:
    """Things or conditions of which one is enough."""
    return reduce(lambda one, other: say("{one} or {other}", one=one, other=other), parts)


def _tree(text: str) -> ast.expr | None:
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError:
        return None


def _value(tree: ast.expr) -> object:
    try:
        return ast.literal_eval(tree)
    except ValueError:
        return ast.unparse(tree)


def _name(tree: ast.expr) -> str:
    text = ast.unparse(tree)
    if text.startswith("form."):
        return say("“{field}” of the form", field=named(text.removeprefix("form.").replace("_", " ")))
    return NAMES.get(text, text)
