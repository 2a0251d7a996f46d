"""Does a question rest on a wrong reference: an article that is unknown, repealed, or that doesn't say that?

What is asked, without its references, is looked up as any question is; the article that it names should then stand among
the best, and the judge of `assistant/check_claims.py` should find that it says it. A logistic regression on five such
measures (`WEIGHTS`, fitted by `evals/train_premise.py` on the first half of `evals/questions/traps.jsonl`) tells an
article asked about for what it says from one taken for another.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answer import Answer
from assistant.check import LETTERS, is_chapter, status_of
from assistant.check_claims import SUPPORTED, Judge, figure_of
from assistant.check_sentences import split
from assistant.check_ties import without_references
from assistant.question import Question, read_question
from assistant.retrieval import EXACT, Hit, Searcher
from corpus.cards import repeal_told
from corpus.codes import CASF, CODES, key_of
from corpus.reference import ArticleRef, label_of, printed

# "says": what the judge finds of the article cited, "other": of the best other one (both as log-odds); "behind": score by the
# fixed weights of the cited one under the best other's; "words": share of the question's words that it has; "answer": the other's score.
WEIGHTS = {"says": -0.217, "other": 0.172, "behind": 2.816, "words": -2.906, "answer": 2.504}
BIAS = -3.602
WRONG = 0.7  # probability from which the reader is told that the article is the wrong one

# What is said to the one who answers, not of the article.
_ASIDE = re.compile(
    r"\b(?:bonjour|bonsoir|salut|merci(?: d'avance)?|svp|stp|s'il (?:vous|te) plaît|n['’]est-ce pas|(?:vous|tu) (?:me )?confirme[sz]|confirme[rz]?-(?:moi|le)"
    r"|(?:je )?(?:ne )?me trompe(?:-je)?(?: pas)?|on est d['’]accord|oui ou non|(?:c['’]est|est-ce) (?:ça|bien (?:ça|là)|exact|juste|correct|vrai)|ok)\b",
    re.IGNORECASE,
)
# "Résume L. 221-1 en trois lignes": what follows says how, not what.
_REQUEST = re.compile(
    r"\b(?:(?:résum|synthétis|expliqu|décrypt|reformul|vulgaris|simplifi)(?:e[rz]?|ons)|donne[rz]?[- ](?:moi|nous|le texte)|donner|affiche[rz]?|montre[rz]?"
    r"|(?:re)?cherche|trouver|lire|lis|appliquer|comprendre)\b\W+(?!(?:\w+\W+)*?(?:pourquoi|que)\W)(?:[\w'’.]+\W+){0,7}$",
    re.IGNORECASE,
)
_CONTENT = re.compile(r"\b(?:le|son) (?:contenu|texte|libellé)\b", re.IGNORECASE)  # "tu peux m'en donner le contenu ?"
_ON = re.compile(r"\b(?:sur|concernant|à propos d|au sujet d|quant à|en matière d)\b(?=.*[^\W\d_]{4})", re.IGNORECASE)
# "Lequel applique L. 264-4 ?": the article sought is another than the one named.
_BESIDE = re.compile(
    r"\b(?:lequel|laquelle|lesquels|différences?|(?:juste|placé) (?:après|avant)|autour d|appliqu\w+ (?:du?|de l['’]|l['’]|le)\s*(?:article)?|pris pour|quel autre"
    r"|dans quel(?:le)? (?:article|annexe|décret)|combinés?|comparer)\b",
    re.IGNORECASE,
)
# Figures of somebody's life, which no article has to give.
_STORY = re.compile(
    r"\b(?:j['’]ai|depuis|il y a|gagn\w+|touch\w+|perçoi\w+|âgée?s? de|(?:enfants?|jeunes?|ados?|personnes?|gamins?|gosses|fils|filles?|dame|monsieur) de (?:plus de |moins de )?\d+ ans|(?:a|ai|as|ont|aura|avait) (?:bientôt |plus de )?\d+ ans)\b",
    re.IGNORECASE,
)
_SILENCE = re.compile(
    r"\b(?:silence|rien répond\w*|pas (?:de |eu de )?répon\w+|sans (?:réponse|nouvelles?)|ne répond\w*|défaut de (?:réponse|notification|décision)|réputée?s?|vaut)\b",
    re.IGNORECASE,
)
_YES = re.compile(r"\b(?:accept\w+|accord\w*|acquise?s?|favorable\w*|admise?s?|autorisation tacite)\b", re.IGNORECASE)
_NO = re.compile(r"\b(?:refus\w*|rejet\w*)\b|(?<=silence) = non\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Premise:
    """What is wrong with a reference: `kind` "unknown", "repealed", "wrong" or "figure", `message` for people.

    `question` is what is asked without it, `hits` the articles to answer with, best first (none when nothing is asked).
    """

    kind: str
    message: str
    question: Question | None = None
    hits: tuple[Hit, ...] = ()

    def to_json(self) -> dict[str, object]:
        return {"ok": False, "message": self.message}


def find_premise(question: Question, searcher: Searcher, judge: Judge) -> Premise | None:
    """What a question takes for granted of an article and shouldn't, None when nothing (or no article of this code)."""
    refs = [ref for ref in question.refs if ref.code == CASF and not is_chapter(ref, searcher)]
    if not refs:
        return None
    said = what_is_said(question.text)
    bare = read_question(said, searcher.index.vocabulary) if judge.says_something(said) else None
    if bare and bare.kind == "yesno":  # no "oui" or "non" beside "this article doesn't say that"
        bare = replace(bare, kind="")
    found = {ref: searcher.resolve(ref) for ref in refs}
    for ref in (ref for ref in refs if not found[ref]):
        return _unknown(ref, bare, [num for nums in found.values() for num in nums], searcher)
    single = [nums[0] for ref, nums in found.items() if not ref.range_end]
    for num in (num for num in single if status_of(num, searcher) == "repealed"):
        return _repealed(num, bare, searcher)
    nums = [num for several in found.values() for num in several]
    if bare is None or _BESIDE.search(question.text):
        return None
    statements = [bare, *_own_sentences(question, searcher, judge)]
    if all(wrong(measures(statement, nums, searcher, judge)) >= WRONG for statement in statements):
        return _wrong(nums, bare, searcher)
    return _figure(question, nums[0], judge) if len(nums) == 1 else None


def what_is_said(text: str) -> str:
    """What a question says or asks of the articles that it names, "" when it only asks to be told about them."""
    said = text
    at = min((ref.start for ref in _refs(text)), default=0)
    if _REQUEST.search(text[max(0, at - 80) : at]) or _CONTENT.search(text):
        on = _ON.search(text, at)
        said = text[on.end() :] if on else ""
    return re.sub(r"\s+([,?.!])", r"\1", _ASIDE.sub(" ", without_references(said))).strip(" ,;:?")


def measures(question: Question, nums: Sequence[str], searcher: Searcher, judge: Judge) -> dict[str, float]:
    """How the best of the articles `nums` stands to what is asked without naming it (see `WEIGHTS`)."""
    # The fixed weights, not the learned ones: these are fitted again now and then, on another scale.
    scores = searcher.candidates(question, set(nums)).scores("prior")
    cited = max(nums, key=lambda num: scores[num])
    other = max((num for num in scores if num not in nums and num not in judge.repealed), key=lambda num: scores[num])
    of = judge.measures(question.mended, searcher.embedder.query(question.mended))
    return {
        "says": _odds(figure_of(of(cited))),
        "other": _odds(figure_of(of(other))),
        "behind": scores[other] - scores[cited],
        "words": of(cited)["words"],
        "answer": scores[other],
    }


def wrong(measured: dict[str, float]) -> float:
    """The probability that the article cited is not the one that says it."""
    return 1 / (1 + math.exp(-BIAS - sum(weight * measured[name] for name, weight in WEIGHTS.items())))


def warned(answer: Answer, premise: Premise) -> Answer:
    """The answer with what is wrong said first."""
    answer.premise = premise.to_json()
    answer.answer = f"**{premise.message}**\n\n{answer.answer}"
    return answer


def _odds(p: float) -> float:
    p = min(max(p, 1e-4), 1 - 1e-4)
    return math.log(p / (1 - p))


def _refs(text: str) -> list[ArticleRef]:
    return [ref for ref in read_question(text).refs if ref.code == CASF]


def _own_sentences(question: Question, searcher: Searcher, judge: Judge) -> list[Question]:
    """Of a story, the sentences that name an article, where they say enough to be judged by themselves."""
    sentences = split(question.text, question.refs)
    if len(sentences) < 2:
        return []
    said = [what_is_said(sentence.text) for sentence in sentences if sentence.refs]
    return [read_question(text, searcher.index.vocabulary) for text in said if judge.says_something(text)]


def _homonyms(num: str, searcher: Searcher) -> list[str]:
    """The articles in force of the same number under another letter ("R131-5" for "L131-5"); of a number without letter,
    those of other codes ("375 C. civ.")."""
    others = [letter + _digits(num) for letter in LETTERS if not num.startswith("Annexe")]
    others += [key_of(num, code) for code in CODES if num[0].isdigit()]
    return [n for n in others if n != num and n in searcher.known and status_of(n, searcher) != "repealed"]


def _unknown(ref: ArticleRef, bare: Question | None, known: Sequence[str], searcher: Searcher) -> Premise:
    """`known` are the other articles that the question names and that exist."""
    same = _homonyms(ref.num, searcher)
    if len(ref.number.split("-")[0]) > 3:
        message = f"L'article {printed(ref.num)} n'est pas du code de l'action sociale et des familles : il est sans doute d'un autre code."
    else:
        where = "les textes disponibles ici" if ref.letter or not same else "le code de l'action sociale et des familles"
        message = f"L'article {printed(ref.num)} n'existe pas dans {where}."
    message += _not_to_confuse(same, searcher)
    hits = searcher.search(bare, 10) if bare else []
    # The same number under another letter is likely meant when nothing else is asked, or when it answers what is; that of
    # another code always.
    first = [num for num in (*known, *same) if num in known or num[0].isdigit() or not hits or num in {hit.num for hit in hits}]
    return Premise("unknown", message, bare, _before(first, hits, searcher))


def _repealed(num: str, bare: Question | None, searcher: Searcher) -> Premise:
    card = searcher.index.card(num)
    note = re.split(r"(?<=[.!])\s(?=[A-ZÀ-Ý])", card.note)[0] if card else ""
    message = f"L'article {_told(num, searcher)} {repeal_told(note)}"
    message += _not_to_confuse(_homonyms(num, searcher), searcher)
    return Premise("repealed", message, bare, _before([num], searcher.search(bare, 10) if bare else [], searcher))


def _wrong(nums: Sequence[str], bare: Question, searcher: Searcher) -> Premise:
    hits = [hit for hit in searcher.search(bare, 10) if hit.num not in nums and status_of(hit.num, searcher) != "repealed"]
    named = list(dict.fromkeys(nums))[:2]
    one = len(named) == 1
    message = f"Attention à la référence : {'l’article' if one else 'les articles'} {' et '.join(_told(num, searcher) for num in named)}"
    message += " ne dit pas cela." if one else " ne disent pas cela."
    if hits:
        message += f" Voyez plutôt l'article {_told(hits[0].num, searcher)}."
    twins = [(num, own) for num in (hit.num for hit in hits[:5]) for own in named if _digits(num) == _digits(own)]
    if twins:
        message += f" La lettre compte : {printed(twins[0][0])} n'est pas {printed(twins[0][1])}."
    return Premise("wrong", message, bare, (*hits[:2], *_before(named[:1], hits[2:], searcher)))


def _figure(question: Question, num: str, judge: Judge) -> Premise | None:
    """A duration, amount or rate that the question gives to its article, which has others of that kind; or what silence means."""
    own = next((s.text for s in split(question.text, question.refs) if s.refs), "")
    if not own:
        return None
    message = f"L'article {_told(num, judge.searcher)}"
    # Who asks whether silence is a refusal takes nothing for granted.
    if question.kind != "yesno" and (silence := _silence(question.text, num, judge.searcher)):
        message += f" dit le contraire : le silence y vaut {silence}."
    else:
        said = what_is_said(own)
        of = judge.measures(said, judge.searcher.embedder.query(said))
        figure = "" if _STORY.search(own) or figure_of(of(num)) < SUPPORTED else judge.contradicted(said, num)
        if not figure:
            return None
        message += f" ne porte pas « {figure} » : lisez les chiffres qu'il donne."
    return Premise("figure", message, replace(question, kind=""), tuple(judge.searcher.search(question, 10)))


def _silence(asked: str, num: str, searcher: Searcher) -> str:
    """What an administration's silence is worth in an article ("accord" or "refus") when the question says the contrary, else ""."""
    article = searcher.index.article(num)
    told = [s.text for s in split(article.text if article else _summary(num, searcher)) if _SILENCE.search(s.text)]
    if not told or not _SILENCE.search(asked):
        return ""
    yes, no = any(_YES.search(text) for text in told), any(_NO.search(text) for text in told)
    if yes == no or bool(_YES.search(asked)) == bool(_NO.search(asked)):
        return ""
    return "accord" if yes and _NO.search(asked) else "refus" if no and _YES.search(asked) else ""


def _summary(num: str, searcher: Searcher) -> str:
    card = searcher.index.card(num)
    return card.summary if card else ""


def _before(nums: Sequence[str], hits: Sequence[Hit], searcher: Searcher) -> tuple[Hit, ...]:
    """Articles that are named, marked so that they are shown, before others."""
    score = hits[0].score if hits else EXACT
    named = []
    for num in dict.fromkeys(nums):
        passages = searcher.index.passages_of(num)
        named.append(Hit(num, score, passages[0] if passages else None, searcher.index.card(num), exact=True))
    return (*named, *(hit for hit in hits if hit.num not in nums))


def _not_to_confuse(nums: Sequence[str], searcher: Searcher) -> str:
    named = [f"l'article {told}" if told[0].isdigit() else told for told in (_told(num, searcher) for num in nums)]
    return f" À ne pas confondre avec {' ni '.join(named)}." if nums else ""


def _digits(num: str) -> str:
    return num.lstrip("LORDA")


def _told(num: str, searcher: Searcher) -> str:
    """ "L. 122-3 (« Perdre son domicile de secours »)": our card's title, else the article's last heading."""
    card, article = searcher.index.card(num), searcher.index.article(num)
    about = card.title if card else article.path[-1] if article and article.path else ""
    return label_of(num).removeprefix("Article ") + (f" (« {about} »)" if about else "")
