"""Who gives the amount that a value tells, where the question names a giver: "l'État met combien dans les travaux ?"."""

import re

from assistant.contract_question import Asked
from corpus.values import Value, find_values
from corpus.words import fold

_GIVERS = {
    "etat": r"(?:\bl.|^\s*)etat\b(?! (?:previsionnel|realise|des|du|de)\b)|\bddets\b|\bdreets\b|\bprefe(?:t|cture)\b",
    "agence": r"\bars\b|\bl.agence\b(?! nationale)|\bagence regionale\b",
    "departement": r"\bdepartement\w*\b|\bconseil departemental\b",
    "commune": r"\bcommunes?\b(?<!dotation commune)|\bmairie\b|\bla ville\b|\bmetropole\b|\bagglomeration\b|\bcommunaute de\b",
    "region": r"\b(?:la|de|conseil) region(?:al)?\b",
    "caisse": r"\bcaisses?\b|\bcarsat\b|\bcaf\b|\bmsa\b",
    "cnsa": r"\bcnsa\b|\bcaisse nationale de solidarite\b",
    "habitat": r"\banah\b|\bagence nationale\b",
    "fondation": r"\bmecen\w+|\bfondations? [a-z]",
}
_NAMES = {giver: re.compile(pattern) for giver, pattern in _GIVERS.items()}
_GIVING = (
    r"(?:donn|apport|vers|mett|met|finance|subventionn|aid|pa[iy]|contribu|accord|particip|abond|attribu|octroi|cofinanc)(?:\w*)"
)
_BY_NAME = {
    giver: re.compile(
        rf"(?:{pattern})(?: [a-z']+){{0,2}} {_GIVING}\b|\b{_GIVING}\b (?:(?:le|la|les) |l.)?(?:{pattern})"
        rf"|\b(?:aide|subvention|part|participation|contribution|apport|(?:dotation|financement|enveloppe|credits?)(?: (?!de|du|des)[a-z]+){{0,2}}) (?:de |du |de la |des |d.|de l.)?(?:{pattern})"
    )
    for giver, pattern in _GIVERS.items()
}
_COST = re.compile(r"\bcouts?\b|\bcoute\w*|\bemprunt\w*|\bmontant total\b|\bautofinanc\w*|\bfonds propres\b")
_PARTS = re.compile(r"[,;:(]\s|\set\s|\.\s")
GIVEN, ELSE = 0.35, 0.25  # what being the giver's amount counts for, and being another's or the whole cost against


def wanted_givers(asked: Asked) -> frozenset[str]:
    """The givers that a question names with a verb of giving, or with what is given ("la subvention du Département")."""
    return frozenset(giver for giver, pattern in _BY_NAME.items() if pattern.search(asked.folded))


def _named(folded: str) -> frozenset[str]:
    return frozenset(giver for giver, pattern in _NAMES.items() if pattern.search(folded))


def given(asked: Asked, text: str, value: Value, heading: str = "", title: str = "") -> float:
    """What the giver told of an amount counts for it, or against it; `heading` is its column's and `title` its
    table's, both folded.

    "L'État y apporte 310 000 €, la commune 75 000 €", "500 000 € (Département)": the words back to the amount before, then
    those up to the next, say whose each is.
    """
    wanted = wanted_givers(asked) if value.kind == "amount" else frozenset()
    if not wanted:
        return 0.0
    before, after = _clause(text, value)
    own = fold(_PARTS.split(before)[-1])
    told = _named(own) or _named(fold(after))
    if not told and _COST.search(own):
        return -ELSE
    told = told or _named(fold(before)) or _last(fold(text[: value.start])) or _named(heading) or _named(title)
    if told & wanted:
        return GIVEN
    return -ELSE if told else 0.0


def _last(folded: str) -> frozenset[str]:
    """The giver named last: "le Département finance l'EAM à hauteur de 900 000 € et le SAVS à hauteur de 300 000 €"."""
    ends = {giver: m.end() for giver, pattern in _NAMES.items() for m in pattern.finditer(folded)}
    return frozenset({max(ends, key=lambda giver: ends[giver])}) if ends else frozenset()


def _clause(text: str, value: Value) -> tuple[str, str]:
    """The words of an amount before it, back to the amount before or the sentence's start, and after it, up to a cut."""
    last = max((v.end for v in find_values(text, "amount") if v.end <= value.start), default=0)
    before = re.split(r"[.;]\s", text[last : value.start])[-1]
    if last and (cut := _PARTS.search(before)):
        before = before[cut.end() :]  # "700 000 € de l'ARS et 200 000 € …": what follows an amount is its own
    after = re.split(r"[,;)]|\.\s|\set\s", re.sub(r"^\s*\(", " ", text[value.end :]))[0]
    return before, after
