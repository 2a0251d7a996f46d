"""Answers that the contract's sheet already holds: its dates and length, its perimeter, its objectives; and who is named where."""

import re
from collections.abc import Iterator, Sequence

from assistant.answer import french_date
from assistant.contract_cues import SURE, Candidate
from assistant.contract_life import Dated, day_of
from assistant.contract_notice import notices
from assistant.contract_question import Asked
from assistant.contract_reading import Reading, Unit
from assistant.contract_text import AVENANT, Piece, one_line
from corpus.contract_words import contract_words
from corpus.values import Value, find_values
from corpus.words import STOPWORDS, fold

_CONTRACT = re.compile(r"\b(le |notre |mon |ce |du |au )?(contrat|cpom|convention|accord)s?\b")
_TYPE = re.compile(r"\b(ehpad|residence|ime|itep|sessad|esat|mas|fam|eam|savs|samsah|foyer|chrs|mecs|ssiad|spasad)s?\b")
_OF_OURS = re.compile(rf"\b(?:du|de l.|des|de la|de nos) {_TYPE.pattern}")
_PERIMETER = re.compile(
    rf"\b({_TYPE.pattern}|etablissements?|structures?|maisons?|services?|residences?|sites?|essms)\b(?=.*\b(contrat|cpom|perimetre|dedans|couver|concern|inclus))"
    r"|\bporte sur\b|\bquel perimetre|\bperimetre (du|de)"
)
PERIMETER_ALSO = re.compile(
    rf"\b({_TYPE.pattern}|etablissements?|structures?|maisons?|services?|residences?|sites?|essms|liste|perimetre|couver\w*|concern\w*|inclus\w*|dedans|porte|portent|font|partie|compris\w*|sociaux|medico|gere\w*|entrent|dans)\b"
)
_OBJECTIVES = re.compile(r"\b(objectifs?|axes?|engagements?)\b")
_OBJECTIVES_ALSO = re.compile(r"\b(strategiques?|operationnels?|generaux|principaux|grands?|retenus?)\b")


def facts(asked: Asked, reading: Reading) -> list[Candidate]:
    """What the sheet says to a question on the contract's own life or a list that it holds; [] for any other."""
    return [*_life(asked, reading), *_lists(asked, reading)]


def leftover(asked: Asked, *patterns: re.Pattern[str]) -> list[str]:
    """Words of the question that say something else than these patterns."""
    text = asked.folded
    for pattern in (*patterns, _CONTRACT, _OF_OURS):
        text = pattern.sub(" ", text)
    words = contract_words()
    out = []
    for word in re.findall(r"[a-z0-9]+", text):
        small = word in STOPWORDS or len(word) < 2 or word in words.drop or word in words.light
        if not small:
            out.append(word)
    return out


def _life(asked: Asked, reading: Reading) -> Iterator[Candidate]:
    life = reading.sheet.life
    intent = asked.life if asked.life is not None else _plain_life(asked)
    first = life.first_term
    ends = {"term": first if asked.original else life.term, "first": first, "effect": life.effect, "signed": life.signed}
    if intent == "length":
        yield from _length(asked, reading)
    elif intent == "avenant" and not _takes_effect(asked):
        yield from _avenant_date(asked, reading)
    elif intent in ("extend", "leave") and asked.kinds.get("duration", 0.0) >= asked.kinds.get("date", 0.0):
        yield from notices(asked, reading, intent)
    elif (dated := ends.get(intent)) is not None:
        yield from _dated(dated, reading, first if intent in ("term", "first") else None, life.extended_by)


def _takes_effect(asked: Asked) -> bool:
    """Whether it is from when something applies that is asked, not the day on which it was signed."""
    return any(fact.name == "effect" and fact.asks.search(asked.folded) for fact in contract_words().facts)


def _plain_life(asked: Asked) -> str:
    """What the words alone say that a question asks of the contract's life, "" for a question that says anything else."""
    if asked.avenant is not None and not asked.original:
        return "avenant" if "date" in asked.kinds and not leftover(asked, _AVENANT_DATE) else ""
    for fact in contract_words().facts:
        kind = "duration" if fact.name == "length" else "date"
        if kind in asked.kinds and fact.asks.search(asked.folded) and not leftover(asked, fact.asks, fact.also, _ORIGINAL):
            return fact.name
    return ""


def _avenant_date(asked: Asked, reading: Reading) -> Iterator[Candidate]:
    """The day on which an avenant was signed: the one that is named, else the last."""
    for avenant in reversed(reading.sheet.avenants):
        if avenant.signed and (not asked.avenant or asked.avenant == avenant.number):
            for unit in reading.units:
                if unit.piece.zone == AVENANT and unit.piece.page >= avenant.page:
                    for value in find_values(unit.own.text, "date"):
                        if value.normalized == avenant.signed:
                            yield Candidate(value, unit, SURE, 1.0)
                            return


_AVENANT_DATE = re.compile(
    r"\bavenants?\b(\s*(n°|numero|no)?\s*\d+)?|\bdates?\b|\bsign\w*|\bconclu\w*|\bde quand\b|\bpass(e|ee)\b"
)
_ORIGINAL = re.compile(r"\b(d.)?origine|\binitial\w*|\bau depart|\bau debut|\bavant\b|\bla signature")


def _dated(dated: Dated, reading: Reading, first: Dated | None, by: str) -> Iterator[Candidate]:
    unit = _unit_at(reading, dated)
    if unit is None:
        return
    change = next(
        (c for c in reading.sheet.changes if c.kind == "date" and c.new_normalized == dated.value and first is not dated), None
    )
    shown = french_date(dated.value) if dated.computed else dated.text
    working = ""
    if dated.computed:
        length = find_values(one_line(dated.quote), "duration")
        effect = reading.sheet.life.effect
        start = first.text if by and first else effect.text if effect else ""
        working = f"{start} + {length[0].text} = {shown}" if length and start else shown
    yield Candidate(Value("date", shown, dated.value, 0, 0), unit, SURE, 1.0, change, working)


def _unit_at(reading: Reading, dated: Dated) -> Unit | None:
    here = [u for u in reading.units if u.piece.page == dated.page and u.change is None]
    return next((u for u in here if one_line(dated.quote) in one_line(u.piece.text) or one_line(u.piece.text) in one_line(dated.quote)), here[0] if here else None)  # fmt: skip


def _length(asked: Asked, reading: Reading) -> Iterator[Candidate]:
    """The length as it is written; worked out from its two ends where it isn't."""
    life = reading.sheet.life
    places: list[Piece] = [hit.piece for hit in reading.sheet.clause("duree_effet").hits]
    first = next(
        (u for p in places for u in reading.units if u.piece.page == p.page and u.piece.start <= p.start < u.piece.end), None
    )
    for piece in places:
        for unit in (u for u in reading.units if u.piece.page == piece.page and u.change is None and not u.is_row):
            if unit.piece.end <= piece.start or piece.end <= unit.piece.start:
                continue
            for value in find_values(unit.own.text, "duration"):
                months = _months(value.normalized)
                before = fold(unit.own.text[: value.start])
                if (
                    months
                    and (months == life.months or (life.months is None and months >= 12))
                    and re.search(r"(pour|duree|de|sur|est)\s+(une )?(duree )?(de )?$", before[-30:])
                ):
                    yield Candidate(value, unit, SURE, 1.0)
                    return
    start, end = (day_of(d.value) if d else None for d in (life.effect, life.first_term))
    if first is not None and start and end and life.months and life.effect and life.first_term:
        years, months = divmod(life.months, 12)
        shown = f"{years} ans" if not months else f"{life.months} mois"
        normalized = f"P{years}Y" if not months else f"P{life.months}M"
        yield Candidate(
            Value("duration", shown, normalized, 0, 0),
            first,
            SURE,
            1.0,
            None,
            f"du {life.effect.text} au {life.first_term.text} = {shown}",
        )


def _months(normalized: str) -> int:
    match = re.fullmatch(r"P(\d+)([YM])", normalized)
    return int(match[1]) * (12 if match[2] == "Y" else 1) if match else 0


def _lists(asked: Asked, reading: Reading) -> Iterator[Candidate]:
    if "list" not in asked.kinds:
        return
    for pattern, also, key in ((_PERIMETER, PERIMETER_ALSO, "perimetre_essms"), (_OBJECTIVES, _OBJECTIVES_ALSO, "objectifs")):
        row = reading.sheet.clause(key)
        denied = re.search(r"\b(n.|ne )\w+ pas\b|\bpas (dans|compris)|\bhors\b|\bexclu", asked.folded)
        if denied or not pattern.search(asked.folded) or leftover(asked, also, pattern, _ORIGINAL) or not row.hits:
            continue
        if row.value is not None and row.value.kind == "list" and len(row.value.items) > 1:
            kind = _TYPE.search(asked.folded) if key == "perimetre_essms" else None
            named = [i for i in row.value.items if kind and kind[1] in fold(f"{i.text} {i.piece.text}").split()]
            items = named if len(named) > 1 else row.value.items  # "Résidence du Parc" alone: "résidences" is said of all
            names = [re.sub(r"\s*\(\d+ places?\)$", "", item.text) for item in items]
            piece = row.value.items[0].piece
            unit = next(
                (u for u in reading.units if u.piece is piece or (u.piece.page == piece.page and u.piece.start == piece.start)),
                None,
            )
            if unit is not None:
                yield Candidate(Value("list", ", ".join(names), names, 0, 0), unit, SURE, 1.0)  # type: ignore[arg-type]


# Names of persons, courts, bodies, firms.
_NAME = r"(?:[A-ZÀ-Ý][\w’'-]+|d['’][A-ZÀ-Ý][\w’'-]+|de [A-ZÀ-Ý][\w’'-]+|[A-ZÀ-Ý]\.)"
_PERSON = re.compile(rf"\b(?:M\.|Mme|Mlle|Dr|Pr|Me|Monsieur|Madame|Docteur)\s+(?:{_NAME}\s?){{1,4}}")
_BODY = re.compile(
    rf"\b(?:[Cc]abinet|[Ss]ociété|[Aa]ssociation|[Ff]ondation|[Bb]anque|[Cc]aisse|[Cc]rédit|[Tt]résorerie|[Mm]utuelle|[Gg]roupement|[Ss]ervice)\s+(?:[dl]['’]\w+\s|des?\s\w+\s|du\s)?«?\s?{_NAME}(?:[ -](?:et |de |des |du |la |les )*{_NAME})*(?:\s»)?"
    rf"|\b[Tt]ribunal (?:administratif|interrégional de la tarification sanitaire et sociale|judiciaire)(?: (?:de|d['’])\s?{_NAME})?|\b[Cc]our administrative d['’]appel(?: de {_NAME})?|\bTITSS\b"
)
_ROLE = re.compile(
    r"\b(?:[Ll]a |[Ll]e |[Ll]es |[Ll]['’]|[Uu]n |[Uu]ne )(?:présidente? du conseil départemental|président(?:e)?|préfète?|directeur général|directrice générale|directeur|directrice|médiat(?:eur|rice)|commission [a-zé]+ ?[a-zé]*|"
    r"autorités?(?: de tarification)?|Agence|ARS|Département|État|gestionnaire|Établissement|Association|association|comité de (?:suivi|pilotage)|conseil d['’]administration|assurance maladie|CPAM|MDPH|SIAO|DDETS)\b"
)


def parties(asked: Asked, scored: Sequence[tuple[Unit, float, float]]) -> list[Candidate]:
    """Who: the names of the units, by what stands around each; a person or a court before a mere role."""
    if "party" not in asked.kinds:
        return []
    named_one = bool(re.search(r"\bsign|\brepresent", asked.folded))  # a person, by name
    court = bool(re.search(r"juge|tribuna|devant (qui|quel)|juridiction", asked.folded))
    out = []
    for unit, score, fit in scored:
        if unit.change is not None:
            continue
        texts = (
            [(c, u.folded) for (_, c), u in zip(unit.piece.cells, unit.heads, strict=True)]
            if unit.is_row
            else [(unit.own.text, "")]
        )
        for raw, heading in texts:
            text = one_line(raw)
            found = [(m, 0.3) for m in _PERSON.finditer(text)] + [(m, 0.25) for m in _BODY.finditer(text)]
            found += [(m, 0.0) for m in _ROLE.finditer(text) if not any(a.start() <= m.start() < a.end() for a, _ in found)]
            found.sort(key=lambda pair: pair[0].start())
            named = [m for m, bonus in found if bonus]
            for match, bonus in found:
                start = max((m.end() for m in named if m.end() <= match.start()), default=0)
                stop = min((m.start() for m in named if m.start() >= match.end()), default=len(text))
                around = f"{heading} {text[max(start, match.start() - 140) : match.start()]} {text[match.end() : min(stop, match.end() + 110)]}"
                if court:
                    bonus = 0.5 if re.match(r"(?:[Tt]ribunal|[Cc]our|TITSS)", match[0]) else -0.3
                elif match.re is _ROLE and named_one:
                    bonus = -0.3
                elif match.re is not _PERSON and asked.share(fold(match[0])) > 0.15:
                    continue  # "qui représente l'ARS": not the ARS
                name = match[0].strip(" ,;")
                near = asked.share(fold(around))
                # A row says it of its label and of its column.
                crossed = max(0.0, asked.share(f"{unit.own.folded} ; {heading}") - fit) if unit.is_row else 0.0
                value = Value("party", name, name, 0, 0)
                out.append(Candidate(value, unit, score + 0.5 * near + 0.6 * crossed + bonus, fit + crossed))
    return sorted(out, key=lambda c: -c.score)
