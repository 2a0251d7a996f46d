"""Draws the blocks of a contract on A4 pages; each author's layout (looks.py) changes what it wants."""

import io
import re
from typing import Any

from reportlab.lib.colors import Color, HexColor, black
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    KeepTogether,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

from evals.contracts.markup import Block, merges


class Note(Flowable):  # type: ignore[misc]
    """Takes no room; tells its painter on which page a note is called."""

    def __init__(self, painter: "Painter", number: str, text: str) -> None:
        super().__init__()
        self.painter, self.number, self.text = painter, number, text
        self.width = self.height = 0

    def draw(self) -> None:
        page = self.canv.getPageNumber()
        self.painter.notes.setdefault(page, {})[self.number] = self.text


class Document(BaseDocTemplate):  # type: ignore[misc]
    """Sends headings to the table of contents."""

    def afterFlowable(self, flowable: Any) -> None:
        level = getattr(flowable, "toc_level", None)
        if level is not None:
            self.notify("TOCEntry", (level, flowable.getPlainText(), self.page))


class Painter:
    """Fonts, colours and spaces of one author, and one method a kind of block."""

    title = ""
    fonts = ("Helvetica", "Helvetica-Bold", "Helvetica-Oblique")
    size, leading, cell = 11.0, 16.0, 9.0
    left, right, top, bottom = 22.0, 22.0, 22.0, 20.0
    ink: Color = black
    shade: Color = HexColor("#e4e4e4")
    head_ink: Color = black
    bullet = "-"
    first_line = 0.0
    scale = 1.0

    def __init__(self) -> None:
        self.flow: list[Any] = []
        self.notes: dict[int, dict[str, str]] = {}
        self.total = 0
        self.width = A4[0] - (self.left + self.right) * mm
        regular, bold, _ = self.fonts
        base = ParagraphStyle("body", fontName=regular, fontSize=self.size, leading=self.leading, spaceAfter=self.size * 0.6)
        self.body = ParagraphStyle("text", base, firstLineIndent=self.first_line, allowWidows=0, allowOrphans=0)
        self.item_style = ParagraphStyle("item", base, leftIndent=20, bulletIndent=7, spaceAfter=3)
        self.bold_style = ParagraphStyle("bold", base, fontName=bold, spaceBefore=5, spaceAfter=3, keepWithNext=1)
        self.cell_style = ParagraphStyle("cell", fontName=regular, fontSize=self.cell, leading=self.cell * 1.25)
        self.caption = ParagraphStyle("caption", self.cell_style, fontName=bold, spaceBefore=4, spaceAfter=4, keepWithNext=1)
        self.h = [
            ParagraphStyle(f"h{n}", base, fontName=bold, fontSize=self.size * k, leading=self.leading * k, textColor=self.ink,
                           spaceBefore=before, spaceAfter=6, keepWithNext=1)
            for n, (k, before) in enumerate(((1.35, 14), (1.12, 10), (1.0, 6)), 1)
        ]  # fmt: skip

    # -- text

    def typeset(self, text: str) -> str:
        """The author's typography, and the numbers of notes set high."""
        return re.sub(r"\[\^(\d+)\]", r"<super>\1</super>", text)

    def para(self, text: str, style: Any, **more: Any) -> Any:
        return Paragraph(self.typeset(text), style, **more)

    def say(self, text: str, style: Any) -> None:
        self.flow.append(self.para(text, style))

    # -- blocks

    def add(self, blocks: list[Block]) -> None:
        for block in blocks:
            getattr(self, f"do_{block.kind}")(block)

    def do_p(self, block: Block) -> None:
        self.say(block.text, self.body)

    def do_item(self, block: Block) -> None:
        self.flow.append(self.para(block.text, self.item_style, bulletText=self.bullet))

    def do_bold(self, block: Block) -> None:
        self.flow.append(CondPageBreak(25 * mm))
        self.say(block.text, self.bold_style)

    def heading(self, text: str, level: int) -> None:
        paragraph = self.para(text, self.h[level - 1])
        paragraph.toc_level = level - 1 if level < 3 else None
        self.flow.append(CondPageBreak((66, 45, 26)[level - 1] * mm))
        self.flow.append(paragraph)

    def do_h1(self, block: Block) -> None:
        self.heading(block.text, 1)

    def do_h2(self, block: Block) -> None:
        self.heading(block.text, 2)

    def do_h3(self, block: Block) -> None:
        self.heading(block.text, 3)

    def do_note(self, block: Block) -> None:
        self.flow.append(Note(self, block.options["n"], block.text))

    def do_table(self, block: Block) -> None:
        table = self.grid(block)
        caption = block.options.get("caption")
        parts = [self.para(caption, self.caption), table] if caption else [table]
        while self.flow and (isinstance(self.flow[-1], CondPageBreak) or self.keeps(self.flow[-1])):
            parts.insert(0, self.flow.pop())
        parts = [part for part in parts if not isinstance(part, CondPageBreak)]
        self.flow.append(KeepTogether([*parts, Spacer(1, 9)]))

    def keeps(self, flowable: Any) -> bool:
        """Whether it is a heading or a bold line, never left alone at the foot of a page."""
        return bool(getattr(getattr(flowable, "style", None), "keepWithNext", 0))

    # -- tables

    def rules(self, block: Block, count: int, head: int) -> list[Any]:
        """The lines and fills of a table; each author has others."""
        return [("GRID", (0, 0), (-1, -1), 0.5, black), ("BACKGROUND", (0, 0), (-1, head - 1), self.shade)]

    def grid(self, block: Block) -> Any:
        rows = block.rows()
        head = block.number("head", 1)
        right = block.number("right", 99)
        total = len(rows) - 1 if "total" in block.options else -1
        width = max(map(len, rows))
        cells: list[list[Any]] = []
        for r, row in enumerate(rows):
            line: list[Any] = []
            for c, text in enumerate([*row, *[""] * (width - len(row))]):
                strong = r < head or r == total or (head == 0 and c == 0)
                style = ParagraphStyle(
                    "c", self.cell_style, fontName=self.fonts[1] if strong else self.fonts[0],
                    alignment=TA_CENTER if r < head and c >= right else TA_RIGHT if c >= right and r >= head else 0,
                    textColor=self.head_ink if r < head else black,
                )  # fmt: skip
                line.append("" if text in ("^", "<") else self.para(text, style))
            cells.append(line)
        look: list[Any] = [("SPAN", (c, r), (c2, r2)) for c, r, c2, r2 in merges(rows)]
        look += [("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
        look += [
            (f"{side}PADDING", (0, 0), (-1, -1), room) for side, room in (("TOP", 3), ("BOTTOM", 4), ("LEFT", 4), ("RIGHT", 4))
        ]
        look += self.rules(block, len(rows), head)
        widths = block.numbers("widths")
        return Table(cells, [w * self.width / sum(widths) for w in widths], style=look, repeatRows=head)

    # -- page

    def paint_page(self, canvas: Any, page: int, part: str) -> None:
        """Running headers and the like."""

    def paint_notes(self, canvas: Any, page: int) -> None:
        notes = sorted(self.notes.get(page, {}).items())
        if not notes:
            return
        y = self.bottom * mm - 4
        canvas.setLineWidth(0.5)
        canvas.setStrokeColor(black)
        canvas.line(self.left * mm, y, self.left * mm + 50 * mm, y)
        style = ParagraphStyle("note", self.cell_style, fontSize=self.cell - 1, leading=self.cell + 1)
        for number, text in notes:
            paragraph = self.para(f"{number}. {text}", style)
            _, height = paragraph.wrap(self.width, 100)
            y -= height + 2
            paragraph.drawOn(canvas, self.left * mm, y)

    def build(self, blocks: list[Block]) -> bytes:
        """The whole contract as a PDF: drawn twice, since the second drawing knows the number of pages."""
        for _ in range(2):
            self.flow, self.notes, out = [], {}, io.BytesIO()
            doc = Document(out, pagesize=A4, invariant=1, title=self.title, author="", lang="fr-FR")
            frame = (self.left * mm, self.bottom * mm, self.width, A4[1] - (self.top + self.bottom) * mm)
            for part in ("cover", "main", "avenant"):
                page = Frame(*frame, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
                doc.addPageTemplates(PageTemplate(part, [page], onPage=self.on_page(part), onPageEnd=self.on_page_end))
            self.add(blocks)
            doc.multiBuild(self.flow)
            self.total = doc.page
        return out.getvalue()

    def on_page(self, part: str) -> Any:
        def draw(canvas: Any, doc: Any) -> None:
            canvas.saveState()
            self.paint_page(canvas, doc.page, part)
            canvas.restoreState()

        return draw

    def on_page_end(self, canvas: Any, doc: Any) -> None:
        canvas.saveState()
        self.paint_notes(canvas, doc.page)
        canvas.restoreState()

    def turn_to(self, part: str) -> None:
        self.flow += [NextPageTemplate(part), PageBreak()]
