"""Where legal text comes from. Each source yields `Article`s; what it can't read it says in one French sentence.

One module a source (`jsonl`, `markdown`, `legi`, `piste`), behind `read_source` for those that are files; `fetch`
brings files to this machine, only ever when asked.
"""

from pathlib import Path

from corpus.article import Article
from ingest.sources import jsonl, legi, markdown
from ingest.sources.base import BadSource, Warn, log_warning

__all__ = ["BadSource", "Warn", "read_source"]


def read_source(path: Path, code: str = "CASF", warn: Warn = log_warning) -> list[Article]:
    """The articles of a source, in its order, each number once. Raises `BadSource`.

    `path` is a JSONL file, a Markdown file, a LEGI archive (tar.gz), an unpacked LEGI folder or a folder of LEGI
    archives. `code` (a key of `base.TEXT_IDS`, or a LEGITEXT identifier) is what is taken out of LEGI, and what the
    articles are marked with where the file itself doesn't say. `warn` gets a sentence for each thing left out or doubtful.
    """
    if not path.exists():
        raise BadSource(f"Fichier introuvable : « {path} ».")
    suffix = path.suffix.lower()
    if path.is_dir() or legi.is_archive(path):
        articles = legi.read(path, code, warn)
    elif suffix in (".jsonl", ".ndjson"):
        articles = list(jsonl.read(path, code))
    elif suffix in (".md", ".markdown"):
        articles = markdown.read(path, code, warn)
    else:
        raise BadSource(f"Source non reconnue : « {path.name} ». Formats lus : JSONL, Markdown, LEGI (dossier ou tar.gz).")
    if not articles:
        raise BadSource(f"Aucun article trouvé dans « {path.name} ».")
    seen: dict[tuple[str, str], Article] = {}
    for article in articles:
        if seen.setdefault((article.code, article.num), article) != article:
            raise BadSource(f"L'article {article.num} figure deux fois dans « {path.name} ».")
    return list(seen.values())
