"""Temporary files hold a user's text: they lie in the home, and go with their process or at the next start."""

import subprocess
import sys
import tempfile
from pathlib import Path

from ingest.temporary import own_temporary
from tests.conftest import ROOT

HOLD = """
import sys, tempfile
from pathlib import Path
from ingest.temporary import own_temporary
with own_temporary(Path(sys.argv[1])):
    Path(tempfile.mkdtemp(), "texte").write_text("Sauldaine")
    print("ready", flush=True)
    sys.stdin.read()
"""


def holding(home):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout.readline() == "ready\n"
    return process


def texts(home):
    return list(home.rglob("texte"))


def test_a_killed_process_leaves_what_the_next_one_erases_and_a_living_one_is_let_be(tmp_path):
    killed, living = holding(tmp_path), holding(tmp_path)
    assert len(texts(tmp_path)) == 2
    killed.kill()
    killed.communicate()
    assert len(texts(tmp_path)) == 2
    with own_temporary(tmp_path):
        assert len(texts(tmp_path)) == 1
        assert Path(tempfile.mkdtemp()).is_relative_to(tmp_path)
    assert len(texts(tmp_path)) == 1
    living.communicate("")
    assert [file.name for file in (tmp_path / "tmp").iterdir() if file.name != ".lock"] == []
    assert not Path(tempfile.gettempdir()).is_relative_to(tmp_path)


def test_a_home_that_cannot_be_written_uses_the_system_s_folder(tmp_path):
    (tmp_path / "home").write_text("un fichier")
    before = tempfile.gettempdir()
    with own_temporary(tmp_path / "home"):
        assert tempfile.gettempdir() == before
