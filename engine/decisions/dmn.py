"""A DMN file as one decision table, or why it is none that would decide here exactly as it is drawn."""

from __future__ import annotations

import ast
import keyword
import re
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

from engine.decisions.cells import DATE, NUMBER, WORD, YES_NO, Cell, cell, kind_of, literal
from engine.decisions.decide import ANY, FIRST, UNIQUE, Decision, Input, Output, Result, Rule
from engine.drawings.bpmn import plain_xml
from engine.drawings.parts import Fault
from engine.errors import BadDrawing, BadExpression
from engine.language.expression import Expression, compiled

NAMESPACES = (
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
)
# What draws or belongs to an editor; the portal may pass over it.
EDITORS = ("http://bpmn.io/schema/dmn/biodi/", "http://camunda.org/schema/modeler/")
CAMUNDA = "{http://camunda.org/schema/1.0/dmn}"
MOST_RULES, MOST_COLUMNS, LONGEST_NAME, MOST_TESTS = 200, 20, 120, 400
CURES = {
    "COLLECT": "make it FIRST, with one rule for each outcome",
    "RULE ORDER": "make it FIRST, with one rule for each outcome",
    "OUTPUT ORDER": "make it FIRST, with the most important rule on top",
    "PRIORITY": "make it FIRST, with the most important rule on top",
}
KINDS = {"string": WORD, "boolean": YES_NO, "date": DATE, "Any": ""}
KINDS |= {name: NUMBER for name in ("integer", "long", "double", "number")}
WHOLE = frozenset({"integer", "long"})
TAKEN = frozenset({"form", "case", "given", "register", "due", "status", "outcome", "open_steps"})
VARIABLE = re.compile(r"[a-z][a-z0-9_]{0,59}")
ROUTABLE = re.compile(r"[A-Za-z0-9_.-]{1,60}")
UNQUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
Read = TypeVar("Read")
ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}")
# What may stand in each element, and what is said on it.
PARTS = {
    "definitions": {"decision"},
    "decision": {"decisionTable"},
    "decisionTable": {"input", "output", "rule"},
    "input": {"inputExpression", "inputValues"},
    "inputExpression": {"text"},
    "inputValues": {"text"},
    "output": {"outputValues"},
    "outputValues": {"text"},
    "rule": {"inputEntry", "outputEntry"},
    "inputEntry": {"text"},
    "outputEntry": {"text"},
}
SILENT = {
    "definitions": {
        "description",
        "inputData",
        "knowledgeSource",
        "textAnnotation",
        "association",
        "extensionElements",
    },
    "decision": {"description", "question", "allowedAnswers", "variable", "authorityRequirement"},
    "decisionTable": {"description", "annotation"},
    "rule": {"description", "annotationEntry"},
}
ATTRIBUTES: dict[str, set[str]] = {
    "decision": {"name", f"{CAMUNDA}historyTimeToLive", f"{CAMUNDA}versionTag"},
    "decisionTable": {"hitPolicy", "preferredOrientation", "outputLabel"},
    "input": set(),
    "inputExpression": {"typeRef"},
    "output": {"name", "typeRef"},
}
ONCE = frozenset({"text", "inputExpression", "inputValues", "outputValues"})
LOGIC = frozenset({"literalExpression", "context", "invocation", "relation", "list", "functionDefinition"})
HINTS = (
    (r"(^|[^\w.])(true|false|null)\b", "write True, False or None"),
    (r"\bif\b.*\bthen\b", 'write "late" if ... else "early"'),
    (r"\bbetween\b", "write 1 <= ... <= 5"),
    (r"[$#]\{|^\s*=(?!=)", "write the expression alone"),
    (r"(?<![<>=!])=(?!=)", "write == to compare"),
    (r"\b(some|every|for)\b.*\b(in|satisfies)\b", "use total, unique or count"),
    (r"\bdate *\(", "ask for the date itself, and write date(...) in the cells"),
)


def read(content: bytes, file: str) -> Decision:
    """The decision table of a DMN file.

    Raises `BadDrawing` with every fault, one line each: the file, the line, the decision, and the cure.
    """
    root = plain_xml(content, file)
    space = next((space for space in NAMESPACES if root.tag == f"{{{space}}}definitions"), None)
    if space is None:
        raise BadDrawing(
            str(Fault(file, 1, "", "Expected a DMN 1.3 file, but its root is not definitions: save it with dmn-js."))
        )
    return _Reader(root, f"{{{space}}}", file).decision()


class _Reader:
    """One file on its way to a table; faults are kept until everything has been read."""

    def __init__(self, root: Any, space: str, file: str) -> None:
        self.root, self.space, self.file = root, space, file
        self.id = ""
        self.faults: list[Fault] = []

    def blame(self, node: Any, sentence: str) -> None:
        self.faults.append(Fault(self.file, node.sourceline or 0, self.id, sentence))

    def stop(self) -> None:
        if self.faults:
            raise BadDrawing("\n".join(str(fault) for fault in self.faults))

    def children(self, node: Any, name: str) -> list[Any]:
        return list(node.findall(f"{self.space}{name}"))

    def text(self, node: Any) -> str:
        found = node.find(f"{self.space}text")
        return "" if found is None else "".join(found.itertext()).strip()

    def decision(self) -> Decision:
        decisions = self.children(self.root, "decision")
        if len(decisions) != 1:
            self.blame(self.root, f"Expected one decision in the file, but it holds {len(decisions)}: one per file.")
        self.stop()
        decision = decisions[0]
        self.id = decision.get("id") or ""
        if not ID.fullmatch(self.id):
            self.blame(decision, f"Expected a word as id of the decision, but it is {self.id[:40]!r}: rename it.")
            self.id = ""
        self.require_read(self.root)
        self.stop()
        tables = self.children(decision, "decisionTable")
        if len(tables) != 1:
            self.blame(decision, f"Expected one decision table, but the decision holds {len(tables)}: draw one.")
        name = " ".join((decision.get("name") or self.id).split())
        if len(name) > LONGEST_NAME or not name.isprintable():
            self.blame(decision, f"Expected a printable name of at most {LONGEST_NAME} characters: shorten it.")
        self.stop()
        return self.table(tables[0], name)

    # what is passed over in silence, and what is not
    def require_read(self, node: Any) -> None:
        name = node.tag.removeprefix(self.space)
        for attribute in node.attrib:
            self.require_read_attribute(node, name, attribute)
        for twice in sorted(ONCE & self.repeated(node)):
            self.blame(node, f"Expected one {twice} in each place, but found several: keep one.")
        for child in node:
            inner = child.tag.removeprefix(self.space)
            if inner in PARTS.get(name, ()):
                self.require_read(child)
            elif inner not in SILENT.get(name, ()) and not (name == "definitions" and inner.startswith("{")):
                self.require_silent(child, name, inner)

    def repeated(self, node: Any) -> set[str]:
        names = Counter(child.tag.removeprefix(self.space) for child in node)
        return {name for name, times in names.items() if times > 1}

    def require_read_attribute(self, node: Any, name: str, attribute: str) -> None:
        drawn = attribute.startswith(tuple(f"{{{editor}" for editor in EDITORS))
        if name == "definitions" or drawn or attribute in {"id", "label"} | ATTRIBUTES.get(name, set()):
            return
        if attribute == "aggregation":
            self.blame(node, "Expected no aggregation, but the table has one: make the hit policy FIRST.")
        elif attribute == "expressionLanguage":
            self.blame(node, "Expected the portal's own language, but expressionLanguage names one: leave it out.")
        else:
            own = attribute.rpartition("}")[2]
            self.blame(node, f"Expected only what this portal reads, but found {own[:60]}: leave it out.")

    def require_silent(self, node: Any, outer: str, name: str) -> None:
        if name == "informationRequirement" and not self.children(node, "requiredDecision"):
            return
        if name == "extensionElements" and all(part.tag.startswith(f"{{{EDITORS[0]}") for part in node):
            return
        own = name.rpartition("}")[2]
        if outer == "decision" and name in LOGIC:
            self.blame(node, f"Expected a decision table, but found {own}: draw a table.")
        elif name == "informationRequirement":
            self.blame(node, "Expected a decision by itself, but it requires another: draw a task for each, in a row.")
        elif name == "defaultOutputEntry":
            self.blame(node, "Expected rules alone, but found a default output: make it FIRST, with a last rule of -.")
        else:
            self.blame(node, f"Expected only what this portal reads, but found {own[:60]}: leave it out.")

    # the table
    def table(self, table: Any, name: str) -> Decision:
        policy = table.get("hitPolicy") or UNIQUE
        if policy not in (FIRST, UNIQUE, ANY):
            cure = CURES.get(policy, "make it FIRST")
            self.blame(table, f"Expected the hit policy FIRST, UNIQUE or ANY, but it is {policy[:20]}: {cure}.")
        inputs, outputs, rules = (self.children(table, part) for part in ("input", "output", "rule"))
        for what, found, most in (("input", inputs, MOST_COLUMNS), ("output", outputs, MOST_COLUMNS)):
            if not 1 <= len(found) <= most:
                self.blame(table, f"Expected an {what}, and at most {most}, but there are {len(found)}: correct it.")
        if len(inputs) + len(outputs) > MOST_COLUMNS:
            self.blame(table, f"Expected at most {MOST_COLUMNS} columns, but there are more: split the table.")
        if not 1 <= len(rules) <= MOST_RULES:
            self.blame(table, f"Expected 1 to {MOST_RULES} rules, but there are {len(rules)}: correct the table.")
        for number, rule in enumerate(rules, 1):
            entries = len(self.children(rule, "inputEntry")), len(self.children(rule, "outputEntry"))
            if entries != (len(inputs), len(outputs)):
                self.blame(rule, f"Expected a cell for each column, but rule {number} has others: correct it.")
        self.stop()
        return self.filled(table, name, policy, inputs, outputs, rules)

    def filled(
        self, table: Any, name: str, policy: str, inputs: list[Any], outputs: list[Any], rules: list[Any]
    ) -> Decision:
        labels = [self.label(node, number) for number, node in enumerate(inputs, 1)]
        names = [node.get("name") or "" for node in outputs]
        asked = [self.row(rule, "inputEntry", number, labels, self.cell) for number, rule in enumerate(rules, 1)]
        given = [self.row(rule, "outputEntry", number, names, self.result) for number, rule in enumerate(rules, 1)]
        columns = [self.input(node, labels[at], [row[at] for row in asked]) for at, node in enumerate(inputs)]
        variables = [self.output(node, [row[at] for row in given]) for at, node in enumerate(outputs)]
        self.require_once(inputs, [each.expression.text for each in columns], "input")
        self.require_once(outputs, names, "output")
        self.stop()
        rows = [
            Rule(number, tuple(cell for _, cell in cells), tuple(result for _, result in results), rule.sourceline or 0)
            for number, (rule, cells, results) in enumerate(zip(rules, asked, given, strict=True), 1)
        ]
        line = table.sourceline or 0
        return Decision(self.file, self.id, name, policy, tuple(columns), tuple(variables), tuple(rows), line)

    def row(
        self, rule: Any, part: str, number: int, columns: list[str], read: Callable[[Any, str], Read]
    ) -> list[tuple[Any, Read]]:
        """Each entry of a rule, with what it says."""
        entries = zip(self.children(rule, part), columns, strict=True)
        return [(entry, read(entry, f"rule {number}, column {column}")) for entry, column in entries]

    def label(self, node: Any, number: int) -> str:
        asked = node.find(f"{self.space}inputExpression")
        text = node.get("label") or ("" if asked is None else self.text(asked))
        return " ".join(text.split())[:60] or str(number)

    def require_once(self, nodes: list[Any], texts: list[str], what: str) -> None:
        for at, text in enumerate(texts):
            if text and text in texts[:at]:
                self.blame(nodes[at], f"Expected every {what} once, but {text[:60]} stands twice: join the columns.")

    def cell(self, entry: Any, where: str) -> Cell:
        try:
            return cell(self.text(entry), where)
        except BadExpression as error:
            self.blame(entry, str(error))
            return Cell()

    def result(self, entry: Any, where: str) -> Result:
        text = self.text(entry)
        if not text or text == "-":
            self.blame(entry, f'Expected a value in {where}, but the cell is empty: write one, such as "A".')
            return _NOTHING
        found = text == "True" if text in ("True", "False") else literal(text)
        if found is None:
            return Result(self.reckoned(entry, text, where), None)
        if isinstance(found, str) and not ROUTABLE.fullmatch(found):
            sentence = f"Expected a plain word in {where}, but found {text[:60]}: use letters, digits, _ . and - alone."
        elif isinstance(found, Decimal) or kind_of(found) == DATE:
            sentence = f"Expected a word, a whole number, true or false in {where}, but found {text[:60]}: write one."
        else:
            return Result(compiled(f'"{found}"' if isinstance(found, str) else str(found)), found)
        self.blame(entry, sentence)
        return _NOTHING

    def reckoned(self, entry: Any, text: str, where: str) -> Expression:
        before = len(self.faults)
        found = self.expression(entry, text, where)
        body = ast.parse(found.text.strip(), mode="eval").body
        if isinstance(body, ast.Constant | ast.List | ast.Tuple) and len(self.faults) == before:
            self.blame(entry, f'Expected one value in {where}, but found `{text[:60]}`: write it as "A", 5 or true.')
        return found

    def expression(self, node: Any, text: str, where: str) -> Expression:
        cure = next((cure for pattern, cure in HINTS if re.search(pattern, UNQUOTED.sub("", text))), "")
        try:
            found = compiled(text)
        except BadExpression as error:
            cure = cure or "correct the expression"
            self.blame(node, f"Expected the portal's own language in {where}, but: {str(error).rstrip('.')}: {cure}.")
            return _NOTHING.expression
        if found.names & {"true", "false", "null"}:
            self.blame(node, f"Expected the portal's own words in {where}, but `{text[:60]}` holds others: {cure}.")
        return found

    def input(self, node: Any, label: str, cells: list[tuple[Any, Cell]]) -> Input:
        asked = node.find(f"{self.space}inputExpression")
        text = "" if asked is None else self.text(asked)
        if not text:
            self.blame(node, f"Expected an expression for the input {label}, but it is empty: write one.")
        expression = self.expression(asked, text, f"the input {label}") if text else _NOTHING.expression
        values = node.find(f"{self.space}inputValues")
        allowed = Cell() if values is None else self.cell(values, f"the values of the input {label}")
        type_name = "" if asked is None else asked.get("typeRef") or ""
        kind = self.kind(node, type_name, label, [(node, allowed.kind), *((entry, c.kind) for entry, c in cells)])
        if sum(len(each.spans) for _, each in cells) > MOST_TESTS:
            self.blame(node, f"Expected at most {MOST_TESTS} tests in {label}, but there are more: split the table.")
        return Input(label, expression, kind, type_name in WHOLE, allowed, node.sourceline or 0)

    def output(self, node: Any, results: list[tuple[Any, Result]]) -> Output:
        name = node.get("name") or ""
        if not VARIABLE.fullmatch(name) or name in TAKEN or keyword.iskeyword(name):
            self.blame(
                node, f"Expected a word as name of the output, such as route, but it is {name[:40]!r}: rename it."
            )
        written = [(entry, result.literal) for entry, result in results if result.literal is not None]
        kinds = [(entry, kind_of(value)) for entry, value in written]
        kind = self.kind(node, node.get("typeRef") or "", name, kinds)
        values = node.find(f"{self.space}outputValues")
        if values is not None:
            allowed = self.cell(values, f"the values of the output {name}")
            for entry, value in written:
                if allowed.kind != kind_of(value) or not allowed.fits(value):
                    self.blame(entry, f"Expected a value that {name} lists, but the cell has another: correct one.")
        words = frozenset(str(value) for _, value in written if isinstance(value, str))
        return Output(name, kind, words if len(written) == len(results) else None, node.sourceline or 0)

    def kind(self, node: Any, type_name: str, label: str, found: list[tuple[Any, str]]) -> str:
        """The one kind of a column: that of its type, or else of its cells."""
        if type_name and type_name not in KINDS:
            known = "string, boolean, integer, number or date"
            self.blame(node, f"Expected the type {known} in {label}, but it is {type_name[:40]}: choose one.")
            return ""
        kind = KINDS.get(type_name, "") or next((kind for _, kind in found if kind), "")
        for entry, other in found:
            if other not in ("", kind):
                self.blame(entry, f"Expected {kind} in column {label}, but a cell has {other}: correct it or the type.")
        return kind


_NOTHING = Result(compiled("None"), None)
