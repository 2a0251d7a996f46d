"""References to articles: every spelling people use, one spelling out.

"L. 313-11", "l313-11", "art. L 313-11 du CASF", "R.* 314-40 II", "L. 312-1 à L. 312-9",
"articles L. 311-3, 311-4 et R. 311-35" are read; numbers are printed as the corpus spells them ("L313-11").
The letter matters: R131-5 and L131-5 are different articles. Without a letter ("l'article 313-11")
the reference is kept letterless and the reader of the corpus decides (`ArticleRef.letter == ""`).

The numbering itself is described in the "Guide de légistique" (part 3.3, numérotation des codes):
L = loi, LO = loi organique, R = décret en Conseil d'État (R* when taken in conseil des ministres),
D = décret simple, A = arrêté.
"""

import re
from dataclasses import dataclass, replace

from corpus.codes import CASF, SPELLINGS, key_of, split_key, title_of

__all__ = ["CASF", "ArticleRef", "find_references", "label_of", "parse_num", "parse_ref", "printed"]

_CODE_OF = {name: code for code, names in SPELLINGS.items() for name in names}

_LETTER = r"(?:LO|L|R|D|A)\s?\.?\s?\*?\s?\.?\s?"
_DASH = r"\s?[-‐‑–—]\s?"
# 313-11-2, 14-10-1, 311, 375-1, 1110-4; "bis"/"ter" and a lone capital ("L146-1 A") belong to the number.
_NUMBER = rf"\d{{1,4}}(?:(?:{_DASH}|(?<=\d{{3}})\.)\d{{1,4}})*(?:\s(?:bis|ter|quater|quinquies|sexies|septies|octies|nonies)\b|\s(?-i:[A-D])(?=[\s,;.)]|$)(?!\s?\.\s?(?:\d|(?-i:[a-zé]))|\s+[LRD]\.))?"
_PARAGRAPH = r"(?:[ ,]+(?:(?:I{1,3}|I?V|VI{0,3}|I?X)(?:[ -](?:bis|ter|quater))?\b|\d{1,2}°|al(?:inéa|\.)\s?\d{1,2}))*"
_CODE = "|".join(sorted((re.escape(name).replace("'", "['’]") for name in _CODE_OF), key=len, reverse=True))
_ANNEXE = r"annexe\s+\d+(?:[-‐‑–.]\d+){0,2}"

_REFERENCE = re.compile(
    rf"(?<![\w-])(?:(?P<annexe>{_ANNEXE})"
    rf"|(?P<art>art(?:icle)?s?\.?\s+)?(?P<letter>{_LETTER})?(?P<number>{_NUMBER})(?![\d€%])(?P<par>{_PARAGRAPH}))",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"\s*(?P<word>,|;|et|ou|à|au|et à|jusqu['’]à|/)\s*(?:l['’]|le\s|les\s|aux\s|articles?\s|des\s)?\s*", re.IGNORECASE
)
_CODE_AFTER = re.compile(
    rf"(?:\s*\(\d{{1,2}}°\)|\s+et\s+(?:suivants|s\.))?\s*,?\s*(?:\(|du\s|de\s|le\s|au\s|dudit\s)?\s*"
    rf"(?P<code>{_CODE}|(?P<present>présent\s+code)|(?:ce\s+même|même|ce|dit)\s+code|(?:dudit\s+)?code(?:\s+précité)?)\b",
    re.IGNORECASE,
)
# "l'article 5 de la loi", "136 du décret": texts that are no code.
_NO_CODE_AFTER = re.compile(
    r"\s*,?\s*(?:et\s+suivants\s+)?(?:de\s+(?:la|ladite|cette)\s+(?:même\s+)?(?:loi|convention|directive|constitution)"
    r"|(?:du|dudit)\s+(?:même\s+)?(?:décret|règlement|traité)|de\s+l['’](?:ordonnance|arrêté|accord))\b",
    re.IGNORECASE,
)
# "Code civil, art. 375": the code comes first.
_CODE_BEFORE = re.compile(rf"\b(?P<code>{_CODE})\.?\s*,\s*(?:à\s+)?(?:l['’])?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ArticleRef:
    """One article named in a text.

    `letter` is "", "L", "LO", "R", "D", "A" or "Annexe"; `number` is dash-joined ("313-11-2");
    `detail` is what followed ("II", "3°"); `code` is a key of `corpus.codes.CODES`; `start`/`end` are character
    offsets in the text that was parsed; `range_end` is the last number of a range "X à Y".
    """

    letter: str
    number: str
    code: str = CASF
    detail: str = ""
    start: int = 0
    end: int = 0
    range_end: str = ""
    code_named: bool = False

    @property
    def num(self) -> str:
        """The corpus's spelling: "L313-11", "Annexe 2-3", or "313-11" when the letter is unknown."""
        return f"Annexe {self.number}" if self.letter == "Annexe" else f"{self.letter}{self.number}"

    @property
    def key(self) -> str:
        """The article's key in the index: its number, with its code's short name when that isn't the CASF."""
        return key_of(self.num, self.code)

    @property
    def range_end_num(self) -> str:
        return f"{self.letter}{self.range_end}" if self.range_end else ""

    def __str__(self) -> str:
        detail = f", {self.detail}" if self.detail else ""
        return f"{printed(self.num)}{detail}" + (f" ({self.code})" if self.code != CASF else "")


def printed(num: str) -> str:
    """The spelling of French law drafting: "L313-11" -> "L. 313-11"."""
    match = re.match(r"(LO|L|R|D|A)(\d.*)", num)
    return f"{match[1]}. {match[2]}" if match else num


def label_of(key: str) -> str:
    """What people read of an article's key: "Article L. 313-11", "Article 375 du code civil", "Annexe 2-3"."""
    num, code = split_key(key)
    label = num if num.startswith("Annexe") else f"Article {printed(num)}"
    return label if code == CASF else f"{label} du {title_of(code)}"


def _clean_number(raw: str) -> str:
    number = re.sub(rf"{_DASH}|\.", "-", raw.strip())
    return re.sub(r"\s+", " ", number)


def _clean_letter(raw: str) -> str:
    return re.sub(r"[^A-Z]", "", raw.upper())


# The numbers that this code and its neighbours use when no letter and no code says so.
_CASF_NUMBER = re.compile(r"(?:[1-5]\d\d|14-10)(?:-\d+)*(?: \w+)?")


def _is_reference(match: re.Match[str], code_named: bool, own: str) -> bool:
    """Numbers are everywhere in prose; only some are articles. `own` is the code that the prose belongs to."""
    if match["annexe"]:
        return True
    number, letter = match["number"], match["letter"]
    if letter:
        # "d 311 euros", "l 120": a lower-case letter parted by a space needs a dash or the word "article".
        loose = letter[0].islower() and letter.endswith(" ") and "." not in letter
        long_enough = len(number.split("-")[0].split(" ")[0]) >= 3 or number.startswith("14-10")
        return long_enough and (not loose or "-" in number or bool(match["art"]))
    if code_named:
        return True
    # Without letter or code ("l'article 313-11"): only what looks like this code's numbers, never "article 5".
    if own != CASF:
        return bool(match["art"])
    return bool(match["art"]) and bool(_CASF_NUMBER.fullmatch(_clean_number(number)))


def find_references(text: str, own: str = CASF) -> list[ArticleRef]:
    """Every reference of `text`, in order, with offsets. `own` is the code that the text is part of, or speaks of.

    A list carries its letter ("articles L. 311-3, 311-4 et 5" gives L311-3, L311-4), a range is one
    reference with `range_end`, and a code named after a list holds for the whole list.
    """
    found: list[ArticleRef] = []
    pos, last_code = 0, own
    while match := _REFERENCE.search(text, pos):
        pos = match.end()
        group = [replace(_make(match, ""), code=own)]
        plural = (match["art"] or "").rstrip(". ").endswith("s")
        # Follow the list or the range as long as it goes on.
        while link := _LINK.match(text, pos):
            following = _REFERENCE.match(text, link.end())
            if not following or following["annexe"]:
                break
            if not following["letter"] and not _continues(group[-1], following, plural):
                break
            item = replace(_make(following, group[-1].letter), code=own)
            if link["word"].lower() in ("à", "jusqu'à", "jusqu’à", "au", "et à"):
                last = group.pop()
                group.append(replace(last, end=item.end, range_end=item.number))
            else:
                group.append(item)
            pos = following.end()
        code = _CODE_AFTER.match(text, pos) or _CODE_BEFORE.search(text, max(0, match.start() - 80), match.start())
        if not _is_reference(match, code is not None, own) or (not group[-1].letter and _NO_CODE_AFTER.match(text, pos)):
            pos = match.end()
            continue
        if code:
            # "du présent code" is this one; "du même code", "dudit code", "de ce code" the one named last.
            name = (
                own
                if code.groupdict().get("present")
                else _CODE_OF.get(" ".join(code["code"].lower().replace("’", "'").split()), last_code)
            )
            last_code = name
            group = [replace(ref, code=name, code_named=True) for ref in group]
            pos = max(pos, code.end())
            group[-1] = replace(group[-1], end=pos)
        found.extend(group)
    return found


def _continues(before: ArticleRef, match: re.Match[str], plural: bool) -> bool:
    """A number without a letter goes on a list when it is built like the one before ("375 à 375-8", "L. 311-3, 311-4"),
    and "433" after "articles 375-3" or "l'article 375-3 et les articles"."""
    number = _clean_number(match["number"])
    alike = "-" in number or "-" not in before.number or (not before.letter and (plural or bool(match["art"])))
    return alike and len(number.split("-")[0]) == len(before.number.split("-")[0])


def _make(match: re.Match[str], carried_letter: str) -> ArticleRef:
    if match["annexe"]:
        number = re.sub(r"^\D+", "", match["annexe"])
        return ArticleRef("Annexe", re.sub(r"[‐‑–.]", "-", number), start=match.start(), end=match.end())
    letter = _clean_letter(match["letter"]) if match["letter"] else carried_letter
    detail = re.sub(r"\s+", " ", match["par"].strip(" ,")) if match["par"] else ""
    return ArticleRef(letter, _clean_number(match["number"]), detail=detail, start=match.start(), end=match.end())


def parse_num(text: str) -> str:
    """The corpus spelling of one number typed alone ("l 313 11", "art. R.314-40"); the text itself when it is none.

    >>> parse_num("art. l. 313–11")
    'L313-11'
    """
    ref = parse_ref(text)
    return ref.num if ref else text.strip()


def parse_ref(text: str) -> ArticleRef | None:
    """One reference typed alone ("l 313 11", "375 du code civil"), None when it is none."""
    typed = re.sub(r"(?<=\d) (?=\d)", "-", text.strip())
    typed = re.sub(r"(?<=\d) [a-d]$", lambda m: m[0].upper(), typed)  # "l146-1 a"
    refs = find_references(typed) or find_references("article " + typed)
    refs = refs or [replace(ref, letter="") for ref in find_references("L. " + typed)]  # "900-2", of no code that is known
    return refs[0] if refs else None
