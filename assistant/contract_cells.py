"""The values of a table's row: a cell is told by its row's label, its column's heading, its year, and its table's unit."""

import re
from collections.abc import Iterator

from assistant.contract_cues import YEAR, Candidate, counts, cue_bonus, inside, level, names, of_another, stretch, usable
from assistant.contract_givers import given
from assistant.contract_question import Asked, stems_of
from assistant.contract_reading import Reading, Unit
from assistant.contract_targets import aligned_years
from assistant.contract_text import AVENANT, Piece, one_line
from corpus.values import Value, find_values
from corpus.words import STOPWORDS, fold


def of_row(asked: Asked, unit: Unit, reading: Reading) -> Iterator[Candidate]:
    cells = unit.piece.cells
    by_cell = aligned_years(cells, reading.base_year)
    # The corner of a table may give the unit of all its figures.
    label = " ; ".join((cells[0][0], *(c for _, c in cells if not re.search(r"\d", c))))
    # "Internat" rather than "semi-internat", "SESSAD Escale" rather than "SESSAD Escale TSA", where the question says no more.
    exact = 0.0
    for _, cell in cells:
        named = stems_of(fold(cell)) - STOPWORDS if not re.search(r"\d{3}|[%€]", cell) else frozenset()
        held = sum(any(i.held(w, frozenset({w})) for i in asked.ideas) for w in named)
        exact += 0.1 * (held / len(named) - 0.5) if held else 0.0
    for place, (head, text) in enumerate(cells):
        heading = unit.heads[place].folded
        if asked.total and not by_cell and place and re.match(r"(?:total|ensemble|en tout)\b", heading):
            # The total of "DGF insertion" and "DGF urgence" is one of DGF.
            heading = " ; ".join((heading, *(head.folded for head in unit.heads[1:] if head.folded != heading)))
        if place == 0 and len(cells) > 1 and not re.search(r"\b\d+\s(places|lits)", text):
            continue
        year = by_cell.get(place, "")
        bonus = 0.0
        if asked.years:
            bonus = (0.35 if year in asked.years else -0.5) if year else (-0.1 if by_cell else 0.0)
            if by_cell and not year and _START.search(heading):
                bonus = -0.4  # "Départ", beside the years' targets
            told = YEAR.findall(cells[0][1]) if place and not year else []
            if told:
                bonus = 0.35 if set(told) & set(asked.years) else -0.5
            elif not year and any(y in heading for y in asked.years):
                bonus = 0.3
            elif not year and any(y in text or y in unit.near.text for y in asked.years):
                bonus = 0.15
        elif year and re.search(r"ref|depart|n-1|constat", heading):
            bonus = 0.15 if re.search(r"\bref|depart|constat|avait|etait|initial", asked.folded) else -0.2
        elif year:
            bonus = -0.05
        if unit.piece.zone == AVENANT and re.search(
            r"origine|ancien|\bavant\b|initial" if not asked.original else r"vigueur|nouve|apres|modifie", heading
        ):
            bonus -= 0.5
        if asked.total and re.search(r"^ensemble\b|\btotal\b", fold(cells[0][1])):
            bonus += 0.3
        if asked.total and place and re.search(r"\b(?:total|ensemble|en tout)\b", heading):
            bonus += 0.1
        if re.search(r"\btotal|ensemble", heading) and not asked.total and not asked.share(heading):
            apart = any(asked.share(other.folded) for other in unit.heads[1:])
            whole = (len(by_cell) > 1 and not asked.years) or (asked.counted is not None and not by_cell and not apart)
            bonus += 0.1 if whole else -0.15
        if re.fullmatch(r"0(?:,0+)?(?:\s?[%€])?", text.strip()):
            bonus -= 0.2  # nothing that year
        if asked.counted is not None and asked.counted.held(heading, unit.heads[place].stems):
            bonus += 0.12  # a column of places says how many there are; a sentence may say of some
        bonus += 0.4 * asked.share(heading) + cue_bonus(asked, f"{heading} ", "")
        bonus -= 0.12 * of_another(asked, f"{fold(label)} ; {heading}")
        for value in _in_cell(text, head, f"{label} ; {unit.piece.caption}", reading.about(unit.piece), asked):
            said = fold(" ".join(stretch(text, value))) if len(text) > 30 else ""
            row = fold(cells[0][1]) if said else _besides(unit, place, value.kind)
            near = asked.share(f"{row} ; {heading} ; {said}")
            table = f"{heading} ; {unit.near.folded} ; {unit.around.folded}"
            if asked.counted is not None and not said and asked.counted.held(table, stems_of(table)):
                count = counts(asked, table, value.kind)  # what the whole table counts favours no row
            else:
                count = counts(
                    asked, f"{said or heading} ; {'' if said else unit.near.folded + ' ' + unit.own.folded}", value.kind
                )
            if count < 0 and any(asked.counted and asked.counted.held(h.folded, h.stems) for h in unit.heads):
                count = 0.0  # "Paramédical" beside "Total ETP"
            yield Candidate(
                value,
                unit,
                bonus
                + exact
                + 0.4 * near
                + 0.5 * count
                + given(asked, one_line(text), value, heading, unit.near.folded)
                - 0.02 * place,
                sum(i.weight * max(level(i, unit), float(i.held(heading, stems_of(heading)))) for i in asked.ideas)
                / asked.weight,
                years=_years_of(year, heading, cells[0][1], unit.piece.caption if value.kind == "amount" else ""),
                note=_unit_note(value, f"{label} {reading.about(unit.piece)}", unit.piece),
                place=place,
            )


def _besides(unit: Unit, place: int, kind: str) -> str:
    """A row's folded words, less those of other cells that tell values of the same kind ("emprunt 120 000 €, ARS 80 000 €")."""
    words = unit.own.folded
    for at, (_, text) in enumerate(unit.piece.cells[1:], 1):
        if at != place and kind != "number" and re.search(r"[^\W\d_]{3}", text) and find_values(text, kind):
            words = words.replace(fold(one_line(text)), " ")
    return words


def _in_cell(text: str, heading: str, label: str, around: str, asked: Asked) -> Iterator[Value]:
    """The values of a cell; a bare number takes its unit from its column's heading, its row's label or the caption, else,
    where the question wants that unit, from what is said `around` the table."""
    if _JOINED_UP.fullmatch(text.strip()):  # a scan that lost a space: "1250 100 €"
        text = re.sub(r"\d{4,6}", lambda found: f"{int(found[0]):,}".replace(",", " "), text, count=1)
    bare = re.fullmatch(r"[-+−–≤≥<>]?\s?\d[\d\s.,]*", text.strip())
    if not bare:
        found = [v for kind in asked.kinds if kind not in ("party", "list") for v in find_values(one_line(text), kind)]
        for value in found:
            if not any(inside(value, other) for other in found) and (kept := usable(value, one_line(text), asked)):
                yield kept
        return
    number = find_values(text, "number")
    if not number or YEAR.fullmatch(text.strip()) or names(text.strip(), asked):
        return
    sign = "-" if re.match(r"\s*[-−–]", text) else ""
    kinds = {kind for kind in ("amount", "percent") if kind in asked.kinds}
    told = {kind for kind in kinds if _UNITS[kind].search(fold(f"{heading} ; {label}"))}
    if not told and _THINGS.search(fold(f"{heading} ; {label}")):
        kinds = set()
    large = "," in text or len(re.sub(r"\D", "", text)) > 3  # "9" beside a paragraph that speaks of euros counts something
    likely = {k for k in kinds if asked.kinds[k] >= asked.kinds.get("number", 0.0) and (large or k != "amount")}
    told = told or {k for k in likely if _UNITS[k].search(fold(around))}
    kind = "amount" if "amount" in told else "percent" if told else "number"
    if kind not in asked.kinds and not ("duration" in asked.kinds and _length_unit(f"{heading} {label} {around}")):
        return
    normalized = sign + number[0].normalized.lstrip("-")
    if kind == "amount" and re.search(_THOUSANDS, f"{heading} {label} {around}".lower()):
        thousands = float(normalized) * 1000
        normalized = str(int(thousands)) if thousands % 1 == 0 else normalized
    yield Value(kind, text.strip(), normalized, 0, len(text))


_JOINED_UP = re.compile(r"(?!(?:19|20)\d\d\s)[1-9]\d{3,5}(?:\s\d{3})+(?:,\d+)?(?:\s?€)?")  # no year beside a number
_THINGS = re.compile(
    r"\b(?:places?|lits?|etp|journees?|actes?|nombre|effectifs?|personnes|jeunes|enfants|capacite|gmp|pmp|gir|finess)\b"
)
_START = re.compile(r"\bref|depart|n-1|constat|\breel|\brealis")
_UNITS = {"amount": re.compile(r"€|euro"), "percent": re.compile(r"%|\btaux\b|\bpart d")}


def _unit_note(value: Value, label: str, piece: Piece) -> str:
    if value.kind == "amount" and "€" not in value.text and "euro" not in value.text.lower():
        return "en milliers d'euros" if re.search(_THOUSANDS, f"{label} {piece.caption}".lower()) else "en euros"
    return _length_unit(label) if value.kind == "number" else ""


_THOUSANDS = r"milliers d['’]euros|(?<!\d)(?<!\d )k(?:€| euros)"
LENGTHS = ("en jours", "en semaines", "en mois", "en années")


def _length_unit(label: str) -> str:
    """The unit of lengths that a row's label gives to its figures: "Délai moyen d'admission (mois)" -> "en mois"."""
    found = re.search(r"(?:\ben |\()(jours|semaines|mois|années)\b", label)
    return f"en {found[1]}" if found else ""


def _years_of(column: str, heading: str, label: str, caption: str) -> tuple[str, ...]:
    """The years that a cell is said of: its column's, else those of its heading, its row's label or its table's caption."""
    return next((found for text in (column, heading, label, caption) if (found := tuple(YEAR.findall(text)))), ())
