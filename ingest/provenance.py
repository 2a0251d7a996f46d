"""Where the indexed text comes from: each file's name, size, checksum, and what was read in it."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus.article import Article

LICENCE = "Licence Ouverte 2.0"  # of the base LEGI (DILA), whoever copied it


def provenance(
    paths: Sequence[Path], readings: Sequence[Sequence[Article]], kind: str = "file", address: str = ""
) -> dict[str, Any]:  # fmt: skip
    """The manifest's "source" for the articles read in each file or folder; none: the cards alone, or an API's answers.

    `kind` and `address` (where it was fetched from, "" for a file of the user's) are those of `ingest.sync`.
    """
    return {
        "kind": kind if paths or address else "cards",
        "address": address,
        "files": [path.name for path in paths],
        "licence": LICENCE if paths or address else "fiches du projet",
        "sources": [_entry(path, articles) for path, articles in zip(paths, readings, strict=True)],
    }


def _entry(path: Path, articles: Sequence[Article]) -> dict[str, Any]:
    days = sorted({article.as_of for article in articles if article.as_of})
    return {
        "name": path.name, "licence": LICENCE, "sha256": sha256_of(path), "bytes": sum(f.stat().st_size for f in _files(path)),
        "articles": len(articles), "codes": sorted({article.code for article in articles}),
        "first": days[0] if days else "", "last": days[-1] if days else "",
    }  # fmt: skip


def _files(path: Path) -> list[Path]:
    return sorted(f for f in path.rglob("*") if f.is_file()) if path.is_dir() else [path]


def sha256_of(path: Path) -> str:
    """A file's SHA-256 in hexadecimal; a folder's is that of its files' names and sums, in order."""
    if path.is_file():
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    digest = hashlib.sha256()
    for file in _files(path):
        digest.update(f"{file.relative_to(path).as_posix()} {sha256_of(file)}\n".encode())
    return digest.hexdigest()


def told(manifest: Mapping[str, Any]) -> str:
    """One French line on an index's texts, for what is handed out: source, licence, dates, count, checksum."""
    if not manifest["articles"]:
        return "Source : fiches rédigées pour cet assistant ; aucun texte officiel n'est indexé."
    source, days = manifest["source"], manifest["dates"]
    dated = f", textes du {days[0]}" + (f" au {days[-1]}" if len(days) > 1 else "") if days else ""
    name = ", ".join(source.get("files", ())) or source.get("address") or "non précisée"
    return (
        f"Source des textes officiels : {name} ({source.get('licence') or LICENCE}) ; {manifest['articles']} articles{dated} ;"
        f" index construit le {manifest['built'][:10]}, empreinte {manifest['checksum'][:16]}."
    )
