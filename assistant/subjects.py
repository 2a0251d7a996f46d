"""What a statement or a topic speaks of, word by word and term by term, and which articles have it as their title's subject."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

from assistant.law_answer import InverseFrequency
from assistant.retrieval import Searcher
from corpus.cards import Card
from corpus.lexicon import find_terms
from corpus.words import index_words

BY_TITLE = 20  # articles that titles propose

# Of the rarity of a word that no text holds: what a word counts for at most, and what a sentence must sum up to for there
# to be something to check.
RAREST = 0.83

# Verbs and nouns with which one speaks of any article: they say nothing of this one.
_FORMULAS = frozenset(
    index_words(
        "prévoit prévu prévue dispose précise énonce énoncé rappelle indique stipule affirme souligne insiste vise impose permet fixe définit"
        " autorise oblige interdit encadre organise instaure institue crée pose garantit concerne s'adresse détermine identifie encourage exige"
        " donne confie charge réserve parle traite évoque consacre reconnaît établit mentionne énumère liste détaille décrit renvoie demande"
        " application vertu termes titre sens texte loi code disposition dispositions alinéa décret juridique légal légale légalement cadre"
        " fondement base pilier socle enjeu enjeux rôle importance important analyse décryptage comprendre essentiel essentielle majeur majeure"
        " mise œuvre place notamment efficace différents plusieurs principe mécanisme ensemble France français aujourd'hui objectif but meilleure"
        " contexte étape promotion levier démarche défi défis implications pleinement volonté améliorer amélioration fondamental garantir assurer"
        " crucial aspect pierre angulaire mérite approfondie approfondi constitue repose marque marquant tournant révolutionne incontournable"
        " vient venu lié liés nombreux nombreuses actuel actuelle face concret concrète concrètement réalité réalités terrain nécessité nécessite"
        " élabore élaboré élaborer écrire rédige rédigé rédiger remis remise résulte"
        " résultant découle découlant issu issue régi régie régit tire tiré tirée ressort inscrit relève relèvent mission missions compétences attributions"
        " plutôt contenter citer cité véritable souvent grande grand nouveau nouvelle partie représente telle tel atteindre permettant favorise"
    )
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A word of a statement, or a term of the lexicon, with the ways in which an article may say it."""

    ways: tuple[frozenset[str], ...]
    weight: float
    term: bool = False


class Subjects:
    """The subjects of the articles of one index, as their cards' titles name them."""

    def __init__(self, searcher: Searcher):
        self.index = searcher.index
        self._idf = InverseFrequency(searcher)
        self.rarest = RAREST * self._idf("\0")
        self._titles = {num: _titles(self.index.cards_of(num)) for num in searcher.known}
        self._titled: dict[str, list[str]] = {}  # the articles whose title holds a word
        for num, titles in self._titles.items():
            for word in frozenset().union(*titles):
                self._titled.setdefault(word, []).append(num)

    def units(self, statement: str) -> list[Unit]:
        """What a statement says, word by word; words that neither law nor cards use are left out: they can't decide."""
        units: list[Unit] = []
        rest, at = "", 0
        for match in find_terms(statement):
            if match.reverse:
                continue
            own = index_words(statement[match.start : match.end])
            ways = [own, index_words(match.entry.term), *(index_words(expression) for expression in match.brings)]
            weight = max(map(self._weight, own), default=0.0)
            units.append(Unit(tuple(frozenset(way) for way in ways if way), weight, True))
            rest, at = rest + statement[at : match.start] + " ", match.end
        for word in dict.fromkeys(index_words(rest + statement[at:])):
            known = any(word in self.index.lexical[field].vocabulary for field in ("passages", "cards"))
            if known and word not in _FORMULAS:
                units.append(Unit((frozenset([word]),), self._weight(word)))
        return units

    def titled(self, units: Sequence[Unit], num: str) -> tuple[float, float]:
        """How well the best title of an article names what a statement says: the share of the statement that it holds, and
        the harmonic mean of that with the share of the title that the statement holds. Both in [0, 1]."""
        total = sum(unit.weight for unit in units)
        ways = frozenset().union(*(way for unit in units for way in unit.ways))
        best = (0.0, 0.0)
        for title in self._titles[num]:
            held = sum(unit.weight for unit in units if any(way <= title for way in unit.ways))
            if not held:
                continue
            share = held / total
            back = sum(map(self._weight, title & ways)) / sum(map(self._weight, title))
            best = max(best, (share, 2 * share * back / (share + back)), key=itemgetter(1))
        return best

    def names(self, units: Sequence[Unit], num: str) -> bool:
        """Whether a title of an article says the whole of a statement."""
        return self.titled(units, num)[0] > 0.99

    def by_title(self, units: Sequence[Unit]) -> list[str]:
        """The articles whose titles name best what a statement says, best first."""
        words = {word for unit in units for way in unit.ways for word in way}
        found = {num: self.titled(units, num)[1] for num in {num for word in words for num in self._titled.get(word, ())}}
        return sorted(found, key=lambda num: (-found[num], num))[:BY_TITLE]

    def _weight(self, word: str) -> float:
        return min(self.rarest, self._idf(word))


def _titles(cards: Sequence[Card]) -> list[frozenset[str]]:
    """The words of each title, and again with its acronyms spelt out, as a statement may do."""
    found = []
    for card in cards:
        spelt = card.title
        for match in reversed(list(find_terms(card.title))):
            if match.entry.kind == "acronym" and not match.reverse:
                spelt = spelt[: match.start] + max(match.entry.means, key=len) + spelt[match.end :]
        found += [frozenset(index_words(title)) for title in dict.fromkeys((card.title, spelt))]
    return found
