"""Small contracts in Word, written for a test and asked about."""

from collections.abc import Callable, Sequence
from pathlib import Path

from docx import Document

from assistant.answer import Answer
from assistant.engine import Engine

Rows = Sequence[Sequence[str]]


def write_articles(path: Path, articles: Sequence[tuple[str, str, Rows]], end: str = "") -> Path:
    """A contract of (title, paragraphs one a line, rows of a table or none), and a last line."""
    document = Document()
    for title, text, rows in articles:
        document.add_heading(title, 1)
        for line in text.split("\n"):
            document.add_paragraph(line)
        _table(document, rows)
    document.add_paragraph(end)
    document.save(str(path))
    return path


def write_blocks(path: Path, blocks: Sequence[Sequence[str]]) -> Path:
    """A contract of (style, text) and ("table", rows whose cells a "|" parts)."""
    document = Document()
    for style, *lines in blocks:
        if style == "table":
            _table(document, [line.split("|") for line in lines])
        else:
            document.add_paragraph(lines[0], style or None)
    document.save(str(path))
    return path


def asker(engine: Engine, path: Path) -> Callable[[str], Answer]:
    """Asks questions about a contract that is put into the tests' workspace."""
    ident = engine.workspace("tests").add(path).id
    return lambda text: engine.ask(text, ident, "tests")


def _table(document, rows: Rows) -> None:
    table = document.add_table(len(rows), len(rows[0])) if rows else None
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            table.cell(r, c).text = cell
