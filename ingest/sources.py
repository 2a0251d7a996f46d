"""Where legal text comes from. Each source yields `Article`s; what it can't read it says in one French sentence."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from corpus.article import Article
from corpus.errors import CasfError


class BadSource(CasfError):
    """Raised when a source is missing, damaged, or of no known kind."""


def read_source(path: Path) -> list[Article]:
    """The articles of a source file, in its order, each number once. Raises `BadSource`."""
    if not path.exists():
        raise BadSource(f"Fichier introuvable : « {path} ».")
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        articles = list(_jsonl(path))
    elif path.suffix.lower() in (".md", ".markdown"):
        articles = list(_markdown(path))
    else:
        raise BadSource(f"Source non reconnue : « {path.name} ». Formats lus : JSONL, Markdown.")
    if not articles:
        raise BadSource(f"Aucun article trouvé dans « {path.name} ».")
    seen: dict[str, Article] = {}
    for article in articles:
        if article.num in seen and seen[article.num] != article:
            raise BadSource(f"L'article {article.num} figure deux fois dans « {path.name} ».")
        seen[article.num] = article
    return list(seen.values())


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BadSource(f"« {path.name} » n'est pas un texte en UTF-8.") from None
    except OSError as error:
        raise BadSource(f"« {path.name} » ne peut pas être lu ({error.strerror}).") from None


def _jsonl(path: Path) -> Iterator[Article]:
    """One object a line: `num`, `path` (headings), `text` (alinéas parted by blank lines), `as_of` (ISO date)."""
    for number, line in enumerate(_text_of(path).splitlines(), 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            article = Article(
                num=entry["num"], path=tuple(entry.get("path", ())), text=entry["text"],
                as_of=entry["as_of"], ident=entry.get("id", ""),
            )  # fmt: skip
        except (ValueError, KeyError, TypeError):
            raise BadSource(f"« {path.name} », ligne {number} : ce n'est pas un article lisible.") from None
        if article.num and article.text.strip():
            yield article


_HEADING = re.compile(
    r"^(?:(?P<hashes>#{1,6})\s+)?(?P<title>(?:Partie|Livre|Titre|Chapitre|Section|Sous-section|Paragraphe|Sous-paragraphe|Annexes?)\b.*)$"
)
_ARTICLE = re.compile(
    r"^(?:#{1,6}\s+)?Article\s+(?P<num>(?:Annexe\s+[\d-]+|[A-Z]{0,2}\*?\s?\.?\s?\d[\w-]*(?:\s(?:bis|ter|quater|[A-Z]))?))\s*$"
)
_RANKS = ("Partie", "Livre", "Titre", "Chapitre", "Section", "Sous-section", "Paragraphe", "Sous-paragraphe")


def _markdown(path: Path) -> Iterator[Article]:
    """A code as one Markdown file of the law-as-git repositories, old layout (plain headings) or new (`#` headings)."""
    lines = _text_of(path).splitlines()
    as_of, lines = _front_matter(lines)
    headings: list[tuple[int, str]] = []
    num, body = "", list[str]()

    def article() -> Iterator[Article]:
        text = re.sub(r"\n{3,}", "\n\n", "\n".join(body)).strip()
        if num and text:
            yield Article(num.replace(".", "").replace("* ", "*"), tuple(h for _, h in headings), text, as_of)

    for line in lines:
        if match := _ARTICLE.match(line):
            yield from article()
            num, body = match["num"], []
        elif match := _HEADING.match(line):
            yield from article()
            num, body = "", []
            word = match["title"].split()[0]
            rank = len(match["hashes"]) if match["hashes"] else (_RANKS.index(word) if word in _RANKS else 0)
            headings = [(r, h) for r, h in headings if r < rank] + [(rank, match["title"].strip())]
        else:
            body.append(line)
    yield from article()


def _front_matter(lines: list[str]) -> tuple[str, list[str]]:
    """The date of a Markdown code and the lines after its YAML head."""
    if not lines or lines[0].strip() != "---":
        return "", lines
    end = lines.index("---", 1) if "---" in lines[1:] else 0
    dates = [m[0] for line in lines[1:end] if (m := re.search(r"\d{4}-\d{2}-\d{2}", line))]
    return max(dates, default=""), lines[end + 1 :]
