"""Make cpom-demo.pdf, the fictional contract that the product is shown and measured on.

Usage: python corpus/demo/make_demo.py [OUT.pdf]

The words stand in contract.yaml, annexes.yaml and avenant.yaml: lists of one-key blocks, each drawn by the method of
that name in Story. The same sources give the same bytes on every machine: built-in fonts, no date, no compression.
"""

import re
import sys
from pathlib import Path

import yaml
from reportlab.lib.colors import HexColor, white
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Frame,
    KeepTogether,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)
from reportlab.platypus.tableofcontents import TableOfContents

HERE = Path(__file__).resolve().parent
BLUE, PALE, GREY, RED = HexColor("#1f3a5f"), HexColor("#eef2f7"), HexColor("#8a97a8"), HexColor("#9b2c2c")
MARGIN, WIDTH = 18 * mm, A4[0] - 36 * mm

BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=10.4, leading=15, spaceAfter=7)
ITEM = ParagraphStyle("item", BODY, leftIndent=16, bulletIndent=4, spaceAfter=4)
CENTER = ParagraphStyle("center", BODY, alignment=TA_CENTER, textColor=BLUE, spaceAfter=8)
CELL = ParagraphStyle("cell", fontName="Helvetica", fontSize=8.3, leading=10.4)
CELL_RIGHT = ParagraphStyle("cell-right", CELL, alignment=TA_RIGHT)
HEAD = ParagraphStyle("head", CELL, fontName="Helvetica-Bold", textColor=white)
HEAD_RIGHT = ParagraphStyle("head-right", HEAD, alignment=TA_RIGHT)
CAPTION = ParagraphStyle("caption", CELL, fontName="Helvetica-Bold", textColor=BLUE, spaceBefore=5, spaceAfter=4, keepWithNext=1)
SIGNATURE = ParagraphStyle("signature", CELL, fontSize=9, leading=12, alignment=TA_CENTER)
TITRE = ParagraphStyle(
    "titre",
    fontName="Helvetica-Bold",
    fontSize=13,
    leading=17,
    textColor=white,
    backColor=BLUE,
    borderPadding=(5, 6, 5, 6),
    leftIndent=6,
    rightIndent=6,
    spaceBefore=14,
    spaceAfter=14,
    keepWithNext=1,
)
HEADING = ParagraphStyle(
    "heading",
    fontName="Helvetica-Bold",
    fontSize=12,
    leading=16,
    textColor=BLUE,
    spaceBefore=10,
    spaceAfter=5,
    keepWithNext=1,
)
ARTICLE = ParagraphStyle("article", HEADING, fontSize=11.2, leading=15)
SUB = ParagraphStyle("sub", fontName="Helvetica-Bold", fontSize=10, leading=14, spaceBefore=4, spaceAfter=3, keepWithNext=1)
TOC_LEVELS = [
    ParagraphStyle("toc-titre", fontName="Helvetica-Bold", fontSize=9.6, leading=13, textColor=BLUE, spaceBefore=4),
    ParagraphStyle("toc-article", fontName="Helvetica", fontSize=9.4, leading=13, leftIndent=14),
]


def french(text):
    """Typographic apostrophes, and no-break spaces where a French line never breaks."""
    text = " ".join(text.split()).replace("'", "’")
    return re.sub(r" (?=[:;?!»%€])|(?<=«) |(?<=\d) (?=\d{3}\b)|(?<=n°) |(?<=\b[LR]\.) ", "\N{NO-BREAK SPACE}", text)


def rows_of(block):
    return [[french(cell) for cell in line.split("|")] for line in block.strip().splitlines()]


class Contract(BaseDocTemplate):
    """A4 pages with a running header and footer; `total` is the page count, known from a first build."""

    def __init__(self, path, total):
        super().__init__(
            str(path),
            pagesize=A4,
            invariant=1,
            pageCompression=0,
            lang="fr-FR",
            title="CPOM 2024-2028 – Association Orvelle Solidarités (document fictif)",
            author="Équipe casf",
            subject="Contrat de démonstration, entièrement fictif",
        )
        self.total = total
        frame = Frame(MARGIN, 20 * mm, WIDTH, A4[1] - 42 * mm, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
        for name, running in (
            ("cover", ""),
            ("contract", "CPOM 2024-2028 – Association Orvelle Solidarités"),
            ("avenant", "Avenant n° 1 au CPOM 2024-2028 – Association Orvelle Solidarités"),
        ):
            self.addPageTemplates(PageTemplate(name, [frame], onPage=self.header(running), onPageEnd=self.footer))

    def header(self, running):
        def draw(canvas, _doc):
            if running:
                self.band(canvas, A4[1] - 14 * mm, french(running), "Document fictif")
                canvas.line(MARGIN, A4[1] - 16 * mm, MARGIN + WIDTH, A4[1] - 16 * mm)

        return draw

    def footer(self, canvas, doc):
        self.band(canvas, 11 * mm, french("ARS Val-d'Ormaie – Département de la Sauldaine"), f"Page {doc.page} / {self.total}")
        canvas.line(MARGIN, 15 * mm, MARGIN + WIDTH, 15 * mm)

    def band(self, canvas, y, left, right):
        canvas.setFont("Helvetica", 8)
        canvas.setFillColor(GREY)
        canvas.setStrokeColor(GREY)
        canvas.drawString(MARGIN, y, left)
        canvas.drawRightString(MARGIN + WIDTH, y, right)

    def afterFlowable(self, flowable):
        level = {"titre": 0, "heading": 0, "article": 1}.get(getattr(getattr(flowable, "style", None), "name", None))
        if level is not None:
            text = flowable.getPlainText()
            key = f"s{self.page}-{text}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(text, key, level)
            self.notify("TOCEntry", (level, text, self.page, key))


class Story:
    """Turns the blocks of the YAML files into flowables, one method a kind of block."""

    def __init__(self):
        self.flow = []

    def add(self, blocks):
        for block in blocks:
            ((kind, value),) = block.items()
            getattr(self, kind)(value)
        return self

    def text(self, value, style):
        self.flow.append(Paragraph(french(value), style))

    def p(self, value):
        self.text(value, BODY)

    def center(self, value):
        self.text(value, CENTER)

    def heading(self, value):
        self.text(value, HEADING)

    def article(self, value):
        self.flow.append(CondPageBreak(30 * mm))
        self.text(value, ARTICLE)

    def sub(self, value):
        self.text(value, SUB)

    def titre(self, value):
        """A title, an annex or the avenant: each opens on a new page, save the short last annex."""
        self.flow.append(CondPageBreak(70 * mm) if value.startswith("ANNEXE 5") else PageBreak())
        self.text(value, TITRE)

    def page_break(self, _value):
        self.flow.append(PageBreak())

    def list(self, items):
        for item in items:
            self.flow.append(Paragraph(french(item), ITEM, bulletText="–"))

    def visas(self, lines):
        for line in lines.strip().splitlines():
            self.text(f"Vu {line}", ITEM)

    def toc(self, title):
        tight = TableStyle(
            [
                ("TOPPADDING", (0, 0), (-1, -1), 1),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 0),
            ]
        )
        entries = TableOfContents(levelStyles=TOC_LEVELS, tableStyle=tight, dotsMinLevel=0)
        self.flow += [Paragraph(title, ParagraphStyle("toc", HEADING)), entries, PageBreak()]

    def cover(self, page):
        big = ParagraphStyle("big", fontName="Helvetica-Bold", fontSize=25, leading=31, textColor=BLUE, alignment=TA_CENTER)
        small = ParagraphStyle("small", BODY, alignment=TA_CENTER, fontSize=11.5, leading=16)
        party = ParagraphStyle("party", small, fontName="Helvetica-Bold", fontSize=13, leading=26, textColor=BLUE)
        warning = ParagraphStyle(
            "warning",
            CELL,
            fontSize=9.2,
            leading=12.5,
            leftIndent=8,
            rightIndent=8,
            textColor=RED,
            borderColor=RED,
            borderWidth=0.8,
            borderPadding=7,
        )
        self.flow += [Spacer(1, 6 * mm), Paragraph(french(page["banner"]), warning), Spacer(1, 42 * mm)]
        self.flow += [Paragraph(french(page["title"]), big), Spacer(1, 8 * mm), Paragraph(french(page["period"]), big)]
        self.flow += [Spacer(1, 8 * mm), Paragraph(french(page["subtitle"]), small), Spacer(1, 24 * mm)]
        self.flow += [Paragraph(french(name), party) for name in page["parties"]]
        self.flow += [Spacer(1, 24 * mm), Paragraph(french(page["reference"]), small), Paragraph(french(page["note"]), small)]
        self.flow += [NextPageTemplate("contract"), PageBreak()]

    def table(self, spec):
        """Columns from `numeric` on are set right; `total` sets the last row in bold; with `splits`, a long table goes over the page and repeats its head."""
        rows = rows_of(spec["rows"])
        columns = len(rows[0])
        first_right = spec.get("numeric", columns)
        total = len(rows) - 1 if spec.get("total") else None

        def cell(text, row, column):
            right = column >= first_right
            if row == 0:
                return Paragraph(text, HEAD_RIGHT if right else HEAD)
            return Paragraph(f"<b>{text}</b>" if row == total else text, CELL_RIGHT if right else CELL)

        cells = [[cell(text, r, c) for c, text in enumerate(row)] for r, row in enumerate(rows)]
        style = [
            ("BACKGROUND", (0, 0), (-1, 0), BLUE),
            ("ROWBACKGROUNDS", (0, 1), (-1, -1), [white, PALE]),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, GREY),
            ("BOX", (0, 0), (-1, -1), 0.6, GREY),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("LEFTPADDING", (0, 0), (-1, -1), 4),
            ("RIGHTPADDING", (0, 0), (-1, -1), 4),
            ("TOPPADDING", (0, 0), (-1, -1), 3),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
        ]
        table = Table(cells, colWidths=[w * mm for w in spec["widths"]], repeatRows=1, style=TableStyle(style), spaceAfter=8)
        if spec.get("splits"):
            caption = ParagraphStyle("free", CAPTION, keepWithNext=0)
            self.flow += [CondPageBreak(60 * mm), Paragraph(french(spec["caption"]), caption), table]
        else:
            self.flow.append(KeepTogether([Paragraph(french(spec["caption"]), CAPTION), table]))

    def fiche(self, text):
        title, *lines = rows_of(text)
        cells = [[Paragraph(title[0], HEAD), ""]]
        cells += [[Paragraph(f"<b>{name}</b>", CELL), Paragraph(value, CELL)] for name, value in lines]
        style = [
            ("SPAN", (0, 0), (-1, 0)),
            ("BACKGROUND", (0, 0), (-1, 0), BLUE),
            ("BACKGROUND", (0, 1), (0, -1), PALE),
            ("GRID", (0, 0), (-1, -1), 0.4, GREY),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("TOPPADDING", (0, 0), (-1, -1), 3),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
        ]
        self.flow.append(
            KeepTogether([Table(cells, colWidths=[28 * mm, WIDTH - 28 * mm], style=TableStyle(style), spaceAfter=12)])
        )

    def signatures(self, text):
        """Place and date, then three columns: for whom, in what capacity, the mention "Signé", the name."""
        place, *lines = rows_of(text)
        columns = ["{}<br/>{}<br/><br/><i>{}</i><br/><br/><b>{}</b>".format(*parts) for parts in zip(*lines, strict=False)]
        style = [
            ("GRID", (0, 0), (-1, -1), 0.4, GREY),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("TOPPADDING", (0, 0), (-1, -1), 6),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 8),
        ]
        table = Table([[Paragraph(column, SIGNATURE) for column in columns]], colWidths=[WIDTH / 3] * 3, style=TableStyle(style))
        self.flow.append(KeepTogether([Paragraph(place[0], BODY), table]))


def read(name):
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


def build(path, total=0):
    """Write the contract to `path` and return how many pages it has."""
    story = Story().add(read("contract.yaml") + read("annexes.yaml"))
    story.flow.append(NextPageTemplate("avenant"))
    story.add(read("avenant.yaml"))
    doc = Contract(path, total)
    doc.multiBuild(story.flow)
    return doc.page


def main():
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "cpom-demo.pdf"
    build(path, total=build(path))
    print(path)


if __name__ == "__main__":
    main()
