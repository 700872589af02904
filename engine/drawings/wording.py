"""Expressions of a drawing in words: conditions, times and lists, for whoever reads it instead of seeing it."""

from __future__ import annotations

import ast

from engine import statuses

# What somebody does at a step, by the answer that a gateway asks for.
ACTS = {
    "return": "returns it",
    "back": "sends it back",
    "reject": "rejects it",
    "propose_reject": "proposes to reject it",
    "missing": "says that it has not arrived",
}
# What a pattern or a table says of how it came out.
OUTCOMES = {
    "idle": "it was left idle",
    "rejected": "it was rejected",
    "returned": "it was returned",
    "sent_back": "it was sent back",
    "refused": "it was refused",
    "checked": "it was checked",
    "check": "a checker has to see it",
    "look": "the exchange has to look at it",
}
ANSWERED = frozenset({"decision", "answer"})
NAMES = {
    "case.single_eye": "one person of the desk decides alone",
    "case.agreed": "the second company has agreed to this already",
    "case.next_optional": "a second company is not always asked",
    "case.sent": "others have read it",
    "case.next": "the second company",
    "case.desks": "desk",
    "case.brokers": "broker",
    "case.sla_days": "the days promised for it",
    "status": "the request",
    "decision": "the decision",
    "answer": "the answer",
    "outcome": "how it came out",
    "verdict": "the verdict",
}
NOT = {"case.sent": "nobody else has read it", "case.agreed": "the second company has not agreed to this yet"}
SIGNS = {ast.Eq: "is", ast.NotEq: "is not", ast.In: "is", ast.NotIn: "is not", ast.Lt: "is below"}
SIGNS |= {ast.LtE: "is at most", ast.Gt: "is above", ast.GtE: "is at least"}


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
            first, other = ast.unparse(tree.body), ast.unparse(tree.orelse)
            return f"{self.moment(first, since)} if {self._said(tree.test, '')}, else {self.moment(other, since)}"
        if isinstance(tree, ast.Name) and tree.id == "due":
            return "when it is due"
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and len(tree.args) == 1:
            return self._counted(tree.func.id, ast.unparse(tree.args[0]), since) or text
        return text

    def _counted(self, name: str, argument: str, since: str) -> str:
        if name == "business_day_before" and argument == "due":
            return "at 09:00 on the business day before it is due"
        number = str(self._sla_days) if argument == "case.sla_days" and self._sla_days else argument
        days = NAMES.get(number, number)
        if name == "cutoff_after":
            unit = "business day" if days == "1" else "business days" if days.isdigit() else "in business days"
            return f"at the cut-off {days} {unit} after {since}"
        return f"{days} days after {since}" if name == "days_from_now" else ""

    def each(self, text: str) -> str:
        """Of which every one gets a step of its own."""
        return NAMES.get(text, f"item of {text}")

    def _said(self, tree: ast.expr, who: str) -> str:
        match tree:
            case ast.BoolOp(op=op, values=values):
                return (" and " if isinstance(op, ast.And) else " or ").join(self._said(one, who) for one in values)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return NOT.get(ast.unparse(operand)) or f"this does not hold: {self._said(operand, who)}"
            case ast.Compare(left=left, ops=[sign], comparators=[right]):
                return self._compared(left, sign, right, who)
            case ast.Constant(value=bool(value)):
                return "it is under way" if value else "never"
            case _:
                return _name(tree)

    def _compared(self, left: ast.expr, sign: ast.cmpop, right: ast.expr, who: str) -> str:
        name, value = ast.unparse(left), _value(right)
        if isinstance(sign, ast.Eq) and isinstance(value, str):
            if name in ANSWERED and value in ACTS:
                return f"{who or 'whoever has it'} {ACTS[value]}"
            if name in ("outcome", "verdict") and value in OUTCOMES:
                return OUTCOMES[value]
        if value == "":
            return f"there is {'no' if isinstance(sign, ast.Eq) else 'a'} {_name(left).removeprefix('the ')}"
        return f"{_name(left)} {SIGNS.get(type(sign), 'is')} {self._worth(value)}"

    def _worth(self, value: object) -> str:
        if isinstance(value, list):
            return " or ".join(self._worth(one) for one in value)
        if value in statuses.STATUSES:
            return f"“{statuses.label(str(value), self._exchange)}”"
        return f"“{value}”"


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
        return f"“{text.removeprefix('form.').replace('_', ' ')}” of the form"
    return NAMES.get(text, text)
