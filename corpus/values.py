"""Exact values in French text: dates, amounts, percentages, durations, counts, each with one normalised spelling.

Normalised: ISO 8601 date ("2028-12-31", "2028-12" when no day is given), euros and percentages as plain decimal
strings ("1250000.50", "95"), durations as ISO 8601 ("P5Y", "P6M", "P15D", "PT48H"), numbers as plain strings.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import pairwise

KINDS = ("date", "amount", "percent", "duration", "number")

MONTH_NAMES = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
# As they are written, accents left out, cut short.
MONTHS = {name: i for i, name in enumerate(MONTH_NAMES, 1)} | {
    "fevrier": 2, "aout": 8, "decembre": 12, "janv": 1, "févr": 2, "fév": 2, "avr": 4, "juil": 7, "sept": 9, "oct": 10, "nov": 11,
    "déc": 12,
}  # fmt: skip
NUMBER_WORDS = {
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
    "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16, "dix-sept": 17, "dix-huit": 18,
    "dix-neuf": 19, "vingt": 20, "vingt et un": 21, "vingt-et-un": 21, "vingt-quatre": 24, "vingt-cinq": 25, "trente": 30,
    "trente-six": 36, "quarante": 40, "quarante-cinq": 45, "quarante-huit": 48, "cinquante": 50, "soixante": 60,
    "soixante-douze": 72, "quatre-vingt-dix": 90, "cent": 100,
}  # fmt: skip
_UNITS_SAID = {
    "vingts": 20,
    "cents": 100,
    "mille": 1000,
    "million": 1_000_000,
    "millions": 1_000_000,
    **{w: n for w, n in NUMBER_WORDS.items() if " " not in w and "-" not in w},
}
_MONTH = "|".join(sorted(map(re.escape, MONTHS), key=len, reverse=True))
# "deux cent cinquante-huit": words of number joined by spaces, hyphens, "et"; never cut, or 258 would read as 8.
# "quatre une place": "une" only begins another number, save after "cent" and "mille".
_WORD = "|".join(sorted(_UNITS_SAID, key=len, reverse=True))
_WORDS = rf"(?:{_WORD})(?:(?:-et-|\s?-\s?|\set\s|\s(?!une?\b)|(?<=cent)\s|(?<=mille)\s)(?:{_WORD})(?!\w))*"
# 1 250 000,50 or 1.250.000,50 or 1250000.5; a thousands group is exactly three digits.
_NUM = r"(?:\d{1,3}(?:[ .\u00a0\u202f]\d{3})+|\d+)(?:[,.]\d+)?"
_SPACE = r"\s{1,3}"

_DATE = re.compile(
    rf"\b(?P<day>\d{{1,2}}|1er|premier){_SPACE}(?P<month>{_MONTH})\.?{_SPACE}(?P<year>(?:19|20)\d\d)\b"
    rf"|\b(?P<d2>\d{{1,2}})[/.-](?P<m2>\d{{1,2}})[/.-](?P<y2>(?:19|20)\d\d)\b"
    r"|\b(?P<iso>(?:19|20)\d\d-\d\d-\d\d)\b"
    rf"|(?<![\w-])(?P<day_said>premier|{_WORDS}){_SPACE}(?P<month_said>{_MONTH}){_SPACE}(?P<year_said>deux{_SPACE}mille{_SPACE}{_WORDS})(?![\w-])"
    rf"|\b(?P<month_only>{_MONTH}){_SPACE}(?P<year_only>(?:19|20)\d\d)\b"
    rf"|\b(?P<day3>\d{{1,2}}|1er){_SPACE}(?P<month3>{_MONTH})\b(?!{_SPACE}\d{{4}})",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    rf"(?:(?<![\d,.])(?P<num>[-−–+]?\s?{_NUM})|(?<![\w-])(?P<said>{_WORDS}))\s{{0,3}}(?P<unit>M€|k€|K€|(?-i:M|[kK])E\b|€|euros?\b|EUR\b|millions? d['’]euros|milliers? d['’]euros)",
    re.IGNORECASE,
)
_PERCENT = re.compile(
    rf"(?:(?<![\d,.])(?P<num>[-−+]?{_NUM})|(?<![\w-])(?P<said>{_WORDS}(?:\s+virgule\s+{_WORDS})?))\s{{0,3}}(?:%|pour cent\b|p\. ?100\b)",
    re.IGNORECASE,
)
_DURATION = re.compile(
    rf"(?<![\w,.])(?P<num>\d+|{_WORDS})(?:\s?\(\d+\))?{_SPACE}(?:(?:premi|derni)[eè]re?s?{_SPACE})?(?P<unit>ans?|ann[ée]es?|mois|semaines?|jours?|heures?|h)\b(?P<half>\set\sdemie?)?(?!\s*\d)",
    re.IGNORECASE,
)
_COUNT = re.compile(rf"(?<![\d,./-])(?P<num>{_NUM})(?![\d/€%]|\s?(?:€|%|euros|ans?\b|mois\b|jours?\b))")
_COUNT_WORD = re.compile(rf"(?<![\w-])(?P<num>{_WORDS})(?![\w-])", re.IGNORECASE)
_UNITS = {"an": "Y", "année": "Y", "annee": "Y", "mois": "M", "semaine": "W", "jour": "D", "heure": "H", "h": "H"}


@dataclass(frozen=True, slots=True)
class Value:
    """A value as written (`text`), where (`start`, `end` offsets), and normalised."""

    kind: str
    text: str
    normalized: str
    start: int
    end: int


def find_values(text: str, kind: str) -> list[Value]:
    """Every value of one kind in `text`, in order. Unknown kinds give nothing."""
    finder = {"date": _dates, "amount": _amounts, "percent": _percents, "duration": _durations, "number": _numbers}.get(kind)
    return finder(text) if finder else []


def decimal(raw: str) -> Decimal | None:
    """A French number ("1 250 000,50", "1.250.000") as a Decimal; None when it is none."""
    raw = raw.strip().replace("−", "-").replace("–", "-")
    raw = re.sub(r"[\s\u00a0\u202f]", "", raw)
    if re.fullmatch(r"[-+]?\d{1,3}(?:\.\d{3})+(?:,\d+)?", raw):
        raw = raw.replace(".", "")
    try:
        return Decimal(raw.replace(",", "."))
    except InvalidOperation:
        return None


def plain(number: Decimal) -> str:
    """Without exponent or trailing zeros: "95", "1250000.5"."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _dates(text: str) -> list[Value]:
    out = []
    for m in _DATE.finditer(text):
        if m["iso"]:
            normalized = m["iso"]
        elif m["day_said"]:
            day = 1 if m["day_said"].lower() == "premier" else said_number(m["day_said"])
            try:
                normalized = date(said_number(m["year_said"]), MONTHS[m["month_said"].lower()], day).isoformat()
            except ValueError:
                continue
        elif m["month_only"]:
            normalized = f"{m['year_only']}-{MONTHS[m['month_only'].lower()]:02d}"
        elif m["day3"]:
            normalized = f"--{MONTHS[m['month3'].lower()]:02d}-{_day(m['day3']):02d}"
        else:
            year = int(m["year"] or m["y2"])
            month = MONTHS[m["month"].lower()] if m["month"] else int(m["m2"])
            try:
                normalized = date(year, month, _day(m["day"] or m["d2"])).isoformat()
            except ValueError:
                continue
        out.append(Value("date", " ".join(m[0].split()), normalized, m.start(), m.end()))
    return out


def _day(raw: str) -> int:
    return 1 if raw.lower() in ("1er", "premier") else int(raw)


def _amounts(text: str) -> list[Value]:
    out = []
    for m in _AMOUNT.finditer(text):
        number = _number(m)
        if number is None:
            continue
        unit = m["unit"].lower()
        factor = 1_000_000 if unit.startswith(("m€", "me", "million")) else 1000 if unit.startswith(("k", "millier")) else 1
        out.append(Value("amount", " ".join(m[0].split()), plain(number * factor), m.start(), m.end()))
    return _once(out, text)


def _percents(text: str) -> list[Value]:
    found = ((m, _number(m)) for m in _PERCENT.finditer(text))
    return _once(
        [Value("percent", " ".join(m[0].split()), plain(n), m.start(), m.end()) for m, n in found if n is not None], text
    )


def _once(found: list[Value], text: str) -> list[Value]:
    """Values without those in words that digits in brackets say again: "huit mille euros (8 000 €)"."""
    return [
        value for value, after in pairwise([*found, None])
        if value and not (after and value.normalized == after.normalized and text[value.end : after.start].strip() == "(")
    ]  # fmt: skip


def _number(found: re.Match[str]) -> Decimal | None:
    """The number of a match in digits (`num`) or in words (`said`)."""
    if not found["said"]:
        return decimal(found["num"])
    parts = re.split(r"\s+virgule\s+", found["said"], flags=re.IGNORECASE)
    return Decimal(".".join(str(said_number(part)) for part in parts))


def said_number(words: str) -> int:
    """A number in French words.

    >>> said_number("deux cent cinquante-huit"), said_number("quatre-vingt-dix"), said_number("soixante et onze")
    (258, 90, 71)
    >>> said_number("un million deux cent mille")
    1200000
    """
    total = hundreds = 0
    for word in re.split(r"[\s-]+", words.lower()):
        number = _UNITS_SAID.get(word, 0)
        if number == 1_000_000:
            total, hundreds = (total + max(1, hundreds)) * number, 0
        elif number == 1000:
            total, hundreds = total + max(1, hundreds) * 1000, 0
        elif number == 100:
            hundreds = hundreds // 100 * 100 + max(1, hundreds % 100) * 100
        elif number == 20 and hundreds % 100 == 4:
            hundreds += 76
        else:
            hundreds += number
    return total + hundreds


def _durations(text: str) -> list[Value]:
    out = []
    for m in _DURATION.finditer(text):
        raw = m["num"].lower()
        count = int(raw) if raw.isdigit() else said_number(raw)
        unit = _UNITS[m["unit"].lower().rstrip("s") if m["unit"].lower() != "mois" else "mois"]
        out.append(
            Value(
                "duration",
                " ".join(m[0].split()),
                f"P{'T' if unit == 'H' else ''}{count}{'.5' if m['half'] else ''}{unit}",
                m.start(),
                m.end(),
            )
        )
    return out


def _numbers(text: str) -> list[Value]:
    taken = [range(v.start, v.end) for find in (_dates, _amounts, _percents) for v in find(text)]
    out = []
    for m in _COUNT.finditer(text):
        number = decimal(m["num"])
        if number is not None and not any(m.start() in r for r in taken):
            out.append(Value("number", m[0].strip(), plain(number), m.start(), m.end()))
    out += [
        Value("number", m[0], str(said_number(m[0])), m.start(), m.end())
        for m in _COUNT_WORD.finditer(text)
        if m[0].lower() not in ("un", "une") and not any(m.start() in r for r in taken)
    ]
    return sorted(out, key=lambda v: v.start)
