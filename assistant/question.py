"""What a question says before anything is searched: its references, its words, and whether it can be read at all."""

import re
from dataclasses import dataclass

from corpus.errors import CasfError
from corpus.reference import ArticleRef, find_references
from corpus.words import index_words

MAX_CHARACTERS = 5000


class BadQuestion(CasfError):
    """Raised when a question is empty, too long, or not in French."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question as understood: `text` is what was asked; `words` are its index words (see `corpus.words`)."""

    text: str
    refs: tuple[ArticleRef, ...]
    words: tuple[str, ...]
    sentences: tuple[str, ...]


# Function words that betray a language; those that French shares ("on", "me", "la", "de", "des") are left out.
_FRENCH = frozenset(
    """le les un une du au aux et est ce cette ces mon ma mes ton son sa ses notre nos votre vos leur leurs il elle ils elles
    je tu nous vous qui que quoi quel quelle quels quelles quand comment combien pourquoi où ou dans pour par avec sans sur
    sous pas ne plus si peut peuvent dois doit faut ai as avons avez ont suis sommes sont était être avoir fait faire
    l d qu c j n s à y en mais donc car chez entre après avant""".split()
)
_OTHER = {
    "anglais": frozenset("the is are was were who what when where how why which can could should does do did my your his her their our this that these those with without for from and not have has had will would if at by of to you i we they he she it am be been".split()),
    "espagnol": frozenset("el los las una unos y es son quién quien qué cómo como cuándo cuando dónde donde puede pueden por para con sin mi su sus este esta que del al yo usted ustedes tengo hay pero muy más".split()) - {"que", "como"},
    "allemand": frozenset("der die das ist sind wer wie wann wo warum kann können ich sie wir ihr nicht ein eine einen und oder für mit ohne auf von zu im dem den mein meine habe hat wird".split()),
    "italien": frozenset("il lo gli uno è sono chi che cosa come quando dove perché può possono per con senza mio mia suo sua nel della dello delle degli di non più ho ha".split()) - {"come"},
    "portugais": frozenset("o os as um uma é são quem quê como quando onde pode podem para com sem meu minha seu sua não mais do da dos das em".split()) - {"as", "os"},
}  # fmt: skip
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")


def read_question(text: str) -> Question:
    """Read a question; raises `BadQuestion` when nobody could answer it as it stands."""
    text = re.sub(r"[ \t]+", " ", text).strip()
    if not re.search(r"\w", text):
        raise BadQuestion("Posez une question : le champ est vide.")
    if len(text) > MAX_CHARACTERS:
        raise BadQuestion(f"La question est trop longue ({len(text)} caractères, {MAX_CHARACTERS} au plus) : résumez-la.")
    refs = tuple(find_references(text))
    if not refs and (language := foreign_language(text)):
        raise BadQuestion(f"Cette question semble écrite en {language} : posez-la en français, les textes sont en français.")
    sentences = tuple(s.strip() for s in _SENTENCE.split(text) if len(s.split()) >= 3)
    return Question(text, refs, tuple(index_words(text)), sentences if len(sentences) > 1 else ())


def foreign_language(text: str) -> str:
    """The language of a text that is plainly not French ("anglais", …, "une autre langue"), else ""."""
    letters = [c for c in text if c.isalpha()]
    if letters and sum(ord(c) > 0x24F for c in letters) > 0.4 * len(letters):
        return "une autre langue"
    words = re.findall(r"\w+", text.lower())
    french = sum(w in _FRENCH for w in words)
    language, count = max(((name, sum(w in own for w in words)) for name, own in _OTHER.items()), key=lambda pair: pair[1])
    return language if count >= 2 and count > 2 * french else ""
