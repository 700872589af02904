"""What the expressions of an eService mean where they stand, and what the answers of its tasks lead to."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from engine.checking import places, requests
from engine.checking.places import Place
from engine.decisions import gaps
from engine.decisions.cells import DATE, NUMBER, WORD, YES_NO
from engine.decisions.decide import Decision
from engine.drawings import paths
from engine.drawings.bpmn import JOINS, Drawing, Element, Fault
from engine.errors import BadExpression
from engine.forms.schema import Field, Form
from engine.language.expression import compiled
from engine.language.scope import Scope
from engine.running.definition import FORM_PROPERTIES, MAIN_FORM, USUAL_FORMS
from engine.statuses import STATUSES

KINDS = {"text": WORD, "textarea": WORD, "select": WORD, "radio": WORD, "number": NUMBER, "money": NUMBER}
KINDS |= {"date": DATE, "yesno": YES_NO, "checkbox": YES_NO}
# What every expression knows by these names: no answer and no item may hide it.
KNOWN = frozenset({"form", "case", "given", "status", "outcome", "open_steps", "due"})


class Meaning:
    """Every expression of an eService, read where it stands."""

    def __init__(
        self,
        family: Mapping[str, Drawing],
        graph: paths.Graph,
        forms: Mapping[str, Form],
        main: Form | None,
        decisions: Mapping[str, Decision],
    ) -> None:
        self.family = family
        self.graph = graph
        self.forms = forms
        self.main = main
        self.decisions = decisions
        self.behind = paths.backwards(graph.ways)
        elements = [element for _, element in graph.places.values()]
        self.outcomes = frozenset(e.properties["outcome"] for e in elements if e.properties.get("outcome"))
        self.routed = frozenset(name for element in elements for name in self.set_by(element))
        self.set = self.routed | (frozenset({"outcome"}) if self.outcomes else frozenset())
        given = {e.id: keys for e in elements if (keys := keys_of(self.form_of(e))) is not None}
        self.place = Place(frozenset({"form", "case", "given", "status"}) | self.set, keys_of(main), given=given)

    def faults(self) -> Iterator[Fault]:
        """Every expression that is wrong where it stands, and every route that leads nowhere."""
        for key, (drawing, element) in self.graph.places.items():
            for sentence in self.wrong(key, drawing, element):
                yield Fault(drawing.file, element.line, element.id, sentence)
            yield from self.wrong_conditions(key, drawing, element)
            yield from self.wrong_decision(key, drawing, element)
        yield from self.wrong_authors()
        yield from self.torn()

    def wrong(self, key: str, drawing: Drawing, element: Element) -> Iterator[str]:
        yield from self.wrong_routes(key, element)
        if element.properties.get("due"):
            yield from places.wrong_time(element.properties["due"], self.place)
        if element.timer_kind:
            yield from places.wrong_timer(element.timer_kind, element.timer, self.timer_place(drawing, element))
        if element.message and element.properties.get("when"):
            yield from places.wrong(element.properties["when"], self.way_out_place())
        for name, text in element.inputs.items():
            yield from (f"in {name}: {sentence}" for sentence in places.wrong(text, self.place))
        for name in sorted(KNOWN.intersection(self.set_by(element))):
            yield f"Expected a name of its own for what is routed, but {name} means something else here: rename it."
        yield from self.wrong_many(element)
        yield from requests.wrong(self.form_of(element), self.main, element.lane)
        yield from self.wrong_beside(drawing, element)

    def wrong_many(self, element: Element) -> Iterator[str]:
        """Whether a task for each item of a list hands on one answer, and its item none."""
        for name, text in (("collection", element.each), ("completionCondition", element.until)):
            if text:
                yield from (f"in {name}: {sentence}" for sentence in places.wrong(text, self.place))
        if element.item in self.set | KNOWN:
            yield f"Expected a name of its own for the item, but {element.item} means something else here: rename it."
        if element.until and not set(element.routes) & self.read(element.until):
            yield "Expected completionCondition to read what this task routes, but it does not: name the answer."
        for name in element.routes if element.each else ():
            left = [value for value in self.values(element, name) if not _is_true(element.until, {name: value})]
            if len(left) > 1:
                yield (
                    f"Expected one {name} to be left when all have answered, but {', '.join(map(str, left))} are: the "
                    "last would hide the others. Write a completionCondition that is false for one alone."
                )

    def values(self, element: Element, name: str) -> list[str | bool]:
        """All that a task can hand on by that name."""
        asked = self.form_of(element)
        entry = asked.field(name) if asked else None
        if entry is None or entry.kind not in ("select", "radio"):
            return [True, False]
        return [value for value, _ in entry.options]

    def read(self, text: str) -> frozenset[str]:
        """The names that an expression reads; none when it is no expression."""
        try:
            return compiled(text).names
        except BadExpression:
            return frozenset()

    def wrong_authors(self) -> Iterator[Fault]:
        """The maker writes the request at one task, which a checker has to see; nobody else does."""
        written = [place for place in self.graph.places.values() if self.is_main(place[1])]
        for drawing, element in written:
            for sentence in self.wrong_author(element, {e.id for _, e in written}):
                yield Fault(drawing.file, element.line, element.id, sentence)

    def wrong_author(self, element: Element, steps: set[str]) -> Iterator[str]:
        if (element.form, element.lane, element.properties.get("kind")) != (MAIN_FORM, "maker", "fill"):
            yield (
                "Expected the main form as @main at a task of the lane maker and the kind fill, but it stands here: "
                "show another form."
            )
        if len(steps) > 1:
            yield f"Expected one task with the main form, but {', '.join(sorted(steps))} have it: lead back to one."
        if element.each:
            yield "Expected one request to be written, but several tasks write it: draw one task."

    def is_main(self, element: Element) -> bool:
        return element.kind == "userTask" and self.main is not None and self.form_of(element) is self.main

    def timer_place(self, drawing: Drawing, element: Element) -> Place:
        host = drawing.elements.get(element.attached_to)
        has_due = host is not None and host.kind == "userTask" and bool(host.properties.get("due"))
        return replace(self.place, names=self.place.names | {"due"} if has_due else self.place.names)

    def way_out_place(self) -> Place:
        steps = frozenset(e.id for _, e in self.graph.places.values() if e.kind == "userTask")
        words = {"status": frozenset(STATUSES), "open_steps": steps}
        return replace(self.place, names=self.place.names | {"open_steps"}, words=words)

    def wrong_conditions(self, key: str, drawing: Drawing, element: Element) -> Iterator[Fault]:
        for flow in drawing.outgoing(element.id):
            if flow.condition:
                words = {name: known for name in self.routed if (known := self.words(key, name)) is not None}
                words |= {"outcome": self.outcomes_at(key), "status": frozenset(STATUSES)}
                for sentence in places.wrong(flow.condition, replace(self.place, words=words)):
                    yield Fault(drawing.file, flow.line, flow.id, sentence)
        yield from self.wrong_default(key, drawing, element)

    def outcomes_at(self, key: str) -> frozenset[str]:
        """The outcomes that can have been the last one when a gateway is reached."""
        return frozenset(word for word, after in self.afters if key in after)

    @cached_property
    def afters(self) -> list[tuple[str, set[str]]]:
        """Each outcome, with all that can be reached while it is the last one."""
        words = {f"{k}{paths.LEFT}": e.properties.get("outcome") for k, (_, e) in self.graph.places.items()}
        setting = {node: word for node, word in words.items() if word}
        found = []
        for node, word in setting.items():
            ways = {n: [t for t in to if not self.is_shut(n, t, word)] for n, to in self.graph.ways.items()}
            found.append((word, paths.reached(ways, [node], without=setting.keys() - {node})))
        return found

    def wrong_default(self, key: str, drawing: Drawing, element: Element) -> Iterator[Fault]:
        """A gateway that asks how a call came out must name every way but one: else one would pass for another."""
        asked = [flow.condition for flow in drawing.outgoing(element.id) if flow.condition]
        if not any("outcome" in self.read(text) for text in asked):
            return
        alone = [text for text in asked if self.read(text) == {"outcome"}]
        left = [word for word in self.outcomes_at(key) if not any(_is_true(text, {"outcome": word}) for text in alone)]
        if self.may_be_empty(key, "outcome"):
            left.append("none at all")
        if len(left) > 1:
            sentence = (
                f"Expected one outcome to be left for the default flow, but {', '.join(sorted(left))} are: draw a flow "
                "for each of the others."
            )
            yield Fault(drawing.file, element.line, element.id, sentence)

    def is_shut(self, source: str, target: str, outcome: str) -> bool:
        """Whether no flow leads from one node to another after that outcome."""
        key = source.removesuffix(paths.LEFT)
        if key == source or key not in self.graph.places:
            return False
        drawing, element = self.graph.places[key]
        above = key.removesuffix(element.id)
        flows = drawing.outgoing(element.id)
        ways = [flow for flow in flows if f"{above}{flow.target}" == target]
        if not ways or len(flows) == 1:
            return False
        names = {"outcome": outcome}
        taken = any(
            self.read(f.condition) == {"outcome"} and _is_true(f.condition, names) for f in flows if f.condition
        )
        return all(taken if not flow.condition else self.is_ruled_out(flow.condition, names) for flow in ways)

    def is_ruled_out(self, text: str, names: Mapping[str, str | bool]) -> bool:
        """Whether one of the parts that must all hold is about the outcome alone, and false."""
        parts = _conjuncts(text)
        return any(self.read(part) == {"outcome"} and not _is_true(part, names) for part in parts)

    def wrong_beside(self, drawing: Drawing, element: Element) -> Iterator[str]:
        """Whether what only a notice leads to hands the case a word: it would pass for one of the main path."""
        if element.id not in paths.side_paths(drawing):
            return
        if element.properties.get("outcome") or element.properties.get("agrees"):
            yield "Expected an outcome of the main path, but only a notice leads here: leave outcome and agrees out."
        beside = paths.side_paths(drawing) - paths.main_paths(drawing, element.parent)
        for name in self.set_by(element) if element.id in beside else ():
            places = [k for k, (d, e) in self.graph.places.items() if d is not drawing or e.id not in beside]
            if any(self.reads(key, name) for key in places):
                yield f"Expected a field of its own behind a notice, but {name} is read elsewhere too: rename it."

    def sets(self, element: Element, name: str) -> bool:
        """Whether an element sets a routing variable, or how a call came out."""
        return name in self.set_by(element) or (name == "outcome" and bool(element.properties.get("outcome")))

    def set_by(self, element: Element) -> tuple[str, ...]:
        """The routing variables that an element sets: a task by its answers, a decision table by its outputs."""
        decision = self.decisions.get(element.decision)
        return element.routes if decision is None else tuple(output.name for output in decision.outputs)

    def wrong_decision(self, key: str, drawing: Drawing, element: Element) -> Iterator[Fault]:
        decision = self.decisions.get(element.decision)
        if decision is None:
            return
        for line, where, text in decision.expressions:
            for sentence in places.wrong(text, self.place):
                placed = sentence.replace("Expected ", f"Expected in {where} ", 1)
                yield Fault(decision.file, line, decision.id, placed)
        for column in decision.inputs:
            entry = self.asked(column.expression.text)
            found = "" if entry is None else KINDS.get(entry.kind, "")
            if found and column.kind not in ("", found):
                sentence = (
                    f"Expected {column.kind} in the input {column.label}, but {column.expression.text} gives {found}: "
                    "correct the type, or what is read."
                )
                yield Fault(decision.file, column.line, decision.id, sentence)
        for name in self.set_by(element):
            if not self.is_read(key, name):
                sentence = f"Expected something after this task that reads {name}, but nothing does: draw a gateway."
                yield Fault(drawing.file, element.line, element.id, sentence)
        texts = [column.expression.text for column in decision.inputs]
        words = {text: known for text in texts if (known := self.words_of(key, text)) is not None}
        yield from gaps.faults(decision, words, {text for text in texts if self.may_be_empty(key, text)})

    def words_of(self, key: str, text: str) -> frozenset[str] | None:
        """The words that a name or a field alone can give; None when they are not known."""
        if text in self.routed:
            return self.words(key, text) or None
        if text in ("outcome", "status"):
            return self.outcomes_at(key) if text == "outcome" else frozenset(STATUSES)
        entry = self.asked(text)
        if entry is None or entry.register or entry.kind not in ("select", "radio"):
            return None
        return frozenset(value for value, _ in entry.options)

    def may_be_empty(self, key: str, text: str) -> bool:
        """Whether a name or a field alone can be without a value when the path comes to `key`."""
        if text in self.set:
            elements = {k: element for k, (_, element) in self.graph.places.items()}
            setting = {f"{k}{paths.LEFT}" for k, e in elements.items() if text in self.set_by(e)}
            if text == "outcome":
                setting = {f"{k}{paths.LEFT}" for k, e in elements.items() if e.properties.get("outcome")}
            # Beside a task that goes on, a timer's path never comes first.
            beside = {k for k, e in elements.items() if e.kind == "boundaryEvent" and not e.interrupting}
            return key in paths.reached(self.graph.ways, self.graph.starts, without=setting | beside)
        entry = self.asked(text)
        return entry is not None and entry.kind != "checkbox" and (not entry.required or entry.show_if is not None)

    def asked(self, text: str) -> Field | None:
        """The field that an expression is and nothing else, such as `form.scope` or `given.review.decision`."""
        owner, _, rest = text.partition(".")
        step, _, key = rest.partition(".")
        if owner == "form" and self.main is not None:
            return self.main.field(rest)
        steps = [element for _, element in self.graph.places.values() if element.id == step and owner == "given"]
        asked = self.form_of(steps[0]) if steps else None
        return None if asked is None else asked.field(key)

    def words(self, key: str, name: str) -> frozenset[str] | None:
        """What the variable can be at a gateway: the options of the tasks that set it last; None when unknown."""
        setting = {f"{k}{paths.LEFT}": e for k, (_, e) in self.graph.places.items() if name in self.set_by(e)}
        found = paths.reached(self.behind, [key], without=setting)
        options = [self.options(element, name) for k, element in setting.items() if k in found]
        known = [words for words in options if words is not None]
        return frozenset().union(*known) if len(known) == len(options) else None

    def options(self, element: Element, name: str) -> frozenset[str] | None:
        for output in self.decisions[element.decision].outputs if element.decision in self.decisions else ():
            if output.name == name:
                return output.words
        asked = self.form_of(element)
        entry = asked.field(name) if asked else None
        if entry is None or entry.register:
            return None
        return frozenset(value for value, _ in entry.options) if entry.kind in ("select", "radio") else frozenset()

    def form_of(self, element: Element) -> Form | None:
        name = element.form
        if name in FORM_PROPERTIES:
            name = next(
                (d.properties[FORM_PROPERTIES[name]] for d in self.family.values() if self.is_root(d, name)),
                USUAL_FORMS.get(name, ""),
            )
        return self.forms.get(name)

    def is_root(self, drawing: Drawing, form: str) -> bool:
        return bool(drawing.properties.get(FORM_PROPERTIES[form]))

    def wrong_routes(self, key: str, element: Element) -> Iterator[str]:
        asked = self.form_of(element)
        for name in element.routes if asked is not None else ():
            entry = asked.field(name) if asked is not None else None
            if entry is None or not entry.asks:
                yield f"Expected routes to name fields of the form, but {name[:40]} is none that it asks: correct it."
            elif entry.kind not in ("select", "radio", "yesno", "checkbox"):
                yield f"Expected to route by a choice, but {name} is a {entry.kind}: use options, yes or no, or a tick."
            elif entry.kind != "checkbox" and not entry.required:
                yield f"Expected an answer to route by, but {name} may stay empty: mark the field as required."
            elif any(not re.fullmatch(r"[A-Za-z0-9_.-]{1,60}", value) for value, _ in entry.options):
                yield f"Expected plain words as options of {name}, but one is not: rename the value."
            elif not self.is_read(key, name):
                yield f"Expected a gateway that reads {name}, but none does after this task: draw one or leave it out."

    def torn(self) -> Iterator[Fault]:
        """Gateways that read what two branches set at the same time: the later answer would hide the other."""
        for key, (drawing, element) in self.graph.places.items():
            ways = self.graph.ways[f"{key}{paths.LEFT}"]
            if element.kind in JOINS and len(ways) > 1:
                branches = [paths.reached(self.graph.ways, [way], without=self.joins()) for way in ways]
                for name in sorted(self.set):
                    for reader in self.readers_after(name, branches):
                        place, gateway = self.graph.places[reader]
                        sentence = (
                            f"Expected one answer to read, but branches after {element.id} in "
                            f"{drawing.process} each set "
                            f"{name}: route a field of its own in each."
                        )
                        yield Fault(place.file, gateway.line, gateway.id, sentence)

    def joins(self) -> set[str]:
        ahead = self.behind
        return {k for k, (_, e) in self.graph.places.items() if e.kind in JOINS and len(ahead.get(k, ())) > 1}

    def readers_after(self, name: str, branches: list[set[str]]) -> list[str]:
        setting = {k for k, (_, e) in self.graph.places.items() if self.sets(e, name)}
        if len([branch for branch in branches if branch & setting]) < 2:
            return []
        joins = self.joins() & set().union(*branches)
        after = paths.reached(self.graph.ways, [f"{join}{paths.LEFT}" for join in joins], without=setting)
        return sorted(k for k in after if k in self.graph.places and self.reads(k, name))

    def is_read(self, key: str, name: str) -> bool:
        others = {k for k, (_, e) in self.graph.places.items() if name in self.set_by(e) and k != key}
        found = paths.reached(self.graph.ways, [f"{key}{paths.LEFT}"], without=others)
        return any(self.reads(k, name) for k in found if k in self.graph.places)

    def reads(self, key: str, name: str) -> bool:
        drawing, element = self.graph.places[key]
        texts = [element.until, *(flow.condition for flow in drawing.outgoing(element.id) if flow.condition)]
        decision = self.decisions.get(element.decision)
        texts += [text for _, _, text in decision.expressions] if decision is not None else element.inputs.values()
        return any(re.search(rf"\b{re.escape(name)}\b", text) for text in texts)


def _conjuncts(text: str) -> list[str]:
    """The parts of an `and`, or the whole."""
    tree = ast.parse(text.strip(), mode="eval").body
    parts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
    return [ast.unparse(part) for part in parts]


def _is_true(text: str, names: Mapping[str, str | bool]) -> bool:
    """Whether a condition is true where nothing else is known."""
    try:
        return bool(text and compiled(text)(Scope(names)))
    except BadExpression:
        return False


def keys_of(main: Form | None) -> frozenset[str] | None:
    """What can be read as `form.x`; None when the form is not known."""
    return None if main is None else frozenset(entry.key for entry in main.fields)
