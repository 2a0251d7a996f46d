"""A question on both a contract and the law ("notre clause de reprise est-elle conforme ?"): the clause and the rule side by side."""

import re
from dataclasses import replace

from assistant.answer import Answer, old_text_warning
from assistant.law_answer import Draft, blended, write
from assistant.question import Question, read_question
from assistant.retrieval import Searcher
from corpus.words import fold

RULES = 2  # articles set beside the clause
_BOTH = re.compile(
    r"\bconform|\b(?:il)?legal(?:e|es|ite)?\b|\blicite|\ben regle\b|\brespect\w*(?:-t-il|-t-elle|-t-on)?\b.{0,40}\b(?:loi|code|casf|regle|reglement|obligation|droit|article|texte|decret)"
    r"|(?:que|qu'en) dit (?:la loi|le code|le casf)|au regard d[eu]|\b(?:la loi|le code|le casf|les textes) (?:\w+ )?(?:permet|autorise|impose|prevoi|exige|interdi|di)|contraire (?:a la loi|au code|aux textes)"
)
# What asks for the comparison, and says nothing of the subject.
_ASKING = re.compile(
    r"\best(?:-ce|-il|-elle)?\s+(?:que\s+)?|\b(?:sont|est)-(?:ils|elles)\b|\bconforme\w*(?: (?:à la loi|au code|au CASF|aux textes))?|\b(?:il)?léga(?:le|l|les|ux|lité)\b|\blicite\b|\ben règle\b|\brespect\w*(?:-t-(?:il|elle|on))?|\b(?:notre|nos|mon|cette|ce)\s+(?=clause|contrat|cpom)"
    r"|que dit la loi (?:sur|de)|au regard d\w+ \w+|contraire (?:à la loi|au code)|\bclause (?:de|d['’]|sur)\s?|\?",
    re.IGNORECASE,
)


def asks_both(question: Question) -> bool:
    """Whether a question on a contract asks what the law says of it."""
    return bool(_BOTH.search(fold(question.text)))


def subject(question: Question) -> Question:
    """What the comparison is about: "notre clause de reprise d'excédent est-elle conforme ?" -> "reprise d'excédent"."""
    said = " ".join(_ASKING.sub(" ", question.text).split()).strip(" ,.;")
    return replace(read_question(said), text=question.text) if re.search(r"\w{3}", said) else question


def answer_both(question: Question, contract: Answer, searcher: Searcher) -> Answer:
    """`contract` (the contract's answer to `subject(…)`, which `question` is) with the rule beside it; nothing is judged."""
    if contract.abstained:
        return contract
    # The rule is looked for by what the question is about, and by the clause itself.
    clause = contract.citations[0]
    found = [
        searcher.search(read_question(text, searcher.index.vocabulary), 10)
        for text in (f"CPOM {question.mended}", " ".join(clause.quote.split())[:400])
    ]
    hits = blended(found[0], found[1], question)
    draft = Draft(citations=list(contract.citations))
    write(draft, replace(question, parts=()), hits, searcher, 0.0, RULES)
    lines = [
        "### Ce que dit votre contrat", "", contract.answer, "", "### Ce que dit la règle (CASF)", "", *draft.lines,
        "*Le contrat et la règle sont mis côte à côte ; ceci n'est pas un avis sur leur conformité.*", "",
    ]  # fmt: skip
    if warning := old_text_warning(draft.citations):
        lines += [warning]
    return replace(contract, answer="\n".join(lines).strip(), citations=draft.citations)
