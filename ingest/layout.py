"""A page's lines read as headings, paragraphs and table rows, each with its place in the page's text.

pypdf's layout mode keeps columns apart by runs of spaces; `ingest/columns.py` reads tables out of them. Rows keep their
column headings, so that "taux d'occupation 2026 de l'EHPAD" meets its cell. No line of a page's body is left out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from corpus.contract import Page
from ingest.columns import CAPTION, Block, Line, Table, groups
from ingest.documents import furniture, line_shape
from ingest.headings import ANNEXE, ARTICLE, AVENANT, BULLET, CHAPTER, LEADERS, Heading, heading_of, is_alone

__all__ = ["Block", "read_blocks"]

_EDGE = 4  # lines at a page's top and bottom among which its running header and footer are
_NARROW = 70  # characters: what a page of few long lines is taken to be wide
_UNIT = re.compile(r"\b(?:euros|milliers|k€|€|pourcentage|ETP)$", re.IGNORECASE)  # "Montants en milliers d'euros", above a table
_TABLE_BELOW = "|"  # stands for the rows of a table, under what may be its heading
_ENDED = (".", ";", ":", "!", "?")
_AMENDS = re.compile(
    r"présent avenant|\b(?:est|sont) (?:ainsi )?(?:modifi|remplac|complét|port|report|repouss|avanc|prorog|supprim|ajout)|comme suit|^\s*entre\b",
    re.IGNORECASE | re.MULTILINE,
)


def read_blocks(pages: Sequence[Page]) -> list[Block]:
    """The blocks of a document in reading order, headings carried over pages."""
    skip = furniture(pages)
    blocks: list[Block] = []
    prose = _Prose()
    table: Table | None = None
    for page, after in zip(pages, [*pages[1:], Page(0, "")], strict=True):
        lines = _body(page.text, skip)
        prose.begin(lines, after.text)
        stretches = list(groups(lines))
        for at, group in enumerate(stretches):
            if isinstance(group, Table):
                table = group.follow(table)
                rows = group.rows()
                for row in rows:
                    row.page, row.path = page.number, prose.titles
                blocks += rows
                prose.item = False
                continue
            told = next((line for line in group if line.text), None)
            if table and not table.caption and told and CAPTION.match(told.text) and blocks and blocks[-1].kind == "row":
                table.caption = told.text
                for row in reversed(blocks):
                    if row.kind != "row" or row.page != page.number or row.caption:
                        break
                    row.caption = told.text
            prose.followed = at + 1 < len(stretches)
            for block in prose.read(group):
                block.page = page.number
                blocks.append(block)
                if block.kind == "heading" or len(block.text) > 60:
                    table = None
    return blocks


def _body(text: str, skip: set[str]) -> list[Line]:
    """The page's lines without its running header and footer, and without a table of contents."""
    lines, at = [], 0
    for raw in text.split("\n"):
        lines.append(Line(raw, at))
        at += len(raw) + 1
    told = [i for i, line in enumerate(lines) if line.raw.strip()]
    edges = {*told[:_EDGE], *told[-_EDGE:]}
    contents = sum(bool(LEADERS.search(line.raw)) for line in lines) >= 3
    return [
        line for i, line in enumerate(lines)
        if not (i in edges and line_shape(line.raw) in skip) and not (contents and LEADERS.search(line.raw))
    ]  # fmt: skip


class _Prose:
    """Headings and paragraphs, from one stretch of lines to the next; the path of headings goes on over the pages."""

    def __init__(self) -> None:
        self.path: list[tuple[Heading, str]] = []
        self.item = False  # the last line that looked like a heading was an item of a list of such
        self.counts: dict[str, tuple[int, int]] = {}  # of plain numbers ("1.", "II –", "B)"), by kind: the last, its level
        self.width = 0
        self.top = 0
        self.rest = ""
        self.followed = False  # a table comes after this stretch of lines
        self.calls: set[str] = set()  # the footnotes called on this page ("¹")

    @property
    def titles(self) -> tuple[str, ...]:
        return tuple(title for _, title in self.path)

    def begin(self, lines: Sequence[Line], after: str) -> None:
        """A new page: its width in characters, where its first lines end, its text and the next page's."""
        widths = sorted(len(line.raw) for line in lines if line.text and len(line.cells) < 2)
        self.width = widths[int(0.9 * (len(widths) - 1))] if widths else 0
        told = [line for line in lines if line.text]
        self.top = told[min(5, len(told) - 1)].start if told else 0
        self.rest = "\n".join(line.raw for line in lines) + "\n" + after
        self.offset = lines[0].start if lines else 0
        self.calls = {found[1] for line in lines for found in re.finditer(r"(?<=[^\s⁰¹²³⁴-⁹])([⁰¹²³⁴-⁹]{1,2})", line.raw)}

    def read(self, lines: list[Line]) -> Iterator[Block]:
        """The blocks of a stretch of lines."""
        paragraph: list[Line] = []

        def flush() -> Iterator[Block]:
            if paragraph:
                text = re.sub(r"(?<=[a-zà-ÿ])- (?=[a-zà-ÿ])", "", " ".join(line.text for line in paragraph))
                yield _block("paragraph", text, paragraph, self.titles)
                paragraph.clear()

        i = 0
        while i < len(lines):
            line = lines[i]
            if not line.text:
                yield from flush()
                i += 1
                continue
            goes_on = bool(paragraph) and not paragraph[-1].text.endswith(_ENDED) and self._fills(paragraph[-1], line)
            heading, end = (None, i + 1) if goes_on else self._heading(lines, i, bool(paragraph))
            if heading and heading.said:
                yield from flush()
                self._enter(heading)
                paragraph.append(line)
            elif heading:
                yield from flush()
                self._enter(heading)
                yield _block("heading", heading.title, [x for x in lines[i:end] if x.text], self.titles[:-1])
                i = end
                continue
            else:
                if paragraph and (BULLET.match(line.raw) or self._is_note(line)):
                    yield from flush()
                paragraph.append(line)
            i += 1
        yield from flush()

    def _heading(self, lines: list[Line], i: int, inside: bool) -> tuple[Heading | None, int]:
        """The heading that begins at line i and the line after it; `inside`: other text stands right above."""
        end = i + 1
        text = lines[i].text
        if CAPTION.match(text) or self._is_note(lines[i]):
            self.item = False
            return None, end
        first = heading_of(text)
        if first and first.kind == "capitals":
            while end < len(lines) and (more := heading_of(lines[end].text)) and more.kind == "capitals" and len(text) < 200:
                text, end = f"{text} {lines[end].text}", end + 1
            first = Heading(first.level, first.kind, text)
        elif first:
            while end < len(lines) and len(text) < 400 and self._goes_on(lines[end - 1], lines[end]):
                text, end = f"{text} {lines[end].text}", end + 1
            first = heading_of(text)
        if first is None:
            self.item = False
            below = [line.text for line in lines[i + 1 :]]
            if self.followed and not any(below) and not _UNIT.search(text):
                below = ["", _TABLE_BELOW]
            alone = not inside and not BULLET.match(lines[i].raw) and is_alone(lines[i].text, below)
            return (Heading(9, "alone", lines[i].text), i + 1) if alone else (None, i + 1)
        if first.said:
            self.item = False
            return first, end
        if self._is_listed(first, lines, end) or not self._is_due(first, lines, i, end):
            return None, i + 1
        if re.fullmatch(r"[\w.-]+\.?\s+(?:[nN]°\s?)?[\w.-]+\s*[-–—:.]*", text) and first.kind not in (
            "capitals",
            "item",
            "number",
        ):
            return self._titled(first, lines, end)
        return first, end

    def _is_note(self, line: Line) -> bool:
        """Does a footnote begin here, that a call on this page announces?"""
        found = re.match(r"\s*([\d⁰¹²³⁴-⁹]{1,2})\.?\s+(?=[A-ZÀ-Ý«])", line.raw)
        return bool(found) and found[1].translate(_RAISED) in self.calls if found else False

    def _goes_on(self, line: Line, after: Line) -> bool:
        """Is `after` the rest of a wrapped `line`?"""
        if (
            not after.text
            or BULLET.match(after.raw)
            or CAPTION.match(after.raw)
            or heading_of(after.text)
            or self._is_note(after)
        ):
            return False
        return after.text[0].islower() or self._fills(line, after)

    def _fills(self, line: Line, after: Line) -> bool:
        """Had the next line's first word no room at the end of `line`?"""
        return len(line.raw) + 1 + len(after.text.split()[0]) > 0.92 * max(self.width, _NARROW)

    def _is_listed(self, heading: Heading, lines: list[Line], end: int) -> bool:
        """Is it one of several headings of a kind with nothing between them: a list ("Annexe 1 : …", "Annexe 2 : …")?"""
        below = next((line.text for line in lines[end:] if line.text), "")
        after = heading_of(below)
        follows = self.item
        same = after is not None and after.kind == heading.kind and after.level == heading.level
        if same and after is not None and heading.kind == "item":  # "A." under "I." is no list
            same = _rank(after.title)[0] == _rank(heading.title)[0]
        self.item = same and heading.kind != "capitals"
        return self.item or (follows and heading.kind != "capitals")

    def _is_due(self, heading: Heading, lines: list[Line], i: int, end: int) -> bool:
        """Can this heading stand here? A plain number must be the next one, an avenant must amend something."""
        if heading.kind == "item":
            style, rank = _rank(heading.title)
            last = self.counts.get(style, (0, 0))[0]
            return rank in (1, last + 1, last + 2) and (self.followed or any(line.text for line in lines[end:]))
        if heading.kind == "avenant":
            above = next((heading_of(line.text) for line in reversed(lines[:i]) if line.text), None)
            if above is not None and above.kind in ("annexe", "titre", "chapitre"):
                return False  # the last line of a table of contents
            begins = lines[i].start <= self.top or heading.title.isupper() or (i + 1 < len(lines) and not lines[i + 1].text)
            return begins and bool(_AMENDS.search(self.rest[max(0, lines[i].start - self.offset) :][:6000]))
        if heading.level == ANNEXE and heading.kind == "annexe":
            return not self.path or self.path[0][0].level != AVENANT or lines[i].start <= self.top or heading.title.isupper()
        return True

    def _titled(self, heading: Heading, lines: list[Line], end: int) -> tuple[Heading, int]:
        """A heading that is only a number, with its title from the line below where that is one."""
        at = next((j for j in range(end, min(end + 3, len(lines))) if lines[j].text), -1)
        title = lines[at].text if at >= 0 else ""
        other = heading_of(title)
        is_title = (
            3 <= len(title) <= 90 and title[-1] not in ".;:," and not BULLET.match(lines[at].raw) and len(lines[at].cells) == 1
            and (other is None or other.kind == "capitals")
            and (at + 1 >= len(lines) or not self._goes_on(lines[at], lines[at + 1]))
        )  # fmt: skip
        if not is_title:
            return heading, end
        return Heading(heading.level, heading.kind, f"{heading.title.rstrip(' –—-:.')} – {title}"), at + 1

    def _enter(self, heading: Heading) -> None:
        """Put a heading in the path. What is inside an avenant stays there, whatever it is called."""
        if heading.kind == "item":
            style, rank = _rank(heading.title)
            inside = any(over.kind in ("article", "fiche") for over, _ in self.path)
            over = next((h.level for h, _ in reversed(self.path) if h.kind == "item" and _rank(h.title)[0] != style), -1)
            begun = any(h.kind == "item" and _rank(h.title)[0] == style for h, _ in self.path)
            if style in self.counts and (rank > 1 or begun):
                level = self.counts[style][1]
            else:
                level = over + 1 if over >= 0 else ARTICLE + 1 if inside else CHAPTER
            heading = replace(heading, level=level)
        elif heading.kind == "sign" and any(over.kind == "article" for over, _ in self.path):
            # "§ 2" of an article; other contracts number all their clauses so.
            heading = replace(heading, level=ARTICLE + 1)
        while self.path and self._ends(self.path[-1][0], heading):
            self.path.pop()
        if heading.kind == "item":
            self.counts[style] = rank, level
        elif heading.level < ARTICLE and heading.kind != "capitals":
            self.counts = {}
        avenant = heading.kind == "avenant" and not heading.title.lower().startswith("avenant")
        self.path.append((heading, f"Avenant : {heading.title}" if avenant else heading.title))

    def _ends(self, over: Heading, heading: Heading) -> bool:
        """Does `heading` end what `over` began?"""
        if heading.kind == "number" and over.kind in ("item", "number"):
            return not heading.title.startswith(over.title.split()[0].rstrip(".)") + ".")
        if heading.kind == "number" and over.kind == "capitals":
            return len(self.path) > 1 or not any(c in heading.title for c in "IVX")
        return over.level >= heading.level


_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_RANKS = {"I": 1, "V": 5, "X": 10}


def _rank(title: str) -> tuple[str, int]:
    """The style and the rank of a plain number: "1. …", "I – …", "B) …"; words ("Un. – …") are always the first."""
    mark = re.match(r"\d+|[IVX]+(?!\w)|[A-Z](?!\w)", title)
    if not mark:
        return "word", 1
    if mark[0].isdigit():
        return "digit", int(mark[0])
    if re.fullmatch(r"[IVX]+", mark[0]):
        values = [_RANKS[c] for c in mark[0]]
        return "roman", sum(-v if values[n + 1 : n + 2] > [v] else v for n, v in enumerate(values))
    return "letter", ord(mark[0]) - 64


def _block(kind: str, text: str, lines: Sequence[Line], path: tuple[str, ...]) -> Block:
    first = lines[0]
    return Block(kind, 0, text, first.start + len(first.raw) - len(first.raw.lstrip()), lines[-1].end, path)
