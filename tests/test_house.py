"""The house rules: imports go down only, the lock names no host, files stay readable."""

import ast
import re

import pytest

from tests.conftest import ROOT

ROOMS = ["corpus", "ingest", "assistant", "evals"]


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("room", ROOMS)
def test_imports_go_down_only(room):
    above = set(ROOMS[ROOMS.index(room) + 1 :]) | {"tests"}
    for path in (ROOT / room).rglob("*.py"):
        wrong = [name for name in imports(path) if name.split(".")[0] in above]
        assert not wrong, f"{path.relative_to(ROOT)} importe {wrong}"


def test_the_lock_pins_every_version_and_names_no_host():
    lines = [line for line in (ROOT / "requirements.lock").read_text().splitlines() if line.strip()]
    assert all(re.fullmatch(r"[\w.\-\[\]]+==[\w.\-+!]+(; .*)?", line) for line in lines)
    assert "torch==2.13.0" in lines


def test_files_can_be_read_in_a_sitting():
    big = [p for room in ROOMS for p in (ROOT / room).rglob("*.py") if p.stat().st_size > 24_000]
    assert not big


def test_every_command_of_the_readme_is_run_by_ci():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for command in re.findall(r"^\.venv/bin/casf (.+)$", readme, flags=re.MULTILINE):
        # Tests build from a source, and sync from a server of their own.
        covered = command in run or command.startswith(("index build --source", "sync"))
        assert covered, command
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert set(re.findall(r"`?make ([a-z-]+)", readme)) <= targets
