"""What browsers have to understand: the built scripts and styles ask no more of the oldest supported ones.

Android 4.4 has neither `var()` nor half of this: there pages are plain, and every step of a request goes on without
scripts, which the tests of pages prove by having none.
"""

import json
import re
from pathlib import Path

import pytest

from app.web.agents import CHROME, EDGE, FIREFOX, IOS, SAFARI

WEB = Path(__file__).parents[2] / "app" / "web"
ASSETS, STATIC = WEB / "assets", WEB / "static"
CORE_SCRIPTS = ("start.js", "form.js", "bell.js", "viewer.js")
CORE_STYLES = ("app.css", "fields.css", "lists.css", "managing.css", "information.css")
# Drawings come as finished pictures; that a step of theirs is shown one after another only improves them.
ENHANCING = ("diagram.js", "diagram.css")
LITERALS = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'')
NEWER_SYNTAX = re.compile(r"=>|`|\.\.\.|\?\?|\?\.(?=[A-Za-z_$([])|\*\*|\b(?:let|const|class|async|await|yield)\b")
# What Safari 10, Firefox 51 or Android 4.4 lack, and the words by which a script goes on without it.
NEWER_CALLS = {
    r"\bfetch\(": "!window.fetch",
    r"\.closest\(": ".closest &&",
    r"navigator\.credentials": "window.PublicKeyCredential",
    r"\bPromise\b": "window.Promise",
    r"\bURLSearchParams\b": "window.URLSearchParams",
    r"\b\w+Observer\(": "Observer &&",
    r"\bAbortController\b": "window.AbortController",
    r"new (?:Event|CustomEvent)\(": "",
    r"\.(?:append|prepend|replaceWith|before|after)\(": "",
    r"\.(?:includes|startsWith|endsWith|padStart|padEnd|repeat)\(": "",
    r"\b(?:Object\.(?:entries|values|assign|fromEntries)|Array\.from|Number\.is\w+)\(": "",
    r"\bnew (?:Set|Map|WeakMap|Proxy)\b": "",
    r"\bSymbol\b|\bglobalThis\b": "",
}
NEWER_STYLES = {
    "grid": r"display: ?(?:inline-)?grid",
    "gap": r"[;{ ](?:row-|column-)?gap:",
    "inset": r"[;{ ]inset:",
    "sizes of two": r"\b(?:clamp|min|max)\(",
    "aspect": r"aspect-ratio:",
    "layers": r"@(?:container|layer|property)",
    "logical": r"(?:margin|padding|border)-(?:inline|block)",
    "mixed colours": r"color-mix\(",
    "dynamic heights": r"\d(?:dvh|svh|lvh)\b",
    "accent": r"accent-color:",
    "newer selectors": r":(?:is|where|has|focus-visible|focus-within|user-invalid)\b",
}
# By style sheet what it has that older browsers leave out, and what is seen there instead.
ENHANCED = {
    "app.css": {
        "accent": "boxes and rings in the browser's own colour",
        "newer selectors": "the mark of the focus also after a click",
    },
    "fields.css": {"newer selectors": "the heading of a part in which nothing is asked yet"},
    "managing.css": {
        "accent": "boxes in the browser's own colour",
        "grid": "the months of the calendar below each other",
        "gap": "months and buttons closer together",
    },
    "lists.css": {},
    "information.css": {},
}
SELECTOR = re.compile(NEWER_STYLES["newer selectors"])


def built(name):
    """A script or style sheet as browsers get it."""
    manifest = json.loads((STATIC / "manifest.json").read_text(encoding="utf-8"))
    return (STATIC / manifest[name]).read_text(encoding="utf-8")


def without_literals(script):
    return LITERALS.sub('""', script)


def test_every_script_and_style_sheet_is_of_the_core_or_only_improves_it():
    manifest = json.loads((STATIC / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest) - {"favicon.svg"} == {*CORE_SCRIPTS, *CORE_STYLES, *ENHANCING}


@pytest.mark.parametrize("name", CORE_SCRIPTS)
def test_r34_to_r37_a_core_script_is_written_as_the_oldest_browsers_read_it(name):
    assert NEWER_SYNTAX.findall(without_literals(built(name))) == []


@pytest.mark.parametrize("path", sorted(ASSETS.glob("*.js")), ids=lambda path: path.name)
def test_r34_to_r37_a_script_that_calls_something_newer_goes_on_without_it(path):
    if path.name in ("diagram.js", "replay.js"):
        pytest.skip("it improves the drawings alone")
    source = path.read_text(encoding="utf-8")
    bare = without_literals(source)
    unguarded = [
        call for call, guard in NEWER_CALLS.items() if re.search(call, bare) and not (guard and guard in source)
    ]
    assert unguarded == []


@pytest.mark.parametrize("name", CORE_STYLES)
def test_r34_to_r37_a_style_sheet_has_only_what_older_browsers_may_leave_out(name):
    found = {what for what, pattern in NEWER_STYLES.items() if re.search(pattern, built(name))}
    assert found == set(ENHANCED[name])


@pytest.mark.parametrize("name", CORE_STYLES)
def test_a_newer_selector_never_spoils_an_older_one_beside_it(name):
    lists = [part.rpartition("}")[2] for part in built(name).split("{")]
    mixed = [one for one in lists if SELECTOR.search(one) and not all(map(SELECTOR.search, _selectors(one)))]
    assert mixed == []


def test_the_build_writes_for_the_browsers_that_help_names():
    said = re.search(r"target: \[([^\]]+)\]", (ASSETS / "build.mjs").read_text(encoding="utf-8"))
    since = {"chrome": CHROME, "edge": EDGE, "firefox": FIREFOX, "ios": IOS, "safari": SAFARI}
    assert said and set(re.findall(r'"(\w+)"', said[1])) == {f"{key}{one.since[0]}" for key, one in since.items()}


def _selectors(several):
    """The selectors of a list; commas within brackets part none."""
    return re.split(r",(?![^(]*\))", several)
