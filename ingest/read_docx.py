"""A Word file (DOCX) as paragraphs, tables and page ends, by python-docx; runs in the sandbox.

What is read is what is seen: insertions but not deletions, each text box once, footnotes after their paragraph, the
numbers that Word makes of lists and headings; no table of contents, header, footer, comment or hidden text.
"""

import re
from collections.abc import Iterator
from typing import Any

from docx import Document
from docx.oxml.ns import qn

from ingest.flow import Break, Cell, Part, Table, Text
from ingest.word_numbers import Numbers

_SKIPPED = {
    qn(name)
    for name in ("w:del", "w:moveFrom", "w:instrText", "w:delText", "w:rPr", "w:pPr", "w:sdtPr", "w:sdtEndPr", "w:rubyPr", "w:rt")
}
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BOX = qn("w:txbxContent")
_NOTES = {qn("w:footnoteReference"): "footnotes", qn("w:endnoteReference"): "endnotes"}
_SIGNS = {qn("w:tab"): "\t", qn("w:ptab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-", qn("w:sym"): "•"}
_PAGE, _SURE = "\f", "\v"  # in a paragraph's text while it is read: a page ends here because it is asked, or was seen to


def read_parts(path: str) -> tuple[list[Part], int]:
    """The parts of the document in order, and how many pages Word last counted (0: unknown)."""
    document = Document(path)
    return list(_Reader(document).parts()), _counted(document)


def _counted(document: Any) -> int:
    for part in document.part.package.iter_parts():
        if str(part.partname) == "/docProps/app.xml" and (found := re.search(rb"<(?:\w+:)?Pages>(\d+)<", part.blob)):
            return int(found[1])
    return 0


class _Reader:
    """One pass over the body; `notes` are those called since they were last written."""

    def __init__(self, document: Any):
        self.body = document.element.body
        self.styles = {style.style_id: style for style in document.styles}
        self.numbers = Numbers(document)
        self.sheets = {kind: _notes(document, kind) for kind in ("footnotes", "endnotes")}
        self.called = 0
        self.notes: list[str] = []
        self.boxes: list[Any] = []

    def parts(self) -> Iterator[Part]:
        """The document's parts; a page asked for and then seen to end counts once."""
        asked = False
        for part in self._blocks(self.body):
            if isinstance(part, Break):
                if part.sure and asked:
                    asked = False
                    yield Break(sure=True)
                    continue
                if asked:
                    yield Break()
                asked = not part.sure
                if part.sure:
                    yield part
                continue
            if asked:
                yield Break()
                asked = False
            yield part

    def _blocks(self, parent: Any) -> Iterator[Part]:
        for element in parent:
            if element.tag == qn("w:p"):
                yield from self._paragraph(element)
            elif element.tag == qn("w:tbl"):
                yield from self._table(element)
            elif element.tag == qn("w:sdt"):
                gallery = element.find(f".//{qn('w:docPartGallery')}")
                if gallery is None or gallery.get(qn("w:val")) != "Table of Contents":
                    yield from self._blocks(element.findall(qn("w:sdtContent")))
            elif element.tag not in _SKIPPED and element.tag != _FALLBACK:
                yield from self._blocks(element)

    def _paragraph(self, element: Any) -> Iterator[Part]:
        style = self._style(element)
        if style is not None and re.match(r"(?:toc|TM)\s?\d", style.name or ""):
            return
        if self._property(element, style, "w:pageBreakBefore") is not None:
            yield Break()
        level, item = self._level(element, style), False
        text = self._text(element)
        if text.strip(" \t\n\f\v"):
            mark = self.numbers.mark(element, style)
            item = bool(mark) and not level
            text = re.sub(r"^([\s\f\v]*)", rf"\g<1>{mark} ", text, count=1) if mark else text
        if self.notes:
            text, self.notes = " ".join([text, *self.notes]), []
        for piece in re.split(f"([{_PAGE}{_SURE}])", text):
            if piece in (_PAGE, _SURE):
                yield Break(sure=piece == _SURE)
            elif piece.strip():
                yield Text(piece, level, item)
                level = 0
        boxes, self.boxes = self.boxes, []
        for box in boxes:
            yield from self._blocks(box)
        section = element.find(f"{qn('w:pPr')}/{qn('w:sectPr')}")
        if section is not None:
            kind = section.find(qn("w:type"))
            if kind is None or kind.get(qn("w:val")) in ("nextPage", "oddPage", "evenPage"):
                yield Break()

    def _text(self, element: Any, cell: bool = False) -> str:
        """What a paragraph says, with its page ends; its notes and boxes are laid aside in `notes` and `boxes`."""
        said: list[str] = []
        for child in element:
            if child.tag == qn("w:t"):
                said.append(child.text or "")
            elif child.tag == qn("w:lastRenderedPageBreak"):
                said.append(_SURE)
            elif child.tag == qn("w:br") and child.get(qn("w:type")) in ("page", "column"):
                said.append(_PAGE if child.get(qn("w:type")) == "page" else "\n")
            elif child.tag in _SIGNS:
                said.append(_SIGNS[child.tag])
            elif child.tag in _NOTES:
                self._call(_NOTES[child.tag], child.get(qn("w:id")))
            elif child.tag == _BOX:
                self.boxes.append(child)
            elif child.tag in _SKIPPED or child.tag == _FALLBACK or not isinstance(child.tag, str) or _hidden(child):
                continue
            else:
                said.append(self._text(child))
        return "".join(said)

    def _call(self, kind: str, ident: str | None) -> None:
        note = self.sheets[kind].get(ident or "")
        if note is not None:
            self.called += 1
            mark = self.called
            text = " ".join("".join(self._text(p) for p in note.iter(qn("w:p"))).split())
            self.notes.append(f"(note {mark} : {text})")

    def _style(self, element: Any) -> Any:
        found = element.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        return self.styles.get(found.get(qn("w:val"))) if found is not None else None

    def _property(self, element: Any, style: Any, name: str) -> Any:
        """A property of a paragraph, its own or its style's; None when it has none or it is switched off."""
        for holder in (element, *_chain(style)):
            found = holder.find(f"{qn('w:pPr')}/{qn(name)}")
            if found is not None:
                return None if found.get(qn("w:val")) in ("0", "false", "off") else found
        return None

    def _level(self, element: Any, style: Any) -> int:
        """A heading's rank from 1, 0 for a paragraph."""
        for holder in (element, *_chain(style)):
            found = holder.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
            if found is not None:
                return (int(found.get(qn("w:val"))) + 1) % 10  # 9 is « corps de texte »
        return 0

    def _table(self, element: Any) -> Iterator[Part]:
        """A table; one of a single column is no table but a frame around its paragraphs."""
        rows = [row for row in element.iter(qn("w:tr")) if _owner(row, qn("w:tbl")) is element]
        if all(len(list(_cells(row))) <= 1 for row in rows):
            for row in rows:
                for cell in _cells(row):
                    yield from self._blocks(cell)
            return
        cells: list[Cell] = []
        open_at: dict[int, Cell] = {}
        breaks: list[int] = []
        header, bold = 0, True
        for r, row in enumerate(rows):
            first = row.find(f"{qn('w:trPr')}/{qn('w:gridBefore')}")
            column = int(first.get(qn("w:val"))) if first is not None else 0
            header += row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None and header == r
            for cell in _cells(row):
                span, merge = _value(cell, "w:gridSpan"), cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
                width = max(1, min(int(span or 1), 200))
                text = self._cell(cell)
                if _SURE in text:
                    breaks.append(r if re.match(rf"\s*{_SURE}", text) or r + 1 >= len(rows) else r + 1)
                    text = text.replace(_SURE, " ")
                text = text.replace(_PAGE, " ")
                if merge is not None and merge.get(qn("w:val")) != "restart" and column in open_at:
                    above = open_at[column]
                    grown = Cell(f"{above.text} {text}".strip(), above.row, column, r - above.row + 1, above.columns)
                    cells[cells.index(above)] = open_at[column] = grown
                else:
                    open_at[column] = Cell(text, r, column, 1, width)
                    cells.append(open_at[column])
                bold &= r > 0 or not text.strip() or _bold(cell)
                column += width
        whole = bold and len(rows) > 1 and not all(_bold(c) for c in _cells(rows[1]))
        yield Table(cells, header or int(whole), sorted(set(breaks)))
        notes, self.notes = self.notes, []
        yield from (Text(note) for note in notes)

    def _cell(self, cell: Any) -> str:
        """A cell's text on one line, nested tables and boxes included."""
        said = []
        for paragraph in cell.iter(qn("w:p")):
            if any(a.tag in (_BOX, _FALLBACK) for a in paragraph.iterancestors() if a is not cell):
                continue
            text = self._text(paragraph)
            mark = self.numbers.mark(paragraph, self._style(paragraph)) if text.strip() else ""
            said.append(f"{mark} {text}" if mark else text)
            boxes, self.boxes = self.boxes, []
            said += [self._text(p) for box in boxes for p in box.iter(qn("w:p"))]
        return " ".join(said).replace("\t", " ").replace("\n", " ")


def _notes(document: Any, kind: str) -> dict[str, Any]:
    """The notes of a sheet by their ids; separators are no notes."""
    from docx.oxml import parse_xml

    for relation in document.part.rels.values():
        if not relation.is_external and relation.reltype.endswith(f"/{kind}"):
            sheet = parse_xml(relation.target_part.blob)
            return {note.get(qn("w:id")): note for note in sheet if note.get(qn("w:type")) in (None, "normal")}
    return {}


def _chain(style: Any) -> Iterator[Any]:
    """A style's element and those of the styles that it is based on."""
    for _ in range(20):
        if style is None:
            return
        yield style.element
        style = style.base_style


def _hidden(run: Any) -> bool:
    found = run.find(f"{qn('w:rPr')}/{qn('w:vanish')}")
    return found is not None and found.get(qn("w:val")) not in ("0", "false", "off")


def _owner(element: Any, tag: str) -> Any:
    return next((a for a in element.iterancestors() if a.tag == tag), None)


def _cells(row: Any) -> Iterator[Any]:
    """The row's own cells, those in content controls too."""
    for child in row:
        if child.tag == qn("w:tc"):
            yield child
        elif child.tag == qn("w:sdt"):
            for content in child.findall(qn("w:sdtContent")):
                yield from _cells(content)


def _value(cell: Any, name: str) -> str | None:
    found = cell.find(f"{qn('w:tcPr')}/{qn(name)}")
    return found.get(qn("w:val")) if found is not None else None


def _bold(cell: Any) -> bool:
    """Is all of the cell's text bold by its own runs?"""
    runs = [run for run in cell.iter(qn("w:r")) if "".join(run.itertext()).strip()]
    marks = [run.find(f"{qn('w:rPr')}/{qn('w:b')}") for run in runs]
    return bool(runs) and all(mark is not None and mark.get(qn("w:val")) not in ("0", "false") for mark in marks)
