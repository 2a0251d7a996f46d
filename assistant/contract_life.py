"""A contract's dates: signature, effect, term (in force and original), and every dated event on one line of time."""

import calendar
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from assistant.contract_avenants import Change
from assistant.contract_text import AVENANT, GLOSSARY, VISAS, Piece, bare, one_line, sentences
from corpus.values import NUMBER_WORDS, find_values
from corpus.words import fold

_EFFECT = re.compile(
    r"prend effet|prise d.effet|entre en vigueur|entree en vigueur|a compter du|prend cours|commence(?:nt|ra)? (?:a courir )?|effets? (?:au|le|des le)|effets (?:du contrat )?remontent au|debute le|du (?=\d)"
)
_TERM = re.compile(
    r"s.acheve(?:ra)?|expire(?:ra)?|prend(?:ra)? fin|s.arrete(?:ra)?|s.eteint|arrive(?:ra)? a (?:son )?(?:terme|echeance|expiration)|jusqu.au|cesse(?:ra)?(?: (?:de produire )?(?:ses )?effets?)?(?: le)?|\bterme\b|echeance (au|le|est|du contrat)|se termine|\bpour finir|\bfinit|\bfinira|echoit|\bau (?=\d)"
)
_COUNT = r"(?P<n>" + "|".join(sorted(NUMBER_WORDS, key=len, reverse=True)) + r"|\d{1,2})(?:\s?\(\d{1,2}\))?"
_LENGTH = re.compile(
    rf"(?:pour|sur|duree\s*(?:du (?:present )?contrat)?\s*(?:de|est de|:|est fixee a)|dure)\s+(?:une\s+(?:duree|periode)\s+(?:maximale\s+)?de\s+)?{_COUNT}\s+(?P<unit>ans?|annees?|exercices?|mois)\b"
)
_LIVES = re.compile(
    r"\b(?:contrat|cpom|(?<!une )convention)\b[^.;]{0,80}\b(?:prend(?:ra)? (?:effet|fin)|cesse(?:ra)?|s.arrete|entre(?:ra)? en vigueur|s.acheve|expire|est (?:conclue?|souscrite?|signee? pour|passee?)|arrive a|court|vaut|vient a|couvre|remontent|dure(?:ra)?|se termine|porte sur la periode|produi(?:t|ra)|s.applique (?:du|pour la|a compter))\b"
)
_IT_LIVES = re.compile(
    r"\bil (?:prend(?:ra)? (?:effet|fin)|entre(?:ra)? en vigueur|cesse(?:ra)?|expire(?:ra)?|arrive a|s.acheve(?:ra)?|se termine(?:ra)?|a une duree|dure|court"
    r"|est (?:conclu|passe|souscrit|signe|etabli) pour)\b"
)
_PERIOD = re.compile(r"(?:periode|contrat|cpom|conclu|duree|courent|court|engagements?)\b[^.;]{0,60}?\bdu (?=\d)")
_BEFORE_TERM = re.compile(
    rf"{_COUNT}\s+mois\s+(?:au moins\s+)?avant\s+(?:le terme|l.echeance|l.expiration|la fin|son terme|son echeance)(?P<of>\s+(?:de|du|des)\s+(?:l.)?\w+)?"
)
_CITED_TEXT = re.compile(
    r"\b(arretes?|decrets?|lois?|ordonnance|instruction|circulaire|convention collective|deliberation|decision|decrete|habilitee? par|date d.autorisation)\b[^.;:]{0,70}$"
)
_SUBJECT = re.compile(r"obligation|objet|action|contenu|document|piece|operation|mesure|engagement|nom$")
_LABEL = re.compile(r"(pilote|responsable|echeance|aboutissement|date limite|constat|actions?|indicateurs?|moyens|preuves)\b")
_MARKS, _BESIDE = 3, 6  # the first pages; letters between a label's colon and its date ("le ")
_YEARS_BEFORE = 15  # what is older than this before the effect is history, not a date of the contract
_NOT_OURS = re.compile(r"autorisation|siege|avenant|resili|convention tripartite|mandat")


@dataclass(frozen=True, slots=True)
class Dated:
    """A date with its source. `computed` says that it was worked out (a duration, so many months before the term)."""

    value: str
    text: str
    page: int
    label: str
    quote: str
    computed: bool = False


@dataclass(slots=True)
class Life:
    """When the contract was signed, takes effect and ends. `term` is the one in force, `first_term` the original;
    `months` is the original length in months (None when unknown)."""

    signed: Dated | None = None
    effect: Dated | None = None
    term: Dated | None = None
    first_term: Dated | None = None
    months: int | None = None
    extended_by: str = ""


@dataclass(slots=True)
class Event:
    """A point of the line of time. `when` is ISO ("2026-09-30", "2026-09", "--04-30" for each year's 30 April);
    `replaced` tells which avenant moved the date away, `computed` that the date was worked out."""

    when: str
    text: str
    what: str
    page: int
    label: str
    quote: str
    computed: bool = False
    replaced: str = ""
    since: str = field(default="")


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months later (earlier when negative), the month's last where it has no such day.

    So are delays in months reckoned (Code de procédure civile, art. 641).
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def day_of(iso: str) -> date | None:
    """A full ISO date, None for a month or a yearly date."""
    return date.fromisoformat(iso) if re.fullmatch(r"\d{4}-\d\d-\d\d", iso) else None


def read_life(pieces: Sequence[Piece], about_term: Sequence[Piece], changes: Sequence[Change]) -> Life:
    """The contract's life; `about_term` are the pieces that hold its duration clause, best first."""
    signatures = list(_signatures(pieces))
    life = Life(signed=signatures[0] if signatures else None)
    clause = [s for piece in about_term[:3] for s in _spoken(piece)]
    length: tuple[int, Dated] | None = None
    elsewhere = [s for piece in _periods(pieces) for s in _spoken(piece)]
    for n, (piece, text) in enumerate([*clause, *elsewhere]):
        if n == len(clause):  # no clause says it: the contract's own marks do, before a sentence from anywhere
            life.effect = life.effect or _labelled(pieces, _BEGINS)
            life.first_term = life.first_term or _labelled(pieces, _FINISHES)
        folded = fold(one_line(text))
        if _NOT_OURS.search(folded) and not re.search(r"\b(contrat|cpom)\b", folded):
            continue
        life.effect = life.effect or _dated_after(piece, text, _EFFECT) or _after_signing(piece, text, life.signed)
        started = life.effect.value if life.effect else ""
        life.first_term = life.first_term or _dated_after(piece, text, _TERM, started)
        if length is None and (match := _LENGTH.search(folded)):
            count = int(match["n"]) if match["n"].isdigit() else NUMBER_WORDS[match["n"]]
            length = (count if match["unit"] == "mois" else 12 * count), Dated("", match[0], piece.page, piece.label, text)
    life.signed = life.signed or _labelled(pieces, _SIGNED)
    life.effect = life.effect or _labelled(pieces, _BEGINS)
    life.first_term = life.first_term or _labelled(pieces, _FINISHES)
    start = day_of(life.effect.value) if life.effect else None
    if start and signatures:  # "il succède au contrat signé le …": another one's
        life.signed = next((d for d in signatures if abs((date.fromisoformat(d.value) - start).days) < 600), life.signed)
    if life.first_term is None and start and length:
        end = add_months(start, length[0]) - timedelta(days=1)
        source = length[1]
        life.first_term = Dated(end.isoformat(), f"{_french(end)} (calculé)", source.page, source.label, source.quote, True)
    end_day = day_of(life.first_term.value) if life.first_term else None
    if start and end_day:
        life.months = round((end_day + timedelta(days=1) - start).days / 30.4375)
    elif length:
        life.months = length[0]
    life.term = life.first_term
    for change in changes:
        if life.term and change.kind == "date" and change.old_normalized == life.term.value:
            life.term = Dated(change.new_normalized, change.new, change.page, change.label, change.quote)
            life.extended_by = change.avenant
    if life.term is life.first_term and end_day:
        life.term, life.extended_by = _extension(pieces, end_day) or (life.term, "")
    return life


_SIGNED = re.compile(r"(?:date de )?signature(?: du (?:contrat|cpom))?|(?:contrat )?signe le")
_BEGINS = re.compile(
    r"(?:date (?:de |d'))?(?:debut|application|effet|prise d'effet|date d'effet|entree en vigueur)(?: du (?:contrat|cpom))?"
)
_FINISHES = re.compile(r"(?:date (?:de |d'))?(?:fin|terme|echeance|expiration)(?: du (?:contrat|cpom))?")


def _labelled(pieces: Sequence[Piece], label: re.Pattern[str]) -> Dated | None:
    """ "Début | 1er janvier 2025", "Terme : 31 décembre 2029": the day beside a label, in a table or a list of the contract's own
    marks on its first pages."""
    for piece in pieces:
        if piece.zone == AVENANT or piece.page > _MARKS:
            continue
        told = [(piece.cells[0][1], piece.cells[1][1])] if len(piece.cells) == 2 else []
        said_there = re.split(r"\n|(?<=\d{4})[.;,]\s|\s[–—|]\s", piece.text) if not piece.cells else []  # "Signature : … Fin : …"
        told += [(a, b) for said in said_there for a, mark, b in [said.partition(":")] if mark]
        for name, said in told:
            dates = [v for v in find_values(one_line(said)[:40], "date") if day_of(v.normalized)]
            if dates and dates[0].start <= _BESIDE and label.fullmatch(fold(name).strip(" :\t■▪•-–—*·")):
                return Dated(dates[0].normalized, dates[0].text, piece.page, piece.label, piece.text)
    return None


def _french(day: date) -> str:
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


def _spoken(piece: Piece) -> list[tuple[Piece, str]]:
    return [(piece, piece.text[a:b]) for a, b in sentences(piece.text)]


def _periods(pieces: Sequence[Piece]) -> list[Piece]:
    """Pieces that give the period in one breath ("Période du … au …"), the cover above all; then those that say, under whatever
    heading, when the contract starts or ends; then those where it is "il", on the first pages."""
    ours = [p for p in pieces if p.zone not in (AVENANT, VISAS, GLOSSARY)]
    first = [p for p in ours if p.page <= _MARKS]
    return [
        *(p for p in first if _PERIOD.search(p.folded)),
        *(p for p in ours if _LIVES.search(p.folded)),
        *(p for p in first if _IT_LIVES.search(p.folded)),
    ]


def _dated_after(piece: Piece, text: str, words: re.Pattern[str], but: str = "") -> Dated | None:
    """The first full date right after one of these words, other than `but`."""
    line = one_line(text)
    folded = fold(line)
    if len(folded) != len(line):  # a ligature opened: offsets would drift
        line = folded
    for match in words.finditer(folded):
        if match[0] == "au " and not re.search(r"\bdu \d|\bperiode\b|\bdepuis\b", folded[: match.start()]):
            continue  # "transformées au 1er septembre 2027": no end but of "du … au …"
        for value in find_values(line, "date"):
            if match[0] == "du " and not re.match(r"\s*(?:\(?inclus\)?,? )?(?:jusqu.)?au\b", folded[value.end :]):
                continue  # "prolongé par l'avenant du 18 décembre 2023": no beginning but of "du … au …"
            if 0 <= value.start - match.end() <= 25 and day_of(value.normalized) and value.normalized != but:
                return Dated(value.normalized, value.text, piece.page, piece.label, text)
    return None


_SIGNING = re.compile(
    r"(?:effet|vigueur|cours)[^.;]{0,30}\s(?P<day>\d{1,2}|1er|premier) (?P<month>[a-z]+) (?:prochain )?(?:qui suit|suivant) (?:[ls]a )?(?:date de )?signature"
)


def _after_signing(piece: Piece, text: str, signed: Dated | None) -> Dated | None:
    """ "Il prend effet le 1er janvier suivant sa signature": the day that this makes."""
    match = _SIGNING.search(fold(one_line(text)))
    day = day_of(signed.value) if signed else None
    yearly = find_values(f"{match['day']} {match['month']}", "date") if match else []
    if day is None or not yearly or not (found := re.fullmatch(r"--(\d\d)-(\d\d)", yearly[0].normalized)):
        return None
    year = day.year if (day.month, day.day) < (int(found[1]), int(found[2])) else day.year + 1
    start = date(year, int(found[1]), int(found[2]))
    return Dated(start.isoformat(), f"{_french(start)} (calculé)", piece.page, piece.label, text, True)


def _signatures(pieces: Sequence[Piece]) -> Iterator[Dated]:
    """The days on which it may have been signed, the likeliest first."""
    places = [p for p in pieces if p.zone != AVENANT]
    for pattern in (
        r"\bfait (a|en)\b[^.]{0,80}?\ble ",
        r"^(?:le present contrat est )?(?:etabli|dresse|passe) a [^.;\d]{3,60}?\ble ",
        r"\bsigne(e)?\b( a [^.;]{0,50}?)? le ",
        r"^a [^.;:\d]{3,40}, le ",
    ):
        for piece in places if "signe" in pattern else reversed(places):
            for _, text in _spoken(piece):
                line = one_line(text)
                match = re.search(pattern, fold(line))
                if match and "avenant" not in fold(line)[max(0, match.start() - 40) : match.start()]:
                    dates = [v for v in find_values(line, "date") if abs(v.start - match.end()) <= 3]
                    if dates and day_of(dates[0].normalized):
                        yield Dated(dates[0].normalized, dates[0].text, piece.page, piece.label, text)


def _extension(pieces: Sequence[Piece], end: date) -> tuple[Dated, str] | None:
    """ "Le contrat est prorogé d'un an", said by an avenant without the dates."""
    for piece in pieces:
        if piece.zone != AVENANT:
            continue
        match = re.search(
            rf"(?:contrat|cpom) est pro(?:roge|longe)e? (?:d.|de |pour (?:une duree de )?){_COUNT} (an|mois)", piece.folded
        )
        if match:
            count = int(match["n"]) if match["n"].isdigit() else NUMBER_WORDS[match["n"]]
            day = add_months(end, count * (1 if match[2] == "mois" else 12))
            name = re.search(r"n° ?(\d+)", fold(piece.headings[0]))
            source = Dated(day.isoformat(), f"{_french(day)} (calculé)", piece.page, piece.label, piece.text, True)
            return source, f"avenant n° {name[1]}" if name else "avenant"
    return None


def read_timeline(pieces: Sequence[Piece], life: Life, changes: Sequence[Change]) -> list[Event]:
    """Every dated event, oldest first, then what comes back each year; dates of the texts cited are left out."""
    events: list[Event] = []
    for what, dated in (("Signature du contrat", life.signed), ("Prise d'effet du contrat", life.effect)):
        if dated:
            events.append(Event(dated.value, dated.text, what, dated.page, dated.label, dated.quote, dated.computed))
    if life.first_term and life.term and life.first_term is not life.term:
        old = life.first_term
        events.append(
            Event(old.value, old.text, "Terme d'origine du contrat", old.page, old.label, old.quote, replaced=life.extended_by)
        )
    if life.term:
        term = life.term
        events.append(Event(term.value, term.text, "Terme du contrat", term.page, term.label, term.quote, term.computed))
    known = {e.when for e in events}
    moved = [c for c in changes if c.kind == "date"]
    dates = {d for c in moved for d in (c.old_normalized, c.new_normalized)}
    for piece in pieces:
        if piece.zone in (VISAS, GLOSSARY) or (piece.zone == AVENANT and re.match(r"(vu|entre|considerant)\b", piece.folded)):
            continue
        found = _row_events(piece) if piece.is_row else _prose_events(piece)
        found = [
            e for e in found if not (e.when in known and re.search(r"terme|fait a|signe|duree|periode|\bcontrat\b", fold(e.what)))
        ]
        events += [e for e in found if piece.zone != AVENANT or e.when not in dates]
        events += _before_term(piece, life)
    for change in moved:
        for event in events:
            # Two rows of one table may hold one date: the event must come from the row that the avenant changes.
            if change.target and event.when == change.old_normalized and event.quote in change.target.text:
                event.replaced = f"{change.avenant} : {change.new}"
        if change.new_normalized not in known:
            events.append(Event(change.new_normalized, change.new, change.about[:160], change.page, change.label, change.quote, since=change.avenant))  # fmt: skip
    oldest = str(int(life.effect.value[:4]) - _YEARS_BEFORE) if life.effect else ""
    events = [e for e in events if e.when.startswith("--") or e.when >= oldest]
    return sorted(_unique(events), key=lambda e: (e.when.startswith("--"), e.when, e.page))


def _unique(events: list[Event]) -> list[Event]:
    seen: dict[tuple[str, str], Event] = {}
    for event in events:
        seen.setdefault((event.when, fold(event.what)), event)
    return list(seen.values())


def _row_events(piece: Piece) -> list[Event]:
    texts = [(fold(head), cell) for head, cell in piece.cells if not find_values(cell, "date")]
    named = [cell for head, cell in texts if _SUBJECT.search(head)]
    name = next((t for t in (*named, *(t for _, t in texts)) if len(re.findall(r"[^\W\d]", t)) >= 3), "")
    if not name or _LABEL.match(fold(name)):  # a row of an action sheet: `read_sheets` tells what its date is for
        return []
    events = []
    for head, cell in piece.cells:
        if len(cell) > 90:
            continue
        head = one_line(head)
        what = name if re.search(r"\d", head) else " — ".join(x for x in (name, head) if x)
        for value in find_values(cell, "date"):
            yearly = value.normalized.startswith("--")
            if (yearly and piece.has_years) or _CITED_TEXT.search(fold(cell[: value.start])):
                continue
            events.append(
                Event(value.normalized, cell if yearly else value.text, what[:160], piece.page, piece.label, piece.text)
            )
    return events


def _prose_events(piece: Piece) -> list[Event]:
    events = []
    for start, end in sentences(piece.text):
        raw = piece.text[start:end]
        line = one_line(raw)
        values = find_values(line, "date")
        for value in values:
            before = fold(line[: value.start])
            if _CITED_TEXT.search(before) or line[value.end :].lstrip().startswith("suivant"):
                continue
            what = bare(_part(line, value.start, value.end))
            events.append(Event(value.normalized, value.text, what[:160], piece.page, piece.label, raw))
    return events


def _part(line: str, start: int, end: int) -> str:
    """The stretch between semicolons that holds a date, with the sentence's beginning when the stretch is too short."""
    cuts = [0, *(m.end() for m in re.finditer(r"\s;\s|\.\s(?=[A-ZÀ-Ý])", line)), len(line)]
    for a, b in pairwise(cuts):
        if a <= start < b:
            part = line[a:b].strip(" ;.")
            return part if len(part) > 25 else line[:160]
    return line


def _before_term(piece: Piece, life: Life) -> list[Event]:
    """ "Six mois avant le terme": the date that this makes."""
    end = day_of(life.term.value) if life.term else None
    if end is None or piece.is_row:
        return []
    events = []
    for start, stop in sentences(piece.text):
        line = one_line(piece.text[start:stop])
        for match in _BEFORE_TERM.finditer(fold(line)):
            if match["of"] and not re.search(r"contrat|cpom|convention", match["of"]):
                continue
            count = int(match["n"]) if match["n"].isdigit() else NUMBER_WORDS[match["n"]]
            day = add_months(end, -count)
            events.append(
                Event(day.isoformat(), match[0], bare(line)[:160], piece.page, piece.label, piece.text[start:stop], computed=True)
            )
    return events
