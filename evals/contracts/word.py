"""Writes the blocks of a contract as a Word file: heading styles, tables, real footnotes, a text box, fields."""

import io
import re
import zipfile
from datetime import datetime
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

from evals.contracts.markup import Block, merges

NOTES_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
INK = RGBColor(0x0B, 0x6B, 0x63)
_CALL = re.compile(r"\[\^(\d+)\]")
BOX = """<w:r {w} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"
 xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
 xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
 xmlns:v="urn:schemas-microsoft-com:vml"><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>
<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="3700000" cy="1350000"/><wp:docPr id="41" name="Zone de texte 1"/>
<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/>
<wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="3700000" cy="1350000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>
<a:ln w="12700"><a:solidFill><a:srgbClr val="0B6B63"/></a:solidFill></a:ln></wps:spPr>
<wps:txbx><w:txbxContent>{text}</w:txbxContent></wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline>
</w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape id="zone1" style="width:291pt;height:106pt" strokecolor="#0B6B63"><v:textbox>
<w:txbxContent>{text}</w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"""


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


class Writer:
    """One method a kind of block; `save` gives the file's bytes."""

    def __init__(self, title: str) -> None:
        self.doc: Any = Document()
        self.notes: dict[str, str] = {}
        properties = self.doc.core_properties
        properties.title, properties.author, properties.language = title, "", "fr-FR"
        properties.created = properties.modified = datetime(2022, 1, 27, 9, 0)
        normal = self.doc.styles["Normal"]
        normal.font.name, normal.font.size = "Calibri", Pt(10.5)
        for level in (1, 2, 3):
            self.doc.styles[f"Heading {level}"].font.color.rgb = INK
        section = self.doc.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        foot = section.footer.paragraphs[0]
        foot.text = "Fondation Aurèle Desmarets | CPOM 2022-2026 | page "
        foot._p.append(parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'))

    def add(self, blocks: list[Block]) -> None:
        for block in blocks:
            if block.kind == "note":
                self.notes[block.options["n"]] = block.text
        for block in blocks:
            if block.kind != "note":
                getattr(self, f"do_{block.kind}")(block)

    def write(self, paragraph: Any, text: str, bold: bool = False) -> Any:
        """A paragraph's text, with calls to the footnotes where it has some."""
        for n, part in enumerate(_CALL.split(text)):
            if n % 2:
                reference = f'<w:r {nsdecls("w")}><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteReference w:id="{part}"/></w:r>'
                paragraph._p.append(parse_xml(reference))
            elif part:
                paragraph.add_run(part).bold = bold or None
        return paragraph

    def do_cover(self, block: Block) -> None:
        title, name, *rest = block.lines
        self.write(self.doc.add_paragraph(style="Title"), title)
        self.write(self.doc.add_paragraph(style="Subtitle"), name)
        for line in rest:
            self.write(self.doc.add_paragraph(), line)
        self.doc.add_page_break()

    def do_p(self, block: Block) -> None:
        self.write(self.doc.add_paragraph(), block.text)

    def do_item(self, block: Block) -> None:
        self.write(self.doc.add_paragraph(style="List Bullet"), block.text)

    def do_h1(self, block: Block) -> None:
        if block.text.startswith("Annexe 1"):
            self.doc.add_page_break()
        self.doc.add_heading(block.text, 1)

    def do_h2(self, block: Block) -> None:
        self.doc.add_heading(block.text, 2)

    def do_h3(self, block: Block) -> None:
        self.doc.add_heading(block.text, 3)

    def do_box(self, block: Block) -> None:
        text = "".join(f'<w:p><w:r><w:t xml:space="preserve">{_escape(line)}</w:t></w:r></w:p>' for line in block.lines)
        self.doc.add_paragraph()._p.append(parse_xml(BOX.format(w=nsdecls("w"), text=text)))

    def do_table(self, block: Block) -> None:
        if "caption" in block.options:
            self.write(self.doc.add_paragraph(style="Caption"), block.options["caption"])
        rows = block.rows()
        self.fill(rows, block.number("right", 99), merges(rows), len(rows) - 1 if "total" in block.options else -1)

    def fill(self, rows: list[list[str]], right: int, spans: list[tuple[int, int, int, int]], total: int = -1) -> None:
        table = self.doc.add_table(len(rows), max(map(len, rows)), style="Table Grid")
        for c, r, c2, r2 in spans:
            table.cell(r, c).merge(table.cell(r2, c2))
        for r, row in enumerate(rows):
            for c, text in enumerate(row):
                if text in ("^", "<"):
                    continue
                paragraph = table.cell(r, c).paragraphs[0]
                self.write(paragraph, text, bold=r in (0, total))
                if c >= right and r:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        repeat = parse_xml(f"<w:tblHeader {nsdecls('w')}/>")
        table.rows[0]._tr.get_or_add_trPr().append(repeat)
        self.doc.add_paragraph()

    def do_fiche(self, block: Block) -> None:
        head, who, *rest = block.rows()
        rows = [[" – ".join(head), *["<"] * 6], [who[0], who[1], "<", "<", who[2], who[3], "<"]]
        rows += [[*row, *["<"] * 5] if len(row) == 2 else row for row in rest]
        self.fill(rows, 99, merges(rows))

    def do_sign(self, block: Block) -> None:
        place, *rows = block.lines
        self.write(self.doc.add_paragraph(), place, bold=True)
        self.fill([[cell.strip() for cell in row.split("|")] for row in rows], 99, [])

    def save(self) -> bytes:
        """The file's bytes: the same for the same blocks."""
        notes = "".join(
            f'<w:footnote w:id="{n}"><w:p><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteRef/></w:r>'
            f'<w:r><w:t xml:space="preserve"> {_escape(text)}</w:t></w:r></w:p></w:footnote>'
            for n, text in sorted(self.notes.items())
        )
        lines = "".join(
            f'<w:footnote w:type="{kind}" w:id="{n}"><w:p><w:r><w:{kind}/></w:r></w:p></w:footnote>'
            for n, kind in ((-1, "separator"), (0, "continuationSeparator"))
        )
        xml = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:footnotes {nsdecls("w")}>{lines}{notes}</w:footnotes>'
        part = Part(PackURI("/word/footnotes.xml"), NOTES_TYPE, xml.encode(), self.doc.part.package)
        self.doc.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
        for language in self.doc.styles.element.iter(qn("w:lang")):
            language.set(qn("w:val"), "fr-FR")
        raw, out = io.BytesIO(), io.BytesIO()
        self.doc.save(raw)
        with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
            for name in source.namelist():
                target.writestr(zipfile.ZipInfo(name, (2022, 1, 27, 9, 0, 0)), source.read(name), zipfile.ZIP_DEFLATED)
        return out.getvalue()
