"""Who must do what by when: the obligations of a contract, from its tables and its sentences.

A sentence counts when a party (or one of its establishments) is its subject and a delay or a date stands in it; what a
party merely may do is left out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.contract_text import AVENANT, DIAGNOSTIC, GLOSSARY, PREAMBLE, VISAS, Piece, bare, one_line, sentences
from corpus.values import MONTHS, NUMBER_WORDS, find_values
from corpus.words import fold

MANAGER, ARS, DEPARTMENT, STATE, AUTHORITIES, ALL = (
    "Gestionnaire", "ARS", "Département", "État", "Autorités de tarification", "Toutes les parties",
)  # fmt: skip

_SUBJECTS: tuple[tuple[str, str], ...] = (
    (ALL, r"(?:les (?:trois |deux |quatre )?(?:parties|signataires)|chaque (?:partie|signataire)|la partie qui [^,.;]{3,40}|celui qui [^,.;]{3,30})"),
    (ARS, r"(?:l.ars\b|l.agence(?: regionale de sante)?\b|(?:le|la) direct(?:eur|rice) general\w* de l.(?:ars|agence)\w*)"),
    (DEPARTMENT, r"(?:le departement\b|la? presidente? du conseil departemental|le president du conseil departemental|le conseil departemental|les services du departement)"),
    (STATE, r"(?:l.etat\b|l[ae] prefete?\b(?: de region)?|la dreets\b|la ddets\b|les services de l.etat)"),
    (AUTHORITIES, r"(?:les (?:deux )?autorites(?: de tarification| competentes)?\b)"),
    (
        MANAGER,
        r"(?:(?:le |la |l.|les |chaque |un |une )(?:organisme )?(?:gestionnaire|association|fondation|mutuelle|societe|groupement|"
        r"etablissements?|structures?|residences?|services?|direct(?:eur|rice)(?: general\w*)?|conseil d.administration|"
        r"ehpad|ime|itep|sessad|esat|mas|fam|eam|savs|samsah|ssiad|saad|chrs|foyer(?: de vie| d.hebergement)?|mecs|camsp|cmpp)\b"
        r"|le conseil de la vie sociale|(?:toute |tout |un |une |les |des )(?:reclamations?|plaintes?|evenements?|faits?|incidents?)\b|les rapports? d.evaluation|le rapport d.evaluation)",
    ),
)  # fmt: skip
_LEAD = r"^(?:(?:dans|a|au|en|avant|apres|pour|sous|tous|toutes|chaque|des|si|lorsque|lorsqu.|a defaut|enfin|il en va)\b[^.;]{0,110}?,\s)?"
_SUBJECT = re.compile(_LEAD + "(?:" + "|".join(f"(?P<p{i}>{pattern})" for i, (_, pattern) in enumerate(_SUBJECTS)) + ")")
_MAY = re.compile(
    r"^.{0,50}?\b(peut|peuvent|pourra|pourront|n.est pas|ne sont pas|dispose de|disposent de|est (?:habilite|autorise|ne))\b"
)
_OPENS = re.compile(r"(s.engage(nt)?( a)?|doi(t|vent)|devr(a|ont)|est charge de|a pour obligation( de)?)\s*:$")
_PAST = re.compile(r"^.{0,25}?\b(?:a|ont|avait|avaient|était|étaient)\s")

_MONTH = "|".join(sorted(map(re.escape, MONTHS), key=len, reverse=True))
_N = "(?:" + "|".join(sorted(NUMBER_WORDS, key=len, reverse=True)) + r"|\d{1,3})(?:\s\(\d+\))?"
_UNIT = r"(?:heures?|jours?(?: ouvr[ée]s| ouvrables| francs)?|semaines?|mois|ans?|trimestres?|exercices?)"
_DAY = rf"(?:le\s)?(?:1er|\d{{1,2}})\s(?:{_MONTH})\b\.?(?:\s(?:20\d\d|N(?:\s?[+-]\s?\d)?\b))?(?:\sde (?:chaque année|l['’]année suivante))?"
_NUMERIC = r"\d{1,2}/\d{1,2}/20\d\d"
_DEADLINE = re.compile(
    rf"(?:au plus tard|avant|d['’]ici(?: au| à)?)\s(?:la fin (?:de l['’]année|de|du)?\s?(?:20\d\d)?|fin 20\d\d|l['’]année 20\d\d|(?:le\s)?(?:{_NUMERIC})|{_DAY}|(?:{_MONTH})\s20\d\d)"
    rf"|(?:{_DAY}|(?:le\s)?{_NUMERIC})\sau plus tard"
    rf"|(?:sous|dans (?:les|un délai de|le délai de)|dans)\s{_N}\s{_UNIT}(?:\s(?:suivant|qui suivent|à compter|après|de (?:la|sa|leur|l['’]))[^,.;]{{0,60}})?"
    rf"|dans le mois(?:\s(?:qui suit|de)[^,.;]{{0,50}})?|sans délai"
    rf"|{_N}\s{_UNIT}\s(?:au moins\s)?(?:avant|à l['’]avance)(?:\s[^,.;]{{0,50}})?"
    rf"|chaque (?:année|trimestre|mois|semestre|printemps|automne)|{_N}\sfois par (?:an|mois|trimestre)|tous les {_N}\s(?:ans|mois)"
    rf"|le (?:\d{{1,2}}|{_N}) de chaque mois|\ben 20\d\d\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Duty:
    """An obligation. `party` is one of the parties above, `who` the words of the contract; `deadline` is as written, `when`
    its date (ISO, "--MM-DD" for every year) or ""; `to` is who receives; `note` is what an avenant says of it."""

    party: str
    who: str
    what: str
    deadline: str
    when: str
    to: str
    page: int
    place: str
    quote: str
    note: str = ""


def read_duties(pieces: Sequence[Piece]) -> list[Duty]:
    """The obligations with a deadline, in the order of the contract; those of an avenant come with its name in `note`."""
    duties: list[Duty] = []
    for piece in pieces:
        if piece.zone in (VISAS, GLOSSARY, DIAGNOSTIC, PREAMBLE):
            continue
        duties += _from_row(piece) if piece.is_row else _from_prose(piece)
    return duties


def party_of(text: str) -> str:
    """Which party a cell or a subject names, "" when none."""
    folded = fold(text)
    both = re.search(r"\bars\b|agence", folded) and re.search(r"departement", folded)
    if both or "autorites" in folded:
        return AUTHORITIES
    for party, pattern in (
        (ARS, r"\bars\b|agence regionale|l.agence"),
        (DEPARTMENT, r"departement|conseil departemental"),
        (STATE, r"\betat\b|prefet|dreets|ddets|dihal"),
        (MANAGER, r"gestionnaire|association|fondation|etablissement|organisme|direct(eur|rice)|mutuelle"),
        (ALL, r"parties|signataires"),
    ):
        if re.search(pattern, folded):
            return party
    return ""


def _from_row(piece: Piece) -> Iterator[Duty]:
    cells = [(fold(head), one_line(cell)) for head, cell in piece.cells]
    deadline = next((c for h, c in cells if re.search(r"delai|date limite|plus tard|echeance|date d.envoi", h)), "")
    if not deadline or piece.zone == AVENANT:
        return
    who = next((c for h, c in cells if re.fullmatch(r"parties?|qui|debiteur|acteur", h)), "")
    what = next((c for h, c in cells if re.search(r"obligation|engagement|document|piece|envoi\b", h) and c != deadline), "")
    to = next((c for h, c in cells if re.search(r"destinataire|a qui|transmis", h)), "")
    if who and what and party_of(who):
        yield Duty(party_of(who), who, what, deadline, _when(deadline), to, piece.page, piece.label, piece.text)
    elif what and not who and any(re.search(r"document|piece", h) for h, _ in cells):
        yield Duty(MANAGER, "", f"Transmettre : {what}", deadline, _when(deadline), to, piece.page, piece.label, piece.text)


def _when(text: str) -> str:
    dates = find_values(text, "date")
    return dates[-1].normalized if dates else ""


def _from_prose(piece: Piece) -> Iterator[Duty]:
    opening = ""  # "L'association s'engage à :" is said once for the list that follows
    for start, end in sentences(piece.text):
        raw = piece.text[start:end]
        bullet = bool(re.match(r"[–•-]\s", raw))
        for part in re.split(r"\s;\s", bare(raw)):
            line = f"{opening} {part.strip(' .;')}" if bullet and opening else part.strip(" .;")
            if not bullet:
                opening = line.rstrip(" :") if _OPENS.search(fold(line)) else ""
            folded = fold(line)
            subject = _SUBJECT.match(folded)
            if subject is None or _MAY.match(folded[subject.end() :]) or _PAST.match(line[subject.end() :]):
                continue
            name = next(k for k, v in subject.groupdict().items() if v)
            found = _deadlines(line)
            if not found:
                continue
            who = line[subject.start(name) : subject.end(name)] if len(folded) == len(line) else subject[name]
            deadline = min(found, key=lambda d: (not find_values(d, "date"), line.index(d)))
            note = piece.headings[0] if piece.zone == AVENANT else ""
            yield Duty(
                _SUBJECTS[int(name[1:])][0], who, line, deadline, _when(deadline), "", piece.page, piece.label, raw, note
            )  # fmt: skip


def _deadlines(line: str) -> list[str]:
    found = []
    for match in _DEADLINE.finditer(line):
        before = fold(line[: match.start()])[-40:]
        if re.search(r"(arrete|decision|deliberation|autorisation|presente|valable)\b[^.;]{0,20}$", before):
            continue
        found.append(match[0].strip())
    return found
