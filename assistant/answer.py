"""What an answer is, and the extractive answer on the law: the alinéas that say it, verbatim, numbered, dated, linked."""

import math
import re
from dataclasses import asdict, dataclass, field
from typing import Any

from assistant.question import Question
from assistant.retrieval import Hit, Searcher
from corpus.article import Passage, alineas, article_url
from corpus.cards import Card
from corpus.markup import readable
from corpus.reference import printed
from corpus.words import index_words

SHOWN = 3  # articles quoted; more are named under "À lire aussi"
QUOTE = 900  # characters of one quotation, whole alinéas


@dataclass(frozen=True, slots=True)
class Citation:
    """One numbered source. `quote` stands verbatim in the article's text, in the contract's page, or in our own card."""

    n: int
    kind: str
    id: str
    label: str
    num: str
    as_of: str
    page: int | None
    quote: str
    url: str
    source: str = "law"  # "law", "card" (a summary written for this product) or "contract"
    path: tuple[str, ...] = ()
    text: str = ""  # the passage around the quote, for the page


@dataclass(frozen=True, slots=True)
class Value:
    text: str
    kind: str
    normalized: Any


@dataclass(slots=True)
class Answer:
    """An answer as programs read it (INTERFACE: `casf ask --json`)."""

    question: str
    answer: str
    mode: str = "extractive"
    abstained: bool = False
    reason: str | None = None
    premise: dict[str, Any] | None = None
    value: Value | None = None
    citations: list[Citation] = field(default_factory=list)
    timing_ms: dict[str, float] = field(default_factory=dict)
    confidence: float | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


ABSTAIN = {
    "out_of_scope": (
        "Cette question ne relève pas du Code de l'action sociale et des familles : je ne peux pas y répondre à partir de ces textes."
    ),
    "not_in_corpus": "Les textes disponibles ici ne répondent pas à cette question.",
    "not_in_contract": "Ce contrat ne répond pas à cette question : je n'y ai pas trouvé de clause qui le dise.",
}


def abstain(question: str, reason: str, more: str = "") -> Answer:
    """An honest "the texts don't answer", without sources under it."""
    text = ABSTAIN[reason] + (f" {more}" if more else "")
    return Answer(question, text, abstained=True, reason=reason)


def answer_law(question: Question, hits: list[Hit], searcher: Searcher) -> Answer:
    """The extractive answer: for each of the best articles its plain heading (ours) and its decisive alinéas (the law's)."""
    lines: list[str] = []
    citations: list[Citation] = []
    shown = keep(hits)
    for hit in shown:
        n = len(citations) + 1
        heading = f"**{hit.label}**" + (f" — {hit.card.title}" if hit.card else "")
        article = searcher.index.article(hit.num)
        if article is None:
            assert hit.card is not None
            citations.append(card_citation(n, hit.card))
            lines += [f"{heading} [{n}]", "", hit.card.summary, "", card_notice(hit.card), ""]
            continue
        passage, quote = best_quote(question, hit, searcher)
        citations.append(
            Citation(
                n, "article", passage.id, f"{hit.label}{_alinea_label(passage)}", hit.num, article.as_of, None, quote,
                article.url, "law", article.path, passage.text,
            )
        )  # fmt: skip
        lines += [f"{heading} [{n}]", "", *(f"> {part}" if part else ">" for part in readable(quote).split("\n")), ""]
        lines += [f"*Texte du {french_date(article.as_of)} — [vérifier la version en vigueur]({article.url})*", ""]
    others = [hit for hit in hits[len(shown) :] if hit.score > 0.5 * hits[0].score][:4]
    if others:
        lines += [
            "**À lire aussi** : "
            + " ; ".join(
                f"[{printed(h.num)}]({article_url(h.num)})" + (f" ({h.card.title.lower()[:70]})" if h.card else "")
                for h in others
            )
            + "."
        ]
    return Answer(question.text, "\n".join(lines).strip(), citations=citations)


def keep(hits: list[Hit]) -> list[Hit]:
    """The articles worth quoting: the best, those nearly as good, and every one that the question names."""
    if not hits:
        return []
    near = [h for h in hits if h.exact or h.score >= 0.72 * hits[0].score]
    return near[:SHOWN] or hits[:1]


def card_citation(n: int, card: Card) -> Citation:
    label = f"Fiche — article {printed(card.num)}" + (f" ({card.part})" if card.part else "")
    return Citation(
        n,
        "article",
        f"card:{card.id}",
        label,
        card.num,
        card.as_of,
        None,
        card.summary,
        article_url(card.num),
        "card",
        (),
        card.summary,
    )


def card_notice(card: Card) -> str:
    """What must be said under a card: it is ours, it has a date, here is the law."""
    note = {
        "repealed": " L'article est signalé comme abrogé.",
        "changed": " L'article a changé depuis.",
        "to_check": "",
        "in_force": "",
    }[card.status]
    return (
        f"*Résumé rédigé pour cet assistant d'après le texte du {french_date(card.as_of)} ; ce n'est pas le texte officiel.{note} "
        f"[Lire l'article sur Légifrance]({article_url(card.num)})*"
    )


def best_quote(question: Question, hit: Hit, searcher: Searcher) -> tuple[Passage, str]:
    """The hit's passage and, verbatim, its alinéas that meet the question best (all of it when it is short)."""
    passage = hit.passage
    assert passage is not None
    if len(passage.text) <= QUOTE:
        return passage, passage.text
    idf = InverseFrequency(searcher)
    wanted = dict.fromkeys(question.words, 1.0) | {w: 0.5 for w in index_words(hit.asked) if w not in question.words}
    spans = alineas(passage.text)
    scores = []
    for span in spans:
        words = set(index_words(passage.text[span.start : span.end]))
        scores.append(sum(weight * idf(w) for w, weight in wanted.items() if w in words) / math.sqrt(8 + len(words)))
    order = sorted(range(len(spans)), key=lambda i: -scores[i])
    first = last = order[0]
    # Grow around the best alinéa: an alinéa that ends with ":" announces the next, one that starts with "1°" was announced.
    while True:
        grown = False
        for near in (last + 1, first - 1):
            if 0 <= near < len(spans):
                start, end = spans[min(first, near)].start, spans[max(last, near)].end
                bound = passage.text[spans[first].start : spans[last].end]
                linked = (
                    bound.rstrip().endswith((":", ";", ","))
                    if near > last
                    else bool(re.match(r"(?:\d{1,2}°|[a-z]\)|[-–])", bound))
                )
                if end - start <= QUOTE and (linked or scores[near] > 0.6 * scores[order[0]]):
                    first, last, grown = min(first, near), max(last, near), True
                    break
        if not grown:
            break
    return passage, passage.text[spans[first].start : spans[last].end]


class InverseFrequency:
    """How rare a stem is among the passages: ln(1 + N / (1 + documents with it))."""

    def __init__(self, searcher: Searcher):
        lexical = searcher.index.lexical["passages" if searcher.index.manifest["passages"] else "cards"]
        self._lexical = lexical
        self._count = max(1, len(lexical.ids))

    def __call__(self, word: str) -> float:
        return math.log(1 + self._count / (1 + self._lexical.document_frequency(word)))


def _alinea_label(passage: Passage) -> str:
    return f", al. {passage.first}" if passage.first == passage.last else f", al. {passage.first} à {passage.last}"


_MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()


def french_date(iso: str) -> str:
    """ "2016-01-01" -> "1er janvier 2016"; anything else unchanged."""
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", iso)
    if not match:
        return iso or "date inconnue"
    day = int(match[3])
    return f"{'1er' if day == 1 else day} {_MONTHS[int(match[2]) - 1]} {match[1]}"
