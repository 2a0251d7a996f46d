"""The one-line direct answer on the law: one sentence of an article, verbatim, with the value or the "no" that was asked for.

It is given only when sure: the value's sentence shares the question's rare words (or our card of the article says that
value where it speaks of them), it is the best by a margin, and for yes or no the law's own verb allows or forbids what
is asked. Otherwise there is no direct line and the alinéas speak for themselves.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from assistant.question import Question
from assistant.retrieval import Hit
from corpus.article import Article, alineas
from corpus.values import Value, find_values
from corpus.words import fold, index_words

# Learnt on evals/questions/direct.jsonl: least score of a value, least lead over the next other one, by kind of answer.
SURE = {"value": 0.58, "party": 0.78, "yesno": 0.5}
MARGIN = 0.12
TRUSTED = {"value": 0.6, "party": 0.85, "yesno": 0.75}  # least confidence that the article is the right one
LONGEST = 700  # characters of a sentence that still is a line

# What is asked, in folded text: all kinds that match, in this order.
_ASKS = (
    ("amount", r"combien (?:d.euros|d.argent|ca coute|coute)|d.euros|\bamende\b|quel(?:le)? (?:est |sera )?(?:le |la )?(?:montant|somme|plafond|prix|tarif)|montant|quelle somme"),
    ("percent", r"pourcentage|\btaux\b|combien de pour ?cent|quelle (?:part|proportion)"),
    ("duration", r"combien de temps|combien d[e'] ?(?:jours?|mois|ans?|annees?|semaines?|heures?)\b|nombre (?:maximum |minimum )?d[e'] ?(?:jours|mois|ans|annees|heures)\b|quels? (?:est |sont )?(?:le |les )?(?:\w+ )?delais?|delai|duree|(?:sous|dans) combien|(?:avant|jusqu.a) quand|\bpreavis|\bquand\b|tous les combien|valable"),
    ("number", r"combien|quel nombre|nombre (?:maximum|minimum|maximal|minimal)|quel age"),
    ("party", r"(?:^|[,;:.?!] ?|\b(?:et|ou|a|par|avec|devant|chez|aupres de|c.est|sait|savoir|de) )qui\b|quel juge|quel tribunal|quelle (?:autorite|commission|juridiction)|quel (?:organisme|service|departement)"),
)  # fmt: skip
_ASKED_ONCE = re.compile(r"(?<=[.!?…])\s+")
_OPEN = re.compile(r"\b(?:qui|quoi|quel(?:le)?s?|combien|quand|comment|pourquoi|ou est-ce|lequel|laquelle)\b")
_CUES = (
    (r"maxim|au plus|plafon|jusqu.a|limite", r"au plus|plafon|maxim|ne peut (?:exceder|depasser|etre superieur)|dans la limite|jusqu"),
    (r"minim|au moins", r"au moins|minim|ne peut etre inferieur"),
    (r"delai|sous combien|dans combien|avant quand", r"delai|dans les?\b|au plus tard|a compter"),
    (r"valable|accord|duree|donne", r"duree|pour (?:une|un|deux|trois|cinq|dix)|valable|validite"),
    (r"amende|risque|puni", r"amende|puni"),
    (r"majoration|majore", r"majore|majoration"),
)  # fmt: skip
_PARTY = re.compile(
    r"(?:président|présidente)s? (?:du|de la) (?:conseil (?:départemental|général|régional)|commission\b[^,.;:]{0,30})"
    r"|représentant de l['’]Etat(?: dans (?:le département|la région))?|préfet(?: d[eu] [\w ]{3,20})?|maire\b"
    r"|directeur (?:général )?(?:de l['’](?:agence régionale de santé|établissement|Office)|responsable de la structure|du service)?"
    r"|commission des droits et de l['’]autonomie(?: des personnes handicapées)?|conseil de (?:famille|la vie sociale)"
    r"|juge(?:s)? (?:des (?:enfants|tutelles)|aux affaires familiales|d['’]instance)|\bjuge\b|procureur de la République|autorité judiciaire"
    r"|tribuna(?:l|ux) [a-zà-ÿ]+(?: (?:de|du|des|d['’])? ?[a-zà-ÿ]+){0,6}|ministres? chargés? (?:de|du|des) [^,.;:]{3,60}"
    r"|centres? (?:communal|communaux)(?: ou intercommuna(?:l|ux))? d['’]action sociale|caisses? [a-zà-ÿ' ’]*d['’]allocations familiales"
    r"|organismes? (?:assureur|débiteur|instructeur|agréé)[^,.;:]{0,40}|assurance maladie|conseil (?:d['’]administration|municipal)"
    r"|commissions? (?:départementales?|centrale) d['’]aide sociale|(?<=charge du )département\b|(?<=charge de l['’])Etat\b"
)
_AGE = re.compile(r"âgée?s? (?:de |d['’]|d['’]au )(?:moins de |plus de |moins )?$|\bâge de $|mineurs? de (?:moins|plus) de $")
_AGENT = re.compile(r"\bpar (?:le|la|les|l['’]|un|une)\s?$")
_TO = re.compile(r"\b(?:au|aux|à l['’]|à la|auprès (?:du|de la|de l['’])|devant (?:le|la|les|l['’]))\s?$")
_DECIDES = re.compile(r"decid|accord|fix|prononc|delivr|attribu|arret|autoris|nomm|design|charge|pai|pay|verse|finance|supporte|presid|saisi|contest|recours|demand|adress|declar|transmet|inform|avis")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Direct:
    """The sentence `text[start:end]` of article `num`'s text, the words to mark in it (offsets in the same text), what it
    answers: a value, or `said` ("Oui" or "Non"); `score` tells how sure."""

    num: str
    start: int
    end: int
    mark: tuple[int, int]
    value: Value | None
    said: str
    score: float


@dataclass(frozen=True, slots=True)
class Clause:
    """One sentence of an article (offsets in its text), the stems in it, and those of the line that announces it."""

    num: str
    start: int
    end: int
    text: str
    words: frozenset[str]
    announced: frozenset[str]


def asked_kinds(question: Question) -> tuple[str, ...]:
    """Kinds of value asked for in the question's asking sentences, likeliest first."""
    folded = _asking(question)
    found = [kind for kind, pattern in _ASKS if re.search(pattern, folded)]
    return tuple(kind for kind in found if kind == found[0] or kind == "party")


def _asking(question: Question) -> str:
    """The sentences that ask, folded; a story around a question names numbers and people of its own."""
    sentences = _ASKED_ONCE.split(question.mended)
    return fold(" ".join([s for s in sentences if "?" in s] or sentences[-1:]))


def direct_answer(
    question: Question,
    hits: Sequence[Hit],
    article: Callable[[str], Article | None],
    rarity: Callable[[str], float],
    trust: float = 1.0,
) -> Direct | None:
    """The direct answer, or None when none is sure.

    `article` gives an article by its number, `rarity` weighs a stem, `trust` is the confidence in the first hit.
    """
    known = [(hit, found) for hit in hits if (found := article(hit.num)) is not None]
    if not known:
        return None
    weights = word_weights(question, known, rarity)
    best = _value(question, known, weights, trust)
    return best or _yes_or_no(question, known, weights, trust)


def word_weights(question: Question, known: Sequence[tuple[Hit, Article]], rarity: Callable[[str], float]) -> dict[str, float]:
    """The question's stems with their weights: its own, those that the lexicon adds, those of the card's nearest question."""
    asked = index_words(known[0][0].asked) if known else []
    weights = {w: rarity(w) for w in question.words} | {w: 0.4 * rarity(w) for w in question.added}
    weights |= {w: 0.4 * rarity(w) for w in asked if w not in weights}
    told = {w for _, found in known for w in index_words(found.text)}
    # A word that no candidate says (an acronym, an everyday word) can't tell one sentence from another.
    return {w: weight * (1.0 if w in told else 0.3) for w, weight in weights.items() if not re.fullmatch(r"\d+|[lrd][\d-]+", w)}


def clauses(article: Article) -> Iterator[Clause]:
    """The sentences of an article, each item of an enumeration with the line that announces it."""
    announced: frozenset[str] = frozenset()
    for span in alineas(article.text):
        alinea = article.text[span.start : span.end]
        item = re.match(r"\s*(?:\d{1,2}°|[a-z]\)|[-–—])", alinea)
        start = 0
        for stop in [*re.finditer(r"(?<=[^A-Z\s]\.)(?<!\bart\.)\s+(?=[A-ZÀ-Ý«\"])", alinea), None]:
            end = stop.start() if stop else len(alinea)
            text = alinea[start:end]
            if text.strip():
                words = frozenset(index_words(text))
                yield Clause(article.key, span.start + start, span.start + end, text, words, announced if item else frozenset())
            start = stop.end() if stop else end
        if alinea.rstrip().endswith(":") and not item:
            announced = frozenset(index_words(alinea[-400:]))


def share(weights: dict[str, float], clause: Clause) -> float:
    """The share of the question's weighted words that a sentence holds; those of the line announcing it count half."""
    total = sum(weights.values()) or 1.0
    near = sum(w for word, w in weights.items() if word in clause.words)
    return (near + 0.5 * sum(w for word, w in weights.items() if word in clause.announced - clause.words)) / total


def _value(question: Question, known: Sequence[tuple[Hit, Article]], weights: dict[str, float], trust: float) -> Direct | None:
    folded = _asking(question)
    cues = [answer for asked, answer in _CUES if re.search(asked, folded)]
    for kind in asked_kinds(question):
        scored: list[Direct] = []
        for rank, (hit, article) in enumerate(known):
            if not hit.exact and hit.score < known[0][0].score - 0.25:
                continue
            own = [(clause, value) for clause in clauses(article) for value in _values(clause, kind, folded)]
            alone = len({value.normalized for _, value in own}) == 1
            for clause, value in own:
                beside, around = fold(_beside(clause, value)), fold(clause.text)
                fits = [1.0 if re.search(cue, beside) else 0.4 if re.search(cue, around) else 0.0 for cue in cues]
                cue = sum(fits) / max(1, len(fits))
                words = set(index_words(beside))
                near = sum(w for word, w in weights.items() if word in words) / (sum(weights.values()) or 1.0)
                score = 0.4 * share(weights, clause) + 0.25 * near + 0.5 * _card_says(hit, value, weights)
                score += 0.15 * cue + 0.15 * alone - 0.08 * rank
                score += _role(clause, value, folded) if kind == "party" else _unit(value, folded)
                raw = clause.text[value.start : value.end]
                mark = (clause.start + value.end - len(raw.lstrip()), clause.start + value.start + len(raw.rstrip()))
                scored.append(Direct(hit.num, clause.start, clause.end, mark, value, "", score))
        scored.sort(key=lambda d: -d.score)
        if scored and _sure(scored, kind, trust):
            return scored[0]
    return None


def _sure(scored: Sequence[Direct], kind: str, trust: float) -> bool:
    best, level = scored[0], "party" if kind == "party" else "value"
    assert best.value is not None
    other = next((d.score for d in scored if d.value and d.value.normalized != best.value.normalized), 0.0)
    sure = best.score + 0.3 * trust >= SURE[level] and trust >= TRUSTED[level]
    return sure and best.score - other >= MARGIN and best.end - best.start <= LONGEST


def _beside(clause: Clause, value: Value) -> str:
    """The part of the sentence, between commas, where the value stands."""
    start = max(clause.text.rfind(",", 0, value.start), clause.text.rfind(";", 0, value.start), value.start - 120) + 1
    stop = re.search(r"[,;:]", clause.text[value.end : value.end + 120])
    return clause.text[max(0, start) : value.end + (stop.start() if stop else 120)]


_UNITS = (("jour", "D"), ("mois", "M"), ("annee|d'ans", "Y"), ("heure", "H"), ("semaine", "W"))


def _unit(value: Value, folded: str) -> float:
    """A little more for the unit that the question names, less for an age where none is asked."""
    if value.kind != "duration":
        return 0.0
    named = [unit for word, unit in _UNITS if re.search(rf"combien d[e'] ?(?:{word})|nombre [\w ]*d[e'] ?(?:{word})", folded)]
    return 0.0 if not named else 0.15 if value.normalized[-1] in named else -0.15


def _values(clause: Clause, kind: str, folded: str) -> list[Value]:
    if kind == "party":
        named = [
            m
            for m in _PARTY.finditer(clause.text)
            if not re.search(r"\b(?:pas|ni|sans) (?:de |d['’])?$", clause.text[: m.start()])
        ]
        return [Value("party", m[0].strip(), fold(m[0].strip()), m.start(), m.end()) for m in named]
    if kind == "number":
        return [v for v in find_values(clause.text, kind) if _counts(clause.text, v)]
    found = find_values(clause.text, kind)
    return found if "quel age" in folded else [v for v in found if not _AGE.search(clause.text[max(0, v.start - 40) : v.start])]


def _counts(text: str, value: Value) -> bool:
    """Whether a bare number counts something: not the name of an article, a year, a place in a list, a length of time."""
    before, after = text[max(0, value.start - 16) : value.start], text[value.end : value.end + 14]
    return not (
        re.search(r"(?:[LRDA]\.|articles?|n°|\bet|\bà|alinéas?|-)\s*\*?$|\d[.-]$", before)
        or re.match(r"[.-]\d|\s?°|\s+(?:ans?|mois|jours?|semaines?|heures?|premi\w+|derni\w+|alinéas?)\b", after)
        or re.fullmatch(r"(?:19|20)\d\d", value.text)
    )


def _card_says(hit: Hit, value: Value, weights: dict[str, float]) -> float:
    """How well a sentence of our card that gives the same value meets the question, in [0, 1]."""
    if hit.card is None:
        return 0.0
    total, best = sum(weights.values()) or 1.0, 0.0
    for sentence in [hit.card.title, *re.split(r"(?<=[.;:])\s+", hit.card.summary)]:
        if value.kind == "party":
            says = any(word in index_words(sentence) for word in index_words(value.text)[:1])
        else:
            says = value.normalized in {v.normalized for v in find_values(sentence, value.kind)}
        if says:
            words = set(index_words(f"{hit.card.title} {sentence}"))
            best = max(best, sum(w for word, w in weights.items() if word in words) / total)
    return best


def _role(clause: Clause, value: Value, folded: str) -> float:
    """Whether a party stands where the question looks for it: the one who acts, or the one to whom one turns."""
    before, after = clause.text[: value.start], fold(clause.text[value.end : value.end + 60])
    turned_to = re.search(r"\ba qui\b|devant qui|aupres de qui|quel (?:juge|tribunal)|\bsaisi", folded)
    if turned_to:
        return 0.25 if _TO.search(before) else 0.0 if re.search("saisi|competen", fold(clause.text)) else -0.2
    if _AGENT.search(before):
        return 0.25
    if _TO.search(before):
        return -0.4
    acts = re.match(r"[^,.;]{0,25}\b(?:peut|doit|est tenu|[a-z]+e|[a-z]+it|[a-z]+et|[a-z]+end)\b", after)
    return 0.2 if acts and _DECIDES.search(fold(clause.text)) else -0.15


_FORBIDS = re.compile(
    r"\bne (?:peut|peuvent|doit|doivent|sont|est|saurait|font|fait|donnent?)\b(?:.{0,40}?(?:\bpas\b|\bni\b|\baucune?\b))?"
    r"|\bn['’]est (?:pas|exercé aucun|ni)\b|\bn['’]est \w+ ni\b|\bn['’]ont pas\b|\binterdite?s?\b|\binsaisissables?\b|\ben aucun cas\b",
    re.IGNORECASE,
)
_ALLOWS = re.compile(
    r"\b(?:peut|peuvent|a droit|ont droit|bénéficient?|doit|doivent|(?:est|sont) tenue?s? (?:de|d['’])|a la possibilité|(?:est|sont) de droit|obligatoire)\b"
)
_ONLY = re.compile(
    r"\bne\b.{3,200}\bqu(?:e\b|['’])|sans (?:avoir )?(?:obtenu|l['’])|\bdoit être motiv|n['’](?:exced|excèd|y a)|\bpeut excéder|plus de\b"
)
_CONDITION = re.compile(
    r"\b(?:sauf|sous réserve|à condition|si |s['’]il|lorsqu|dans le cas|en cas|à défaut|toutefois|après)", re.IGNORECASE
)
_YES_NO = re.compile(
    r"^(?:est-ce|peut|peuvent|doit|doivent|faut-il|ai-je|a-t-on|y a-t-il|puis-je)\b|est-ce qu|\b(?:peut|peuvent|doit|doivent|est|sont|sera|seront|a|ont)-(?:t-)?(?:il|elle|on|ils|elles)\b"
    r"|(?:a|ont|ai) (?:le )?droit|c.est (?:permis|legal|normal|tolere|autorise|interdit|vrai)|\b(?:je|on|il|elle|ils|elles) (?:peux|peut|peuvent|doi[st]|doivent)\b|\bpeut (?:encore|aussi|quand)"
)
_HEAD = re.compile(
    r"\b(?:peu(?:t|x|vent)|puis|doi[st]|doivent|est|sont|droit d[e']|etre|font)(?:-(?:t-)?(?:il|elle|on|ils|elles|je))?\s+"
    r"(?:(?:encore|aussi|quand meme|l'objet d'une?|etre|soumise?s?|me|se|te|le|la|les|lui|[dls]'|a l')\s*)*(\w{4,})"
)


def _yes_or_no(
    question: Question, known: Sequence[tuple[Hit, Article]], weights: dict[str, float], trust: float
) -> Direct | None:
    folded = _asking(question)
    turned = re.search(r"\bpas\b|\bplus\b|\bjamais\b|\baucun|interdit|\bsans\b| ou (?:pas|non|bien|c)\b|\brefus", folded)
    if trust < TRUSTED["yesno"] or not _YES_NO.search(folded) or _OPEN.search(folded) or turned:
        return None
    heads = [_root(m[1]) for m in _HEAD.finditer(folded)]
    best: Direct | None = None
    for rank, (hit, article) in enumerate(known[:2]):
        if hit.score < known[0][0].score - 0.12:
            continue
        for clause in clauses(article):
            if clause.end - clause.start > LONGEST or _ONLY.search(clause.text):
                continue
            text = fold(clause.text)
            forbids, allows = _FORBIDS.search(clause.text), _ALLOWS.search(clause.text)
            head = any(h in text for h in heads)
            found = forbids or allows
            if (
                not found
                or _CONDITION.search(clause.text[: found.start()], 1)
                or (not forbids and not any(h in fold(clause.text[found.end() : found.end() + 50]) for h in heads))
            ):
                continue
            score = share(weights, clause) + 0.2 * head - 0.1 * rank
            if score >= SURE["yesno"] and (best is None or score > best.score):
                mark = (clause.start + found.start(), clause.start + found.end())
                said = "Non" if forbids else "Oui"
                condition = _CONDITION.search(clause.text)
                best = Direct(
                    hit.num, clause.start, clause.end, mark, None, f"{said}, sous condition" if condition else said, score
                )
    return best


def _root(word: str) -> str:
    """The beginning that a verb, its noun and its adjective share: "recuperable", "recuperation"."""
    return word[: max(4, min(7, len(word) - 3))]
