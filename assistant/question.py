"""What a question says before anything is searched.

Read in order: can it be answered at all (empty, too long, another language); the references it names; its words, with
typing mistakes mended against the vocabulary of the texts; what the lexicon adds (an acronym's meaning, an everyday
word's statute term, and back); the questions it holds when it asks several; the kind of answer that it wants.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from corpus.errors import CasfError
from corpus.lexicon import find_terms
from corpus.reference import ArticleRef, find_references
from corpus.words import fold, index_words, plain_words

MAX_CHARACTERS = 5000


# "l 262 37": the hyphens left out; replaced character for character, so that offsets hold.
_SPACED = re.compile(r"\b[LRD]\.? ?[1-5]\d\d(?:[ -]\d{1,3}\b(?! ?(?:€|%|euros?|jours?|mois|ans|heures?))){1,3}", re.IGNORECASE)


class BadQuestion(CasfError):
    """Raised when a question is empty, too long, or not in French."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question as understood.

    `text` is what was asked, `mended` the same with typing mistakes corrected; `words` are its index words (see
    `corpus.words`), `added` those that the lexicon brings; `parts` are the questions inside, when there are several;
    `kind` is the kind of answer wanted: date, duration, amount, percent, number, party, list, yesno, definition,
    procedure, or "".
    """

    text: str
    mended: str
    refs: tuple[ArticleRef, ...]
    words: tuple[str, ...]
    added: tuple[str, ...]
    parts: tuple[str, ...]
    kind: str


def read_question(text: str, vocabulary: Mapping[str, int] | None = None) -> Question:
    """Read a question; raises `BadQuestion` when nobody could answer it as it stands.

    `vocabulary` counts the folded words of the texts; without it nothing is mended.
    """
    text = re.sub(r"[ \t]+", " ", text).strip()
    if not re.search(r"\w", text):
        raise BadQuestion("Posez une question : le champ est vide.")
    if len(text) > MAX_CHARACTERS:
        raise BadQuestion(f"La question est trop longue ({len(text)} caractères, {MAX_CHARACTERS} au plus) : résumez-la.")
    plain = _SPACED.sub(lambda m: re.sub(r"(?<=\d) (?=\d)", "-", m[0]), text)
    refs = tuple(find_references(plain))
    if not refs and (language := foreign_language(text)):
        raise BadQuestion(f"Cette question semble écrite en {language} : posez-la en français, les textes sont en français.")
    mended = mend(plain, refs, vocabulary) if vocabulary else plain
    words = tuple(dict.fromkeys(index_words(mended)))
    brought = [w for match in find_terms(mended) for expression in match.brings for w in index_words(expression)]
    added = tuple(w for w in dict.fromkeys(brought) if w not in words)
    return Question(text, mended, refs, words, added, split_questions(mended), asked_kind(mended))


# Function words that betray a language; those that French shares ("on", "me", "la", "de", "des") are left out.
_FRENCH = frozenset(
    """le les un une du au aux et est ce cette ces mon ma mes ton son sa ses notre nos votre vos leur leurs il elle ils elles
    je tu nous vous qui que quoi quel quelle quels quelles quand comment combien pourquoi où ou dans pour par avec sans sur
    sous pas ne plus si peut peuvent dois doit faut ai as avons avez ont suis sommes sont était être avoir fait faire
    l d qu c j n s à y en mais donc car chez entre après avant""".split()
)
_OTHER = {
    "anglais": frozenset("the is are was were who what when where how why which can could should does do did my your his her their our this that these those with without for from and not have has had will would if at by of to you i we they he she it am be been".split()),
    "espagnol": frozenset("el los las una unos y es son quién quien qué cómo cuándo cuando dónde donde puede pueden por para con sin mi su sus este esta del al yo usted ustedes tengo hay pero muy más".split()),
    "allemand": frozenset("der die das ist sind wer wie wann wo warum kann können ich sie wir ihr nicht ein eine einen und oder für mit ohne auf von zu im dem den mein meine habe hat wird".split()),
    "italien": frozenset("il lo gli uno è sono chi che cosa quando dove perché può possono per con senza mio mia suo sua nel della dello delle degli di non più ho ha".split()),
    "portugais": frozenset("o um uma é são quem quê quando onde pode podem para com sem meu minha seu sua não mais do da dos das em".split()),
}  # fmt: skip


def foreign_language(text: str) -> str:
    """The language of a text that is plainly not French ("anglais", …, "une autre langue"), else ""."""
    letters = [c for c in text if c.isalpha()]
    if letters and sum(ord(c) > 0x24F for c in letters) > 0.4 * len(letters):
        return "une autre langue"
    words = re.findall(r"\w+", text.lower())
    french = sum(w in _FRENCH for w in words)
    language, count = max(((name, sum(w in own for w in words)) for name, own in _OTHER.items()), key=lambda pair: pair[1])
    return language if count >= 2 and count > 2 * french else ""


_TOKEN = re.compile(r"[^\W\d_]+")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ELIDED = ("l", "d", "j", "m", "t", "s", "n", "c", "qu")


@lru_cache(maxsize=1)
def _french() -> frozenset[str]:
    """French words as folded by `fold`: what is no slip even where no law says it (pyspellchecker's list)."""
    from spellchecker import SpellChecker

    return frozenset(fold(word) for word in SpellChecker(language="fr").word_frequency.words())


COMMON = 100  # a word that the texts use so often may hide behind a forgotten apostrophe ("laide")


def mend(text: str, refs: Collection[ArticleRef], vocabulary: Mapping[str, int]) -> str:
    """`text` with the words that are neither French nor of the texts replaced by the texts' word one slip away.

    `vocabulary` counts the folded words of the texts. Numbers, references, acronyms and names are never touched.
    "laide" becomes "l'aide": a forgotten apostrophe is the commonest slip.
    """

    def replace(match: re.Match[str]) -> str:
        word = match[0]
        folded = fold(word)
        inside = any(ref.start <= match.start() < ref.end for ref in refs)
        if len(folded) < 4 or folded in vocabulary or word.isupper() or inside:
            return word
        if word[0].isupper() and match.start() > 0 and text[match.start() - 2 : match.start()] not in (". ", "? ", "! "):
            return word  # a name
        known = folded in _french()
        for elided in _ELIDED:
            rest = folded.removeprefix(elided)
            if rest != folded and len(rest) >= 3 and vocabulary.get(rest, 0) >= (COMMON if known else 1):
                return f"{elided}'{rest}"
        return word if known else _near(folded, vocabulary) or word

    return _TOKEN.sub(replace, text)


def _near(word: str, vocabulary: Mapping[str, int]) -> str:
    """The texts' commonest word one edit away (insertion, deletion, substitution, swap) with the same first letter, else ""."""
    if len(word) < 5:
        return ""
    splits = [(word[:i], word[i:]) for i in range(1, len(word) + 1)]
    edits = {a + b[1] + b[0] + b[2:] for a, b in splits if len(b) > 1} | {a + b[1:] for a, b in splits if b}
    edits |= {a + c + b for a, b in splits for c in _LETTERS} | {a + c + b[1:] for a, b in splits if b for c in _LETTERS}
    return max((e for e in edits if e in vocabulary), key=lambda e: (vocabulary[e], e), default="")


_INTERROGATIVE = r"(?:qui|que|quoi|quel(?:le)?s?|quand|comment|combien|pourquoi|où|est-ce|dans quel|à quel|sous quel|par qui|peut-on|faut-il|doit-on)"
_SPLIT = re.compile(rf"(?<=\?)\s+|\s*[,;]\s*(?:et\s+)?(?={_INTERROGATIVE}\b)|\s+et\s+(?={_INTERROGATIVE}\b)", re.IGNORECASE)


def split_questions(text: str) -> tuple[str, ...]:
    """The questions inside a text that asks several, each as it stands; () when it asks one.

    >>> split_questions("Qui décide, et dans quel délai ?")
    ('Qui décide', 'dans quel délai ?')
    """
    pieces = [p.strip(" ,;") for p in _SPLIT.split(text) if p.strip(" ,;")]
    asking = [p for p in pieces if p.endswith("?") or re.match(rf"{_INTERROGATIVE}\b", p, re.IGNORECASE)]
    return tuple(asking) if len(asking) > 1 else ()


# What is wanted, by how it is put; first match wins. Folded text.
_ASKS: tuple[tuple[str, str], ...] = (
    ("duration", r"combien de temps|quelle duree|duree (?:du|de|d')|pendant combien|sous combien|quels? delais?|delai (?:de|pour|d')|combien de (?:jours|mois|ans|annees|semaines)|preavis|tous les combien"),
    ("percent", r"\btaux\b|pourcentage|\bquel %|combien de pour ?cent|\bpart de|quote-part|jusqu.a quel %"),
    ("amount", r"\bmontants?\b|combien (?:d.euros|d.argent|coute|coutent|touche|recoit|on touche|ca coute|je touche|je paie|on paie)|\bcouts?\b|\bbudget|\bdotation|\bforfait|\beuros?\b|\bfinancement|\bemprunt|\bprix\b|\bcredits?\b|frais de siege|a partir de quelle somme|quelle somme"),
    ("date", r"\bquand\b|quelle date|a quelle echeance|date (?:de|d|limite)|jusqu.a quand|jusqu.au|avant quand|depuis quand|\becheance|\bexpire|\bfinit\b|\bse termine|prend fin|prend effet|entre en vigueur"),
    ("number", r"combien|quel nombre|nombre de|capacite|effectif|file active|\bgmp\b|\bpmp\b|\betp\b|a partir de quel age|quel age"),
    ("party", r"^qui\b|\bqui (?:est|a|signe|doit|sont|paye|paie|preside|pilote|decide|peut|donne|nomme|fixe)|\bavec qui|a qui\b|par qui|quel tribunal|quel juge|devant qui|quel organisme|qui \?$|qui$"),
    ("definition", r"c.est quoi|qu.est-ce (?:que|qu)|que signifie|definition|ca veut dire quoi|a quoi (?:sert|ressemble)"),
    ("procedure", r"^comment|\bcomment (?:faire|demander|contester|obtenir|on|se)|quelles? (?:demarches?|etapes?)|quel recours|que (?:puis-je|peut-on|faire)|contester"),
    ("list", r"\bquels\b|\bquelles\b|\bliste|perimetre|lesquels|que (?:doit|contient)"),
    ("yesno", r"^(?:est-ce|peut|peuvent|doit|doivent|faut-il|ai-je|a-t-on|y a-t-il|puis-je)|\best-ce que|(?:peut|peuvent|doit|doivent|a|ont|est|sont|va|vont)-(?:il|elle|on|ils|elles)\b|c.est (?:normal|legal|possible|obligatoire|vrai)|on a le droit|ils? (?:peut|peuvent)|obligatoire \?"),
)  # fmt: skip


def asked_kind(text: str) -> str:
    """The kind of answer that a question asks for (see `Question.kind`), "" when it doesn't say."""
    folded = fold(text)
    return next((kind for kind, pattern in _ASKS if re.search(pattern, folded)), "")


# A follow-up: it starts as one, or points back ("il", "ça", "celui-ci") and names no subject of its own.
_FOLLOWS = re.compile(
    r"^(?:et\b|mais\b|ou bien\b|même\b|pareil|idem|dans ce cas|alors\b|sinon\b|pour (?:lui|elle|eux|elles)\b|celui|celle|ceux|ça\b|c'est)",
    re.IGNORECASE,
)
_INSTEAD = re.compile(r"(?:et|mais|ou)(?: pour| à| de)?(?: la| le| les| un| une| du| des| l['’])?", re.IGNORECASE)
_POINTS_BACK = re.compile(
    r"\b(?:ils?|elles?|ça|cela|ceci|celui|celle|ceux|celles|lui|leur|y|en|son|sa|ses|leurs|cette|ce|cet|ces)\b", re.IGNORECASE
)
# What one asks of any subject: a question of these words alone has none.
_GENERAL = frozenset(
    """combien temps delai duree cout coute coutent couter prix payer paie paye payant gratuit montant conditions condition droit refus refuse
    refuser refuse-t accord accepter contester contestation recours appel tribunal juge adresser adresse demander demande dossier
    document documents papier papiers pieces piece formulaire justificatif qui ou quand comment pourquoi qu qu'est decide decider
    obligatoire obligation obliger possible permis interdit normal legal vrai arrive passe change changer arrete arreter duree dure durent
    valable fin finit commence debut reponse repondre repondent decision signer signe exactement juste fois an ans mois jours jour
    semaine cas exception exceptions plus moins minimum maximum limite plafond age apres ensuite suite risque risques sanction
    partir pendant depuis jusqu jusque accorde accordee verse versee verser donne donnee attribue attribuee
    revoir renouveler renouvele renouvelee article texte loi source dit prevu prevoit ecrit concretement exemple""".split()
)
LONG_EARLIER = 160  # characters: of a longer earlier question only the sentences that ask are kept


def with_context(text: str, earlier: str) -> str:
    """A follow-up ("et pour son conjoint ?") with the question it follows; any other question as it stands.

    When both name one thing by its acronym ("et pour la PCH ?"), the new one takes the old one's place.
    """
    if not earlier or not follows(text):
        return text
    if len(earlier) > LONG_EARLIER:
        earlier = " ".join(p for p in re.split(r"(?<=[.!?…])\s+", earlier) if p.endswith("?")) or earlier
    old, new = find_terms(earlier), find_terms(text)
    if (
        len(old) == len(new) == 1
        and {old[0].entry.kind, new[0].entry.kind} == {"acronym"}
        and _INSTEAD.fullmatch(text[: new[0].start].strip())
    ):
        return earlier[: old[0].start] + text[new[0].start : new[0].end] + earlier[old[0].end :]
    return f"{earlier.rstrip(' ?.')} — {text.strip()}"


def follows(text: str) -> bool:
    """Whether a text cannot be understood without the question before it."""
    text = text.strip()
    words = re.findall(r"\w+", text)
    if len(words) > 12 or find_references(text):
        return False
    if _FOLLOWS.match(text):
        return len(words) <= 9
    subject = [w for w in plain_words(text) if w not in _GENERAL]
    if not subject or len(subject) > 1 or find_terms(text):
        return not subject
    return len(words) <= 2 or bool(_POINTS_BACK.search(text))


def in_conversation(text: str, history: Sequence[str]) -> str:
    """`text` as it stands in a conversation, `history` being the questions asked before it, oldest first."""
    topic = ""
    for earlier in history:
        topic = with_context(earlier, topic)
    return with_context(text, topic)
