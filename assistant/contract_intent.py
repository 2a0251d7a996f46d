"""What a question asks of the contract's own life: its end, its original end, its start, its signature, its length, an avenant's
signature, how long before one asks to extend it or leaves it; or nothing of that.

A multinomial logistic regression over the question's vector and some patterns, fitted by `evals/train_intent.py` on labelled
questions (`contract_intent.npz`: `kinds`, `mean` (d,), `weights` (kinds, d + patterns), `bias` (kinds,), `fingerprint`).
"""

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from assistant.contract_question import AVENANT, ORIGINAL, wanted_kinds
from assistant.fitted import Weights, centred, chances_of, read_weights
from corpus.contract_words import contract_words
from corpus.words import STOPWORDS, fold

WEIGHTS = Path(__file__).parent / "contract_intent.npz"
NONE = "none"
_SURE, _SUBJECT = 0.5, 0.55
# The contract, those who sign it and what it is for them, its ends: subjects that leave the question on its life.
_OF_LIFE = re.compile(
    r"contrat|couvert|cpom|convention|accord|avenant|ars$|agence|departement|ddets|prefe[tc]|etat$|autorite|association|asso$|conseil|administration|president|direct|signat|partie|terme|echeance|fin$|annee|exercice|origine"
    r"|prolong|prorog|rallong|renouvel|recondu|sixieme|supplementaire|preavis|resili|denonc|rupture|courrier|demande|chrs$|ehpad"
)
_LONGER = re.compile(r"prolong|rallong|prorog|renouvel|reconduc|reconduire|supplementaire|\bde plus\b|nouveau contrat")
# "le CPOM de la Vigie": whose contract it is.
_WHOSE = re.compile(r"\b(contrat|cpom|convention) (?:de |du |des |la |le |les |[dl]['’])*(\w+(?:-\w+)*)", re.IGNORECASE)
_OUT = re.compile(r"preavis|resili|denonc|\bromp|rupture|quitt|\barreter\b|mettre fin")


def patterns(folded: str) -> list[float]:
    """What the words themselves say: a date or a duration wanted, an avenant, the original contract, each fact's own words."""
    kinds = wanted_kinds(folded)
    told = [
        bool(found.search(folded))
        for found in (AVENANT, ORIGINAL, _LONGER, _OUT, *(fact.asks for fact in contract_words().facts))
    ]
    return [kinds.get("date", 0.0), kinds.get("duration", 0.0), *map(float, told)]


def without_owner(text: str, title: str) -> str:
    """A question without the name of who holds the contract: "le CPOM de la Vigie" says no more than "le CPOM"; `title`: the
    contract's own, which gives that name."""
    own = fold(title)
    return _WHOSE.sub(lambda m: m[1] if re.search(rf"\b{re.escape(fold(m[2]))}\b", own) else m[0], text)


def other_subject(folded: str, chances: Mapping[str, float]) -> bool:
    """Whether a question speaks of something else than the contract, those who signed it and its life ("la convention avec la
    clinique"); `chances`: how likely each of its words is a subject."""
    words = contract_words()
    for fact in words.facts:
        folded = fact.also.sub(" ", fact.asks.sub(" ", folded))
    left = {*re.findall(r"[a-z0-9]+", folded)} - STOPWORDS - words.drop - words.light
    return any(chances.get(word, 0.0) > _SUBJECT and not _OF_LIFE.match(word) for word in left)


def features(vector: np.ndarray, mean: np.ndarray, folded: str) -> np.ndarray:
    """What the regression reads: the centred vector (d,) then the patterns, shape (d + patterns,)."""
    return np.concatenate([centred(vector, mean), patterns(folded)])


def life_intent(folded: str, vector: np.ndarray, fingerprint: str, fitted: Weights | None = None) -> str | None:
    """ "term", "first", "effect", "signed", "length", "avenant", "extend", "leave", or "none"; None under another embedding model.

    `fitted`: other weights than those of `contract_intent.npz`, to measure them.
    """
    fitted = fitted or read_weights(WEIGHTS)
    if str(fitted["fingerprint"]) != fingerprint:
        return None
    chances = chances_of(fitted, features(vector, fitted["mean"], folded))
    best = max(chances, key=chances.__getitem__)
    return best if chances[best] >= _SURE else NONE
