"""Whether a sentence that a language model wrote stands in the passages it was given; no model judges here.

A sentence holds when it cites a passage that was given, its numbers, dates and article numbers stand there, its
quotations are verbatim, most of its words are there, and it does not deny what the passage affirms (or the reverse).
What cannot be checked is removed: a true sentence lost costs little, a false one kept costs trust.
"""

import re
from collections.abc import Mapping

from assistant.check_sentences import quotation_spans, split
from corpus.lexicon import find_terms
from corpus.reference import find_references
from corpus.values import KINDS, find_values
from corpus.words import fold, index_words, stem

STRANGE = 4  # one word in four may be missing from the passages; none of three
CLOSE = 0.5  # share of a sentence's words from which one sentence of the passage says the same thing
_MARK = re.compile(r"\[(\d+(?:\s*[,;]\s*\d+)*)\]")
_NEGATION = re.compile(
    r"\b(?:ne|n['’])\s?(?!(?:[\w'’-]+\s+){1,6}?qu(?:e\b|['’]))|\bni\b|\baucune?\b|\bjamais\b|\binterdi\w+|\binsaisissab|\bincessib|\bsans\b|\bnon\b|\brefus|\bexclu",
    re.IGNORECASE,
)
# Words that a sentence may add without saying anything: turns of phrase, and what every answer on law is made of.
_FREE = frozenset(
    stem(fold(word))
    for word in "selon texte prévoit prévu précise indique article loi code passage permet possible donc ainsi notamment alors "
    "effet oui non réponse dispose signifie cas également personne concerné savoir décret contrat clause".split()
)


def sentences(text: str) -> list[str]:
    """A model's text as sentences, each with the marks that follow its full stop; list signs and headings dropped."""
    text = re.sub(r"([.!?])\s*((?:\[[\d,; ]+\]\s*)+)(?:\.(?=\s|$))?", r" \2\1 ", text)
    text = re.sub(r"\*\*|^#+\s*", "", text, flags=re.MULTILINE)
    return [s.text.strip() for s in split(text, find_references(text), quotation_spans(text)) if re.search(r"\w", s.text)]


def cited(sentence: str) -> list[int]:
    """The passages that a sentence cites."""
    return [int(n) for mark in _MARK.findall(sentence) for n in re.findall(r"\d+", mark)]


def fault(sentence: str, passages: Mapping[int, str]) -> str:
    """Why a sentence does not hold, in a few French words; "" when it does. `passages` are those given, by their number."""
    numbers = cited(sentence)
    if not numbers or any(n not in passages for n in numbers):
        return "sans passage cité" if not numbers else "passage inconnu"
    given = plain("\n".join(passages[n] for n in dict.fromkeys(numbers)))
    said = plain(_MARK.sub("", sentence))
    for quote in re.findall(r"«\s*(.+?)\s*»|“(.+?)”|\"(.+?)\"", said):
        if "".join(quote).strip(" .…") not in given:
            return "citation altérée"
    known = {ref.num for ref in find_references(given)}
    if any(ref.num not in known for ref in find_references(said)):
        return "article absent du passage"
    if _values(said) - _values(given):
        return "chiffre ou date absent du passage"
    words, held = _words(said), _words(given)
    if not words or len(words - held) > len(words) // STRANGE:
        return "mots absents du passage"
    return "contraire au passage" if _denies(said, words, given) else ""


def plain(text: str) -> str:
    """Spaces, apostrophes and brackets made alike, so that a quotation is compared by its words."""
    return " ".join(text.replace("’", "'").replace("‹", "<").replace("›", ">").replace("œ", "oe").split())


def _values(text: str) -> set[str]:
    """Every date, amount, rate, duration and bare number of a text, normalised; article numbers left out."""
    bare = text
    for ref in reversed(find_references(text)):
        bare = bare[: ref.start] + " " * (ref.end - ref.start) + bare[ref.end :]
    found = {f"{v.kind}:{v.normalized}" for kind in KINDS for v in find_values(bare, kind)}
    return found | {f"number:{digits}" for digits in re.findall(r"\d+", bare)}


def _words(text: str) -> set[str]:
    """The stems that carry a sentence's meaning, with what the lexicon adds to them."""
    own = {w for w in index_words(text) if not w.isdigit() and w not in _FREE and not re.fullmatch(r"[lrda]\d[\d-]*", w)}
    return own | {w for match in find_terms(text) for said in match.brings for w in index_words(said)}


def _denies(said: str, words: set[str], given: str) -> bool:
    """Whether a sentence says no where the nearest sentence of its passages says yes, or the other way round."""
    near = sorted(
        ((len(words & set(index_words(s.text))) / len(words), s.text) for s in split(given, find_references(given))), reverse=True
    )
    close = [text for share, text in near if share >= min(CLOSE, near[0][0])]
    if not close:
        return False
    negated = bool(_NEGATION.search(said))
    if negated:
        return not any(_NEGATION.search(text) for text in close)
    best = near[0][1]
    # A long sentence of law denies one thing and grants another: only a short one can be contradicted by leaving its "ne" out.
    return bool(_NEGATION.search(best)) and len(best.split()) < 2 * len(said.split()) and all(_NEGATION.search(t) for t in close)
