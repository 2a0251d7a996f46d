"""An OpenDocument text (ODT) as paragraphs, tables and page ends, by odfpy; runs in the sandbox.

As for Word files: no deletion, table of contents, header, footer or comment; notes after their paragraph; the numbers that
LibreOffice makes of headings and lists.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from odf.namespaces import DRAWNS, FONS, METANS, OFFICENS, STYLENS, TABLENS, TEXTNS  # type: ignore[import-untyped]
from odf.opendocument import load  # type: ignore[import-untyped]

from ingest.flow import Break, Cell, Part, Table, Text
from ingest.word_numbers import BULLET, written

_SKIPPED = {
    *((TEXTNS, name) for name in ("tracked-changes", "table-of-content", "hidden-text", "hidden-paragraph", "ruby-text")),
    *((TEXTNS, name) for name in ("illustration-index", "table-index", "alphabetical-index", "sequence-decls", "bibliography")),
    (OFFICENS, "annotation"), (OFFICENS, "annotation-end"), (OFFICENS, "forms"),
}  # fmt: skip
_SURE = "\v"
_MOST = 200  # columns or rows that one cell may say it covers


def read_parts(path: str) -> tuple[list[Part], int]:
    """The parts of the document in order, and how many pages LibreOffice last counted (0: unknown)."""
    document = load(path)
    parts = list(_Reader(document).parts(document.text))
    counted = 0
    for statistic in document.meta.childNodes:
        if statistic.qname == (METANS, "document-statistic"):
            counted = int(_get(statistic, METANS, "page-count") or 0)
    return parts, counted


def _get(element: Any, space: str, name: str) -> str:
    return str((element.attributes or {}).get((space, name)) or "")


def _kids(element: Any) -> list[Any]:
    return [child for child in element.childNodes if child.nodeType == 1]


class _Reader:
    def __init__(self, document: Any):
        self.styles: dict[str, Any] = {}
        self.lists: dict[str, dict[int, Any]] = {}
        self.outline: dict[int, Any] = {}
        for sheet in (document.styles, document.automaticstyles):
            for style in _kids(sheet):
                levels = {int(_get(level, TEXTNS, "level") or 1): level for level in _kids(style) if _get(level, TEXTNS, "level")}
                if style.qname == (STYLENS, "style"):
                    self.styles[_get(style, STYLENS, "name")] = style
                elif style.qname == (TEXTNS, "list-style"):
                    self.lists[_get(style, STYLENS, "name")] = levels
                elif style.qname == (TEXTNS, "outline-style"):
                    self.outline = levels
        self.counts: dict[str, dict[int, int]] = defaultdict(dict)
        self.ends: dict[str, str] = {}  # the last list of a style, for those that carry on
        self.called = 0
        self.notes: list[str] = []
        self.boxes: list[Any] = []
        self.begun = False

    def parts(self, parent: Any, mark: str = "") -> Iterator[Part]:
        for element in _kids(parent):
            kind = element.qname
            if kind in _SKIPPED:
                continue
            if kind in ((TEXTNS, "p"), (TEXTNS, "h")):
                yield from self._paragraph(element, mark)
                mark = ""
            elif kind == (TEXTNS, "list"):
                yield from self._list(element, 1, "")
            elif kind == (TABLENS, "table"):
                yield from self._broken(element)
                yield from self._table(element)
            elif kind == (TEXTNS, "soft-page-break"):
                yield Break(sure=True)
            else:
                yield from self.parts(element)

    def _broken(self, element: Any) -> Iterator[Part]:
        """A page's end where the style asks for one before this; the first paragraph begins the first page anyway."""
        name, begun, self.begun = _get(element, TEXTNS, "style-name") or _get(element, TABLENS, "style-name"), self.begun, True
        for style in self._chain(name):
            breaks = [_get(p, FONS, "break-before") for p in _kids(style)]
            if "page" in breaks or _get(style, STYLENS, "master-page-name"):
                if begun:
                    yield Break()
                return
            if any(breaks):
                return

    def _chain(self, name: str) -> Iterator[Any]:
        for _ in range(20):
            style = self.styles.get(name)
            if style is None:
                return
            yield style
            name = _get(style, STYLENS, "parent-style-name")

    def _paragraph(self, element: Any, mark: str) -> Iterator[Part]:
        yield from self._broken(element)
        item, level = bool(mark), 0
        text = self._text(element)
        if element.qname == (TEXTNS, "h"):
            level, item = int(_get(element, TEXTNS, "outline-level") or 1), False
            if text.strip() and not mark:
                mark = self._numbered(self.outline, "", level)
        if mark and text.strip():
            text = f"{mark} {text}"
        if self.notes:
            text, self.notes = " ".join([text, *self.notes]), []
        for piece in re.split(f"({_SURE})", text):
            if piece == _SURE:
                yield Break(sure=True)
            elif piece.strip():
                yield Text(piece, level, item)
                level = 0
        boxes, self.boxes = self.boxes, []
        for box in boxes:
            yield from self.parts(box)

    def _list(self, element: Any, rank: int, style: str) -> Iterator[Part]:
        style = _get(element, TEXTNS, "style-name") or style
        carries = _get(element, TEXTNS, "continue-numbering") == "true" or _get(element, TEXTNS, "continue-list")
        if rank == 1 and not carries:
            self.counts[style] = {}
        for item in _kids(element):
            mark = ""
            for child in _kids(item):
                if child.qname == (TEXTNS, "list"):
                    yield from self._list(child, rank + 1, style)
                    continue
                own = not mark and item.qname == (TEXTNS, "list-item") and child.qname in ((TEXTNS, "p"), (TEXTNS, "h"))
                if own and self._text(child, aside=False).strip():
                    mark = self._numbered(self.lists.get(style, {}), style, rank)
                    yield from self._paragraph(child, mark)
                elif child.qname in ((TEXTNS, "p"), (TEXTNS, "h")):
                    yield from self._paragraph(child, "")
                else:
                    yield from self.parts(item)
                    break

    def _numbered(self, levels: dict[int, Any], style: str, rank: int) -> str:
        """The mark of the next item of this rank: "2.1", "•", "Article 3", or nothing."""
        level = levels.get(rank)
        if level is None:
            return ""
        counts = self.counts[style]
        if level.qname[1] == "list-level-style-bullet":
            return BULLET
        counts[rank] = counts[rank] + 1 if rank in counts else int(_get(level, TEXTNS, "start-value") or 1)
        for deeper in [r for r in counts if r > rank]:
            del counts[deeper]
        kind = _get(level, STYLENS, "num-format")
        if not kind:
            return ""
        shown = min(int(_get(level, TEXTNS, "display-levels") or 1), rank)
        numbers = [
            written(counts.get(r, 1), _get(levels[r], STYLENS, "num-format") or "1")
            for r in range(rank - shown + 1, rank + 1)
            if r in levels
        ]
        return (_get(level, STYLENS, "num-prefix") + ".".join(numbers) + _get(level, STYLENS, "num-suffix")).strip()

    def _text(self, element: Any, aside: bool = True) -> str:
        """What a paragraph says; its notes and boxes are laid `aside` in `notes` and `boxes` (or left)."""
        said: list[str] = []
        for child in element.childNodes:
            if child.nodeType != 1:
                said.append(re.sub(r"\s+", " ", str(child.data or "")))
                continue
            kind = child.qname
            if kind == (TEXTNS, "s"):
                said.append(" " * min(int(_get(child, TEXTNS, "c") or 1), 80))
            elif kind == (TEXTNS, "tab"):
                said.append("\t")
            elif kind == (TEXTNS, "line-break"):
                said.append("\n")
            elif kind == (TEXTNS, "soft-page-break"):
                said.append(_SURE)
            elif kind == (TEXTNS, "note"):
                if aside:
                    self._call(child)
            elif kind in ((DRAWNS, "text-box"), (DRAWNS, "custom-shape")):
                if aside:
                    self.boxes.append(child)
            elif kind not in _SKIPPED:
                said.append(self._text(child, aside))
        return "".join(said)

    def _call(self, note: Any) -> None:
        for body in _kids(note):
            if body.qname == (TEXTNS, "note-body"):
                self.called += 1
                text = " ".join(" ".join(self._text(p, aside=False) for p in _kids(body)).split())
                self.notes.append(f"(note {self.called} : {text})")

    def _table(self, element: Any) -> Iterator[Part]:
        """A table; one of a single column is no table but a frame around its paragraphs."""
        rows = list(_rows(element))
        if all(len(_cells(row)) <= 1 for row, _ in rows):
            for row, _ in rows:
                for cell in _cells(row):
                    yield from self.parts(cell)
            return
        cells: list[Cell] = []
        breaks: list[int] = []
        header = at = 0
        for row, heading in rows:
            if row.qname == (TEXTNS, "soft-page-break"):
                breaks.append(at)
                continue
            column = 0
            for cell in _kids(row):
                again = min(int(_get(cell, TABLENS, "number-columns-repeated") or 1), _MOST)
                if cell.qname == (TABLENS, "table-cell"):
                    text = self._cell(cell).replace(_SURE, " ")
                    wide = min(int(_get(cell, TABLENS, "number-columns-spanned") or 1), _MOST)
                    tall = min(int(_get(cell, TABLENS, "number-rows-spanned") or 1), _MOST)
                    cells += [Cell(text, at, column + n, tall, wide) for n in range(again if text or wide * tall == 1 else 1)]
                column = min(column + again, _MOST)  # a covered cell only takes its place
            header += heading and header == at
            at += 1
        cells = [Cell(c.text, c.row, c.column, min(c.rows, at - c.row), c.columns) for c in cells]
        yield Table(cells, header, breaks)
        notes, self.notes = self.notes, []
        yield from (Text(note) for note in notes)

    def _cell(self, element: Any) -> str:
        said = []
        for child in _kids(element):
            if child.qname in ((TEXTNS, "p"), (TEXTNS, "h")):
                said.append(self._text(child))
            elif child.qname not in _SKIPPED:
                mark = f"{BULLET} " if child.qname == (TEXTNS, "list-item") else ""
                said.append(mark + self._cell(child))
        boxes, self.boxes = self.boxes, []
        said += [self._cell(box) for box in boxes]
        return " ".join(said).replace("\t", " ").replace("\n", " ")


def _rows(element: Any, heading: bool = False) -> Iterator[tuple[Any, bool]]:
    """The table's own rows and page ends, in order, and whether they are headings."""
    for child in _kids(element):
        if child.qname in ((TABLENS, "table-row"), (TEXTNS, "soft-page-break")):
            yield child, heading
        elif child.qname[0] == TABLENS and child.qname[1] in ("table-header-rows", "table-rows", "table-row-group"):
            yield from _rows(child, heading or child.qname[1] == "table-header-rows")


def _cells(row: Any) -> list[Any]:
    return [cell for cell in _kids(row) if cell.qname[1] in ("table-cell", "covered-table-cell")]
