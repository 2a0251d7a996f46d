"""Fit `assistant/scope.json`: `python -m evals.train_scope --home DIR [--cache VECTORS.npz] [--write]`.

Inside: questions, titles and keywords of the cards, told in several ways, and our own answerable questions
(`legal.jsonl`). Outside: `out_of_scope.txt`, told in the same ways, so that a way of telling betrays nothing. Both
regressions are cross-validated in five folds by article and by question; for the cards' own questions their article's
card is taken out of the index before its nearness is measured. A question of `legal.jsonl` weighs most: it is real.
"""

import argparse
import hashlib
import json
import random
import re
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from assistant.engine import Engine
from assistant.question import _FRENCH
from assistant.retrieval import Searcher
from assistant.scope import MODEL, signs
from assistant.settings import Settings
from corpus.cards import load_cards
from corpus.reference import find_references
from corpus.words import fold, index_words
from ingest.embedding import VectorFile, text_key
from ingest.generation import row_num

HERE = Path(__file__).parent / "questions"
OUTSIDE = 268  # own questions of legal.jsonl from this one on are out of scope
STARTS = (1, 34, 67, 100, 133, 166, 199, 232, 265, 298, 331, 364, 397, 430, 463, 496, 529, 559)  # domains of out_of_scope.txt
VECTOR, STEMS = 10.0, 2.0  # scales of the two kinds of features beside each other
REFUSED = 0.04  # share of our answerable questions that the line may refuse

WHO = "une maman de trois enfants|retraité|un père divorcé|étudiante|la fille d'une dame de 82 ans|sans emploi depuis un an|une voisine|salariée dans une petite entreprise|bénévole dans une association|jeune majeur|une grand-mère|le frère d'un homme malade|hébergée chez un ami|à mon compte|stagiaire".split(
    "|"
)
SINCE = "depuis deux ans|depuis trois mois|depuis la rentrée|depuis mon déménagement|depuis le décès de mon mari|depuis janvier|depuis que j'ai perdu mon travail".split(
    "|"
)
TOLD = (
    "Bonjour, {q}", "Bonjour, je suis {w}. {Q}", "Je suis {w} et je suis un peu perdue {s}. {Q}", "salut, {q}",
    "Bonsoir à tous, j'ai une question : {q}", "On me répond n'importe quoi {s}. {Q} Merci d'avance.",
    "Je me retrouve seule avec ça {s} et personne ne me répond. {Q}", "Ma collègue me pose la question et je ne sais pas quoi lui dire. {Q}",
    "{Q} C'est urgent, merci.", "Dans mon immeuble on est plusieurs à se demander : {q}",
    "Je suis {w}. On m'a conseillé de me renseigner avant de signer quoi que ce soit. {Q} Et à qui m'adresser ?",
)  # fmt: skip

Item = tuple[str, str, Any, str]  # text, source, key of its group, way of telling


def told(q: str, rng: random.Random) -> str:
    low = q[0].lower() + q[1:] if q and not q[:2].isupper() else q
    return rng.choice(TOLD).format(q=low, Q=q, w=rng.choice(WHO), s=rng.choice(SINCE))


def topic(q: str) -> str:
    words = [w for w in re.findall(r"[\w-]+", q) if w.lower() not in _FRENCH and len(w) > 2]
    return " ".join(words[:5]).lower()


def typed(q: str, rng: random.Random) -> str:
    """As on a phone: accents and letters lost."""
    q = fold(q) if rng.random() < 0.6 else q.lower()
    q = q.replace("'", " " if rng.random() < 0.5 else "").replace("est-ce que", "es ce que")
    q = q.replace("quel", "kel" if rng.random() < 0.3 else "quel").replace(" ?", "")
    out = []
    for word in q.split():
        if len(word) > 5 and rng.random() < 0.15:
            i = rng.randrange(1, len(word) - 1)
            word = word[:i] + word[i + 1 :]
        out.append(word)
    return " ".join(out)


def items() -> list[Item]:
    """Everything that is learnt from; sources are "oos", "in" (cards) and "legal"."""
    rng = random.Random(3)
    out: list[Item] = []
    for i, q in enumerate((HERE / "out_of_scope.txt").read_text(encoding="utf-8").splitlines()):
        out.append((q, "oos", i, "plain"))
        if len(q) < 140:
            out += [(told(q, rng), "oos", i, "wrap"), (topic(q), "oos", i, "topic"), (typed(q, rng), "oos", i, "sms")]
    cards = list(load_cards())
    rng.shuffle(cards)
    for card in cards:
        if (card.status == "repealed" and rng.random() < 0.6) or not card.questions:
            continue
        way, q = rng.random(), rng.choice(list(card.questions))
        if way < 0.3:
            out.append((told(q, rng), "in", card.num, "wrap"))
        elif way < 0.5:
            out.append((typed(q, rng), "in", card.num, "sms"))
        elif way < 0.65:
            out.append((card.title, "in", card.num, "title"))
        elif way < 0.8 and len(card.keywords) >= 2:
            out.append((" ".join(rng.sample(list(card.keywords), 2)), "in", card.num, "topic"))
        else:
            out.append((q, "in", card.num, "q"))
    rows = [json.loads(line) for line in (HERE / "legal.jsonl").read_text(encoding="utf-8").splitlines()]
    # What names an article is never refused: nothing to learn from it.
    return out + [(r["question"], "legal", i, r["kind"]) for i, r in enumerate(rows) if not find_references(r["question"])]


def vectors(texts: list[str], searcher: Searcher, cache: Path | None) -> np.ndarray:
    fingerprint = searcher.embedder.fingerprint
    known = VectorFile.read(cache, fingerprint).rows if cache else {}
    missing = [t for t in dict.fromkeys(texts) if text_key(t) not in known]
    if missing:
        known |= {
            text_key(t): v for t, v in zip(missing, searcher.embedder.encode_many(["query: " + t for t in missing]), strict=True)
        }
    if cache and missing:
        unique = list(dict.fromkeys(texts))
        VectorFile.write(cache, unique, np.stack([known[text_key(t)] for t in unique]), fingerprint)
    return np.stack([known[text_key(t)] for t in texts]).astype(np.float32)


def measured(found: list[Item], x: np.ndarray, searcher: Searcher) -> tuple[list[str], np.ndarray]:
    """Names and values, shape (n, names), of the signs; of what comes from a card, without the cards of its article."""
    rows = {view: searcher.index.rows[view] for view in ("questions", "cards")}
    nums = {view: np.array([row_num(ident) for ident in rows[view].ids]) for view in rows}
    near = {view: x @ np.asarray(rows[view].vectors, np.float32).T for view in rows}
    signed = []
    for i, (text, source, key, _) in enumerate(found):
        kept = {view: near[view][i][nums[view] != key] if source == "in" else near[view][i] for view in rows}
        signed.append(signs(text, kept, searcher.index.lexical["cards"]))
    return list(signed[0]), np.array([list(values.values()) for values in signed])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", required=True)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--write", action="store_true", help="write assistant/scope.json")
    options = parser.parse_args()
    searcher = Engine(Settings.load(options.home)).searcher()
    found = items()
    texts = [text for text, *_ in found]
    source, way = np.array([s for _, s, _, _ in found]), np.array([w for *_, w in found])
    y = np.array([s == "oos" or (s == "legal" and key >= OUTSIDE) for _, s, key, _ in found])
    fold_of = np.array([hashlib.md5(f"{s}{key}".encode()).digest()[0] % 5 for _, s, key, _ in found])
    x = vectors(texts, searcher, options.cache)
    names, extra = measured(found, x, searcher)

    tfidf = TfidfVectorizer(analyzer=index_words, min_df=2, sublinear_tf=True)
    first = sparse.hstack([sparse.csr_matrix(x * VECTOR), tfidf.fit_transform(texts) * STEMS]).tocsr()
    weight = np.where(source == "legal", 5.0, np.where(source == "in", 0.3, 1.0))

    def fit_first(rows: np.ndarray) -> Any:
        return LogisticRegression(C=1, max_iter=500, class_weight="balanced").fit(first[rows], y[rows])

    every = np.ones(len(y), bool)
    said = np.zeros(len(y))
    for f in range(5):
        said[fold_of == f] = fit_first(fold_of != f).decision_function(first[fold_of == f])
    second = np.c_[said, extra]
    mean, spread = second.mean(axis=0), second.std(axis=0) + 1e-9
    second = (second - mean) / spread

    def fit_second(rows: np.ndarray) -> Any:
        return LogisticRegression(C=0.3, max_iter=500).fit(second[rows], y[rows], sample_weight=weight[rows])

    p = np.zeros(len(y))
    for f in range(5):
        p[fold_of == f] = fit_second(fold_of != f).predict_proba(second[fold_of == f])[:, 1]
    answerable = (source == "legal") & ~y
    for share in (0.03, REFUSED, 0.05):
        line = float(np.quantile(p[answerable], 1 - share))
        caught = " ".join(
            f"{w} {np.mean(p[(source == 'oos') & (way == w)] >= line):.3f}" for w in ("plain", "wrap", "topic", "sms")
        )
        refused = " ".join(
            f"{w} {np.mean(p[(source == 'in') & (way == w)] >= line):.3f}" for w in ("q", "wrap", "sms", "title", "topic")
        )
        print(f"refus {share:.2f} (seuil {line:.2f}) : hors champ reconnu : {caught} ; fiches refusées : {refused}")
    line = float(np.quantile(p[answerable], 1 - REFUSED))
    plain = np.array([s == "oos" and w == "plain" for s, w in zip(source, way, strict=True)])
    keys = np.array([key if s == "oos" else -1 for _, s, key, _ in found])
    for n, (start, end) in enumerate(zip(STARTS, (*STARTS[1:], 601), strict=True)):
        own = plain & (keys >= start - 1) & (keys < end - 1)
        print(f"  domaine {n + 1:2} : {np.mean(p[own] >= line):.2f} de {own.sum()}")
    if not options.write:
        return
    one, two = fit_first(every), fit_second(every)
    w = two.coef_[0] / spread
    d = x.shape[1]
    MODEL.write_text(
        json.dumps({
            "fingerprint": searcher.embedder.fingerprint,
            "refuse": round(line, 3),
            "intercept": round(float(two.intercept_[0] - w @ mean), 4),
            "second": {name: round(float(value), 4) for name, value in zip(["linear", *names], w, strict=True)},
            "bias": round(float(one.intercept_[0]), 4),
            "vector": [round(float(value), 3) for value in one.coef_[0][:d] * VECTOR],
            "stems": {
                stem: [round(float(tfidf.idf_[j]), 3), round(float(one.coef_[0][d + j] * STEMS), 3)]
                for stem, j in sorted(tfidf.vocabulary_.items())
            },
        }, ensure_ascii=False, separators=(",", ":")) + "\n",
        encoding="utf-8",
    )  # fmt: skip


if __name__ == "__main__":
    main()
