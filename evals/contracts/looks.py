"""Three layouts, as by three authors: a book-like one in Times, a coloured one in a sans serif, a prefecture's typing."""

import re
from pathlib import Path
from typing import Any

import reportlab
from reportlab.lib.colors import HexColor, black, white
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import CondPageBreak, KeepTogether, PageBreak, Spacer, Table
from reportlab.platypus.tableofcontents import TableOfContents

from evals.contracts.markup import Block
from evals.contracts.paper import Painter

NBSP, SHY = "\N{NO-BREAK SPACE}", "\N{SOFT HYPHEN}"
_V, _C = "aeiouyéèêëàâîïôûùœ", "bcdfghjklmnpqrstvxz"
_LONG = re.compile(rf"(?<![\w'’-])[{_V}{_C}ç]{{9,}}(?![\w-])")
_CUT = re.compile(rf"(?<=[{_V}])(?=[{_C}][{_V}])|(?<=[{_V}][lmnprst])(?=[bcdfgmpqstv][{_V}])")


def hyphenated(text: str) -> str:
    """Soft hyphens in long words, so that lines end as they do in a set book."""

    def cut(word: re.Match[str]) -> str:
        points = [m.start() for m in _CUT.finditer(word[0]) if 3 <= m.start() <= len(word[0]) - 4]
        return "".join(SHY * (i in points) + letter for i, letter in enumerate(word[0]))

    return _LONG.sub(cut, text)


class Ehpad(Painter):
    """Times, justified, black; the page number in the header as « - 12 - »; merged cells; the avenant numbered anew."""

    title = "CPOM tripartite 2023-2027, EPSMS Les Rives de la Thève (document fictif)"
    fonts = ("Times-Roman", "Times-Bold", "Times-Italic")
    size, leading, cell = 12.0, 17.6, 9.8
    left, right, top, bottom = 25.0, 23.0, 27.0, 22.0
    shade = HexColor("#dddddd")
    bullet = "–"
    first_line = 14.0

    def __init__(self) -> None:
        super().__init__()
        self.first_avenant = 0
        self.body.alignment = self.item_style.alignment = TA_JUSTIFY
        self.body.embeddedHyphenation = self.item_style.embeddedHyphenation = 1
        self.h[0].alignment = TA_CENTER
        self.h[2].fontName = "Times-BoldItalic"

    def typeset(self, text: str) -> str:
        text = super().typeset(text.replace("'", "’"))
        return re.sub(r" (?=[:;?!»%€])|(?<=«) |(?<=\d) (?=\d{3}\b)|(?<=n°) |(?<=\b[LR]\.) |(?<=[–+]) (?=\d)", NBSP, text)

    def para(self, text: str, style: Any, **more: Any) -> Any:
        if style in (self.body, self.item_style):
            text = hyphenated(text)
        return super().para(text, style, **more)

    def do_cover(self, block: Block) -> None:
        first, second, years, *rest = block.lines
        big = ParagraphStyle("big", fontName="Times-Bold", fontSize=24, leading=32, alignment=TA_CENTER)
        mid = ParagraphStyle("mid", self.body, alignment=TA_CENTER, fontSize=13, leading=24, firstLineIndent=0)
        self.flow += [Spacer(1, 55 * mm), *(self.para(line, big) for line in (first, second, years)), Spacer(1, 25 * mm)]
        self.flow += [self.para(line, mid) for line in rest]
        self.turn_to("main")

    def do_columns(self, block: Block) -> None:
        middle = block.lines.index("---")
        narrow = ParagraphStyle("narrow", self.body, fontSize=10.6, leading=14.5, firstLineIndent=0)
        columns = [
            [self.para(line.removeprefix("** "), self.bold_style if line.startswith("**") else narrow) for line in part]
            for part in (block.lines[:middle], block.lines[middle + 1 :])
        ]
        style = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEAFTER", (0, 0), (0, 0), 0.5, black)]
        self.flow += [Table([columns], [self.width / 2] * 2, style=style), Spacer(1, 12)]

    def do_h1(self, block: Block) -> None:
        if block.text.startswith(("TITRE", "ANNEXE A", "ANNEXE B", "ANNEXE C", "PRÉAMBULE")):
            self.flow.append(PageBreak())
        self.heading(block.text, 1)

    def rules(self, block: Block, count: int, head: int) -> list[Any]:
        lines: list[Any] = [("GRID", (0, 0), (-1, -1), 0.6, black)]
        return [*lines, ("BACKGROUND", (0, 0), (-1, head - 1), self.shade)] if head else lines

    def do_fiche(self, block: Block) -> None:
        (code, name), *rows = block.rows()
        cells: list[list[Any]] = [
            [self.para(f"<b>Fiche {code}</b>", self.cell_style), self.para(f"<b>{name}</b>", self.cell_style)]
        ]
        cells += [[self.para(f"<i>{label}</i>", self.cell_style), self.para(text, self.cell_style)] for label, text in rows]
        style = [
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
            ("BOX", (0, 0), (-1, -1), 1, black),
            ("LINEBELOW", (0, 0), (-1, 0), 0.6, black),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ]
        self.flow.append(KeepTogether([Table(cells, [30 * mm, self.width - 30 * mm], style=style), Spacer(1, 12)]))

    def do_sign(self, block: Block) -> None:
        place, *rows = block.lines
        centre = ParagraphStyle("centre", self.cell_style, alignment=TA_CENTER, fontSize=10.5, leading=13.5)
        titles, names = ([cell.strip() for cell in row.split("|")] for row in rows)
        cells = [[self.para(t, centre) for t in titles], ["", "", ""], [self.para(f"<b>{n}</b>", centre) for n in names]]
        table = Table(cells, [self.width / 3] * 3, rowHeights=[None, 22 * mm, None], style=[("VALIGN", (0, 0), (-1, -1), "TOP")])
        self.flow.append(KeepTogether([Spacer(1, 10), self.para(place, self.body), Spacer(1, 8), table]))

    def do_toc(self, _block: Block) -> None:
        levels = [
            ParagraphStyle("t0", fontName="Times-Bold", fontSize=10, leading=13, spaceBefore=3),
            ParagraphStyle("t1", fontName="Times-Roman", fontSize=10, leading=13, leftIndent=14),
        ]
        self.flow += [
            PageBreak(),
            self.para("TABLE", ParagraphStyle("tt", self.h[0])),
            TableOfContents(
                levelStyles=levels,
                tableStyle=[("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)],
                dotsMinLevel=0,
            ),
        ]

    def do_avenant(self, _block: Block) -> None:
        self.turn_to("avenant")

    def paint_page(self, canvas: Any, page: int, part: str) -> None:
        if part != "avenant":
            self.first_avenant = 0
        if part == "cover":
            return
        y = A4[1] - 15 * mm
        running = "EPSMS « Les Rives de la Thève » – contrat 2023-2027"
        if part == "avenant":
            self.first_avenant = self.first_avenant or page
            page, running = page - self.first_avenant + 1, "Avenant n° 2 au contrat HT-2023-004"
            if page == 1:
                canvas.setLineWidth(1.4)
                canvas.line(9 * mm, A4[1] - 12 * mm, 16 * mm, A4[1] - 8 * mm)
        canvas.setFont("Times-Italic", 9.5)
        canvas.drawString(self.left * mm, y, running.replace("n° ", f"n°{NBSP}"))
        canvas.setFont("Times-Roman", 10.5)
        canvas.drawCentredString(A4[0] / 2 + 55 * mm, y, f"- {page} -")


class Handicap(Painter):
    """A coloured sans serif, numbers before headings, notes at the foot of the page, a box, bullets, ruled tables."""

    title = "CPOM 2022-2026, Fondation Aurèle Desmarets (document fictif)"
    fonts = ("Vera", "VeraBd", "VeraIt")
    size, leading, cell = 9.6, 14.4, 8.2
    left, right, top, bottom = 20.0, 20.0, 18.0, 28.0
    ink = HexColor("#0b6b63")
    head_ink = white
    bullet = "\N{BULLET}"

    def __init__(self) -> None:
        folder = Path(reportlab.__file__).parent / "fonts"
        for name in (*self.fonts, "VeraBI"):
            pdfmetrics.registerFont(TTFont(name, str(folder / f"{name}.ttf")))
        pdfmetrics.registerFontFamily("Vera", "Vera", "VeraBd", "VeraIt", "VeraBI")
        super().__init__()

    def do_cover(self, block: Block) -> None:
        title, name, kinds, who, *rest = block.lines
        band = ParagraphStyle("band", fontName="VeraBd", fontSize=26, leading=34, textColor=white)
        sub = ParagraphStyle("sub", self.body, fontSize=12, leading=19)
        box = Table([[self.para(title, band)]], [self.width], style=[
            ("BACKGROUND", (0, 0), (-1, -1), self.ink), ("LEFTPADDING", (0, 0), (-1, -1), 16),
            ("TOPPADDING", (0, 0), (-1, -1), 30), ("BOTTOMPADDING", (0, 0), (-1, -1), 34),
        ])  # fmt: skip
        self.flow += [
            Spacer(1, 30 * mm),
            box,
            Spacer(1, 14 * mm),
            self.para(name, ParagraphStyle("n", band, textColor=self.ink, fontSize=20)),
        ]
        self.flow += [
            Spacer(1, 6 * mm),
            self.para(kinds, sub),
            Spacer(1, 40 * mm),
            *(self.para(line, sub) for line in (who, *rest)),
        ]
        self.turn_to("main")

    def do_h1(self, block: Block) -> None:
        if block.text.startswith("Annexe 1"):
            self.flow.append(PageBreak())
        self.heading(block.text, 1)

    def rules(self, block: Block, count: int, head: int) -> list[Any]:
        lines: list[Any] = [("LINEBELOW", (0, r), (-1, r), 0.4, HexColor("#9cc4bf")) for r in range(count)]
        return [("BACKGROUND", (0, 0), (-1, head - 1), self.ink), *lines, ("LINEBELOW", (0, -1), (-1, -1), 1.2, self.ink)]

    def do_box(self, block: Block) -> None:
        head, *lines = block.lines
        inside = [self.para(f"<b>{head}</b>", ParagraphStyle("bh", self.body, textColor=self.ink, fontSize=9))]
        inside += [self.para(line, ParagraphStyle("bt", self.body, fontSize=8.8, leading=12.5)) for line in lines]
        style = [
            ("BOX", (0, 0), (-1, -1), 1.2, self.ink),
            ("BACKGROUND", (0, 0), (-1, -1), HexColor("#e9f4f2")),
            ("LEFTPADDING", (0, 0), (-1, -1), 10),
        ]
        self.flow += [Table([[inside]], [self.width * 0.62], hAlign="RIGHT", style=style), Spacer(1, 8)]

    def do_fiche(self, block: Block) -> None:
        (code, name), who, *rows = block.rows()
        text, small = self.cell_style, ParagraphStyle("w", self.cell_style, fontName="VeraBd", textColor=white)
        label = ParagraphStyle("l", self.cell_style, fontName="VeraBd", textColor=self.ink)
        lines: list[list[Any]] = [[self.para(f"{code} – {name}", small), *[""] * 6]]
        lines.append(
            [self.para(who[0], label), self.para(who[1], text), "", "", self.para(who[2], label), self.para(who[3], text), ""]
        )
        style: list[Any] = [
            ("SPAN", (0, 0), (6, 0)),
            ("BACKGROUND", (0, 0), (6, 0), self.ink),
            ("SPAN", (1, 1), (3, 1)),
            ("SPAN", (5, 1), (6, 1)),
        ]
        for row in rows:
            if len(row) == 2:
                style.append(("SPAN", (1, len(lines)), (6, len(lines))))
                lines.append([self.para(row[0], label), self.para(row[1], text), *[""] * 5])
            else:
                lines.append([self.para(cell, label if row[0] == "Indicateur" or c == 0 else text) for c, cell in enumerate(row)])
        style += [
            ("BOX", (0, 0), (-1, -1), 0.8, self.ink),
            ("LINEBELOW", (0, 1), (-1, -1), 0.3, self.ink),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ]
        widths = [self.width * part for part in (0.28, 0.12, 0.12, 0.12, 0.12, 0.12, 0.12)]
        self.flow.append(KeepTogether([Table(lines, widths, style=style), Spacer(1, 14)]))

    def do_sign(self, block: Block) -> None:
        place, *rows = block.lines
        cells = [[self.para(cell.strip(), self.cell_style) for cell in row.split("|")] for row in rows]
        table = Table([*cells, ["", "", ""]], [self.width / 3] * 3, rowHeights=[None, None, 20 * mm], style=[("BOX", (0, 0), (0, -1), 0.5, self.ink),
                      ("BOX", (1, 0), (1, -1), 0.5, self.ink), ("BOX", (2, 0), (2, -1), 0.5, self.ink)])  # fmt: skip
        self.flow.append(KeepTogether([Spacer(1, 10), self.para(place, self.bold_style), table]))

    def paint_page(self, canvas: Any, page: int, part: str) -> None:
        if part == "cover":
            return
        canvas.setFont("Vera", 7.5)
        canvas.setFillColor(self.ink)
        canvas.drawString(self.left * mm, 9 * mm, "Fondation Aurèle Desmarets | CPOM 2022-2026")
        canvas.drawRightString(A4[0] - self.right * mm, 9 * mm, f"{page}/{self.total}")


class Chrs(Painter):
    """A prefecture's typing: articles in underlined capitals, plain grids, initials at the foot; meant to be scanned."""

    title = "CPOM AHI 2024-2028"
    size, leading, cell = 11.8, 18.4, 10.0
    left, right, top, bottom = 27.0, 25.0, 24.0, 26.0
    shade = white

    def __init__(self) -> None:
        super().__init__()
        self.h[0].alignment = TA_CENTER

    def heading(self, text: str, level: int) -> None:
        super().heading(f"<u>{text}</u>" if level == 2 else text, level)

    def do_cover(self, block: Block) -> None:
        state, office, *rest = block.lines
        centre = ParagraphStyle("centre", self.body, alignment=TA_CENTER, fontSize=13, leading=26)
        strong = ParagraphStyle("strong", centre, fontName="Helvetica-Bold", fontSize=16, leading=26)
        self.flow += [
            Spacer(1, 18 * mm),
            self.para(state, ParagraphStyle("s", strong, fontName="Times-Bold")),
            self.para(office, centre),
        ]
        self.flow += [
            Spacer(1, 38 * mm),
            self.para(rest[0], strong),
            *(self.para(line, centre) for line in rest[1:4]),
            Spacer(1, 18 * mm),
        ]
        self.flow += [self.para(line, ParagraphStyle("low", centre, fontSize=11)) for line in rest[4:]]
        self.turn_to("main")

    def do_p(self, block: Block) -> None:
        if block.text in ("ENTRE", "ET", "IL EST CONVENU CE QUI SUIT :"):
            self.say(block.text, ParagraphStyle("mid", self.bold_style, alignment=TA_CENTER))
        else:
            self.say(block.text, self.body)

    def do_h1(self, block: Block) -> None:
        if block.text.startswith("ANNEXE 1"):
            self.flow.append(PageBreak())
        self.flow.append(CondPageBreak(60 * mm))
        self.heading(block.text, 1)

    def do_sign(self, block: Block) -> None:
        place, *rows = block.lines
        centre = ParagraphStyle("centre", self.cell_style, alignment=TA_CENTER, fontSize=10, leading=13)
        titles, names = ([self.para(cell.strip(), centre) for cell in row.split("|")] for row in rows)
        table = Table(
            [titles, [Scrawl(seed) for seed in (3, 5, 8)], names], [self.width / 3] * 3, rowHeights=[None, 26 * mm, None]
        )
        self.flow.append(KeepTogether([Spacer(1, 12), self.para(place, self.body), Spacer(1, 10), table]))

    def paint_page(self, canvas: Any, page: int, part: str) -> None:
        if part == "cover":
            self.stamp(canvas, A4[0] - 46 * mm, A4[1] - 44 * mm)
            return
        canvas.setFont("Helvetica", 9)
        canvas.drawString(self.left * mm, 12 * mm, f"Page {page} sur {self.total}")
        canvas.drawString(A4[0] - 75 * mm, 12 * mm, "Paraphes :")
        for n in range(3):
            canvas.saveState()
            canvas.translate(A4[0] - (55 - 13 * n) * mm, 9 * mm)
            canvas.scale(0.28, 0.32)
            scrawl(canvas, (3, 5, 8)[n])
            canvas.restoreState()

    def stamp(self, canvas: Any, x: float, y: float) -> None:
        """A round stamp, askew, partly over the text."""
        ink = HexColor("#4a4a4a")
        canvas.translate(x, y)
        canvas.rotate(-14)
        canvas.setStrokeColor(ink)
        canvas.setFillColor(ink)
        canvas.setLineWidth(1.8)
        canvas.circle(0, 0, 22 * mm)
        canvas.setLineWidth(0.7)
        canvas.circle(0, 0, 20 * mm)
        for dy, size, text in (
            (9, 9, "DREETS"),
            (3.5, 8, "VAL-DE-SARME"),
            (-3, 11, "REÇU LE"),
            (-8.5, 12, "02 AVR. 2024"),
            (-14, 7, "COURRIER"),
        ):
            canvas.setFont("Helvetica-Bold", size)
            canvas.drawCentredString(0, dy * mm, text)


def scrawl(canvas: Any, seed: int) -> None:
    """A made-up signature, the same for the same seed."""
    value, points = seed, []
    for i in range(13):
        value = (value * 37 + 11) % 101
        points.append((i * 9 + value % 17, 8 + value % 47))
    path = canvas.beginPath()
    path.moveTo(*points[0])
    for a, b, c in zip(points[1::3], points[2::3], points[3::3], strict=False):
        path.curveTo(*a, *b, *c)
    canvas.setLineWidth(1.5)
    canvas.setStrokeColor(HexColor("#333333"))
    canvas.drawPath(path, stroke=1, fill=0)


class Scrawl(Spacer):  # type: ignore[misc]
    """A signature in a cell."""

    def __init__(self, seed: int) -> None:
        super().__init__(120, 60)
        self.seed = seed

    def draw(self) -> None:
        scrawl(self.canv, self.seed)
