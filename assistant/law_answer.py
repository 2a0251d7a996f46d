"""The extractive answer on the law: a direct line where one is sure, then the alinéas that say it, verbatim, dated, linked.

Then the exceptions and remedies of the same articles, what applies them, what to read next, and one warning when the
texts are old. Several questions in one get a part each, with continuous citation numbers.
"""

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from assistant.answer import Answer, Citation, Value, french_date, is_old, old_text_warning
from assistant.direct import Clause, Direct, clauses, direct_answer, share, word_weights
from assistant.question import Question, read_question
from assistant.retrieval import Hit, Searcher
from corpus.article import Article, Passage, alineas, article_url
from corpus.cards import Card, place
from corpus.markup import readable
from corpus.reference import label_of, printed
from corpus.words import index_words
from ingest.generation import row_num

SHOWN = 3  # articles quoted; more are named under "À lire aussi"
QUOTE = 700  # characters of one quotation, whole alinéas
ASIDE = 320  # characters of an exception or a remedy
LONG_MARK = 260  # characters in bold at most
PARTS = 4  # questions answered in one go
_EXCEPTION = re.compile(
    r"^(?:\W*)(?:Toutefois|Cependant|Néanmoins|Par (?:dérogation|exception)|À titre (?:exceptionnel|dérogatoire)|A titre (?:exceptionnel|dérogatoire)|Sauf|Sous réserve)\b"
    r"|\bne s['’]appliqu\w+ pas\b|\bn['’]est pas applicable\b|\bne sont pas applicables\b"
)
_REMEDY = re.compile(
    r"\brecours\b (?!en récupération|à une? |à un tiers)|\bcontest(?:ée?s?|er|ation)\b|\bréclamation|\bpeut être déféré|\bsaisir le (?:juge|tribunal)"
)
_OURS = "Les titres « en clair » sont de cet assistant, pas de la loi."


@dataclass(slots=True)
class Draft:
    """An answer being written: its lines and its numbered citations."""

    lines: list[str] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    value: Value | None = None

    def cite(self, citation: Citation) -> int:
        """The number of a citation, the one it has already when the same words were cited."""
        for known in self.citations:
            if (known.id, known.quote) == (citation.id, citation.quote):
                return known.n
        self.citations.append(replace(citation, n=len(self.citations) + 1))
        return len(self.citations)


def answer_law(question: Question, hits: list[Hit], searcher: Searcher, trust: float = 1.0) -> Answer:
    """The whole extractive answer; `trust` is the confidence in the first article, in [0, 1]."""
    draft = Draft()
    parts = question.parts[:PARTS]
    if len(parts) > 1:
        for place, text in enumerate(parts, 1):
            part = read_question(text, searcher.index.vocabulary)
            found = blended(hits, searcher.search(part, 10), part)
            draft.lines += [f"### {place}. {text[:1].upper()}{text[1:].rstrip(' ?.')} ?", ""]
            # A part that leans on the rest ("et par semaine ?") drifts: its direct line must come from the whole's articles.
            write(draft, part, found, searcher, trust, 1, {hit.num for hit in hits[:SHOWN]})
    else:
        write(draft, question, hits, searcher, trust)
    if any(c.source == "law" for c in draft.citations) and any(hit.card for hit in hits[:SHOWN]):
        draft.lines += [f"*{_OURS}*", ""]
    if warning := old_text_warning(draft.citations):
        draft.lines += [warning]
    return Answer(question.text, "\n".join(draft.lines).strip(), value=draft.value, citations=draft.citations)


def blended(whole: Sequence[Hit], own: Sequence[Hit], part: Question) -> list[Hit]:
    """The articles for one of several questions: its own search, and the whole text's, which holds the story around it."""
    alone = 0.6 if len(part.words) >= 4 else 0.35  # "et dans quel délai ?" says little by itself
    scores = [{hit.num: hit.score for hit in hits} for hits in (whole, own)]
    least = [min(found.values(), default=0.0) - 0.1 for found in scores]
    by_num = {hit.num: hit for hit in [*whole, *own]}
    mixed = {num: (1 - alone) * scores[0].get(num, least[0]) + alone * scores[1].get(num, least[1]) for num in by_num}
    return [replace(by_num[num], score=mixed[num]) for num in sorted(mixed, key=lambda num: -mixed[num])]


def write(
    draft: Draft,
    question: Question,
    hits: list[Hit],
    searcher: Searcher,
    trust: float,
    shown: int = SHOWN,
    sure: Collection[str] | None = None,
) -> None:
    """Answer one question into `draft`; only articles of `sure` (all when None) may give the direct line."""
    index, idf = searcher.index, InverseFrequency(searcher)
    direct = direct_answer(question, hits[:3], index.article, idf, trust)
    if direct and sure is not None and direct.num not in sure:
        direct = None
    chosen = keep(hits)[:shown]
    if direct:
        chosen = [next(hit for hit in hits if hit.num == direct.num), *(hit for hit in chosen if hit.num != direct.num)][:shown]
    weights = word_weights(question, [(hit, text) for hit in chosen if (text := index.article(hit.num))], idf)
    top = len(draft.lines)
    quoted: list[tuple[Article, str]] = []
    for hit in chosen:
        article = index.article(hit.num)
        if article is None:
            assert hit.card is not None
            n = draft.cite(card_citation(0, hit.card))
            draft.lines += [
                f"**{hit.label}** [{n}] — *en clair : {hit.card.title}*",
                "",
                hit.card.summary,
                "",
                card_notice(hit.card),
                "",
            ]
            continue
        own = direct if direct and direct.num == hit.num else None
        passage, quote = best_quote(question, hit, searcher, own)
        n = draft.cite(law_citation(article, hit.label, passage, quote))
        title = f" — *en clair : {hit.card.title}*" if hit.card else ""
        draft.lines += [f"**{hit.label}** [{n}]{title}", ""]
        if own:
            draft.lines[top:top] = [direct_line(own, article, n), ""]
            draft.value = draft.value or _value(own)
        if not own or quote != article.text[own.start : own.end]:
            draft.lines += [
                *block(readable(marked(article, quote, own.mark if own else best_clause(article, quote, weights)))),
                "",
            ]
        draft.lines += [f"*Texte du {french_date(article.as_of)} — [vérifier la version en vigueur]({article.url})*", ""]
        quoted.append((article, quote))
    draft.lines += asides(draft, quoted, weights, searcher)
    draft.lines += further(hits, [hit.num for hit in chosen], searcher)


def _value(direct: Direct) -> Value | None:
    value = direct.value
    return Value(value.text, value.kind, value.normalized) if value else None


def direct_line(direct: Direct, article: Article, n: int) -> str:
    """ "**dix jours** — « … **dix jours** … » [1]": our word or value, then the law's own words, verbatim."""
    start, end = direct.start, direct.end
    if end - start > ASIDE:  # the part of a long sentence around the decisive words, cut between commas
        before = [m.end() for m in re.finditer(r"[,;:]\s", article.text[start : direct.mark[0]])]
        after = [m.start() for m in re.finditer(r"[,;:.]", article.text[direct.mark[1] : end])]
        start = next((start + at for at in before if direct.mark[0] - (start + at) < ASIDE // 2), start)
        end = next((direct.mark[1] + at for at in after if at > ASIDE // 4), end)
    text = article.text
    words = f"{text[start : direct.mark[0]]}**{text[direct.mark[0] : direct.mark[1]]}**{text[direct.mark[1] : end]}".strip()
    lead, trail = "… " if start > direct.start else "", " …" if end < direct.end else ""
    answer = direct.said or (direct.value.text if direct.value else "")
    when = f"D'après le texte du {french_date(article.as_of)} : " if is_old(article.as_of) else ""
    return f"{when}**{answer}** — « {lead}{' '.join(words.split())}{trail} » [{n}]"


def law_citation(article: Article, label: str, passage: Passage, quote: str) -> Citation:
    return Citation(
        0, "article", passage.id, f"{label}{_alinea_label(passage)}", article.key, article.as_of, None, quote,
        article.url, "law", article.path, passage.text,
    )  # fmt: skip


def block(text: str) -> list[str]:
    """A Markdown quotation."""
    return [f"> {line}" if line else ">" for line in text.split("\n")]


def marked(article: Article, quote: str, mark: tuple[int, int] | None) -> str:
    """The quote with the decisive words (offsets in the article's text) in bold."""
    at = article.text.find(quote)
    if mark is None or at < 0 or not at <= mark[0] < mark[1] <= at + len(quote):
        return quote
    start, end = mark[0] - at, mark[1] - at
    return f"{quote[:start]}**{quote[start:end].rstrip()}**{quote[start:end][len(quote[start:end].rstrip()) :]}{quote[end:]}"


def best_clause(article: Article, quote: str, weights: dict[str, float]) -> tuple[int, int] | None:
    """Where the sentence of a long quote stands that meets the question plainly better than the others."""
    at = article.text.find(quote)
    inside = [c for c in clauses(article) if at <= c.start and c.end <= at + len(quote)]
    if at < 0 or len(inside) < 2:
        return None
    first, second = sorted(inside, key=lambda c: -share(weights, c))[:2]
    sure = share(weights, first) >= max(0.3, 1.25 * share(weights, second))
    return (first.start, first.end) if sure and first.end - first.start < min(LONG_MARK, 0.7 * len(quote)) else None


def asides(draft: Draft, quoted: Sequence[tuple[Article, str]], weights: dict[str, float], searcher: Searcher) -> list[str]:
    """What the quoted articles say besides: exceptions first, then remedies; sentences that meet the question come first."""
    found: list[tuple[float, Article, Clause]] = []
    for rank, (article, quote) in enumerate(quoted):
        for clause in clauses(article):
            text = clause.text.strip()
            kind = bool(_EXCEPTION.search(text)) or 0.8 * bool(_REMEDY.search(text))
            near = share(weights, clause)
            if kind and text not in quote and len(text) <= ASIDE and (near >= 0.15 or (rank == 0 and near >= 0.08)):
                found.append((near + 0.2 * kind - 0.1 * rank, article, clause))
    lines: list[str] = []
    for _, article, clause in sorted(found, key=lambda f: -f[0])[:2]:
        passage = next((p for p in searcher.index.passages_of(article.key) if p.start <= clause.start < p.end), None)
        if passage is not None and (text := clause.text.strip()) in passage.text:
            n = draft.cite(law_citation(article, article.label, passage, text))
            lines += [f"> {text} [{n}]", ""]
    return ["**Exceptions et recours**", "", *lines] if lines else []


def further(hits: Sequence[Hit], chosen: Sequence[str], searcher: Searcher) -> list[str]:
    """The decrees that apply the laws quoted, and the next best articles, as links with our titles."""
    applied = [num for law in chosen if law.startswith("L") for num in applying(law, searcher) if num not in chosen][:2]
    others = [h.num for h in hits if h.num not in (*chosen, *applied) and h.score > 0.5 * hits[0].score][:3]
    lines: list[str] = []
    for name, nums in (("Texte d'application", applied), ("À lire aussi", others)):
        if nums:
            lines += [f"**{name}** : " + " ; ".join(_link(num, searcher) for num in nums) + ".", ""]
    return lines


def applying(num: str, searcher: Searcher) -> list[str]:
    """The R and D articles of the same chapter whose text names this L article, those that lean on it most first."""
    if not searcher.index.manifest["passages"]:
        return []
    rows = searcher.index.lexical["passages"].best([num.lower()], 20)
    nums = dict.fromkeys(row_num(ident) for ident, score in rows if score > 0)
    return [other for other in nums if other[0] in "RD" and place(other) == place(num)]


def _link(num: str, searcher: Searcher) -> str:
    article, card = searcher.index.article(num), searcher.index.card(num)
    url = article.url if article else article_url(num)
    return f"[{printed(num)}]({url})" + (f" (*{card.title[:70]}*)" if card else "")


def keep(hits: list[Hit]) -> list[Hit]:
    """The articles worth quoting: the best, those nearly as good, and every one that the question names."""
    if not hits:
        return []
    # Measured on our own questions: 0.96 cites four wrong articles where 0.72 cites five, and loses no good answer.
    near = [h for h in hits if h.exact or h.score >= 0.96 * hits[0].score]
    return near[:SHOWN] or hits[:1]


def card_citation(n: int, card: Card) -> Citation:
    label = label_of(card.num)
    label = f"Fiche — {label[0].lower()}{label[1:]}" + (f" ({card.part})" if card.part else "")
    return Citation(
        n, "article", f"card:{card.id}", label, card.num, card.as_of, None, card.summary,
        article_url(card.num), "card", (), card.summary,
    )  # fmt: skip


def card_notice(card: Card) -> str:
    """What must be said under a card: it is ours, it has a date, here is the law."""
    note = {
        "repealed": " L'article est signalé comme abrogé.",
        "changed": " L'article a changé depuis.",
        "to_check": "",
        "in_force": "",
    }[card.status]
    return (
        f"*Résumé rédigé pour cet assistant d'après le texte du {french_date(card.as_of)} ; ce n'est pas le texte officiel.{note} "
        f"[Lire l'article sur Légifrance]({article_url(card.num)})*"
    )


def best_quote(question: Question, hit: Hit, searcher: Searcher, direct: Direct | None = None) -> tuple[Passage, str]:
    """The hit's passage and, verbatim, its alinéas that meet the question best (all of it when it is short).

    With a direct answer: the passage and the alinéa that hold it, whatever the search preferred.
    """
    passage = hit.passage
    assert passage is not None
    if direct:
        passage = next((p for p in searcher.index.passages_of(hit.num) if p.start <= direct.start < p.end), passage)
    if len(passage.text) <= QUOTE:
        return passage, passage.text
    idf = InverseFrequency(searcher)
    wanted = dict.fromkeys(question.words, 1.0) | {w: 0.5 for w in index_words(hit.asked) if w not in question.words}
    spans = alineas(passage.text)
    scores = []
    for span in spans:
        words = set(index_words(passage.text[span.start : span.end]))
        scores.append(sum(weight * idf(w) for w, weight in wanted.items() if w in words) / math.sqrt(8 + len(words)))
    if direct:
        scores = [s + 100.0 * (a.start <= direct.start - passage.start < a.end) for s, a in zip(scores, spans, strict=True)]
    order = sorted(range(len(spans)), key=lambda i: -scores[i])
    first = last = order[0]
    # Grow around the best alinéa: an alinéa that ends with ":" announces the next, one that starts with "1°" was announced.
    while True:
        grown = False
        for near in (last + 1, first - 1):
            if 0 <= near < len(spans):
                start, end = spans[min(first, near)].start, spans[max(last, near)].end
                bound = passage.text[spans[first].start : spans[last].end]
                linked = (
                    bound.rstrip().endswith((":", ";", ","))
                    if near > last
                    else bool(re.match(r"(?:\d{1,2}°|[a-z]\)|[-–])", bound))
                )
                if end - start <= QUOTE and (linked or scores[near] > 0.6 * scores[order[0]]):
                    first, last, grown = min(first, near), max(last, near), True
                    break
        if not grown:
            break
    return passage, passage.text[spans[first].start : spans[last].end]


class InverseFrequency:
    """How rare a stem is among the passages: ln(1 + N / (1 + documents with it))."""

    def __init__(self, searcher: Searcher):
        lexical = searcher.index.lexical["passages" if searcher.index.manifest["passages"] else "cards"]
        self._lexical = lexical
        self._count = max(1, len(lexical.ids))

    def __call__(self, word: str) -> float:
        return math.log(1 + self._count / (1 + self._lexical.document_frequency(word)))


def _alinea_label(passage: Passage) -> str:
    return f", al. {passage.first}" if passage.first == passage.last else f", al. {passage.first} à {passage.last}"
