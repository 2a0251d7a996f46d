"""Which piece of a contract holds which of the 35 expected clauses, and which type of CPOM the contract is.

Each piece is scored for each clause (`Clause.score`): its heading, the words that prove the clause, the words that suggest
it. What the visas, the diagnosis or a glossary say of a subject is no clause on it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.contract_text import ANNEXE, AVENANT, BODY, DIAGNOSTIC, GLOSSARY, PREAMBLE, VISAS, Piece
from corpus.clauses import FOUND, Clause, CpomType, cpom_types, expected_clauses, heading_text
from corpus.reference import find_references
from corpus.values import find_values
from corpus.words import fold

# Zones that only some clauses may be read from.
_ONLY = {
    VISAS: {"visas", "parties_signataires"},
    DIAGNOSTIC: {"diagnostic_partage"},
    PREAMBLE: {"diagnostic_partage", "orientations_publiques", "articulation_contrats", "parties_signataires"},
}
# Tables by year are indicators and trajectories; they prove few other clauses, whatever words stand in their rows.
_YEARLY = {
    "indicateurs_cibles", "objectif_activite", "plan_retour_equilibre", "ppi_investissements", "dotation_reference",
    "repartition_dotation",
}  # fmt: skip
_PART = re.compile(r"(?:TITRE|PARTIE|VOLET|CHAPITRE)\b", re.IGNORECASE)
_FRONT = {"parties_signataires", "visas"}  # "ENTRE LES SOUSSIGNÉS" stands above the articles that follow without a part
_CLOSER = 0.6  # what a sentence may lack to its whole paragraph and still be the better quote
_AT_HOME_IN_ANNEXES = {"fiches_actions", "ppi_investissements", "indicateurs_cibles"}


@dataclass(frozen=True, slots=True)
class Hit:
    """A piece that holds a clause, and how well (`rank` orders hits, not meaningful between clauses)."""

    piece: Piece
    score: float
    rank: float


@dataclass(frozen=True, slots=True)
class TypeFound:
    """A type of CPOM that the contract shows, with the words that show it and their page."""

    type: CpomType
    evidence: str
    page: int
    cited: bool


def find_clauses(pieces: Sequence[Piece]) -> dict[str, list[Hit]]:
    """For each clause key, the pieces that hold it, best first; an empty list when none does."""
    clauses = expected_clauses()
    names = {}
    for text in {h for p in pieces for h in (*p.headings, p.caption) if h}:
        title = heading_text(text)
        names[text] = {c.key for c in clauses if c.names(title)}
    hits: dict[str, list[Hit]] = {c.key: [] for c in clauses}
    for order, piece in enumerate(pieces):
        if piece.zone in (GLOSSARY, AVENANT) or _restates(piece):
            continue
        own = set().union(*(names[t] for t in (*piece.headings[-1:], piece.caption) if t))
        # "TITRE II – DIAGNOSTIC ET OBJECTIFS" says nothing of each article that stands under it.
        above = set().union(*(names[t] for t in piece.headings[:-1] if not _PART.match(t))) - _FRONT
        for clause in clauses:
            if clause.key not in _ONLY.get(piece.zone, {clause.key}):
                continue
            named = clause.key in own or clause.key in above
            if piece.has_years and clause.key not in _YEARLY and not named:
                continue
            if clause.needs and not _holds(piece, clause.needs):
                continue
            foreign = bool(own or above) and not named
            whole = clause.score(piece.folded, clause.key in own, clause.key in above, foreign)
            score, held = whole, piece
            if not named and clause.hints(
                piece.folded
            ):  # an article on several subjects: one sentence may hold the clause, and says it better
                for part in piece.parts:
                    alone = clause.score(part.folded, False, False, foreign)
                    if (
                        alone >= FOUND
                        and alone >= score - (_CLOSER if held is piece else 0.0)
                        and (held is piece or alone > score)
                    ):
                        score, held = alone, part
            if score >= _floor(clause, piece):
                hits[clause.key].append(Hit(held, score, _rank(clause, held, score, order, len(pieces))))
    return {key: sorted(found, key=lambda h: -h.rank) for key, found in hits.items()}


def _floor(clause: Clause, piece: Piece) -> float:
    """What a piece must score: more in a preamble or an annexe, which speak of everything."""
    if piece.zone not in (ANNEXE, PREAMBLE) or clause.key in _AT_HOME_IN_ANNEXES:
        return FOUND
    return FOUND + (2.5 if piece.is_row else 1.0)


def _rank(clause: Clause, piece: Piece, score: float, order: int, count: int) -> float:
    """The score, less in annexes and preambles; the earlier of two equals is first."""
    rank = score - 0.1 * order / count
    if piece.zone == ANNEXE and clause.key not in _AT_HOME_IN_ANNEXES:
        rank -= 2
    if piece.zone == PREAMBLE:
        rank -= 1.5
    if clause.kind in ("date", "amount", "percent", "duration") and not _holds(piece, clause.kind):
        rank -= 1
    return rank


def _holds(piece: Piece, kind: str) -> bool:
    return bool(find_values(piece.text, kind)) or (kind == "amount" and "€" in piece.folded)


def _restates(piece: Piece) -> bool:
    """A row of a table of obligations sums up clauses that stand elsewhere."""
    heads = " ".join(fold(head) for head, _ in piece.cells)
    return "obligation" in heads or ("partie" in heads and "delai" in heads)


def find_types(pieces: Sequence[Piece], title: str = "") -> list[TypeFound]:
    """The types of CPOM that a contract shows, the main one first; never empty.

    A type is cited when its own article is; without such a citation the establishments named decide.
    """
    types = cpom_types()
    cited: dict[str, tuple[int, TypeFound]] = {}
    counts: dict[str, int] = {}
    first: dict[str, TypeFound] = {}
    for piece in pieces:
        if piece.zone in (AVENANT, GLOSSARY):
            continue
        nums = {ref.num: piece.text[ref.start : ref.end] for ref in find_references(piece.text) if not ref.range_end}
        for kind in types:
            weight = sum(len(p.findall(piece.folded)) for p in kind.words)
            counts[kind.key] = counts.get(kind.key, 0) + weight
            if weight and kind.key not in first:
                words = next(m[0] for p in kind.words if (m := p.search(piece.folded)))
                first[kind.key] = TypeFound(kind, words, piece.page, False)
            if kind.article in nums and piece.zone in (VISAS, BODY, PREAMBLE):
                seen = cited.get(kind.key, (0, TypeFound(kind, " ".join(nums[kind.article].split()), piece.page, True)))
                cited[kind.key] = (seen[0] + 1, seen[1])
    special = [k for k in cited if k != "droit_commun" and (counts[k] or len(cited) <= 2)]
    if not special:
        special = [k for k in counts if counts[k] >= 3 and counts[k] >= 0.4 * max(counts.values()) and k in first]
    found = [cited[k][1] if k in cited else first[k] for k in sorted(special, key=lambda k: -counts[k])]
    if found:
        return found
    common = types[-1]
    return [cited[common.key][1] if common.key in cited else TypeFound(common, title, 1, False)]


def requirement(clause: Clause, types: Sequence[TypeFound], hits: dict[str, list[Hit]], pieces: Sequence[Piece]) -> str:
    """The text that asks for a clause in a contract of these types, "" when it is merely usual there."""
    texts = dict.fromkeys(clause.required[t.type.key] for t in types if t.type.key in clause.required)
    if texts:
        return " ; ".join(texts)
    condition, _, what = clause.required_if.partition(":")
    if condition == "clause" and hits[what]:
        return clause.basis
    if condition == "words" and any(re.search(what, p.folded) for p in pieces if p.zone not in (GLOSSARY, AVENANT)):
        return clause.basis
    return ""
