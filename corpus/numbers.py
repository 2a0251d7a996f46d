"""Article numbers as sources spell them, brought to the corpus's spelling, and the order that they run in.

"R*. 314-1", "L.O. 111-3", "L. 146-1 A", "D 245 – 5 bis", "ANNEXE 2-3" become "R314-1", "LO111-3", "L146-1 A",
"D245-5 bis", "Annexe 2-3". The numbering is that of the "Guide de légistique" (part 3, numérotation des articles):
an article set in before another one takes a capital ("L146-1 A" stands before "L146-1"), one set in after it
"bis", "ter"…; the star says that a decree was taken in conseil des ministres and is not part of what people type.
"""

import re

_LATIN = ("bis", "ter", "quater", "quinquies", "sexies", "septies", "octies", "nonies", "decies")
_CODED = re.compile(r"(?P<letter>L\s?\.?\s?O|[LRDA])\s?\.?\s?\*?\s?\.?\s?(?P<rest>\d.*)")
_ANNEXE = re.compile(r"annexes?\b\s*(?:n[°o]\s*)?(?P<rest>.*)", re.IGNORECASE)
_DASH = re.compile(r"\s*[-‐‑‒–—]\s*")


def clean_num(raw: str) -> str:
    """The corpus's spelling of a number: no star, no dot, no space round dashes. What is no number comes back trimmed."""
    num = " ".join(raw.split()).removesuffix(".").strip()
    num = re.sub(r"^art(?:icle|\.)\s*(?=\S)", "", num, flags=re.IGNORECASE)
    if match := _ANNEXE.fullmatch(num):
        return f"Annexe {_DASH.sub('-', match['rest'])}".strip()
    if match := _CODED.fullmatch(num):
        return re.sub(r"[\s.]", "", match["letter"]) + _DASH.sub("-", match["rest"])
    return _DASH.sub("-", num) if num[:1].isdigit() else num


def spelt(raw: str) -> str:
    """The source's own spelling where it says more than the number: "R*314-1" (a starred article), else ""."""
    compact = re.sub(r"[\s.]", "", raw)
    return compact if "*" in compact else ""


_PARTS = {"": 0, "L": 0, "LO": 0, "R": 1, "D": 1, "A": 2}
Key = tuple[int, tuple[tuple[int, int, str], ...]]


def order_key(num: str) -> Key:
    """A key that sorts numbers as a code runs: L, then R and D together, then A, then the annexes."""
    match = re.match(r"(?:Annexe |(LO|[LRDA])?(?=\d))", num)
    if not match:
        return 4, ((0, 0, num),)
    part = 3 if match[0] == "Annexe " else _PARTS[match[1] or ""]
    return part, tuple(_step(word) for word in num[match.end() :].split("-"))


def _step(word: str) -> tuple[int, int, str]:
    """One member of a number, "146", "1 A", "5 bis": its figure, what was set in before or after it, the rest."""
    match = re.match(r"(\d*)\s*(.*)", word)
    assert match is not None
    after = match[2].split(" ")[0]
    before_or_plain = 0 if after[:1].isupper() else 1
    rank = 2 + _LATIN.index(after) if after in _LATIN else before_or_plain
    return int(match[1] or 0), rank, match[2]
