"""A code as one Markdown file of the law-as-git repositories (unofficial copies of the base LEGI), in two layouts.

Both begin with a YAML head (`identifier`: the LEGITEXT, `last_updated`: the date of the version).
*New* layout: "## Livre Ier : …", "#### Section 2 : …", "##### Article 375-3". Headings stop at four marks, so below
that the word tells the rank ("Chapitre" over "Section" over "Paragraphe").
*Old* layout: "Titre Ier : …" and "Article L111-1" as plain lines. An annexe's own "Chapitre 2 : …" or "Article 4" looks
just the same, so a line counts as a heading only where nothing but headings stands between it and the next article,
and inside an annexe a bare "Article 4" is text.

Some numbers stand twice: the copy kept two versions of an article. See `_once`.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from corpus.article import Article
from corpus.numbers import Key, clean_num, order_key, spelt
from ingest.sources.base import Warn, code_named, text_of

_WORDS = ("Partie", "Livre", "Titre", "Sous-titre", "Chapitre", "Section", "Sous-section", "Paragraphe", "Sous-paragraphe")
_RANK = {word.lower(): rank * 10 for rank, word in enumerate(_WORDS)} | {"annexe": 0, "annexes": 0}
_BELOW = len(_WORDS) * 10  # "1. Aménagement du logement": under every named heading
_DEEPEST = 4  # marks; the new layout writes everything below a title with as many

_NEW_LINE = re.compile(r"(?P<marks>#{1,6})\s+(?P<title>.*\S)\s*")
_ARTICLE = re.compile(r"Article\s+(?P<num>\S.*?)\s*")
_PLAIN_ARTICLE = re.compile(
    r"Article\s+(?P<num>Annexe(?:\s[\w-]+)?|(?:L\.?O|[LRDA])?\s?\.?\s?\*?\s?\d[\d-]*(?:er|\s(?:[A-Z]{1,2}|bis|ter|quater|quinquies|sexies|septies|octies|nonies))*)\s*"
)
_PLAIN_HEADING = re.compile(
    r"(?:Partie|Livre|Titre|Chapitre|Section|Paragraphe|Sous-(?:[Tt]itre|[Ss]ection|[Pp]aragraphe)|Annexes?)\b.*"
)
_NUMBERED = re.compile(r"(?P<n>\d{1,2})(?:\.|  )\s*[A-ZÉÈÀ][^;:]{3,180}(?<!,)")
_REPEALED = re.compile(r"\((?:abrog|suppr)", re.IGNORECASE)
_ITEM = re.compile(r"(?:\d{1,2}°|[a-z]\)|[IVX]{1,5}\.|[-–—] )")


def read(path: Path, code: str, warn: Warn) -> list[Article]:
    """The articles of a code in Markdown, each number once. `code` holds where the head names none. Raises `BadSource`."""
    head, lines = _front_matter(text_of(path).split("\n"))
    as_of = head.get("last_updated", "") or max(
        (m[0] for value in head.values() if (m := re.search(r"\d{4}-\d{2}-\d{2}", value))), default=""
    )
    new = any(line.startswith("#") and _ARTICLE.fullmatch(line.lstrip("#").strip()) for line in lines)
    pieces = list(_new_layout(lines) if new else _old_layout(lines))
    code = code_named(head.get("identifier", ""), code)
    articles = [
        Article(clean_num(p.num), p.path, "\n\n".join(p.body), as_of, code=code, spelt=spelt(p.num)) for p in pieces if p.body
    ]
    if empty := [p.num for p in pieces if not p.body]:
        warn(f"« {path.name} » : sans texte, laissés de côté : {', '.join(empty[:10])}{'…' if len(empty) > 10 else ''}.")
    return _once(articles, path.name, warn)


@dataclass
class _Piece:
    num: str
    path: tuple[str, ...]
    body: list[str] = field(default_factory=list)


def _front_matter(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    """The YAML head as plain strings, and the lines after it."""
    if not lines or lines[0].strip() != "---" or "---" not in lines[1:]:
        return {}, lines
    end = lines.index("---", 1)
    pairs = (line.partition(":") for line in lines[1:end])
    return {key.strip(): value.strip().strip("\"'") for key, _, value in pairs}, lines[end + 1 :]


class _Headings:
    """The headings open at this point of the file, outermost first."""

    def __init__(self) -> None:
        self.open: list[tuple[tuple[int, int], str]] = []

    def add(self, rank: tuple[int, int], title: str) -> None:
        self.open = [(r, t) for r, t in self.open if r < rank] + [(rank, title)]

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(title for _, title in self.open)


def _blocks(lines: list[str]) -> Iterator[list[str]]:
    """Runs of lines between blank ones; an article's own line stands alone."""
    block: list[str] = []
    for line in [*lines, ""]:
        alone = line.startswith("#") or _PLAIN_ARTICLE.fullmatch(line)
        if block and (alone or not line.strip()):
            yield block
            block = []
        if alone:
            yield [line.strip()]
        elif line.strip():
            block.append(line.strip())


def _alineas(block: list[str]) -> Iterator[str]:
    """A block's alinéas: its lines joined (the copy breaks lines after some references), but an item begins anew."""
    text = block[0]
    for line in block[1:]:
        if _ITEM.match(line):
            yield text
            text = line
        else:
            text = f"{text} {line}"
    yield text


def _new_layout(lines: list[str]) -> Iterator[_Piece]:
    headings, piece = _Headings(), None
    for block in _blocks(lines):
        marked = _NEW_LINE.fullmatch(block[0]) if len(block) == 1 else None
        article = _ARTICLE.fullmatch(marked["title"]) if marked else None
        if article:
            if piece:
                yield piece
            piece = _Piece(article["num"], headings.path)
        elif marked:
            if piece:
                yield piece
            piece = None
            marks, title = len(marked["marks"]), marked["title"]
            if marks > 1:  # one mark: the code's own title
                headings.add((marks, _rank(title) if marks >= _DEEPEST else 0), title)
        elif piece:
            piece.body.extend(_alineas(block))
    if piece:
        yield piece


def _rank(title: str) -> int:
    """The rank that a heading's first word gives it; "Première partie", "Dispositions communes" stand over sections."""
    word = title.split()[0].lower()
    if word[0].isdigit():
        return _BELOW
    return _RANK.get(word, _RANK["section"] - 5)


def _old_layout(lines: list[str]) -> Iterator[_Piece]:
    blocks = list(_blocks(lines))
    kinds = _old_kinds(blocks)
    headings, piece, last_number = _Headings(), None, 0
    for block, kind in zip(blocks, kinds, strict=True):
        line = " ".join(block)
        if kind == "article":
            match = _PLAIN_ARTICLE.fullmatch(line)
            assert match is not None
            if piece and piece.num.startswith("Annexe") and match["num"][0].isdigit():
                piece.body.append(line)  # an annexe's own article
                continue
            if piece:
                yield piece
            piece = _Piece(match["num"], headings.path)
        elif kind == "heading" or (kind == "next" and _number(line) == last_number + 1 > 1):
            if piece:
                yield piece
            piece = None
            numbered = _NUMBERED.fullmatch(line) is not None
            headings.add((_BELOW if numbered else _rank(line), 0), line)
            last_number = _number(line) if numbered else 0
        elif piece:
            piece.body.extend(_alineas(block))
    if piece:
        yield piece


def _number(line: str) -> int:
    match = _NUMBERED.fullmatch(line)
    return int(match["n"]) if match else 0


def _old_kinds(blocks: list[list[str]]) -> list[str]:
    """What each block is: "article", "heading", "text", or "next" (a numbered line right before an article: a heading
    if the one before it, "1. …", is open). Read from the end, so that a heading knows that only headings follow it.
    """
    kinds = ["text"] * len(blocks)
    after: list[int] = []  # numbered lines met since the last article or heading, going up
    reaching = False  # does this place reach the next article through headings alone?
    for i in range(len(blocks) - 1, -1, -1):
        line = " ".join(blocks[i])
        if _PLAIN_ARTICLE.fullmatch(line):
            kinds[i], reaching, after = "article", True, []
        elif reaching and _PLAIN_HEADING.fullmatch(line):
            kinds[i] = "heading"
            for j in after:  # between a heading and an article: headings too
                kinds[j] = "heading"
            after = []
        elif reaching and _NUMBERED.fullmatch(line):
            # LEGI's own headings have two spaces ("3  Evaluation…"); others must follow a heading or a number.
            kinds[i] = "heading" if re.match(r"\d+  \S", line) else "next"
            after.append(i)
        else:
            reaching, after = False, []
    return kinds


def _once(articles: list[Article], name: str, warn: Warn) -> list[Article]:
    """Each number once. The file doesn't say which of two texts of one number is in force: the one kept stands where
    its number belongs in the run of numbers (the other was left among foreign articles); of two that stand there side
    by side, the one with more items struck out ("3° (Abrogé)"), else the longer: texts grow (compared with a later
    snapshot, the longer was the later text 10 times out of 12, the last of the two 6 times).
    Its `note` says so, for whoever reads the article.
    """
    if len(articles) == len({article.num for article in articles}):
        return articles
    in_run = _longest_run([order_key(article.num) for article in articles])
    nums = [article.num for article in articles]
    kept: dict[str, int] = {}
    worth: dict[str, tuple[bool, int, int]] = {}
    for i, article in enumerate(articles):
        beside = [j for j in (i - 1, i, i + 1) if 0 <= j < len(nums) and nums[j] == article.num]
        new = (any(j in in_run for j in beside), len(_REPEALED.findall(article.text)), len(article.text))
        if article.num not in kept or new >= worth[article.num]:
            kept[article.num], worth[article.num] = i, new
    differing = {article.num for article in articles if article.text != articles[kept[article.num]].text}
    if differing:
        warn(
            f"« {name} » donne deux textes de {len(differing)} articles ({', '.join(sorted(differing, key=order_key)[:5])}"
            f"{'…' if len(differing) > 5 else ''}) ; un seul est gardé."
        )
    note = "La source donne deux textes de cet article sans dire lequel est en vigueur : vérifiez sur Légifrance."
    return [
        replace(article, note=note) if article.num in differing else article
        for i, article in enumerate(articles)
        if kept[article.num] == i
    ]


def _longest_run(keys: list[Key]) -> set[int]:
    """Positions of the longest strictly ascending run of keys (patience sorting)."""
    tails: list[Key] = []
    at: list[int] = []  # position of each tail
    before = [-1] * len(keys)
    for i, key in enumerate(keys):
        length = bisect_left(tails, key)
        before[i] = at[length - 1] if length else -1
        tails[length : length + 1] = [key]
        at[length : length + 1] = [i]
    run: set[int] = set()
    i = at[-1] if at else -1
    while i >= 0:
        run.add(i)
        i = before[i]
    return run
