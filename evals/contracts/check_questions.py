"""Check the questions on contracts against the contracts as drawn (for a scan: the sheets before they are scanned).

Usage: python -m evals.contracts.check_questions

Each evidence must stand on pages that its question names, each named page must hold some evidence, each text must give
the value (computed answers excepted: their text is the answer itself) and no absent word may be found.
"""

import io
import json
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

import pypdfium2  # type: ignore[import-untyped]

from corpus.values import find_values
from evals.contracts.blind import blind
from evals.contracts.blind.ask import SETS as SETS_OF_BLIND
from evals.contracts.blind.hands import HANDS, WORDS
from evals.contracts.make_contracts import drawing, word

QUESTIONS = Path(__file__).resolve().parent.parent / "questions"
SETS = ("contracts", *SETS_OF_BLIND.values())


def squeezed(text: str) -> str:
    """The text without blanks, hyphens or apostrophes, so that line ends and typography do not matter."""
    return re.sub(r"[\s\-–'’\u00ad\ufffe\x02]", "", text).lower()


def pages(name: str) -> list[str]:
    """The text of each page of a contract."""
    data = blind.drawing(name) if name in HANDS else drawing(name)
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data)]


def word_text(name: str) -> str:
    """Everything written in a contract's Word file: body, text box and footnotes."""
    with zipfile.ZipFile(io.BytesIO(blind.word(name) if name in HANDS else word())) as package:
        xml = "".join(package.read(f"word/{part}.xml").decode() for part in ("document", "footnotes"))
    return re.sub(r"<[^>]+>", "", xml).replace("&amp;", "&")


def faults(row: dict[str, Any], texts: list[str]) -> list[str]:
    """What is wrong with a question, in words."""
    out = []
    sheets = [squeezed(text) for text in texts]
    if not row["answerable"]:
        found = [w for w in row.get("absent", []) if re.search(rf"(?<!\w){re.escape(w)}", "\n".join(texts), re.IGNORECASE)]
        return [f"mot présent : {w}" for w in found] + (["des pages"] if row["pages"] or row["value"] else [])
    holding: set[int] = set()
    for evidence in row["evidence"]:
        where = {n for n, sheet in enumerate(sheets, 1) if squeezed(evidence) in sheet}
        holding |= where
        if not where or not where <= set(row["pages"]):
            out.append(f"« {evidence} » est aux pages {sorted(where)}")
    if set(row["pages"]) - holding:
        out.append(f"pages sans preuve : {sorted(set(row['pages']) - holding)}")
    value, text = row["value"], row["text"]
    here = [sheets[n - 1] for n in row["pages"]]
    parts = value["normalized"] if value and value["kind"] == "list" else [text]
    if not row.get("computed") and not all(any(squeezed(part) in sheet for sheet in here) for part in parts):
        out.append(f"texte absent de ces pages : {text}")
    if value and value["kind"] == "party" and squeezed(value["normalized"]) not in squeezed(text):
        out.append("la partie n'est pas dans le texte")
    if value and value["kind"] in ("date", "amount", "percent", "duration", "number") and "thousands" not in row.get("tags", []):
        found = [v.normalized for v in find_values(text, value["kind"])]
        unit = {"amount": " €", "percent": " %"}.get(value["kind"], "")
        found += [v.normalized for v in find_values(text + unit, value["kind"])]
        if value["normalized"] not in found:
            out.append(f"« {text} » donne {found}, pas {value['normalized']}")
    return out


def main() -> int:
    rows = [json.loads(line) for name in SETS for line in (QUESTIONS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    texts = {name: pages(name) for name in {row["contract"] for row in rows}}
    words = {name: squeezed(word_text(name)) for name in ("handicap", *WORDS)}
    bad = 0
    for row in rows:
        wrong = faults(row, texts[row["contract"]])
        if sheet := words.get(row["contract"]):
            wrong += [f"absent du fichier Word : {e}" for e in row.get("evidence", []) if squeezed(e) not in sheet]
        bad += bool(wrong)
        for fault in wrong:
            print(f"{row['id']} ({row['question']}) : {fault}")
    print(f"{len(rows)} questions, {bad} à revoir")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
