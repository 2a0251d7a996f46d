"""A Markdown text as a file that people work with: .md, .docx or .pdf, with true headings, lists, tables and links.

Everything that the product hands out (a session pack, a conversation with its sources) is written as Markdown first: that is
what the page lets people edit, and the one text that the three files are made from. Raw HTML in it stays plain text.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from assistant.contract_exports import save
from corpus.errors import CasfError

FORMATS = (".docx", ".md", ".pdf")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of one look."""

    text: str
    bold: bool = False
    italic: bool = False
    link: str = ""


@dataclass(slots=True)
class Block:
    """One block: kind "heading", "text", "quote", "item" or "table"; `level` of a heading or depth of an item (from 1);
    `number` of an ordered item, None for a bullet; the cells of a table by row, the first row holding the headings."""

    kind: str
    runs: list[Run] = field(default_factory=list)
    level: int = 0
    number: int | None = None
    rows: list[list[list[Run]]] = field(default_factory=list)


def write_document(markdown: str, path: Path, title: str) -> None:
    """Write `markdown` to `path` in the format of its suffix; raises `CasfError` for another suffix or an unwritable place."""
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise CasfError(f"« {path.name} » : choisissez un fichier .docx, .md ou .pdf.")
    content = as_bytes(markdown, suffix, title)
    save(path, lambda target: target.write_bytes(content))


def as_bytes(markdown: str, suffix: str, title: str) -> bytes:
    """The same, in memory; `suffix` is one of `FORMATS`."""
    make: dict[str, Callable[[str, str], bytes]] = {".md": lambda text, _: text.encode("utf-8"), ".docx": _docx, ".pdf": _pdf}
    return make[suffix](markdown, title)


def blocks(markdown: str) -> list[Block]:
    """The blocks of a Markdown text, in order."""
    # Control characters can stand in a pasted or a scanned text; no file format wants them.
    clean = "".join(c for c in markdown if c.isprintable() or c in "\n\t\u00a0\u202f")
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    return list(_walk(parser.parse(clean)))


def _walk(tokens: list[Token]) -> Iterator[Block]:
    lists: list[int | None] = []  # for each open list its next number, None for bullets
    quotes, first, table, heading = 0, False, None, 0
    for token in tokens:
        match token.type:
            case "bullet_list_open":
                lists.append(None)
            case "ordered_list_open":
                lists.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                first = True
            case "blockquote_open":
                quotes += 1
            case "blockquote_close":
                quotes -= 1
            case "table_open":
                table = Block("table")
            case "tr_open" if table:
                table.rows.append([])
            case "table_close" if table:
                yield table
                table = None
            case "heading_open":
                heading = int(token.tag[1])
            case "heading_close":
                heading = 0
            case "inline":
                runs = list(_runs(token.children or []))
                if table:
                    table.rows[-1].append(runs)
                elif heading:
                    yield Block("heading", runs, heading)
                elif quotes:
                    yield Block("quote", runs)
                elif lists and first:
                    yield Block("item", runs, len(lists), lists[-1])
                    lists[-1] = None if lists[-1] is None else lists[-1] + 1
                    first = False
                else:
                    yield Block("text", runs, len(lists))
            case "fence" | "code_block":
                yield Block("text", [Run(token.content.rstrip("\n"))])


def _runs(tokens: list[Token]) -> Iterator[Run]:
    bold = italic = 0
    link = ""
    for token in tokens:
        match token.type:
            case "strong_open" | "strong_close":
                bold += token.nesting
            case "em_open" | "em_close":
                italic += token.nesting
            case "link_open":
                target = str(token.attrGet("href") or "")
                link = target if target.startswith(("https://", "http://")) else ""
            case "link_close":
                link = ""
            case "softbreak":
                yield Run(" ")
            case "hardbreak":
                yield Run("\n")
            case _ if token.content:
                yield Run(token.content, bold > 0, italic > 0, link)


def _docx(markdown: str, title: str) -> bytes:
    from docx import Document
    from docx.oxml.ns import qn

    document = Document()
    document.core_properties.title = title
    document.core_properties.author = "casf"
    document.core_properties.language = "fr-FR"
    fonts = document.styles["Normal"].element.get_or_add_rPr()
    fonts.append(fonts.makeelement(qn("w:lang"), {qn("w:val"): "fr-FR"}))
    numbering: dict[int, Any] = {}
    for block in blocks(markdown):
        if block.kind == "table":
            _docx_table(document, block)
            continue
        if block.kind == "heading":
            paragraph = document.add_heading(level=min(block.level, 4))
        elif block.kind == "item":
            depth = min(block.level, 3)
            style = ("List Bullet" if block.number is None else "List Number") + (f" {depth}" if depth > 1 else "")
            paragraph = document.add_paragraph(style=style)
            if block.number is not None:
                if block.number == 1 or depth not in numbering:
                    numbering[depth] = _restarted(document, style, block.number)
                properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
                properties.get_or_add_numId().val = numbering[depth]
        else:
            paragraph = document.add_paragraph(style="Intense Quote" if block.kind == "quote" else None)
            if block.level:
                paragraph.paragraph_format.left_indent = 360_000 * block.level  # EMU: 1 cm a depth
        _docx_runs(paragraph, block.runs)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _restarted(document: Any, style: str, start: int) -> int:
    """A numbering of its own for one ordered list: Word would go on counting from the list before."""
    from docx.oxml.ns import qn

    numbering = document.part.numbering_part.element
    shown = document.styles[style].element.pPr.numPr.numId.val
    abstract = next(n.abstractNumId.val for n in numbering.num_lst if n.numId == shown)
    num = numbering.add_num(abstract)
    num.add_lvlOverride(ilvl=0).add_startOverride(start)
    return int(num.get(qn("w:numId")))


def _docx_table(document: Any, block: Block) -> None:
    from docx.oxml.ns import qn

    table = document.add_table(rows=0, cols=max(map(len, block.rows)), style="Table Grid")
    for at, row in enumerate(block.rows):
        cells = table.add_row().cells
        for cell, runs in zip(cells, row, strict=False):
            _docx_runs(cell.paragraphs[0], [Run(r.text, r.bold or at == 0, r.italic, r.link) for r in runs])
    properties = table.rows[0]._tr.get_or_add_trPr()
    properties.append(properties.makeelement(qn("w:tblHeader"), {}))  # said again on each page, and read as headings
    document.add_paragraph()


def _docx_runs(paragraph: Any, runs: list[Run]) -> None:
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml.ns import qn
    from docx.shared import RGBColor

    for run in runs:
        added = paragraph.add_run(run.text)
        added.bold, added.italic = run.bold or None, run.italic or None
        if run.link:
            target = paragraph.part.relate_to(run.link, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
            link = paragraph._p.makeelement(qn("w:hyperlink"), {qn("r:id"): target})
            paragraph._p.append(link)
            link.append(added._r)
            added.font.underline = True
            added.font.color.rgb = RGBColor(0x0B, 0x4F, 0x9E)


def _pdf(markdown: str, title: str) -> bytes:
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import cm
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

    bold = _pdf_fonts()

    class Template(BaseDocTemplate):  # type: ignore[misc]
        def afterFlowable(self, flowable: Any) -> None:
            level = getattr(flowable, "outline", None)
            if level is not None:
                key = f"h{id(flowable)}"
                self.canv.bookmarkPage(key)
                self.canv.addOutlineEntry(flowable.getPlainText(), key, level)

    def furniture(canvas: Any, document: Any) -> None:
        canvas.setFont(bold, 8)
        canvas.drawString(2 * cm, 1.1 * cm, _glyphs(title)[:90])
        canvas.drawRightString(A4[0] - 2 * cm, 1.1 * cm, str(document.page))

    out = BytesIO()
    document = Template(out, pagesize=A4, title=title, author="casf", lang="fr-FR", margins=2 * cm)
    frame = Frame(2 * cm, 2 * cm, A4[0] - 4 * cm, A4[1] - 4 * cm, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate("page", [frame], onPage=furniture))
    document.build(list(_flowables(blocks(markdown), A4[0] - 4 * cm)))
    return out.getvalue()


def _pdf_fonts() -> str:
    """Register the free fonts that reportlab ships, embedded in the file; returns the name of the small bold one."""
    from reportlab.lib.fonts import addMapping
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for at, name in enumerate(("Vera", "VeraIt", "VeraBd", "VeraBI")):
        pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))
        addMapping("Vera", at // 2, at % 2, name)
    return "VeraBd"


_MISSING = str.maketrans(
    {"\u202f": "\u00a0", "\u2009": " ", "→": "->", "☐": "[ ]", "☑": "[x]", "−": "-", "≥": ">=", "≤": "<=", "≠": "!="}
)


def _glyphs(text: str) -> str:
    """The text with what the font lacks spelt otherwise: a square would tell nothing."""
    return text.translate(_MISSING)


def _flowables(found: list[Block], width: float) -> Iterator[Any]:
    from reportlab.lib import colors
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph, Spacer, Table

    body = ParagraphStyle("body", fontName="Vera", fontSize=9.5, leading=13.5, spaceAfter=5)
    quote = ParagraphStyle(
        "quote", body, leftIndent=12, borderColor=colors.HexColor("#8a97a8"), textColor=colors.HexColor("#1c2b3a")
    )
    small = ParagraphStyle("cell", body, fontSize=8, leading=10.5, spaceAfter=0)
    for block in found:
        if block.kind == "table":
            columns = max(map(len, block.rows))
            rows = [[Paragraph(_markup(runs, at == 0), small) for runs in row] for at, row in enumerate(block.rows)]
            rows = [row + [""] * (columns - len(row)) for row in rows]
            table = Table(rows, [width / columns] * columns, repeatRows=1, hAlign="LEFT")
            table.setStyle([("GRID", (0, 0), (-1, -1), 0.4, colors.grey), ("VALIGN", (0, 0), (-1, -1), "TOP")])
            yield table
            yield Spacer(0, 8)
        elif block.kind == "heading":
            size = (17, 13, 11, 10)[min(block.level, 4) - 1]
            style = ParagraphStyle("heading", body, fontSize=size, leading=size * 1.3, spaceBefore=size * 0.7, keepWithNext=1)
            heading = Paragraph(_markup(block.runs, True), style)
            heading.outline = min(block.level, 4) - 1
            yield heading
        elif block.kind == "item":
            style = ParagraphStyle("item", body, leftIndent=14 * block.level, bulletIndent=14 * block.level - 12, spaceAfter=2)
            yield Paragraph(_markup(block.runs), style, bulletText="•" if block.number is None else f"{block.number}.")
        else:
            style = quote if block.kind == "quote" else ParagraphStyle("text", body, leftIndent=14 * block.level)
            yield Paragraph(_markup(block.runs), style)


def _markup(runs: list[Run], bold: bool = False) -> str:
    parts = []
    for run in runs:
        text = re.sub(r"\n", "<br/>", escape(_glyphs(run.text)))
        text = f"<i>{text}</i>" if run.italic else text
        text = f"<b>{text}</b>" if run.bold or bold else text
        parts.append(f'<a href="{escape(run.link)}" color="#0b4f9e">{text}</a>' if run.link else text)
    return "".join(parts)
