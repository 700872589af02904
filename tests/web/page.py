"""One fetched page: what it says, its forms, and the rules that every page keeps."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from lxml import html

UNLABELLED = {"button", "hidden", "image", "reset", "submit"}
FAULTS = ("Traceback (most recent call last)", "werkzeug.exceptions", "jinja2.exceptions", "sqlalchemy.exc")


@dataclass(frozen=True)
class Form:
    """One form of a page: where it goes and what it holds before anything is typed."""

    action: str
    method: str
    fields: dict[str, Any]
    button_actions: frozenset[str] = field(default_factory=frozenset)

    def goes_to(self, action: str) -> bool:
        """Whether the form, or one of its buttons, sends to `action` (without its query)."""
        return action in {part.split("?")[0] for part in (self.action, *self.button_actions)} | {self.action}


class Page:
    """A page as a person meets it."""

    def __init__(self, url: str, status: int, source: str) -> None:
        self.url = url
        self.status = status
        self.source = source
        self.tree = html.document_fromstring(source)

    @property
    def heading(self) -> str:
        """The words of its h1."""
        return said(self.tree.find(".//h1"))

    @property
    def text(self) -> str:
        """Every word of its body, single-spaced."""
        return said(self.tree.body)

    @property
    def forms(self) -> list[Form]:
        """Its forms, in page order."""
        return [_form(form, self.url) for form in self.tree.iter("form")]

    @property
    def csrf_token(self) -> str | None:
        """The token of its first form that holds one."""
        tokens = self.tree.xpath("//input[@name='csrf_token']/@value")
        return str(tokens[0]) if tokens else None

    def form(self, action: str) -> Form:
        """The form that sends to `action`."""
        for form in self.forms:
            if form.goes_to(action):
                return form
        raise AssertionError(f"{self.url}: expected a form to {action}, but there are {[f.action for f in self.forms]}")

    def link(self, words: str) -> str:
        """The address of the link that says exactly `words`."""
        for link in self.tree.iter("a"):
            if said(link) == words:
                return str(link.get("href"))
        raise AssertionError(f"{self.url}: expected a link {words!r}, but there are {self.links}")

    @property
    def links(self) -> list[str]:
        """The words of its links."""
        return [said(link) for link in self.tree.iter("a")]

    def all(self, xpath: str) -> list[str]:
        """The words of every element at `xpath`."""
        return [said(element) for element in self.tree.xpath(xpath)]

    def faults(self) -> list[str]:
        """Every rule of a page that this one breaks."""
        rules = (_head, _ids, _forms, _labels, _words, _policy, _text)
        return [fault for rule in rules for fault in rule(self)]


def said(element: html.HtmlElement | None) -> str:
    """The words of an element, single-spaced."""
    return "" if element is None else " ".join(element.text_content().split())


def _form(form: html.HtmlElement, url: str) -> Form:
    actions = frozenset(form.xpath(".//button/@formaction"))
    return Form(form.get("action") or url, form.get("method", "get").lower(), _filled(form), actions)


def _filled(form: html.HtmlElement) -> dict[str, Any]:
    filled: dict[str, Any] = {}
    for name, value in form.form_values():
        filled.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in filled.items()}


def _head(page: Page) -> list[str]:
    headings = page.tree.findall(".//h1")
    faults = [] if len(headings) == 1 else [f"{len(headings)} h1"]
    title = said(page.tree.find(".//title"))
    if headings and not (page.heading and title.startswith(page.heading)):
        faults.append(f"title {title!r} does not start with the h1 {page.heading!r}")
    if not page.tree.get("lang"):
        faults.append("no lang")
    if len(page.tree.findall(".//main")) != 1:
        faults.append("not exactly one main")
    return faults


def _ids(page: Page) -> list[str]:
    ids = Counter(page.tree.xpath("//@id"))
    faults = [f"id {name!r} stands {count} times" for name, count in ids.items() if count > 1]
    pointers = page.tree.xpath("//@aria-describedby | //@aria-labelledby | //label/@for")
    faults += [f"nothing has the id {name!r}" for pointer in pointers for name in pointer.split() if name not in ids]
    targets = page.tree.xpath("//a/@href[starts-with(., '#')]")
    faults += [f"link to nowhere: {target}" for target in targets if target[1:] not in ids]
    return faults


def _forms(page: Page) -> list[str]:
    faults = []
    for form in page.tree.iter("form"):
        name = form.get("action") or form.get("method")
        if not name:
            faults.append("form without action and method")
        if form.get("method", "get").lower() == "post" and not form.xpath(".//input[@name='csrf_token']/@value"):
            faults.append(f"form to {name} without csrf_token")
    return faults


def _labels(page: Page) -> list[str]:
    faults = []
    for control in page.tree.xpath("//input | //select | //textarea"):
        if control.get("type", "text") not in UNLABELLED and not _label(page, control):
            faults.append(f"{control.tag} {control.get('name')!r} has no label")
    return faults


def _label(page: Page, control: html.HtmlElement) -> str:
    around = next(control.iterancestors("label"), None)
    named = page.tree.xpath("//label[@for=$id]", id=control.get("id", ""))
    pointed = page.tree.xpath("//*[@id=$id]", id=(control.get("aria-labelledby") or "").split(" ")[0])
    return control.get("aria-label") or next(filter(None, map(said, [around, *named, *pointed])), "")


def _words(page: Page) -> list[str]:
    faults = [f"link to {link.get('href')!r} says nothing" for link in page.tree.iter("a") if not _name(link)]
    faults += [f"link {said(link)!r} leads nowhere" for link in page.tree.iter("a") if not link.get("href")]
    faults += [
        f"button {button.get('name')!r} says nothing" for button in page.tree.iter("button") if not _name(button)
    ]
    faults += [f"image {image.get('src')!r} has no alt" for image in page.tree.iter("img") if image.get("alt") is None]
    return faults


def _name(element: html.HtmlElement) -> str:
    pictures = element.xpath(".//img/@alt | .//svg/title/text()")
    return element.get("aria-label") or said(element) or " ".join(pictures).strip()


def _policy(page: Page) -> list[str]:
    faults = ["inline style element"] if page.tree.xpath("//style") else []
    faults += ["inline script" for script in page.tree.iter("script") if not script.get("src")]
    faults += [f"style attribute on {element.tag}" for element in page.tree.xpath("//*[@style]")]
    handlers = page.tree.xpath("//@*[starts-with(name(), 'on')]")
    faults += [f"{handler.attrname} attribute" for handler in handlers]
    faults += [
        f"address {url!r}" for url in page.tree.xpath("//@href | //@src") if url.lower().startswith("javascript:")
    ]
    return faults


def _text(page: Page) -> list[str]:
    return [f"shows {fault!r}" for fault in FAULTS if fault in page.source]
