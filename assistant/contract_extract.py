"""The value that a clause sets, where it sets one: the date, amount, rate, duration, parties or list that a director looks for.

A value is a list of items, each with the piece that it was read in, so that an avenant's change can be written into the
right one.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from assistant.contract_avenants import Change
from assistant.contract_clauses import Hit
from assistant.contract_duties import Duty
from assistant.contract_life import Life
from assistant.contract_targets import ActionSheet, Indicator, Objective
from assistant.contract_text import VISAS, Piece, bare, labelled, one_line, sentences
from corpus.clauses import Clause
from corpus.reference import find_references, printed
from corpus.values import Value, find_values, plain
from corpus.words import fold, index_words

_NAME = r"(?:[A-ZÀ-Ý][\w'’-]*|[ld]['’][A-ZÀ-Ý][\w'’-]*)(?:[ -](?:[A-ZÀ-Ý][\w'’-]*|(?:de |du |des |la |le |et |d['’]|l['’])*[A-ZÀ-Ý][\w'’-]*))*"
_FAMILIES = (
    re.compile(rf"\b(?:Agence régionale de santé|ARS)\s+(?:de la |de l['’]|des |de |du |d['’])?{_NAME}"),
    re.compile(
        rf"\b(?:Département|Conseil départemental|Métropole|Collectivité)\s+(?:de la |de l['’]|des |du |d['’]|de ){_NAME}"
    ),
    re.compile(rf"\b[Pp]réfet(?:e)?\s+de (?:la )?(?:région )?{_NAME}"),
    re.compile(
        r"\b(?:EPSMS|EPMS|CCAS|CIAS|GCSMS|Association|association|ASSOCIATION|Fondation|Mutuelle|Union|Groupe|Société|SCOP|SCIC|SARL|SAS|Coopérative|Centre communal d['’]action sociale|"
        rf"[Éé]tablissement public [\w\s-]{{0,40}}?)\s+(?:intercommunal\s+)?(?:«\s*[^»]{{2,60}}\s*»|(?:du |de |d['’]|des )?{_NAME})"
    ),
)
_NAME_END = re.compile(r"\s+(?=(?:Pour|Mme|Le|La|Les|Et|Monsieur|Madame|Représent\w*|Page)\b|M\.)|\s+(?:de|du|et|des)$")
_JUDGE = re.compile(
    r"tribunal (?:interrégional de la tarification sanitaire et sociale|administratif(?: de [A-ZÀ-Ý][\w-]+)?)|\bTITSS\b(?!\))"
)
_MEETS = re.compile(r"comite|reunion|dialogue|bilan|revue|point d.etape|se tient|siege|se reunit|mi-parcours|mi-contrat")
_SHOWN = 12  # items of a list that a value names; the rest is counted
_ENDS = re.compile(r"(expire|terme|jusqu|valable|echeance)[^.;]*$")


@dataclass(frozen=True, slots=True)
class Item:
    """One part of a value: what it is about ("IME La Clairière"), as written, normalised, and where it was read."""

    about: str
    text: str
    normalized: str
    piece: Piece


@dataclass(frozen=True, slots=True)
class Read:
    """The value of a clause: its kind and its items, in the contract's order."""

    kind: str
    items: tuple[Item, ...]

    @property
    def text(self) -> str:
        shown = [f"{i.about} : {i.text}" if i.about else i.text for i in self.items[:_SHOWN]]
        more = len(self.items) - len(shown)
        return " ; ".join(shown) + (f" ; et {more} autres" if more else "")

    @property
    def normalized(self) -> str | list[str]:
        found = [i.normalized for i in self.items]
        return found[0] if len(found) == 1 else found


@dataclass(frozen=True, slots=True)
class Context:
    """What the extractors may look at beside the clause's own pieces."""

    pieces: Sequence[Piece]
    life: Life
    objectives: Sequence[Objective]
    sheets: Sequence[ActionSheet]
    indicators: Sequence[Indicator]
    duties: Sequence[Duty]


def read_value(clause: Clause, hits: Sequence[Hit], context: Context) -> Read | None:
    """The value of a found clause, None when it sets none or none was recognised."""
    reader = _BY_KEY.get(clause.key)
    found = reader(hits, context) if reader else None
    return found if found and found.items else None


def in_force(read: Read, changes: Sequence[Change]) -> Read:
    """The value with the avenants' changes written in; the same object when nothing changes it."""
    items = list(read.items)
    for change in changes:
        for i, item in enumerate(items):
            if _concerns(change, item, read.kind):
                text = item.text.replace(change.old, change.new) if change.old and change.old in item.text else change.new
                items[i] = replace(item, text=text, normalized=change.new_normalized)
    return read if tuple(items) == read.items else Read(read.kind, tuple(items))


def _concerns(change: Change, item: Item, kind: str) -> bool:
    here = change.target is not None and (change.target == item.piece or change.target.text == item.piece.text)
    if not here and not set(change.refs) & item.piece.places:
        return False
    if not change.old:
        return here and bool(find_values(item.text, change.kind))
    if change.kind == "text":
        shared = set(index_words(change.old)) & set(index_words(item.text))
        return fold(change.old) in fold(item.text) or len(shared) >= 3
    return change.old_normalized == item.normalized or (bool(change.old) and change.old in item.text)


def _values(piece: Piece, kind: str) -> list[Value]:
    return find_values(one_line(piece.text), kind)


def _single(kind: str, value: Value, piece: Piece, about: str = "") -> Read:
    return Read(kind, (Item(about, value.text, value.normalized, piece),))


def _table(hits: Sequence[Hit], context: Context) -> list[Piece]:
    """The rows of the best hit's table, this page's and those that go on the next one."""
    best = hits[0].piece
    return [p for p in context.pieces if p.is_row and p.headings == best.headings and p.caption == best.caption]


def _row_name(piece: Piece) -> str:
    for _, cell in labelled(piece.cells):
        if len(re.findall(r"[^\W\d]", cell)) >= 3 and not find_values(cell, "amount"):
            return one_line(cell)
    return ""


def _parties(hits: Sequence[Hit], context: Context) -> Read:
    """The institutions that sign: for each family (ARS, department, State, manager) the name most often written."""
    pages: dict[int, str] = {}
    for piece in context.pieces:
        text = " ; ".join((*piece.headings, one_line(piece.text)))
        pages[piece.page] = f"{pages.get(piece.page, '')} ; {text}"
    items = []
    for family in _FAMILIES:
        found = {m[0] for text in pages.values() for m in family.finditer(text)}
        names = {_short(n).strip(" -,;") for n in found}
        names = {n for n in names if 2 <= len(n.split()) <= 9 and not re.search(r"\b(?:Mme|M\.|Annexe|Tableau|Article)", n)}
        if names:
            counts = {n: sum(text.count(n) for text in pages.values()) for n in names}
            name = max(names, key=lambda n: (len(n.split()) > 2, counts[n], len(n)))
            items.append(Item("", name[0].upper() + name[1:], fold(name), hits[0].piece))
    return Read("party", tuple(items))


def _short(name: str) -> str:
    """A name without the words of the sentence that goes on after it."""
    first, _, rest = name.partition(" ")
    return name if "»" in name else f"{first} {_NAME_END.split(rest)[0]}"


def _visas(hits: Sequence[Hit], context: Context) -> Read:
    items: dict[str, Item] = {}
    cited = [p for p in context.pieces if p.zone == VISAS or re.search(r"\bvu (le code|les? articles?|l.article)", p.folded)]
    for piece in cited or [h.piece for h in hits[:3]]:
        for ref in find_references(piece.text):
            text = printed(ref.num) + (f" à {printed(ref.range_end_num)}" if ref.range_end else "")
            items.setdefault(text, Item("", text, ref.num, piece))
    return Read("list", tuple(items.values()))


def _manager(hits: Sequence[Hit], context: Context) -> Read:
    items = []
    for name, pattern in (("SIREN", r"\bSIREN\b\D{0,25}?(\d{3} ?\d{3} ?\d{3})\b"), ("FINESS", r"FINESS\s+(?:juridique|de l['’]entité juridique)\D{0,25}?(\d{2}(?: ?\d){7})\b")):  # fmt: skip
        for piece in context.pieces:
            line = one_line(" ".join(c for _, c in piece.cells) if piece.is_row else piece.text)
            if match := re.search(pattern, line, re.IGNORECASE):
                items.append(Item(name, match[1], match[1].replace(" ", ""), piece))
                break
    return Read("text", tuple(items))


def _perimeter(hits: Sequence[Hit], context: Context) -> Read | None:
    if not hits[0].piece.is_row:
        return None
    items = []
    for piece in _table(hits, context):
        name = _row_name(piece)
        places = next((m[0] for _, c in piece.cells if (m := re.search(r"\d+ places?\b", one_line(c)))), "")
        numbered = any(re.fullmatch(r"[\d ]{9,12}", c) for _, c in piece.cells) or bool(places) or len(piece.cells) >= 4
        if name and numbered and re.search(r"\d", piece.text) and not re.match(r"(total|ensemble)\b", fold(name)):
            items.append(Item("", f"{name} ({places})" if places else name, fold(name), piece))
    return Read("list", tuple(items))


def _dates(active: bool) -> Callable[[Sequence[Hit], Context], Read | None]:
    """Dates by row (the last of each row) or of the piece; `active` keeps those that are an end, where one is."""

    def read(hits: Sequence[Hit], context: Context) -> Read | None:
        items = []
        if hits[0].piece.is_row:
            for piece in _table(hits, context):
                dates = [v for _, cell in piece.cells for v in find_values(cell, "date")]
                if dates:
                    items.append(Item(_row_name(piece), dates[-1].text, dates[-1].normalized, piece))
        else:
            piece = hits[0].piece
            line = one_line(piece.text)
            dates = find_values(line, "date")
            ends = [v for v in dates if _ENDS.search(fold(line[: v.start])[-45:])]
            items = [Item("", v.text, v.normalized, piece) for v in (ends if active and ends else dates)]
        return Read("date", tuple(items))

    return read


def _places(hits: Sequence[Hit], context: Context) -> Read | None:
    piece = hits[0].piece
    found = re.findall(r"\d+ places?(?: sur \d+)?|totalité de (?:ses|leurs) (?:\d+ )?places?", one_line(piece.text))
    return Read("number", tuple(Item("", t, (re.search(r"\d+", t) or [t])[0], piece) for t in found))


def _objectives(hits: Sequence[Hit], context: Context) -> Read:
    return Read("list", tuple(Item(o.number, o.text, fold(o.text), hits[0].piece) for o in context.objectives))


def _sheets(hits: Sequence[Hit], context: Context) -> Read:
    return Read("list", tuple(Item(s.number, f"{s.title} ({s.deadline})" if s.deadline else s.title, s.when, hits[0].piece) for s in context.sheets))  # fmt: skip


def _indicators(kind: str) -> Callable[[Sequence[Hit], Context], Read | None]:
    def read(hits: Sequence[Hit], context: Context) -> Read | None:
        rows = [i for i in context.indicators if i.kind == kind]
        if not rows:
            return None
        text = f"{len(rows)} suivis par année" if len(rows) > 1 else "1 suivi par année"
        return Read("number", (Item("", text, str(len(rows)), hits[0].piece),))

    return read


def _whole(piece: Piece, context: Context) -> Piece:
    """The paragraph that a sentence was taken from."""
    return next((p for p in context.pieces if p.page == piece.page and p.start <= piece.start and piece.end <= p.end), piece)


def _abatement(hits: Sequence[Hit], context: Context) -> Read | None:
    """The cap of the abatement, and the half of the gap where it is said."""
    items: list[Item] = []
    for piece in (_whole(hit.piece, context) for hit in hits[:4]):
        line = one_line(piece.text)
        if "moitie de l'ecart" in piece.folded and not items:
            items.append(Item("", "moitié de l'écart", "50", piece))
        if share := re.search(r"(\d+(?:,\d+)?\s?%) de (?:l['’]|cet )écart", line):
            items.append(Item("part de l'écart", share[1], find_values(share[1], "percent")[0].normalized, piece))
        for value in find_values(line, "percent"):
            if re.search(r"(plafon|depass|limite|maxim)\w*[^.;]{0,40}$", fold(line[: value.start])):
                items.append(Item("plafond", value.text, value.normalized, piece))
                return Read("percent", tuple(items))
    return Read("percent", tuple(items))


def _dotation(hits: Sequence[Hit], context: Context) -> Read | None:
    """The greatest amount of the best piece: the whole, not its parts."""
    amounts = _values(hits[0].piece, "amount")
    return _single("amount", max(amounts, key=lambda v: float(v.normalized)), hits[0].piece) if amounts else None


def _amount_rows(hits: Sequence[Hit], context: Context) -> Read | None:
    """The amount of each row; amounts of a sentence when there is no table."""
    rows = next((h for h in hits if h.piece.is_row), None)
    items: list[Item] = []
    table = _table([rows], context) if rows else []
    unit = _unit(table, context) if table else 0
    for piece in table:
        amounts = [v for _, cell in piece.cells for v in find_values(cell, "amount")]
        if not amounts and unit:
            amounts = [v for _, c in piece.cells[1:] if re.fullmatch(r"[\d ]+(?:,\d+)?", c) for v in find_values(c, "number")]
            amounts = [v for v in amounts if len(v.text) > 2][:1]
        if amounts and (name := _row_name(piece)):
            text = amounts[0].text if amounts[0].kind == "amount" else f"{amounts[0].text} {'k€' if unit == 1000 else '€'}"
            items.append(
                Item(
                    name,
                    text,
                    plain(Decimal(amounts[0].normalized) * (unit or 1)) if amounts[0].kind != "amount" else amounts[0].normalized,
                    piece,
                )
            )
    if not items:
        items = [Item("", v.text, v.normalized, hits[0].piece) for v in _values(hits[0].piece, "amount")]
    return Read("amount", tuple(items))


def _unit(table: Sequence[Piece], context: Context) -> int:
    """What a table's bare numbers count: 1 for euros, 1000 for thousands of euros, 0 when it doesn't say."""
    about = " ".join((table[0].folded, *(p.folded for p in context.pieces if not p.is_row and p.headings == table[0].headings)))
    return 1000 if "milliers d'euros" in about or "k€" in about else 1 if re.search(r"en euros|montants?|€", about) else 0


def _all_amounts(hits: Sequence[Hit], context: Context) -> Read | None:
    piece = hits[0].piece
    return Read("amount", tuple(Item("", v.text, v.normalized, piece) for v in _values(piece, "amount")))


def _procedure(hits: Sequence[Hit], context: Context) -> Read | None:
    piece = hits[0].piece
    for start, end in sentences(piece.text):
        folded = fold(one_line(piece.text[start:end]))
        if "contradictoire" in folded or "procedure budgetaire" in folded:
            gone = re.search(r"supprim|dispens|n.a plus lieu|n.est plus|sans procedure", folded)
            word = "supprimée" if gone else "maintenue" if re.search(r"maint|demeure|reste", folded) else ""
            return Read("text", (Item("", word, word, piece),)) if word else None
    return None


def _headquarters(hits: Sequence[Hit], context: Context) -> Read | None:
    for hit in hits[:3]:
        percents = _values(hit.piece, "percent")
        if re.search(r"aucun frais de siege|pas de siege autorise|pas l.objet d.une autorisation de frais", hit.piece.folded):
            return Read("text", (Item("", "aucun", "0", hit.piece),))
        if percents:
            return _single("percent", percents[0], hit.piece)
    return None


def _documents(hits: Sequence[Hit], context: Context) -> Read | None:
    rows = [d for d in context.duties if d.what.startswith("Transmettre : ")]
    return Read("list", tuple(Item(d.what.removeprefix("Transmettre : "), d.deadline, d.when, hits[0].piece) for d in rows))


def _committee(hits: Sequence[Hit], context: Context) -> Read | None:
    items: list[Item] = []
    for hit in hits[:4]:
        said = (one_line(hit.piece.text[a:b]) for a, b in sentences(hit.piece.text))
        line = one_line(hit.piece.text) if hit.piece.is_row else " ".join(t for t in said if _MEETS.search(fold(t)))
        often = re.search(
            r"(?:une|deux|trois|quatre) fois par an|chaque année(?: en [a-zûé]+)?|réunion annuelle", line, re.IGNORECASE
        )
        if often and not items:
            items.append(Item("", often[0], fold(often[0]), hit.piece))
        items += [Item(_what(line, v), v.text, v.normalized, hit.piece) for v in find_values(line, "date")[:1]]
    return Read("date", tuple({(i.about, i.text): i for i in reversed(items)}.values())[::-1][:5])


def _what(line: str, value: Value) -> str:
    head = re.search(r"(comité de (?:suivi|pilotage)|revue à mi-parcours|point d['’]étape|bilan (?:final|intermédiaire|complet))", line[: value.start], re.IGNORECASE)  # fmt: skip
    return head[0] if head else ""


def _judge(hits: Sequence[Hit], context: Context) -> Read | None:
    """The judge that the contract names, and the delay to go before him."""
    for hit in hits[:4]:
        line = one_line(hit.piece.text)
        judge = _JUDGE.search(line)
        if judge is None:
            continue
        named = list(dict.fromkeys(m[0] for m in _JUDGE.finditer(line)))
        items = [Item("juge", " puis ".join(named), fold(named[0]), hit.piece)]
        near = next(
            (one_line(hit.piece.text[a:b]) for a, b in sentences(hit.piece.text) if judge[0] in one_line(hit.piece.text[a:b])),
            line,
        )
        delays = find_values(re.sub(r"dans le mois\b", "dans un mois ", near), "duration")
        if delays:
            items.append(Item("délai", delays[0].text, delays[0].normalized, hit.piece))
        return Read("text", tuple(items))
    return None


def _duration(hits: Sequence[Hit], context: Context) -> Read | None:
    life = context.life
    if not life.first_term:
        return None
    start = f"du {life.effect.text} " if life.effect else ""
    return Read("date", (Item("", f"{start}au {life.first_term.text}", life.first_term.value, hits[0].piece),))


def _extension(hits: Sequence[Hit], context: Context) -> Read | None:
    for hit in hits[:3]:
        for start, end in sentences(hit.piece.text):
            line = bare(hit.piece.text[start:end])
            if re.search(r"prorog|prolong", fold(line)) and (
                found := [v for v in find_values(line, "duration") if not re.match(r"\s*(?:au moins\s+)?avant", line[v.end :])]
            ):
                return _single("duration", found[0], hit.piece)
    return None


_BY_KEY: dict[str, Callable[[Sequence[Hit], Context], Read | None]] = {
    "parties_signataires": _parties, "visas": _visas, "gestionnaire": _manager, "perimetre_essms": _perimeter,
    "autorisations": _dates(True), "habilitation_ash": _places, "objectifs": _objectives, "fiches_actions": _sheets,
    "indicateurs_cibles": _indicators("indicateur"), "objectif_activite": _indicators("activité"),
    "modulation_abattement": _abatement, "qualite_evaluation": _dates(False), "dotation_reference": _dotation,
    "repartition_dotation": _amount_rows, "procedure_contradictoire": _procedure, "ppi_investissements": _amount_rows,
    "frais_siege": _headquarters, "financements_complementaires": _all_amounts, "suivi_budgetaire": _documents,
    "comite_suivi": _committee, "litiges_resiliation": _judge, "duree_effet": _duration, "prorogation_annexes": _extension,
}  # fmt: skip
