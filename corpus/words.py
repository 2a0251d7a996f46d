"""French text cut into index words: accents folded, elisions split, stemmed; an article number is one word.

Stemming is Snowball's French stemmer (Porter's family), by PyStemmer.
"""

import re
import unicodedata
from functools import lru_cache

import Stemmer

from corpus.reference import find_references

# Words that carry no subject in a question or an article. Negations stay out of it: "ne pas" says little to BM25.
STOPWORDS = frozenset(
    """a ai ait alors apres as au aucun aura aurait aussi autre autres aux avait avant avec avoir ayant c ca car ce ceci
    cela celle celles celui ces cet cette ceux chaque chez ci comme comment d dans de depuis des donc dont du e elle elles
    en encore entre est et etait etaient etant ete etre eu eux faire fait faut font ici il ils j je jusqu jusque l la le
    les leur leurs lors lorsqu lorsque lui m ma mais me meme memes mes moi mon n ne ni nos notre nous on ont or ou par
    parce pas peu peut peuvent plus pour pourquoi pourrait pourront puis puisque qu quand que quel quelle quelles quels
    qui quoi s sa sans sauf se sera serait seront ses si soi soient sois soit son sont sous suis sur t ta te tes toi ton
    tous tout toute toutes tres tu un une va vais vers veut veux voici voila vos votre vous y etc afin ainsi
    est-ce dois doit doivent article articles alinea""".split()
)

_stemmer = Stemmer.Stemmer("french")
_WORD = re.compile(r"[a-z0-9]+")
_ELISION = re.compile(r"\b(?:l|d|qu|n|s|j|m|t|c|lorsqu|puisqu|jusqu|quoiqu)['’]", re.IGNORECASE)


class _Folding(dict[int, str]):
    """What each character becomes, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = "".join(c for c in unicodedata.normalize("NFKD", chr(code)) if not unicodedata.combining(c))
        return self[code]


_FOLDED = _Folding({ord("œ"): "oe", ord("æ"): "ae", ord("’"): "'"})


def fold(text: str) -> str:
    """Lower case, no accents, ligatures opened, typographic apostrophes and spaces made plain. Length may change.

    >>> fold("Œuvre d’ÉTÉ")
    "oeuvre d'ete"
    """
    return text.lower().translate(_FOLDED)


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """The French stem of one folded word."""
    return str(_stemmer.stemWord(word))


def index_words(text: str) -> list[str]:
    """The words under which `text` is indexed and searched, in order.

    "l'article L. 313-11 et l'allocation" -> ["l313-11", "alloc"]: references become one token each
    (with their code when it is not the CASF, so that L311-1 of another code does not meet ours).
    """
    words: list[str] = []
    pos = 0
    for ref in find_references(text):
        words += _plain_words(text[pos : ref.start])
        token = ref.num.lower().replace(" ", "")
        words.append(token if ref.code == "CASF" else f"{token}@{stem(fold(ref.code).split()[-1])}")
        pos = ref.end
    return words + _plain_words(text[pos:])


def plain_words(text: str) -> list[str]:
    """Folded words of `text` that are not stop words, unstemmed, numbers kept."""
    return [w for w in _WORD.findall(fold(_ELISION.sub(" ", text))) if w not in STOPWORDS and (len(w) > 1 or w.isdigit())]


def _plain_words(text: str) -> list[str]:
    return [stem(w) for w in plain_words(text)]
