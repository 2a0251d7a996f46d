"""A question on a contract, as understood: its ideas, the kinds of value it may want, its years, and which version it asks of.

An idea is a word, or an everyday expression that contracts put otherwise (`corpus/contract_words.yaml`), or an acronym with
its meanings (the lexicon's and the contract's own). Rare ideas weigh more.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from assistant.contract_reading import Reading
from assistant.question import Question, mend
from corpus.contract_words import contract_words
from corpus.lexicon import find_terms
from corpus.values import find_values
from corpus.words import STOPWORDS, fold, stem

_WORD = re.compile(r"[a-z0-9]+")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
ORIGINAL = re.compile(
    r"\borigine|\binitial|\bavant (l.|la |le |les |ce |cet |cette |d.etre )?(avenant|rallong\w+|prolong\w+|prorog\w+|modif\w*|report\w*|decal\w+|repouss\w+|extension|hausse|augmentation|baisse|changement|revalorisation|reduction)|\bau (tout )?depart\b"
    r"|\bavant qu(?:e |.)(?:\w+[ '’]){0,3}(?:avenant|relev|baiss|chang|modifi|augment|hauss|redui|prolong|prorog|report)"
    r"|^(?:et )?avant ?[,?]|\b(?:etait|avait|avaient|touchait|recevait)\b.*\bavant ?(?:[?(]|$)"
    r"|\ba la signature|premiere version|\bancien(ne)?s?\b|\bprevoyait|\bau debut du contrat"
)
AVENANT = re.compile(
    r"(?<!avant l.)(?<!apres l.)(?<!depuis l.)(?<!avec l.)(?<!sans l.)(?<!avant cet )\b(?:(?P<rank>premier|1er|deuxieme|second|2 ?e(?:me)?|troisieme|3 ?e(?:me)?) )?avenants?\b(?:\s*(?:n°|numero|no)?\s*(?P<number>\d+))?"
)
_RANKS = {"p": "1", "d": "2", "s": "2", "t": "3"}  # by the first letter
# What is to be counted: "combien de places", "nombre de réunions", "quel effectif".
_COUNTED = re.compile(
    r"(?:combien |nombre |\bnb )(?:de |d')?([a-z0-9-]+(?: [a-z0-9-]+)?)|\b(?:quel(?:le)? )?(capacite|effectif|file active|gmp|pmp)\b"
)
_INVERTED = re.compile(r"-(?:t-)?(?:il|elle|on|ils|elles|je|nous|vous|ce|tu|moi|la|le|les)\b")
# What says how the question is put, not what it is about.
_EMPTY = re.compile(
    r"\bpas sur le papier\b|\ben (?:jeu|cause|question)\b|\bme (?:re)?demande(?:nt)?\b|(?<=combien) de temps|(?<=quel) delai|\b(?:avant|apres|depuis|sans) (?:l.|la |cet(?:te)? )?(?:avenant|modif(?:ication)?)\b|\b(?:nous )?(?:est|sont) demandee?s?\b"
    r"|\bentre le debut et la fin\b|\b(?:a|d.ici|jusqu.a) la fin\b(?! (?:d|l))|\bau final\b|\bfinalement\b|\bin fine\b"
    r"|\bpar rapport (?:a|aux?)\b|\bdans le cadre d(?:es?|u)?\b|\ben (?:fonction|termes?|matiere) d(?:es?|u)?\b|\bau (?:niveau|sein|cours) d(?:es?|u)?\b|\ba (?:l.egard|propos) d(?:es?|u)?\b"
)
# What is left out of what is asked for: "hors taux national", "(sans l'urgence)".
_ASIDE = re.compile(
    r"\b(?:hors|hormis|excepte|sans compter)(?: (?:(?:de|du|des|la|les?|notre|nos) |[dl]')*(?!(?:de|du|des|la|les?|l|d|notre|nos|ca|c|on|ce|il|et|ou|en|sur|pour|est)\b|con(?:trat|vention)|accord|cpom|perimetre|champ|delai|murs|combien|qu)[a-z-]+){1,2}|\(sans [^)?]+"
)
_CHANGES = re.compile(r"(?:on |nous )?(?:perd|gagn|augment|baiss|diminu|evolu|progress)\w*")
_LIGHT, _NAMED = 0.3, 1.5  # "EHPAD", "Les Tilleuls": which of several is asked for
_LONGER = 2  # "referent" is not "referentiel"
_PREFIX = 5  # stems that share so many letters from the start are the same word


@dataclass(frozen=True, eq=False)
class Idea:
    """One thing that a question speaks of: matched by any of its patterns, or by all the stems of any of its groups.

    `subject`, in [0, 1]: how likely a contract has to speak of it to answer, rather than it being a way of asking.
    `aside`: the question leaves it out of what it asks for, so that the answer need not speak of it.
    """

    name: str
    groups: tuple[frozenset[str], ...]
    patterns: tuple[re.Pattern[str], ...] = ()
    weight: float = 1.0
    light: bool = False
    subject: float = 0.5
    aside: bool = False

    _met: dict[tuple[str, frozenset[str]], bool] = field(default_factory=dict, init=False, repr=False)

    def held(self, folded: str, stems: frozenset[str]) -> bool:
        """Whether a text, folded and as stems, speaks of it; asked of the same headings again and again, so remembered."""
        key = (folded, stems)
        met = self._met.get(key)
        if met is None:
            met = self._met[key] = any(p.search(folded) for p in self.patterns) or any(
                group and sum(_has(stems, word) for word in group) >= 0.75 * len(group) for group in self.groups
            )
        return met


def _has(stems: frozenset[str], word: str) -> bool:
    if word in stems:
        return True
    if len(word) < _PREFIX:
        return False
    if word.endswith("o") and any(s.startswith(word) for s in stems):
        return True  # "balneo", "perso": cut short
    return any(
        (s.startswith(word) or (len(s) >= _PREFIX and word.startswith(s))) and abs(len(s) - len(word)) <= _LONGER for s in stems
    )


def stems_of(folded: str) -> frozenset[str]:
    return frozenset(stem(w) for w in _WORD.findall(folded))


@dataclass(slots=True)
class Asked:
    """`ideas` weigh by rarity; `kinds` maps each kind of value that may be wanted to how likely it is (1 = surely); `original` asks for what
    stood before any avenant; `avenant` says that the question is on an avenant itself ("" or its number);
    `life` is what it asks of the contract's own life (`contract_intent.py`), None when that was not told."""

    question: Question
    folded: str
    ideas: list[Idea]
    kinds: dict[str, float]
    years: list[str]
    original: bool
    avenant: str | None
    total: bool
    counted: Idea | None = None
    unknown: list[str] = field(default_factory=list)
    life: str | None = None

    @property
    def weight(self) -> float:
        return sum(idea.weight for idea in self.ideas) or 1.0

    def share(self, folded: str) -> float:
        """The share of the question that a folded text holds, in [0, 1]."""
        if not folded.strip():
            return 0.0
        stems = stems_of(folded)
        return sum(idea.weight for idea in self.ideas if idea.held(folded, stems)) / self.weight


def understand(question: Question, reading: Reading) -> Asked:
    """The question in the light of a contract: its words' rarity there, its acronyms."""
    folded = " ".join(fold(mend(question.text, question.refs, reading.words)).split())
    named = {fold(m[0]) for m in re.finditer(r"(?<!^)\b[A-ZÀ-Ý][\w-]+", question.text)}
    years = _YEAR.findall(folded)
    life = reading.sheet.life
    for ordinal, dated in (
        (
            r"\bderniere annee|\ba la fin(?! de l)\b(?! (?:de|du) (?!contrat|cpom))|\bd.ici la fin(?! d| \d| [a-z]+ \d{4})|\ben fin de (?:contrat|cpom)|\bau bout du",
            life.term,
        ),
        (r"\bpremiere annee", life.effect),
    ):
        if re.search(ordinal, folded) and dated is not None and dated.value[:4].isdigit():
            # Tables keep the years of the contract as it was signed, though an avenant prolongs it.
            first = life.first_term.value[:4] if dated is life.term and life.first_term else ""
            kept = first if first.isdigit() and not reading.dates(dated.value[:4]) and reading.dates(first) else ""
            years.append(kept or dated.value[:4])
    ideas = [_called(idea, reading) for idea in _ideas(_EMPTY.sub(" ", _INVERTED.sub(" ", folded)), reading.acronyms)]
    weighed, unknown = [], []
    left_out = " ".join(m[0] for m in _ASIDE.finditer(folded))
    for idea in ideas:
        out = bool(re.search(rf"\b{re.escape(idea.name)}\b", left_out))
        found = sum(idea.held(s.folded, s.stems) for unit in reading.units for s in (unit.own,))
        rare = math.log(1 + len(reading.units) / (1 + found)) / math.log(1 + len(reading.units))
        if not found and not any(idea.held(s.folded, s.stems) for u in reading.units for s in (u.near, *u.heads)):
            if (idea.light or _CHANGES.fullmatch(idea.name)) and len(ideas) > 1:
                continue  # "franchement": nothing that could be met; "on perd": a table tells it by its years
            if not idea.light:
                unknown.append(idea.name)
        weighed.append(
            Idea(
                idea.name,
                idea.groups,
                idea.patterns,
                idea.weight * rare * (_LIGHT if idea.light or out else _NAMED if idea.name in named else 1.0),
                idea.light,
                aside=out,
            )
        )
    said = AVENANT.search(folded)
    return Asked(
        question, folded, weighed, wanted_kinds(_ASIDE.sub(" ", folded)), years, bool(ORIGINAL.search(folded)),
        _number(said) if said else None, bool(re.search(r"\btotal|\ben tout\b|\bensemble\b|\bconfondus|toute l.asso|\btout (le|l.)", folded)),
        _counted(folded, weighed), unknown,
    )  # fmt: skip


def _called(idea: Idea, reading: Reading) -> Idea:
    """An idea that is also met under the other name of the only establishment of its kind: "la MAS" where it is "Le Clos Marin"; or of
    its town."""
    if name := reading.towns.get(idea.name):
        return replace(idea, patterns=(*idea.patterns, re.compile(rf"\b{re.escape(name)}\b")))
    for kind, name in reading.names.items():
        alone = sum(other.startswith(kind.split()[0]) for other in reading.names) == 1
        if idea.name in (kind, name) or (alone and idea.name == kind.split()[0]):
            other = kind if idea.name == name else name
            return replace(idea, patterns=(*idea.patterns, re.compile(rf"\b{re.escape(other)}\b")))
    return idea


def _counted(folded: str, ideas: list[Idea]) -> Idea | None:
    """The idea that a folded question counts: its first word's ("combien de jeunes fin 2027"), else that of both."""
    said = _COUNTED.search(folded)
    words = (said[1] or said[2]) if said else ""
    told = (i for text in (words.split(" ")[0], words) if text for i in ideas if i.held(text, stems_of(text)))
    return next(told, None)


def _number(said: re.Match[str]) -> str:
    """The number of the avenant that a question names ("avenant 2", "le deuxième avenant"), "" when it names none."""
    rank = said["rank"]
    return said["number"] or (_RANKS.get(rank[0], rank[0]) if rank else "")


def _ideas(folded: str, acronyms: dict[str, str]) -> list[Idea]:
    """The ideas of a folded question, and what is left of it once the everyday expressions are taken away."""
    words = contract_words()
    ideas: list[Idea] = []
    taken: list[tuple[int, int]] = []

    def free(start: int, end: int) -> bool:
        return all(end <= a or b <= start for a, b in taken)

    for value in find_values(folded, "date"):
        if not re.search(r"\d{4}", value.text):
            taken.append((value.start, value.end))
            ideas.append(Idea(value.text, (), (re.compile(re.escape(value.text)),)))
    for concept in words.concepts:
        matches = [m for m in concept.asks.finditer(folded) if free(*m.span()) and not _in_compound(folded, m.start())]
        if matches:
            ideas.append(Idea(matches[0][0], (), (concept.says,), concept.weight))
            # The question's own words count as well: the contract may use them.
            taken += [m.span() for m in matches]
    for term in find_terms(folded):
        if free(term.start, term.end):
            own = [folded[term.start : term.end], *term.brings]
            groups = [frozenset(stems_of(fold(text)) - _small()) for text in own]
            ideas.append(Idea(own[0], tuple(g for g in groups if g), light=own[0] in words.light))
            taken.append((term.start, term.end))
    for match in re.finditer(r"[a-z0-9]+(?:-[a-z0-9]+)*", folded):
        word = match[0]
        if not free(*match.span()) or _YEAR.fullmatch(word):
            continue
        parts = [p for p in word.split("-") if p not in STOPWORDS and p not in words.drop]
        if word in STOPWORDS or word in words.drop or not parts or (len(word) < 2 and not word.isdigit()):
            continue
        light = word.isdigit() or word in words.light or words.generic.issuperset(parts)
        groups = [frozenset(stem(part) for part in word.split("-") if part not in STOPWORDS)]
        if word in acronyms:
            groups.append(frozenset(stems_of(acronyms[word]) - _small()))
        ideas.append(Idea(word, tuple(groups), (), 1.0, light))
    for i, idea in enumerate(ideas):  # an acronym that an everyday expression or the lexicon already took
        if idea.name in acronyms and len(idea.groups) < 2:
            ideas[i] = Idea(
                idea.name, (*idea.groups, frozenset(stems_of(acronyms[idea.name]) - _small())), idea.patterns, idea.weight
            )
    return ideas


def _in_compound(folded: str, start: int) -> bool:
    """Whether what begins there ends a compound, a name most often: "lavoir" in "Vieux-Lavoir"."""
    return bool(re.search(r"[a-z]-$", folded[:start]))


def _small() -> frozenset[str]:
    return frozenset(stem(w) for w in STOPWORDS) | STOPWORDS


_ASKS: tuple[tuple[str, dict[str, float]], ...] = (
    (r"quel jour du mois|quel jour de chaque mois", {"number": 1.0, "date": 0.5}),
    (r"^(?:les |nos )?(?:places|lits|postes|berceaux)\b|combien d.(etp|equivalents?)|\betp\b|\bgmp\b|\bpmp\b|\bfiness\b|\bsiren\b|\bsiret\b|\bnumero\b|\bnb\b|nombre d|file active|\beffectif|capacite|combien de fois", {"number": 1.0}),
    (r"combien (y a-t-il )?d.?e? ?(\w+ )?(places?|lits?|personnes?|jeunes?|enfants?|residents?|usagers?|salaries?|agents?|postes?|membres?|seances?|reunions?|journees?|chambres?|logements?|appartements?|menages?|familles?|adultes?|travailleurs?|apprentis?|stages?|actes?|heures?|visites?|nuits?|nuitees?|indicateurs?|fiches?|objectifs?|voitures?|vehicules?|etablissements?|services?|projets?)", {"number": 1.0}),
    (r"combien de (jours?|nuits?)", {"number": 0.9, "duration": 0.9}),
    (r"combien de (semaines?|mois)|combien d.(annees?|ans)|combien d.heures", {"duration": 1.0, "number": 0.6}),
    (r"combien de temps|tous les combien|toutes les combien|quelle duree|\bduree\b|pendant combien|sous combien|\bpreavis\b|dans quel delai|sous quel delai|quel delai|\bdelais?\b|rallong\w+[^?]*combien|combien[^?]*(rallong|prolong|prorog)", {"duration": 1.0}),
    (r"\bfrais de siege|\bplafond|(?<!hors )\btaux\b|pourcentage|quel %|pour ?cent|quelle part\b|\bpart de\b|quote-?part|absenteisme|\bto\b|\boccupation|\bremplir|quel remplissage|abattement|de combien[^?]*(?:baiss|\bmont(?:e|er|era|ent)\b|augment|grimp)|\bcible", {"percent": 1.0, "number": 0.45}),
    (r"\beuros?\b|€|\bcout\w*|\bmontants?\b|\bsomme\b|dotation|\bdgc\b|forfait|\btarifs?\b|\bprix\b|budget|emprunt\w*|\bfrais\b|subvention|enveloppe|\bvers[eé]\w*|\btouch\w+|\bpaie\w*|\bpay\w+|depens\w+|credits?\b|investi\w+|\bppi\b|loyer|redevance|resultat|exceden\w+|salaire|\bcnr\b|chantier|travaux|financ(?!eur)\w+|surcout|\bdonne\b(?![- ]moi)|amendes?\b|penalite|quote-?part|interim|\breserve|\bcoute|\bvaleur du point|\bbases? reconductibles?|\bmesures? nouvelles?", {"amount": 1.0}),
    (r"\bquand\b|\ble combien\b|quelle date|quelle echeance|\bdate\b|\becheances?\b|\bquel jour\b|\bexpire|\btombe\b|\bfinit\b|se termine|prend fin|prend effet|entre en vigueur|date limite|butoir|deadline|quel mois|dernier (?:delai|moment|carat)|derniere limite|au plus tard|avant quand|pour quand|a partir de quelle annee|quelle annee", {"date": 1.0}),
    (r"^qui\b|\bc.(?:est|etait) qui\b|\bqui (est|a|ont|signe\w*|doit|sont|pa\w+|preside\w*|pilote\w*|decide|peut|donne|nomme|s.occupe|represente\w*|etait|porte|dirige\w*|gere|assure|mene|remplace\w*|instruit|organise|convoque|finance|verse|tient|recoit|va|tarifie|controle)\b|\bavec qui|\ba qui\b|par qui|aupres de qui|quel(le)? (tribunal|juge|juridiction|cabinet|banque|organisme|autorite|association|personne|mandataire|prestataire)|devant qui|\bqui\s?\?|\b(appelle|contacte|voit|previent|saisit|informe|demande)\w* qui\b|\bqui$|le nom d", {"party": 1.0}),
    (r"\bquel(le)?s\b|\blesquel|\bliste\b(?! d.attente)|\bc.est quoi les\b", {"list": 0.8}),
)  # fmt: skip
_OPEN = re.compile(
    r"\bcombien\b|\bc.est quoi\b|\bquoi,? (?:au (?:max|min|plus|pire)\w*|maximum|minimum)\b|\bquels?\b|\bquelles?\b|\bcible|\bobjectif"
)
_ANY = {"number": 0.5, "amount": 0.7, "percent": 0.7, "duration": 0.4}
_SURE = re.compile(
    r"\ble combien\b|combien de temps|quelle date|\bquand\b|sous combien|quel jour\b(?! du mois| de chaque)|combien d.(?:annees|ans)\b|\bqui\b|devant qui|quel (juge|tribunal)|quelle annee"
)
_YES_NO = re.compile(
    r"^(est-ce qu|peut-on|peut-il|faut-il|doit-on|a-t-on|y a-t-il|puis-je|je peux|on peut|on doit|le contrat (nous )?(autorise|permet|prevoit|oblige)|sommes-nous)|\best-ce qu[e'](?! )|ou pas\b|\bdedans\b|(est|sont|fait|font|peut|peuvent|a|ont|autorise|permet|prevoit|oblige)(-t)?-(il|elle|on|ils|elles)\b|(fait|font) (bien )?partie"
)


_ASKING = r"\b(?:quel(?:le)?s?|lesquel\w*|combien|qui|quoi|comment|pourquoi|date|delai|dernier)\b"
_ELSE = re.compile(r"\b(?:quel(?:le)?s?|combien|quoi|comment|pourquoi)\b|^qui\b")
_WHENEVER = re.compile(
    r"(?<!c.est )(?<!pour )(?<!depuis )(?<!jusqu.a )\bquand (?=(?:on|nous|je|ils?|elles?|les?|la|une?|nos|notre)\b)"
)
# Several things are asked for, in so many words: who sits there, in what order, "les trois constats".
_SEVERAL = re.compile(
    r"\bliste\b(?! d.attente)|\bqui (?:siege|participe|assiste|compose)\w*|\bqui vient (?:au|a la) \w+|\bautour de la table"
    r"|\bdans quel ordre|\bdans l.ordre|\ben premier,? (?:et |puis |ensuite )+"
    r"|\b(?:rappel\w+|donne|cite|liste|redonne|enumere)-(?:moi|nous) (?:les|nos) (?!\w*(?:montant|tau|date|delai|tarif|prix|dotation|chiffre))[a-z]+s\b"
    r"|\bfait quoi,? (?:le|la|l.)\b|\b(?:assure|comprend|inclut|regroupe|contient) quoi\b"
    r"|^(?:quels sont |c.est quoi )?(?:les|nos) (?:deux|trois|quatre|cinq|six|[2-6]) (?!.*\b(?:quand|qui|date|delai|comment|pourquoi)\b|autres|derni|premi|tarifs|taux|dates|montants|\w+ (?:a|ont|sont|est)\b)[a-z]+s\b"
)
_SUBJECT = re.compile(r"^(?:et |mais |donc )?(?:on|nous|je|j.|ca)\b")


def _is_heading(folded: str) -> bool:
    """Whether a question is only what it is after, as typed in a search box: "valeur du point gir ?", "plafond de la réserve"."""
    words = re.findall(r"[a-z0-9%]+", folded)
    return 1 < len(words) <= 8 and not re.search(
        r"\b(est|sont|a|ont|peut|doit|faut|on|il|elle|je|nous|que?|qui|quoi|comment|pourquoi|si|pas|parle|couvert\w*)\b|\w+(er|ons|ez|ent)\b(?<!ment)",
        folded,
    )


def wanted_kinds(folded: str) -> dict[str, float]:
    """Kinds of value that a folded question may want, each in ]0, 1]; {} for a question that wants none."""
    found: dict[str, float] = {}
    if _WHENEVER.search(folded) and _ELSE.search(folded):
        folded = _WHENEVER.sub("si ", folded)  # "quelle part, quand on ne fournit pas les repas ?"
    if _SUBJECT.search(folded) and not re.search(rf"{_ASKING}|\bquand\b|\bou\b", folded) and not _OPEN.search(folded):
        return {}  # "on risque une pénalité ?" is answered by yes or no
    for pattern, kinds in _ASKS:
        if re.search(pattern, folded):
            for kind, weight in kinds.items():
                found[kind] = max(found.get(kind, 0.0), weight)
    plain = re.search(r"combien|\bquand\b|\bquel|\bqui\b(?! servent)", folded)
    if not plain and (
        _YES_NO.search(folded)
        or re.search(r"\ba quoi\b|\bcomment\b|\bpourquoi\b|\bque (dit|prevoit|se passe|faut)|qu.est-ce qu", folded)
    ):
        return {}
    if "combien" in folded and not re.search(r"sous combien|combien (?:d'|de )(?!pour|l'|la |le )", folded):
        for kind, weight in _ANY.items():
            found[kind] = max(found.get(kind, 0.0), weight)
    lasting = re.search(r"\bquand\b[^?]*combien de (?:jours|semaines|mois)\b", folded)
    if lasting:  # "on écrit quand, combien de mois avant ?" says itself how it is to be answered
        found["date"] = 0.3
    elif (sure := _SURE.search(folded)) and "combien" not in folded[: sure.start()]:
        keep = (
            {"date"}
            if re.search(r"quand|date|jour|quelle annee|le combien", sure[0])
            else {"party"}
            if re.search(r"qui|juge|tribunal", sure[0])
            else {"duration"}
        )
        if keep & set(found):
            found = {
                k: w if k in keep else 0.3 * w
                for k, w in found.items()
                if k in keep or k not in ("amount", "percent", "number", "list")
            }
    if _SEVERAL.search(folded) and not re.search(r"\bcombien\b|\bquand\b", folded):
        return {"list": 1.0}
    if re.match(
        r"(?:et |alors )?(?:quel(?:le)?s sont (?:les |nos )|c.est quoi les )(?!\w*(?:montant|tau|date|delai|tarif|prix|dotation))",
        folded,
    ):
        return {"list": 1.0} | {kind: 0.4 * weight for kind, weight in found.items() if kind != "list"}
    if re.search(r"dernier delai|derniere limite", folded):
        return {"date": 1.0}
    if (
        re.search(r"pourcentage|(?<!hors )\btaux\b|quel %|quel(?:le)? (?:remplissage|occupation)|pour ?cent", folded)
        and "percent" in found
    ):
        found = {k: w if k == "percent" else 0.4 * w for k, w in found.items() if k != "amount"}
    elif re.search(r"\ben euros|combien d.euros", folded) and "amount" in found:
        found = {"amount": 1.0}
    elif re.search(r"quel(le)? (montant|somme)|\bcout", folded) and "amount" in found:
        found = {k: w if k == "amount" else 0.4 * w for k, w in found.items()}
    if not found and (_OPEN.search(folded) or _is_heading(folded)):
        found = dict(_ANY)
    if (
        found.keys() & {"date", "amount", "percent", "number", "duration", "party"}
        and "list" in found
        and not re.search(r"quel(le)?s\b|liste|lesquel", folded)
    ):
        found.pop("list")
    return found


def wants_list(kinds: Mapping[str, float]) -> bool:
    """Whether what is wanted is a list more than any single value."""
    return kinds.get("list", 0.0) > max((w for kind, w in kinds.items() if kind != "list"), default=0.0)
