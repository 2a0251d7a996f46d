"""Reads the contracts' plain-text sources into blocks.

One block an element: headings (`#`, `##`, `###`), bold lines (`**`), list items (`-`), notes (`[^1]: …`), paragraphs
(lines up to a blank one) and `@name … @end` blocks. In these, `: key value` lines are options and the rest is kept as
lines. `%%` starts a comment.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

BARE = {"toc", "avenant"}
_NOTE = re.compile(r"\[\^(\d+)\]: (.+)")


@dataclass
class Block:
    """An element of a contract: what it is, its text or lines, its options."""

    kind: str
    text: str = ""
    lines: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)

    def rows(self) -> list[list[str]]:
        """The lines cut into cells."""
        return [[cell.strip() for cell in line.split("|")] for line in self.lines]

    def numbers(self, key: str) -> list[float]:
        """An option read as numbers."""
        return [float(word) for word in self.options.get(key, "").split()]

    def number(self, key: str, default: int) -> int:
        """An option read as a whole number."""
        return int(self.options.get(key, default))


def read(path: Path) -> list[Block]:
    """The blocks of a source file, in order."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("%%")]
    blocks: list[Block] = []
    paragraph: list[str] = []
    opened: Block | None = None

    def close() -> None:
        if paragraph:
            blocks.append(Block("p", " ".join(paragraph)))
            paragraph.clear()

    for line in [*lines, ""]:
        if opened is not None:
            if line == "@end":
                opened = None
            elif line.startswith(": "):
                key, _, value = line[2:].partition(" ")
                opened.options[key] = value
            elif line:
                opened.lines.append(line)
            continue
        if not line:
            close()
        elif line.startswith("@"):
            close()
            blocks.append(Block(line[1:]))
            opened = None if line[1:] in BARE else blocks[-1]
        elif note := _NOTE.fullmatch(line):
            close()
            blocks.append(Block("note", note[2], options={"n": note[1]}))
        elif line.split(" ", 1)[0] in ("#", "##", "###", "**", "-"):
            close()
            sign, text = line.split(" ", 1)
            blocks.append(Block({"#": "h1", "##": "h2", "###": "h3", "**": "bold", "-": "item"}[sign], text))
        else:
            paragraph.append(line)
    return blocks


def merges(rows: list[list[str]]) -> list[tuple[int, int, int, int]]:
    """Where cells run together: (first column, first row, last column, last row), from the marks « ^ » and « < »."""
    out = []
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if cell in ("^", "<"):
                continue
            last_c, last_r = c, r
            while last_c + 1 < len(row) and row[last_c + 1] == "<":
                last_c += 1
            while last_r + 1 < len(rows) and c < len(rows[last_r + 1]) and rows[last_r + 1][c] == "^":
                last_r += 1
            if (last_c, last_r) != (c, r):
                out.append((c, r, last_c, last_r))
    return out
