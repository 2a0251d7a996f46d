"""A trainer's session pack: objectives, timed plan, key articles, case study, quiz with its key, frequent mistakes, sources.

Everything comes from the index: card titles and summaries (ours, said so), the law's words verbatim with their date. It is
written as Markdown, which the page lets the trainer edit and `assistant.export` turns into DOCX or PDF.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

import corpus
from assistant.answer import french_date
from assistant.law_answer import best_quote
from assistant.question import read_question
from assistant.retrieval import Hit, Searcher
from assistant.session_articles import key_articles
from assistant.session_quiz import TRUTH, Item, Source, make_quiz, source_of
from corpus.article import article_url
from corpus.errors import CasfError
from corpus.reference import printed
from ingest.provenance import told

MINUTES, QUESTIONS = 180, 15
MISTAKES = Path(corpus.__file__).parent / "mistakes.yaml"

# Share of the session's time, step, how it goes.
_PLAN = (
    (0.08, "Accueil et recueil des représentations", "Tour de table : ce que chacun croit savoir, et d'où il le tient."),
    (0.27, "Apport : le cadre", "Les articles clés, lus dans l'ordre ci-dessous ; dire la date de chaque texte."),
    (0.15, "Lecture d'un article à deux", "Chaque binôme lit un extrait, le reformule, et cherche ce qu'il ne dit pas."),
    (0.25, "Étude de cas", "Par groupes de trois ou quatre ; chaque réponse nomme son article."),
    (0.15, "Quiz et correction", "Individuel puis collectif, avec le corrigé qui cite."),
    (0.10, "Erreurs fréquentes et synthèse", "Ce qui circule et qui est faux ; ce que chacun retient."),
)


@dataclass(frozen=True, slots=True)
class KeyArticle:
    """An article of the session: the card's title and summary (ours), a verbatim extract ("" when its text isn't here)."""

    num: str
    title: str
    summary: str
    extract: str
    as_of: str
    status: str
    note: str


@dataclass(frozen=True, slots=True)
class Pack:
    """A session: `topic` as asked; `plan` holds (minutes, step, how); `cases` (question, number of the article that answers)."""

    topic: str
    minutes: int
    articles: tuple[KeyArticle, ...]
    plan: tuple[tuple[int, str, str], ...]
    cases: tuple[tuple[str, str], ...]
    quiz: tuple[Item, ...]
    mistakes: tuple[str, ...]
    made: str
    source: str = ""  # where the index's texts come from


def make_pack(topic: str, searcher: Searcher, minutes: int = MINUTES, questions: int = QUESTIONS) -> Pack:
    """The pack for a topic in everyday words, or for a list of articles ("L311-3, L311-4").

    `minutes` is the session's length (30 to 600), `questions` the quiz's wished length (10 to 20; fewer come where the texts
    don't bear as many). Raises `CasfError` when nothing in the texts matches.
    """
    if not 30 <= minutes <= 600:
        raise CasfError("Une séance dure de 30 à 600 minutes.")
    if not 10 <= questions <= 20:
        raise CasfError("Un quiz a de 10 à 20 questions.")
    chosen, hits = key_articles(topic, searcher)
    if not chosen:
        raise CasfError("Rien dans les textes ne correspond à ce thème : reformulez-le, ou donnez une liste d'articles.")
    articles = tuple(_key(hit, topic, searcher) for hit in chosen)
    sources = [s for hit in chosen if (s := source_of(hit.num, searcher))]
    names = {s.num for s in sources}
    others = [s for hit in hits[20:] if hit.num not in names and (s := source_of(hit.num, searcher))]
    quiz = make_quiz(sources, others, searcher, questions, zlib.crc32(topic.encode()))
    return Pack(
        topic.strip(), minutes, articles, _timed(minutes), tuple(_cases(sources)), tuple(quiz), tuple(_mistakes(chosen, searcher)),
        date.today().isoformat(), told(searcher.index.manifest),
    )  # fmt: skip


def _key(hit: Hit, topic: str, searcher: Searcher) -> KeyArticle:
    article, card = searcher.index.article(hit.num), hit.card
    extract = best_quote(read_question(topic), hit, searcher)[1] if article and hit.passage else ""
    as_of = article.as_of if article else card.as_of if card else ""
    return KeyArticle(
        hit.num, card.title if card else hit.label, card.summary if card else "", extract, as_of,
        card.status if card else "", card.note if card else "",
    )  # fmt: skip


def _timed(minutes: int) -> tuple[tuple[int, str, str], ...]:
    """The plan in steps of five minutes that add up to the session's length."""
    lengths = [max(5, round(share * minutes / 5) * 5) for share, _, _ in _PLAN]
    lengths[1] += minutes - sum(lengths)
    return tuple((length, step, how) for length, (_, step, how) in zip(lengths, _PLAN, strict=True))


def _cases(sources: Sequence[Source]) -> list[tuple[str, str]]:
    return [(s.questions[-1], s.num) for s in sources if s.questions][:5]


@lru_cache(maxsize=1)
def known_mistakes() -> tuple[dict[str, Any], ...]:
    """The wrong references that go round (`corpus/mistakes.yaml`)."""
    return tuple(yaml.safe_load(MISTAKES.read_text(encoding="utf-8")))


def _mistakes(chosen: Sequence[Hit], searcher: Searcher) -> list[str]:
    """Wrong references on this subject: known ones, homonyms of another letter, articles that changed or were repealed."""
    nums, told = [hit.num for hit in chosen], []
    for row in known_mistakes():
        if row["cited"] in nums or set(row["right"][:2]) & set(nums):
            right = ", ".join(printed(num) for num in row["right"])
            told.append(
                f"On lit que l'article {printed(row['cited'])} {row['said']}. En réalité : {row['really']}. Voir plutôt {right}."
            )
    for hit in chosen:
        for letter in "LRD":
            twin = letter + hit.num[1:]
            card = searcher.index.card(twin) if hit.num[0] in "LRD" and twin != hit.num else None
            if card and hit.card and len(told) < 8:
                told.append(
                    f"Ne pas confondre {printed(hit.num)} (« {hit.card.title} ») et {printed(twin)} (« {card.title} ») : la lettre compte."
                )
        if hit.card and hit.card.status in ("changed", "repealed") and hit.card.note:
            told.append(f"{printed(hit.num)} : {hit.card.note}")
    return list(dict.fromkeys(told))


def pack_markdown(pack: Pack) -> str:
    """The pack as Markdown, headings in order, so that it can be edited and exported."""
    lines = [f"# Séance : {pack.topic}", ""]
    lines += [
        f"Durée : {_hours(pack.minutes)}. Dossier préparé le {french_date(pack.made)} avec `casf`, qui n'est pas un service officiel.",
        "",
    ]
    lines += ["## Objectifs", "", "À la fin de la séance, chacun sait :", ""]
    lines += [f"- expliquer, article à l'appui : « {a.title} » ({printed(a.num)})" for a in pack.articles[:5]]
    lines += ["- vérifier une référence et dire la date du texte lu", ""]
    lines += ["## Déroulé", "", "| Durée | Étape | Comment |", "|---|---|---|"]
    lines += [f"| {minutes} min | {step} | {how} |" for minutes, step, how in pack.plan]
    lines += ["", "## Articles clés", ""]
    for a in pack.articles:
        lines += [f"### {_link(a.num)} : {a.title}", "", f"En clair (résumé rédigé pour cet assistant) : {a.summary}", ""]
        if a.extract:
            lines += [
                *_quoted(a.extract),
                "",
                f"*Extrait verbatim du texte du {french_date(a.as_of)} ; vérifier la version en vigueur.*",
                "",
            ]
        if a.note:
            lines += [f"À savoir : {a.note}", ""]
    lines += [
        "## Étude de cas",
        "",
        "Situation à compléter : prénom et âge, situation familiale, ressources, lieu de vie, ce qui est demandé et à qui.",
        "",
    ]
    lines += [f"{n}. {question}" for n, (question, _) in enumerate(pack.cases, 1)]
    lines += ["", "### Corrigé de l'étude de cas", ""]
    lines += [f"{n}. Article {_link(num)}." for n, (_, num) in enumerate(pack.cases, 1)]
    lines += ["", "## Quiz", ""]
    for n, item in enumerate(pack.quiz, 1):
        lines += [f"**Question {n}** ({item.kind}). " + _plain(item.text).replace("\n", " "), ""]
        if item.kind != TRUTH:
            lines += [*(f"- {'ABCD'[i]}. {_plain(option)}" for i, option in enumerate(item.options)), ""]
    lines += ["## Corrigé du quiz", ""]
    for n, item in enumerate(pack.quiz, 1):
        answer = "" if item.kind == TRUTH else f"{'ABCD'[item.right]}. "
        lines += [f"{n}. {answer}{_plain(item.why)}"]
    if pack.mistakes:
        lines += ["", "## Erreurs fréquentes", "", *(f"- {told}" for told in pack.mistakes)]
    lines += ["", "## Sources", ""]
    lines += [
        f"- Code de l'action sociale et des familles, art. {_link(a.num)}, "
        + (f"texte du {french_date(a.as_of)}" if a.extract else f"fiche d'après le texte du {french_date(a.as_of)}")
        + (" (signalé comme abrogé)" if a.status == "repealed" else "")
        for a in pack.articles
    ]
    lines += ["", pack.source, ""]
    return "\n".join(lines)


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return " ".join(
        filter(None, [f"{hours} h" if hours else "", f"{rest:02d}" if rest and hours else f"{rest} min" if rest else ""])
    )


def _link(num: str) -> str:
    return f"[{printed(num)}]({article_url(num)})"


def _plain(text: str) -> str:
    """A text that Markdown must not take for its marks."""
    return text.replace("*", "\\*").replace("[…]", "\\[…\\]").replace("_", "\\_")


def _quoted(text: str) -> list[str]:
    return [f"> {_plain(line)}" if line.strip() else ">" for line in text.split("\n")]
