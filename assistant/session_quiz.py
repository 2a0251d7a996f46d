"""A quiz made from articles and cards, each answer of which is checked against its article before it is handed out.

Three kinds: which article answers a question (a card's), which figure stands in a sentence of the article, and true or
false (the sentence as it stands, or with another figure; a subject given to its article, or to another).
"""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.check_claims import names_an_article
from assistant.question import read_question
from assistant.retrieval import Searcher
from corpus.article import alineas
from corpus.reference import find_references, printed
from corpus.values import find_values
from corpus.words import fold

WHICH, FIGURE, TRUTH = "quel article", "choix multiple", "vrai ou faux"
_SENTENCE = re.compile(r"[^.;:]+[.;]")
_POOLS = {
    "duration": ("quinze jours", "un mois", "deux mois", "trois mois", "quatre mois", "six mois", "un an", "deux ans", "trois ans", "cinq ans", "dix ans"),
    "percent": ("5 %", "10 %", "15 %", "20 %", "25 %", "30 %", "40 %", "50 %", "60 %", "75 %", "80 %", "90 %"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """What a quiz is made from: an article's number, its title (a card's, ours), the text to draw on, verbatim, and its date.

    `official` says whether the text is the law's; else it is a card's summary.
    """

    num: str
    title: str
    text: str
    as_of: str
    official: bool
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One question: `options[right]` is the answer; `quote` is the verbatim text of article `num` that proves it ("" for a
    question on which article: its subject proves it), `why` the sentence of the answer key."""

    kind: str
    text: str
    options: tuple[str, ...]
    right: int
    num: str
    quote: str
    why: str


def source_of(num: str, searcher: Searcher) -> Source | None:
    """An article as a source, its official text where it is here, else its card; None when it has no card to name it by."""
    card, article = searcher.index.card(num), searcher.index.article(num)
    if card is None:
        return None
    questions = tuple(q for q in card.questions if not names_an_article(q))
    if article:
        return Source(num, card.title, article.text, article.as_of, True, questions)
    return Source(num, card.title, card.summary, card.as_of, False, questions)


def make_quiz(sources: Sequence[Source], others: Sequence[Source], searcher: Searcher, count: int, seed: int) -> list[Item]:
    """Up to `count` items on `sources`, kinds in turn; `others` give wrong options. The same seed gives the same quiz."""
    rng = random.Random(seed)
    by_kind = [
        [item for source in sources for item in _which(source, [*sources, *others], searcher, rng)],
        [item for source in sources for item in _figures(source, rng)],
        [item for source in sources for item in _truths(source, [*sources, *others], rng)],
    ]
    items: list[Item] = []
    while len(items) < count and any(by_kind):
        for pool in by_kind:
            if pool and len(items) < count:
                used = [i.num for i in items]
                item = min(pool, key=lambda i: used.count(i.num))  # every article in turn
                pool.remove(item)
                if not quiz_fault(item, searcher) and item.text not in [i.text for i in items]:
                    items.append(item)
    return items


def quiz_fault(item: Item, searcher: Searcher) -> str:
    """Why an item must not be handed out, "" when its article bears its answer.

    The quotation stands verbatim in the article (or its card); the right option stands in the quotation and no wrong one
    does; for "which article", the search agrees that the right one answers better than every wrong option.
    """
    if len(set(map(fold, item.options))) != len(item.options):
        return "deux réponses sont les mêmes"
    source = source_of(item.num, searcher)
    if source is None:
        return "l'article n'est pas dans les textes"
    if item.quote and item.quote not in source.text and item.quote != source.title:
        return "la citation n'est pas dans l'article"
    if item.kind == FIGURE:
        held = [option for option in item.options if fold(option) in fold(item.quote)]
        return "" if held == [item.options[item.right]] else "la citation ne tranche pas entre les réponses"
    if item.kind == WHICH:
        question = read_question(item.text.split("\n")[-1])
        order = [printed(hit.num) for hit in searcher.search(question, 20)]
        places = [order.index(option) if option in order else len(order) for option in item.options]
        own = places[item.right]
        return (
            ""
            if own < 3 and all(p > own + 3 for i, p in enumerate(places) if i != item.right)
            else "plusieurs articles répondent"
        )
    return ""


def _which(source: Source, pool: Sequence[Source], searcher: Searcher, rng: random.Random) -> list[Item]:
    items = []
    for question in source.questions[:3]:
        near = {hit.num for hit in searcher.search(read_question(question), 20)}
        wrong = [s for s in pool if s.num != source.num and s.num not in near and s.num[0] == source.num[0]]
        if len(wrong) < 3:
            continue
        options = [printed(source.num), *(printed(s.num) for s in rng.sample(wrong, 3))]
        rng.shuffle(options)
        why = f"{_name(source)} : « {source.title} »."
        items.append(Item(WHICH, f"Quel article répond à cette question ?\n{question}", tuple(options), options.index(printed(source.num)), source.num, source.title, why))  # fmt: skip
    return items


def _sentences(source: Source) -> list[str]:
    """Sentences of the source short enough to be read aloud, verbatim, that stand without what precedes."""
    spans = alineas(source.text)
    found = [m[0].strip() for s in spans for m in _SENTENCE.finditer(source.text[s.start : s.end])]
    return [f for f in found if 60 <= len(f) <= 330 and f[0].isupper() and "\n" not in f and not find_references(f)]


def _other_values(kind: str, right: str, sentence: str, rng: random.Random) -> list[str]:
    near = [v for v in _POOLS[kind] if fold(v) not in fold(sentence) and fold(v) != fold(right)]
    return rng.sample(near, 3)


def _figures(source: Source, rng: random.Random) -> list[Item]:
    items = []
    for sentence in _sentences(source):
        for kind in _POOLS:
            values = find_values(sentence, kind)
            # After an apostrophe ("d'un mois") the blank would give the answer away.
            if len(values) != 1 or not sentence[: values[0].start].endswith((" ", "\u00a0")):
                continue
            value = values[0]
            right = sentence[value.start : value.end]
            blank = f"{sentence[: value.start]}[…]{sentence[value.end :]}"
            options = [right, *_other_values(kind, right, sentence, rng)]
            rng.shuffle(options)
            text = f"Complétez ({_where(source)}) : « {blank} »"
            items.append(Item(FIGURE, text, tuple(options), options.index(right), source.num, sentence, f"{_name(source)} : « {sentence} »"))  # fmt: skip
    return items


def _truths(source: Source, pool: Sequence[Source], rng: random.Random) -> list[Item]:
    options, items = ("Vrai", "Faux"), []
    for sentence in _sentences(source):
        found = [(kind, v) for kind in _POOLS for v in find_values(sentence, kind)]
        if len(found) != 1:
            continue
        kind, value = found[0]
        said, right = sentence, 0
        if rng.random() < 0.6:
            wrong = _other_values(kind, sentence[value.start : value.end], sentence, rng)[0]
            said, right = f"{sentence[: value.start]}{wrong}{sentence[value.end :]}", 1
        # Not between quotation marks: what is put to the readers may be false.
        text = f"Selon {_where(source)} : {said}"
        items.append(
            Item(TRUTH, text, options, right, source.num, sentence, f"{options[right]}. {_name(source)} : « {sentence} »")
        )
    far = [s for s in pool if s.num.lstrip("LRD")[:3] != source.num.lstrip("LRD")[:3]]
    if far and rng.random() < 0.5:
        other = rng.choice(far)
        text = f"L'article {printed(source.num)} porte sur ce sujet : {other.title}."
        why = f"Faux. {_name(source)} : « {source.title} » ; ce sujet est celui de l'article {printed(other.num)}."
        items.append(Item(TRUTH, text, options, 1, source.num, source.title, why))
    else:
        text = f"L'article {printed(source.num)} porte sur ce sujet : {source.title}."
        items.append(Item(TRUTH, text, options, 0, source.num, source.title, f"Vrai. {_name(source)} : « {source.title} »."))
    return items


def _where(source: Source) -> str:
    return f"l'article {printed(source.num)}" + ("" if source.official else ", d'après sa fiche")


def _name(source: Source) -> str:
    return f"Article {printed(source.num)}" + ("" if source.official else " (fiche rédigée pour cet assistant)")
