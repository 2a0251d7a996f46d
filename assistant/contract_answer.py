"""A question on a contract: the clause, its page, the exact value that was asked for, and what an avenant made of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from assistant.answer import Answer, Citation, Value, abstain, french_date
from assistant.contract_avenants import Change
from assistant.contract_cues import NOW, Candidate, level
from assistant.contract_facts import facts, parties
from assistant.contract_intent import NONE, life_intent, other_subject, without_owner
from assistant.contract_kinds import likely_kinds
from assistant.contract_lists import lists
from assistant.contract_question import Asked, understand
from assistant.contract_reading import Reading, Unit, read_contract
from assistant.contract_silence import is_silent, said_elsewhere
from assistant.contract_subjects import subject_chances, temper
from assistant.contract_sums import worked_out
from assistant.contract_text import AVENANT, DIAGNOSTIC, GLOSSARY, PREAMBLE, VISAS, Piece
from assistant.contract_values import candidates, turned
from assistant.contract_years import of_the_year, other_years, undated
from assistant.question import Question
from corpus.article import Passage
from corpus.words import fold, stem
from ingest.embedding import Embedder
from ingest.workspace import OpenContract

SHOWN = 3
_ASIDE = 0.35  # a value that meets less than that of what the best place meets is of something else
_CLOSE = 0.3  # a second value so near the best in score may be the one: its passage is shown too
DEEP = 60  # units whose values are weighed
_ZONES = {VISAS: -0.2, GLOSSARY: -0.25, PREAMBLE: -0.1, DIAGNOSTIC: -0.05}


@dataclass(frozen=True, slots=True)
class Ranked:
    """A unit with its score, the share of the question that it holds, and its passage's cosine."""

    unit: Unit
    score: float
    fit: float
    cosine: float


def rank(asked: Asked, reading: Reading, opened: OpenContract, embedder: Embedder) -> list[Ranked]:
    """The contract's units, best first."""
    cosines = opened.dense(embedder.query(asked.question.mended))
    low, top = (float(cosines.min()), float(cosines.max())) if len(cosines) else (0.0, 0.0)
    by_id = {p.id: float(c) for p, c in zip(opened.passages, cosines, strict=True)}
    ranked = []
    for unit in reading.units:
        fit = sum(idea.weight * level(idea, unit) for idea in asked.ideas) / asked.weight
        cosine = by_id.get(unit.piece.passage.id, low)
        dense = (cosine - low) / (top - low) if top > low else 0.0
        score = 0.75 * fit + 0.3 * dense + _ZONES.get(unit.piece.zone, 0.0)
        if unit.piece.zone == AVENANT and unit.change is None:
            score += -0.4 if asked.original else 0.25 if asked.avenant is not None else -0.12
        if unit.piece.zone == AVENANT and unit.own.folded.startswith("considerant"):
            score -= 0.3  # why an avenant was made, not what it makes
        if asked.original and unit.change is not None:
            score += 0.15  # what an avenant changes is what stood before it
        score += 0.1 * sum(idea.weight for idea in asked.ideas if stem(idea.name) in unit.own.stems) / asked.weight
        ranked.append(Ranked(unit, score, fit, cosine))
    if not asked.original and asked.avenant is None:
        full = max((r.fit for r in ranked if r.unit.piece.zone != AVENANT), default=0.0)
        # What an avenant says as fully as the contract is what is in force.
        more = 0.4 if NOW.search(asked.folded) else 0.25
        ranked = [replace(r, score=r.score + more) if _in_force(r.unit) and r.fit >= max(0.5, 0.9 * full) else r for r in ranked]
    return sorted(ranked, key=lambda r: -r.score)


def _in_force(unit: Unit) -> bool:
    piece = unit.piece
    return piece.zone == AVENANT and unit.change is None and not re.match(r"(vu|considerant|entre|fait)\b", unit.own.folded)


@dataclass(frozen=True, slots=True)
class Weighed:
    """A question weighed against a contract: its units best first, those whose values count as (unit, score, fit), the value,
    and the next one elsewhere where it scores about as high."""

    asked: Asked
    reading: Reading
    ranked: list[Ranked]
    scored: list[tuple[Unit, float, float]]
    best: Candidate | None
    close: Candidate | None


def weigh(
    question: Question, opened: OpenContract, embedder: Embedder, chances: dict[str, float] | None = None
) -> Weighed | None:
    """What a contract holds on a question; None for a contract that holds nothing.

    `chances`: other chances of being subjects than the fitted ones, to measure them.
    """
    reading = read_contract(opened)
    asked = understand(question, reading)
    chances = subject_chances(question.mended, embedder) if chances is None else chances
    asked = temper(asked, chances)
    vector = embedder.query(question.mended)
    asked.kinds = likely_kinds(asked.kinds, vector, embedder.fingerprint)
    bare = without_owner(question.mended, reading.sheet.title)
    folded, of_bare = (asked.folded, vector) if bare == question.mended else (fold(bare), embedder.query(bare))
    asked.life = NONE if other_subject(folded, chances) else life_intent(folded, of_bare, embedder.fingerprint)
    ranked = rank(asked, reading, opened, embedder)
    if not ranked:
        return None
    scored = [(r.unit, r.score, r.fit) for r in ranked[:DEEP]]
    values = found(asked, scored, reading)
    best = of_the_year(asked, values, reading)
    if best is not None and best.fit < _ASIDE * max(fit for _, _, fit in scored[:12]):
        best = None  # where the question is met no such value stands: that place answers, not a figure from elsewhere
    close = next((c for c in values[:6] if best and _is_close(c, best)), None)
    return Weighed(asked, reading, ranked, scored, best, close)


def _is_close(other: Candidate, best: Candidate) -> bool:
    return abs(best.score - other.score) <= _CLOSE and other.unit.piece.passage.id != best.unit.piece.passage.id


def answer_contract(question: Question, opened: OpenContract, embedder: Embedder, exists: bool = False) -> Answer:
    """The value where one is asked and found, the clauses that say it, each with its page; or that the contract doesn't say.

    `exists`: the question names a clause of this contract ("notre clause de…"), so the nearest ones are shown in any case.
    """
    weighed = weigh(question, opened, embedder)
    if weighed is None:
        return abstain(question.text, "not_in_contract")
    asked, reading, ranked, scored, best = weighed.asked, weighed.reading, weighed.ranked, weighed.scored, weighed.best
    elsewhen = other_years(asked, best, reading) if best is not None else ""
    if elsewhen and not exists:
        return abstain(question.text, "not_in_contract", f"{elsewhen} Voir : {best.unit.piece.label}." if best else elsewhen)
    if not exists and is_silent(asked, scored, max(r.cosine for r in ranked), best, reading):
        near = list(dict.fromkeys(r.unit.piece.label for r in ranked[:6]))[:3]
        return abstain(
            question.text,
            "not_in_contract",
            f"Passages les plus proches, qui ne répondent pas : {' ; '.join(near)}." + said_elsewhere(asked),
        )
    if best is not None and undated(asked, best):
        best = replace(best, note="; ".join(filter(None, (best.note, "le contrat ne dit pas de quelle année"))))
    return write(question, replace(weighed, best=best), opened)


def found(asked: Asked, scored: Sequence[tuple[Unit, float, float]], reading: Reading) -> list[Candidate]:
    """Every value that may be the one asked for, best first."""
    stated = candidates(asked, scored, reading)
    values = [*facts(asked, reading), *stated, *worked_out(asked, stated, reading), *lists(asked, scored, reading)]
    values += turned(asked, parties(asked, scored), reading)
    return sorted(values, key=lambda c: -c.score)


def write(question: Question, weighed: Weighed, opened: OpenContract) -> Answer:
    """The answer's text: the value, then the passages that say it."""
    best, reading = weighed.best, weighed.reading
    close = weighed.close if best is not None else None
    sources = _sources(best, reading)
    shown = list({p.id: p for p in (*sources, *([close.unit.piece.passage] if close else []))}.values())[:SHOWN]
    for passage in (r.unit.piece.passage for r in weighed.ranked):
        if len(shown) == SHOWN:
            break
        if all(p.id != passage.id and not _same_table(p, passage) for p in shown):
            shown.append(passage)
    citations = [contract_citation(n, passage, opened) for n, passage in enumerate(shown, 1)]
    lines = []
    value = None
    if best is not None:
        value = Value(best.value.text, best.value.kind, best.value.normalized)
        lines += [_said(best, len(sources)), ""]
    for citation in citations:
        lines += [f"**{citation.label}** [{citation.n}]", "", f"> {' '.join(citation.quote.split())}", ""]
    return Answer(question.text, "\n".join(lines).strip(), value=value, citations=citations)


def _sources(best: Candidate | None, reading: Reading) -> list[Passage]:
    """The passages that a value rests on: the clause in force first, then the one that it replaces."""
    if best is None:
        return []
    pieces = [best.unit.piece]
    if best.change is not None:
        pieces = [p for p in (_changer(best.change, reading), best.change.target or best.unit.piece) if p is not None]
        if best.value.normalized == best.change.old_normalized or best.value.text == best.change.old:
            pieces.reverse()
    if "avant" in best.unit.own.folded and best.computed and not best.beside:
        pieces += [p for p in (_term(reading),) if p is not None]
    pieces += [unit.piece for unit in best.beside]
    return list({p.passage.id: p.passage for p in pieces}.values())


def _changer(change: Change, reading: Reading) -> Piece | None:
    return next((u.piece for u in reading.units if u.change is change), None)


def _term(reading: Reading) -> Piece | None:
    term = reading.sheet.life.term
    return next(
        (
            u.piece
            for u in reading.units
            if term and u.piece.page == term.page and term.quote.strip() and term.quote in u.piece.passage.text
        ),
        None,
    )


def _same_table(a: Passage, b: Passage) -> bool:
    return a.extra.get("kind") == b.extra.get("kind") == "row" and (a.page, a.path, a.extra.get("caption")) == (
        b.page,
        b.path,
        b.extra.get("caption"),
    )


def _said(best: Candidate, sources: int) -> str:
    """ "**31 décembre 2028** (31 décembre 2027 + un an) [1][2]"."""
    marks = "".join(f"[{n}]" for n in range(1, max(1, sources) + 1))
    more = [best.note] if best.note else []
    if best.change is not None:
        new = best.value.text == best.change.new
        other = best.change.old if new else best.change.new
        if other:
            more.append(
                f"au lieu de {other}, {best.change.avenant}" if new else f"à l'origine ; {other} depuis l'{best.change.avenant}"
            )
        else:
            more.append(best.change.avenant)
    if best.computed:
        more.append(f"calculé : {best.computed}")
    shown = re.sub(r"(?<=\d)%", " %", re.sub(r"(?<=\d)(\s?[MkK])E$", r"\1€", best.value.text))
    if best.value.kind == "date" and not re.search(r"\d.*[a-zà-ÿ]", shown):  # in letters, or "04/11/2024"
        shown = french_date(str(best.value.normalized))
    elif best.value.kind in _IN_FIGURES and not re.search(r"\d", shown):
        shown = f"{shown} ({_IN_FIGURES[best.value.kind].format(_figures(str(best.value.normalized)))})"
    return f"**{shown}**" + (f" ({' ; '.join(more)})" if more else "") + f" {marks}"


_IN_FIGURES = {"number": "{}", "amount": "{} €", "percent": "{} %"}  # what a value in words is said again in


def _figures(normalized: str) -> str:
    """ "74500.5" as "74 500,5"."""
    return f"{Decimal(normalized):,}".replace(",", " ").replace(".", ",")


def contract_citation(n: int, passage: Passage, opened: OpenContract) -> Citation:
    return Citation(
        n, "contract", passage.id, passage.label, "", opened.contract.added[:10], passage.page, passage.text, "",
        "contract", passage.path, passage.text,
    )  # fmt: skip
