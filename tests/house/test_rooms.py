"""The rooms: who may know what, and how large a thing may be."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGINE = sorted((ROOT / "engine").rglob("*.py"))
APP = sorted(path for path in (ROOT / "app").rglob("*.py") if "node_modules" not in path.parts)
HOUSE = [*ENGINE, *APP]
IMPURE_MODULES = {"io", "os", "random", "secrets", "shutil", "socket", "subprocess", "tempfile", "time", "urllib"}
IMPURE_CALLS = {
    "date.today",
    "datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "open",
    "uuid.uuid1",
    "uuid.uuid4",
    "uuid4",
}
IMPURE_METHODS = {"open", "read_bytes", "read_text", "write_bytes", "write_text"}
UNSAFE_CALLS = {"eval", "exec", "render_template_string", "yaml.load", "yaml.unsafe_load"}
UNSAFE_MODULES = {"dill", "marshal", "pickle", "shelve"}
VAGUE = re.compile(r"(^|_)(base|common|helpers?|managers?|misc|utils?)(_|$)")
LONGEST_FUNCTION = 60
LONGEST_FILE = 400


def named(paths):
    return pytest.mark.parametrize("path", paths, ids=lambda path: str(path.relative_to(ROOT)))


@cache
def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").split(".")[0]


def calls(path):
    return {ast.unparse(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)}


@named(ENGINE)
def test_the_engine_imports_nothing_that_reads_the_world(path):
    assert IMPURE_MODULES.isdisjoint(imports(path))


@named(ENGINE)
def test_the_engine_reads_no_clock_file_or_chance(path):
    called = calls(path)
    methods = {name.rpartition(".")[2] for name in called if "." in name}
    assert not (called & IMPURE_CALLS | methods & IMPURE_METHODS)


@named([path for path in HOUSE if "web" not in path.parts])
def test_only_the_web_room_imports_flask(path):
    assert not [name for name in imports(path) if name.startswith("flask") or name == "werkzeug"]


@named([path for path in HOUSE if "store" not in path.parts])
def test_only_the_store_imports_sqlalchemy(path):
    assert {"alembic", "psycopg", "sqlalchemy", "sqlite3"}.isdisjoint(imports(path))


@named(HOUSE)
def test_nothing_runs_text_as_code(path):
    assert UNSAFE_CALLS.isdisjoint(calls(path)) and UNSAFE_MODULES.isdisjoint(imports(path))


@named([*HOUSE, *sorted((ROOT / "tests").rglob("*.py"))])
def test_every_module_is_named_after_a_thing(path):
    assert not VAGUE.search(path.stem)


@named(HOUSE)
def test_no_function_is_longer_than_a_screen(path):
    functions = [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert not [node.name for node in functions if node.end_lineno - node.lineno >= LONGEST_FUNCTION]


@named(HOUSE)
def test_no_file_is_longer_than_a_chapter(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
