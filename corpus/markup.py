"""Markup inside legal texts turned into plain text: alinéas, lists, and tables whose columns stay apart.

Two ways in. `readable` is for texts that already have their alinéas parted by blank lines and carry leftovers of
markup (`<table>`, `<br/>`, `<sup>`), as the JSONL and Markdown copies do. `from_html` is for content that is markup
through and through (LEGI's BLOC_TEXTUEL, the API's texteHtml), where white space means nothing and every break
starts an alinéa: an alinéa is what begins on a new line (Guide de légistique, 3.4; circulaire du 20 octobre 2000).

A table is one block: a row a line, its cells joined by " | ". A cell that spans columns or rows is written once and
followed by empty cells, so that the nth cell of every row belongs to the nth column.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_BLOCKS = frozenset(
    "address blockquote br center dd div dl dt fieldset h1 h2 h3 h4 h5 h6 hr li ol p pre section article ul caption legend".split()
)
_TABLE = frozenset("table thead tbody tfoot tr td th col colgroup".split())
_INLINE = frozenset("a abbr b big cite code em font i img ins del kbd s small span strike strong sub sup tt u var q".split())
_HIDDEN = frozenset(("script", "style"))
_KNOWN = _BLOCKS | _TABLE | _INLINE | _HIDDEN
_TAG = re.compile(rf"</?(?:{'|'.join(sorted(_KNOWN, key=len, reverse=True))})(?:\s[^<>]*)?/?>|<!--", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f\xa0]+")
# Inside an XML file a link often begins on a line of its own: "l'\n<a>article 5</a>\n." is "l'article 5."
_GLUED = re.compile(r"(?<=\w['’])[ \t]*\n\s*(?=\w)|[ \t]*\n\s*(?=[.,)])")
_UP = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_DOWN = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_MOST_SPAN = 200  # columns or rows; beyond, the attribute is a mistake


def readable(text: str) -> str:
    """A text without its markup; one that has none comes back as it is, character for character.

    Blank lines outside tables stay the alinéas' bounds.
    """
    return _converted(text, blank_lines=True) if _TAG.search(text) else text


def from_html(html: str) -> str:
    """Alinéas parted by blank lines from HTML-like content; entities are resolved, white space is collapsed."""
    return _converted(html, blank_lines=False)


def _converted(text: str, blank_lines: bool) -> str:
    reader = _Reader(blank_lines)
    reader.feed(text.replace("<![", "&lt;!["))  # html.parser breaks on marked sections that it doesn't know
    reader.close()
    return "\n\n".join(reader.finish())


@dataclass
class _Table:
    """A table being read: finished rows, the open row, and the columns that a cell above still covers."""

    rows: list[str] = field(default_factory=list)
    row: list[str] | None = None
    cell: list[str] | None = None
    width: int = 1
    height: int = 1
    covered: dict[int, int] = field(default_factory=dict)  # column -> rows still to come

    def end_cell(self) -> None:
        if self.cell is None:
            return
        if self.row is None:
            self.row = []
        self._skip_covered()
        text = _line("".join(self.cell))
        for i in range(self.width):
            if self.height > 1:
                self.covered[len(self.row)] = self.height  # this row counts, end_row takes it off
            self.row.append(text if i == 0 else "")
        self.cell = None

    def _skip_covered(self) -> None:
        assert self.row is not None
        while self.covered.get(len(self.row), 0):
            self.row.append("")

    def end_row(self) -> None:
        self.end_cell()
        if self.row is None:
            return
        while self.row and not self.row[-1]:
            self.row.pop()
        if self.row:
            self.rows.append(" | ".join(self.row).strip())
        self.covered = {column: left - 1 for column, left in self.covered.items() if left > 1}
        self.row = None


def _line(text: str) -> str:
    return _SPACE.sub(" ", _GLUED.sub("", text)).strip()


class _Reader(HTMLParser):
    """Gathers blocks; never raises, whatever the markup."""

    def __init__(self, blank_lines: bool):
        super().__init__(convert_charrefs=True)
        self.blank_lines = blank_lines
        self.blocks: list[str] = []
        self.line: list[str] = []
        self.tables: list[_Table] = []
        self.lists: list[int] = []  # for each open list: the next number, 0 for bullets
        self.raised: list[tuple[str, list[str]]] = []  # open <sup>/<sub> and what they hold
        self.hidden = 0

    def finish(self) -> list[str]:
        while self.raised:
            self._end_raised()
        while self.tables:
            self._end_table()
        self._break()
        return self.blocks

    def handle_data(self, data: str) -> None:
        if self.hidden:
            return
        if self.blank_lines and not self.tables:
            first, *others = re.split(r"\n[ \t]*\n\s*", data)
            self._write(first)
            for other in others:
                self._break()
                self._write(other)
        else:
            self._write(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self.hidden += 1
        elif tag not in _KNOWN:
            self._write(self.get_starttag_text() or "")  # "<nom>" in a form is text, not markup
        elif tag in _TABLE:
            self._start_table_part(tag, dict(attrs))
        elif tag in ("sup", "sub"):
            self.raised.append((tag, []))
        elif tag == "img":
            self._write(f" {dict(attrs).get('alt') or '[image]'} ")
        elif tag in _BLOCKS:
            self._break()
            if tag in ("ul", "ol"):
                self.lists.append(1 if tag == "ol" else 0)
            elif tag == "li":
                self._start_item()

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self.hidden = max(0, self.hidden - 1)
        elif tag in ("sup", "sub"):
            if self.raised:
                self._end_raised()
        elif tag in ("td", "th") and self.tables:
            self.tables[-1].end_cell()
        elif tag == "tr" and self.tables:
            self.tables[-1].end_row()
        elif tag == "table" and self.tables:
            self._end_table()
        elif tag in _BLOCKS:
            if tag in ("ul", "ol") and self.lists:
                self.lists.pop()
            self._break()
        elif tag not in _KNOWN:
            self._write(f"</{tag}>")

    def _write(self, text: str) -> None:
        if self.raised:
            self.raised[-1][1].append(text)
        elif self.tables:
            table = self.tables[-1]
            if table.cell is None:
                if not text.strip():
                    return
                table.cell, table.width, table.height = [], 1, 1  # text between cells: a cell whose tag is missing
            table.cell.append(text)
        else:
            self.line.append(text)

    def _break(self) -> None:
        """The end of a line: of an alinéa outside tables, of a line of a cell inside."""
        if self.tables:
            if self.tables[-1].cell is not None:
                self._write(" ")
            return
        if text := _line("".join(self.line)):
            self.blocks.append(text)
        self.line = []

    def _start_item(self) -> None:
        number = self.lists[-1] if self.lists else 0
        if number:
            self.lists[-1] += 1
        self._write(f"{number}. " if number else "- ")

    def _start_table_part(self, tag: str, attrs: dict[str, str | None]) -> None:
        if tag == "table":
            self._break()
            self.tables.append(_Table())
        elif not self.tables:
            self._break()  # a row or a cell with no table round it
        elif tag == "tr":
            self.tables[-1].end_row()
            self.tables[-1].row = []
        elif tag in ("td", "th"):
            table = self.tables[-1]
            table.end_cell()
            table.cell, table.width, table.height = [], _span(attrs.get("colspan")), _span(attrs.get("rowspan"))

    def _end_table(self) -> None:
        table = self.tables.pop()
        table.end_row()
        if self.tables:  # a table inside a cell: its rows follow one another in the cell
            self._write(" ; ".join(table.rows))
        elif table.rows:
            self.blocks.append("\n".join(table.rows))

    def _end_raised(self) -> None:
        """A raised or lowered text: "m²", "CO₂", "n°", "1er"."""
        tag, parts = self.raised.pop()
        text = "".join(parts)
        short = text.strip()
        marks = _UP if tag == "sup" else _DOWN
        if short in ("o", "os") and tag == "sup":
            text = "°"
        elif short and all(ord(c) in marks for c in short):
            text = short.translate(marks)
        self._write(text)


def _span(value: str | None) -> int:
    digits = re.match(r"\d{1,6}", (value or "1").strip())
    return min(max(int(digits[0]), 1), _MOST_SPAN) if digits else 1
