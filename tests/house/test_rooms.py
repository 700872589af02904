"""The rooms: who may know what, and how large a thing may be."""

import ast
import re
from functools import cache
from pathlib import Path

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


def which(paths, breaks):
    """The names of those files that break a rule."""
    return [str(path.relative_to(ROOT)) for path in paths if breaks(path)]


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


def test_the_engine_imports_nothing_that_reads_the_world():
    assert which(ENGINE, lambda path: IMPURE_MODULES & set(imports(path))) == []


def test_the_engine_reads_no_clock_file_or_chance():
    def reads(path):
        called = calls(path)
        methods = {name.rpartition(".")[2] for name in called if "." in name}
        return called & IMPURE_CALLS | methods & IMPURE_METHODS

    assert which(ENGINE, reads) == []


def test_only_the_web_room_imports_flask():
    others = [path for path in HOUSE if "web" not in path.parts]
    flask = re.compile(r"flask.*|werkzeug$")
    assert which(others, lambda path: any(flask.match(name) for name in imports(path))) == []


def test_only_the_store_imports_sqlalchemy():
    others = [path for path in HOUSE if "store" not in path.parts]
    assert which(others, lambda path: {"alembic", "psycopg", "sqlalchemy", "sqlite3"} & set(imports(path))) == []


def test_nothing_runs_text_as_code():
    assert which(HOUSE, lambda path: UNSAFE_CALLS & calls(path) or UNSAFE_MODULES & set(imports(path))) == []


def test_every_module_is_named_after_a_thing():
    every = [*HOUSE, *sorted((ROOT / "tests").rglob("*.py"))]
    assert which(every, lambda path: VAGUE.search(path.stem)) == []


def test_no_function_is_longer_than_a_screen():
    def long_functions(path):
        functions = [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        return [node.name for node in functions if node.end_lineno - node.lineno >= LONGEST_FUNCTION]

    assert which(HOUSE, long_functions) == []


def test_no_file_is_longer_than_a_chapter():
    assert which(HOUSE, lambda path: len(path.read_text(encoding="utf-8").splitlines()) > LONGEST_FILE) == []
