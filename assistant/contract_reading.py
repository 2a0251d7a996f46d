"""A contract prepared for questions: its sentences and table rows as units, with what stands around each.

A reading is made once for an open contract (about a second for thirty pages) and dropped with it.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import islice, pairwise
from weakref import WeakKeyDictionary

from assistant.contract_avenants import Change
from assistant.contract_life import add_months, day_of
from assistant.contract_sheet import Sheet, make_sheet
from assistant.contract_targets import read_sheets
from assistant.contract_text import AVENANT, CALL, GLOSSARY, Piece, bare, labelled, one_line, sentences
from corpus.values import Value, find_values
from corpus.words import fold, stem
from ingest.lexical import LexicalIndex
from ingest.workspace import OpenContract

_BARE_NUMBER = re.compile(r"[-+−–≤≥<> ]*\d[\d\s.,/]*\s?(?:%|€|k€|M€)?|[–-]")


_NAMED_PLACE = re.compile(
    r"(?P<kind>EHPAD|IME|IMPro|D?ITEP|SESSAD|ESAT|MAS|FAM|EAM|SAVS|SAMSAH|CHRS|MECS|SSIAD|SAAD|CAMSP|CMPP"
    r"|[Ff]oyer (?:de vie|d['’]hébergement|occupationnel)|[Rr]ésidence autonomie)"
    r" (?:(?:de la|de l['’]|du|des|de|d['’]) ?)?(?:(?:Les?|La|L['’]|les?|la|l['’]) ?)?«? ?(?P<name>(?!(?:[Hh]éberg|[Aa]ccueil|[Ss]oins?\b|[Dd]épend|[Tt]otal|[Ii]nternat|[Ee]xternat|[Ss]emi|[Pp]erson|[Aa]utis|[Pp]laces?\b|[Uu]nité))[A-ZÀ-Ý][\w’'-]{2,}(?:[ -][\w’'-]+){0,3}) ?»?(?: \([^()]*\))?"
)


_TOWN = re.compile(r"communes?(?: d.implantation)?|villes?|localites?|localisation|lieux?|implantation")


class Span:
    """A text seen three ways: folded, as stems (with those of `meaning`, what its acronyms stand for), as written."""

    def __init__(self, text: str, meaning: str = ""):
        self.text = one_line(text)
        self.meaning = meaning

    @cached_property
    def folded(self) -> str:
        return fold(self.text)

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(stem(w) for w in re.findall(r"[a-z0-9]+", f"{self.folded} {self.meaning}"))


@dataclass(frozen=True, eq=False)
class Unit:
    """What one sentence or one table row says. `own` is its words (a row's without its figures), `near` its heading and
    caption, `around` the rest of its paragraph, `far` the headings above. `change` is set for what an avenant changes,
    `above` is the sentence before where this one speaks of the same thing ("ce taux est porté à …")."""

    piece: Piece
    own: Span
    near: Span
    around: Span
    far: Span
    heads: tuple[Span, ...] = ()
    change: Change | None = None
    above: Span = field(default_factory=lambda: Span(""))

    @property
    def is_row(self) -> bool:
        return bool(self.heads)


@dataclass(frozen=True, eq=False)
class Reading:
    """A contract's units, its sheet, and the meaning that it gives to its own acronyms (folded)."""

    units: tuple[Unit, ...]
    sheet: Sheet
    acronyms: dict[str, str]

    @cached_property
    def words(self) -> Counter[str]:
        """How often the contract uses each folded word."""
        spans = (span for unit in self.units for span in (unit.own, unit.near, *unit.heads))
        return Counter(word for span in spans for word in re.findall(r"[a-z0-9]+", span.folded))

    def about(self, piece: Piece) -> str:
        """What stands around a table, where its unit may be said: its headings, and the paragraphs under the same ones."""
        return self._about.get((piece.headings, piece.page), " ; ".join(piece.headings[-1:]))

    @cached_property
    def _about(self) -> dict[tuple[tuple[str, ...], int], str]:
        said: dict[tuple[tuple[str, ...], int], list[str]] = {}
        for piece in self.sheet.pieces:
            if not piece.is_row and len(text := one_line(piece.text)) < 400:
                said.setdefault((piece.headings, piece.page), [*piece.headings[-1:]]).append(text)
        return {place: " ; ".join(texts) for place, texts in said.items()}

    @cached_property
    def names(self) -> dict[str, str]:
        """The name of each kind of establishment of which the contract's tables name one alone, both folded: {"mas": "clos marin"}."""
        found: dict[str, set[str]] = {}
        for unit in self.units:
            for _, cell in unit.piece.cells:
                if match := _NAMED_PLACE.fullmatch(one_line(cell).strip()):
                    found.setdefault(fold(match["kind"]), set()).add(fold(match["name"]).strip(" «»"))
        often = Counter(name for names in found.values() for name in names)
        return {kind: name for kind, (name, *more) in found.items() if not more and often[name] == 1}

    @cached_property
    def towns(self) -> dict[str, str]:
        """The name of the only establishment of each town of a table "Établissement | Commune", both folded."""
        found: dict[str, set[str]] = {}
        for unit in self.units:
            label = _NAMED_PLACE.fullmatch(one_line(unit.piece.cells[0][1]).strip()) if unit.is_row else None
            if label is None:
                continue
            for head, cell in unit.piece.cells[1:]:
                if re.fullmatch(r"[A-ZÀ-Ý][\w’'-]{3,}", cell.strip()) and _TOWN.fullmatch(fold(head)):
                    found.setdefault(fold(cell.strip()), set()).add(fold(label["name"]).strip(" «»"))
        return {town: name for town, (name, *more) in found.items() if not more and name != town}

    def dates(self, year: str) -> bool:
        """Whether a table has a column or a row of that year."""
        return any(year in head.text or year in unit.own.text for unit in self.units for head in unit.heads)

    @property
    def base_year(self) -> int | None:
        """The year that tables call N: the contract's first."""
        day = day_of(self.sheet.life.effect.value) if self.sheet.life.effect else None
        return day.year if day else None


_READ: "WeakKeyDictionary[LexicalIndex, Reading]" = WeakKeyDictionary()


def read_contract(opened: OpenContract) -> Reading:
    """The reading of an open contract, made at its first question."""
    reading = _READ.get(opened.lexical)
    if reading is None:
        sheet = make_sheet(opened)
        units = _with_notes([unit for piece, intro in _introduced(_headed(sheet.pieces)) for unit in _units(piece, intro)])
        units += _sheet_units(sheet) + [_change_unit(change, sheet) for change in sheet.changes]
        codes = _codes(sheet.pieces)
        acronyms = _acronyms(sheet.pieces) | _parties(sheet.pieces) | {fold(code): fold(name) for code, name in codes.items()}
        units = [_decoded(unit, codes) for unit in units] if codes else units
        reading = _READ[opened.lexical] = Reading(tuple(_spelt(unit, acronyms) for unit in units), sheet, acronyms)
    return reading


def _spelt(unit: Unit, acronyms: Mapping[str, str]) -> Unit:
    """A unit whose heading is also known by what its acronyms stand for ("répartition de la DGC")."""
    meaning = " ".join(acronyms[word] for word in re.findall(r"[a-z0-9]+", unit.near.folded) if word in acronyms)
    return replace(unit, near=Span(unit.near.text, meaning)) if meaning else unit


def _decoded(unit: Unit, codes: Mapping[str, str]) -> Unit:
    """A row with the names of the establishments whose codes stand in its headings or cells: "VER" is also "MAS Le Verdier"."""
    if not unit.is_row:
        return unit
    own = re.sub(r"[^;]+", lambda part: _named(part[0], codes), unit.own.text)
    return replace(unit, own=Span(own), heads=tuple(Span(_named(head.text, codes)) for head in unit.heads))


def _named(text: str, codes: Mapping[str, str]) -> str:
    code = re.match(r"\s*([A-Z\d]{2,6})(?= \(|\s*$)", text)
    return f"{text} {codes[code[1]]}" if code and code[1] in codes else text


def _headed(pieces: Sequence[Piece]) -> list[Piece]:
    """Pieces whose tables take from a first row of words alone what their column headings lack, and, where a row has one
    cell less than its headings, the label that it shares with the row above."""
    out: list[Piece] = []
    table: tuple[int, tuple[str, ...], str] | None = None
    named: list[tuple[str, str]] = []
    above: Piece | None = None
    for piece in pieces:
        if not piece.is_row:
            table, named, above = None, [], None
        elif table != piece.table:
            table, above = piece.table, None
            named = (
                list(piece.cells)
                if len(piece.cells) > 2
                and not any(
                    re.search(r"\d", re.sub(r"\b20\d\d\b", "", cell)) or re.fullmatch(r"oui|non|x|[-–✓✔]", fold(cell))
                    for _, cell in piece.cells[1:]
                )
                else []
            )
        elif named:
            if len(piece.cells) == len(named) - 1 and above is not None and not re.search(r"\d", piece.cells[0][1][:1]):
                piece = replace(piece, cells=(above.cells[0], *piece.cells))
            piece = replace(piece, cells=_renamed(piece.cells, named))
            above = piece if len(piece.cells) == len(named) else above
        out.append(piece)
    return out


def _renamed(cells: Sequence[tuple[str, str]], named: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """A row's cells under the headings that a row of words completes: matched in order, by the heading that both have."""
    out, place = [], 0
    blank = not any(head for head, _ in named)
    for at, (head, cell) in enumerate(cells):
        if blank:
            extra = named[at][1] if len(cells) == len(named) else ""
        else:
            extra = ""
            if place < len(named) and named[place][0] == head:
                extra, place = named[place][1], place + 1
        out.append((f"{head} {extra}".strip() if extra != cell else head, cell))
    return tuple(out)


def _introduced(pieces: Sequence[Piece]) -> Iterator[tuple[Piece, str]]:
    """Each piece with the end of the paragraph under the same headings that stands above it: what brings in a table, or what
    "ce seuil" is of."""
    said: Piece | None = None
    for piece in pieces:
        near = said is not None and _heads(said, piece.is_row) == _heads(piece, piece.is_row) and piece.page - said.page < 2
        yield piece, one_line(said.text)[-300:] if near and said else ""
        if not piece.is_row:
            said = piece


def _heads(piece: Piece, whole: bool) -> tuple[str, ...]:
    """The headings that a paragraph shares with the one before: all, or those that are no mere number ("10.2")."""
    return tuple(head for head in piece.headings if whole or re.search(r"[^\W\d_]{3}", head))


_ANAPHORA = re.compile(r"(?:[\d.]+\s)?(?:il|elle|ils|elles|son|sa|ses|leur|leurs|ce|cet|cette|ces|celui-ci|celle-ci|en|y)\b")
_MEASURES = r"(?:seuil|taux|delai|duree|plafond|montant|limite|pourcentage|preavis|participation|nombre|part)"
# A sentence on what the one before speaks of, often what a rule becomes in a case: "Pour la MAS, la limite est ramenée à 2 %".
_OF_SAME = re.compile(
    rf"^(?:[\d.]+\s)?(?:son|sa|ses|leur|leurs)\b|\b(?:ce|cette) {_MEASURES}\b|\b(?:le|la) {_MEASURES} (?:est (?:ramen|port|redui|fix|relev|abaiss|doubl)|(?:doit|devra|peut) \w+ a\b|(?:tombe|pass|baiss|mont)\w* a\b)|^(?:[\w']+ ){{1,4}}y (?:contribu|particip)"
)


def _units(piece: Piece, intro: str = "") -> list[Unit]:
    # "17.2" names nothing: the heading above it does.
    last = next((i for i, text in reversed(list(enumerate(piece.headings))) if re.search(r"[^\W\d_]{3}", text)), 0)
    near = Span(" ; ".join(x for x in (*piece.headings[last:], piece.caption) if x))
    far = Span(" ; ".join(piece.headings[:last]))
    if piece.is_row:
        # A figure says nothing of the row's subject; years of the headings are looked at cell by cell.
        words = Span(" ; ".join(cell for _, cell in piece.cells if not _BARE_NUMBER.fullmatch(cell.strip())))
        return [Unit(piece, words, near, Span(intro), far, tuple(Span(head) for head, _ in piece.cells))]
    spans = sentences(piece.text) or [(0, len(piece.text))]
    units: list[Unit] = []
    for start, end in spans:
        text = piece.text[start:end]
        part = piece if len(spans) == 1 else _part(piece, start, end)
        own = Span(text)
        # "Sa base est de …": what the sentence before speaks of.
        same = bool(_OF_SAME.search(own.folded))
        above = units[-1].own.text if units else _last_sentence(intro) if re.match(r"\d", text) else ""
        held = Span(f"{near.text} ; {above}") if above and (same or _ANAPHORA.match(own.folded)) else near
        around = Span(piece.text if len(spans) > 1 else "")
        units.append(Unit(part, own, held, around, far, above=Span(above if same else "")))
    return units


def _last_sentence(text: str) -> str:
    ends = sentences(text)
    return text[ends[-1][0] : ends[-1][1]] if ends else text


def _with_notes(units: Sequence[Unit]) -> list[Unit]:
    """The units, each footnote with what calls it ("2 Soit 33 places": of the row whose cell is "36²")."""
    calls: dict[tuple[int, str], Unit] = {}
    for unit in units:
        for match in CALL.finditer(unit.piece.text):
            calls.setdefault((unit.piece.page, unicodedata.normalize("NFKC", match[1])), unit)
    out: list[Unit] = []
    caller: Unit | None = None
    for unit in units:
        note = None if unit.is_row else re.match(r"\s*([\d⁰¹²³⁴-⁹]{1,2})\.?\s+(?=[A-ZÀ-Ý«])", unit.piece.text)
        if note:
            caller = calls.get((unit.piece.page, unicodedata.normalize("NFKC", note[1])))
        elif caller and unit.piece.passage is not out[-1].piece.passage:
            caller = None
        if (caller and caller.piece.passage is not unit.piece.passage) or (caller and note):
            own = Span(unit.piece.text[note.end() :]) if note else unit.own
            told = " ; ".join((caller.own.text, caller.near.text, *(head.text for head in caller.heads)))
            unit = replace(unit, own=own, near=Span(told), around=Span(""), far=caller.far)
        out.append(unit)
    return out


def _part(piece: Piece, start: int, end: int) -> Piece:
    text = piece.text[start:end]
    return replace(piece, text=text, start=piece.start + start, end=piece.start + end, folded=fold(one_line(text)))


def _sheet_units(sheet: Sheet) -> list[Unit]:
    """An action sheet in one breath: its title, who leads it, by when; its cells stand in rows of their own."""
    units = []
    for action in read_sheets(sheet.pieces):
        piece = next((p for p in sheet.pieces if p.page == action.page and p.text == action.quote), None)
        if piece is not None:
            said = f"Fiche action {action.number} {action.title} ; pilote responsable : {action.pilot} ; échéance : {action.deadline}"
            held = replace(piece, text=said, cells=(), folded=fold(said))
            units.append(Unit(held, Span(said), Span(""), Span(""), Span("")))
    return units


def _change_unit(change: Change, sheet: Sheet) -> Unit:
    """What an avenant changes, with the words of what it changes."""
    piece = next((p for p in sheet.pieces if p.zone == AVENANT and p.page == change.page and change.quote in p.text), None)
    piece = piece or next(p for p in sheet.pieces if p.zone == AVENANT and p.page == change.page)
    target = change.target
    about = bare(change.about)
    old = " ; ".join((target.headings[-1] if target.headings else "", target.caption)) if target else ""
    return Unit(
        piece, Span(f"{about} {change.year}"), Span(piece.headings[-1] if piece.headings else ""),
        Span(f"{old} ; {target.text}" if target else ""), Span(""), (), change,
    )  # fmt: skip


def _codes(pieces: Sequence[Piece]) -> dict[str, str]:
    """What a table of codes says of each: {"VER": "MAS Le Verdier"} from a row "Sigle | Établissement"."""
    found: dict[str, str] = {}
    for piece in pieces:
        if len(piece.cells) > 1 and labelled(piece.cells) != piece.cells:
            code = piece.cells[0][1].strip()
            if re.fullmatch(r"[A-Z\d]{2,6}", code) and code not in piece.cells[1][1]:
                found.setdefault(code, one_line(piece.cells[1][1]))
    return found


_PARTY = re.compile(
    r"(?P<ars>agence régionale de santé)|(?P<departement>\bdépartement (?:de|du|des)\b|conseil départemental|métropole d)|(?P<gestionnaire>\bassociation\b|\bfondation\b|\bmutuelle\b|établissement public)",
    re.IGNORECASE,
)
_CALLED = re.compile(r"ci-après[^«\"“.;]{0,40}[«\"“]\s*(?:l['’]|le |la |les )?(?P<name>[^»\"”]{3,40}?)\s*[»\"”]", re.IGNORECASE)


def _parties(pieces: Sequence[Piece]) -> dict[str, str]:
    """What a contract calls its parties: {"ars": "autorite sanitaire"} from "l'agence régionale de santé …, ci-après « l'Autorité
    sanitaire »"; those that it calls by their own names are left out."""
    found: dict[str, str] = {}
    for piece in pieces:
        text, begins = one_line(piece.text), 0
        for called in _CALLED.finditer(text):
            begins = max(begins, text.rfind(";", 0, called.start()))  # each party stands in a clause of its own
            party, begins = _PARTY.search(text, begins, called.start()), called.end()
            name = fold(called["name"])
            if party and party.lastgroup and not re.search(r"agence|\bars\b|departement|gestionnaire", name):
                found.setdefault(party.lastgroup, name)
    return found


def _acronyms(pieces: Sequence[Piece]) -> dict[str, str]:
    """ "cvs" -> "conseil de la vie sociale", from the contract's glossary and from "le conseil de la vie sociale (CVS)"."""
    found: dict[str, str] = {}
    for piece in pieces:
        if piece.zone == GLOSSARY and len(piece.cells) >= 2:
            for name in re.split(r"[,/]\s*", piece.cells[0][1]):
                if re.fullmatch(r"[A-ZÀ-Ý][\w'’-]{1,9}", name.strip()) and name.strip().isupper():
                    found.setdefault(fold(name.strip()), fold(piece.cells[1][1]))
        for match in re.finditer(r"((?:[\w’'-]+\s+){1,9})\(([A-Z]{2,8})\)", one_line(piece.text)):
            words = [w for w in re.split(r"[\s’']+", match[1]) if w]
            # The letters of the acronym are the initials of the words before it, small words left out.
            letters = iter(fold(match[2]))
            want = next(letters, "")
            for i, word in enumerate(words):
                if fold(word)[:1] == want and all(any(fold(w)[:1] == c for w in words[i + 1 :]) for c in fold(match[2])[1:]):
                    found.setdefault(fold(match[2]), fold(" ".join(words[i:])))
                    break
    return found


def after_start(reading: Reading, unit: Unit) -> list[tuple[str, str, str]]:
    """ "Dans les dix-huit mois de la signature" in a unit: (the words, the ISO date that this makes, the first day's words)."""
    life = reading.sheet.life
    if unit.is_row or unit.piece.zone == AVENANT:
        return []
    out = []
    for match in _AFTER_START.finditer(unit.own.folded):
        start = life.signed if match["from"] == "signature" else life.effect
        first = day_of(start.value) if start else None
        count = find_values(match["length"], "duration")
        if start and first and count and (found := re.fullmatch(r"P(\d+)([DWMY])", count[0].normalized)):
            out.append((count[0].text, _moved(first, int(found[1]), found[2]).isoformat(), start.text))
    return out


def _moved(day: date, count: int, unit: str) -> date:
    """A day so many D(ays), W(eeks), M(onths) or Y(ears) later (earlier when negative)."""
    if unit in "DW":
        return day + timedelta(days=count * (7 if unit == "W" else 1))
    return add_months(day, count * (12 if unit == "Y" else 1))


def before_term(reading: Reading, unit: Unit, original: bool) -> list[tuple[str, str, str, tuple[Unit, ...]]]:
    """ "Six mois avant le terme" in a unit: (the words, the ISO date that this makes, the term's words, the unit that says
    the date where it is another one: "jusqu'au 31 août 2027 … neuf mois avant cette échéance")."""
    life = reading.sheet.life
    term = life.first_term if original else life.term
    if unit.is_row:
        return []
    out = []
    for match in _BEFORE_TERM.finditer(unit.own.folded):
        count = find_values(match[0], "duration")
        told, there = _date_above(reading, unit, unit.own.text[: match.start()]) if match["same"] else (None, ())
        if told is None or (life.first_term and told.normalized == life.first_term.value):
            # "Cette date" is the term where the sentence before speaks of it; "ce terme" is in any case.
            if term is None or (match["date"] and told is None and not _SAYS_TERM.search(_said_above(reading, unit))):
                continue
            iso, words, there = term.value, term.text, ()
        else:
            iso, words = told.normalized, told.text
        end = day_of(iso)
        if end and count and (found := re.fullmatch(r"P(\d+)([DWMY])", count[0].normalized)):
            out.append((count[0].text, _moved(end, -int(found[1]), found[2]).isoformat(), words, there))
    return out


def _date_above(reading: Reading, unit: Unit, before: str) -> tuple[Value | None, tuple[Unit, ...]]:
    """The date that "cette échéance" is, and the unit that says it: said `before` in the sentence, in the one that the
    sentence goes on from (a footnote: in the one that calls it), else in the one above."""
    for text in (before, unit.near.text, _said_above(reading, unit)):
        if days := [value for value in find_values(text, "date") if day_of(value.normalized)]:
            told = days[-1]
            there = (u for u in reading.units if u.change is None and told.text in u.own.text and u.own.text in text)
            return told, tuple(u for u in islice(there, 1) if u is not unit)
    return None, ()


def _said_above(reading: Reading, unit: Unit) -> str:
    """The sentence above one under the same headings."""
    pairs = pairwise(reading.units)
    return next((a.own.text for a, u in pairs if u is unit and not a.is_row and a.piece.headings == u.piece.headings), "")


_AFTER_START = re.compile(
    r"\bdans (?:les|un delai de) (?P<length>[\w-]+ (?:mois|ans?|annees|jours|semaines))(?: au plus)? (?:de|qui suivent|suivant|apres|a compter de|a partir de)"
    r" (?:la |sa |l.|son )?(?:date de )?(?:la |l.)?(?P<from>signature|prise d.effet|entree en vigueur)(?! (?:de|du|des) (?:l.avenant|la convention|chaque|marche))"
)
_BEFORE_TERM = re.compile(
    r"(?:[\w-]+\s)?(?:[\w-]+|\d+)(?:\s?\(\d+\))?\s+(?:mois|ans?|jours?|semaines?)\s+(?:au moins\s+|au plus tard\s+)?avant\s+"
    r"(?:le terme|l'echeance|l'expiration|la fin|son terme|son echeance|son expiration|la date d'echeance"
    r"|(?P<same>(?:cet(?:te)?|ce|la meme|le meme) (?:terme|echeance|expiration|(?P<date>date|jour))))\b"
    r"(?!\s+(?:de|du|des)\s+(?!(?:ce |notre )?(?:present )?(?:contrat|cpom)\b|(?:la |cette )(?:presente )?periode\b(?! d)|(?:la )?presente convention))"
)
_SAYS_TERM = re.compile(r"\b[Tt]erme\b|[ée]chéance\b|[Ee]xpir|\bfin du (?:contrat|CPOM)")
