"""A check in plain French: as text, gravest first, and as a DOCX of the text with its remarks in the margin."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from assistant.answer import french_date
from assistant.check import Check, Claim, Quote, Reference
from assistant.check_claims import PLACE
from corpus.cards import repeal_told
from corpus.errors import CasfError
from corpus.reference import CASF, printed

WRONG, DOUBT, FINE = "À corriger", "À vérifier", "Rien à signaler"
SHORT = 160
DIFFERENCES = 6
SURE, SURE_NOT = 0.5, 0.2  # scores from which another article plainly says it, and under which the named one plainly doesn't


@dataclass(frozen=True, slots=True)
class Remark:
    """One finding: how grave, of which kind, what it bears on, what is said, and where (offsets; `end` 0 when it has none)."""

    gravity: str
    kind: str
    subject: str
    text: str
    start: int
    end: int


def remarks(check: Check) -> list[Remark]:
    """Every finding of a check, gravest first, then in the order of the text."""
    found = [*map(_of_reference, check.references), *map(_of_quote, check.quotes), *map(_of_claim, check.claims)]
    return sorted(found, key=lambda r: ([WRONG, DOUBT, FINE].index(r.gravity), r.start))


def _of_reference(ref: Reference) -> Remark:
    name = printed(ref.num) + (f" à {printed(ref.range_end)}" if ref.range_end else "")
    end = ref.offset + len(ref.text)
    noted = ref.homonym in ref.note or printed(ref.homonym) in ref.note  # the card's note may warn of it already
    also = f" Ne pas confondre avec {printed(ref.homonym)}, qui existe." if ref.homonym and not noted else ""
    if ref.code != CASF and ref.status == "unknown" and not ref.source:
        return Remark(FINE, "Références", f"{name} ({ref.code})", "Article d'un autre code : non vérifié ici.", ref.offset, end)
    if ref.status == "repealed":
        return Remark(WRONG, "Références", name, f"Cet article {repeal_told(ref.note)}{also}", ref.offset, end)
    if ref.status == "unknown" and ref.source != "card":
        told = ref.note or "Aucun article de ce numéro dans les textes disponibles ici : numéro faux, ou article plus récent."
        gravity = DOUBT if ref.note else WRONG
        return Remark(gravity, "Références", name, f"{told}{also}", ref.offset, end)
    if ref.status == "unknown":
        told = f"{ref.note} Fiche : « {ref.title} » ({french_date(ref.as_of)})."
        return Remark(DOUBT, "Références", name, f"{told}{also}", ref.offset, end)
    dated = f"{'texte' if ref.source == 'law' else 'fiche'} du {french_date(ref.as_of)}"
    told = (f"« {ref.title} », " if ref.title else "") + f"{dated}." + (f" {ref.note}" if ref.note else "")
    return Remark(FINE, "Références", name, told, ref.offset, end)


def _of_quote(quote: Quote) -> Remark:
    name, end = printed(quote.num), quote.end
    subject = f"« {_short(quote.text)} »"
    if quote.status == "verbatim":
        return Remark(FINE, "Citations", subject, f"Mot pour mot dans {name}.", quote.offset, end)
    if quote.status == "altered":
        told = "; ".join(_difference(d.quoted, d.article) for d in quote.differences[:DIFFERENCES])
        more = " ; …" if len(quote.differences) > DIFFERENCES else ""
        told = f"Le texte de {name} est différent : {told.replace('; ', ' ; ')}{more}."
        return Remark(WRONG, "Citations", subject, told, quote.offset, end)
    best = quote.best_match
    if not quote.checked:
        told = f"Le texte de {name} n'est pas ici : cette citation n'a pas pu être comparée."
        gravity = DOUBT
    else:
        told = f"Cette phrase n'est pas dans {name}."
        gravity = WRONG if quote.attributed else DOUBT
    if best and best["score"] == 1:
        told += f" Elle est mot pour mot dans {printed(best['num'])}."
        gravity = WRONG
    elif best:
        told += f" Ce qui s'en approche le plus, dans {printed(best['num'])} : « {_short(best['text'])} »."
    return Remark(gravity, "Citations", subject, told, quote.offset, end)


def _difference(quoted: str, article: str) -> str:
    if not article:
        return f"« {quoted} » ajouté"
    if not quoted:
        return f"« {_short(article, 60)} » omis"
    return f"« {quoted} » au lieu de « {_short(article, 60)} »"


def _of_claim(claim: Claim) -> Remark:
    name, subject = printed(claim.num), f"{printed(claim.num)} : « {_short(claim.text)} »"
    if claim.status == "supported":
        return Remark(FINE, "Affirmations", subject, f"Concorde avec {name}.", claim.offset, claim.end)
    places = [f"{printed(b['num'])} (« {b['title']} »)" for b in claim.better if b["score"] >= PLACE]
    hints = [printed(b["num"]) for b in claim.better if b["score"] < PLACE]
    if claim.reason == "figure":
        told = f"Le chiffre « {claim.figure} » n'est pas celui de {name}."
        return Remark(DOUBT, "Affirmations", subject, told, claim.offset, claim.end)
    absent = claim.reason == "unknown"
    told = f"{name} n'est pas dans les textes disponibles ici." if absent else f"{name} ne semble pas le dire."
    if places:
        told += f" Voir plutôt {_listed(places)}."
    elif hints:
        told += f" Aucun article ne le dit nettement ; pistes : {_listed(hints[:3])}."
    # A reading by likeness can be wrong: only a plainly better place makes it more than a doubt.
    sure = claim.score < SURE_NOT and any(b["score"] >= SURE for b in claim.better)
    return Remark(WRONG if sure else DOUBT, "Affirmations", subject, told, claim.offset, claim.end)


def _listed(names: list[str]) -> str:
    return " ou ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def _short(text: str, size: int = SHORT) -> str:
    text = " ".join(text.split()).strip('«»“”" ')
    return text if len(text) <= size else text[:size].rsplit(None, 1)[0] + " …"


def report_text(check: Check) -> str:
    """The findings by gravity and kind; the same article said the same of twice is said once, with how often."""
    lines: list[str] = []
    found = remarks(check)
    counts = {gravity: sum(r.gravity == gravity for r in found) for gravity in (WRONG, DOUBT, FINE)}
    lines.append(_summary(check, counts))
    for gravity in (WRONG, DOUBT, FINE):
        mine = [r for r in found if r.gravity == gravity]
        if not mine:
            continue
        lines += ["", gravity.upper()]
        for kind in ("Références", "Citations", "Affirmations"):
            told: dict[tuple[str, str], int] = {}
            for remark in mine:
                if remark.kind == kind:
                    told[remark.subject, remark.text] = told.get((remark.subject, remark.text), 0) + 1
            if told:
                lines.append(f"  {kind}")
                lines += [f"   • {subject}{f' (× {n})' if n > 1 else ''} — {text}" for (subject, text), n in told.items()]
    return "\n".join([*lines, "", *check.warnings])


def _summary(check: Check, counts: dict[str, int]) -> str:
    parts = [(len(check.references), "référence"), (len(check.quotes), "citation"), (len(check.claims), "affirmation")]
    told = ", ".join(f"{n} {name}{'s' if n > 1 else ''}" for n, name in parts)
    return f"{told} : {counts[WRONG]} à corriger, {counts[DOUBT]} à vérifier."


# --- DOCX ------------------------------------------------------------------------------------------------------------

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # what XML can't hold


def write_report(check: Check, text: str, path: Path) -> None:
    """The text with a comment at each finding to correct or verify, after a summary. Raises `CasfError` when it can't be written."""
    if path.suffix.lower() != ".docx":
        raise CasfError(f"Le rapport s'écrit en DOCX : « {path.name} » doit finir par .docx.")
    from docx import Document

    document = Document()
    found = [r for r in remarks(check) if r.gravity != FINE]
    document.add_heading("Vérification d'un texte", level=1)
    document.add_paragraph(_FORBIDDEN.sub("", report_text(Check(check.references, check.quotes, check.claims)).split("\n")[0]))
    for warning in check.warnings:
        document.add_paragraph(warning)
    document.add_heading("Le texte et ses remarques", level=2)
    runs: list[tuple[int, int, object]] = []
    edges = sorted({edge for r in found for edge in (r.start, max(r.start + 1, r.end))})
    for start, end in _paragraphs(text):
        paragraph = document.add_paragraph()
        cuts = [start, *(edge for edge in edges if start < edge < end), end]
        for a, b in pairwise(cuts):
            runs.append((a, b, paragraph.add_run(_FORBIDDEN.sub("", " ".join(text[a:b].split("\n"))))))
    for remark in sorted(found, key=lambda r: r.start):
        inside = [run for a, b, run in runs if a < max(remark.end, remark.start + 1) and remark.start < b]
        if inside:
            note = _FORBIDDEN.sub("", f"{remark.gravity}. {remark.text}")
            document.add_comment(inside, text=note, author="Assistant CASF", initials="CASF")  # type: ignore[arg-type]
    document.add_heading("Relevé", level=2)
    for line in report_text(check).split("\n")[1:]:
        document.add_paragraph(_FORBIDDEN.sub("", line))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        document.save(str(path))
    except OSError as error:
        raise CasfError(f"Impossible d'écrire « {path} » ({error.strerror}).") from None


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    for match in re.finditer(r"[^\n]+", text):
        if match[0].strip():
            yield match.span()
