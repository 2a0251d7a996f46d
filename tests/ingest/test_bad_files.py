"""Files that are no contracts, each refused in a sentence; and the process of its own that reads a stranger's file."""

import io
import os
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import pytest

from corpus.errors import CasfError
from ingest import sandbox
from ingest.documents import BadDocument, read_document
from tests.ingest.written import pdf_of, saved, zipped

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
TYPES = '<Types><Override ContentType="application/vnd.openxmlformats-officedocument.{}.main+xml"/></Types>'
WORDS = TYPES.format("wordprocessingml.document")
BODY = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body/></w:document>'
BOMB = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'
ODT = "application/vnd.oasis.opendocument.text"
SELF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Count 1/Kids[2 0 R]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


def zip_bomb(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package, package.open(name, "w") as part:
        for _ in range(450):
            part.write(b"\0" * 1048576)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("vide.pdf", b"", "est vide"),
        ("programme.pdf", b"MZ\x90\0" + b"\0" * 3000, "c'est un programme"),
        ("page.pdf", b"<!DOCTYPE html><html><body>bonjour</body></html>", "c'est une page web"),
        ("photo.pdf", b"\xff\xd8\xff\xe0" + b"\0" * 200, "c'est une image"),
        ("ancien.doc", OLE, "ancien fichier Office"),
        ("protege.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "mot de passe"),
        ("note.rtf", b"{\\rtf1 bonjour}", "RTF"),
        ("texte.docx", b"un simple texte", "n'est pas un PDF, un DOCX ni un ODT"),
        ("coupe.docx", zipped(**{"word/document.xml": "x" * 5000})[:60], "endommagé"),
        ("archive.docx", zipped(**{"photo.txt": "x"}), "archive ZIP"),
        ("classeur.docx", zipped(**{"[Content_Types].xml": TYPES.format("spreadsheetml.sheet")}), "classeur"),
        ("macro.docm", zipped(**{"[Content_Types].xml": "macroEnabled.main+xml"}), "macros"),
        ("faux.docx", zipped(**{"[Content_Types].xml": WORDS, "word/document.xml": BODY}), "endommagé"),
        ("feuille.odt", zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet", **{"content.xml": "<x/>"}), "autre document"),
        ("faux.odt", zipped(mimetype=ODT, **{"content.xml": "<x/>"}), "endommagé|aucun texte"),
        ("entites.docx", zipped(**{"[Content_Types].xml": WORDS, "word/document.xml": BOMB}), "entités XML"),
        ("entites.odt", zipped(mimetype=ODT, **{"content.xml": BOMB.encode("utf-16")}), "entités XML"),
        ("boucle.pdf", SELF, "endommagé|aucun"),
        ("creux.pdf", b"%PDF-1.7\n" + b"\0" * 100_000, "endommagé"),
        ("blanc.pdf", pdf_of("", ""), "pages sont blanches"),
    ],
)  # fmt: skip
def test_what_is_no_contract_is_refused_in_a_sentence(tmp_path, name, content, words):
    start = time.monotonic()
    with pytest.raises(BadDocument, match=words) as refused:
        read_document(saved(tmp_path, name, content))
    sentence = str(refused.value)
    assert name in sentence
    assert "\n" not in sentence
    assert "Traceback" not in sentence
    assert time.monotonic() - start < 20


@pytest.mark.parametrize("name", ["word/document.xml", "content.xml", "word/media/image1.png"])
def test_a_zip_bomb_is_not_unpacked(tmp_path, name):
    with pytest.raises(BadDocument, match="décompressé"):
        read_document(saved(tmp_path, "bombe.docx", zip_bomb(name)))


@pytest.mark.slow
def test_a_pdf_bomb_ends_within_its_limits(tmp_path):
    import zlib

    packer = zlib.compressobj(9)
    stream = b"".join(packer.compress(b"0 0 m 9 9 l S " * 80_000) for _ in range(1000)) + packer.flush()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n" % len(stream) + stream + b"\nendstream",
    ]
    content = b"%PDF-1.4\n" + b"".join(b"%d 0 obj%s\nendobj\n" % (n, o) for n, o in enumerate(objects, 1))
    start = time.monotonic()
    with pytest.raises(BadDocument):
        read_document(saved(tmp_path, "bombe.pdf", content + b"trailer<</Root 1 0 R>>\n%%EOF"))
    assert time.monotonic() - start < 20


@pytest.mark.slow
def test_too_many_pages_and_too_many_bytes(tmp_path):
    from pypdf import PdfReader, PdfWriter

    page = PdfReader(io.BytesIO(pdf_of("une page"))).pages[0]
    writer = PdfWriter()
    for _ in range(2001):
        writer.add_page(page)
    writer.write(tmp_path / "long.pdf")
    start = time.monotonic()
    with pytest.raises(BadDocument, match="2001 pages"):
        read_document(tmp_path / "long.pdf")
    for megabytes, words in ((201, "trop gros"), (199, "endommagé|trop")):
        with (tmp_path / "gros.pdf").open("wb") as stream:
            stream.write(b"%PDF-1.7\n")
            stream.truncate(megabytes * 1048576)
        with pytest.raises(BadDocument, match=words):
            read_document(tmp_path / "gros.pdf")
    assert time.monotonic() - start < 30


def test_no_file_at_all(tmp_path):
    for path in (tmp_path / "absent.pdf", tmp_path, Path("x" * 5000), Path("a\0b.pdf")):
        with pytest.raises(BadDocument):
            read_document(path)


def test_hostile_names_are_shown_harmless_and_never_used(tmp_path):
    path = saved(tmp_path, "x.pdf", b"rien")
    for name in ("../../../etc/passwd", "é" * 200 + ".pdf", "<script>alert(1)</script>.pdf", "a\r\nb.pdf"):
        with pytest.raises(BadDocument) as refused:
            read_document(path, name)
        assert not set(str(refused.value)) & set("<>\r\n/")
    assert [file.name for file in tmp_path.iterdir()] == ["x.pdf"]


def test_nothing_is_left_in_the_temporary_folder(tmp_path, monkeypatch):
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    read_document(saved(tmp_path, "c.pdf", pdf_of("Un contrat de quelques mots")))
    with pytest.raises(BadDocument):
        read_document(saved(tmp_path, "x.docx", zipped(a="b")))
    assert list((tmp_path / "tmp").iterdir()) == []


# The sandbox; these functions run in it


def spin(progress):
    progress("tourne", 1, 2)
    while True:
        pass


def swell(progress):
    return len([bytearray(1 << 20) for _ in range(3000)])


def die(progress):
    os._exit(3)


def refuse(progress):
    raise CasfError("Phrase pour la personne.")


def breed(pid_file, progress):
    import subprocess

    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    Path(pid_file).write_text(str(child.pid))
    spin(progress)


def do(task, work, seconds=20.0, **arguments):
    return sandbox.run(f"tests.ingest.test_bad_files:{task}", arguments, work, seconds)


def test_the_sandbox_stops_what_never_ends(tmp_path):
    start, steps = time.monotonic(), []
    with pytest.raises(sandbox.SandboxFailure, match="time"):
        sandbox.run("tests.ingest.test_bad_files:spin", {}, tmp_path, 1.5, lambda *step: steps.append(step))
    assert time.monotonic() - start < 8
    assert steps == [("tourne", 1, 2)]


@pytest.mark.skipif(sys.platform != "linux", reason="la limite de mémoire est celle de Linux")
def test_the_sandbox_bounds_memory(tmp_path):
    with pytest.raises(sandbox.SandboxFailure, match="memory"):
        do("swell", tmp_path)


def test_the_sandbox_tells_a_refusal_from_a_crash(tmp_path):
    with pytest.raises(sandbox.SandboxFailure, match="crash"):
        do("die", tmp_path)
    with pytest.raises(CasfError, match=r"Phrase pour la personne\."):
        do("refuse", tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="les numéros de processus sont ceux d'Unix")
def test_the_sandbox_leaves_no_child_behind(tmp_path):
    with pytest.raises(sandbox.SandboxFailure, match="time"):
        do("breed", tmp_path, 2, pid_file=str(tmp_path / "pid"))
    child = int((tmp_path / "pid").read_text())
    for _ in range(50):
        if not Path(f"/proc/{child}").exists() or "Z" in Path(f"/proc/{child}/stat").read_text().split()[2]:
            return
        time.sleep(0.1)
    pytest.fail("le petit-fils vit encore")
