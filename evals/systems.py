"""Rankings to compare: the same candidates' features under different weights, so that one pass serves every system."""

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.fusion import weights

# The systems side by side, and the full one without one of its parts.
SYSTEMS: dict[str, Mapping[str, float]] = {
    "BM25, texte": {"text_words": 1},
    "BM25, fiches": {"card_words": 1},
    "BM25, texte et fiches": {"text_words": 1, "card_words": 1},
    "dense, texte": {"passages": 1},
    "dense, fiches": {"cards": 1, "questions": 1},
    "dense, texte et fiches": {"passages": 0.6, "cards": 1, "questions": 1},
}
PARTS = {
    "adaptateur": ("adapted_passages", "adapted_cards", "adapted_questions"),
    "fenêtres": ("window_cards", "window_questions", "windows_cards", "windows_questions"),
    "allure de la question": ("long_card_words", "topic_text_words", "topic_card_words", "topic_law"),
    "section": ("section",),
    "genre d'article": ("law", "topic_law", "repealed", "annex", "overseas"),
    "mots": ("text_words", "card_words", "long_card_words", "topic_text_words", "topic_card_words"),
    "texte": ("passages", "adapted_passages", "text_words", "topic_text_words"),
    "questions de fiche": ("questions", "adapted_questions", "window_questions", "windows_questions"),
}


def rankings(features: Mapping[str, Mapping[str, float]], named: Sequence[str] = (), view: str = "all") -> dict[str, list[str]]:
    """The first 20 articles by system and by ablation; articles that the question names come first in all.

    `view` says whose weights the full system has: "all", or "text" or "cards" where nothing else is indexed.
    """
    full: Mapping[str, float] = weights()[view]
    prior: Mapping[str, float] = weights()["prior"]
    systems: dict[str, Mapping[str, Any]] = {
        **SYSTEMS,
        "fusion fixe, texte": {k: v for k, v in prior.items() if k in PARTS["texte"]},
        "fusion fixe, fiches": {k: v for k, v in prior.items() if k not in PARTS["texte"]},
        "fusion fixe, texte et fiches": prior, "complet": full,
        **{f"sans {part}": {k: v for k, v in full.items() if k not in own} for part, own in PARTS.items()},
    }  # fmt: skip

    def score(own: Mapping[str, float], w: Mapping[str, float]) -> float:
        return sum(w.get(name, 0.0) * value for name, value in own.items())

    out = {}
    for name, w in systems.items():
        scored = {num: score(own, w) + (1e6 if num in named else 0.0) for num, own in features.items()}
        out[name] = sorted(scored, key=lambda num: (-scored[num], num))[:20]
    out["RRF"] = _reciprocal(features, named)
    return out


def _reciprocal(features: Mapping[str, Mapping[str, float]], named: Sequence[str]) -> list[str]:
    """Reciprocal rank fusion (k = 60) of the cosines and the BM25 scores."""
    total = {num: (1e6 if num in named else 0.0) for num in features}
    for name in ("passages", "cards", "questions", "text_words", "card_words"):
        ordered = sorted(features, key=lambda num: -features[num].get(name, 0.0))
        for rank, num in enumerate(ordered):
            total[num] += 1 / (60 + rank)
    return sorted(total, key=lambda num: (-total[num], num))[:20]
