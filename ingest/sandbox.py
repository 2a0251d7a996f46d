"""Reading a file that may be hostile, in a process of its own: limited in time and memory, and killed with its children.

`run` starts `python -m ingest.sandbox MODULE:FUNCTION`, which gets its arguments as JSON on standard input and answers with
lines of JSON: {"progress": [what, done, total]} any number of times, then {"result": …} or {"refused": French sentence}.
The limit of memory is the system's (`resource`), so Windows has none but the limits of time and size.
"""

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from corpus.errors import CasfError

# Said again here because ingest.embedding brings the embedding libraries along: seconds in a process that only reads.
Progress = Callable[[str, int, int], None]  # what is done, how many are, how many there are

MEGABYTES = 1024
_ROOT = Path(__file__).resolve().parent.parent


def silent(_what: str, _done: int, _total: int) -> None:
    """The progress report of those who don't want one."""


class SandboxFailure(Exception):
    """The work was not finished. `kind` says why: "time", "memory", or "crash" (whatever else ended the process)."""

    def __init__(self, kind: str):
        super().__init__(kind)
        self.kind = kind


def run(
    task: str, arguments: dict[str, Any], work: Path, seconds: float, progress: Progress = silent, megabytes: int = MEGABYTES
) -> Any:
    """What "module:function" returns for the keyword arguments, both as JSON can say them.

    The function gets one more argument, `progress`. It runs in the folder `work`, which is also its temporary folder, for at
    most `seconds` and with at most `megabytes` of memory. Raises `SandboxFailure`, and `CasfError` with the sentence of a
    `CasfError` raised there.
    """
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")])), "TMPDIR": str(work), "TEMP": str(work), "TMP": str(work),
        "PYTHONUTF8": "1", "OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
    }  # fmt: skip
    process = subprocess.Popen(
        # -P: the folder that we run in holds a stranger's file, so it must not be a place to import from.
        [sys.executable, "-P", "-m", "ingest.sandbox", task],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=work, env=environment,
        start_new_session=os.name == "posix", creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        encoding="utf-8", errors="replace",
    )  # fmt: skip
    late = threading.Event()

    def stop() -> None:
        late.set()
        kill(process)

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    last: dict[str, Any] = {}
    try:
        assert process.stdin and process.stdout
        with contextlib.suppress(OSError):
            process.stdin.write(json.dumps({"arguments": arguments, "seconds": seconds, "megabytes": megabytes}))
            process.stdin.close()
        for line in process.stdout:
            last = _answer(line)
            if "progress" in last:
                progress(*last["progress"])
    finally:
        timer.cancel()
        kill(process)
        for stream in (process.stdin, process.stdout):
            with contextlib.suppress(OSError, AttributeError):
                stream.close()  # type: ignore[union-attr]
    if "result" in last:
        return last["result"]
    if "refused" in last:
        raise CasfError(last["refused"])
    raise SandboxFailure("time" if late.is_set() else last.get("failed", "crash"))


def _answer(line: str) -> dict[str, Any]:
    try:
        answer = json.loads(line)
    except ValueError:  # half a line, cut by the kill
        return {}
    return answer if isinstance(answer, dict) else {}


def kill(process: "subprocess.Popen[str]") -> None:
    """End a process and what it started, and wait for it."""
    if process.returncode is None:  # ended or not, its number is not yet anyone else's
        with contextlib.suppress(OSError):
            if os.name == "posix":
                os.killpg(process.pid, signal.SIGKILL)
            else:  # pragma: no cover (Windows)
                subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False)
            process.kill()
    process.wait()


def _limit(seconds: float, megabytes: int) -> None:
    """Bind this process, and those that it starts, to so much memory and time of processor (where the system can)."""
    try:
        import resource
    except ImportError:  # pragma: no cover (Windows)
        return
    wanted = {
        resource.RLIMIT_AS: megabytes * 1024 * 1024,
        resource.RLIMIT_CPU: int(seconds * 2) + 5,  # for the day when nobody is left to kill us
        resource.RLIMIT_FSIZE: 1024 * 1024 * 1024,
        resource.RLIMIT_CORE: 0,
    }
    for what, most in wanted.items():
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some
            resource.setrlimit(what, (most, most))


def main() -> None:
    """The other end of `run`, in the process of its own."""
    request = json.load(sys.stdin)
    # Libraries print; the answers keep the pipe for themselves, and what we start does not inherit it.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="replace")
    os.dup2(2, 1)
    _limit(request["seconds"], request["megabytes"])

    def say(**line: Any) -> None:
        answers.write(json.dumps(line) + "\n")
        answers.flush()

    try:
        module, function = sys.argv[1].split(":")
        result = getattr(importlib.import_module(module), function)(
            **request["arguments"], progress=lambda what, done, total: say(progress=[what, done, total])
        )
        say(result=result)
    except CasfError as error:
        say(refused=str(error))
    except MemoryError:
        say(failed="memory")
    except Exception:
        say(failed="crash")
    answers.close()
    os._exit(0)  # what a hostile file left half open has nothing to say at the end


if __name__ == "__main__":
    main()
