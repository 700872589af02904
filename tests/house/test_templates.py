"""Templates: escaped by their name, and nothing in them that the content policy would have to allow."""

import re
from pathlib import Path

import pytest

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


def named(paths):
    return pytest.mark.parametrize("path", paths, ids=lambda path: str(path.relative_to(FOLDER)))


@named(FILES)
def test_every_template_is_escaped_by_its_name(path):
    assert path.suffix == ".html" and path.name.count(".") == 1


@named(FILES)
def test_no_template_holds_inline_style_or_script(path):
    source = path.read_text(encoding="utf-8")
    assert not [what for what, pattern in INLINE.items() if pattern.search(source)]


@named(FILES)
def test_no_template_turns_escaping_off(path):
    assert not UNESCAPED.search(path.read_text(encoding="utf-8"))


@named(FILES)
def test_no_template_leaves_an_attribute_unquoted(path):
    assert not UNQUOTED.search(path.read_text(encoding="utf-8"))


@named(FILES)
def test_no_template_fetches_from_elsewhere(path):
    assert not ELSEWHERE.search(path.read_text(encoding="utf-8"))


@named(FILES)
def test_every_form_that_posts_carries_a_token(path):
    source = path.read_text(encoding="utf-8")
    forms = re.findall(r"<form[^>]*method=\"post\".*?</form>", source, re.I | re.S)
    assert not [form[:80] for form in forms if "csrf" not in form]
