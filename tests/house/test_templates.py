"""Templates: escaped by their name, and nothing in them that the content policy would have to allow."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "app" / "web" / "templates"
FILES = sorted(path for path in FOLDER.rglob("*") if path.is_file())
INLINE = {
    "a style element": re.compile(r"<style", re.I),
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "a script without src": re.compile(r"<script(?![^>]*\ssrc=)", re.I),
    "an on... attribute": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.I),
    "a javascript: address": re.compile(r"javascript:", re.I),
}
UNESCAPED = re.compile(r"\|\s*safe\b|autoescape\s+false|Markup\(")
ELSEWHERE = re.compile(r"""(?:src|href)\s*=\s*["'](?:https?:)?//""", re.I)
UNQUOTED = re.compile(r"<[^>]*\s[a-z-]+=\{\{", re.I)


def which(breaks):
    """The names of those templates that break a rule; `breaks` is asked with the source of each."""
    return [str(path.relative_to(FOLDER)) for path in FILES if breaks(path.read_text(encoding="utf-8"))]


def test_every_template_is_escaped_by_its_name():
    assert [path.name for path in FILES if path.suffix != ".html" or path.name.count(".") != 1] == []


def test_no_template_holds_inline_style_or_script():
    assert which(lambda source: any(pattern.search(source) for pattern in INLINE.values())) == []


def test_no_template_turns_escaping_off():
    assert which(UNESCAPED.search) == []


def test_no_template_leaves_an_attribute_unquoted():
    assert which(UNQUOTED.search) == []


def test_no_template_fetches_from_elsewhere():
    assert which(ELSEWHERE.search) == []


def test_every_form_that_posts_carries_a_token():
    forms = re.compile(r"<form[^>]*method=\"post\".*?</form>", re.I | re.S)
    assert which(lambda source: any("csrf" not in form for form in forms.findall(source))) == []
