"""The items of an enumeration, each short and whole, cut from the sentence that lists them."""

import re
from dataclasses import dataclass

_DET = r"(?:l['’]|(?:les?|la|une?|des|du|leurs?|son|sa|ses|deux|trois|quatre|cinq|six)\s)"
_AND = r",?\s(?:et|ou|ainsi que)(?:,[^,;:]{3,40},)?\s(?:enfin\s)?"
_NAME = rf"{_DET}[^,;:.]{{2,110}}?"
_AT = r"(?-i:,\sà\s[A-ZÀ-Ý][\w' -]{2,40}(?=,))"  # "La résidence, à Orvilliers, et le foyer"
_RUN = re.compile(rf"\b{_NAME}(?:{_AT})?(?:,\s(?:puis\s)?{_NAME}(?:{_AT})?){{0,12}}{_AND}{_NAME}(?=\s?[;.]|,\s|$)", re.IGNORECASE)
# Where an item of a run may begin: a determiner that completes nothing before it ("pour les", "de la").
_BEGINS = re.compile(
    r"(?<!\bde )(?<!\bà )(?<!\bpar )(?<!\bpour )(?<!\bsur )(?<!\bdans )(?<!\bavec )(?<!\bsous )(?<!\ben )(?<!\bchez )(?<!\bentre )"
    r"(?<!\bvers )(?<!\bque )(?<!\bplus tard )(?<!\bavant )(?<!\bd['’])\b(?:l['’]|(?:les?|la|une?|deux|trois|quatre|cinq|six)\s)(?!\d)",
    re.IGNORECASE,
)
_VERB = re.compile(
    r",?\s(?:n['’](?:y\s)?\w+\spas|ne\s\w+|(?:le\s|l['’])?(?:est|sont|reste|restent|demeure|demeurent|figurent|figure|l['’]est)|aussi|également)\b"
)
# Opens what is said of an item, not another one: "de l'ordre de 23 %", "jusqu'à 10 %", "le 30 avril".
_ASIDE = re.compile(
    r"(?:jusqu|dont|qui|que|lequel|laquelle|soit|sous|sauf|selon|y compris|de l['’]ordre|en cas|au plus|avant|après|dans|à (?:partir|compter|hauteur|raison|la date|(?-i:[A-ZÀ-Ý])\w*)|chacun|le \d|en \d{4})\b",
    re.IGNORECASE,
)
# "La crèche, reprise en 2022", "ouverte en 2022 à …", "la crèche de l'association".
_TOLD = re.compile(
    r",.*$|\s(?:de\s(?:la|l['’])\s?(?:fondation|association|mutuelle)|de\sl['’]organisme(?:\sgestionnaire)?)$|\s\w+(?:é|i|u|is|ert)e?s?\s(?:en|par|le|depuis|à)\s.*$",
    re.IGNORECASE,
)
_MARK = re.compile(r"(?:\(?[A-Za-z0-9]{1,2}\)|(?:§\s?)?\d{1,2}(?:\.\d{1,2})*\s?[.)–°-](?=\s)|(?:puis|ensuite|enfin|et|ou)\s)\s*")
_WITHIN = re.compile(r"\s\([^()]*\)$")
_ARTICLE = re.compile(r"(?:l['’]|(?:le|la|les|une?)\s)|(?i:l['’]|(?:le|la|les|une?)\s)(?=[a-zà-ÿ])")  # not "Les Glycines"


@dataclass(frozen=True, slots=True)
class Run:
    """An enumeration in a sentence: the words before it, its items, the words after it ("ne sont pas couverts")."""

    lead: str
    items: tuple[str, ...]
    rest: str


def short(item: str) -> str:
    """An item without its mark ("(A)", "puis"), without what stands in parentheses or is added of it at its end."""
    item = item.strip(" .;,")
    while (mark := _MARK.match(item)) and mark.end() < len(item):
        item = item[mark.end() :]
    item = re.sub(r"^(?:à (?=l['’]|la |les? )|aux? )", "", item)
    for comma in re.finditer(r",\s", item):
        if _ASIDE.match(item, comma.end()):
            item = item[: comma.start()]
            break
    return _WITHIN.sub("", item.strip(" .;,"))


def parts(text: str) -> list[str]:
    """ "a, b, de l'ordre de 3 %, et c" -> a, b, c."""
    text = text.strip(" .")
    if len(cut := re.split(r"\s?;\s", text)) > 1:
        return [name for part in cut if (name := short(part))]
    first, *others = re.split(r",\s(?!\d)", text)
    cut = [first, *(part for part in others if not _ASIDE.match(part))]
    if not any(re.search(r"\s(?:et|ou)$", part) for part in cut) and not re.match(r"(?:et|ou|puis)\s", cut[-1]):
        joint = re.search(rf"{_AND}(?={_DET})", cut[-1]) or re.search(_AND, cut[-1])
        cut[-1:] = [cut[-1][: joint.start()], cut[-1][joint.end() :]] if joint else cut[-1:]
    return [name for part in cut if (name := short(re.sub(r"\s(?:et|ou)$", "", part)))]


def run_of(sentence: str) -> Run | None:
    """The enumeration that a sentence holds without a colon, as its subject or after its verb; None where there is none."""
    match = _RUN.search(sentence)
    if match is None:
        return None
    items = parts(match[0])
    if len(items) < 2 or any(_VERB.search(item) for item in items[1:-1]):
        return None
    if len(items) == 2 and not re.search(r"\set\s", match[0]):
        return None  # "la directrice ou son délégué" is one of them
    if verb := _VERB.search(items[-1]):  # "X et Y restent en dehors."
        items[-1], rest = items[-1][: verb.start()], items[-1][verb.start() :]
        return None if _VERB.search(items[0]) else Run("", tuple(unnamed(_TOLD.sub("", item)) for item in items), rest)
    begins = list(_BEGINS.finditer(items[0]))
    if not begins or _VERB.search(items[0], begins[-1].start()):
        return None
    at = begins[-1].start()
    lead = sentence[: match.start()] + items[0][:at]
    names = (items[0][at:], *items[1:])
    if re.search(r"\bsont\s$", lead):  # "Les ateliers sont la cuisine et le jardin": their names
        names = tuple(unnamed(name) for name in names)
    return Run(lead, names, sentence[match.end() :])


def subject_of(sentence: str) -> str:
    """What a sentence is of, without its article nor what is added of it: "La crèche, reprise en 2022, aussi" -> "crèche"."""
    verb = _VERB.search(sentence)
    return unnamed(_TOLD.sub("", short(sentence[: verb.start()]))) if verb else ""


def unnamed(item: str) -> str:
    """An item without the article that opens it."""
    return _ARTICLE.sub("", item, count=1)
