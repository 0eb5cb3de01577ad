"""The house, kept true: what import-linter cannot see, as tests. Each rule says what it prevents."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import dengta

SOURCE = Path(dengta.__file__).parent
ROOT = SOURCE.parents[1]
PURE = ("core", "engines")


def modules(*rooms: str) -> Iterator[tuple[str, ast.Module]]:
    for room in rooms or ("",):
        for file in sorted((SOURCE / room).rglob("*.py")):
            yield str(file.relative_to(SOURCE)), ast.parse(file.read_text("utf-8"))


def called(node: ast.Call) -> str:
    return ast.unparse(node.func)


def test_engines_read_no_clock_disk_network_or_chance() -> None:
    """The same input gives the same answer: time, files and randomness arrive as arguments."""
    banned = re.compile(
        r"^(open|input|print|exec|eval|__import__)$"
        r"|(^|\.)(now|utcnow|today|time_ns|perf_counter|monotonic)$"
        r"|^random\.|^np\.random\.(rand|seed|random|choice|default_rng\(\))|^os\.|^subprocess\."
    )
    found = [
        f"{name}:{node.lineno} {called(node)}"
        for name, tree in modules(*PURE)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and banned.search(called(node))
    ]
    assert found == []


def test_engines_compile_by_the_house_door() -> None:
    """numba takes a second to load; `core.compiled` loads it when a kernel is first called, not when it is named."""
    found = [
        f"{name}:{node.lineno}"
        for name, tree in modules("engines")
        for node in ast.walk(tree)
        if (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("numba"))
        or (isinstance(node, ast.Import) and any(alias.name.startswith("numba") for alias in node.names))
    ]
    assert found == []


def test_no_time_without_a_zone_anywhere() -> None:
    """A naive time is right only until the second plant, the first night shift or the next clock change."""
    banned = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "datetime.utcfromtimestamp"}
    found = [
        f"{name}:{node.lineno}"
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called(node) in banned and not (node.args or node.keywords)
    ]
    assert found == []


def test_the_clock_is_read_in_few_places() -> None:
    """Processes and doors read it; everybody else is told the time."""
    readers = {
        name
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called(node) in {"time.time", "time.time_ns"}
    }
    assert readers == {"site/clock.py"}


def test_no_pickle_eval_or_shell() -> None:
    """Nothing that arrives is ever executed."""
    found = []
    for name, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [a.name for a in node.names] + [getattr(node, "module", "") or ""]
                if {"pickle", "marshal", "shelve"} & {n.split(".")[0] for n in names}:
                    found.append(f"{name}:{node.lineno} import")
            if isinstance(node, ast.Call) and called(node) in {"eval", "exec", "os.system"}:
                found.append(f"{name}:{node.lineno} {called(node)}")
            if isinstance(node, ast.keyword) and node.arg == "shell" and ast.unparse(node.value) == "True":
                found.append(f"{name}:{node.value.lineno} shell")
    assert found == []


def test_no_exception_is_swallowed() -> None:
    """What went wrong is said, or it is not caught."""
    found = [
        f"{name}:{node.lineno}"
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or all(isinstance(s, ast.Pass) or ast.unparse(s) == "..." for s in node.body))
    ]
    assert found == []


ENGINES = sorted(p.name for p in (SOURCE / "engines").iterdir() if p.is_dir() and (p / "__init__.py").exists())


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_has_the_same_face(engine: str) -> None:
    """Whoever knows one engine knows all: model, judge, and a few public names."""
    folder = SOURCE / "engines" / engine
    assert (folder / "model.py").exists()
    assert (folder / "check.py").exists()
    tree = ast.parse((folder / "__init__.py").read_text("utf-8"))
    assert ast.get_docstring(tree)
    assert any(isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == "__all__" for n in tree.body)


APPS = sorted(p.name for p in (SOURCE / "apps").iterdir() if (p / "models.py").exists())


@pytest.mark.parametrize("app", APPS)
def test_every_app_has_the_same_face(app: str) -> None:
    """Writes in commands, reads in queries, permissions asked in commands or stated in the app's own policies."""
    folder = SOURCE / "apps" / app
    missing = [n for n in ("commands.py", "queries.py") if not (folder / n).exists()]
    assert missing == []
    assert (folder / "policies.py").exists() or "policies import" in (folder / "commands.py").read_text("utf-8")


@pytest.mark.parametrize("app", APPS)
def test_commands_are_keyword_only_and_queries_never_write(app: str) -> None:
    """A call reads like a sentence; a page that is only looked at changes nothing."""
    commands = ast.parse((SOURCE / "apps" / app / "commands.py").read_text("utf-8"))
    for node in commands.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            assert not node.args.args or len(node.args.args) <= 1, f"{app}.commands.{node.name} takes positions"
    queries = ast.parse((SOURCE / "apps" / app / "queries.py").read_text("utf-8"))
    writes = {"save", "delete", "create", "update", "get_or_create", "update_or_create", "bulk_create"}
    found = [
        node.lineno
        for node in ast.walk(queries)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in writes
        and "objects" in ast.unparse(node.func)
    ]
    assert found == []


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def test_files_are_small() -> None:
    """About four hundred lines: past that a file has more than one reason to change."""
    long = {
        str(f.relative_to(ROOT)): n
        for f in tracked()
        if f.suffix in {".py", ".js", ".css", ".html"} and f.exists()
        for n in [len(f.read_text("utf-8").splitlines())]
        if n > 400
    }
    assert long == {}


def test_no_name_hides_a_missing_idea() -> None:
    """A file called utils is a drawer."""
    drawers = re.compile(r"(^|_)(utils?|helpers?|misc|common|managers?|stuff)$")
    assert [str(f) for f in tracked() if f.suffix == ".py" and drawers.search(f.stem)] == []


def test_nothing_generated_or_foreign_is_tracked() -> None:
    """Third-party code comes with the packages; artefacts are made."""
    foreign = re.compile(r"(\.min\.(js|css)|\.(whl|so|pyc|parquet|sqlite3?|db|mo))$|(^|/)node_modules/")
    assert [str(f) for f in tracked() if foreign.search(str(f.relative_to(ROOT)))] == []
