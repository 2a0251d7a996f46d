"""Which article each sentence of a text speaks of, and what it says of it.

A sentence is tied to the articles that it names; to the article named just before when it goes on about it ("cet
article", "il prévoit que", "parmi ces mesures"); and, in a text about one article (its first lines name it), to that
one. A list announced by a sentence ("… doit permettre :") belongs to the sentence.
"""

import re
from dataclasses import dataclass, field
from operator import itemgetter

from assistant.check_sentences import Sentence
from corpus.codes import CASF, SPELLINGS
from corpus.reference import ArticleRef, find_references
from corpus.words import index_words

MANY = 5  # references from which a sentence lists articles rather than saying what one of them holds
FIRST_LINES = 3  # sentences in which a text says that it is about one article


@dataclass(frozen=True, slots=True)
class Tie:
    """A sentence and the article that it speaks of.

    `statements` are what it says of the article, references and formulas ("l'article … prévoit que") left out: the
    narrower clause first when there are several; any of them may hold. `more` is what the next sentence adds to it.
    """

    text: str
    start: int
    end: int
    ref: ArticleRef
    statements: tuple[str, ...]
    more: str = ""


_CODE_NAMES = "|".join(
    re.escape(n).replace("'", "['’]") for names in SPELLINGS.values() for n in sorted(names, key=len, reverse=True)
)
# What stands around a reference and says nothing of its own: "aux termes de l'article … du code … (CASF), "
_BEFORE = re.compile(
    r"(?:(?:,?\s*\bcomme\s+(?:le\s+|l['’]|en\s+)?(?:rappel|prévoi|précis|exig|impos|permet|indiqu|di|veu|prescri|dispos|confirm)\w*\s+)?(?:\b(?:aux termes|en (?:application|vertu)|au (?:sens|titre)|sur le fondement|dans le cadre|conformément|selon|d['’]après|par|suivant|via)\s+)?"
    r"(?:\b(?:de|du|des|à|au|aux)\s+)?(?:\b(?:l['’]|les?\s|la\s|cet\s|cette\s))?(?:dispositions?\s+(?:de|des|du)\s+)?(?:l['’]|les\s)?"
    r"(?:(?:premier|deuxième|troisième|quatrième|cinquième|dernier)\s+alinéa\s+(?:de\s+)?(?:l['’])?|\d{1,2}°\s+(?:du\s+[IVX]+\s+)?(?:de\s+)?(?:l['’])?|\b[IVX]+\s+(?:de\s+)?(?:l['’])?)?"
    r"(?:art(?:icle)?s?\.?\s*)?)$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"(?:\s+et suivants?\b)?\s*,?\s*(?:\(?\s*(?:du|de|dudit|au|le)?\s*(?:présent\s+)?(?:{_CODE_NAMES})\b\s*\)?\s*)*(?:\(CASF\)\s*)?",
    re.IGNORECASE,
)
_SAYING = (
    r"(?:prévoi\w*|dispos(?:e|ent|ait)|précis\w+|énonc\w+|rappel\w+|indiqu\w+|stipul\w+|affirm\w+|ajout\w+|soulign\w+|insist\w+|met l['’]accent|"
    r"vis(?:e|ent)|impos\w+|fix\w+|défini\w+|autoris\w+|oblig\w+|interdi\w+|encadr\w+|organis\w+|instaur\w+|institu\w+|crée\w*|pose\w*|permet\w*|"
    r"garanti\w*|concern\w+|s['’]adresse\w*|régi\w+|détermin\w+|identifi\w+|encourag\w+|exig\w+|donne\w*|confi\w+|charg\w+|réserv\w+|parl\w+|trait\w+|"
    r"évoqu\w+|consacr\w+|reconna\w+|établi\w*|mentionn\w+|énumèr\w+|list\w+|détaill\w+|décri\w+|renvoi\w+|a pour (?:objet|objectif|but|vocation|mission)|"
    r"s['’]inscri\w+|demand\w+|veut|ouvr\w+|accord\w+|vien\w+)"
)
_LEAD = r"^(?:(?:à lire également|a lire également|voir aussi|enfin|ainsi|de plus|en outre|par ailleurs|également|concrètement|notamment|cependant|toutefois|ensuite|puis|en effet|en pratique|d['’]abord|premièrement|deuxièmement|en résumé|en conclusion|surtout|aussi)\b\s*[,:]?\s+)?"
_THIS = re.compile(
    r"\b(?:(?:cet|le présent|dudit|ledit|(?:ce|le|du) même) article|l['’]article précité|ce(?:s)? (?:texte|disposition|article)s?|cette disposition|cet alinéa)\b",
    re.IGNORECASE,
)
_THE = re.compile(
    rf"{_LEAD}(?:l['’]article|le texte|la disposition|la loi(?! (?:du|de|n°|\d))|le législateur)\s+(?:\w+\s+)?{_SAYING}",
    re.IGNORECASE,
)
_IT = re.compile(rf"{_LEAD}(?:il|elle|celui-ci|celle-ci|ce dernier|cette dernière)\s+(?:\w+\s+)?{_SAYING}\b", re.IGNORECASE)
# "Parmi ces mécanismes", "Un autre principe", "Ces objectifs …": parts of what an article was just said to hold.
_PARTS = "principe mécanisme mesure disposition dispositif règle obligation objectif outil finalité droit mission exigence garantie condition critère".split()
_PART = re.compile(
    rf"{_LEAD}(?:parmi (?:ces|les)|ces|un(?:e)? autre|le premier|la première)\s+(?:\w+\s+)?(?P<noun>{'|'.join(_PARTS)})s?\b",
    re.IGNORECASE,
)
_NAMED = re.compile(r"\b(?:mentionn|vis|énumér|cit|désign|relev|susvis)\w*\s+(?:\w+\s+){0,2}$", re.IGNORECASE)
# "L'article … ne parle pas de …": who says so doesn't make the article responsible for it.
_DENIED = re.compile(
    r"\bn(?:e\s+|['’])(?:\w+\s+){0,2}(?:parl|trait|port|concern|mentionn|évoqu|di|régi|prévoi|vis|encadr)\w*\s+(?:en\s+)?(?:pas|rien|jamais|plus|nullement|aucun)",
    re.IGNORECASE,
)
_MADE = re.compile(
    r"\b(?:prév|défin|institu|cré|instaur|fix|pos|rég|encadr|introdui|organis|issu|consacr|énonc|formul)\w*\s+(?:\w+\s+){0,2}$",
    re.IGNORECASE,
)


def topic_of(sentences: tuple[Sentence, ...]) -> ArticleRef | None:
    """The one article that a text is about: named in its first lines, and there or later more than any other."""
    counts: dict[str, int] = {}
    for sentence in sentences:
        for ref in sentence.refs:
            if ref.code == CASF:
                counts[ref.num] = counts.get(ref.num, 0) + 1
    first = [ref for s in sentences[:FIRST_LINES] for ref in s.refs if ref.code == CASF and not ref.range_end]
    best = max(first, key=lambda ref: counts[ref.num], default=None)
    return best if best and counts[best.num] == max(counts.values()) else None


@dataclass(slots=True)
class _Subject:
    """What the sentence before spoke of: its article, whether the article was its subject, its words."""

    ref: ArticleRef | None = None
    acting: bool = False
    line: int = -1
    stems: frozenset[str] = field(default_factory=frozenset)


def ties_of(sentences: tuple[Sentence, ...], topic: ArticleRef | None) -> list[Tie]:
    found: list[Tie] = []
    before = _Subject()
    i = 0
    while i < len(sentences):
        sentence = sentences[i]
        listed = _listed(sentences, i)
        text = " ".join([sentence.text, *(s.text for s in listed)])
        end = listed[-1].end if listed else sentence.end
        more = _more(sentences, i + len(listed))
        back = _antecedent(sentences, i)
        own = [ref for s in (sentence, *listed) for ref in s.refs]
        ours = [ref for ref in own if ref.code == CASF]
        if ours and sentence.row:
            found += _row_ties(sentence)
            before = _Subject()
        elif len({ref.num for ref in own}) > MANY or len(own) > 4 * MANY:
            before = _Subject()
        elif ours:
            for ref, statements in filter(itemgetter(1), _statements(text, sentence, own)):
                found.append(Tie(text, sentence.start, end, ref, (*statements, *_with(statements, back)), more))
            acting = bool(re.match(rf"{_LEAD}(?:l['’]|les\s)?art", sentence.text, re.IGNORECASE))
            before = _Subject(ours[-1], acting, sentence.line, _nouns(text))
        elif not own and not _DENIED.search(text) and (meant := _meant(sentence, before, topic)):
            statement = tidy(_IT.sub("", _PART.sub("", _THE.sub("", _THIS.sub(" ", text)))))
            found.append(Tie(text, sentence.start, end, meant, (statement, *_with((statement,), back)), more))
            before = _Subject(meant, before.acting or bool(_THE.match(sentence.text)), sentence.line, before.stems | _nouns(text))
        elif before.line < sentence.line - 1:
            before = _Subject()
        i += 1 + len(listed)
    return found


def _meant(sentence: Sentence, before: _Subject, topic: ArticleRef | None) -> ArticleRef | None:
    """The article that a sentence without reference goes on about, if any."""
    text = sentence.text
    if _THIS.search(text) or _THE.match(text):
        return before.ref if before.ref and before.line >= sentence.line - 1 else topic
    part = _PART.match(text)
    if before.ref and part and before.line >= sentence.line - 1 and index_words(part["noun"])[0] in before.stems:
        return before.ref
    if before.ref and before.line == sentence.line and before.acting and _IT.match(text):
        return before.ref
    return None


def _listed(sentences: tuple[Sentence, ...], i: int) -> list[Sentence]:
    """The list items that sentence i announces."""
    if not sentences[i].text.endswith(":"):
        return []
    items = []
    for sentence in sentences[i + 1 :]:
        if not sentence.item:
            break
        items.append(sentence)
    # Items that name articles of their own speak for themselves.
    return [] if any(item.refs for item in items) else items[:20]


_AGAIN = re.compile(r"^(?:ces?|cet(?:te)?|leurs?|son|sa)\s+(?:\w+\s+)?(\w+)", re.IGNORECASE)


def _more(sentences: tuple[Sentence, ...], i: int) -> str:
    """The sentence after number i when it takes up one of its words ("… l'évaluation. Cette évaluation …")."""
    if i + 1 >= len(sentences) or sentences[i + 1].line != sentences[i].line or sentences[i + 1].refs:
        return ""
    again = _AGAIN.match(sentences[i + 1].text)
    taken = index_words(again[0])[:1] if again else []
    return sentences[i + 1].text if taken and taken[0] in _nouns(sentences[i].text) else ""


def _with(statements: tuple[str, ...], back: str) -> tuple[str, ...]:
    return (f"{statements[-1]} ({back})",) if statements and back else ()


_DEMONSTRATIVE = re.compile(r"\b(?:ce|cet|cette|ces)\s+(?P<noun>[^\W\d_]{4,})", re.IGNORECASE)
BACK = 10  # sentences looked back through for what "ces contrats" are


def _antecedent(sentences: tuple[Sentence, ...], i: int) -> str:
    """What "ces contrats" of sentence i are, when an earlier sentence says more ("contrats pluriannuels d'objectifs …")."""
    for match in _DEMONSTRATIVE.finditer(sentences[i].text):
        noun = match["noun"].lower().rstrip("sx")
        if noun in (*_PARTS, "article", "texte", "contexte"):
            continue
        full = re.compile(
            rf"(?<!\bce )(?<!\bces )(?<!\bcet )(?<!\bcette )\b{noun}[sx]?\s+(?:[\w’'()-]+\s+){{2,7}}[\w’'()-]+", re.IGNORECASE
        )
        for sentence in reversed(sentences[max(0, i - BACK) : i]):
            if found := full.search(sentence.text):
                return found[0]
    return ""


def _nouns(text: str) -> frozenset[str]:
    return frozenset(index_words(text))


def _statements(text: str, sentence: Sentence, refs: list[ArticleRef]) -> list[tuple[ArticleRef, tuple[str, ...]]]:
    """For each reference of a sentence to this code, what the sentence says of it (see `Tie.statements`)."""
    # Offsets are those of `text`, the sentence and its list on one line, so the references are found again in it.
    cuts = _cuts(text)
    whole = _without(text, cuts)
    several = sum(ref.code == CASF for _, _, ref in cuts) > 1
    out = []
    for k, (a, b, ref) in enumerate(cuts):
        if ref.code != CASF:
            continue
        given = next((r for r in refs if r.num == ref.num and r.range_end == ref.range_end), ref)
        # The clause between this reference's neighbours, or between semicolons.
        left = text[cuts[k - 1][1] if k else 0 : a].rpartition(";")[2]
        right = text[b : cuts[k + 1][0] if k + 1 < len(cuts) else len(text)].partition(";")[0]
        if _DENIED.search(left[-200:] + " " + right[:200]):
            continue
        phrase, last = tidy(_phrase(left)), left[-200:] + " "
        if _NAMED.search(last):
            # "les établissements mentionnés à l'article …": the article only says which ones.
            statements: tuple[str, ...] = (phrase,)
        elif _MADE.search(last) and phrase:
            statements = (phrase, whole)
        elif several:
            statements = (tidy(left + " " + right), whole)
        else:
            statements = (whole,)
        out.append((given, tuple(dict.fromkeys(s for s in statements if s))))
    return out


def _cuts(text: str) -> list[tuple[int, int, ArticleRef]]:
    """The references of `text`, each with where its formula starts ("aux termes de l'") and ends ("du code … (CASF)")."""
    cuts = []
    for ref in find_references(text):
        before, after = _BEFORE.search(text, max(0, ref.start - 150), ref.start), _AFTER.match(text, ref.end)
        cuts.append((before.start() if before else ref.start, after.end() if after else ref.end, ref))
    return cuts


def without_references(text: str) -> str:
    """What a text says beside its references: these left out, with their formulas ("aux termes de l'article …")."""
    return _without(text, _cuts(text))


def _without(text: str, cuts: list[tuple[int, int, ArticleRef]]) -> str:
    """`text` without its references and their formulas."""
    whole, at = "", 0
    for start, end, _ in cuts:
        whole += text[at : max(start, at)] + " "
        at = max(end, at)
    return tidy(whole + text[at:])


def _row_ties(row: Sentence) -> list[Tie]:
    """A row of a table says of an article what stands beside it: in its own cell, else in the next one that has words."""
    cells: list[tuple[str, list[ArticleRef]]] = []
    at = row.start
    for cell in row.text.split("|"):
        cells.append((cell, [ref for ref in row.refs if at <= ref.start < at + len(cell)]))
        at += len(cell) + 1
    found = []
    for i, (_, refs) in enumerate(cells):
        if len(refs) == 1 and refs[0].code == CASF:
            bare = [_without(cell, _cuts(cell)) for cell, _ in cells[i:]]
            said = next((text for text in bare if text), "")
            if said:
                found.append(Tie(row.text, row.start, row.end, refs[0], (said,)))
    return found


def _phrase(left: str) -> str:
    """The noun phrase at the end of `left`, before the participle that ties it to the article."""
    left = _MADE.sub("", _NAMED.sub("", left[-400:].rstrip() + " "))
    return " ".join(re.split(r"[;:(]|,\s", left.rstrip(" ,"))[-1].split()[-12:])


def tidy(text: str) -> str:
    """A statement without the empty brackets and the leading formula that removing a reference leaves."""
    text = re.sub(rf"\(\s*\)|[«»“”\"]|\b(?:{_CODE_NAMES})\b", " ", text, flags=re.IGNORECASE)
    text = re.sub(r"\s+([,.;:])", r"\1", re.sub(r"\s+", " ", text)).strip(" ,;:.-–—()")
    text = re.sub(rf"{_LEAD}(?:{_SAYING}\s*:?\s+(?:que\s+|qu['’]|à\s+)?)?", "", text, flags=re.IGNORECASE)
    return "" if text.startswith("fait partie") else text.strip(" ,;:.-–—()")
