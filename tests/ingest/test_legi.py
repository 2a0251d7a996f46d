"""The base LEGI: archives written by `legi_archive`, whole, daily, damaged, and as big as they come."""

import re
import subprocess
import sys
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.article import Article
from corpus.markup import readable
from ingest.sources import BadSource, legi, read_source
from tests.conftest import ROOT
from tests.ingest.legi_archive import Version, article_path, text_folder, write_archive, write_folder


def versions_of(count, **fields):
    return [Version(f"L{i}-1", f"Le jardin {i} est ouvert.\n\nIl ferme l'hiver.", ("Livre Ier : Jardins",), **fields)
            for i in range(1, count + 1)]  # fmt: skip


CONTENT = (
    '<p>I. – Le <a href="x">jardin</a> ouvre<sup>1</sup> :<br/>1° Le jour ;<br/><br/>2° La nuit.</p>'
    "<table><tr><td>Âge</td><td>Prix</td></tr><tr><td>6 &lt; 9</td><td>2 €</td></tr></table><p>Selon l'\n<a>article 5</a>\n.</p>"
)
ONE = Version(
    "R*905-1", ident="LEGIARTI000000000905", start="2005-06-01", content=CONTENT, note="Ne s'applique plus aux serres.",
    links=(("CITATION", "source", "L. 900-1", "LEGIARTI000000000001"), ("MODIFIE", "cible", "2005-1", "JORFARTI000000000001")),
    headings=(
        (("Livre Ier : Serres", "1990-01-01", "2005-01-01"), ("Livre Ier : Jardins", "2005-01-01", "2999-01-01")),
        (("Chapitre  II : Horaires", "1990-01-01", "2999-01-01"),),
    ),
)  # fmt: skip


def test_one_legi_article_in_full(tmp_path):
    path = write_archive(tmp_path / "Freemium_legi_global_20250713-140000.tar.gz", [ONE])
    (article,) = read_source(path)
    assert article == Article(
        "R905-1", ("Livre Ier : Jardins", "Chapitre  II : Horaires"),
        "I. – Le jardin ouvre¹ :\n\n1° Le jour ;\n\n2° La nuit.\n\nÂge | Prix\n6 < 9 | 2 €\n\nSelon l'article 5.",
        "2025-07-13", "LEGIARTI000000000905", "VIGUEUR", "2005-06-01", "", "CASF",
        (("CITATION", "source", "L900-1", "LEGIARTI000000000001"), ("MODIFIE", "cible", "2005-1", "JORFARTI000000000001")),
        "Ne s'applique plus aux serres.", "R*905-1",
    )  # fmt: skip
    assert article.url.endswith("/article_lc/LEGIARTI000000000905")


def test_only_the_version_in_force_of_the_wanted_text(tmp_path):
    civil = "LEGITEXT000006070721"
    history = [
        Version("L1", "vieux", state="MODIFIE", start="2001-01-01", end="2010-01-01"),
        Version("L1", "actuel", start="2010-01-01"),
        Version("L1", "futur", state="VIGUEUR_DIFF", start="2030-01-01"),
        Version("L2", "abrogé", state="ABROGE", start="2001-01-01", end="2015-01-01"),
        Version("L3", "bientôt abrogé", state="ABROGE_DIFF", start="2001-01-01", end="2026-01-01"),
        Version("L4", "mort-né", state="MODIFIE_MORT_NE", start="2012-01-01", end="2012-01-01"),
        Version("L5", "un jour", state="VIGUEUR_DIFF", start="2222-02-22"),
        Version("Annexe 1", "annexe"), Version("D9", "décret"), Version("L10", "dix"),
        Version("375-3", "autre code", text_id=civil), Version("L6", ""), Version("", "sans numéro", ident="LEGIARTI000000000077"),
    ]  # fmt: skip
    path = write_archive(tmp_path / "Freemium_legi_global_20250713-140000.tar", history)
    said = []
    assert [(a.num, a.text) for a in read_source(path, warn=said.append)] == [
        ("L1", "actuel"), ("L3", "bientôt abrogé"), ("L10", "dix"), ("D9", "décret"), ("Annexe 1", "annexe"),
    ]  # fmt: skip
    assert said == ["En vigueur sans numéro ou sans texte, laissés de côté : L6, LEGIARTI000000000077."]
    assert [(a.num, a.code) for a in read_source(path, "Code civil")] == [("375-3", "Code civil")]
    everything = legi.read_versions([path], "CASF")
    assert [a.text for a in everything if a.num == "L1"] == ["vieux", "actuel", "futur"]
    assert [a.text for a in legi.in_force(everything, "2005-01-01") if a.num in ("L1", "L2")] == ["vieux", "abrogé"]
    with pytest.raises(BadSource, match="Code inconnu"):
        read_source(path, "Code de la route")


def test_twin_trees_increments_and_deletions(tmp_path):
    def version(i, text, **fields):
        return Version(f"L{i}", text, ident=f"LEGIARTI{i:012d}", **fields)

    full = [
        version(1, "périmé", tree="non", mtime=1_000_000_000), version(1, "récent", tree="en", mtime=1_600_000_000),
        version(2, "déplacé", tree="en", mtime=1_600_000_000), version(2, "ailleurs", tree="non", mtime=1_500_000_000),
        version(3, "supprimé"), version(4, "avant"), version(5, "gardé"),
    ]  # fmt: skip
    write_archive(tmp_path / "Freemium_legi_global_20250713-140000.tar.gz", full)
    day = [version(4, "après", mtime=1_000_000_000), version(5, "rapporté")]
    gone = [article_path(v).removesuffix(".xml") for v in (full[2], full[4], day[1])]
    other = f"{text_folder('LEGITEXT000006070721')}/article/LEGI/ARTI/00/00/00/00/00/LEGIARTI000000000001"
    write_archive(tmp_path / "LEGI_20250714-213015.tar.gz", day, "20250714-213015", [*gone, other, "n'importe quoi"])
    articles = read_source(tmp_path)  # the folder of both archives
    assert [a.text for a in articles] == ["récent", "ailleurs", "après", "rapporté"]
    assert {a.as_of for a in articles} == {"2025-07-14"}
    # The same, unpacked one over the other.
    write_folder(tmp_path / "unpacked", full)
    write_folder(tmp_path / "unpacked", day, "20250714-213015", gone)
    assert [a.text for a in read_source(tmp_path / "unpacked")] == ["récent", "ailleurs", "après", "rapporté"]


def test_a_folder_reads_as_its_archive_and_loose_files_too(tmp_path):
    versions = versions_of(12)
    archive = read_source(write_archive(tmp_path / "legi.tar.gz", versions, megabytes=0.1))
    folder = read_source(write_folder(tmp_path / "TEXT", versions))  # the folder's own name misleads nobody
    assert archive == folder and len(folder) == 12 and folder[0].as_of == "2023-11-14"
    loose = tmp_path / "loose"
    loose.mkdir()
    for file in (tmp_path / "TEXT").rglob("LEGIARTI*.xml"):
        (loose / file.name).write_bytes(file.read_bytes())
    assert [a.num for a in read_source(loose)] == [a.num for a in folder]
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadSource, match="Aucun article"):
        read_source(tmp_path / "empty")


@pytest.mark.parametrize("suffix", [".tar.gz", ".tar"])
@pytest.mark.parametrize("kept", [0, 3, 0.3, 0.9, -600])
def test_a_truncated_archive_is_refused(tmp_path, suffix, kept):
    whole = write_archive(tmp_path / f"whole{suffix}", versions_of(60), megabytes=0.2).read_bytes()
    if suffix == ".tar" and kept == -600:
        kept = -(-len(whole.rstrip(b"\0")) // 512) * 512  # the last file is there, the end is not
    size = kept if isinstance(kept, int) else int(len(whole) * kept)
    cut = tmp_path / f"cut{suffix}"
    cut.write_bytes(whole[:size])
    with pytest.raises(BadSource, match=r"« cut\.tar.*(tronquée|endommagée)"):
        read_source(cut)


def test_a_header_damaged_in_the_middle_is_seen(tmp_path):
    data = bytearray(write_archive(tmp_path / "a.tar", versions_of(30)).read_bytes())
    at = data.index(b"ustar", len(data) // 2) - 257
    data[at : at + 100] = b"\xff" * 100
    (tmp_path / "b.tar").write_bytes(data)
    with pytest.raises(BadSource, match="endommagée"):
        read_source(tmp_path / "b.tar")


@pytest.mark.parametrize("data", [b"<ARTICLE><META>", b"", b"<AUTRE/>", b'<!DOCTYPE a [<!ENTITY b "c">]><ARTICLE/>', b"\x00\xff"])
def test_one_unreadable_file_is_named_and_left_out(tmp_path, data):
    root = write_folder(tmp_path / "legi", versions_of(40))
    victim = sorted(root.rglob("LEGIARTI*.xml"))[7]
    victim.write_bytes(data)
    said = []
    assert len(read_source(root, warn=said.append)) == 39
    assert len(said) == 1 and victim.name in said[0]
    for file in root.rglob("LEGIARTI*.xml"):
        file.write_bytes(data)
    with pytest.raises(BadSource, match=r"40 fichiers sur 40 sont illisibles.*LEGIARTI"):
        read_source(root)


def test_links_and_paths_of_an_archive_touch_nothing(tmp_path):
    path = tmp_path / "evil.tar"
    with tarfile.open(path, "w") as tar:
        for name, kind in [("../LEGIARTI000000000001.xml", tarfile.SYMTYPE), ("/etc/LEGIARTI000000000002.xml", tarfile.LNKTYPE)]:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            tar.addfile(info)
    with pytest.raises(BadSource, match="Aucun article"):
        read_source(path)
    assert [p.name for p in tmp_path.iterdir()] == ["evil.tar"]


def alineas_of(text):
    """Alinéas without white space: copies break lines in different places, words and bounds must be the same."""
    return ["".join(alinea.split()) for alinea in re.split(r"\n\s*\n", text) if alinea.strip()]


@pytest.mark.ci
def test_the_real_code_through_legi_and_back(shared, tmp_path):
    articles = read_source(shared / "corpus" / "casf.jsonl")
    versions = [Version(a.num, a.text, a.path, start="2008-01-01") for a in articles]
    back = {a.num: a for a in read_source(write_archive(tmp_path / "legi.tar.gz", versions))}
    assert set(back) == {a.num for a in articles} and len(back) == 3359
    assert [a.num for a in articles if back[a.num].path != a.path] == []
    assert [a.num for a in articles if alineas_of(back[a.num].text) != alineas_of(readable(a.text))] == []
    same = sum(back[a.num].text == a.text for a in articles)
    assert same > 3200  # the others differ by markup, doubled spaces, or lines broken after a reference


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="la mémoire se mesure par /proc, propre à Linux")
def test_a_big_archive_streams_in_little_memory(tmp_path):
    versions = [replace(v, text="\n\n".join([v.text] * 15)) for v in versions_of(3359)]
    path = write_archive(tmp_path / "Freemium_legi_global_20250713-140000.tar.gz", versions, megabytes=100)
    # VmHWM, and not getrusage: the latter starts from the peak of the process that forked, here pytest's own.
    code = (
        "import re, sys, time; from pathlib import Path; from ingest.sources import read_source\n"
        "t = time.time(); n = len(read_source(Path(sys.argv[1]))); spent = time.time() - t\n"
        "print(n, spent, int(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1]) / 1024)"
    )
    run = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True, cwd=ROOT)
    count, seconds, megabytes = map(float, run.stdout.split())
    assert count == 3359 and seconds < 60 and megabytes < 300, run.stdout


def test_an_archive_cut_inside_an_article_is_refused(tmp_path):
    # One file larger than what is read ahead: the cut is met while the article itself is being read.
    big = Version("L1", "Le jardin est ouvert. " * 20_000)
    whole = write_archive(tmp_path / "a.tar", [big]).read_bytes()
    (tmp_path / "b.tar").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadSource, match="tronquée"):
        read_source(tmp_path / "b.tar")
