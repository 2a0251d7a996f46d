"""Objectives, action sheets, and indicators with their reference value and yearly targets, read from a contract's tables.

Tables come from a page's layout: headings may be merged ("2021 2022 2023") or shifted by a column. Values are therefore
matched to years by their order where the counts agree, and left out where nothing is sure.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from assistant.contract_avenants import Change
from assistant.contract_text import ANNEXE, AVENANT, BODY, DIAGNOSTIC, GLOSSARY, VISAS, Piece, bare, one_line, sentences
from corpus.clauses import expected_clauses, heading_text
from corpus.values import find_values
from corpus.words import fold, index_words

_YEAR = re.compile(r"\b(20\d\d)\b|\bN(?:\s?([+-])\s?(\d))?\b(?!\s?°)")
_VALUE = r"[-–−+≤≥<>]?\s?\d[\d\s.,]*(?:\s?(?:%|€|k€|M€|ETP|places?|jours?|points?))?"
_CELL = re.compile(rf"^(?:{_VALUE}|[–-]|n\.?\s?d\.?|s\.?\s?o\.?)$", re.IGNORECASE)
_TOKEN = re.compile(r"[-−+]?\d[\d.,]*(?:\s?%)?|[–-]")
_REFERENCE = re.compile(r"\bref|depart|initial|reference|constat|t0\b")
_TOTAL = re.compile(r"total|ensemble|cumul")
_SCOPE = re.compile(r"etablissement|structure|residence|service|site|\bnom\b|perimetre")
_LABEL = re.compile(r"indicateur|unite|mesure|objectif|operation|agregat|exercice|annee")
_N_IS = re.compile(r"\bn (?:designe|est|correspond a|=)\s*(?:a )?(?:l.annee\s*)?(20\d\d)")
_OBJECTIVE = re.compile(
    r"(?P<what>Objectif|OBJECTIF|Action|ACTION)(?:\s+(?:stratégique|opérationnel|général))?\s*(?:n°\s?)?(?P<n>[A-Z]?-?\d{1,2}(?:[.-]\d{1,2})*)\s*[:–—-]\s*"
    r"(?P<text>[^.;|]{8,220})"
)
_AXIS = re.compile(r"^(?:[\d.\s–-]*)(?P<axis>(?:Axe|AXE)\s+[\dA-EIVX]+)\s*[:–—-]\s*(?P<text>.{4,120})$")
_SHEET = re.compile(
    r"^(?:Fiche|FICHE)(?:[ -](?:action|ACTION|objectif))?\s*(?:n°\s?)?(?P<n>[A-Z]?-?\d{1,2}(?:[.-]\d)?)\s*(?:[:–—-]\s*)?(?P<text>.*)$"
)
_SHEET_LINE = re.compile(r"(?:Objectif|Action|Fiche)\s+(?:n°\s?)?(?P<n>[A-Z]?-?\d{1,2})\s*[:–-]\s*(?P<text>[^.]{5,120})$")
_PILOT = re.compile(r"^(pilote|responsable|referent|porteur|chef de projet)")
_NAME = re.compile(r"(?:M\.|Mme|Dr)\s[^,]{3,40},\s(?:(?:[dl]['’])?(?:[a-zà-ÿ-]+|[A-Z]{2,})(?:\s|$|(?<=[dl])['’]))+")
_DEADLINE = re.compile(r"^(echeance|aboutissement|calendrier|date limite|delai|terme)\b")


@dataclass(slots=True)
class Indicator:
    """An indicator or an activity target. `reference` and `targets` map years to values as written ("92,4 %");
    `changed` maps a year to (original, in force, avenant). Years are "2026", or "N+1" where the contract doesn't say N."""

    kind: str  # "activité", "indicateur" or "finances"
    label: str
    scope: str
    reference: dict[str, str]
    targets: dict[str, str]
    page: int
    place: str
    quote: str
    changed: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    def in_force(self, year: str) -> str:
        """The target of a year, as the last avenant leaves it."""
        return self.changed[year][1] if year in self.changed else self.targets.get(year, "")


@dataclass(slots=True)
class Objective:
    """An objective, under its axis; `action` when the contract calls it one."""

    number: str
    text: str
    axis: str
    page: int
    place: str
    quote: str
    action: bool = False


@dataclass(slots=True)
class ActionSheet:
    """A "fiche action": its title, who leads it and by when, its lines as [label, text]. `deadline` is as written, `when` ISO or ""."""

    number: str
    title: str
    pilot: str
    deadline: str
    when: str
    page: int
    place: str
    quote: str
    lines: list[list[str]] = field(default_factory=list)


def read_indicators(pieces: Sequence[Piece], start_year: int | None, changes: Sequence[Change]) -> list[Indicator]:
    """Every table row by year; values before `start_year` (the contract's first) are references."""
    base = next((int(m[1]) for p in pieces if (m := _N_IS.search(p.folded))), None)
    found = []
    for piece in pieces:
        if not piece.is_row or piece.zone in (AVENANT, GLOSSARY, VISAS, DIAGNOSTIC) or not piece.has_years:
            continue
        if indicator := _indicator(piece, base, start_year):
            found.append(indicator)
    for change in changes:
        if change.year:
            _apply(change, found)
    return found


def _years(head: str, base: int | None) -> list[str]:
    out = []
    for match in _YEAR.finditer(head):
        if match[1]:
            out.append(match[1])
        else:
            shift = int(f"{match[2]}{match[3]}") if match[3] else 0
            out.append(str(base + shift) if base else f"N{match[2]}{match[3]}" if match[3] else "N")
    return out


def _indicator(piece: Piece, base: int | None, start_year: int | None) -> Indicator | None:
    cells = list(piece.cells)
    first = next((i for i, (_, cell) in enumerate(cells) if i and (_CELL.match(cell) or _many(cell))), 0)
    if not first or not any(len(re.findall(r"[^\W\d]", cell)) >= 3 for _, cell in cells[:first]):
        return None
    values = _aligned(cells, first, base)
    if len(values) < 2 or not any(re.search(r"\d", v) for _, v, _ in values):
        return None
    words = [(fold(head), cell) for head, cell in cells[:first] if not re.fullmatch(r"[\d.\s]+", cell)]
    labels = [cell for head, cell in words if _LABEL.search(head)] or [cell for head, cell in words if not _SCOPE.search(head)]
    scope = " ".join(cell for head, cell in words if _SCOPE.search(head) and cell not in labels)
    label = ", ".join(labels) or scope
    if re.match(r"(total|ensemble)\b", fold(label)) or re.match(r"(pilote|constat|actions?)\b", fold(label)):
        return None
    reference: dict[str, str] = {}
    targets: dict[str, str] = {}
    for year, value, head in values:
        old = bool(_REFERENCE.search(fold(head))) or (start_year is not None and year.isdigit() and int(year) < start_year)
        (reference if old or year == "N-1" else targets)[year] = value
    text = " ".join(v for v in (*reference.values(), *targets.values()))
    about = fold(" ".join((piece.caption, label, *piece.headings[-2:])))
    kind = (
        "finances" if "€" in text or re.search(r"depenses? prevues|paiements|resultat (attendu|prevu)|plan global|investissement", about)
        else "activité" if re.search(r"\bactivite\b|taux d.occupation|journees (realis|factur)|file active", about)
        else "indicateur"
    )  # fmt: skip
    return Indicator(
        kind, one_line(label), one_line(scope) if scope != label else "", reference, targets, piece.page, piece.label, piece.text
    )


def _many(cell: str) -> bool:
    return len(_TOKEN.findall(cell)) > 1 and not re.sub(_TOKEN, "", cell).strip()


def _aligned(cells: list[tuple[str, str]], first: int, base: int | None) -> list[tuple[str, str, str]]:
    """(year, value, column heading) of a row, by order where the counts agree, else by each cell's own heading."""
    heads = [y for head, _ in cells for y in _years(head, base)]
    values: list[tuple[str, str]] = []
    for head, cell in cells[first:]:
        own = _years(head, base)
        if _TOTAL.search(fold(head)) and not own:
            continue
        tokens = _TOKEN.findall(cell)
        if len(own) > 1 and len(tokens) == len(own) and _many(cell):
            values += [(head, token) for token in tokens]
        elif _CELL.match(cell):
            values.append((head, cell))
    if len(heads) == len(values) and len(set(heads)) == len(heads):
        marks = [head for head, _ in cells if re.search(_REFERENCE, fold(head))]
        note = marks[0] if marks and _years(marks[0], base) else ""
        return [(y, v, note if note and y == _years(note, base)[0] else "") for y, (_, v) in zip(heads, values, strict=True)]
    known = {i: int(own[0]) for i, (head, _) in enumerate(values) if len(own := _years(head, base)) == 1 and own[0].isdigit()}
    shifts = {year - i for i, year in known.items()}
    if len(known) >= 2 and len(shifts) == 1:  # years follow each other: a column whose heading was lost is the one between
        shift = shifts.pop()
        low, high = min(known), max(known)
        return [(str(shift + i), v, head) for i, (head, v) in enumerate(values) if low <= i <= high]
    return [(own[0], v, head) for head, v in values if len(own := _years(head, base)) == 1]


def _apply(change: Change, indicators: list[Indicator]) -> None:
    """Write a yearly change into the indicator that holds the old value in that year and shares its words."""
    wanted = set(index_words(change.about))

    def fits(indicator: Indicator) -> float:
        value = indicator.targets.get(change.year, "")
        if _plain(value) != _plain(change.old) or indicator.kind == "finances":
            return 0.0
        own = set(index_words(f"{indicator.label} {indicator.scope}"))
        here = change.target is not None and change.target.text == indicator.quote
        return len(wanted & own) / max(1, len(own)) + 2.0 * here

    best = max(indicators, key=fits, default=None)
    if best is not None and fits(best) > 0.4:
        best.changed[change.year] = (best.targets.get(change.year, ""), change.new, change.avenant)


def aligned_years(cells: Sequence[tuple[str, str]], base: int | None) -> dict[int, str]:
    """The year of each value cell of a row, by its place; {} where nothing is sure. `base` is the year that N names."""
    heads = [y for head, _ in cells for y in _years(head, base)]
    if len(heads) < 2:
        return {}
    own = {i: found for i, (head, _) in enumerate(cells) if (found := _years(head, base))}
    values = [
        i
        for i, (head, cell) in enumerate(cells)
        if i and _CELL.match(cell.strip()) and not (_TOTAL.search(fold(head)) and i not in own)
    ]
    if len(values) == len(heads) and len(set(heads)) == len(heads):
        return dict(zip(values, heads, strict=True))
    return {i: own[i][0] for i in values if len(own.get(i, [])) == 1}


def _plain(text: str) -> str:
    return re.sub(r"[^\d,.-]", "", text).replace(".", ",").strip(",")


def read_objectives(pieces: Sequence[Piece]) -> list[Objective]:
    """The objectives, each once, in the order of the contract; its numbered actions where it names no objective, else its
    axes."""
    found: list[Objective] = []
    axes: list[Objective] = []
    axis = ""
    for piece in pieces:
        if piece.zone in (AVENANT, GLOSSARY, VISAS, DIAGNOSTIC):
            continue
        for heading in piece.headings:
            if match := _AXIS.match(one_line(heading)):
                axis = one_line(heading)[match.start("axis") :]
                if not axes or axes[-1].axis != axis:
                    axes.append(Objective("", match["text"].strip(), axis, piece.page, piece.label, piece.text))
        for objective in _objectives_of(piece, axis):
            key = fold(objective.text)
            if not any(key == fold(o.text) or (objective.number and objective.number == o.number) for o in found):
                found.append(objective)
    named = [o for o in found if not o.action]
    return named or found or axes or _bullets(pieces)


def _bullets(pieces: Sequence[Piece]) -> list[Objective]:
    """The list under a heading on objectives or commitments, where nothing is numbered."""
    clause = next(c for c in expected_clauses() if c.key == "objectifs")
    found = []
    for piece in pieces:
        if piece.zone == BODY and piece.headings and clause.names(heading_text(piece.headings[-1])):
            for start, end in sentences(piece.text):
                raw = piece.text[start:end]
                if re.match(r"[–•-]\s", raw) and len(raw.split()) >= 4:
                    found.append(Objective("", bare(raw).strip(" ;."), "", piece.page, piece.label, raw))
    return found


def _objectives_of(piece: Piece, axis: str) -> Iterator[Objective]:
    if piece.is_row:
        cells = {fold(head): cell for head, cell in piece.cells}
        for head, cell in cells.items():
            if re.search(r"^objectif(?!.*(annuel|cible))", head) and len(cell.split()) >= 3 and not re.search(r"\d\s?%", cell):
                own = next((c for h, c in cells.items() if h.startswith("axe")), axis)
                yield Objective("", one_line(cell), own, piece.page, piece.label, piece.text)
    for start, end in sentences(piece.text):
        line = bare(piece.text[start:end])
        for match in _OBJECTIVE.finditer(line):
            action = match["what"].lower() == "action"
            yield Objective(match["n"], match["text"].strip(), axis, piece.page, piece.label, piece.text[start:end], action)


def read_sheets(pieces: Sequence[Piece]) -> list[ActionSheet]:
    """The action sheets: tables of two columns, or one table with a row an action."""
    found: list[ActionSheet] = []
    current: ActionSheet | None = None
    opened: set[tuple[str, ...]] = set()
    under: tuple[str, ...] = ()
    for piece in pieces:
        if piece.zone in (AVENANT, GLOSSARY, VISAS):
            continue
        if piece.is_row and (row := _action_row(piece)):
            found.append(row)
            continue
        for number, title in _titles(piece, opened):
            if current is None or (current.number, current.title) != (number, title):
                current = ActionSheet(number, title, "", "", "", piece.page, piece.label, piece.text)
                found.append(current)
                under = piece.headings
        if current is not None and piece.is_row:
            texts = [one_line(cell) for _, cell in piece.cells]
            _fill(current, texts, piece)
            if len(texts) == 2 and piece.headings == under:
                current.lines.append(texts)
    return [s for s in found if s.pilot or s.deadline]


def _titles(piece: Piece, opened: set[tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    """Titles of the sheet that starts here: a heading, a table's first cells (taken for its headings), a row, a line.

    `opened` remembers the tables whose headings have already given their sheet.
    """
    if piece.headings and (match := _SHEET.match(one_line(piece.headings[-1]))) and match["text"]:
        yield match["n"], match["text"]
        return
    if piece.is_row:
        heads = [one_line(head) for head, _ in piece.cells]
        texts = [one_line(cell) for _, cell in piece.cells]
        # A table's second sheet stands in a row; its first was taken for the headings.
        for parts in (texts, heads):
            match = _SHEET.match(parts[0]) or re.match(r"Objectif\s+(?P<n>\d+)\s*[:–-]\s*(?P<text>.+)", parts[0])
            if match is None and len(parts) == 2 and piece.headings and _SHEET.match(one_line(piece.headings[-1])):
                match = re.fullmatch(r"(?:Objectif|Action)\s+(?P<n>\d+)(?P<text>)", parts[0])  # its title stands in the next cell
            if match and (title := match["text"] or " ".join(parts[1:])):
                if parts is heads and (_SHEET.match(texts[0]) or tuple(heads) in opened):
                    continue
                opened.add(tuple(heads))
                yield match["n"], title
                return
    elif piece.zone == ANNEXE and (match := _SHEET_LINE.match(bare(piece.text))):
        yield match["n"], match["text"]


def _fill(sheet: ActionSheet, texts: list[str], piece: Piece) -> None:
    if len(texts) < 2:
        return
    label, rest = fold(texts[0]), " ".join(texts[1:])
    if _PILOT.match(label):
        inline = re.search(r"\bÉchéance\b", rest)
        pilot = re.sub(r"\bÉchéance\b.*", "", rest).strip(" ,;")
        if len(pilot) > 60 and (short := _NAME.match(pilot)):  # the next line of the sheet ran into this one
            pilot = short[0].strip(" ,;")
        sheet.pilot = sheet.pilot or pilot
        if inline:
            _set_deadline(sheet, rest[inline.end() :], piece)
    elif _DEADLINE.match(label):
        _set_deadline(sheet, rest, piece)


def _set_deadline(sheet: ActionSheet, text: str, piece: Piece) -> None:
    if sheet.deadline or not text.strip():
        return
    dates = find_values(text, "date")
    sheet.deadline = dates[0].text if dates else text.strip()
    sheet.when = dates[0].normalized if dates else ""
    sheet.page, sheet.place, sheet.quote = piece.page, piece.label, piece.text


def _action_row(piece: Piece) -> ActionSheet | None:
    """A row "Action | Contenu | Responsable | Échéance"."""
    cells = [(fold(head), one_line(cell)) for head, cell in piece.cells]
    pilot = next((c for h, c in cells if _PILOT.match(h)), "")
    deadline = next((c for h, c in cells if _DEADLINE.match(h)), "")
    title = next((c for h, c in cells if re.match(r"(contenu|action|intitule|objectif|libelle)", h) and len(c) > 6), "")
    if not (pilot and deadline and title):
        return None
    number = next((c for h, c in cells if re.match(r"(action|n°|fiche)", h) and len(c) <= 6), "")
    dates = find_values(deadline, "date")
    when = dates[0].normalized if dates else ""
    return ActionSheet(number, title, pilot, deadline, when, piece.page, piece.label, piece.text)
