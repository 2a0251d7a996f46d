"""What a director should look at before signing, or in the contract at hand: each point with its page and its words.

The rules come from the project's sheet on the CPOM. Nothing is ever said to be absent: a clause that wasn't recognised is
« non trouvée », the more so where pages were read from pictures.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from assistant.answer import french_date
from assistant.contract_life import add_months, day_of
from assistant.contract_sheet import ClauseRow, Sheet
from assistant.contract_text import AVENANT, GLOSSARY, Piece, one_line, sentences
from corpus.cards import Card, load_cards, repeal_told
from corpus.reference import CASF, ArticleRef, find_references, printed
from corpus.words import fold
from ingest.generation import Index
from ingest.history import words_of
from ingest.workspace import OpenContract

ALERT, WARN, INFO = "alerte", "attention", "info"
LONGEST = 60  # months that a contract may last (L. 313-11)
EXTENDED = 72  # with the sixth year
NEAR = 12  # months before the term from which one must move
ALIKE = 0.9  # likeness from which two objectives are one wording

_TITSS = re.compile(r"tribunal interregional de la tarification|\btitss\b|cour nationale de la tarification")
_TRIPARTITE = re.compile(r"conventions? tripartites?")
_TRIPARTITE_CONTEXT = re.compile(
    r"met(tent|tre)? (un terme|fin)|mis fin|substitu|remplac|prend la suite|succed|ancien|anterieur|precedent|laissait|etait|etaient|expir|echu|caduc|"
    r"transform|issue?s? d|datees?|signees? le|de 20[01]\d|jusqu.a la signature|terme des|terme de la"
)
_HALF = 0.5
_SHARES = {
    "totalite": 1.0,
    "integralite": 1.0,
    "deux tiers": 2 / 3,
    "trois quarts": 0.75,
    "moitie": 0.5,
    "tiers": 1 / 3,
    "quart": 0.25,
}
_SHARE = re.compile(
    r"(?:a|de|des) (?:la |l.|les |un |le )?(?P<share>totalite|integralite|deux tiers|trois quarts|moitie|tiers|quart) de (?:l.|cet )ecart"
)
_PERCENT_OF_GAP = re.compile(r"(?P<n>\d+(?:[.,]\d+)?) ?% de (?:l.|cet )ecart")
_PER_POINT = re.compile(r"(?P<n>\d+(?:[.,]\d+)?) ?% par point")
_WHOLE_GAP = re.compile(
    r"(?:abattement|minoration|reduction)[^.;]{0,60}?\b(?:egale?|correspondant) a l.ecart|a due concurrence|a proportion de l.ecart"
)
# This code's numbering: L313-11, R314-43-2, L14-10-1; four digits belong to other codes.
_OURS = re.compile(r"(?:LO|L|R|D)(?:[1-5]\d\d|14-10)(?:-\d+)*(?: (?:bis|ter|quater|[A-D]))?")


@dataclass(slots=True)
class Finding:
    """A point to look at. `severity` is "alerte" (against a text or without effect), "attention" or "info"."""

    code: str
    severity: str
    message: str
    page: int | None
    place: str
    quote: str


def check_contract(
    opened: OpenContract, sheet: Sheet, index: Index | None, today: date, others: Sequence[Sheet] = ()
) -> list[Finding]:
    """The findings on a contract, the gravest first. `others` are the sheets of the user's other contracts, whose objectives
    are compared with these; without `index` the product's own cards tell which articles are repealed."""
    found = [
        *_duration(sheet), *_term(sheet, today), *_references(sheet, index), *_judge(sheet), *_tripartite(sheet),
        *_missing(opened, sheet), *_modulation(sheet), *_abatement(sheet), *_boilerplate(sheet, others),
    ]  # fmt: skip
    order = {ALERT: 0, WARN: 1, INFO: 2}
    return sorted(found, key=lambda f: (order[f.severity], f.page or 0))


def checklist_text(findings: Sequence[Finding]) -> str:
    """The findings for people, one a paragraph."""
    if not findings:
        return "Aucun point relevé par les contrôles automatiques ; ils ne remplacent pas une relecture."
    lines = []
    for f in findings:
        where = f" ({f.place})" if f.place else f" (p. {f.page})" if f.page else ""
        lines.append(f"[{f.severity}] {f.message}{where}")
        if f.quote:
            quote = " ".join(f.quote.split())
            lines.append(f"    « {quote[:300]}{'…' if len(quote) > 300 else ''} »")
    return "\n".join(lines)


def _french(iso: str) -> str:
    day = day_of(iso)
    return day.strftime("%d/%m/%Y") if day else iso


def _at(row: ClauseRow) -> tuple[int | None, str, str]:
    return row.page, row.place, row.quote


def _duration(sheet: Sheet) -> Iterator[Finding]:
    life = sheet.life
    if life.months is None:
        return
    source = life.first_term or life.effect
    page, place, quote = (source.page, source.label, source.quote) if source else (None, "", "")
    if life.months > LONGEST:
        yield Finding(
            "duree", ALERT, f"La durée d'origine est de {life.months} mois : la loi la limite à cinq ans (L. 313-11), une sixième année"
            " n'étant possible que par prorogation.", page, place, quote,
        )  # fmt: skip
    start, end = (day_of(d.value) if d else None for d in (life.effect, life.term))
    if start and end and life.extended_by and life.term:
        if end >= add_months(start, EXTENDED):
            yield Finding(
                "duree", ALERT, f"Prorogé par l'{life.extended_by} jusqu'au {_french(life.term.value)}, le contrat dépasse six ans.",
                life.term.page, life.term.label, life.term.quote,
            )  # fmt: skip
        elif life.months <= LONGEST and end >= add_months(start, LONGEST):
            yield Finding(
                "duree", INFO, f"L'{life.extended_by} porte le terme au {_french(life.term.value)} : le contrat va jusqu'à sa sixième"
                " année, la dernière que la loi permette.", life.term.page, life.term.label, life.term.quote,
            )  # fmt: skip


def _term(sheet: Sheet, today: date) -> Iterator[Finding]:
    term = sheet.life.term
    end = day_of(term.value) if term else None
    if term is None or end is None:
        return
    extended = bool(sheet.life.extended_by)
    note = f" (prorogé par l'{sheet.life.extended_by})" if extended else ", et aucun avenant de prorogation n'a été trouvé"
    if end < today:
        yield Finding(
            "terme", ALERT, f"Le terme du contrat, {_french(term.value)}, est passé{note} : sans nouveau contrat, la tarification"
            " réglementaire de droit commun revient.", term.page, term.label, term.quote,
        )  # fmt: skip
    elif end < add_months(today, NEAR):
        yield Finding(
            "terme", WARN, f"Le contrat prend fin le {_french(term.value)}, dans moins de douze mois{note} : la prorogation ou la"
            " négociation du suivant est à engager (demande en général six mois avant le terme).", term.page, term.label, term.quote,
        )  # fmt: skip


def _references(sheet: Sheet, index: Index | None) -> Iterator[Finding]:
    """Articles of the code that are repealed, or that the texts at hand don't know; each once, where it is first cited."""
    signed = day_of(sheet.life.signed.value) if sheet.life.signed else None
    seen: set[str] = set()
    for piece in sheet.pieces:
        for ref in find_references(piece.text):
            for num in _nums(ref):
                if num in seen:
                    continue
                seen.add(num)
                status, note = status_at(num, index, signed)
                if status == "repealed":
                    message = f"L'article {printed(num)}, cité par le contrat, {repeal_told(note)}"
                    yield Finding("reference", ALERT, message, piece.page, piece.label, _sentence(piece, ref))
                elif status == "changed":
                    message = f"L'article {printed(num)}, cité par le contrat signé le {_french(signed.isoformat() if signed else '')} : {note}"
                    yield Finding("reference", INFO, message, piece.page, piece.label, _sentence(piece, ref))
                elif status == "unknown":
                    message = f"L'article {printed(num)} n'est pas dans les textes disponibles ici : à vérifier sur Légifrance."
                    yield Finding("reference", WARN, message, piece.page, piece.label, _sentence(piece, ref))


def _nums(ref: ArticleRef) -> list[str]:
    nums = [ref.num, ref.range_end_num] if ref.range_end else [ref.num]
    return [n for n in nums if ref.code == CASF and _OURS.fullmatch(n)]


def status_at(num: str, index: Index | None, signed: date | None) -> tuple[str, str]:
    """("in_force" | "changed" | "repealed" | "unknown", what is known of it) of an article of this code.

    Where the index holds versions, that of the day when the contract was signed is compared with today's: "changed" since,
    or gone. Else the statuses of the cards, at their own date, are all there is.
    """
    cards = index.cards_of(num) if index else tuple(c for c in load_cards() if c.num == num)
    article = index.article(num) if index else None
    versions = index.versions(num) if index else ()
    then = index.article(num, signed.isoformat()) if index and signed else None
    whole = [c for c in cards if not c.part] or list(cards)
    if whole and all(c.status == "repealed" for c in whole) and not (article and article.as_of > whole[0].as_of):
        return "repealed", _note(whole[0])
    if versions and article is None:
        day = french_date(versions[-1].end)
        known = "abrogé le" if versions[-1].state else "absent du texte du"
        late = signed is not None and then is None and versions[0].start < signed.isoformat()
        since = " : il n'était déjà plus en vigueur à la signature" if late else ""
        return "repealed", f"{known} {day}{since}."
    if signed and versions and versions[0].state and versions[0].start > signed.isoformat():
        return "changed", f"il n'existait pas encore : sa première version date du {french_date(versions[0].start)}."
    if then and article and words_of(then.text) != words_of(article.text):
        return (
            "changed",
            f"son texte a changé depuis (version du {french_date(then.as_of)}, puis du {french_date(article.start)}).",
        )
    if index is None or cards or article is not None:
        return "in_force", ""
    return "unknown", ""


def _note(card: Card) -> str:
    return card.note if card.note.endswith(".") or not card.note else f"{card.note}."


def _sentence(piece: Piece, ref: ArticleRef) -> str:
    return next((piece.text[a:b] for a, b in sentences(piece.text) if a <= ref.start < b), piece.text)


def _judge(sheet: Sheet) -> Iterator[Finding]:
    for piece in sheet.pieces:
        if piece.zone in (AVENANT, GLOSSARY) or not _TITSS.search(piece.folded):
            continue
        quote = next(
            (piece.text[a:b] for a, b in sentences(piece.text) if _TITSS.search(fold(one_line(piece.text[a:b])))), piece.text
        )
        by = next(
            (p for p in sheet.pieces if p.zone == AVENANT and _TITSS.search(p.folded) and "tribunal administratif" in p.folded),
            None,
        )
        if by is not None:
            yield Finding(
                "juge", INFO, "Le contrat d'origine nomme le tribunal interrégional de la tarification ; un avenant l'a remplacé par le"
                " tribunal administratif.", piece.page, piece.label, quote,
            )  # fmt: skip
        elif "tribunal administratif" in fold(one_line(quote)) and re.search(r"2025", quote):
            yield Finding(
                "juge", INFO, "Le contrat prévoit lui-même le passage au tribunal administratif au 1er janvier 2025 ; le délai de recours"
                " est désormais de deux mois.", piece.page, piece.label, quote,
            )  # fmt: skip
        else:
            yield Finding(
                "juge", ALERT, "Le contrat nomme le tribunal interrégional de la tarification sanitaire et sociale (TITSS), supprimé :"
                " depuis le 1er janvier 2025, le tribunal administratif juge ces recours, dans un délai de deux mois.",
                piece.page, piece.label, quote,
            )  # fmt: skip
        return


def _tripartite(sheet: Sheet) -> Iterator[Finding]:
    for piece in sheet.pieces:
        if piece.zone in (GLOSSARY, AVENANT):
            continue
        for start, end in sentences(piece.text):
            folded = fold(one_line(piece.text[start:end]))
            context = folded + " " + fold(" ".join(piece.headings[-1:]))
            if _TRIPARTITE.search(folded) and not _TRIPARTITE_CONTEXT.search(context):
                yield Finding(
                    "tripartite", WARN, "Le contrat renvoie à une convention tripartite sans dire qu'elle a pris fin : le CPOM l'a"
                    " remplacée pour les EHPAD depuis 2017.", piece.page, piece.label, piece.text[start:end],
                )  # fmt: skip
                return


def _missing(opened: OpenContract, sheet: Sheet) -> Iterator[Finding]:
    scanned = [page.number for page in opened.contract.pages if page.ocr]
    caution = " Une partie du texte vient d'une numérisation : relisez les pages concernées." if scanned else ""
    kinds = " et ".join(t.type.label for t in sheet.types)
    for row in sheet.clauses:
        if row.required and not row.found and row.clause.key != "objectif_activite":
            yield Finding(
                "clause", WARN, f"Clause non trouvée : « {row.clause.label} », attendue dans ce type de contrat ({kinds} ;"
                f" {row.required}).{caution}", None, "", "",
            )  # fmt: skip
    keys = {t.type.key for t in sheet.types}
    usual = [
        r.clause.label
        for r in sheet.clauses
        if not r.required and not r.found and (not r.clause.only or keys & set(r.clause.only))
    ]
    if usual:
        yield Finding("clause", INFO, f"Clauses usuelles non trouvées : {' ; '.join(usual)}.{caution}", None, "", "")


def _modulation(sheet: Sheet) -> Iterator[Finding]:
    row = sheet.clause("modulation_abattement")
    if row.found and not sheet.clause("objectif_activite").found:
        yield Finding(
            "modulation", ALERT, "Le contrat prévoit une modulation ou un abattement, mais aucun objectif d'activité n'a été trouvé :"
            " sans objectif chiffré par établissement, la clause ne peut pas s'appliquer (R. 314-43-2).", *_at(row),
        )  # fmt: skip


def _abatement(sheet: Sheet) -> Iterator[Finding]:
    kinds = {t.type.key for t in sheet.types}
    for hit in sheet.clause("modulation_abattement").hits:
        for start, end in sentences(hit.piece.text):
            text = hit.piece.text[start:end]
            share = _share_of_gap(fold(one_line(text)))
            if share is None or share <= _HALF + 1e-9:
                continue
            ours = bool(kinds & {"handicap", "ehpad"})
            basis = (
                "au-delà de la moitié de l'écart, plafond fixé par l'article R. 314-43-2"
                if ours
                else "au-delà de la moitié de l'écart, plafond que l'article R. 314-43-2 fixe aux CPOM du handicap ; à comparer pour ce type de contrat"
            )
            yield Finding(
                "abattement", ALERT if ours else WARN, f"L'abattement prévu va {basis}.", hit.piece.page, hit.piece.label, text
            )  # fmt: skip
            return


def _share_of_gap(folded: str) -> float | None:
    """The share of the gap that an abatement takes (1 for all of it), None when the sentence doesn't say."""
    if match := _PERCENT_OF_GAP.search(folded):
        return float(match["n"].replace(",", ".")) / 100
    if (match := _SHARE.search(folded)) and re.search(r"abattement|minor|modul|redui|redu[ct]", folded):
        return _SHARES[match["share"]]
    if match := _PER_POINT.search(folded):
        return float(match["n"].replace(",", "."))  # 1 % per missing point is the whole gap
    return 1.0 if _WHOLE_GAP.search(folded) else None


def _boilerplate(sheet: Sheet, others: Sequence[Sheet]) -> Iterator[Finding]:
    own = [(o, _plain(o.text)) for o in sheet.objectives if len(o.text.split()) >= 5]
    for i, (objective, text) in enumerate(own):
        twin = next((o for o, t in own[:i] if _alike(text, t)), None)
        if twin is not None:
            yield Finding(
                "objectif", WARN, f"Deux objectifs sont rédigés presque dans les mêmes mots : « {twin.text} » et « {objective.text} » ;"
                " un objectif utile se distingue par son public, sa cible ou son échéance.", objective.page, objective.place, objective.quote,
            )  # fmt: skip
        same = [s for s in others if s.id != sheet.id and any(_alike(text, _plain(o.text)) for o in s.objectives)]
        if same:
            names = ", ".join(f"« {s.title} »" for s in same[:3])
            yield Finding(
                "objectif", WARN, f"L'objectif « {objective.text} » est rédigé comme dans {names} : une formule reprise d'un contrat à"
                " l'autre risque de ne rien engager de propre à celui-ci.", objective.page, objective.place, objective.quote,
            )  # fmt: skip


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z]+", fold(text)))


def _alike(a: str, b: str) -> bool:
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    return matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE
