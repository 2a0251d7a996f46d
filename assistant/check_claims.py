"""Does an article say what a text attributes to it? The statement is compared with the article, and with all the others.

What an article says is taken from its official text, its headings and its card. Four measures, which depend
less on how the statement is put than on how the article stands among the others for it: how far its vectors are behind
the nearest article's, its rank, how many of the statement's words (rare ones counting more) it has, and how many fewer
than the best of the others. A logistic regression turns them into one figure; see `WEIGHTS`.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from assistant.retrieval import Searcher
from assistant.subjects import Subjects, Unit
from corpus.cards import Card
from corpus.reference import find_references
from corpus.values import find_values
from corpus.words import index_words
from ingest.generation import row_num

VIEW_WEIGHTS = {"passages": 1.2, "cards": 2.0, "questions": 2.0}
CANDIDATES = 40  # articles considered as better places
NEAREST = 8  # articles whose words are compared with the claimed one's
SHOWN = 5  # better places given

# Fitted by logistic regression on sentences written for it, true ones and the same given to other articles.
WEIGHTS = {"behind": 1.566, "rank": -0.335, "words": 1.069, "fewer": 5.761}
BIAS = 3.514
SUPPORTED = 0.5  # what the figure must reach
# The claimed article is one that somebody thought of; any other is one of thousands, and must be so much surer.
AMONG_ALL = -5.2
PLACE = 0.15  # figure from which another article can be named as the one that says it

# A law is found by its subject: what a title that names it, and each other article that leads there, add to an article as
# the place of a statement. Fitted by hand on `evals/questions/topics.jsonl`, which are subjects.
TITLED, CENTRAL = 4.0, 0.5
ITS_SUBJECT = 6.0  # what a title that holds the whole statement ("la PCH") adds to its article: it says at least that

NAMED = (
    0.35  # of that, what is enough where an article's title says it all: its subject, however common ("Le CPOM est prévu par …")
)

# "Cet article n'a jamais parlé de …", "Rien ici sur …": what a card denies, for readers whom a wrong text has misled.
_DENIES = re.compile(r"\b(?:jamais (?:parlé|traité)|rien ici|cit\w+ à tort|cet article ne (?:parle|traite|dit))\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.]+\.?")
_NUMBERED = re.compile(r"\d{3}|\bannexe\b", re.IGNORECASE)  # what a reference can't do without


Statement = tuple[str, np.ndarray]  # what is said, and its vector


@dataclass(frozen=True, slots=True)
class Verdict:
    """`score` in [0, 1]; `figure` is a figure of the statement that the article contradicts; `better` are (num, score)."""

    score: float
    better: tuple[tuple[str, float], ...] = ()
    figure: str = ""

    @property
    def supported(self) -> bool:
        return self.score >= SUPPORTED and not self.figure


def own_words(card: Card) -> Card:
    """A card without what it denies or says about references ("this article never spoke of …"): that is not what its article says."""
    denials, summary = "", card.summary
    if _DENIES.search(summary):
        sentences = _SENTENCE.findall(summary)
        denials = " ".join(s for s in sentences if _DENIES.search(s))
        summary = "".join(s for s in sentences if not _DENIES.search(s)).strip()
    denied = frozenset(index_words(denials))
    keywords = [k for k in card.keywords if not names_an_article(k) and "erreur" not in k and not denied & set(index_words(k))]
    questions = [q for q in card.questions if not names_an_article(q)]
    return replace(card, summary=summary, questions=tuple(questions), keywords=tuple(keywords))


def names_an_article(text: str) -> bool:
    return bool(_NUMBERED.search(text)) and bool(find_references(text))


class Measured:
    """How every article stands to one statement; `order` holds the nearest ones, nearest first."""

    def __init__(self, judge: "Judge", near: np.ndarray, units: Sequence[Unit], order: list[str]):
        self.order = order
        self.units = units
        self._judge, self._near = judge, near
        self._spread = float(near.std()) or 1.0
        self._covered: dict[str, float] = {}

    def _words(self, num: str) -> float:
        if num not in self._covered:
            self._covered[num] = self._judge.covered(self.units, num)
        return self._covered[num]

    def __call__(self, num: str) -> dict[str, float]:
        """The measures of one article (see `WEIGHTS`)."""
        own = float(self._near[self._judge.place[num]])
        others = [other for other in self.order if other != num][:NEAREST]
        best = max((float(self._near[self._judge.place[other]]) for other in others), default=own)
        words = self._words(num)
        return {
            "behind": (own - best) / self._spread,
            "rank": math.log(1 + int((self._near > own).sum())),
            "words": words,
            "fewer": words - max(map(self._words, others), default=words),
        }


class Judge:
    """Compares statements with every article of one index."""

    def __init__(self, searcher: Searcher):
        self.searcher = searcher
        self.index = searcher.index
        self.nums = sorted(searcher.known)
        self.place = {num: i for i, num in enumerate(self.nums)}
        self.subjects = Subjects(searcher)
        self._cards = {card.id: card for num in self.nums for card in self.index.cards_of(num)}
        self.repealed = {num for num in self.nums if (card := self.index.card(num)) and card.status == "repealed"}
        self._views = [self._view(name) for name in VIEW_WEIGHTS if self.index.rows[name].ids]
        self._led_to = self.index.led_to
        self.words = lru_cache(maxsize=None)(self._words)

    def _view(self, name: str) -> tuple[np.ndarray, np.ndarray, float]:
        """A view's vectors, the place of the article that each belongs to (-1: not to be used), and its weight."""
        rows = self.index.rows[name]
        vectors = np.asarray(rows.vectors, np.float32)
        places = np.array([self.place.get(row_num(ident), -1) for ident in rows.ids])
        if name == "questions":  # "L'article … parle-t-il vraiment de … ?" is about a reference, not what its article says
            for row, ident in enumerate(rows.ids):
                card_id, _, n = ident.rpartition("?")
                if names_an_article(self._cards[card_id].questions[int(n)]):
                    places[row] = -1
        if name == "cards":
            for row, ident in enumerate(rows.ids):
                if _DENIES.search(self._cards[ident].summary):
                    places[row] = -1
        return vectors, places, VIEW_WEIGHTS[name]

    def _nearness(self, vector: np.ndarray) -> np.ndarray:
        """For every article the mean of its views' best cosines with `vector`; a view that it lacks is left out. Shape (n,)."""
        best = np.full((len(self._views), len(self.nums)), -1.0, np.float32)
        for own, (vectors, places, _) in zip(best, self._views, strict=True):
            use = places >= 0
            np.maximum.at(own, places[use], (vectors @ vector)[use])
        # An article without text or card is worth its poorest view there: neither reward nor penalty (as in retrieval).
        poorest = np.where(best < -0.99, 9.0, best).min(axis=0)
        best = np.where(best < -0.99, np.where(poorest > 8, 0.0, poorest), best)
        weights = np.array([weight for _, _, weight in self._views], np.float32)
        return np.asarray(weights @ best / weights.sum())

    def _words(self, num: str) -> frozenset[str]:
        """Every index word with which the article's text, headings and card speak."""
        article = self.index.article(num)
        words = set(index_words(article.text)) | set(index_words(". ".join(article.path[-2:]))) if article else set()
        for card in map(own_words, self.index.cards_of(num)):
            words |= set(index_words(". ".join([card.title, card.summary, *card.questions, *card.keywords])))
        return frozenset(words)

    def says_something(self, statement: str) -> bool:
        """Whether a statement holds enough of the law's words to be checked: two, or one term of the field."""
        units = self.subjects.units(statement)
        if len(units) < 2 and not any(unit.term for unit in units):
            return False
        weight = sum(unit.weight for unit in units)
        subject = [unit for unit in units if unit.term] or units
        named = any(self.subjects.names(subject, num) for num in self.subjects.by_title(subject))
        return weight >= (NAMED if named else 1) * self.subjects.rarest

    def covered(self, units: Sequence[Unit], num: str) -> float:
        """The share of a statement's weight that an article has words for."""
        words = self.words(num)
        total = sum(unit.weight for unit in units)
        return sum(u.weight for u in units if any(way <= words for way in u.ways)) / total if total else 0.0

    def measures(self, statement: str, vector: np.ndarray) -> Measured:
        """The measures of any article for one statement."""
        near = self._nearness(vector)
        order = [self.nums[i] for i in np.argsort(-near, kind="stable")[: max(CANDIDATES, NEAREST + 1)]]
        return Measured(self, near, self.subjects.units(statement), order)

    def judge(
        self, statements: Sequence[Statement], nums: Sequence[str], claimed: str, more: Sequence[Statement] = ()
    ) -> Verdict:
        """Whether one of the articles `nums` says one of `statements`, and who says it better when none does.

        `claimed` is the number as the text gives it, known or not; `more` are statements that the sought article should
        fit as well as the last of `statements`.
        """
        found = [(text, self.measures(text, vector)) for text, vector in statements]
        scored = [(self._says(of, num), num, text) for text, of in found for num in nums if num in self.place]
        score, num, text = max(scored, default=(0.0, "", ""))
        wrong = self.contradicted(text, num) if score >= SUPPORTED else ""
        if score >= SUPPORTED and not wrong:
            return Verdict(score)
        groups = [[of] for _, of in found]
        groups[-1] += [self.measures(text, vector) for text, vector in more]
        return Verdict(score, self._better(groups, set(nums), claimed), wrong)

    def _says(self, of: Measured, num: str) -> float:
        return figure_of(of(num), ITS_SUBJECT * self.subjects.names(of.units, num))

    def _place(self, of: Measured, num: str, named: str) -> float:
        subject = TITLED * self.subjects.titled(of.units, num)[1] + CENTRAL * math.log(1 + self._led_to[num])
        return figure_of(of(num), AMONG_ALL + prior(num, named) + subject)

    def _better(self, groups: Sequence[Sequence[Measured]], claimed: set[str], named: str) -> tuple[tuple[str, float], ...]:
        """The articles in force that fit all the statements of one group, best first."""
        best: dict[str, float] = {}
        for group in groups:
            near = {num for of in group for num in (*of.order[:CANDIDATES], *self.subjects.by_title(of.units))}
            for num in near - claimed - self.repealed:
                logs = [math.log(self._place(of, num, named)) for of in group]
                best[num] = max(best.get(num, 0.0), math.exp(sum(logs) / len(logs)))
        ranked = sorted(best, key=lambda num: (-best[num], num))[:SHOWN]
        return tuple((num, round(best[num], 3)) for num in ranked)

    def contradicted(self, statement: str, num: str) -> str:
        """A duration, amount or rate of the statement where the article has others of that kind but not this one; else ""."""
        article = self.index.article(num)
        if article is None:
            return ""
        told = ". ".join([article.text, *(card.summary for card in self.index.cards_of(num))])
        for kind in ("duration", "amount", "percent"):
            theirs = {_value(value.normalized) for value in find_values(told, kind)}
            for value in find_values(statement, kind):
                if theirs and _value(value.normalized) not in theirs:
                    return value.text
        return ""


def _value(normalized: str) -> str:
    """Months and weeks of one length told in years or days: "P12M" -> "P1Y", "P2W" -> "P14D"."""
    match = re.fullmatch(r"P(\d+)([MW])", normalized)
    if match and match[2] == "M" and int(match[1]) % 12 == 0:
        return f"P{int(match[1]) // 12}Y"
    return f"P{int(match[1]) * 7}D" if match and match[2] == "W" else normalized


def prior(num: str, claimed: str) -> float:
    """What speaks against an article as the place of a rule before it is read.

    Annexes have words for everything, the fifth book adapts the others' rules overseas, and what a text gives to a law
    is seldom a decree's.
    """
    book = re.sub(r"^[A-Z]+", "", num)[:1]
    against = 3.0 * (num.startswith("Annexe") and not claimed.startswith("Annexe")) + 1.5 * (
        book == "5" and re.sub(r"^[A-Z]+", "", claimed)[:1] != "5"
    )
    return -against - 1.0 * (claimed.startswith("L") and not num.startswith(("L", "Annexe")))


def figure_of(measures: dict[str, float], before: float = 0.0) -> float:
    """The measures as one figure in [0, 1]; `before` is added to their sum."""
    return 1 / (1 + math.exp(-BIAS - before - sum(weight * measures[name] for name, weight in WEIGHTS.items())))
