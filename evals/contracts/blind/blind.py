"""Contracts written without the answering code in view, each in its own drafter's hand.

rives.pdf and verger.pdf (EHPAD, with avenants), colombier and passerelle (disability; .pdf and .docx), halte-scan.pdf
(CHRS), lisiere.pdf (child protection); tilleul.pdf (EHPAD, with an avenant), marronnier (disability; .pdf and .docx) and
escale-scan.pdf (CHRS); glycine.pdf (EHPAD, with an avenant), tramontane (disability; .pdf and .docx) and relais-scan.pdf
(CHRS); aubepine.pdf (EHPAD, with an avenant), mistral (disability; .pdf and .docx) and phare-scan.pdf (CHRS). Those of
blind7: romarin.pdf (EHPAD, with an avenant), hirondelle (disability; .pdf and .docx),
balise-scan.pdf (CHRS). Those of blind8: genevrier.pdf (EHPAD, with an avenant), alizier (disability; .pdf and .docx),
ancre-scan.pdf (CHRS). Those of blind9: chataigneraie.pdf (EHPAD, with an avenant), loriot (disability; .pdf and .docx),
amarre-scan.pdf (CHRS). Those of blind10: sorbier.pdf (EHPAD, with an avenant), cormoran (disability; .pdf and .docx),
vigie-scan.pdf (CHRS). Those of blind11: peuplier.pdf (EHPAD, with an avenant), bouvreuil (disability; .pdf and .docx),
gouvernail-scan.pdf (CHRS).
Those of blind12: cedre.pdf (EHPAD, with an avenant), mesange (disability; .pdf and .docx),
cabestan-scan.pdf (CHRS). Those of blind13: tremble.pdf (EHPAD, with an avenant), pinson (disability; .pdf and .docx),
beffroi-scan.pdf (CHRS).

Usage: python -m evals.contracts.blind.blind FOLDER

Everything in them is invented. Marks of the texts: "!" a title, "#" to "###" headings, "|" table rows (the first is the
header), "&" rows of columns without rules, "-" a bullet, "@" a stamp, "===" a page break, "[^1]" a footnote's call
and "[^1]:" its text.
"""

import io
import re
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import docx.enum.text  # type: ignore[import-not-found,import-untyped,unused-ignore]
from reportlab.lib import colors  # type: ignore[import-untyped]
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.lib.styles import ParagraphStyle  # type: ignore[import-untyped]
from reportlab.lib.units import cm  # type: ignore[import-untyped]
from reportlab.pdfbase.pdfmetrics import registerFont  # type: ignore[import-untyped]
from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table  # type: ignore[import-untyped]

from evals.contracts.scan import scanned

HERE = Path(__file__).resolve().parent
CALL = re.compile(r"\[\^(\d+)\]")
FOLDER = "/usr/share/fonts/truetype/liberation/Liberation"
GRID = [("GRID", (0, 0), (-1, -1), 0.4, colors.grey), ("BACKGROUND", (0, 0), (-1, 0), colors.lightgrey)]
ROW_RULES = [("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.grey), ("LINEABOVE", (0, 0), (-1, 0), 1.2, colors.black)]
COLUMN_RULES = [("BOX", (0, 0), (-1, -1), 0.8, colors.black), ("LINEAFTER", (0, 0), (-2, -1), 0.3, colors.grey), ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke), ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black)]  # fmt: skip
BOX = [("BOX", (0, 0), (-1, -1), 1, colors.black), ("LINEBELOW", (0, 0), (-1, 0), 1, colors.black)]


@dataclass
class Hand:
    """How a drafter sets a contract: its running head and foot, faces (Liberation's file names), sizes in points, rules."""

    head: str
    body: str = "Serif-Regular"
    bold: str = "Sans-Bold"
    size: float = 11.5
    leading: float = 16
    cell: float = 9.5
    title: float = 17
    rules: tuple[object, ...] = (*GRID,)
    strong_head: bool = False
    bullet: str = "•"
    justified: bool = True
    foot: str = "Page {page}"
    head_rule: bool = False


HANDS = {
    "rives": Hand("CPOM 2023-2027 – Les Rives de l'Arvane"),
    "colombier": Hand("Fondation Le Colombier – CPOM 2024-2028"),
    "verger": Hand(
        "CPOM n° 2022-PA-017 / Le Verger des Anciens", "Sans-Regular", "Sans-Bold", 11.5, 18, 9, 18,
        (("GRID", (0, 0), (-1, -1), 0.5, colors.black),), True, "-", foot="Paraphes :                      {page} / {total}", head_rule=True,
    ),
    "passerelle": Hand(
        "Fondation Passerelle-Sainte-Aure", "Serif-Regular", "Serif-Bold", 13, 21, 11, 19,
        (*ROW_RULES,), True, "–", foot="– {page} –",
    ),
    "halte": Hand("", "Serif-Regular", "Serif-Bold", 12.5, 18.5, 10.5, 16, (*BOX,), True, "-", False, "{page}"),
    "lisiere": Hand(
        "La Lisière | CPOM 2025-2029", "SansNarrow-Regular", "SansNarrow-Bold", 13, 19.5, 11, 20,
        (*GRID,), True, "·", False, "page {page} sur {total}", True,
    ),
    "tilleul": Hand(
        "Contrat 87-EH-2023-004 – ARS Plaines-et-Marches, Département de la Haute-Vélonne, Union mutualiste du Valensin",
        "Serif-Regular", "Serif-Bold", 12.5, 20, 9.5, 18,
        (("BOX", (0, 0), (-1, -1), 0.8, colors.black), ("INNERGRID", (0, 0), (-1, -1), 0.25, colors.black)), True, "–",
        foot="{page}/{total}", head_rule=True,
    ),
    "marronnier": Hand(
        "Association Ambroise-Teyssier · CPOM 2025-2029", "Sans-Regular", "Sans-Bold", 11.5, 19, 10, 20,
        (("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.darkgreen), ("BACKGROUND", (0, 0), (-1, 0), colors.honeydew)), True, "•", False,
    ),
    "escale": Hand(
        "", "Serif-Regular", "Serif-Bold", 13.5, 22, 12, 15, (("GRID", (0, 0), (-1, -1), 0.7, colors.black),), True, "—", foot="- {page} -",
    ),
    "glycine": Hand(
        "ARS Val-de-Brume / Département de la Vallorne – CPOM La Glycine", "Sans-Regular", "Serif-Bold", 11.5, 18.5, 10, 19,
        (*COLUMN_RULES,), True, "•", foot="CPOM VDB-2024-EHPAD-06 | {page}/{total}", head_rule=True,
    ),
    "tramontane": Hand(
        "Tramontane – CPOM Handicap 2025-2029", "Serif-Regular", "Sans-Bold", 13, 21, 8.5, 22,
        (*ROW_RULES,), False, "■", False, "p. {page}",
    ),
    "relais": Hand(
        "Préfecture du Haut-Ormont – DDETS", "Mono-Regular", "Mono-Bold", 10.5, 16.5, 8.5, 15,
        (*GRID,), True, "-", False, "{page} / {total}",
    ),
    "aubepine": Hand(
        "CPOM n° VDS-BO-2023-11 – ARS Val-de-Sauldre / Département / Aubépine et Grand Âge", "Serif-Regular", "Serif-Bold", 12, 19.5, 10, 18,
        (*GRID,), True, "-", foot="Page {page} sur {total}", head_rule=True,
    ),
    "mistral": Hand(
        "Association Le Mistral  |  CPOM 2025 – 2029", "Sans-Regular", "Sans-Bold", 11, 18, 9.5, 19,
        (("BOX", (0, 0), (-1, -1), 0.8, colors.darkblue), ("INNERGRID", (0, 0), (-1, -1), 0.25, colors.lightgrey),
         ("BACKGROUND", (0, 0), (-1, 0), colors.lavender)), True, "▪", False, "{page}",
    ),
    "phare": Hand("", "Sans-Regular", "Sans-Bold", 11.5, 18.5, 9.5, 15, (*BOX, *ROW_RULES), True, "-", False, "{page}/{total}"),
    "romarin": Hand(
        "CPOM 2024-2028 – Association Le Romarin", "SansNarrow-Regular", "SansNarrow-Bold", 12.5, 20, 10.5, 18,
        (("GRID", (0, 0), (-1, -1), 0.4, colors.black), ("BACKGROUND", (0, 0), (-1, 0), colors.lightsteelblue)), True, "•",
        foot="2023-HS-0419 – page {page}/{total}", head_rule=True,
    ),
    "hirondelle": Hand(
        "L'Hirondelle", "Sans-Regular", "Sans-Bold", 11.5, 19, 9, 24,
        (("LINEBELOW", (0, 0), (-1, -1), 0.5, colors.teal), ("LINEBELOW", (0, 0), (-1, 0), 1.5, colors.teal)), True, "›", False,
        "Contrat 2025-2029   {page}",
    ),
    "balise": Hand(
        "", "Serif-Regular", "Serif-Bold", 13, 21.5, 11.5, 15, (("GRID", (0, 0), (-1, -1), 0.5, colors.black),), True, "-",
        foot="Page {page} sur {total}",
    ),
    "genevrier": Hand(
        "Convention n° 2023-DAU-0388", "Serif-Regular", "Serif-Bold", 12.5, 20.5, 10, 17,
        (("BOX", (0, 0), (-1, -1), 1.2, colors.black), ("INNERGRID", (0, 0), (-1, -1), 0.3, colors.grey)), False, "–",
        foot="Paraphes : …… / …… / ……          {page} / {total}", head_rule=True,
    ),
    "alizier": Hand(
        "ARS Bocage-et-Estuaires – trame CPOM PH V6 – L'Alizier", "SansNarrow-Regular", "Sans-Bold", 12, 20, 10, 20,
        (("GRID", (0, 0), (-1, -1), 0.4, colors.darkorange), ("BACKGROUND", (0, 0), (-1, 0), colors.moccasin)), True, "-", False,
        "ARS-BE/DOMS/2024/PH-027 – {page}",
    ),
    "ancre": Hand("CPOM L'Ancre", "Sans-Regular", "Serif-Bold", 12, 20, 10.5, 16, (*COLUMN_RULES,), True, "-", False, "{page}", True),
    "chataigneraie": Hand(
        "La Châtaigneraie – CPOM GV-CEV-2024-31", "Sans-Regular", "Sans-Bold", 11, 17.5, 9.5, 22,
        (("BOX", (0, 0), (-1, -1), 1, colors.saddlebrown), ("INNERGRID", (0, 0), (-1, -1), 0.25, colors.grey),
         ("BACKGROUND", (0, 0), (-1, 0), colors.antiquewhite)), True, "▪", False, "{page} | {total}", True,
    ),
    "loriot": Hand(
        "Le Loriot, contrat 2026-2030", "Serif-Regular", "Serif-Bold", 13, 21, 10, 21,
        (("LINEABOVE", (0, 0), (-1, 0), 0.8, colors.black), ("LINEBELOW", (0, 0), (-1, 0), 0.5, colors.black),
         ("LINEBELOW", (0, -1), (-1, -1), 0.8, colors.black)), False, "–", foot="{page}",
    ),
    "amarre": Hand(
        "", "Serif-Regular", "Sans-Bold", 13, 21, 10.5, 14, (("GRID", (0, 0), (-1, -1), 0.8, colors.black),), True, "-",
        foot="Paraphes                    {page}/{total}",
    ),
    "sorbier": Hand(
        "ARS Causses-et-Rivières – modèle CPOM EHPAD 3.2 – CR-VZ-2023-058", "Sans-Regular", "Sans-Bold", 11.5, 20, 10.5, 20,
        (("GRID", (0, 0), (-1, -1), 0.6, colors.black), ("BACKGROUND", (0, 0), (-1, 0), colors.lightcyan),
         ("TOPPADDING", (0, 0), (-1, -1), 6), ("BOTTOMPADDING", (0, 0), (-1, -1), 6)), True, "•",
        foot="Page {page} de {total}", head_rule=True,
    ),
    "cormoran": Hand(
        "CPOM Le Cormoran / ARS Landes-et-Estran / Département des Hautes-Grèves", "Serif-Regular", "Serif-Bold", 12, 18.5, 9.5, 17,
        (("GRID", (0, 0), (-1, -1), 0.3, colors.dimgrey), ("LINEBELOW", (0, 0), (-1, 0), 1, colors.black)), True, "–",
        foot="{page}/{total}", head_rule=True,
    ),
    "vigie": Hand("", "Serif-Regular", "Serif-Bold", 13.5, 22, 12, 15, (("GRID", (0, 0), (-1, -1), 0.9, colors.black),), True, "-", foot="{page}"),
    "peuplier": Hand(
        "DA-2023-1142 — CPOM Fondation Eugénie-Lambrecq", "Serif-Regular", "Serif-Bold", 12.5, 20, 10, 16,
        (("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.black), ("LINEAFTER", (0, 0), (-2, -1), 0.3, colors.black),
         ("BOX", (0, 0), (-1, -1), 1, colors.black), ("BACKGROUND", (0, 0), (-1, 0), colors.gainsboro)), True, "—",
        foot="Folio {page}/{total}",
    ),
    "bouvreuil": Hand(
        "Le Bouvreuil", "Sans-Regular", "SansNarrow-Bold", 12, 20, 9.5, 26,
        (("ROWBACKGROUNDS", (0, 1), (-1, -1), (colors.white, colors.mistyrose)), ("LINEBELOW", (0, 0), (-1, 0), 1.5, colors.firebrick)),
        True, "•", False, "{page} · CPOM 2025-2029",
    ),
    "gouvernail": Hand(
        "DDETS de l'Auzenne", "Serif-Regular", "Serif-Bold", 13, 21, 11, 15, (*GRID,), True, "-", False, "{page}/{total}", True,
    ),
    "cedre": Hand(
        "Fondation du Cèdre-Bleu – SPL-MOR-2023-112", "Serif-Regular", "Sans-Bold", 13, 23, 10.5, 21,
        (("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.indigo), ("BACKGROUND", (0, 0), (-1, 0), colors.thistle),
         ("TOPPADDING", (0, 0), (-1, -1), 5), ("BOTTOMPADDING", (0, 0), (-1, -1), 5)), True, "›",
        foot="{page}/{total}      Paraphes", head_rule=True,
    ),
    "mesange": Hand(
        "La Mésange – LM/85-H/2025-03", "Sans-Regular", "Sans-Bold", 12, 20.5, 9.5, 20,
        (("BOX", (0, 0), (-1, -1), 0.6, colors.navy), ("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.navy)), True, "–", False, "page {page}",
    ),
    "cabestan": Hand("", "Sans-Regular", "Serif-Bold", 13, 23, 11.5, 16, (*GRID,), True, "-", foot="{page} sur {total}"),
    "tremble": Hand(
        "PG-NES-2024-0173", "Sans-Regular", "Serif-Bold", 12, 20, 10, 18,
        (("GRID", (0, 0), (-1, -1), 0.5, colors.darkolivegreen), ("BACKGROUND", (0, 0), (-1, 0), colors.beige)), True, "•",
        foot="Le Tremble – CPOM 2024-2028      {page} / {total}", head_rule=True,
    ),
    "pinson": Hand("Le Pinson, CPOM GP-PH-24-61", "Serif-Regular", "SansNarrow-Bold", 13, 22, 10.5, 22, (*COLUMN_RULES,), True, "–", foot="{page}/{total}"),
    "beffroi": Hand("", "Serif-Regular", "Serif-Bold", 13.5, 23, 12, 17, (*BOX, *GRID[:1]), True, "-", False, "– {page}/{total} –"),
}  # fmt: skip
SCANS = {
    "halte": 612,
    "escale": 2023,
    "relais": 4127,
    "phare": 8311,
    "balise": 5903,
    "ancre": 7459,
    "amarre": 7741,
    "vigie": 6287,
    "gouvernail": 3571,
    "cabestan": 3391,
    "beffroi": 9137,
}  # each with its scan's seed
WORDS = (
    "colombier",
    "passerelle",
    "marronnier",
    "tramontane",
    "mistral",
    "hirondelle",
    "alizier",
    "loriot",
    "cormoran",
    "bouvreuil",
    "mesange",
    "pinson",
)  # in Word too


def blocks(name: str) -> tuple[list[tuple[str, list[str]]], dict[str, str]]:
    """A contract's blocks (mark, lines: a table's rows are its lines) and its footnotes by number."""
    out: list[tuple[str, list[str]]] = []
    notes: dict[str, str] = {}
    sources = sorted(HERE.glob(f"{name}*.txt"))
    for line in "\n".join(source.read_text(encoding="utf-8") for source in sources).splitlines():
        if note := re.match(r"\[\^(\d+)\]: (.+)", line):
            notes[note[1]] = note[2]
            continue
        mark, text = re.fullmatch(r"(===|!|###|##|#|\||&|@|- |)\s*(.*)", line).groups()  # type: ignore[union-attr]
        mark = mark.strip()
        if mark in ("|", "&") and out and out[-1][0] == mark:
            out[-1][1].append(text)
        elif line:
            out.append((mark, [text]))
    return out, notes


class Note(Flowable):  # type: ignore[misc]
    """A footnote to be drawn at the foot of the page on which it falls."""

    def __init__(self, number: str, text: str) -> None:
        super().__init__()
        self.number, self.text = number, text

    def draw(self) -> None:
        waiting = self.canv.__dict__.setdefault("notes_here", [])
        waiting.append((self.number, self.text))


class Stamp(Flowable):  # type: ignore[misc]
    """An office's stamp, askew, under what was signed; takes no room."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words.split("|")

    def draw(self) -> None:
        self.canv.translate(11.5 * cm, -1.6 * cm)
        self.canv.rotate(11)
        self.canv.setFont("Sans-Bold", 11)
        self.canv.roundRect(-2.6 * cm, -0.9 * cm, 5.2 * cm, 0.65 * cm * (len(self.words) + 0.6), 6)
        for row, line in enumerate(reversed(self.words)):
            self.canv.drawCentredString(0, (0.62 * row - 0.5) * cm, line)


def drawing(name: str) -> bytes:
    """A contract (a key of `HANDS`) as PDF bytes; those of `SCANS` are as before their scan."""
    total = 0
    if "{total}" in HANDS[name].foot:
        _, total = _drawn(name, 0)
    return _drawn(name, total)[0]


def _drawn(name: str, total: int) -> tuple[bytes, int]:
    """One drawing of a contract, told its number of pages, and the number it has."""
    hand = HANDS[name]
    for face in (hand.body, hand.bold, "Sans-Bold"):  # the last one for stamps
        registerFont(TTFont(face, f"{FOLDER}{face}.ttf"))
    aligned = 4 if hand.justified else 0
    body = ParagraphStyle("body", fontName=hand.body, fontSize=hand.size, leading=hand.leading, spaceAfter=8, alignment=aligned)
    cell = ParagraphStyle("cell", parent=body, fontSize=hand.cell, leading=hand.cell + 2.5, spaceAfter=0, alignment=0)
    strong = ParagraphStyle("strong", parent=cell, fontName=hand.bold) if hand.strong_head else cell
    small = ParagraphStyle("small", parent=body, fontSize=8, leading=9.5, spaceAfter=0)
    styles = {
        "!": ParagraphStyle("title", fontName=hand.bold, fontSize=hand.title, leading=hand.title + 6, alignment=1, spaceAfter=14),
        "#": ParagraphStyle("h1", fontName=hand.bold, fontSize=13.5, leading=18, spaceBefore=16, spaceAfter=9, keepWithNext=1),
        "##": ParagraphStyle("h2", fontName=hand.bold, fontSize=11.5, leading=15, spaceBefore=12, spaceAfter=6, keepWithNext=1),
        "###": ParagraphStyle("h3", fontName=hand.bold, fontSize=10.5, leading=14, spaceBefore=6, spaceAfter=4, keepWithNext=1),
        "-": ParagraphStyle("bullet", parent=body, leftIndent=18, bulletIndent=6),
    }
    parts, notes = blocks(name)
    story: list[Flowable] = []

    def rich(text: str) -> str:
        return CALL.sub(r"<super size=7>\1</super>", escape(text))

    width = A4[0] - 4.6 * cm
    for mark, lines in parts:
        if mark == "===":
            story.append(PageBreak())
        elif mark == "|":
            rows = [[re.sub(r"(?<=\d) (?=[\d€%])", "\u00a0", c.strip()) for c in line.split("|")] for line in lines]
            longest = [min(40, max(max(len(w) * 1.6 for w in (r[i] if i < len(r) else "x").split(" ")) + len(r[i] if i < len(r) else "") / 9 for r in rows)) for i in range(len(rows[0]))]  # fmt: skip
            table = Table(
                [[Paragraph(rich(c), cell if r else strong) for c in row] for r, row in enumerate(rows)],
                colWidths=[width * n / sum(longest) for n in longest],
                repeatRows=1,
                style=[*hand.rules, ("VALIGN", (0, 0), (-1, -1), "MIDDLE")],
            )
            story += [table, Spacer(1, 10)]
        elif mark == "&":
            sides = [[Paragraph(rich(c.strip()), body) for c in line.split("|")] for line in lines]
            story += [
                Table(sides, colWidths=[width / len(sides[0])] * len(sides[0]), style=[("VALIGN", (0, 0), (-1, -1), "TOP")]),
                Spacer(1, 10),
            ]
        elif mark == "@":
            story.append(Stamp(lines[0]))
        else:
            story.append(Paragraph(rich(lines[0]), styles.get(mark, body), bulletText=hand.bullet if mark == "-" else None))
        story += [Note(number, notes[number]) for line in lines for number in CALL.findall(line)]

    def finish(canvas: object, doc: object) -> None:
        canvas.setFont(hand.body, 8.5)  # type: ignore[attr-defined]
        canvas.drawString(2.3 * cm, A4[1] - 1.3 * cm, hand.head)  # type: ignore[attr-defined]
        if hand.head_rule:
            canvas.line(2.3 * cm, A4[1] - 1.45 * cm, A4[0] - 2.3 * cm, A4[1] - 1.45 * cm)  # type: ignore[attr-defined]
        canvas.drawRightString(A4[0] - 2.3 * cm, 1.1 * cm, hand.foot.format(page=doc.page, total=total))  # type: ignore[attr-defined]
        waiting, y = canvas.__dict__.pop("notes_here", []), 3.2 * cm
        for number, text in waiting:
            note = Paragraph(f"<super size=6>{number}</super> {escape(text)}", small)
            y -= note.wrap(width, 3 * cm)[1] + 2
            note.drawOn(canvas, 2.3 * cm, y)

    out = io.BytesIO()
    document = SimpleDocTemplate(out, pagesize=A4, leftMargin=2.3 * cm, rightMargin=2.3 * cm, topMargin=2.2 * cm, bottomMargin=3.4 * cm, invariant=1, title=hand.head)  # fmt: skip

    end = document.handle_pageEnd

    def page_end() -> None:  # the notes are known once the page is full
        finish(document.canv, document)
        end()

    document.handle_pageEnd = page_end
    document.build(story)
    return out.getvalue(), document.page


def word(name: str) -> bytes:
    """A contract as a Word file, its footnotes true ones."""
    parts, notes = blocks(name)
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = HANDS[name].head
    for mark, lines in parts:
        if mark == "===":
            document.add_paragraph().add_run().add_break(docx.enum.text.WD_BREAK.PAGE)
        elif mark == "|":
            rows = [[c.strip() for c in line.split("|")] for line in lines]
            table = document.add_table(
                len(rows), len(rows[0]), style="Light Shading" if ROW_RULES[0] in HANDS[name].rules else "Table Grid"
            )
            for r, row in enumerate(rows):
                for c, text in enumerate(row):
                    table.cell(r, c).text = text
        elif mark == "&":
            for line in lines:
                document.add_paragraph("\t".join(c.strip() for c in line.split("|")).strip())
        elif mark in ("!", "#", "##"):
            document.add_heading(lines[0], {"!": 0, "#": 1, "##": 2}[mark])
        else:
            document.add_paragraph(lines[0], style="List Bullet" if mark == "-" else None)
    plain = io.BytesIO()
    document.save(plain)
    main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    feet = "".join(
        f'<w:footnote w:id="{n}"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t xml:space="preserve"> {escape(t)}</w:t></w:r></w:p></w:footnote>'
        for n, t in notes.items()
    )
    out = io.BytesIO()
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.namelist():
            data = old.read(item)
            if item == "word/document.xml":
                call = r'</w:t></w:r><w:r><w:footnoteReference w:id="\1"/></w:r><w:r><w:t xml:space="preserve">'
                data = CALL.sub(call, data.decode()).encode()
            elif item == "[Content_Types].xml":
                kind = '<Override PartName="/word/footnotes.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"/></Types>'
                data = data.decode().replace("</Types>", kind).encode()
            elif item == "word/_rels/document.xml.rels":
                link = '<Relationship Id="rIdNotes" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes" Target="footnotes.xml"/></Relationships>'
                data = data.decode().replace("</Relationships>", link).encode()
            new.writestr(item, data)
        new.writestr("word/footnotes.xml", f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:footnotes xmlns:w="{main}">{feet}</w:footnotes>')  # fmt: skip
    return out.getvalue()


def make(folder: Path) -> dict[str, Path]:
    """Write the files into `folder`, made if need be; their paths by name."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = {f"{name}.pdf": drawing(name) for name in HANDS if name not in SCANS}
    contents |= {f"{name}.docx": word(name) for name in WORDS}
    contents |= {f"{name}-scan.pdf": scanned(drawing(name), seed) for name, seed in SCANS.items()}
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    return {name: folder / name for name in contents}


if __name__ == "__main__":
    for path in make(Path(sys.argv[1])).values():
        print(path)
