"""Written for Windows too, as far as Linux can tell: no module needs what Windows lacks, no text depends on its encoding."""

import ast
import os
import subprocess
import sys
from functools import cache

from tests.conftest import ROOT
from tests.test_house import ROOMS

POSIX_ONLY = ("fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty")
# What the os and signal modules of Windows don't have.
POSIX_NAMES = {
    "os": {"chown", "fchmod", "fork", "forkpty", "getegid", "geteuid", "getgid", "getpgid", "getuid", "killpg", "mkfifo", "nice",
           "sched_getaffinity", "setsid", "statvfs", "sync", "uname"},
    "signal": {"SIGALRM", "SIGHUP", "SIGKILL", "SIGQUIT", "SIGUSR1", "SIGUSR2", "alarm", "setitimer"},
}  # fmt: skip
GUARDED = {"ingest/sandbox.py": {"killpg", "SIGKILL"}}  # each under `os.name == "posix"`
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for room in ROOMS
    for path in sorted((ROOT / room).rglob("*.py"))
    if path.name not in ("__main__.py", "make_demo.py")
]


@cache
def sources():
    return [
        (path.relative_to(ROOT).as_posix(), list(ast.walk(ast.parse(path.read_text(encoding="utf-8")))))
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
    ]


def test_every_module_is_imported_without_what_windows_lacks():
    """In a process of its own, where the modules of Windows are all that ours may import (libraries have their own ways)."""
    code = f"""
import builtins, importlib
real = builtins.__import__

def on_windows(name, globals=None, locals=None, fromlist=(), level=0):
    if name.split(".")[0] in {POSIX_ONLY!r} and str((globals or {{}}).get("__name__")).split(".")[0] in {ROOMS!r}:
        raise ModuleNotFoundError(name)
    return real(name, globals, locals, fromlist, level)

builtins.__import__ = on_windows
for name in {MODULES!r}:
    importlib.import_module(name)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, encoding="utf-8")
    assert done.returncode == 0, done.stderr[-2000:]


def test_no_name_is_used_that_windows_lacks():
    wrong = [
        f"{path}:{node.lineno} {node.value.id}.{node.attr}"
        for path, nodes in sources()
        for node in nodes
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        and node.attr in POSIX_NAMES.get(node.value.id, set()) - GUARDED.get(path, set())
    ]  # fmt: skip
    assert not wrong


def test_no_place_of_unix_is_named():
    wrong = [
        f"{path}:{node.lineno} {node.value}"
        for path, nodes in sources()
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        and node.value.startswith(("/tmp", "/dev/", "/var/", "/etc/", "/bin/", "/usr/bin/"))
    ]  # fmt: skip
    assert not wrong


def test_texts_are_read_and_written_with_an_encoding():
    """Without one, Windows reads and writes in the code page of the machine."""
    wrong = []
    for path, nodes in sources():
        for node in nodes:
            if not isinstance(node, ast.Call) or any(k.arg in ("encoding", None) for k in node.keywords):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            texts = any(k.arg in ("text", "universal_newlines") for k in node.keywords) and name in (
                "run",
                "Popen",
                "check_output",
            )
            mode = next(
                (a.value for a in node.args if isinstance(a, ast.Constant) and str(a.value) in ("r", "w", "a", "x", "r+")), ""
            )
            own = isinstance(node.func, ast.Name)  # our own `read_text`
            if (name in ("read_text", "write_text") and not own and len(node.args) < 2) or (name == "open" and mode) or texts:
                wrong.append(f"{path}:{node.lineno} {name}")
    assert not wrong


def test_the_command_speaks_on_any_console(tmp_path):
    """On a console that lacks our letters a command still says what it has to say."""
    done = subprocess.run(
        [sys.executable, "-m", "assistant", "--home", str(tmp_path), "refs", "L900-1"],
        capture_output=True, cwd=ROOT, env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    )  # fmt: skip
    assert done.returncode == 2 and b"casf index build" in done.stderr and b"Traceback" not in done.stderr
