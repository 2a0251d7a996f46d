"""Values that may answer a question on a contract, and what stands beside a value when it is the one asked for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.contract_avenants import Change
from assistant.contract_question import Asked, Idea, stems_of
from assistant.contract_reading import Unit
from corpus.values import MONTH_NAMES, Value, find_values
from corpus.words import fold, stem

_NAMING = re.compile(
    r"(?:articles?|\bart\.|tableaux?|annexes?|fiches?(?: actions?)?|titres?|n°|[LRD]\.|pages?|indicateurs?|chapitre|phase|axe|objectif|groupe"
    r"|avenant|du tableau)\s*(?:n°\s*)?(?:[\d.]+(?:,| et| à)\s*)*$",
    re.IGNORECASE,
)
_CITED = re.compile(
    r"\b(?:arretes?|decrets?|lois?|ordonnance|instruction|circulaire|convention collective[\w ]*|deliberations?|decisions?|avis|courrier|lettre|jugement)\b[^.;:,]{0,70}\b(?:du|le|date du|en date du)\s*$"
)
TOTAL = re.compile(r"(?:sous-)?(?:total|ensemble|cumul)\b")  # begins the label of a row that adds up the others
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_CLAUSE = re.compile(r"\d{1,2}\.\d{1,2}(?:\.\d{1,2})?")  # French decimals have a comma
SOME = re.compile(r"\b(?:dont|parmi|reserv\w*)\b")
FLOW = re.compile(
    r"\b(?:transform\w*|cree(?:e|es|r|s)?|creation|supprim\w*|ferm(?:e|es|er|eture)|extension|ajout\w*|supplementaires?|nouvelles? places?|de plus|en plus|en moins|devien\w*|convert\w*|ouvr\w* \w+ places)\b"
)
OUTCOME = re.compile(r"\b(?:port|ramen|pass|attei|fix|etabli)\w*\b[^,;]{0,50}\sa\s+$|\batteign\w+\s+$|\bsoit\s+$")
_COUNTED = re.compile(r"\s*(?:d['’]ouverture|de fermeture|par (?:an|semaine|mois)|dans l['’]année|de congés)", re.IGNORECASE)
_SPLIT = re.compile(r"(?<!\d),\s|,\s(?!\d)|\s;\s|\set\s|\s:\s|\.\s")

KIND, MISSED = 0.7, 0.2  # what being of the kind asked for counts in a score, and missing the question's subject
SURE = 3.0  # a fact of the contract's sheet stands above any value that was only found
# What an idea counts by where it is met: in the sentence or row itself, its heading, its paragraph, the headings above.
_OWN, _NEAR, _AROUND, _FAR, _HEADS = 1.0, 0.75, 0.6, 0.35, 0.3


# What a question on what is in force today says.
NOW = re.compile(
    r"\bactuel|\bdu coup\b|\bau final\b|\bfinalement\b|\bmaintenant\b|\baujourd.hui\b|\ben vigueur\b|\bdesormais\b|\ba ce jour\b|\ba present\b"
)


def level(idea: Idea, unit: Unit) -> float:
    """How near to what a unit says an idea is met, in [0, 1]."""
    for span, met in ((unit.own, _OWN), (unit.near, _NEAR), (unit.around, _AROUND), (unit.far, _FAR)):
        if span.text and idea.held(span.folded, span.stems):
            return met
    held = [idea.held(head.folded, head.stems) for head in unit.heads]
    if held and held[0] and len(held) > 2:
        return _AROUND  # the corner of a table says of what its figures are: "Absentéisme visé (%) | 2026 | 2027"
    return _HEADS if any(held) else 0.0


def missed(asked: Asked, unit: Unit) -> float:
    """How likely a unit and what is around it leave out a subject of the question, in [0, 1]."""
    return max((idea.subject * (1 - min(1.0, level(idea, unit) / _AROUND)) for idea in asked.ideas), default=0.0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value with where it stands and how well it fits (`score`; `fit` is the share of the question that its unit holds).

    `change` is what an avenant made of it; `computed` how it was worked out, `beside` from what other units; `years` those
    that it is said of (none: of any); `note` what must be said with it; `place` the cell of a row that it stands in.
    """

    value: Value
    unit: Unit
    score: float
    fit: float
    change: Change | None = None
    computed: str = ""
    years: tuple[str, ...] = ()
    note: str = ""
    beside: tuple[Unit, ...] = ()
    place: int = 0


def of_another(asked: Asked, folded: str) -> bool:
    """Whether the words around a value name an establishment of another kind than the question's."""
    told = set(_KINDS.findall(folded))
    wants = set(_KINDS.findall(asked.folded))
    return bool(told and wants) and not told & wants


_KINDS = re.compile(
    r"\b(ehpad|ime|impro|itep|ditep|sessad|esat|mas|fam|eam|savs|samsah|chrs|chu|mecs|ssiad|spasad|saad|camsp|cmpp|aemo|huda|cada)s?\b"
)


def is_given(asked: Asked, value: Value) -> bool:
    """Whether the question itself says the value ("pour prolonger d'un an, combien de temps avant ?")."""
    return any(v.normalized == value.normalized for v in find_values(asked.folded, value.kind)) and value.kind != "date"


def is_age(asked: Asked, text: str, value: Value) -> bool:
    """Whether a length of years is the age of those that a text speaks of, which the question does not ask for."""
    if value.kind != "duration" or not re.fullmatch(r"P\d+Y", value.normalized) or _AGE_ASKED.search(asked.folded):
        return False
    return bool(_AGED.search(fold(text[: value.start])) or re.match(r"\s+(?:et plus|revolus)\b", fold(text[value.end :])))


_AGED = re.compile(
    r"\bagee?s? (?:d.au moins |(?:de )?(?:plus|moins) de |de |d.)\s*$|\b(?:personnes|enfants|jeunes|residents|adultes) de (?:plus|moins) de\s+$"
)
_AGE_ASKED = re.compile(r"\bages?\b|\bans\b|\bannees?\b|combien de temps|\bduree|\bvieux\b|\bjeunes\b.*\bquel")


def counts(asked: Asked, after: str, kind: str) -> float:
    """A number counts something: better what the question counts, worse something else."""
    if kind != "number":
        return 0.0
    if _FULL_TIME.search(asked.folded) and asked.counted and not asked.counted.held(after, stems_of(after)):
        return 0.3 if _FULL_TIME.search(after) else -0.5  # "combien de postes, en ETP ?"
    if asked.counted is None:
        return -0.25
    if not asked.counted.held(after, stems_of(after)):
        return -0.25
    if asked.counted.light:
        return 0.1  # "combien de jours": a length, told by its own unit
    own = stem(asked.counted.name) in stems_of(after[-45:]) and not asked.counted.light  # the question's own word
    return 0.3 if own else 0.25


_FULL_TIME = re.compile(r"\betp\b|equivalents?.temps")
# What follows a number that leaves out what it counts: "douze places relèvent de l'internat et neuf sont réservées à …".
_ALONE = re.compile(
    r"\s*(?:$|[,;.)]|(?:est|sont|sera|seront|etai\w+|relev\w+|en(?! equivalent| etp)|au|aux|a|pour|dans|par|chez|sur|et|ou|fin 20\d\d)\b)"
)


def thing(text: str, value: Value, others: Sequence[Value]) -> str:
    """The folded words after the nearest number before one that stands alone: what it counts as well; "" for any other."""
    if value.kind != "number" or not _ALONE.match(fold(text[value.end :])):
        return ""
    above = [v for v in others if v.kind == "number" and v.end <= value.start and not _ALONE.match(fold(text[v.end :]))]
    return " " + fold(text[above[-1].end : value.start][:25]) if above and not YEAR.fullmatch(above[-1].text) else ""


_LENGTH_ASKED = re.compile(r"combien (?:de |d.)(heure|jour|semaine|mois|an)(?:s|nees?)?\b")
_LENGTH_UNITS = {"heure": "H", "jour": "D", "semaine": "W", "mois": "M", "an": "Y"}


def same_unit(asked: Asked, value: Value) -> float:
    """ "Combien de jours ?": a length in days counts for more, one in years for less."""
    told = _LENGTH_ASKED.search(asked.folded)
    if value.kind != "duration" or told is None:
        return 0.0
    return 0.1 if value.normalized.endswith(_LENGTH_UNITS[told[1]]) else -0.1


def inside(value: Value, other: Value) -> bool:
    """Whether a value is only a part of a longer one ("20" in "20 ans", "31 décembre" in "31 décembre 2028")."""
    return (
        other is not value
        and other.start <= value.start
        and value.end <= other.end
        and (other.end - other.start > value.end - value.start)
    )


def names(text: str, asked: Asked) -> bool:
    """Whether a number is a FINESS or SIREN number, which counts nothing, and the question asks for none."""
    return bool(_IDENTITY.fullmatch(text)) and not _IDENTIFIED.search(asked.folded)


def usable(value: Value, text: str, asked: Asked) -> Value | None:
    """The value as it is to be answered, None when it only names something."""
    before, after = text[: value.start], text[value.end :]
    if value.kind == "number":
        if names(value.text, asked):
            return None
        if asked.counted is None and not re.search(r"\d", value.text):
            after_it = re.match(r"\s(?:une? )?([^\W\d_]{3,})", fold(after))
            if not after_it or not any(i.held(after_it[1], stems_of(after_it[1])) for i in asked.ideas if not i.light):
                return None  # "les deux parties" counts nothing
        if YEAR.fullmatch(value.text) or _NAMING.search(before[-60:]) or _CLAUSE.fullmatch(value.text):
            return None
        if re.fullmatch(r"\s*(?:§\s?)?(?:\d+[.-])*", before) and re.match(r"(?:\s(?:bis|ter))?\s?[–)—]|\.(?!\d)", after):
            return None  # "17.2 – Le gestionnaire …": the clause's own number
        if re.match(r"\s?(?:heures?|h)\s?\d", after) or re.search(r"\d\s?(?:heures?|h)\s?$", before[-12:]):
            return None  # a time of day
        lasting = _LASTING.match(fold(after))
        if lasting and asked.counted is not None and not asked.counted.held(lasting[0], stems_of(lasting[0])):
            return None  # "24 heures" are no places
        if re.match(r"[.-]\d|°|er\b|\s?%|\s?€", after) or re.search(r"\d[.-]$", before[-2:]):
            return None
        if re.match(r"\s+(?:de l['’]article|du tableau)", after) or (not before.strip() and _ADDRESS.match(fold(after))):
            return None
        if re.match(rf"\s+(?:{_MONTHS})\b", fold(after)):
            return None
    clock = _CLOCK.search(fold(before)) or (re.search(r"\bde\s$", before) and re.match(r"\s+à \d", after))
    if value.kind == "duration" and value.normalized.startswith("PT") and clock:
        return None  # "ferme le vendredi à 16 heures"
    if value.kind == "date" and (_CITED.search(fold(before)[-110:]) or re.match(r"\s+suivant", after)):
        return None
    days = value.normalized.endswith("D") and re.search(
        r"combien de jours\b.*\b(par an|ouver|ferm)|ouver\w* combien", asked.folded
    )
    of_days = asked.counted is None or asked.counted.held(fold(value.text), stems_of(fold(value.text)))
    if value.kind == "duration" and (days or _COUNTED.match(after)) and of_days and "number" in asked.kinds:
        number = re.search(r"\d+", value.normalized)
        return Value("number", value.text, number[0] if number else value.normalized, value.start, value.end)
    return value


_IDENTITY = re.compile(r"\d(?:[ .]?\d){8}(?:(?:[ .]?\d){5})?")
_IDENTIFIED = re.compile(r"\b(?:finess|siren|siret|rpps|numeros?|identifiants?)\b|n°")
_ADDRESS = re.compile(
    r"(?: ?(?:bis|ter))?,? (?:rue|quai|avenue|boulevard|chemin|route|impasse|allee|place d[eu]s?|square|faubourg|cours|esplanade|ruelle)\b"
)
_CLOCK = re.compile(
    r"\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|matin|soir|ouv(?:re|ert\w*)|ferme\w*|rouvre|de \d{1,2} h(?:eures)?(?: \d\d)?)\b(?:(?!delai|duree|limite|droit|repos|volume|pendant)[^,;.]){0,30}\b(?:a|des)\s$"
)
_LASTING = re.compile(r"\s?(?:heures?|jours?|semaines?|mois|ans?|annees?)\b")
_MONTHS = "|".join(fold(name) for name in MONTH_NAMES)


def stretch(text: str, value: Value, others: Sequence[Value] = ()) -> tuple[str, str]:
    """The words around a value that go with it: its clause, and those before that hold no value of its kind."""
    cuts = [m for m in _SPLIT.finditer(text) if not (m.start() < value.end and value.start < m.end())]
    starts = [m.end() for m in cuts if m.end() <= value.start]
    ends = [m.start() for m in cuts if m.start() >= value.end]
    start, end = (starts[-1] if starts else 0), (ends[0] if ends else len(text))
    its_own = value.kind == "number" and re.match(r"\s+(?!(?:en|au|pour|dans|par) )[^\W\d_]{3,}", text[value.end :])
    while (
        len(starts) and value.start - start < 18 and not its_own
    ):  # ", 50 en 2027": too little said, the clause before goes with it
        starts.pop()
        start = starts[-1] if starts else 0
    last = max((v.end for v in others if v.kind == value.kind and v.end <= value.start), default=0)
    # "…, 214 700 € pour l'unité et, au titre de l'astreinte, une somme de 57 900 €": back to the value before.
    while last and starts and starts[-1] > last and not re.search(r"[;.]\s*$", text[: starts[-1]]):
        start = starts.pop()
    return text[max(start, value.start - 160) : value.start], text[value.end : min(end, value.end + 80)]


def year_bonus(asked: Asked, text: str, value: Value) -> float:
    if not asked.years or value.kind == "date":
        return 0.0
    near = near_years(text, value)
    if not near:
        return 0.0
    return 0.3 if set(near) & set(asked.years) else -0.4


def near_years(text: str, value: Value) -> tuple[str, ...]:
    start = max(0, value.start - 25)
    after, before = text[value.end : value.end + 22], text[start : value.start]
    year = YEAR.search(before)
    if year and re.match(r"\s(?:et|puis)\s", before[year.end() :]):
        above = [v for v in find_values(text[: value.start], value.kind) if not YEAR.fullmatch(v.text)]
        if above and above[-1].end <= start + year.start():
            before = ""  # "douze fin 2028 et cinq au terme": the year of the value before
    told = re.findall(
        r"\b(?:exercice|ann[ée]e|en|pour|de(?=\s+\d{4}\s+(?:est|sont|sera|seront|s['’])))\s+((?:19|20)\d\d)\b",
        text[: value.start],
    )
    return tuple(YEAR.findall(after) or YEAR.findall(before) or told[-1:])


# What stands beside a value when it is what the question is after.
_CUES: tuple[tuple[str, str, str], ...] = (  # question, before the value, after it
    (r"fini|termin|\bfin\b|\bterme\b|expire|tombe|echeance|jusqu|valable|arret", r"(jusqu.(au?|en)\b|\bfin\b|prend fin|terme (est|au|le)|a son terme|echeance|expire|s.acheve|se termine|\bau)\b[^,;]{0,25}$", ""),
    (r"effet|commence|debut|demarre|vigueur|a partir de", r"(effet|a compter du|a partir du|debut\w*|en vigueur|depuis)\b[^,;]{0,20}$", ""),
    (r"avant quand|limite|rend|remet|remise|envo|transm|demander|au plus tard|pour quand|pour quelle", r"(avant|au plus tard|echeance|limite|pour)\b[^,;]{0,15}$", r"^[^,;]{0,6}au plus tard"),
    (r"preavis|prevenir|(temps|mois|jours) avant\b|s.y prendre|a l.avance", r"preavis\b[^,;]{0,12}$", r"^\s*(au moins |au plus tard |de )?(avant |a l.avance|preavis)[^,;]{0,12}"),
    (r"sous combien|combien de (temps|jours) (pour|max|a-t-on|avons|on a)|delai|on a combien de (temps|jours)|jours (pour|avons)", r"(dans (les?|(?:un|le) delai( maximal| maximum)? (?:de|d.))|sous|\ben|delai (maximal |maximum )?(est )?(?:de|d.)|dispose(nt)? (?:de|d.))\s*$", ""),
    (r"\bvis|objectif|cible|attein\w+|\bamener|\bramener|attend\w* de nous|\bdescend\w* a\b|\btomber a\b|\bmonter a\b|\barriver a\b", r"(vis(e|ent|er)|attein\w+|port(er|ee?s?) a|ramen\w+ a|passer? a|doit [\w ]*|objectif\w*|cible\w*)\b[^,;]{0,15}$", ""),
    (r"maxi|au plus|plafon|depasser|limit|jusqu.a (?:combien|quel(?:le)? (?:pourcentage|taux|part|montant|somme|hauteur))|droit de", r"(au plus|plafon\w*|maxim\w*|depass\w*|exced\w*|limite|sous|limite de)\b[^,;]{0,25}$", r"^[^,;]{0,4}(au plus|maximum)"),
    (r"mini|au moins", r"(au moins|minimum|moins de)\b[^,;]{0,12}$", r"^[^,;]{0,4}(au moins|minimum)"),
    (r"baiss|perd|reduc|reduit|abattement|penal", r"(reduit\w*|baiss\w*|taux de reduction|abattement\w*)\b[^,;]{0,40}$", ""),
    (r"chaque annee|par an\b|annuel|combien de fois|fois", r"annuel", r"^\s*(fois|par an|seances|reunions)"),
)  # fmt: skip


_OLD = re.compile(
    r"\b(?:pass|port|augment|relev|ramen|redui|baiss|abaiss)\w*(?: (?:ses?|sa|les?|la|leurs?|son) [^,;.]{1,40}| l.[^,;.]{1,40})?\s+de\s+$"
)
_TO_NEW = re.compile(r"[^,;.]{0,30}?\sa\s+(?:\d|[a-z]+\s)")
_BOUND = re.compile(
    r"\b(?:inferieure?s?|superieure?s?|en dessous|au-dessous|au-dessus|au-dela|en deca)\s+(?:a|de|d.)\s*$|\bn.attei\w+ pas\s+$"
)
_SILL = re.compile(r"\bseuil\b[^,;.]{0,25}\s(?:a|de)\s+$")
_FROM_WHERE = re.compile(r"\bseuil|(?:a partir|au-dela|en deca|en dessous|au-dessus|plus|moins) d(?:e |.)(?:quel|combien)")
_WAS = (
    re.compile(r"\bcontre\s+$|\betai\w+ (?:deja )?(?:de|a)\s+$"),
    re.compile(r"\s*(?:[a-z]+ )?(?:a la signature|au depart|a l.origine)\b"),
)
_OF_OTHERS = re.compile(r"\s+(?:pour|en moyenne|dans|chez|au niveau)\b")  # "contre 10,9 % pour la médiane du département"
_THEN = re.compile(r"\b\w{2,}(?:ait|aient|ions)\b|\bdepart\b|\bsignature\b|\borigine|\binitial|\bavant\b")
_CASE = re.compile(r"\bsi\b|\bs.il|\bquand (?:on|ca|il|nous)\b|\ben cas d|\bdevien\w*|\b(?:tombe|passe|monte|descend) a\b")
_IN_CASE = (
    re.compile(r"\b(?:port|ramen|etend|etendu|redui|relev|allong|abreg)\w*\s+(?:jusqu.)?a\s+$"),
    re.compile(r"\s+(?:lorsqu|quand\b|si\b|s.il|en cas d|dans le cas)"),
)
_OF_MEANS = re.compile(r"[^,;]{0,30}?\bressources\b"), re.compile(r"\bressources\b|\bparticip\w*[^;.]{0,20}\bfrais\b")
_PAID_BY_THEM = re.compile(
    r"\b(?:gens|personnes?|familles?|menages?|usagers?|residents?|heberges?|accueillis)\b.*\b(?:pa[iy]\w*|vers\w*|donn\w*|particip\w*|contribu\w*)"
)
_WAITING = re.compile(r"\s+(?:\w+ )?en attente\b|\s+attend\w*\b")
_WHOLE = re.compile(r"\b(?:sur|parmi) (?:les|ses|ces|leurs|nos)\s+$")
_EVERY = re.compile(r"\btou(?:te)?s les\s+$")
_OFTEN = re.compile(
    r"tous les combien|toutes les combien|\bfrequen|\bsouvent|combien de fois|\brythme|periodicite|quel intervalle"
)
_UNANSWERED = re.compile(r"\b(?:dit|disent|repond\w*|bouge\w*) (?:rien|pas)\b|\bsans reponse\b|\bsilence\b|\btacite")
_SILENCE = re.compile(r"\b(?:silence|repute\w*|tacite\w*)\b[^,;]*$"), re.compile(r"\s+de silence\b|.*\bpasse ce delai\b")
_HOW_LONG_BEFORE = re.compile(r"\bcombien de (?:temps|jours|semaines|mois) avant (?P<end>la fin|le terme|l.echeance)?")
_ITS_END = re.compile(r"(?: au moins)? avant (?:l.|la |le |son |sa |cette )?(?:terme|echeance|expiration|fin)\b")
_NUMBER_OF_NAME = re.compile(r"\b(?:finess|siren|siret|rpps|naf|ape)(?: (?:geo\w*|jur\w*|ej|et))?\s*(?:n°|:)?\s*(?:[\d ]*\s)?$")


def part_played(asked: Asked, before: str, after: str, around: str) -> float:
    """What the part that a value plays in its sentence counts against it, or for it; all folded, `around` its own stretch.

    "De 6 à 9 places": what it was; "inférieur à 90 %": a condition; "sur les 36 places, huit": a whole; "tous les deux mois": a
    rhythm; "sans restauration": the case that the question puts; "passé ce délai": what a silence makes.
    """
    bonus = 0.0
    if _OLD.search(before) and _TO_NEW.match(after):
        bonus += 0.2 if asked.original else -0.4
    if _BOUND.search(before) and not re.search(r"seuil|dessous|dessus|partir|au-dela|plancher|quand\b", asked.folded):
        bonus -= 0.2
    if (_BOUND.search(before) or _SILL.search(before)) and _FROM_WHERE.search(asked.folded):
        bonus += 0.2
    if (_WAS[0].search(before) and not _OF_OTHERS.match(after)) or _WAS[1].match(after):
        bonus += 0.4 if asked.original or _THEN.search(asked.folded) else -0.15
    if _IN_CASE[0].search(before) and _IN_CASE[1].match(after) and _CASE.search(asked.folded):
        bonus += 0.25
    if _WHOLE.search(before) and "," in after and asked.share(after.split(",", 1)[1]) > 0.3:
        bonus -= 0.4
    if _OFTEN.search(asked.folded) and _EVERY.search(before):
        bonus += 0.3
    elif re.match(r"\s+consecuti", after) or _EVERY.search(before):
        bonus -= 0.3
    if _UNANSWERED.search(asked.folded) and (_SILENCE[0].search(before) or _SILENCE[1].match(after)):
        bonus += 0.3
    if ahead := _HOW_LONG_BEFORE.search(asked.folded):
        bonus += 0.2 * bool(ahead["end"] and _ITS_END.match(after)) - 0.3 * bool(re.match(r"\s+apres\b", after))
    if _NUMBER_OF_NAME.search(before):
        bonus -= 1.0
    if _WAITING.match(after) and not re.search(r"\battent|\battend", asked.folded):
        bonus -= 0.3
    if _PAID_BY_THEM.search(asked.folded) and (_OF_MEANS[0].match(after) or _OF_MEANS[1].search(before)):
        bonus += 0.25
    without = re.search(r"\bsans\b|\bhors\b|\bpas\b|\b(?:elles?|lui|eux|soi)[- ]memes?\b", asked.folded)
    if re.search(
        r"\bsans (?!qu|pouvoir|jamais|depasser|exceder|delai)|\bhors\b|\bne (?:l[ea] |les |l.)?(?:sont|est) pas\b|\bn.est pas\b",
        around,
    ):
        bonus += 0.15 if without else -0.1
    elif without and re.search(r"\bavec\b", around):
        bonus -= 0.15
    return bonus


_LIMIT = next((question, left) for question, left, _ in _CUES if question.startswith("maxi"))


def is_limit(asked: Asked, before: str) -> bool:
    """Whether a value that follows folded words is the limit that the question is after."""
    return bool(re.search(_LIMIT[0], asked.folded) and re.search(_LIMIT[1], before))


def cue_bonus(asked: Asked, before: str, after: str) -> float:
    hits = wanted = 0
    for question, left, right in _CUES:
        if re.search(question, asked.folded):
            weight = 2 if question.startswith(("maxi", "mini")) else 1  # a bound is what the question is after
            wanted += weight
            hits += weight * bool((left and re.search(left, before)) or (right and re.search(right, after)))
    return 0.3 * hits / wanted if wanted else 0.0
