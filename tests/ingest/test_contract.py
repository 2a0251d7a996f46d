import gc
import json

import pytest

from corpus.contract import Contract, Page
from corpus.errors import CasfError
from ingest.contract_passages import contract_passages, passage_view
from ingest.documents import BadDocument, furniture, read_document
from ingest.workspace import DEMO_FILE, UnknownContract, Workspace, clean_name
from tests.conftest import short_contract


@pytest.fixture(scope="module")
def demo(pages_of) -> Contract:
    return Contract("demo", "Démonstration", "cpom-demo.pdf", "2026-01-01", tuple(pages_of("demo")))


def test_quotes_are_verbatim_in_their_page(demo):
    pages = {page.number: page.text for page in demo.pages}
    for passage in contract_passages(demo):
        assert pages[passage.page][passage.start : passage.end] == passage.text


def test_running_headers_are_left_out(demo):
    assert len(demo.pages) >= 20
    assert any("Page 0 / 0" in shape for shape in furniture(demo.pages))
    assert not any("Page 5 / 24" in p.text for p in contract_passages(demo))


def test_a_table_cell_keeps_its_row_and_column(demo):
    row = next(p for p in contract_passages(demo) if "hébergement permanent ; Indicateur d’activité : Taux" in passage_view(p))
    assert dict(json.loads(row.extra["cells"]))["2026"] == "95 %"
    assert "2026 : 95 %" in passage_view(row)


def test_a_table_over_two_pages_keeps_its_headings(demo):
    rows = [p for p in contract_passages(demo) if p.page == 9 and p.extra.get("kind") == "row"]
    assert any(dict(json.loads(p.extra["cells"])).get("2028") for p in rows)


def test_passages_know_their_article(demo):
    labels = {p.label for p in contract_passages(demo)}
    assert any(label.startswith("Article 24.2") for label in labels)
    assert any(p.path and p.path[0].startswith("AVENANT") for p in contract_passages(demo))


def test_words_are_not_cut_by_columns():
    text = "Tableau 1 – Essai\n\n Rubrique            Valeur\n Nom                 Maison des longues phrases\n Ville               Paris\n Pays    du monde    France\n"
    contract = Contract("x", "t", "f", "d", (Page(1, text),))
    cells = [c for p in contract_passages(contract) for c in json.loads(p.extra["cells"])]
    assert ["Valeur", "Maison des longues phrases"] in cells
    assert ["Rubrique", "Pays du monde"] in cells


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("vide.pdf", b"", "vide"),
        ("programme.pdf", b"MZ\x90\x00 pas un pdf", "pas un PDF"),
        ("page.pdf", b"<html><body>bonjour</body></html>", "pas un PDF"),
        ("tronque.pdf", DEMO_FILE.read_bytes()[:4000], "endommagé|texte"),
    ],
)
def test_bad_files_are_refused_in_french(tmp_path, name, content, word):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadDocument, match=word):
        read_document(tmp_path / name)


def test_an_encrypted_file(tmp_path):
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(DEMO_FILE))
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(tmp_path / "secret.pdf")
    with pytest.raises(BadDocument, match="mot de passe"):
        read_document(tmp_path / "secret.pdf")


def test_a_workspace_is_its_owner_s(tmp_path, words):
    mine, theirs = Workspace(tmp_path, "alice", words), Workspace(tmp_path, "bob", words)
    contract = mine.add(short_contract(tmp_path))
    assert [row["id"] for row in mine.list()] == [contract.id]
    assert mine.open(contract.id).passages
    assert theirs.list() == []
    for attempt in (contract.id, f"../{mine.root.name}/{contract.id}", "", "..", "demo/../x"):
        with pytest.raises(UnknownContract):
            theirs.open(attempt)


def test_a_contract_let_go_still_answers_who_is_asking_it(tmp_path, words, monkeypatch):
    monkeypatch.setattr("ingest.workspace.OPEN", 1)
    workspace = Workspace(tmp_path, "alice", words)
    first, second = (workspace.add(short_contract(tmp_path)).id for _ in range(2))
    asked, client = workspace.open(first), workspace.open(first).client
    workspace.open(second)
    assert len(asked.dense(words.query("fin du contrat"))) == len(asked.passages)
    del asked
    gc.collect()
    with pytest.raises(AttributeError):
        client.heartbeat()  # closed with the last who held it


def test_deleting_really_deletes(tmp_path, words):
    workspace = Workspace(tmp_path, "alice", words)
    contract = workspace.add(short_contract(tmp_path))
    assert "globalisée" in (workspace.root / contract.id / "passages.json").read_text()
    workspace.delete(contract.id)
    assert workspace.list() == []
    with pytest.raises(UnknownContract):
        workspace.open(contract.id)
    left = [f for f in workspace.root.rglob("*") if f.is_file() and "globalisée".encode() in f.read_bytes()]
    assert left == []


def test_a_refused_file_leaves_nothing(tmp_path, words):
    (tmp_path / "x.pdf").write_bytes(b"rien")
    workspace = Workspace(tmp_path / "home", "alice", words)
    with pytest.raises(BadDocument):
        workspace.add(tmp_path / "x.pdf")
    assert workspace.list() == []


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "C:\\temp\\x.pdf", "<img src=x onerror=alert(1)>.pdf", "é" * 300, "...", "a\nb.pdf"]
)
def test_names_are_only_ever_shown(name):
    clean = clean_name(name)
    assert clean
    assert len(clean) <= 120
    assert not set(clean) & set('/\\<>"\n')


def test_the_list_gives_sizes_and_dates_and_the_quota_is_said(tmp_path, words, monkeypatch):
    workspace = Workspace(tmp_path, "alice", words)
    file = short_contract(tmp_path)
    contract = workspace.add(file)
    (row,) = workspace.list()
    assert row["bytes"] == file.stat().st_size
    assert row["added"] == contract.added
    monkeypatch.setattr("ingest.workspace.QUOTA", 2 * row["bytes"])
    with pytest.raises(CasfError, match="Supprimez-en un"):
        workspace.add(file)
    assert len(workspace.list()) == 1


def test_what_the_reader_should_know_is_kept(tmp_path, words):
    from docx import Document

    document = Document()
    document.add_paragraph("Le contrat est conclu pour cinq ans.")
    document.save(tmp_path / "c.docx")
    workspace = Workspace(tmp_path / "home", "alice", words)
    steps = []
    contract = workspace.add(tmp_path / "c.docx", progress=lambda *step: steps.append(step[0]))
    assert any("page" in warning for warning in contract.warnings)
    assert workspace.open(contract.id).contract.warnings == contract.warnings
    assert "Lecture du document" in steps
    assert workspace.document(contract.id).suffix == ".docx"
