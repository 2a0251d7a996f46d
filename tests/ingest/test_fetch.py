"""Downloads and the Légifrance API, against a server of our own that also fails in every way."""

import hashlib
import json
import re
import time
from dataclasses import replace

import pytest

from corpus.article import Article
from ingest.sources import BadSource, fetch, piste, read_source

DATA = bytes(range(256)) * 4000


def ranged(handler, tag='"v1"', data=DATA):
    """A file server with ranges."""
    start = re.match(r"bytes=(\d+)-", handler.headers.get("Range", ""))
    if start and handler.headers.get("If-Range") == tag:
        at = int(start[1])
        return 206, data[at:], {"ETag": tag, "Content-Range": f"bytes {at}-{len(data) - 1}/{len(data)}"}
    return 200, data, {"ETag": tag}


def broken(handler, tag='"v1"'):
    """Half of the file, then the connection is closed."""
    status, data, headers = ranged(handler, tag)
    handler.send_response(status)
    for key, value in (headers | {"Content-Length": str(len(data))}).items():
        handler.send_header(key, value)
    handler.end_headers()
    handler.wfile.write(data[: len(data) // 2])


def hung_up(_handler):
    """Nothing at all: the connection is closed."""


def asleep(_handler):
    time.sleep(2)


def trickle(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    for _ in range(30):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.05)


def test_a_download_goes_on_where_it_broke_off(server, tmp_path, patience):
    server.scripts["/a"] = [broken, broken, ranged]
    told = []
    path = fetch.download(
        server.url + "/a", tmp_path / "sub" / "a", hashlib.sha256(DATA).hexdigest(), patience, lambda *p: told.append(p)
    )
    assert path.read_bytes() == DATA and [p.name for p in path.parent.iterdir()] == ["a"]
    assert [h.get("Range") for _, h, _ in server.seen] == [None, "bytes=512000-", "bytes=768000-"]
    assert told[-1] == ("Téléchargement de a", len(DATA), len(DATA)) and [t[1] for t in told] == sorted(t[1] for t in told)


def test_a_download_taken_up_later_starts_anew_when_the_file_changed(server, tmp_path, patience):
    server.scripts["/a"] = [broken]
    with pytest.raises(BadSource, match=r"127\.0\.0\.1 a été coupée"):
        fetch.download(server.url + "/a", tmp_path / "a", patience=replace(patience, tries=1))
    assert (tmp_path / "a.part").exists() and not (tmp_path / "a").exists()
    server.scripts["/a"] = [lambda handler: ranged(handler, '"v2"', b"neuf")]
    assert fetch.download(server.url + "/a", tmp_path / "a", patience=patience).read_bytes() == b"neuf"


def test_a_wrong_checksum_leaves_the_earlier_file(server, tmp_path, patience):
    (tmp_path / "a").write_text("ancien")
    server.scripts["/a"] = [ranged]
    with pytest.raises(BadSource, match="somme de contrôle"):
        fetch.download(server.url + "/a", tmp_path / "a", "0" * 64, patience)
    assert (tmp_path / "a").read_text() == "ancien" and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("step", "word", "calls"),
    [
        ((500, b"", {}), r"erreur \(500\)", 3), ((429, b"", {"Retry-After": "7"}), r"trop de requêtes \(429\)", 3),
        ((404, b"", {}), r"\(404\) : /a", 1), ((403, b"", {}), r"refuse l'accès \(403\)", 1), (hung_up, "coupée", 3),
        (asleep, "pas assez vite", 3), (trickle, "pas assez vite", 3),
    ],
)  # fmt: skip
def test_failures_of_a_server_are_said_in_french(server, tmp_path, patience, step, word, calls):
    server.scripts["/a"] = [step]
    (tmp_path / "a").write_text("ancien")
    with pytest.raises(BadSource, match=word):
        fetch.download(server.url + "/a", tmp_path / "a", patience=patience)
    assert server.count("/a") == calls and (tmp_path / "a").read_text() == "ancien"
    assert patience.pauses == ([7.0, 7.0] if "429" in word else [1.0, 2.0][: calls - 1])
    server.scripts["/a"] = [step, ranged] if calls > 1 else [ranged]
    assert fetch.download(server.url + "/a", tmp_path / "a", patience=patience).read_bytes() == DATA


@pytest.mark.parametrize(("url", "word"), [("http://127.0.0.1:9/a", "Impossible de joindre"), ("ftp:/x", "Adresse incorrecte")])
def test_no_server_at_all(monkeypatch, tmp_path, patience, url, word):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(BadSource, match=word):
        fetch.download(url, tmp_path / "a", patience=patience)


def test_the_markdown_copy_and_the_archives_that_are_needed(server, tmp_path, patience):
    copy = "---\nlast_updated: 2025-07-13\n---\n## Livre Ier\n\n##### Article L900-1\n\nLa cantine est ouverte.\n"
    server.scripts["/fr/LEGITEXT000006074069.md"] = [(200, copy.encode(), {})]
    path = fetch.fetch_markdown(tmp_path, base=f"{server.url}/fr/", patience=patience)
    assert [a.num for a in read_source(path)] == ["L900-1"]
    names = ["Freemium_legi_global_20250713-140000.tar.gz"] + [f"LEGI_202507{d}-210000.tar.gz" for d in (12, 14, 15)]
    page = "".join(f'<a href="{name}">{name}</a>' for name in [*names, "../", "notice.pdf"])
    server.scripts["/legi/"] = [(200, page.encode(), {})]
    assert set(fetch.list_archives(f"{server.url}/legi", patience)) == set(names)
    assert fetch.needed(names) == [names[0], *names[2:]]
    assert fetch.needed(names, "20250714-210000") == [names[3]]
    assert fetch.needed(names, "20240101-000000") == [names[0], *names[2:]]  # too old: the increments are gone


TABLE = {
    "sections": [
        {"title": "Livre Ier :\nJardins", "sections": [{"title": "Chapitre Ier", "articles": [
            {"id": "LEGIARTI1", "num": "L900-1", "etat": "VIGUEUR", "dateDebut": 1451602800000, "dateFin": 32472144000000},
            {"id": "LEGIARTI2", "num": "R*900-2", "etat": "VIGUEUR", "dateDebut": "2016-01-01", "dateFin": "2999-01-01"},
            {"id": "LEGIARTI3", "num": "L900-3", "etat": "ABROGE", "dateDebut": "2001-01-01", "dateFin": "2010-01-01"},
            {"id": "LEGIARTI4", "num": "L900-4", "etat": "VIGUEUR", "dateDebut": "2016-01-01"}]}], "articles": []},
    ],
}  # fmt: skip
LINKS = [{"linkType": "MODIFIE", "linkOrientation": "cible", "articleNum": "12", "articleId": "JORFARTI1"}]


def api_of(server, patience, **fields):
    access = piste.Access("moi", "secret-très-secret", server.url + "/token", server.url + "/api")
    return piste.Piste(access, patience, per_second=1e9, **fields)


def test_the_api_from_the_table_to_the_articles(server, patience):
    server.scripts["/token"] = [(200, {"access_token": "t1", "expires_in": 3600}, {}), (200, {"access_token": "t2"}, {})]
    server.scripts["/api/consult/legi/tableMatieres"] = [(200, TABLE, {})]
    article = {"texteHtml": "<p>Un.</p><p>Deux.</p>", "nota": "Note.", "lienModifications": LINKS, "etat": "VIGUEUR"}
    server.scripts["/api/consult/getArticle"] = [
        (429, {}, {"Retry-After": "3"}), (401, {}, {}), (200, {"article": article}, {}), (200, {"article": None}, {}),
    ]  # fmt: skip
    known = Article("R900-2", (), "Déjà lu.", "2019-01-01", "LEGIARTI2")
    said = []
    with api_of(server, patience) as api:
        articles = piste.read(api, on="2020-01-01", known={"LEGIARTI2": known}, warn=said.append)
    path = ("Livre Ier : Jardins", "Chapitre Ier")
    assert articles == [
        Article("L900-1", path, "Un.\n\nDeux.", "2020-01-01", "LEGIARTI1", "VIGUEUR", "2016-01-01", "",
                links=(("MODIFIE", "cible", "12", "JORFARTI1"),), note="Note."),
        Article("R900-2", path, "Déjà lu.", "2020-01-01", "LEGIARTI2", "VIGUEUR", "2016-01-01", "", spelt="R*900-2"),
    ]  # fmt: skip
    assert said == ["Sans texte dans l'API Légifrance, laissés de côté : L900-4."]
    assert patience.pauses.count(3.0) == 1
    asked = [(p, h.get("Authorization"), b) for p, h, b in server.seen]
    assert "grant_type=client_credentials" in asked[0][2] and asked[1][1] == "Bearer t1" and asked[-1][1] == "Bearer t2"
    assert json.loads(asked[1][2]) == {"textId": "LEGITEXT000006074069", "date": "2020-01-01", "nature": "CODE"}
    assert "secret" not in repr(api.access)


@pytest.mark.parametrize(
    ("path", "step", "word"),
    [
        ("/token", (401, {}, {}), "ne reconnaît pas vos clés"), ("/token", (200, {}, {}), "jeton"),
        ("/token", (503, {}, {}), r"\(503\)"), ("/api/consult/legi/tableMatieres", (403, {}, {}), "abonnée"),
        ("/api/consult/legi/tableMatieres", (500, {}, {}), r"\(500\)"),
        ("/api/consult/legi/tableMatieres", (200, b"<html>", {}), "illisible"),
        ("/api/consult/legi/tableMatieres", (200, {"sections": [3]}, {}), "forme"),
        ("/api/consult/legi/tableMatieres", (200, {"sections": []}, {}), "aucun article en vigueur"),
        ("/api/consult/getArticle", hung_up, "coupée"), ("/api/consult/getArticle", asleep, "pas assez vite"),
        ("/api/consult/getArticle", (200, {"article": [1]}, {}), "forme"),
    ],
)  # fmt: skip
def test_failures_of_the_api_are_said_in_french(server, patience, path, step, word):
    server.scripts["/token"] = [(200, {"access_token": "t", "expires_in": 3600}, {})]
    server.scripts["/api/consult/legi/tableMatieres"] = [(200, TABLE, {})]
    server.scripts[path] = [step]
    with pytest.raises(BadSource, match=word) as caught, api_of(server, patience) as api:
        piste.read(api, on="2020-01-01")
    assert "secret" not in str(caught.value)


def test_the_api_wants_keys_and_keeps_its_pace(server, patience, monkeypatch):
    monkeypatch.delenv("CASF_PISTE_ID", raising=False)
    with pytest.raises(BadSource, match="CASF_PISTE_ID"):
        piste.Access.from_env()
    monkeypatch.setenv("CASF_PISTE_ID", "moi")
    monkeypatch.setenv("CASF_PISTE_SECRET", "s")
    assert piste.Access.from_env().api == piste.API
    server.scripts["/token"] = [(200, {"access_token": "t", "expires_in": 3600}, {})]
    server.scripts["/api/x"] = [(200, {}, {})]
    with piste.Piste(piste.Access("moi", "s", server.url + "/token", server.url + "/api"), patience, 4.0, lambda: 100.0) as api:
        for _ in range(3):
            api.call("/x", {})
    assert patience.pauses == [0.25, 0.25] and server.count("/token") == 1
