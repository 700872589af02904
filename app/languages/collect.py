"""Collects every text that people read, for the catalogue of each language: `python -m app.languages.collect`.

A text is what `_()` or `say()` says in a page or a module, a title or sentence in one of the modules of TITLES, and
whatever is written for people in a drawing, a decision or a form. Simplified Chinese is made from Traditional Chinese.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import opencc
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from lxml import etree

from engine.sentence import EXPRESSION

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
WRITTEN = datetime(2026, 11, 27, tzinfo=UTC)  # the same texts make the same file
METHODS = [("app/web/templates/**.html", "jinja2"), ("app/**.py", "python"), ("engine/**.py", "python")]
KEYWORDS: dict[str, Any] = {
    "_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "_n": (1, 2), "say": None,
}  # fmt: skip
TITLES = (
    "app/commands/letters.py",
    "app/commands/managing/account_letters.py",
    "app/commands/requests/digests.py",
    "app/commands/signing/own_letters.py",
    "app/commands/signing/signin_letters.py",
    "app/outside/printed.py",
    "app/store/sentences.py",
    "app/store/story.py",
    "app/web/administration.py",
    "app/web/dashboard.py",
    "app/web/notices.py",
    "engine/countries.py",
    "engine/forms/form.py",
    "engine/forms/spoken.py",
    "engine/hours.py",
    "engine/drawings/outline.py",
    "engine/drawings/wording.py",
    "engine/exclusions.py",
    "engine/functions.py",
    "engine/statuses.py",
)
READ = re.compile(r"[A-Z{].*[a-z]", re.DOTALL)  # a text for people begins with a capital or with what it names
SAID = re.compile(r"[A-Za-z]{2}")
UNSAID = re.compile(r'\{[^{}]*"[^{}]*\}|[a-z_]+\.[a-z_]+')  # nothing but a choice among texts, or the name of a value
QUOTED = re.compile(r'"([^"]+)"')
COMPARED = re.compile(r'form\.(\w+) [=!]= "(\w+)"')  # what the text of a drawing says of an answer
CODE = re.compile(r"[A-Z_0-9-]+|SELECT .*|[A-Za-z]+-[A-Za-z-]+", re.DOTALL)
FORM_TEXTS = ("label", "description", "content")
PROPERTIES = ("missing", "rule_message", "warn_message", "help", "tooltip", "hint", "add_label", "unit", "tip")
DRAWN = ("name", "title", "label", "task", "milestone", "question")


def collected() -> dict[str, tuple[str, ...]]:
    """Every text with its plural, if it has one."""
    found: dict[str, tuple[str, ...]] = {}
    for _, _, said, _, _ in extract_from_dir(ROOT, METHODS, keywords=KEYWORDS, directory_filter=_is_ours):
        texts = (said,) if isinstance(said, str) else tuple(said)
        found.setdefault(texts[0], texts)
    asked = list(_asked())
    chosen = [part for one in asked for part in _chosen(one)]
    for text in [*_titles(), *_drawn(), *asked, *chosen]:
        found.setdefault(text, (text,))
    return {text: texts for text, texts in found.items() if SAID.search(text) and not UNSAID.fullmatch(text)}


def _is_ours(folder: str | Path) -> bool:
    return Path(folder).name not in {"static", "assets", "node_modules", "__pycache__", "languages"}


def _titles() -> Iterator[str]:
    for name in TITLES:
        tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
        skipped = {id(part) for node in ast.walk(tree) for part in _unread(node)}
        for node in ast.walk(tree):
            is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped
            if is_text and READ.match(node.value) and not CODE.fullmatch(node.value):
                yield node.value


def _unread(node: ast.AST) -> Iterator[ast.AST]:
    """Docstrings, and the pieces between the values of a text."""
    if isinstance(node, ast.Expr):
        yield node.value
    if isinstance(node, ast.JoinedStr):
        yield from node.values


def _drawn() -> Iterator[str]:
    """The words of drawings and of the tables beside them."""
    for path in [*sorted((ROOT / "processes").glob("*.bpmn")), *sorted((ROOT / "processes").glob("*.dmn"))]:
        for node in etree.parse(path).iter():
            if not isinstance(node.tag, str):
                continue
            kind = etree.QName(node).localname
            if kind == "conditionExpression":
                for field, value in COMPARED.findall(node.text or ""):
                    yield from (field.replace("_", " "), value)
            elif kind == "property" and node.get("name") in DRAWN and node.get("value"):
                yield node.get("value")
            elif kind != "property" and node.get("name") and " " in node.get("name", "") + " ":
                yield node.get("name")


def _asked() -> Iterator[str]:
    """The words of forms."""
    for path in sorted((ROOT / "forms").glob("*.form")):
        yield from _texts(json.loads(path.read_text(encoding="utf-8")))


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for one in part:
            yield from _texts(one)
    elif isinstance(part, dict):
        yield from (part[name] for name in FORM_TEXTS if isinstance(part.get(name), str) and part[name])
        if "text" in part and isinstance(part["text"], str):
            yield part["text"]
        said = part.get("properties", {})
        yield from (said[name] for name in PROPERTIES if said.get(name))
        for value in part.values():
            if isinstance(value, (list, dict)):
                yield from _texts(value)


def _chosen(text: str) -> list[str]:
    """The texts among which an expression in a message chooses."""
    inner = "".join(EXPRESSION.findall(text))
    return [part for part in QUOTED.findall(inner) if " " in part]


def in_forms() -> dict[str, str]:
    """What the forms and drawings say in Traditional Chinese themselves."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "forms").glob("*.form")):
        stack = [json.loads(path.read_text(encoding="utf-8"))]
        while stack:
            part = stack.pop()
            stack += part if isinstance(part, list) else [v for v in part.values() if isinstance(v, (list, dict))]
            if isinstance(part, dict):
                said = part.get("properties") or {}
                texts = {"label": part.get("label"), "hint": part.get("description"), **said}
                for name in ("label", "hint", *PROPERTIES):
                    if said.get(f"{name}_zh_Hant") and texts.get(name):
                        found.setdefault(texts[name], said[f"{name}_zh_Hant"])
    return found


def catalogue(language: str) -> Catalog:
    """The catalogue of a language as it is kept."""
    path = _folder(language) / "messages.po"
    return read_po(BytesIO(path.read_bytes()), locale=language) if path.exists() else Catalog(locale=language)


def _folder(language: str) -> Path:
    return HERE / language / "LC_MESSAGES"


def renewed() -> dict[str, Catalog]:
    """Each catalogue with every text of today: known translations are kept, what nobody says any more is left out."""
    known, own = catalogue("zh_Hant"), in_forms()
    traditional, simplified = Catalog(locale="zh_Hant"), Catalog(locale="zh_Hans")
    convert = opencc.OpenCC("hk2s").convert
    for text, texts in sorted(collected().items()):
        said = (_first(known[text].string) if text in known else "") or own.get(text, "")
        for made, words in ((traditional, said), (simplified, convert(said) if said else "")):
            made.add(texts if len(texts) > 1 else text, (words,) if len(texts) > 1 else words)
    return {"zh_Hant": traditional, "zh_Hans": simplified}


def untranslated(made: Catalog) -> list[Message]:
    """What nobody has translated yet."""
    return [one for one in made if one.id and not _first(one.string)]


def _first(said: Any) -> str:
    return str(said[0] if isinstance(said, (tuple, list)) else said or "")


def main() -> None:
    """Write the catalogues anew."""
    for language, made in renewed().items():
        folder = _folder(language)
        folder.mkdir(parents=True, exist_ok=True)
        made.creation_date = made.revision_date = WRITTEN
        with (folder / "messages.po").open("wb") as file:
            write_po(file, made, width=120, sort_output=True, omit_header=False)
        with (folder / "messages.mo").open("wb") as file:
            write_mo(file, made)
        print(f"{language}: {len(made)} texts, {len(untranslated(made))} not translated")


if __name__ == "__main__":
    main()
