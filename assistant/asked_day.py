"""The day that a question asks the law of ("au 15 mars 2009", "en 2008"), as against the dates that it only tells."""

import re
from calendar import monthrange
from datetime import date

from corpus.values import MONTH_NAMES
from corpus.words import fold

_MONTHS = [fold(name) for name in MONTH_NAMES]
_MONTH = "|".join(_MONTHS)
_WHEN = re.compile(
    r"\b(?P<lead>(?:a la date |en date |version |redaction |texte )du|avant le|au|le|fin|debut|en|courant|avant|entre|annee|de|et|a)\s+"
    rf"(?:l'annee\s+)?(?:(?P<day>\d{{1,2}})(?:er)?\s+(?P<month>{_MONTH})\s+(?P<year>\d{{4}})"
    rf"|(?P<d>\d{{1,2}})/(?P<m>\d{{1,2}})/(?P<y>\d{{4}})|(?P<iso>\d{{4}}-\d\d-\d\d)"
    rf"|(?:(?P<only_month>{_MONTH})\s+)?(?P<only_year>(?:19[5-9]|20[0-4])\d)\b(?!-))"
)
# A date that belongs to another text, or to somebody's life, is not the day that the law is asked for.
_OTHER_S = re.compile(
    r"\b(?:loi|decret|arrete|ordonnance|circulaire|instruction|convention|directive|decision|jugement|contrat|cpom|avenant"
    r"|schema|plan|nee?|naissance|signee?|depuis|jusqu)\b[^.?!,;]{0,40}$"
)
_OF_THE_LAW = re.compile(
    r"en vigueur|applicable|\bversion\b|\bredaction\b|\ba l'epoque\b|\ba cette date\b|que (?:disait|prevoyait)"
    r"|(?:la loi|le code|le texte|le droit) (?:disait|prevoyait|etait)|droit (?:positif|d'alors)"
)


def asked_days(text: str, named: bool = False) -> list[str]:
    """The days (ISO) that a question asks the law of, in its order; `named`: it names an article.

    A year or a month stands for its last day, "avant 2009" for the day before it begins.

    >>> asked_days("Que disait l'article L. 262-1 en 2008 ?", True), asked_days("Mon frère, placé en 2008, a-t-il droit à une aide ?")
    (['2008-12-31'], [])
    """
    return [day for _, _, day in _days(text, named)]


def without_days(text: str) -> str:
    """A question without the days that it asks the law of: what is left to search for."""
    if len(fold(text)) == len(text):  # a ligature opened by folding would move the places
        for start, end, _ in reversed(_days(text, False)):
            text = text[:start] + text[end:]
    return text.lstrip(" ,")


def _days(text: str, named: bool) -> list[tuple[int, int, str]]:
    """Where (in the folded text) and which."""
    folded = fold(text)
    cued = named or bool(_OF_THE_LAW.search(folded))
    found = []
    for match in _WHEN.finditer(folded):
        opening = match.start() == 0 and match["lead"] in ("au", "a la date du")
        if (cued or opening) and not _OTHER_S.search(folded[: match.start()]) and (day := _iso(match)):
            found.append((match.start(), match.end(), day))
    return found


def parse_day(text: str) -> str:
    """A day typed alone ("2009-03-15", "15/03/2009", "15 mars 2009") as ISO, "" when it is none."""
    match = _WHEN.fullmatch(f"le {fold(text).strip()}")
    return _iso(match) if match and not match["only_year"] else ""


def _iso(match: re.Match[str]) -> str:
    try:
        if match["iso"]:
            day = date.fromisoformat(match["iso"])
        elif match["day"] or match["d"]:
            month = _MONTHS.index(match["month"]) + 1 if match["month"] else int(match["m"])
            day = date(int(match["year"] or match["y"]), month, int(match["day"] or match["d"]))
        else:
            year, month = int(match["only_year"]), _MONTHS.index(match["only_month"]) + 1 if match["only_month"] else 0
            early = match["lead"] in ("avant", "debut")
            day = date(year, month or 1, 1) if early else date(year, month or 12, monthrange(year, month or 12)[1])
    except ValueError:
        return ""
    return (date.fromordinal(day.toordinal() - 1) if match["lead"].startswith("avant") else day).isoformat()
