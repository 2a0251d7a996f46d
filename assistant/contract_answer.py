"""A question on a contract: the clause, its page, the exact value that was asked for, and what an avenant made of it."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.answer import Answer, Citation, Value, abstain
from assistant.contract_values import ORIGINAL, Candidate, candidates, wanted_kinds
from assistant.question import Question
from corpus.article import Passage
from corpus.values import find_values
from corpus.words import fold, index_words
from ingest.contract_passages import passage_view
from ingest.embedding import Embedder
from ingest.workspace import OpenContract

SHOWN = 3
DEEP = 14  # passages whose values are weighed
CHANGES = re.compile(
    r"\b(?:est|sont)\s+(?:\w+\s+)?(?:port|remplac|report|ramen|prolong|fix|relev|abaiss)\w+|\bpassent?\b|s['’]établit"
)


@dataclass(slots=True)
class Ranked:
    """A passage of the contract with its fused score in [0, 1+], its cosine, and the share of the question's rare words it holds."""

    passage: Passage
    score: float
    cosine: float
    overlap: float


def rarity(question: Question, opened: OpenContract) -> dict[str, float]:
    """How rare each word of the question is in this contract: ln(1 + N / (1 + passages with it))."""
    count = max(1, len(opened.passages))
    return {w: math.log(1 + count / (1 + opened.lexical.document_frequency(w))) for w in (*question.words, *question.added)}


def rank(question: Question, opened: OpenContract, embedder: Embedder, weights: dict[str, float]) -> list[Ranked]:
    """The contract's passages, best first: dense and lexical alike."""
    cosines = opened.dense(embedder.queries([question.mended])[0])
    lexical = opened.lexical.scores(question.words) + 0.4 * opened.lexical.scores(question.added)
    dense, words = _unit(cosines), _unit(lexical)
    total = sum(weights[w] for w in question.words) or 1.0
    ranked = []
    for i, passage in enumerate(opened.passages):
        own = set(index_words(passage_view(passage)))
        overlap = sum(weights[w] for w in question.words if w in own) / total
        ranked.append(Ranked(passage, float(0.5 * dense[i] + 0.5 * words[i]), float(cosines[i]), overlap))
    return sorted(ranked, key=lambda r: -r.score)


def _unit(scores: np.ndarray) -> np.ndarray:
    low, top = (float(scores.min()), float(scores.max())) if len(scores) else (0.0, 0.0)
    return (scores - low) / (top - low) if top > low else np.zeros_like(scores)


def answer_contract(question: Question, opened: OpenContract, embedder: Embedder) -> Answer:
    """The value where one is asked and found, the clauses that say it, each with its page; or that the contract doesn't say."""
    weights = rarity(question, opened)
    ranked = rank(question, opened, embedder, weights)
    if not ranked or says_nothing(question, ranked, opened):
        near = "" if not ranked else f"Le passage le plus proche est {ranked[0].passage.label}, mais il ne répond pas."
        return abstain(question.text, "not_in_contract", near)
    kinds = wanted_kinds(question)
    value, holder, before = None, ranked[0].passage, None
    if kinds:
        found = candidates(question, [(r.passage, r.score) for r in ranked[:DEEP]], kinds, weights)
        best = in_force(found, bool(ORIGINAL.search(fold(question.text))))
        if best:
            value = Value(best.value.text, best.value.kind, best.value.normalized)
            holder = best.passage
            before = next(
                (
                    c
                    for c in found
                    if c.passage is not holder and c.passage.path[:1] != holder.path[:1] and c.value.kind == best.value.kind
                ),
                None,
            )
    elif question.kind == "party":
        value, holder = party(question, ranked[:6], holder)
    order = list(
        dict.fromkeys(
            [holder.id, *([before.passage.id] if before and is_avenant(holder) else []), *(r.passage.id for r in ranked)]
        )
    )
    by_id = {r.passage.id: r.passage for r in ranked}
    citations = [contract_citation(n, by_id[ident], opened) for n, ident in enumerate(order[:SHOWN], 1)]
    lines = []
    if value:
        where = " (modifié par avenant)" if is_avenant(holder) else ""
        lines += [f"**{value.text}**{where} [1]", ""]
    for citation in citations:
        lines += [f"**{citation.label}** [{citation.n}]", "", f"> {' '.join(citation.quote.split())}", ""]
    return Answer(question.text, "\n".join(lines).strip(), value=value, citations=citations)


def is_avenant(passage: Passage) -> bool:
    """Whether a passage stands in an avenant."""
    return bool(passage.path) and fold(passage.path[0]).startswith("avenant")


def in_force(found: Sequence[Candidate], original: bool) -> Candidate | None:
    """The value to answer: of the best ones, the one that an avenant put in force, or the first one when the original is asked.

    In a sentence that changes a value, what stands before the verb or after "de" is the old value, the rest the new one.
    """
    if not found:
        return None
    best = found[0]
    near = [c for c in found if c.score >= best.score - 0.45]
    changed = [c for c in near if is_avenant(c.passage) and (state := _state(c)) and state == "new"]
    if original:
        old = [c for c in near if not is_avenant(c.passage) or _state(c) == "old"]
        return old[0] if old else best
    if not is_avenant(best.passage):
        # An avenant's new value holds when it replaces this very one, or speaks of the same thing as well as the body does.
        for candidate in changed:
            replaced = {v.normalized for v in find_values(_told(candidate.passage), best.value.kind)}
            if best.value.normalized in replaced and candidate.value.kind == best.value.kind:
                return candidate
        return best
    return changed[0] if _state(best) == "old" and changed else best


def _told(passage: Passage) -> str:
    return " ".join(passage.text.split())


def _state(candidate: Candidate) -> str:
    """ "new" or "old" for a value in an avenant, "" where the avenant changes nothing there."""
    value, passage = candidate.value, candidate.passage
    if passage.extra.get("kind") == "row":
        heading = fold(candidate.cell)
        return (
            "new"
            if re.search(r"vigueur|nouve|apres|modifi", heading)
            else "old"
            if re.search(r"origin|ancien|avant|initial", heading)
            else "new"
        )
    start = max((m.end() for m in re.finditer(r"[.;]\s", passage.text[: value.start])), default=0)
    stop = re.search(r"[.;]\s", passage.text[value.end :])
    sentence = passage.text[start : value.end + (stop.start() if stop else len(passage.text))]
    verb = CHANGES.search(sentence)
    if not verb:
        return ""
    place = value.start - start
    if place < verb.start():
        return "old"
    return "old" if re.search(r"\b(?:de|du|d['’]|initialement de)\s*$", sentence[:place]) else "new"


# Names of persons, courts, bodies, firms.
_PARTY = re.compile(
    r"(?:M\.|Mme|Mlle|Dr|Me|Monsieur|Madame)\s+(?:[A-ZÀ-Ý][\w'’-]+\s?){1,4}|(?:[Cc]abinet|[Ss]ociété|[Aa]ssociation|[Ff]ondation)\s+(?:[A-ZÀ-Ý][\w'’-]+\s?(?:et\s+)?){1,4}"
    r"|tribunal [a-zà-ÿ]+(?: [a-zà-ÿ]+){0,1}|cour administrative d['’]appel|(?:le|la|les|l['’])\s?(?:préfet|gestionnaire|Département|ARS|agence régionale de santé|directeur général|directrice générale|comité de suivi|conseil d['’]administration)\b[^,.;]{0,40}"
)


def party(question: Question, ranked: Sequence[Ranked], default: Passage) -> tuple[Value | None, Passage]:
    """Who: the name that stands nearest to the question's words, an avenant's when it replaces one; (None, default) when none does."""
    wanted = set(question.words) | set(question.added)
    original = bool(ORIGINAL.search(fold(question.text)))
    best: tuple[float, str, Passage] | None = None
    for place, item in enumerate(ranked):
        text = _told(item.passage)
        for match in _PARTY.finditer(text):
            around = text[max(0, match.start() - 110) : match.end() + 70]
            near = len(wanted & set(index_words(around))) / max(1, len(wanted))
            after = re.search(r"remplac\w+[^.;]{0,40}par\s*$", text[: match.start()])
            before = re.match(r"[^.;]{0,20}est remplac", text[match.end() :])
            turn = 0.5 if after and not original else -0.5 if before and not original else 0.0
            score = near + turn - 0.08 * place + (0.15 if match[0][:2] in ("M.", "Mm", "Dr") else 0.0)
            if best is None or score > best[0]:
                best = (score, match[0].strip(" ,"), item.passage)
    return (Value(best[1], "party", best[1]), best[2]) if best and best[0] > 0.15 else (None, default)


def says_nothing(question: Question, ranked: Sequence[Ranked], opened: OpenContract) -> bool:
    """Whether the contract is silent: the question's own rare words stand nowhere in it, or nowhere together."""
    subject = [w for w in question.words if len(w) > 2 and not w.isdigit()]
    if not subject:
        return False
    weights = rarity(question, opened)
    unknown = sum(weights[w] for w in subject if not opened.lexical.document_frequency(w))
    known_by_lexicon = any(opened.lexical.document_frequency(w) for w in question.added)
    share = unknown / (sum(weights[w] for w in subject) or 1.0)
    top = ranked[0]
    together = max(r.overlap for r in ranked[:5])
    return (share > 0.55 and not known_by_lexicon and top.cosine < 0.88) or (together < 0.28 and top.cosine < 0.86)


def contract_citation(n: int, passage: Passage, opened: OpenContract) -> Citation:
    return Citation(
        n, "contract", passage.id, passage.label, "", opened.contract.added[:10], passage.page, passage.text, "",
        "contract", passage.path, passage.text,
    )  # fmt: skip
