"""The key articles of a session: what a topic turns round, not only what is said in its words.

A topic is a broad subject in few words, so the search alone gives a crowd of near twins. To its score, over several
phrasings of the topic, are added how well an article's title names it, how many of the other candidates' cards lead to
the article, and whether its chapter holds most of what was found. Weights chosen on the topics of
`evals/questions/topics.jsonl` and of `tests/assistant/session_topics.jsonl`, with and without the official text.
"""

import math
import re
from collections import Counter

from assistant.question import read_question
from assistant.retrieval import Hit, Searcher
from assistant.subjects import Subjects
from corpus.cards import place
from corpus.lexicon import find_terms

ARTICLES, LAWS = 8, 6
POOL, NEAR = 60, 20  # articles that each phrasing proposes; first ones that tell which chapters are the topic's
PHRASINGS = 5
TITLE, CENTRAL, HOME = 0.5, 0.15, 0.5  # beside a search score whose best is 1
LEADING = 3  # candidates whose cards lead to an article from which it is one too


def key_articles(topic: str, searcher: Searcher) -> tuple[list[Hit], list[Hit]]:
    """The articles of a session in the order of reading, those named where there are any; then what the search found, best first."""
    found = [
        searcher.search(read_question(text, searcher.index.vocabulary), POOL) for text in phrasings(topic)
    ]  # fmt: skip
    if named := [hit for hit in found[0] if hit.exact]:
        return sorted(named[: 2 * ARTICLES], key=in_order), found[0]
    hits = {hit.num: hit for hits in reversed(found) for hit in hits}
    ranked = [num for num in _ranked(topic, found, searcher) if num in searcher.known]
    laws = [num for num in ranked if num.startswith("L")][:LAWS]
    chosen = [*laws, *[num for num in ranked if num not in laws][: ARTICLES - len(laws)]]
    return sorted((hits.get(num) or _hit(num, searcher) for num in chosen), key=in_order), found[0]


def phrasings(topic: str) -> list[str]:
    """A topic as asked, then with each of its terms said as the lexicon says it (an acronym spelt out, a word of the law)."""
    terms = find_terms(topic)
    others = [topic[: m.start] + word + topic[m.end :] for m in terms for word in m.brings[:2]]
    return list(dict.fromkeys([topic, *others]))[:PHRASINGS]


def _ranked(topic: str, found: list[list[Hit]], searcher: Searcher) -> list[str]:
    """The numbers of the articles in force that have a card, what the topic turns round first."""
    index, subjects = searcher.index, Subjects(searcher)
    said = [subjects.units(text) for text in phrasings(topic)]
    shares = [{hit.num: hit.score / hits[0].score for hit in hits} for hits in found]
    near = {num: sum(own.get(num, 0.0) for own in shares) / len(shares) for num in set().union(*shares)}
    pool = {*near, *(num for units in said for num in subjects.by_title(units))}
    leads = Counter(num for own in pool for num in {num for card in index.cards_of(own) for num in card.see})
    pool |= {num for num, count in leads.items() if count >= LEADING}
    score = {
        num: near.get(num, 0.0)
        + TITLE * max(subjects.titled(units, num)[1] for units in said)
        + CENTRAL * math.log(1 + leads[num])
        for num in pool
        if (card := index.card(num)) and card.status != "repealed"
    }
    first = sorted(score, key=lambda num: (-score[num], num))[:NEAR]
    homes: dict[str, float] = {}
    for num in first:
        homes[place(num)] = homes.get(place(num), 0.0) + score[num]
    whole = sum(homes.values())
    return sorted(score, key=lambda num: (-score[num] - HOME * homes.get(place(num), 0.0) / whole, num))


def _hit(num: str, searcher: Searcher) -> Hit:
    """An article that the search did not bring itself."""
    passages = searcher.index.passages_of(num)
    return Hit(num, 0.0, passages[0] if passages else None, searcher.index.card(num))


def in_order(hit: Hit) -> tuple[bool, list[int]]:
    """The order of reading: the law before what applies it, and L262-10 after L262-9."""
    return hit.num[0] != "L", [int(part) for part in re.findall(r"\d+", hit.num)]
