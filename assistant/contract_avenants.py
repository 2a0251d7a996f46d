"""What the avenants of a contract change: the value in force, the one before, and the place that the avenant names.

Read from tables of changes ("Rédaction d'origine | Rédaction en vigueur"), from rows that replace an earlier row, and from
sentences ("À l'article 15.1, le montant de … est porté à …").
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.contract_text import AVENANT, GLOSSARY, Piece, bare, one_line, sentences
from corpus.clauses import heading_text
from corpus.values import Value, find_values
from corpus.words import fold, index_words

_KINDS = ("date", "amount", "percent", "duration")
_VERB = re.compile(
    r"(?:est|sont|sera|seront)\s+(?:désormais\s+|donc\s+)?(?:remplacée?s?|portée?s?|reportée?s?|ramenée?s?|fixée?s?|effectuée?s?|"
    r"relevée?s?|abaissée?s?|repoussée?s?|avancée?s?|étendue?s?|augmentée?s?|réduite?s?|prolongée?s?|prorogée?s?|modifiée?s?)\b|\bpasse(?:nt)?\b|\bdevien(?:t|nent)\b"
)
_BEFORE = re.compile(r"prévue?s?|fixée?s?|initial|plaçait|était|devait|de\s*$|du\s*$|la date|le montant|la somme|la cible|celle")
# Looked ahead, so that "l'astreinte de nuit est portée de 10 € à 12 €" is tried at each "de".
_FROM_TO = re.compile(r"(?=\b(?:de|du|d['’])\s*(?P<old>[^;.]{1,45}?)\s+(?:à|au)\s+(?P<new>\S.{0,45}))")
_TEXT = re.compile(
    r"(?:la mention|les mots|le mot|l['’]expression|les termes|le nom)\s+(?:qui désignent\s+|de la\s+|de l['’]|du\s+|de\s+|d['’])?(?P<old>.{3,110}?)\s+"
    r"(?:est|sont) remplacée?s? par\s+(?:celle\s+|celui\s+|ceux\s+|les mots\s+)?(?:de la\s+|de l['’]|du\s+|de\s+|des\s+)?[«\"]?\s*(?P<new>[^«»\";]{3,90}?)\s*[»\"]?(?=[;.,»\"]|\s*$)",
)
_CIVIL = r"(?:M\.|Mme|Dr|Monsieur|Madame|Docteur|[Ll]e docteur|[Ll]a docteure)"
_PERSON = re.compile(
    rf"(?P<old>{_CIVIL}\s[^,]{{3,50}}?)\s+est remplacée?,?[^,]{{0,40}},?\s*par\s+(?P<new>{_CIVIL}\s[^,.;]{{3,50}})"
)
# "Le délai pour saisir ce juge est de deux mois": the new value alone.
_NOW = re.compile(
    r"\b(?:le délai|la durée|le montant|le plafond|le taux|le total)\b[^.;]{0,60}?(?:\best (?:désormais |donc )?(?:de|fixée? à)|s['’]établit [^.;]{0,20}à)\s+(?P<new>\S.{0,40})",
    re.IGNORECASE,
)
# "La date d'expiration est remplacée par celle du …": the new value alone, of something that stood before.
_MOVED = re.compile(
    r"(?:est|sont|sera|seront)\s+(?:désormais\s+|donc\s+)?(?:remplacée?s? par (?:celle|celui) d[ue]|(?:reportée?s?|repoussée?s?|avancée?s?|décalée?s?|"
    r"prolongée?s?|prorogée?s?|portée?s?|ramenée?s?|relevée?s?|abaissée?s?)\s(?:jusqu['’]au|au|à))\s+(?P<new>\S.{0,45})"
)
_DETERMINER = re.compile(r"^(?:le|la|les|l['’])\s*(?=[a-zà-ÿ])")
_NUMBER_YEAR = re.compile(r"(?P<n>\d[\d ,.]*?(?:\s?%)?)\s+(?:\w+\s+)?(?:en|pour)\s+(?P<year>20\d\d)")
_ARTICLES = re.compile(
    r"(?:\barticles?\s+|§\s?)((?:[IVX]+\.)?\d+(?:\.\d+)*(?:(?:,\s*|\s+et\s+)(?:[IVX]+\.)?\d+(?:\.\d+)*)*)", re.IGNORECASE
)
_POINT = re.compile(  # "au 8.1", "du III.E", "au A1"; no date ("31.12.2027"), no sum ("1.250.000 €")
    r"\b(?:[Aa]u|[Dd]u|[Ll]e)\s+(?:points?\s+)?((?:[IVX]+\.)?\d{1,2}(?:\.\d{1,2})+|[IVX]+\.(?:\d{1,2}|[A-Z])|[A-H]\.?\d{1,2})(?![.\d]*\d|[.\d]*\s?[%€]|\w)"
)
_ROW = re.compile(
    r"\b(?:indicateur|objectif|action|engagement|opération|ligne)\s+(?:n°\s?)?([A-Z]{0,2}\d{1,2}(?:\.\d+)*)\b", re.IGNORECASE
)
_INSTEAD = re.compile(r"(?P<new>\d[\d\s.,]*.{0,25}?),?\s+au lieu (?:de|du|d['’])\s*(?P<old>.{1,40})")
_OWN_NUMBER = re.compile(r"(?:article|art\.|point|§)\s?\S+")  # the avenant's own article, without a title
_TABLE = re.compile(r"\b(tableau|annexe|fiche(?:[ -]action)?)\s+(?:n°\s?)?([\dIVXA-Z][\w.-]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Avenant:
    """An avenant found in the file; `number` "" when it has none, `signed` an ISO date or ""."""

    number: str
    title: str
    signed: str
    page: int


@dataclass(slots=True)
class Change:
    """A value that an avenant replaces (`old` is "" when it only says the new one). `year` is the target's year where the change is one of a yearly target; `refs` are
    the places that it names ("15.1", "tableau 7"); `target` is the original piece that it changes, where it was found."""

    kind: str
    old: str
    new: str
    old_normalized: str
    new_normalized: str
    about: str
    year: str
    refs: tuple[str, ...]
    avenant: str
    page: int
    label: str
    quote: str
    target: Piece | None = None


def find_avenants(pieces: Sequence[Piece]) -> list[Avenant]:
    """The avenants that stand in the file, in order."""
    found: dict[str, Avenant] = {}
    for piece in pieces:
        if piece.zone != AVENANT:
            continue
        title = piece.headings[0]
        number = re.search(r"(?:n°|N°|numéro)\s*(\d+)", title)
        seen = found.setdefault(title, Avenant(number[1] if number else "", title, "", piece.page))
        if match := re.search(
            r"\b(?:Fait\b|(?:Établi|Dressé|Passé|Signé) (?:à|en)\b).{0,60}?\ble\s|^\s*À [^.;:\d]{3,40}, le\s",
            piece.text,
            re.MULTILINE,
        ):
            dates = find_values(piece.text[match.end() - 1 :], "date")
            if dates and not seen.signed:
                found[title] = Avenant(seen.number, title, dates[0].normalized, seen.page)
    return list(found.values())


def find_changes(pieces: Sequence[Piece]) -> list[Change]:
    """What the avenants change, in order, each tied to the original piece where there is one."""
    changes: list[Change] = []
    labels: dict[tuple[int, tuple[str, ...]], tuple[list[str], list[str]]] = {}
    for piece in pieces:
        if piece.zone != AVENANT:
            continue
        number = re.search(r"(?:n°|N°|numéro)\s*(\d+)", piece.headings[0])
        name = f"avenant n° {number[1]}" if number else "avenant"
        if piece.is_row:
            where = (piece.page, piece.headings)
            if all(re.fullmatch(r"(ancien|nouveau|avant|apres)(ne|nelle)?s?", fold(c)) for _, c in piece.cells):
                years = [y for head, _ in piece.cells for y in re.findall(r"\b20\d\d\b", head)]
                labels[where] = [fold(c) for _, c in piece.cells], years
            else:
                changes += _row_changes(piece, name, pieces, *labels.get(where, ([], [])))
        elif not re.match(r"(vu|entre|considerant)\b", piece.folded):
            titles = (heading_text(heading) for heading in piece.headings[1:])
            context = _refs(" ".join(title for title in titles if not _OWN_NUMBER.fullmatch(title)))
            before: list[str] = []  # "Le total s'établit à …" speaks of the article that the sentence above names
            for start, end in sentences(piece.text):
                own = _refs(one_line(piece.text[start:end]))
                before = own or before
                changes += _sentence_changes(piece, piece.text[start:end], name, [*before, *context])
    merged = _merge(changes)
    body = [p for p in pieces if p.zone not in (AVENANT, GLOSSARY)]
    for change in merged:
        change.target = change.target or _target(change, body)
        if change.target is not None and not change.old:
            _complete(change, change.target)
    return merged


def _complete(change: Change, target: Piece) -> None:
    """Give a change the value that it replaces: of those of its kind, the one with most of its words just before it."""
    about = {word for word in index_words(change.about) if word.isalpha()}  # the clause's own number is in every sentence
    told = []
    for start, end in sentences(target.text):
        text = one_line(target.text[start:end])
        values = find_values(text, change.kind)
        for above, value in zip([None, *values], values, strict=False):
            said = text if len(values) == 1 else text[above.end if above else 0 : value.start]
            told.append((len(about & set(index_words(said))), value))
    told.sort(key=lambda pair: -pair[0])
    if told and told[0][0] and (len(told) == 1 or told[0][0] > told[1][0]):
        change.old, change.old_normalized = told[0][1].text, told[0][1].normalized


def _make(piece: Piece, kind: str, old: Value | str, new: Value | str, about: str, refs: Iterable[str], name: str, quote: str, year: str = "") -> Change:  # fmt: skip
    a, b = (v.text if isinstance(v, Value) else _DETERMINER.sub("", v.strip()) for v in (old, new))
    x, y = (v.normalized if isinstance(v, Value) else fold(v.strip()) for v in (old, new))
    return Change(
        kind, a, b, x, y, bare(about)[:200], year, tuple(dict.fromkeys(refs)), name, piece.page, piece.label, quote,
    )  # fmt: skip


def unstyled(name: str) -> str:
    """A person's name without "Madame" or "Mme", which a contract and its avenant may write otherwise."""
    return re.sub(rf"^{_CIVIL}\s", "", name)


def _refs(text: str) -> list[str]:
    refs = [m[1].lower() for m in _POINT.finditer(text)]
    for match in _ARTICLES.finditer(text):
        refs += [r.lower() for r in re.findall(r"(?:[IVX]+\.)?\d+(?:\.\d+)*", match[1], re.IGNORECASE)]
    refs += [f"ligne {m[1].lower()}" for m in _ROW.finditer(text)]
    return refs + [f"{re.split('[ -]', m[1].lower())[0]} {m[2].lower().rstrip('.,')}" for m in _TABLE.finditer(text)]


def _quoted(sentence: str) -> list[tuple[str, Value | str, Value | str]]:
    """ "Les mots « cinq ans » et « 31 décembre 2028 » sont remplacés par « six ans » et « 31 décembre 2029 »": (kind, old, new) of
    each pair; [] where there is one pair, or none."""
    halves = re.split(r"sont (?:respectivement )?remplacée?s? (?:respectivement )?par", sentence)
    if len(halves) != 2:
        return []
    old, new = (re.findall(r"«\s*([^»]+?)\s*»", half) for half in halves)
    if len(old) != len(new) or len(old) < 2:
        return []
    found: list[tuple[str, Value | str, Value | str]] = []
    for a, b in zip(old, new, strict=True):
        values = ((kind, find_values(a, kind), find_values(b, kind)) for kind in _KINDS)
        found.append(next(((kind, x[-1], y[-1]) for kind, x, y in values if x and len(x) == len(y)), ("text", a, b)))
    return found


def _sentence_changes(piece: Piece, raw: str, name: str, context: list[str]) -> list[Change]:
    sentence = one_line(raw)
    refs = [*_refs(sentence), *context]
    found: list[Change] = []
    if match := _TEXT.search(sentence) or _PERSON.search(sentence):
        values = ((kind, find_values(match["old"], kind), find_values(match["new"], kind)) for kind in _KINDS)
        kind, old, new = next(
            ((k, a[0], b[0]) for k, a, b in values if len(a) == len(b) == 1), ("text", match["old"], match["new"])
        )
        found.append(_make(piece, kind, old, new, sentence, refs, name, raw))
    if both := _quoted(sentence):
        return [_make(piece, kind, a, b, sentence, refs, name, raw) for kind, a, b in both]
    if yearly := _yearly(sentence):
        return [_make(piece, "number", old, new, sentence, refs, name, raw, year) for year, old, new in yearly]
    for part in re.split(r"\s;\s|,\s(?=et\s)|\set\s(?=(?:celle|celui|la|le|les|l['’])\b)", sentence):
        found += _part_changes(piece, part, raw, refs, name, bool(_VERB.search(sentence)))
    return found


def _yearly(sentence: str) -> list[tuple[str, str, str]]:
    """ "… de 48 en 2026, 50 en 2027 sont remplacées par 56 en 2026, 58 en 2027": (year, old, new)."""
    halves = re.split(r"(?:est|sont) remplacée?s? par", sentence)
    if len(halves) != 2:
        return []
    old, new = ({m["year"]: m["n"].strip() for m in _NUMBER_YEAR.finditer(half)} for half in halves)
    return [(year, old[year], new[year]) for year in old if year in new] if len(new) > 1 else []


def _part_changes(piece: Piece, part: str, raw: str, refs: list[str], name: str, verb_near: bool) -> list[Change]:
    verb = _VERB.search(part)
    for match in _FROM_TO.finditer(part):
        for kind in (*_KINDS, "number"):
            old, new = find_values(match["old"], kind), find_values(match["new"], kind)
            if kind == "number" and not (old and new and verb and verb.end() <= match.start() + 1):
                continue
            if not old and new and kind != "date":  # "de 38 à 44 places", "de 1,2 à 1,4 M€": the unit stands once
                old = find_values(match["old"] + new[0].text[len(new[0].text.rstrip("%€ ")) :], kind)
            if old and new and old[0].start == 0 and new[0].start == 0 and verb_near:
                return [_make(piece, kind, old[0], new[0], part, refs, name, raw)]
    if (instead := _INSTEAD.search(part)) is not None:
        for kind in _KINDS:
            old, new = find_values(instead["old"], kind), find_values(instead["new"], kind)
            if old and new and old[0].start == 0:
                year = next((y[0] for y in re.finditer(r"\b20\d\d\b", part[: instead.start("new") + new[-1].start])), "")
                return [_make(piece, kind, old[0], new[-1], part, refs, name, raw, year if kind != "date" else "")]
    if (now := _NOW.search(part) or _MOVED.search(part)) is not None:
        told = next(((k, v[0]) for k in _KINDS if (v := find_values(now["new"], k)) and v[0].start == 0), None)
        if told is not None and not find_values(part[: now.start("new")], told[0]):
            return [_make(piece, told[0], "", told[1], part, refs, name, raw)]
    if not verb:
        return []
    for kind in _KINDS:
        before = [v for v in find_values(part, kind) if v.end <= verb.start()]
        after = [v for v in find_values(part, kind) if v.start >= verb.end()]
        if before and after and before[-1].normalized != after[0].normalized:
            if kind == "date" and not _BEFORE.search(part[: before[-1].start]):
                continue
            between = part[verb.end() : after[0].start]
            if len(between) > 70:
                continue
            year = next((v[0] for v in re.finditer(r"\b20\d\d\b", part[before[-1].end : verb.start()])), "")
            return [_make(piece, kind, before[-1], after[0], part, refs, name, raw, year if kind != "date" else "")]
    return []


def _row_changes(
    piece: Piece, name: str, pieces: Sequence[Piece], labels: list[str], years: list[str]
) -> list[Change]:  # fmt: skip
    heads = [fold(head) for head, _ in piece.cells]
    texts = [cell for _, cell in piece.cells]
    said = [re.search(r"\b(ancien|nouveau|avant|apres)", head) for head in heads[1:]]
    dated = [re.search(r"\b20\d\d\b", head) for head in heads[1:]]
    if all(said) and all(dated):  # "N+4 (2027) Ancien": both rows of headings in one
        return _labelled(piece, [m[0] for m in said if m], list(dict.fromkeys(m[0] for m in dated if m)), name)
    old = next((i for i, h in enumerate(heads) if re.search(r"origine|ancien|avant|initial", h)), None)
    new = next((i for i, h in enumerate(heads) if re.search(r"en vigueur|nouve|apres|modifie", h)), None)
    about = " — ".join(t for i, t in enumerate(texts) if i not in (old, new) and not re.fullmatch(r"[\d., ]+", t))
    if old is not None and new is not None and old != new:
        refs = _refs(" ".join("article " + t if re.match(r"[\dIVX.]+(,|$)", t) else t for t in texts[:old]))
        return _pairs(piece, texts[old], texts[new], about, refs, name)
    if labels and len(labels) == len(texts) - 1:
        return _labelled(piece, labels, years, name)
    original = _same_row(piece, pieces)
    if original is None:
        return []
    out = []
    for (head, before), (_, after) in zip(original.cells[1:], piece.cells[1:], strict=True):
        if before != after:
            about = f"{piece.cells[0][1]}, {head or 'valeur'}"
            for change in _pairs(piece, before, after, about, [], name):
                change.target = original
                out.append(change)
    return out


def _labelled(piece: Piece, labels: list[str], years: list[str], name: str) -> list[Change]:
    """A row under "Ancien | Nouveau" columns; `years` stand in the headings above them."""
    texts = [cell for _, cell in piece.cells[1:]]
    out, at = [], 0
    for i, label in enumerate(labels):
        if label.startswith(("ancien", "avant")) and i + 1 < len(labels) and at < len(years):
            out += _pairs(piece, texts[i], texts[i + 1], piece.cells[0][1], [], name, years[at])
            at += 1
        elif label.startswith(("nouve", "apres")) and not labels[i - 1].startswith(("ancien", "avant")) and at < len(years):
            kind = _kind(texts[i])  # a year that the contract did not have
            value = find_values(texts[i], kind)
            out.append(
                _make(piece, kind, "", value[0] if value else texts[i], piece.cells[0][1], [], name, piece.text, years[at])
            )
            at += 1
    return out


def _same_row(piece: Piece, pieces: Sequence[Piece]) -> Piece | None:
    key = fold(piece.cells[0][1])
    for other in pieces:
        if other.zone != AVENANT and other.is_row and len(other.cells) == len(piece.cells) and fold(other.cells[0][1]) == key:
            kinds = zip(other.cells[1:], piece.cells[1:], strict=True)
            if all(_kind(a) == _kind(b) for (_, a), (_, b) in kinds):
                return other
    return None


def _kind(text: str) -> str:
    return next((k for k in (*_KINDS, "number") if find_values(text, k)), "text")


def _pairs(piece: Piece, old: str, new: str, about: str, refs: list[str], name: str, year: str = "") -> list[Change]:
    """One change, or one a year where "48, 50, 51" becomes "56, 58, 60" and the row names three years."""
    years = re.findall(r"\b20\d\d\b", about)
    olds, news = re.split(r",\s(?=\d)", old), re.split(r",\s(?=\d)", new)
    if len(years) == len(olds) == len(news) > 1:
        return [_make(piece, "number", a, b, about, refs, name, piece.text, y) for y, a, b in zip(years, olds, news, strict=True)]
    kind = _kind(old) if _kind(old) == _kind(new) else next((k for k in (*_KINDS, "number") if find_values(old, k) and find_values(new, k)), "text")  # fmt: skip
    a, b = find_values(old, kind), find_values(new, kind)
    if old == new:
        return []
    year = year or (years[0] if len(years) == 1 and kind != "date" else "")
    return [_make(piece, kind, a[0] if a else old, b[0] if b else new, about, refs, name, piece.text, year)]


def _merge(changes: Sequence[Change]) -> list[Change]:
    """Each change once: a recapitulation repeats what the articles of the avenant say."""
    kept: list[Change] = []
    for change in changes:
        same = next((k for k in kept if _same(k, change)), None)
        if same is None:
            kept.append(change)
        else:
            same.refs = tuple(dict.fromkeys((*same.refs, *change.refs)))
            same.target, same.year = same.target or change.target, same.year or change.year
            same.about = min((same.about, change.about), key=len)
    return kept


def _same(a: Change, b: Change) -> bool:
    if a.avenant != b.avenant or (a.year and b.year and a.year != b.year):
        return False
    if (a.old_normalized, a.new_normalized) == (b.old_normalized, b.new_normalized):
        return True
    words = [(set(index_words(c.old)), set(index_words(c.new))) for c in (a, b)]
    return a.kind == b.kind == "text" and any(len(x & y) >= 2 for x, y in zip(*words, strict=True))


def _target(change: Change, body: Sequence[Piece]) -> Piece | None:
    """The original piece: at a place that the avenant names, or sharing its words, and holding the value replaced."""
    wanted = set(index_words(change.about))
    if not change.old and not change.refs and _MOVED.search(one_line(change.quote)):
        return _spoken_of(change, wanted, body)
    best: tuple[float, Piece] | None = None
    holding = [piece for piece in body if _holds(piece, change)]
    if len(holding) == 1 and change.old and (change.kind == "date" or len(change.old_normalized) >= 5):
        return holding[0]  # so exact a value, written once
    for piece in holding:
        named = len(set(change.refs) & piece.places)
        shared = len(wanted & set(index_words(piece.folded)))
        if not named and shared < 3:
            continue
        score = 4.0 * named + shared
        if best is None or score > best[0]:
            best = (score, piece)
    return best[1] if best else None


def _spoken_of(change: Change, wanted: set[str], body: Sequence[Piece]) -> Piece | None:
    """The original piece of a change that gives the new value alone and names no place: that of the sentence most like it."""
    best: tuple[int, Piece] | None = None
    for piece in body:
        if piece.is_row or not find_values(one_line(piece.text), change.kind):
            continue
        for start, end in sentences(piece.text):
            text = one_line(piece.text[start:end])
            shared = len({word for word in wanted & set(index_words(text)) if word.isalpha()})
            if shared > (best[0] if best else 1) and find_values(text, change.kind):
                best = shared, piece
    return best[1] if best else None


def _holds(piece: Piece, change: Change) -> bool:
    if not change.old:
        return bool(set(change.refs) & piece.places) and (
            bool(find_values(one_line(piece.text), change.kind)) or "dans le mois" in piece.folded
        )
    if change.kind in _KINDS:
        values = find_values(one_line(piece.text), change.kind)
        percents = change.kind == "percent" and re.search(r"%|\btaux\b", f"{piece.caption} {piece.folded}")
        if piece.is_row and (percents or (change.kind == "amount" and len(change.old_normalized) >= 5)):
            values += [v for _, cell in piece.cells if not re.match(r"[-−–]", cell) for v in find_values(cell, "number")]
        return any(v.normalized == change.old_normalized for v in values)
    return fold(unstyled(change.old)) in piece.folded or bool(
        change.kind == "text" and len(set(index_words(change.old)) & set(index_words(piece.folded))) >= 3
    )
