"""Two contracts written without the answering code in view: rives.pdf (EHPAD, with its avenant), colombier.pdf and .docx.

Usage: python -m evals.contracts.blind.blind FOLDER

Everything in them is invented. Marks of the texts: "!" a title, "#" and "##" headings, "|" table rows (the first is the
header), "-" a bullet, "===" a page break, "[^1]" a footnote's call and "[^1]:" its text.
"""

import io
import re
import sys
import zipfile
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

HERE = Path(__file__).resolve().parent
CALL = re.compile(r"\[\^(\d+)\]")
HEADS = {"rives": "CPOM 2023-2027 – Les Rives de l'Arvane", "colombier": "Fondation Le Colombier – CPOM 2024-2028"}


def blocks(name: str) -> tuple[list[tuple[str, list[str]]], dict[str, str]]:
    """A contract's blocks (mark, lines: a table's rows are its lines) and its footnotes by number."""
    out: list[tuple[str, list[str]]] = []
    notes: dict[str, str] = {}
    for line in (HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if note := re.match(r"\[\^(\d+)\]: (.+)", line):
            notes[note[1]] = note[2]
            continue
        mark, text = re.fullmatch(r"(===|!|##|#|\||- |)\s*(.*)", line).groups()  # type: ignore[union-attr]
        mark = mark.strip()
        if mark == "|" and out and out[-1][0] == "|":
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


def drawing(name: str) -> bytes:
    """A contract ("rives" or "colombier") as PDF bytes."""
    for face, file in (("Body", "LiberationSerif-Regular"), ("Bold", "LiberationSans-Bold")):
        registerFont(TTFont(face, f"/usr/share/fonts/truetype/liberation/{file}.ttf"))
    body = ParagraphStyle("body", fontName="Body", fontSize=11.5, leading=16, spaceAfter=8, alignment=4)
    cell = ParagraphStyle("cell", parent=body, fontSize=9.5, leading=12, spaceAfter=0, alignment=0)
    small = ParagraphStyle("small", parent=body, fontSize=8, leading=9.5, spaceAfter=0)
    styles = {
        "!": ParagraphStyle("title", fontName="Bold", fontSize=17, leading=23, alignment=1, spaceAfter=14),
        "#": ParagraphStyle("h1", fontName="Bold", fontSize=13.5, leading=18, spaceBefore=16, spaceAfter=9, keepWithNext=1),
        "##": ParagraphStyle("h2", fontName="Bold", fontSize=11.5, leading=15, spaceBefore=12, spaceAfter=6, keepWithNext=1),
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
                [[Paragraph(rich(c), cell) for c in row] for row in rows],
                colWidths=[width * n / sum(longest) for n in longest],
                repeatRows=1,
                style=[
                    ("GRID", (0, 0), (-1, -1), 0.4, colors.grey),
                    ("BACKGROUND", (0, 0), (-1, 0), colors.lightgrey),
                    ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ],
            )
            story += [table, Spacer(1, 10)]
        else:
            story.append(Paragraph(rich(lines[0]), styles.get(mark, body), bulletText="•" if mark == "-" else None))
        story += [Note(number, notes[number]) for line in lines for number in CALL.findall(line)]

    def finish(canvas: object, doc: object) -> None:
        canvas.setFont("Body", 8.5)  # type: ignore[attr-defined]
        canvas.drawString(2.3 * cm, A4[1] - 1.3 * cm, HEADS[name])  # type: ignore[attr-defined]
        canvas.drawRightString(A4[0] - 2.3 * cm, 1.1 * cm, f"Page {doc.page}")  # type: ignore[attr-defined]
        waiting, y = canvas.__dict__.pop("notes_here", []), 3.2 * cm
        for number, text in waiting:
            note = Paragraph(f"<super size=6>{number}</super> {escape(text)}", small)
            y -= note.wrap(width, 3 * cm)[1] + 2
            note.drawOn(canvas, 2.3 * cm, y)

    out = io.BytesIO()
    document = SimpleDocTemplate(out, pagesize=A4, leftMargin=2.3 * cm, rightMargin=2.3 * cm, topMargin=2.2 * cm, bottomMargin=3.4 * cm, invariant=1, title=HEADS[name])  # fmt: skip

    end = document.handle_pageEnd

    def page_end() -> None:  # the notes are known once the page is full
        finish(document.canv, document)
        end()

    document.handle_pageEnd = page_end
    document.build(story)
    return out.getvalue()


def word(name: str) -> bytes:
    """A contract as a Word file, its footnotes true ones."""
    parts, notes = blocks(name)
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = HEADS[name]
    for mark, lines in parts:
        if mark == "===":
            document.add_paragraph().add_run().add_break(docx.enum.text.WD_BREAK.PAGE)
        elif mark == "|":
            rows = [[c.strip() for c in line.split("|")] for line in lines]
            table = document.add_table(len(rows), len(rows[0]), style="Table Grid")
            for r, row in enumerate(rows):
                for c, text in enumerate(row):
                    table.cell(r, c).text = text
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
    """Write the three files into `folder`, made if need be; their paths by name."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in {
        "rives.pdf": drawing("rives"),
        "colombier.pdf": drawing("colombier"),
        "colombier.docx": word("colombier"),
    }.items():
        (folder / name).write_bytes(data)
    return {name: folder / name for name in ("rives.pdf", "colombier.pdf", "colombier.docx")}


if __name__ == "__main__":
    for path in make(Path(sys.argv[1])).values():
        print(path)
