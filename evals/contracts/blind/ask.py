"""Directors' questions on the blind contracts; writes each set of ../../questions once each expectation is found in the PDF.

`ask.txt` makes blind.jsonl and so on. Each was measured once before anybody looked at it (`evals/reports/essais.md`), none is unseen
any more; blind6 to blind16 and drill5 to drill7 are in no training script. `drill*.txt`: more questions on contracts already known.
A line is "question | kind | value | text | evidence…": "*" after the kind marks a computed value, "^" one told in thousands.

Usage: python -m evals.contracts.blind.ask [FILE …]   (all of them, or "ask7 drill1")
"""

import io
import json
import re
import sys
from pathlib import Path
from typing import Any

import pypdfium2  # type: ignore[import-untyped]

from evals.contracts.blind.blind import drawing

HERE = Path(__file__).resolve().parent
QUESTIONS = HERE.parents[1] / "questions"
SETS = {path.stem: path.stem.replace("ask", "blind") for path in sorted([*HERE.glob("ask*.txt"), *HERE.glob("drill*.txt")])}


def squeezed(text: str) -> str:
    """The text without blanks, hyphens or apostrophes, so that line ends and typography do not matter."""
    return re.sub(r"[\s\-–'’\u00ad\ufffe\x02]", "", text).lower()


def rows(asked: str = "ask") -> list[dict[str, Any]]:
    """The questions of a file (a key of `SETS`) with their pages; raises `ValueError` when a piece of evidence or a value is not there."""
    out: list[dict[str, Any]] = []
    contract, sheets = "", [""]
    for line in (HERE / f"{asked}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("= "):
            contract = line[2:]
            sheets = [squeezed(p.get_textpage().get_text_range()) for p in pypdfium2.PdfDocument(io.BytesIO(drawing(contract)))]
            continue
        question, kind, norm, text, *evidence = [*(part.strip() for part in line.split(" | ")), ""]
        row: dict[str, Any] = {"id": f"{contract[0].upper()}{len(out) + 1:03}", "contract": contract, "question": question}
        if kind == "absent":
            if found := [word for word in norm.split(" / ") if any(squeezed(word) in sheet for sheet in sheets)]:
                raise ValueError(f"{question}: present {found}")
            out.append({**row, "pages": [], "value": None, "text": None, "answerable": False, "absent": norm.split(" / ")})
            continue
        pages = set()
        for piece in filter(None, evidence):
            where = {n for n, sheet in enumerate(sheets, 1) if squeezed(piece) in sheet}
            if not where:
                raise ValueError(f"{question}: « {piece} » is nowhere")
            pages |= where
        computed = kind.endswith("*")
        thousands = kind.endswith("^")
        kind = kind.rstrip("*^")
        normalized = norm.split(" / ") if kind == "list" else norm
        texts = normalized if kind == "list" else [text]
        if not computed and not all(any(squeezed(t) in sheets[n - 1] for n in pages) for t in texts):
            raise ValueError(f"{question}: {texts} not on {pages}")
        value = None if kind == "text" else {"kind": kind, "normalized": normalized}
        said = ", ".join(normalized) if kind == "list" else text
        out.append(
            {
                **row,
                "pages": sorted(pages),
                "value": value,
                "text": said,
                "answerable": True,
                "evidence": [*filter(None, evidence)],
            }
        )
        if computed:
            out[-1]["computed"] = True
        if thousands:
            out[-1]["tags"] = ["thousands"]
    return out


if __name__ == "__main__":
    for asked in sys.argv[1:] or SETS:
        found, name = rows(asked), SETS[asked]
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found)
        (QUESTIONS / f"{name}.jsonl").write_text(text, encoding="utf-8")
        print(name, len(found), sum(not row["answerable"] for row in found), file=sys.stderr)
