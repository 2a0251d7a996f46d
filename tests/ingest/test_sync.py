"""Bringing the text up to date: what changes, what is embedded, and everything that can go wrong on the way."""

import hashlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant.cli import main
from assistant.settings import Settings
from corpus.errors import CasfError
from ingest import generation, store, views
from ingest.generation import Busy, rollback
from ingest.index import Index, live_folder
from ingest.sources import BadSource
from ingest.sync import sync
from tests.conftest import ROOT, WordEmbedder
from tests.ingest.legi_archive import Version, article_path, write_archive, write_folder

HEAD = '---\nidentifier: "LEGITEXT000006074069"\nlast_updated: "{}"\n---\n## Livre Ier : Jardins\n\n'
TEXTS = {f"L90{i}-1": f"Le jardin numéro {i} est ouvert du lundi au samedi à tous les enfants de la rue {i}." for i in range(8)}
LATER = (
    TEXTS | {"L900-1": TEXTS["L900-1"].replace("samedi", "dimanche")} | {"L909-1": "La serre chauffée abrite des citronniers."}
)
del LATER["L907-1"]


def markdown(texts, day="2020-01-01"):
    return HEAD.format(day) + "\n\n".join(f"##### Article {num}\n\n{text}" for num, text in texts.items()) + "\n"


def update(home, where, embedder=None, **options):
    return sync(home, str(where), [], lambda: embedder or WordEmbedder(), **options)


@pytest.fixture
def home(tmp_path):
    """A home with eight articles, and what it holds noted."""
    home = tmp_path / "home"
    (tmp_path / "before.md").write_text(markdown(TEXTS))
    (tmp_path / "after.md").write_text(markdown(LATER, "2021-01-01"))
    update(home, tmp_path / "before.md")
    return home


def texts_of(home):
    index = Index.open(home)
    return {num: index.article(num).text for num in index.nums()}


def assert_untouched(home, live):
    """The generation that served serves, and nothing half-written is left."""
    assert live_folder(home) == live and texts_of(home) == TEXTS
    assert [p.name for p in (home / "index").glob("gen-*")] == [live.name]
    assert not list(home.rglob("*.part"))


def test_only_what_changed_is_embedded_and_shown(home, tmp_path):
    words = WordEmbedder()
    done = update(home, tmp_path / "after.md", words)
    assert [(c.kind, c.num) for c in done.changes] == [("changed", "L900-1"), ("repealed", "L907-1"), ("added", "L909-1")]
    assert words.encoded == 2 and texts_of(home) == LATER
    assert done.source["sources"][0]["sha256"] == hashlib.sha256((tmp_path / "after.md").read_bytes()).hexdigest()
    assert update(home, tmp_path / "after.md").folder is None
    rollback(home)
    assert texts_of(home) == TEXTS


def test_chroma_is_revised_and_written_anew_when_worn(home, tmp_path, monkeypatch, cards):
    rows = {f"L9{i}-1": f"Le verger {i} donne des pommes rouges, des poires et {i} prunes." for i in range(10, 60)} | TEXTS
    written = []
    monkeypatch.setattr(views, "write_collection", lambda *args: written.append(args[1]) or store.write_collection(*args))
    for month in range(1, 12):
        rows |= {f"L9{10 + month * 2 + i}-1": f"Le verger est planté le mois {month} de {i} cerisiers." for i in range(2)}
        (tmp_path / "next.md").write_text(markdown(rows, f"2021-{month:02}-01"))
        sync(home, str(tmp_path / "next.md"), cards, WordEmbedder)
        index, vector = Index.open(home), WordEmbedder().queries(["cerisiers plantés le mois 4"])[0]
        exact = index.rows["passages"].nearest(vector, 5)
        assert [s for _, s in index.dense("passages", vector, 5)] == pytest.approx([s for _, s in exact], abs=2e-3)
        assert index.collections["passages"].count() == len(index.rows["passages"].ids) == len(rows)
    # Of fifty-eight rows eleven may be replaced before all are written anew, and twenty were; the cards never change.
    assert sum("passages" in name for name in written) == 1 and sum("cards" in name for name in written) == 1


def test_a_dry_run_changes_nothing(home, tmp_path):
    live = live_folder(home)
    done = update(home, tmp_path / "after.md", dry_run=True)
    assert len(done.changes) == 3 and done.folder is None
    assert_untouched(home, live)


def test_a_renumbered_article_and_another_code(home, tmp_path):
    civil = HEAD.replace("6074069", "6070721").format("2020-01-01") + "##### Article 375\n\nLe juge protège l'enfant en danger.\n"
    (tmp_path / "civil.md").write_text(civil)
    assert [c.num for c in update(home, tmp_path / "civil.md").changes] == ["375 C. civ."]
    moved = {num if num != "L903-1" else "L910-3": text for num, text in TEXTS.items()}
    (tmp_path / "moved.md").write_text(markdown(moved, "2021-01-01"))
    (change,) = update(home, tmp_path / "moved.md").changes
    assert (change.kind, change.before.num, change.after.num) == ("renumbered", "L903-1", "L910-3")
    assert "375 C. civ." in texts_of(home)


def test_an_older_or_shorter_source_takes_nothing_away(home, tmp_path):
    live = live_folder(home)
    (tmp_path / "cut.md").write_text(markdown(dict(list(TEXTS.items())[:5]), "2022-01-01"))
    with pytest.raises(BadSource, match=r"5 articles \(CASF\) contre 8 en service"):
        update(home, tmp_path / "cut.md")
    assert_untouched(home, live)
    (tmp_path / "old.md").write_text(markdown(LATER, "2019-01-01"))
    done = update(home, tmp_path / "old.md")
    assert "avant le texte en service" in done.warnings[0]
    assert texts_of(home)["L900-1"] == TEXTS["L900-1"]


def test_the_command_says_what_changed(home, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("assistant.engine.make_embedder", lambda *_: WordEmbedder())
    monkeypatch.setattr("corpus.cards.load_cards", tuple)
    monkeypatch.setenv("CASF_SOURCE", str(tmp_path / "after.md"))
    assert main(["--home", str(home), "sync", "--dry-run", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["counts"] == {"added": 1, "changed": 1, "repealed": 1, "renumbered": 0} and not data["updated"]
    assert main(["--home", str(home), "sync"]) == 0
    out = capsys.readouterr().out
    assert "Texte du 2021-01-01 : 1 ajouté, 1 modifié, 1 abrogé ou retiré." in out and "[-samedi-] {+dimanche+}" in out
    assert main(["--home", str(home), "sync"]) == 0 and "déjà à jour" in capsys.readouterr().out
    assert main(["--home", str(home), "index", "status"]) == 0
    assert "after.md" in capsys.readouterr().out
    assert main(["--home", str(home), "sync", "--source", "nulle-part"]) == 2
    assert "introuvable" in capsys.readouterr().err
    monkeypatch.delenv("CASF_SOURCE")
    assert Settings.load(str(home)).source == ""


# From a server


def test_the_markdown_copy_by_default(home, server, patience, monkeypatch):
    path = "/fr/LEGITEXT000006074069.md"
    server.scripts[path] = [(200, markdown(LATER, "2021-01-01").encode(), {})]
    done = update(home, f"markdown={server.url}/fr", patience=patience)
    assert texts_of(home) == LATER and done.as_of == "2021-01-01"
    assert done.source["address"] == f"{server.url}/fr" and done.source["licence"].startswith("Licence Ouverte 2.0")


def test_the_dila_archives_are_reduced_and_go_on_from_there(home, server, patience, tmp_path):
    def version(num, text, ident, **fields):
        return Version(num, text, ("Livre Ier : Jardins",), f"LEGIARTI{ident:012d}", **fields)

    versions = [version(num, text, i, end="2999-01-01") for i, (num, text) in enumerate(LATER.items(), 1)]
    past = version("L900-1", TEXTS["L900-1"], 99, state="MODIFIE", start="1995-01-01", end="2001-01-01")
    names = [f"{kind}_{stamp}.tar.gz" for kind, stamp in (
        ("Freemium_legi_global", "20250713-140000"), ("LEGI", "20250714-210000"), ("LEGI", "20250715-210000"))]  # fmt: skip
    write_archive(tmp_path / names[0], [*versions, past], megabytes=1)
    write_archive(tmp_path / names[1], [version("L902-1", "Le jardin 2 ferme.", 50)], "20250714-210000", [
        article_path(versions[2]).removesuffix(".xml")])  # fmt: skip
    write_archive(tmp_path / names[2], [version("L911-1", "Une ruche s'ajoute.", 51)], "20250715-210000")
    server.scripts["/legi/"] = [(200, " ".join(names[:2]).encode(), {}), (200, " ".join(names).encode(), {})]
    for name in names:
        server.scripts[f"/legi/{name}"] = [(200, (tmp_path / name).read_bytes(), {})]
    done = update(home, f"dila={server.url}/legi", patience=patience)
    assert texts_of(home) == LATER | {"L902-1": "Le jardin 2 ferme."} and done.as_of == "2025-07-14"
    (folder,) = (home / "sources").glob("legi-*")
    assert sum(p.stat().st_size for p in folder.rglob("*.tar.gz")) < 10_000 < (tmp_path / names[0]).stat().st_size
    done = update(home, f"dila={server.url}/legi", patience=patience)
    assert [(c.kind, c.num) for c in done.changes] == [("added", "L911-1")]
    assert [server.count(f"/legi/{name}") for name in names] == [1, 1, 1]
    assert {v.start for v in Index.open(home).versions() if v.num == "L900-1"} >= {"1995-01-01", "2001-01-01"}


def test_the_api_is_asked_only_for_what_is_not_known(home, server, patience, monkeypatch):
    def row(i, num):
        return {"id": f"LEGIARTI{i}", "num": num, "etat": "VIGUEUR", "dateDebut": "2022-01-01"}

    rows = [row(i, num) for i, num in enumerate(TEXTS)]
    for name, value in (("ID", "moi"), ("SECRET", "s"), ("OAUTH", f"{server.url}/token"), ("API", f"{server.url}/api")):
        monkeypatch.setenv(f"CASF_PISTE_{name}", value)
    server.scripts["/token"] = [(200, {"access_token": "t", "expires_in": 3600}, {})]
    server.scripts["/api/consult/legi/tableMatieres"] = [
        (200, {"sections": [{"title": "Livre Ier", "articles": found}]}, {}) for found in (rows, [*rows, row(99, "L999-1")])
    ]  # fmt: skip
    server.scripts["/api/consult/getArticle"] = [(200, {"article": {"texteHtml": "<p>La cantine reçoit les voisins.</p>"}}, {})]
    done = update(home, "piste", patience=patience)
    assert {c.kind for c in done.changes} == {"changed"} and done.source["kind"] == "piste"
    assert [c.num for c in update(home, "piste", patience=patience).changes] == ["L999-1"]
    assert server.count("/api/consult/getArticle") == len(rows) + 1


# What goes wrong


def asleep(_handler):
    time.sleep(2)


@pytest.mark.parametrize(
    ("step", "word"),
    [
        ((500, b"", {}), r"\(500\)"), ((429, b"", {}), r"\(429\)"), ((404, b"", {}), r"\(404\)"), (asleep, "pas assez vite"),
        ((200, b"<html>Bonjour</html>", {}), "Aucun article"), ((200, b"\xff\xfe\x00", {}), "UTF-8"),
        ((200, markdown(dict(list(LATER.items())[:3])).encode(), {}), "incomplète"),
    ],
)  # fmt: skip
def test_a_server_that_fails(home, server, patience, step, word):
    live = live_folder(home)
    server.scripts["/LEGITEXT000006074069.md"] = [step]
    with pytest.raises(BadSource, match=word):
        update(home, f"markdown={server.url}", patience=patience)
    assert_untouched(home, live)


def test_files_that_are_damaged(home, server, patience, tmp_path):
    live = live_folder(home)
    server.scripts["/a.md"] = [(200, markdown(LATER).encode(), {})]
    whole = write_archive(tmp_path / "whole.tar.gz", [Version(n, t) for n, t in LATER.items()], megabytes=0.2).read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(whole[: len(whole) // 2])
    for where, word, options in [
        (f"{server.url}/a.md", "somme de contrôle", {"sha256": "0" * 64}), (tmp_path / "after.md", "somme", {"sha256": "0" * 64}),
        (tmp_path / "cut.tar.gz", "tronquée", {}), (tmp_path / "absent.md", "introuvable", {}), ("piste", "CASF_PISTE_ID", {}),
        ("nulle-part", "introuvable", {}),
    ]:  # fmt: skip
        with pytest.raises(BadSource, match=word):
            update(home, where, patience=patience, **options)
        assert_untouched(home, live)


def test_one_file_of_invalid_xml_is_left_out_and_named(home, tmp_path):
    many = {f"L9{i}-1": f"Le jardin {i} est ouvert." for i in range(20, 60)} | TEXTS
    root = write_folder(tmp_path / "legi", [Version(num, text) for num, text in many.items()])
    victim = next(p for p in root.rglob("LEGIARTI*.xml") if "L920-1<" in p.read_text())
    victim.write_text("<ARTICLE>")
    done = update(home, root)
    assert victim.name in done.warnings[0] and texts_of(home) == {num: t for num, t in many.items() if num != "L920-1"}


def full(*_args, **_options):
    raise OSError(28, "No space left on device")


def full_database(*_args, **_options):
    raise sqlite3.OperationalError("database or disk is full")


POINTS = [
    ("VectorFile.write", full), ("Collections.write", full_database), ("LexicalIndex.save", full),
    ("_write_database", full_database), ("_write_synced", full), ("np.save", full),
]  # fmt: skip


@pytest.mark.parametrize(("point", "failure"), POINTS)
def test_a_full_disk_at_every_step_of_a_build(home, tmp_path, monkeypatch, point, failure):
    live = live_folder(home)
    owner, _, name = point.rpartition(".")
    monkeypatch.setattr(getattr(generation, owner) if owner else generation, name, failure)
    with pytest.raises(CasfError, match=r"disque est plein.*l'index précédent reste en service"):
        update(home, tmp_path / "after.md")
    monkeypatch.undo()
    assert_untouched(home, live)
    update(home, tmp_path / "after.md")
    assert texts_of(home) == LATER


def test_a_disk_that_is_full_or_closed_before_anything_is_built(home, server, patience, tmp_path, monkeypatch):
    live = live_folder(home)
    server.scripts["/a.md"] = [(200, markdown(LATER).encode(), {})]

    def refuse(number):
        def fail(path, mode="r", *args, **options):
            if mode[0] in "wr" and path.suffix == ".part":
                raise OSError(number, os.strerror(number))
            return opened(path, mode, *args, **options)

        return fail

    opened = Path.open
    for number, word in [(28, "disque est plein"), (30, "ne peut pas être écrit")]:
        monkeypatch.setattr(Path, "open", refuse(number))
        with pytest.raises(CasfError, match=word):
            update(home, f"{server.url}/a.md", patience=patience)
        monkeypatch.undo()
        assert live_folder(home) == live and texts_of(home) == TEXTS

    def closed(*_args, **_options):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", closed)
    with pytest.raises(CasfError, match=r"Impossible d'écrire.*l'index précédent reste en service"):
        update(home, tmp_path / "after.md")


RUN = """
import sys, time
from pathlib import Path
sys.path.insert(0, {root!r})
from ingest.sync import sync
from tests.conftest import WordEmbedder
class Slow(WordEmbedder):
    def _encode(self, *texts):
        time.sleep(0.05)
        return super()._encode(*texts)
home, *sources = sys.argv[1:]
print("prêt", flush=True)
for source in sources:
    sync(Path(home), source, [], Slow)
    print("fait", flush=True)
"""


def process(home, *sources, **options):
    command = [*options.pop("front", []), sys.executable, "-c", RUN.format(root=str(ROOT)), str(home), *map(str, sources)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def test_two_updates_at_once(home, tmp_path):
    from filelock import FileLock

    with FileLock(home / "sources" / ".lock"), pytest.raises(Busy, match="en cours"):
        update(home, tmp_path / "after.md")


@pytest.mark.slow
def test_killed_fifty_times_at_random(home, tmp_path):
    dice, states, seen = random.Random(7), (TEXTS, LATER), set()
    (tmp_path / "next.md").write_text(markdown(TEXTS, "2022-01-01"))
    whole = process(home, tmp_path / "after.md")
    whole.stdout.readline()
    start = time.monotonic()
    assert whole.wait() == 0, whole.stderr.read()
    span = time.monotonic() - start
    for round_ in range(50):
        # Each time from the first state, so that there is something to do.
        if texts_of(home) != TEXTS:
            rollback(home)
        child = process(home, tmp_path / "after.md")
        child.stdout.readline()
        time.sleep(dice.uniform(0, span * 1.1))
        child.send_signal(signal.SIGKILL)
        child.communicate()
        now = texts_of(home)
        assert now in states, round_
        seen.add(now == TEXTS)
        index = Index.open(home)
        assert index.dense("passages", WordEmbedder().queries(["jardin ouvert"])[0], 3)
        assert len(list((home / "index").glob("gen-*"))) <= 3
    update(home, tmp_path / "after.md")
    update(home, tmp_path / "next.md")
    assert texts_of(home) == TEXTS and seen == {True, False}
    assert len(list((home / "index").glob("gen-*"))) == 2 and not list(home.rglob("*.part"))


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform != "linux" or subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode != 0,
    reason="il faut pouvoir monter un petit disque à soi (unshare)",
)
@pytest.mark.parametrize("room", [40, 200, 400, 700, 1000, 1500, 2500])
def test_a_disk_that_is_really_full(home, tmp_path, room):
    # The home is copied to a disk of its own, which has `room` kilobytes to spare, and back again to be looked at.
    size = sum(-(-p.stat().st_size // 4096) * 4 + 4 for p in home.rglob("*"))
    disk, back = tmp_path / "disk", tmp_path / "back"
    disk.mkdir()
    script = f'mount -t tmpfs -o size={size + room}k tmpfs "$1" && cp -r "$2/." "$1" && shift 2 && "$@"; s=$?; cp -r {disk} {back}; exit $s'
    child = process(disk, tmp_path / "after.md", front=["unshare", "-rm", "sh", "-c", script, "sh", str(disk), str(home)])
    out, errors = child.communicate()
    assert texts_of(back) == (LATER if "fait" in out else TEXTS), errors
    if "fait" not in out:
        assert "CasfError: Le disque est plein" in errors
        assert len(list((back / "index").glob("gen-*"))) == 1 and not list(back.rglob("*.part"))
