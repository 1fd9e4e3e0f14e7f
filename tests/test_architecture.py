"""The shape of the project: imports flow one way, files stay small, what is public says what it does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "data": set(),
    "retrieval": {"data"},
    "recommenders": {"data"},
    "assistant": {"data", "retrieval", "recommenders"},
    "ui": {"data", "retrieval", "recommenders", "assistant"},
    "benchmarks": {"data", "retrieval", "recommenders", "assistant", "ui"},
}
OPENS_THE_PAGE = ROOT / "assistant" / "cli.py"  # `aisle ui` and `aisle bench` are commands like any other
LONGEST_FILE = 400  # lines
SPEAKS_FOR_ITSELF = 10  # statements; a longer public function says in words what it does

FILES = sorted(file for package in MAY_IMPORT for file in (ROOT / package).rglob("*.py"))
Function = ast.FunctionDef | ast.AsyncFunctionDef


def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def imported(file: Path) -> set[str]:
    """Top-level packages of the project that a file imports anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports are absolute here"
            names.add((node.module or "").split(".")[0])
    return names & (set(MAY_IMPORT) | {"tests"})


def test_there_is_something_to_look_at() -> None:
    assert len(FILES) > 100
    assert imported(ROOT / "assistant" / "shop.py") == {"assistant", "data", "recommenders", "retrieval"}


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_no_import_goes_back_up(package: str) -> None:
    allowed = MAY_IMPORT[package] | {package}
    for file in (ROOT / package).rglob("*.py"):
        beyond = imported(file) - allowed - ({"ui"} if file == OPENS_THE_PAGE else set())
        assert not beyond, f"{file.relative_to(ROOT)} imports {', '.join(sorted(beyond))}"


def test_the_command_opens_the_page_only_when_asked_to() -> None:
    """`ui` is imported inside a function, so that nothing else needs Gradio."""
    top_level = [node for node in tree(OPENS_THE_PAGE).body if isinstance(node, ast.ImportFrom)]
    assert not any((node.module or "").split(".")[0] == "ui" for node in top_level)


def test_files_are_small_and_named_for_what_they_hold() -> None:
    for file in FILES:
        assert file.stem not in {"utils", "util", "helpers", "common", "misc"}, file
        assert len(file.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE, file


def test_every_file_says_what_it_is_for() -> None:
    silent = [file.relative_to(ROOT) for file in FILES if tree(file).body and not ast.get_docstring(tree(file))]
    assert silent == []


@pytest.mark.parametrize("package", ["data", "retrieval", "assistant"])
def test_a_public_function_of_some_length_says_what_it_does(package: str) -> None:
    silent = [
        f"{file.relative_to(ROOT)}: {function.name}"
        for file in (ROOT / package).rglob("*.py")
        for function in public_functions(tree(file))
        if len(list(statements(function))) > SPEAKS_FOR_ITSELF
        if function.name != "act" and not ast.get_docstring(function)  # what an action does, its file says
    ]
    assert silent == []


def public_functions(module: ast.Module) -> Iterator[Function]:
    for node in module.body:
        if isinstance(node, Function) and not node.name.startswith("_"):
            yield node


def statements(function: Function) -> Iterator[ast.stmt]:
    return (node for node in ast.walk(function) if isinstance(node, ast.stmt) and node is not function)
