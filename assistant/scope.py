"""Is a question one for these texts at all? Taxes, visas, recipes: said so, with where to ask, and nothing cited.

A logistic regression on the question's vector and stems tells its subject (`linear`, trained on the cards' questions and
on questions of other domains); a second one weighs that with how near the cards are, how many of its words they know,
the field's terms in it (`corpus/lexicon.yaml`) and the words that betray another domain (`assistant/scope.yaml`).
`evals/train_scope.py` fits both, cross-validated, into `assistant/scope.json`.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from assistant.question import Question
from assistant.retrieval import Searcher
from corpus.lexicon import find_terms
from corpus.words import fold, index_words, plain_words
from ingest.lexical import LexicalIndex

HERE = Path(__file__).parent
MODEL = HERE / "scope.json"

_GREETING = re.compile(
    r"(?:(?:bonjour|bonsoir|salut|coucou|hello|bjr|slt|merci(?: (?:beaucoup|bien))?|au revoir|bonne (?:journee|soiree)|ca va|comment (?:vas tu|allez vous|ca va)"
    r"|(?:tu es|t'?es|vous etes) (?:qui|la)|qui (?:es tu|etes vous)|ok|d'accord|super|test|a (?:toi|tous|vous)|et|[!?.,;:)(-])\s*)+"
)


_ASKING = frozenset(index_words("c'est quoi comment marche ça à quoi sert que dit la loi sur définit définition obtenir"))


@dataclass(frozen=True, slots=True)
class Domain:
    """What else people ask about: where to ask, the words that betray it, the answer's reason."""

    name: str
    where: str
    words: re.Pattern[str]
    reason: str = "out_of_scope"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing is answered: a reason of the interface, and what to say besides."""

    reason: str
    more: str


@lru_cache(maxsize=1)
def domains() -> tuple[Domain, ...]:
    """The domains of `assistant/scope.yaml`, in order."""
    entries = yaml.safe_load((HERE / "scope.yaml").read_text(encoding="utf-8"))
    return tuple(Domain(**{**entry, "words": re.compile(rf"(?<!\w)(?:{entry['words']})(?!\w)")}) for entry in entries)


@lru_cache(maxsize=1)
def model() -> Mapping[str, Any]:
    """The fitted weights (see `evals/train_scope.py`)."""
    loaded: Mapping[str, Any] = json.loads(MODEL.read_text(encoding="utf-8"))
    return loaded


def refuse(question: Question, searcher: Searcher) -> Refusal | None:
    """Why a question isn't one for these texts, None when it is (or when this index can't tell)."""
    if _GREETING.fullmatch(fold(question.text).strip()):
        return Refusal(
            "out_of_scope",
            "Posez-moi une question sur l'aide sociale, le handicap, la protection de l'enfance, les établissements…",
        )
    if not _readable(question, searcher):
        return Refusal("not_in_corpus", "Je n'ai pas compris la question : écrivez-la avec d'autres mots.")
    if outside(question, searcher) < model()["refuse"] or titled(question.mended, searcher):
        return None
    domain = domain_of(question.text)
    if domain is None:
        return Refusal("out_of_scope", "Pour vous orienter : service-public.fr, ou un point d'accueil France services.")
    return Refusal(domain.reason, f"Elle relève d'un autre domaine ({domain.name}) ; renseignez-vous auprès de : {domain.where}.")


def outside(question: Question, searcher: Searcher) -> float:
    """The probability that a question is of another domain; 0 where the index has no cards or the model is another."""
    weights = model()
    if weights["fingerprint"] != searcher.embedder.fingerprint or not searcher.index.rows["questions"].ids:
        return 0.0
    vector = searcher.embedder.query(question.mended)
    rows = searcher.index.rows
    near = {view: rows[view].cosines(vector) for view in ("questions", "cards")}
    found = {"linear": linear(question.mended, vector), **signs(question.mended, near, searcher.index.lexical["cards"])}
    z = weights["intercept"] + sum(weights["second"][name] * value for name, value in found.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))


def titled(text: str, searcher: Searcher) -> bool:
    """Whether some card's title says all that a question is about, in two words or more: so short a
    question ("C'est quoi le livret d'accueil ?") has too few words for the probability to be trusted."""
    words = set(index_words(text)) - _ASKING
    return len(words) > 1 and any(words <= title for title in searcher.index.titles)


def linear(text: str, vector: np.ndarray) -> float:
    """The first regression's log-odds for a question with its vector, shape (d,)."""
    weights = model()
    stems: Mapping[str, tuple[float, float]] = weights["stems"]
    counted = {stem: (1 + math.log(n)) * stems[stem][0] for stem, n in Counter(index_words(text)).items() if stem in stems}
    length = math.sqrt(sum(value**2 for value in counted.values())) or 1.0
    spoken = sum(value / length * stems[stem][1] for stem, value in counted.items())
    return float(weights["bias"] + vector @ np.array(weights["vector"], np.float32) + spoken)


def signs(text: str, cosines: Mapping[str, np.ndarray], lexical: LexicalIndex) -> dict[str, float]:
    """What else tells the field from other domains, by name: nearness to the cards, words known to them, terms, markers.

    `cosines` are those with every question and every summary of the cards, by view; `lexical` is the cards' index.
    """
    asked = cosines["questions"]
    near = np.sort(np.partition(asked, -min(30, len(asked)))[-30:])[::-1]
    words = set(index_words(text))
    count = len(lexical.ids)
    rarity = [math.log(1 + count / (1 + lexical.document_frequency(word))) for word in words]
    marked, rest = markers(text)
    terms = find_terms(rest)
    return {
        "nearest": float(near[0]),
        "near5": float(near[:5].mean()),
        "near30": float(near.mean()),
        "card": float(cosines["cards"].max()),
        "unknown": sum(not lexical.document_frequency(word) for word in words) / max(1, len(words)),
        "rarity": sum(rarity) / len(rarity) if rarity else math.log(1 + count),
        "length": math.log(1 + len(text)),
        "markers": float(min(3, sum(marked.values()))),
        "acronyms": float(sum(match.entry.kind == "acronym" and not match.reverse for match in terms)),
        "terms": float(sum(not match.reverse for match in terms)),
        "reverse": float(sum(match.reverse for match in terms)),
    }


def markers(text: str) -> tuple[dict[str, int], str]:
    """The markers of each domain that has any, and the folded text without them (acronyms keep their capitals there)."""
    folded = fold(text)
    marked = {domain.name: len(set(domain.words.findall(folded))) for domain in domains()}
    rest = text if len(folded) == len(text) else folded
    for domain in domains():
        for match in reversed(list(domain.words.finditer(folded))):
            rest = rest[: match.start()] + " " * (match.end() - match.start()) + rest[match.end() :]
    return {name: n for name, n in marked.items() if n}, rest


def domain_of(text: str) -> Domain | None:
    """The domain whose markers a question has most of, None without any."""
    marked, _ = markers(text)
    return next((d for d in domains() if d.name == max(marked, key=lambda name: marked[name])), None) if marked else None


def _readable(question: Question, searcher: Searcher) -> bool:
    """Whether some word is French or of the texts (keys hit at random are neither)."""
    from assistant.question import _french

    words = [word for word in plain_words(question.mended) if not word.isdigit()]
    known = searcher.index.vocabulary
    return not words or any(word in known or word in _french() for word in words)
