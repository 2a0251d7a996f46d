"""The numbers and bullets that Word and LibreOffice put before paragraphs and that their files don't write out."""

from collections import defaultdict
from typing import Any

from docx.oxml.ns import qn

BULLET = "•"
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
# Word's names of number formats, and those of OpenDocument.
_KINDS = {
    "upperRoman": "I",
    "lowerRoman": "i",
    "upperLetter": "A",
    "lowerLetter": "a",
    "decimalZero": "01",
    "none": "",
    "bullet": BULLET,
}


def written(value: int, kind: str) -> str:
    """A number (from 1) as a format writes it: "1", "I", "i", "A", "a", "01" (or Word's names); "" for none."""
    kind = _KINDS.get(kind, kind)
    if kind in ("", BULLET):
        return kind
    if kind in ("I", "i"):
        roman, left = "", min(value, 3999)
        for worth, sign in _ROMAN:
            roman += sign * (left // worth)
            left %= worth
        return roman.upper() if kind == "I" else roman
    if kind in ("A", "a"):
        value = max(value, 1)
        letter = chr(ord("a") + (value - 1) % 26) * min((value - 1) // 26 + 1, 9)
        return letter.upper() if kind == "A" else letter
    if kind in ("ordinal", "ordinalText") and value == 1:
        return "1er"
    return f"{value:02d}" if kind == "01" else str(value)


class Numbers:
    """The counters of a Word document: `mark` is to be asked once for each paragraph with text, in order."""

    def __init__(self, document: Any):
        self._levels: dict[str, dict[int, Any]] = {}
        self._abstract: dict[str, str] = {}
        self._starts: dict[str, dict[int, int]] = defaultdict(dict)
        self._linked: dict[str, tuple[str, int]] = {}  # style → the list and level that name it
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        self._begun: set[str] = set()
        for relation in document.part.rels.values():
            if not relation.is_external and relation.reltype.endswith("/numbering"):
                self._learn(relation.target_part.element)

    def _learn(self, sheet: Any) -> None:
        for abstract in sheet.findall(qn("w:abstractNum")):
            levels = {int(level.get(qn("w:ilvl"))): level for level in abstract.findall(qn("w:lvl"))}
            self._levels[abstract.get(qn("w:abstractNumId"))] = levels
        for num in sheet.findall(qn("w:num")):
            ident, abstract = num.get(qn("w:numId")), num.find(qn("w:abstractNumId"))
            if abstract is None:
                continue
            self._abstract[ident] = abstract.get(qn("w:val"))
            for over in num.findall(qn("w:lvlOverride")):
                if (start := over.find(qn("w:startOverride"))) is not None:
                    self._starts[ident][int(over.get(qn("w:ilvl")))] = int(start.get(qn("w:val")))
            for rank, level in self._levels.get(self._abstract[ident], {}).items():
                if style := _of(level, "w:pStyle"):
                    self._linked.setdefault(style, (ident, rank))

    def mark(self, element: Any, style: Any) -> str:
        """What stands before a paragraph: "Article 3", "2.1.", "•"; "" when nothing does."""
        found = self._place(element, style)
        if not found:
            return ""
        ident, rank = found
        abstract = self._abstract.get(ident, "")
        levels = self._levels.get(abstract, {})
        level = levels.get(rank)
        if level is None:
            return ""
        counts = self._counts[abstract]
        if ident not in self._begun:  # a list that starts anew where it is first used
            self._begun.add(ident)
            for at, start in self._starts[ident].items():
                counts[at] = start - 1
        counts[rank] = counts[rank] + 1 if rank in counts else int(_of(level, "w:start") or 1)
        for deeper in [r for r in counts if r > rank]:
            del counts[deeper]
        if (kind := _of(level, "w:numFmt") or "decimal") == "bullet":
            return BULLET
        text = _of(level, "w:lvlText") or ""
        plain = level.find(qn("w:isLgl")) is not None
        for at in range(rank + 1):
            shown = _of(levels[at], "w:numFmt") or "decimal" if at in levels else "decimal"
            value = counts.get(at, int(_of(levels[at], "w:start") or 1) if at in levels else 1)
            text = text.replace(f"%{at + 1}", written(value, "decimal" if plain and at < rank else shown))
        return text.strip() if kind != "none" or text.strip() else ""

    def _place(self, element: Any, style: Any) -> tuple[str, int] | None:
        """The list and level of a paragraph, its own or its style's."""
        chain = [element]
        names = []
        for _ in range(20):
            if style is None:
                break
            chain.append(style.element)
            names.append(style.style_id)
            style = style.base_style
        rank: str | None = None
        for n, holder in enumerate(chain):
            number = holder.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
            if number is None:
                continue
            rank = rank if rank is not None else _of(number, "w:ilvl")
            if ident := _of(number, "w:numId"):
                if ident == "0":
                    return None
                linked = self._linked.get(names[n - 1]) if n else None
                return (ident, linked[1] if linked and rank is None else int(rank or 0))
        return None


def _of(element: Any, name: str) -> str | None:
    found = element.find(qn(name))
    return found.get(qn("w:val")) if found is not None else None
