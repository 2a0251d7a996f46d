"""Questions about an article's time: what it said on a day, since when its text stands, how it changed, if it still holds.

A day without an article is for the search, which then reads the versions of that day (`ingest.index.Index.at`).
Dates are LEGI's own where the source gives them; copies only show on which days a text stood, and the answer says so.
"""

import re
from collections.abc import Sequence
from datetime import date
from difflib import SequenceMatcher

from assistant.answer import Answer, Citation, french_date
from assistant.asked_day import asked_days
from assistant.law_answer import QUOTE
from assistant.question import Question
from corpus.article import Article, Passage, alineas, article_url
from corpus.codes import CASF, split_key, title_of
from corpus.reference import find_references, label_of, printed
from corpus.words import fold, index_words
from ingest.history import ALIKE, likeness, words_of
from ingest.index import Index

_SINCE = re.compile(
    r"depuis (?:quand|quel(?:le)? (?:date|annee|jour))|de quand date|date d'entree en vigueur|entree en vigueur de l'article"
    r"|(?:quand|quelle date|quelle annee).{0,60}(?:en vigueur|cree|modifi|abrog|ajoute|insere|redaction|version)"
)
_CHANGED = re.compile(
    r"(?:\ba|\bont|\best)(?:-t)?(?:-(?:il|elle|on))? (?:ete )?(?:change|modifie|evolue|reecrit)|versions (?:successive|connue|precedente)s?"
    r"|historique|(?:ancienne|nouvelle|precedente) (?:version|redaction)|(?:version|redaction) (?:precedente|anterieure)"
    r"|differen.{0,40}(?:version|redaction|\d{4})|evolution (?:de l'article|du texte)|avant et apres"
)
_ENDED = re.compile(
    r"\babrog|n'existe plus|que devient|(?:est|sont|a|ont|ete)(?:-t)?(?:-(?:il|elle))? (?:ete )?(?:devenu|supprime|remplace|transfere|renumerote)"
)
_STILL = re.compile(
    r"(?:encore|toujours|plus) (?:en vigueur|applicable|valable|valide|d'actualite|dans le code)|existe\S* (?:encore|toujours)"
    r"|(?:est|etait)(?:-(?:il|elle))? (?:en vigueur|applicable)|en vigueur \?$"
)
# Words of a question that asks for an article as such, and for nothing in it.
_BARE = frozenset(
    index_words(
        "dit dire prévoit contient texte contenu rédaction version parle code lire donne donner montre montrer vigueur cours date"
        " abrogé abrogée ancien ancienne quoi action sociale familles exactement"
    )
)
_MOVED = re.compile(r"TRANSF|DEPLAC|CONCORD|RENUM|REMPLAC", re.IGNORECASE)
_WENT = re.compile(
    r"devenu|repris|transfer|remplac|desormais|renumerot|deplac|passe[es]* (?:a|aux?|dans)\b|voir\b|figure (?:maintenant|a)|codifi"
)
_ENDS = {"ABROGE": "abrogé", "ABROGE_DIFF": "abrogé", "PERIME": "périmé", "TRANSFERE": "transféré", "DEPLACE": "déplacé"}


def answer_history(question: Question, index: Index, day: str = "") -> Answer | None:
    """The answer to a question about an article's time, None when it is no such question. `index` is today's; `day` (ISO)
    is asked for beside the question (`--date`)."""
    keys = [key for ref in question.refs for key in index.spelt(ref) if index.versions(key) or index.cards_of(key)]
    if not keys:
        return None
    folded, days = fold(question.text), [day] if day else asked_days(question.text, True)
    article = _Article(question, index, keys[0])
    if _SINCE.search(folded) and article.versions:
        return article.since()
    if (_CHANGED.search(folded) or len(days) > 1) and article.versions:
        return article.changed(days)
    ended = _ENDED.search(folded)
    if days and article.versions and not ended and days[0] != index.on:
        return article.on(days[0])
    bare = set(question.words) - _BARE <= {keys[0].lower().replace(" ", "")}
    if ended or _STILL.search(folded):
        return article.fate()
    if article.gone and bare:  # asked for as if it still held: that is said first, as of any wrong reference
        answer = article.fate()
        answer.premise = {"ok": False, "message": article.lines[0]}
        return answer
    return None


class _Article:
    """One article's versions, and the sentences about them."""

    def __init__(self, question: Question, index: Index, key: str):
        self.question, self.index, self.key = question, index, key
        self.label = label_of(key) if key.startswith("Annexe") else f"L'{label_of(key)[0].lower()}{label_of(key)[1:]}"
        self.history = index.history(key)
        self.versions = [version for version, _ in self.history]
        self.current = index.article(key)
        self.card = index.card(key)
        self.lines: list[str] = []
        self.citations: list[Citation] = []

    @property
    def gone(self) -> bool:
        """No version holds, or our card, as recent as the text, says that it was repealed."""
        if self.versions and not self.current:
            return True
        told = self.card is not None and self.card.status == "repealed"
        return told and (not self.current or bool(self.card and self.card.as_of >= self.current.as_of))

    def on(self, day: str) -> Answer:
        """What the article said on a day."""
        version = self.index.article(self.key, day)
        if version is None:
            return self._nothing_on(day)
        said = "Au" if day > self.index.on else "Le"
        self.lines.append(
            f"{said} {french_date(day)}, {self.label[0].lower()}{self.label[1:]} disait, dans la version connue à cette date :"
        )
        self._quote(version)
        if self.current is None:
            self.lines.append(f"Il n'est plus en vigueur aujourd'hui : {self._end()}.")
        elif not _same(version, self.current):
            self.lines.append(f"Le texte a changé depuis : la version la plus récente ici {_dated(self.current)}.")
        else:
            self.lines.append("Les textes indexés depuis disent la même chose.")
        return self._answer()

    def _nothing_on(self, day: str) -> Answer:
        first = self.versions[0]
        last = next((v for v in reversed(self.versions) if v.end and v.end <= day), self.versions[-1])
        if day < first.start:
            why = "n'était pas encore en vigueur" if first.state else "n'est dans aucun texte indexé de cette date ou d'avant"
            self.lines.append(
                f"Le {french_date(day)}, {self.label[0].lower()}{self.label[1:]} {why}. Sa plus ancienne version ici :"
            )
            self._quote(first)
        else:
            self.lines.append(
                f"Le {french_date(day)}, {self.label[0].lower()}{self.label[1:]} n'était pas en vigueur : {self._end(last)}. Sa dernière version d'avant :"
            )
            self._quote(last)
            self._successors()
        return self._answer()

    def since(self) -> Answer:
        """Since when the present text (or the last) stands."""
        version = self.current or self.versions[-1]
        before = next((v for v in reversed(self.versions) if v.start < version.start), None)
        if version.state:
            self.lines.append(f"{self.label} est dans sa rédaction actuelle depuis le {french_date(version.start)}.")
        elif before:
            self.lines.append(
                f"{self.label} : la rédaction la plus récente ici figure dans le texte du {french_date(version.start)} ; celui du"
                f" {french_date(before.as_of)} en donnait une autre. Le changement date donc d'entre ces deux jours."
            )
        elif version.start > self.index.first_day(version.code):
            self.lines.append(
                f"{self.label} figure dans le texte du code au {french_date(version.start)}, et dans aucun texte indexé plus ancien"
                f" (le premier est du {french_date(self.index.first_day(version.code))})."
            )
        else:
            self.lines.append(
                f"{self.label} figure déjà, avec ces mots, dans le plus ancien texte indexé ({french_date(version.start)}) : la date de"
                " son entrée en vigueur n'est pas connue ici, Légifrance la donne."
            )
        if self.gone:
            self.lines.append(f"Il n'est plus en vigueur : {self._end()}.")
        self._quote(version)
        if before:
            self.lines.append("La version précédente :")
            self._quote(before)
        return self._answer()

    def changed(self, days: Sequence[str] = ()) -> Answer:
        """What changed between two days, or between the last two versions; the later version is cited first."""
        held = [v for day in days if (v := self.index.article(self.key, day))] if len(days) > 1 else self.versions[-2:]
        before, after = held[0], held[-1]
        if len(days) == 1 and (then := self.index.article(self.key, days[0])):
            at = self.versions.index(then)
            before, after = (self.versions[at - 1], then) if at else (then, self.versions[min(1, len(self.versions) - 1)])
        if before == after:
            seen = (
                f"du {french_date(after.start)} au {french_date(after.as_of)}"
                if after.start < after.as_of
                else f"du {french_date(after.as_of)}"
            )
            self.lines.append(f"{self.label} dit la même chose dans les textes indexés {seen} : aucun changement n'y est connu.")
            self._quote(after)
            return self._answer()
        old, new = _difference(before.text, after.text)
        self.lines.append(f"{self.label} a changé. La version qui {_dated(after)} :")
        self._quote(after, new)
        self.lines.append(f"Auparavant, la version qui {_dated(before)} :")
        self._quote(before, old)
        if len(self.versions) > 2:
            self.lines.append("Versions connues ici : " + " ; ".join(f"celle qui {_dated(v)}" for v in self.versions) + ".")
        return self._answer()

    def fate(self) -> Answer:
        """Whether the article still holds; when it doesn't, since when, its last text, and where the matter now stands."""
        if not self.gone:
            version = self.current
            if version is None:  # a card alone, which does not say that it was repealed
                assert self.card is not None
                self.lines.append(
                    f"{self.label} n'a pas de texte ici ; notre fiche ({french_date(self.card.as_of)}) ne le signale pas comme abrogé."
                    f" {_ended_by_dot(self.card.note)} [Vérifier sur Légifrance]({article_url(self.key)})"
                )
                return self._answer()
            if version.end:
                self.lines.append(f"{self.label} est en vigueur jusqu'au {french_date(version.end)}.")
            elif version.state:
                self.lines.append(f"{self.label} est en vigueur depuis le {french_date(version.start)}.")
            else:
                self.lines.append(
                    f"{self.label} figure dans le texte le plus récent indexé ici, du {french_date(version.as_of)} ; rien n'indique ici"
                    " qu'il ait été abrogé depuis."
                )
            if self.card and self.card.note:
                self.lines.append(f"Notre fiche ajoute : {_ended_by_dot(self.card.note)}")
            self._quote(version)
            return self._answer()
        told = "n'est plus en vigueur" if self.versions and not self.current else "est signalé comme abrogé"
        self.lines.append(f"{self.label} {told} : {self._end()}.")
        if self.versions:
            self.lines.append("Son dernier texte connu ici :")
            self._quote(self.current or self.versions[-1])
        self._successors()
        return self._answer()

    def _end(self, last: Article | None = None) -> str:
        """How and when the article ended, as a clause: with the version `last`, or the last one when no text holds today."""
        if last is None and self.versions and not self.current:
            last = self.versions[-1]
        if last is None:
            assert self.card is not None
            told = f" : {self.card.note.rstrip('. ')}" if self.card.note else ""
            return f"d'après notre fiche du {french_date(self.card.as_of)}{told}"
        if last.start > self.index.on:
            return f"il n'entrera en vigueur que le {french_date(last.start)}"
        if last.state:
            how = _ENDS.get(last.state, "abrogé")
            return f"{how} le {french_date(last.end)}" if last.end else how
        return f"il figure dans le texte du {french_date(last.as_of)}, mais plus dans celui du {french_date(last.end)}"

    def _successors(self) -> None:
        """Says where the matter now stands: the article it became, else those that our card or the words bring near."""
        became = [key for key in self._became() if self._stands(key)]
        if became:
            self.lines.append(
                "Il est devenu, ou ses dispositions sont passées à : " + " ; ".join(map(self._link, became[:3])) + "."
            )
            if (successor := self.index.article(became[0])) is not None:
                self._quote(successor)
            return
        near = [key for key in (self.card.see if self.card else ()) if self._stands(key)]
        if self.history and self.history[-1][1] and not near:
            found = [self.index.passage(ident).num for ident, _ in self.index.near(self.history[-1][1][0].id, 8)]
            near = [key for key in dict.fromkeys(found) if key != self.key and self._stands(key)]
        if near:
            self.lines.append("Sur le même sujet aujourd'hui, à lire : " + " ; ".join(map(self._link, near[:3])) + ".")

    def _became(self) -> list[str]:
        """Keys of the articles that took this one over: links of its last version, same words under a new number, our note."""
        found: list[str] = []
        if self.versions:
            last = self.versions[-1]
            found += [key for kind, _, num, _ in last.links if _MOVED.search(kind) for key in self._keys(num)]
            if self.history[-1][1]:
                for ident, _ in self.index.near(self.history[-1][1][0].id, 5):
                    other = self.index.article(self.index.passage(ident).num)
                    if other and other.key != self.key and likeness(last, other) >= ALIKE:
                        found.append(other.key)
        if self.card and self.card.note:
            # Of the note, what says where it went; "ne pas confondre avec …" names just what it is not.
            for sentence in re.split(r"(?<=[.;])\s+", self.card.note):
                if _WENT.search(fold(sentence)):
                    found += self._keys(sentence)
        return [key for key in dict.fromkeys(found) if key != self.key]

    def _keys(self, text: str) -> list[str]:
        return [key for ref in find_references(text) for key in self.index.spelt(ref)]

    def _stands(self, key: str) -> bool:
        card = self.index.card(key)
        return self.index.article(key) is not None and not (card and card.status == "repealed")

    def _link(self, key: str) -> str:
        card, article = self.index.card(key), self.index.article(key)
        return f"[{printed(key)}]({article.url if article else article_url(key)})" + (f" ({card.title})" if card else "")

    def _quote(self, version: Article, place: int = -1) -> None:
        """Cites a version: the passage at character `place`, else the one that meets the question best; whole alinéas."""
        passages = (
            next(own for one, own in self.history if one == version)
            if version in self.versions
            else self.index.passages_of(version.key)
        )
        if not passages:
            return
        passage = next((p for p in passages if p.start <= place < p.end), None) or self._best(passages)
        quote = _cut(passage, place)
        n = len(self.citations) + 1
        self.citations.append(
            Citation(
                n, "article", passage.id, f"{version.label} ({_span(version)})", version.key, version.as_of, None, quote, version.url,
                "law", version.path, passage.text,
            )
        )  # fmt: skip
        self.lines.append(f"**{version.label}** — {_span(version)} [{n}]")
        self.lines.append("\n".join(f"> {part}" if part else ">" for part in quote.split("\n")))
        self.lines.append(f"*Texte du {french_date(version.as_of)} — [vérifier sur Légifrance]({version.url})*")

    def _best(self, passages: Sequence[Passage]) -> Passage:
        wanted = set(self.question.words) - _BARE
        return max(passages, key=lambda p: len(wanted & set(index_words(p.text))))

    def _answer(self) -> Answer:
        return Answer(self.question.text, "\n\n".join(self.lines), citations=self.citations)


def _same(one: Article, other: Article) -> bool:
    return words_of(one.text) == words_of(other.text)


def _dated(version: Article) -> str:
    """The time of a version, after "qui"."""
    if version.state:
        return (
            f"s'applique depuis le {french_date(version.start)}"
            if not version.end
            else f"s'est appliquée du {french_date(version.start)} au {french_date(_eve(version.end))}"
        )
    if version.start == version.as_of:
        return f"figure dans le texte du {french_date(version.as_of)}"
    return f"figure dans les textes du {french_date(version.start)} au {french_date(version.as_of)}"


def _span(version: Article) -> str:
    """The time of a version, as a label."""
    if version.state and version.start:
        return (
            f"version en vigueur du {french_date(version.start)} au {french_date(_eve(version.end))}"
            if version.end
            else f"version en vigueur depuis le {french_date(version.start)}"
        )
    if not version.start or version.start == version.as_of:
        return f"version du {french_date(version.as_of)}"
    return f"version des textes du {french_date(version.start)} au {french_date(version.as_of)}"


def _eve(day: str) -> str:
    try:
        return date.fromordinal(date.fromisoformat(day).toordinal() - 1).isoformat()
    except ValueError:
        return day


def _difference(before: str, after: str) -> tuple[int, int]:
    """Where (characters) the first alinéas that differ begin, in the old text and in the new one."""
    old, new = alineas(before), alineas(after)
    a, b = ([words_of(text[s.start : s.end]) for s in spans] for text, spans in ((before, old), (after, new)))
    for op, i, _, j, _ in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if op != "equal":
            return old[min(i, len(old) - 1)].start, new[min(j, len(new) - 1)].start
    return 0, 0


def _cut(passage: Passage, place: int) -> str:
    """Whole alinéas of a passage, from the one at `place` on (from the first without it), up to `QUOTE` characters."""
    spans = alineas(passage.text)
    first = next((i for i, s in enumerate(spans) if s.start + passage.start <= place < s.end + passage.start), 0)
    last = first
    while last + 1 < len(spans) and spans[last + 1].end - spans[first].start <= QUOTE:
        last += 1
    return passage.text[spans[first].start : spans[last].end]


def _ended_by_dot(text: str) -> str:
    return text if not text or text.endswith(".") else f"{text}."


def other_codes(question: Question, index: Index) -> list[str]:
    """A line for each code that the question names and that is not indexed, with where to read its article; it says when
    our card of that article answers in its stead."""
    lines: dict[str, str] = {}
    for ref in question.refs:
        if ref.code not in index.manifest["codes"] and ref.code != CASF:
            what = "Le texte officiel du" if index.cards_of(ref.key) else "Le"
            lines.setdefault(
                ref.code,
                f"{what} {title_of(ref.code)} n'est pas indexé ici : [chercher l'article {printed(split_key(ref.key)[0])} sur Légifrance]"
                f"({article_url(ref.key)}).",
            )
    return list(lines.values())


def only_elsewhere(question: Question, index: Index) -> bool:
    """Whether a question asks for articles of codes that aren't indexed and that have no card, and for nothing else."""
    here = {CASF, *index.manifest["codes"]}
    return (
        bool(question.refs)
        and not any(ref.code in here or index.cards_of(ref.key) for ref in question.refs)
        and {word for word in question.words if "@" not in word} <= _BARE
    )
