"""Contracts written without the answering code in view, each in its own drafter's hand.

Usage: python -m evals.contracts.blind.blind FOLDER

Everything in them is invented. Marks of the texts: "!" a title, "#" to "###" headings, "|" table rows (the first is the
header), "&" rows of columns without rules, "-" a bullet, "@" a stamp, "===" a page break, "[^1]" a footnote's call
and "[^1]:" its text.
"""

import io
import re
import sys
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import docx.enum.text  # type: ignore[import-not-found,import-untyped,unused-ignore]
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.lib.styles import ParagraphStyle  # type: ignore[import-untyped]
from reportlab.lib.units import cm  # type: ignore[import-untyped]
from reportlab.pdfbase.pdfmetrics import registerFont  # type: ignore[import-untyped]
from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table  # type: ignore[import-untyped]

from evals.contracts.blind.hands import HANDS, ROW_RULES, SCANS, WORDS
from evals.contracts.scan import scanned

HERE = Path(__file__).resolve().parent
CALL = re.compile(r"\[\^(\d+)\]")
FOLDER = "/usr/share/fonts/truetype/liberation/Liberation"


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
