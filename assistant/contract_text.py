"""A contract's passages prepared for reading clauses: pieces with their headings, their zone, and folded text.

A piece says one thing: a paragraph under its heading, or a table row with its cells. Quotes are slices of the page, so they
are verbatim by construction.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from corpus.article import Passage
from corpus.clauses import heading_text
from corpus.words import fold
from ingest.contract_passages import place_label
from ingest.layout import Block, read_blocks
from ingest.workspace import OpenContract

AVENANT, VISAS, DIAGNOSTIC, GLOSSARY, PREAMBLE, ANNEXE, BODY = (
    "avenant", "visas", "diagnostic", "glossaire", "preambule", "annexe", "corps",
)  # fmt: skip

_YEAR = re.compile(r"\b(?:19|20)\d\d\b|\bN\s?[+-]\s?\d\b|\bN\b(?!\s?°)")
# A numbered sub-heading that stands inside a paragraph: one short line, no full stop at its end.
_INLINE = re.compile(
    r"^[ \t]*((?:\d{1,2}(?:[-.]\d{1,2}){1,2}\.?|[A-Z][a-zé]{1,9}\. –)[ \t]+[A-ZÀ-Ý«][^\n.;]{2,70}(?<![:,]))[ \t]*$", re.MULTILINE
)
_ABBREVIATION = re.compile(r"(?:\b(?:MM?|Mmes?|Mlle|Dr|Pr|[Aa]rt|n°|LO?|[RDA]|al|pp?|Ste?|cf|etc))\.$")
_STOP = re.compile(
    r"(?<=[.!?])\s+(?=[A-ZÀ-Ý«(–•-])|(?<=;)\s+(?=[A-ZÀ-Ý«–•-])|\n\s*\n|(?<=[.!?])\s*\n(?=\s*[\d⁰¹²³⁴-⁹]{1,2}\.?\s+[A-ZÀ-Ý«])|\n(?=\s*[–•-]\s)"
)
CALL = re.compile(r"(?<=[^\s⁰¹²³⁴-⁹])(?<!\bm)(?<!\bkm)([⁰¹²³⁴-⁹]{1,2})(?: (?=[.,;]))?")
_BULLET = re.compile(r"^[\s–•\uf000-\uf8ff-]+")

_CODE = re.compile(
    r"(?:sigles?|codes?)(?: (?:site|etablissement|structure|interne)s?)?|trigrammes?|abreviations?|abrege|acronymes?|initiales"
)


@dataclass(frozen=True)
class Piece:
    """One thing that a contract says. `start`/`end` are offsets in the page's text; `headings` are outermost first;
    `folded` is the text (for a row: its cells with their column headings), folded, on one line."""

    passage: Passage
    text: str
    start: int
    end: int
    headings: tuple[str, ...]
    zone: str
    caption: str
    cells: tuple[tuple[str, str], ...]
    folded: str

    @property
    def page(self) -> int:
        return self.passage.page or 0

    @property
    def is_row(self) -> bool:
        return bool(self.cells)

    @property
    def has_years(self) -> bool:
        return self.folded.startswith("@years")

    @property
    def label(self) -> str:
        """Where it stands, for people: the nearest heading and the page."""
        own = self.headings[-1] if self.headings else ""
        if own and self.passage.path and own != self.passage.path[-1]:
            return f"{own[:90]}, p. {self.page}"
        return self.passage.label

    @cached_property
    def parts(self) -> tuple["Piece", ...]:
        """Its sentences as pieces of their own; none for a row or a single sentence."""
        spans = [] if self.is_row else sentences(self.text)
        if len(spans) < 2:
            return ()
        return tuple(
            replace(self, text=self.text[a:b], start=self.start + a, end=self.start + b, folded=fold(one_line(self.text[a:b])))
            for a, b in spans
        )

    @property
    def table(self) -> tuple[int, tuple[str, ...], str]:
        """What the rows of one table on one page share."""
        return self.page, self.headings, self.caption

    @property
    def places(self) -> set[str]:
        """The numbers under which the contract itself names this piece: {"15", "15.1", "tableau 9"}."""
        found = set()
        for text in (*self.headings, self.caption):
            folded = fold(text)
            if match := re.match(r"(?:article\s+|§\s?)?((?:[ivx]+\.)?\d+(?:[.-]\d+)*|[ivx]+\.[a-z]|[a-h]\.?\d{1,2})\b", folded):
                found.add(match[1])
            elif match := re.match(r"(tableau|annexe|fiche)\s+(?:n°\s?)?([\w.-]+?)[.:]?(?:\s|$)", folded):
                found.add(f"{match[1]} {match[2]}")
        if self.cells and (code := re.fullmatch(r"[A-Z]{0,2}\d{1,2}(?:\.\d+)*", self.cells[0][1].strip())):
            found.add(f"ligne {code[0].lower()}")
        return found


def one_line(text: str) -> str:
    """Text on one line, words cut at a line's end made whole, without the calls of its footnotes ("42¹", not "m²")."""
    return re.sub(r"(?<=[^\W\d_])- (?=[a-zà-ÿ])", "", CALL.sub("", " ".join(text.split())))


def sentences(text: str) -> list[tuple[int, int]]:
    """The sentences of a text as (start, end) offsets; list items count as sentences, abbreviations don't end one."""
    spans, start = [], 0
    for match in [*_STOP.finditer(text), None]:
        end = match.start() if match else len(text)
        if match and _ABBREVIATION.search(text[max(0, end - 8) : end]):
            continue
        raw = text[start:end]
        if match and re.fullmatch(r"\s*(?:\W\s?)?\d{1,3}(?:\.\d{1,2})*(?: bis| ter)?\.?\s*", raw):
            continue  # "§ 15." numbers the sentence that follows
        if raw.strip():
            spans.append((start + len(raw) - len(raw.lstrip()), start + len(raw.rstrip())))
        if match:
            start = match.end()
    return spans


def bare(text: str) -> str:
    """One line without its bullet."""
    return _BULLET.sub("", one_line(text))


def read_pieces(opened: OpenContract) -> list[Piece]:
    """The pieces of a contract in reading order, wrapped rows joined, inline sub-headings followed."""
    pages = {page.number: page.text for page in opened.contract.pages}
    pieces: list[Piece] = []
    path: tuple[str, ...] = ()
    inline = ""  # the sub-heading that the last passage ended under; it holds until the path changes
    for passage in sorted((*opened.passages, *_said_in_headings(opened)), key=lambda p: (p.page or 0, p.start)):
        if passage.path != path:
            path, inline = passage.path, ""
        if any(_is_sentence(title) for title in path):
            passage = replace(passage, path=tuple(title for title in path if not _is_sentence(title)))
        if passage.extra.get("kind") == "row":
            piece = _row(passage, inline)
            last = pieces[-1] if pieces else None
            if last and last.is_row and last.table == piece.table and _continues(piece):
                pieces[-1] = _joined(last, piece, pages[last.page])
            else:
                pieces.append(piece)
        else:
            found, inline = _paragraphs(passage, inline)
            pieces += found
    if sum(p.zone == AVENANT for p in pieces) > 0.6 * len(pieces):  # the file is the avenant alone
        pieces = [replace(p, zone=BODY) if p.zone == AVENANT else p for p in pieces]
    return pieces


def _is_sentence(heading: str) -> bool:
    return len(heading.split()) >= 7 and bool(re.search(r"[.;]$", heading))


def _said_in_headings(opened: OpenContract) -> list[Passage]:
    """Numbered lines that the layout took for headings though each is a sentence ("4.2 La dotation progresse de 1 % par an.")."""
    pages = {page.number: page.text for page in opened.contract.pages}
    return [
        _said(block, pages[block.page], opened.contract.id) for block in read_blocks(opened.contract.pages) if _is_said(block)
    ]


def _is_said(block: Block) -> bool:
    return block.kind == "heading" and _is_sentence(block.text)


def _said(block: Block, page: str, ident: str) -> Passage:
    path = tuple(title for title in block.path if not _is_sentence(title))
    return Passage(
        f"{ident}#h{block.page}-{block.start}", "contract", "", place_label(block), path, page[block.start : block.end],
        block.start, block.end, 0, 0, page=block.page, extra={"kind": "paragraph"},
    )  # fmt: skip


def _row(passage: Passage, inline: str) -> Piece:
    path = (*passage.path, inline) if inline else passage.path
    cells = tuple((one_line(head), one_line(cell)) for head, cell in json.loads(passage.extra.get("cells") or "[]"))
    caption = passage.extra.get("caption", "")
    return Piece(
        passage, passage.text, passage.start, passage.end, path,
        _zone(path, "", cells), caption, cells or (("", passage.text),), _row_words(cells, caption),
    )  # fmt: skip


def _row_words(cells: Iterable[tuple[str, str]], caption: str) -> str:
    cells = list(cells)
    marks = "@years " if sum(len(_YEAR.findall(head)) for head, _ in cells) >= 2 else ""
    first = fold(cells[0][1]) if cells else ""
    marks += "@total " if re.match(r"(total|ensemble)\b", first) else ""
    return marks + fold(one_line(f"{caption} ; " + " ; ".join(f"{h} : {c}" if h else c for h, c in cells)))


def _continues(piece: Piece) -> bool:
    """Whether a row is the rest of the one above: every cell goes on a sentence."""
    return (
        all(re.match(r"[a-zà-ÿ(]", cell) and not re.match(r"[a-z]\)", cell) for _, cell in piece.cells) and len(piece.cells) > 1
    )


def _joined(first: Piece, rest: Piece, page: str) -> Piece:
    cells = [list(pair) for pair in first.cells]
    for head, cell in rest.cells:
        same = [pair for pair in cells if pair[0] == head]
        if same and head:
            same[0][1] += " " + cell
        else:
            cells[-1][1] += " " + cell
    pairs = tuple((h, c) for h, c in cells)
    return replace(
        first, text=page[first.start : rest.end], end=rest.end, cells=pairs, folded=_row_words(pairs, first.caption)
    )  # fmt: skip


def _paragraphs(passage: Passage, inline: str) -> tuple[list[Piece], str]:
    """A passage cut at the sub-headings that stand inside it, and the last of these; `inline` is the one before it."""
    cuts = list(_INLINE.finditer(passage.text))
    bounds = [(0, cuts[0].start() if cuts else len(passage.text), inline)]
    bounds += [
        (m.end(), cuts[i + 1].start() if i + 1 < len(cuts) else len(passage.text), " ".join(m[1].split()))
        for i, m in enumerate(cuts)
    ]
    pieces = []
    for start, end, heading in bounds:
        raw = passage.text[start:end]
        if not raw.strip():
            continue
        start += len(raw) - len(raw.lstrip())
        path = (*passage.path, heading) if heading else passage.path
        text = passage.text[start : start + len(raw.strip())]
        zone = _zone(path, text, ())
        at = passage.start + start
        pieces.append(Piece(passage, text, at, at + len(text), path, zone, "", (), fold(one_line(text))))
    return pieces, bounds[-1][2]


def _zone(path: Sequence[str], text: str, cells: Sequence[tuple[str, str]]) -> str:
    titles = [heading_text(title) for title in path]
    raw = [fold(title) for title in path]
    if raw and raw[0].startswith("avenant"):
        return AVENANT
    heads = fold(" ".join(head for head, _ in cells))
    if re.search(r"\b(sigle|signification|ce qu.il faut entendre)\b", heads) or any(
        re.search(r"\b(sigles?|lexique|glossaire|definitions?)\b", t) for t in titles[-2:]
    ):
        return GLOSSARY
    if raw and raw[0].startswith("annexe"):
        return ANNEXE
    lines = [fold(bare(text[a:b])) for a, b in sentences(text)]
    if any(re.search(r"\bvisas?\b|textes sur lesquels|^les textes$", t) for t in titles[-1:]) or (
        lines and sum(bool(re.match(r"(vu|considerant)\b", line)) for line in lines) > 0.5 * len(lines)
    ):
        return VISAS
    if not re.search(r"\b(orientations|autorites)\b", titles[-1] if titles else "") and any(
        not re.search(r"objectif|engagement", t)
        and re.search(r"\bdiagnostic\b|etat des lieux|\bconstats?\b|ou en sommes-nous|ce qui (va|doit)", t)
        for t in titles
    ):
        return DIAGNOSTIC
    if any(re.match(r"preambule|contexte", t) for t in titles):
        return PREAMBLE
    return BODY


def labelled(cells: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    """A row's cells (heading, text) from the one that names it: "EHPAD Les Tanneries" where the first is its code, "TAN"."""
    coded = len(cells) > 1 and _CODE.fullmatch(fold(cells[0][0])) and re.search(r"[^\W\d_]{4}", cells[1][1])
    return cells[1:] if coded else cells
