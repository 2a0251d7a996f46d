"""JSON Lines: one article an object, one object a line (UTF-8).

`num`, `text` (alinéas parted by blank lines) and `as_of` (ISO date of the snapshot) are required; `path` (headings,
outermost first), `id` or `ident`, `state`, `start`, `end`, `code`, `links` and `note` are read where they stand.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus.article import Article
from corpus.numbers import clean_num, spelt
from ingest.sources.base import BadSource, text_of


def read(path: Path, code: str) -> Iterator[Article]:
    """The articles of a JSONL file; those with no number or no text are passed over. Raises `BadSource` naming the line."""
    # Not splitlines(): a line separator of Unicode (U+2028) may stand inside a JSON string.
    for number, line in enumerate(text_of(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            article = _article(json.loads(line), code)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BadSource(f"« {path.name} », ligne {number} : ce n'est pas un article lisible.") from None
        if article.num and article.text.strip():
            yield article


def _article(entry: dict[str, Any], code: str) -> Article:
    raw, text, as_of, path = entry["num"], entry["text"], entry["as_of"], entry.get("path") or []
    if not (isinstance(raw, str) and isinstance(text, str) and isinstance(as_of, str) and isinstance(path, list)):
        raise TypeError
    return Article(
        num=clean_num(raw),
        path=tuple(path),
        text=text,
        as_of=as_of,
        ident=entry.get("id") or entry.get("ident", ""),
        state=entry.get("state", ""),
        start=entry.get("start", ""),
        end=entry.get("end", ""),
        code=entry.get("code", code),
        links=tuple((kind, sense, num, ident) for kind, sense, num, ident in entry.get("links", ())),
        note=entry.get("note", ""),
        spelt=spelt(raw),
    )
