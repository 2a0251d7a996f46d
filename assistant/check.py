"""Checking a text against the law: each reference, each quotation, each statement that it attributes to an article.

`read` (`assistant/check_reading.py`) finds them without any index; `Quotes` and `Judge` compare them with the texts and
the cards of one index. Nothing is said beyond them: an article that is not here is "unknown", not false.
"""

import re
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from assistant.answer import french_date
from assistant.check_claims import PLACE, Judge, Statement
from assistant.check_quotes import ALTERED, Difference, Found, Quotes
from assistant.check_reading import Quotation, Reading, quoted_in, read
from assistant.check_ties import Tie
from assistant.retrieval import Searcher
from corpus.article import article_url
from corpus.codes import split_key, title_of
from corpus.errors import CasfError
from corpus.reference import CASF, ArticleRef, printed
from ingest.embedding import Progress, silent
from ingest.provenance import told

EXCERPT = 240
LETTERS = ("L", "R", "D", "LO", "A")
SHARED = 0.2  # score that is enough for an article when its sentence names another that plainly says it
MAX_CHARACTERS = 1_000_000


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference as written at `offset`, and what is known of its article.

    `status` is "found", "repealed" or "unknown"; `source` says where `excerpt` comes from ("law", "card" or ""); `code`
    names another code when the reference is to one (its articles are not checked); `homonym` is the same number under
    another letter when only that one is in force here; `range_end` closes a range "X à Y".
    """

    text: str
    num: str
    status: str
    as_of: str
    excerpt: str
    offset: int
    code: str = CASF
    title: str = ""
    note: str = ""
    source: str = ""
    homonym: str = ""
    range_end: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """One quotation: "verbatim" in the article it is attributed to, "altered" there (`differences`), or "not_found" there.

    `best_match` is the nearest stretch of the whole code; `checked` is false when the article's text is not here;
    `attributed` when the sentence itself names the article, not only its neighbours.
    """

    text: str
    num: str
    status: str
    best_match: dict[str, Any] | None
    offset: int = 0
    differences: tuple[Difference, ...] = ()
    checked: bool = True
    attributed: bool = True
    end: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence and the article that it makes responsible for what it says: "supported" or "doubtful".

    `reason` of a doubt: "other" (other articles say it), "absent" (none found that says it), "figure" (`figure` is not
    the article's), "unknown" (no such article here). `better` are articles that say it, best first, scores in [0, 1].
    """

    text: str
    num: str
    status: str
    better: tuple[dict[str, Any], ...] = ()
    score: float = 0.0
    offset: int = 0
    end: int = 0
    reason: str = ""
    figure: str = ""


@dataclass(slots=True)
class Check:
    """A text checked (INTERFACE: `casf check --json`)."""

    references: list[Reference] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    timing_ms: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def check_text(text: str, searcher: Searcher, progress: Progress = silent) -> Check:
    """Check a text against the index of `searcher`. Raises `CasfError` when there is nothing to read or too much."""
    if not re.search(r"\w", text):
        raise CasfError("Ce texte est vide : il n'y a rien à vérifier.")
    if len(text) > MAX_CHARACTERS:
        raise CasfError(f"Ce texte est trop long ({len(text)} caractères, {MAX_CHARACTERS} au plus) : vérifiez-le par parties.")
    start = time.perf_counter()
    reading = read(text)
    check = Check(warnings=_warnings(searcher, reading))
    check.references = [reference(ref, text, searcher) for ref in reading.refs]
    verbatim = _check_quotes(reading, searcher, check, progress)
    _check_claims(reading, searcher, check, verbatim, progress)
    check.timing_ms = {"total": round((time.perf_counter() - start) * 1000, 1)}
    return check


def _warnings(searcher: Searcher, reading: Reading) -> list[str]:
    """What must be said of the whole check: what it was made against, and that nothing was there to check."""
    dates = searcher.index.manifest["dates"]
    if not searcher.index.manifest["articles"]:
        found = [
            "Le texte officiel n'est pas indexé : seules les fiches rédigées pour cet assistant ont servi, et les citations n'ont pas"
            " pu être comparées."
        ]
    else:
        first, last = (french_date(dates[i]) if dates else "date inconnue" for i in (0, -1))
        said = first if first == last else f"articles du {first} au {last}"
        found = [
            f"Comparé au texte du code tel qu'il est indexé ({said}) et à nos fiches : vérifiez la version en vigueur.",
            told(searcher.index.manifest),
        ]
    if not any(ref.code == CASF or ref.key in searcher.known for ref in reading.refs):
        found.append("Ce texte ne cite aucun article du Code de l'action sociale et des familles.")
    return found


# --- references ------------------------------------------------------------------------------------------------------


def reference(ref: ArticleRef, text: str, searcher: Searcher) -> Reference:
    """What is known of the article that a reference names."""
    written = " ".join(text[ref.start : ref.end].split())
    if ref.code != CASF and ref.code not in searcher.index.manifest["codes"] and ref.key not in searcher.known:
        note = f"Article d'un autre code ({ref.code}) : il n'est pas vérifié ici."
        return Reference(written, ref.num, "unknown", "", "", ref.start, ref.code, note=note)
    nums = searcher.resolve(ref)
    num = nums[0] if nums else ref.key
    index = searcher.index
    article, card = index.article(num), index.card(num)
    status = status_of(num, searcher)
    missing = [n for n in (ref.range_end_num,) if n and n not in searcher.known]
    note = card.note if card else ""
    if chapter := is_chapter(ref, searcher):
        note = f"Ce numéro désigne un chapitre ({printed(num)}-1 et suivants), pas un article."
    if status == "unknown" and card:
        note = f"Le texte officiel indexé ne l'a pas ; voici ce qu'en dit notre fiche, à contrôler sur Légifrance. {note}".strip()
    elif ref.code != CASF and card and not article:
        note = f"Le texte officiel du {title_of(ref.code)} n'est pas indexé ici ; voici notre fiche. {note}".strip()
    elif not ref.letter and len(nums) > 1:
        note = f"Sans lettre, ce numéro désigne aussi {', '.join(printed(n) for n in nums[1:])}. {note}".strip()
    elif missing:
        note = f"La fin de la série, {printed(missing[0])}, n'est pas dans les textes disponibles ici. {note}".strip()
    excerpt = article.text if article else card.summary if card else ""
    return Reference(
        written, num, status, article.as_of if article else card.as_of if card else "", _cut(excerpt), ref.start,
        title=card.title if card else "", note=note, source="law" if article else "card" if card else "",
        homonym=_homonym(ref, searcher) if status != "found" and not chapter else "", range_end=ref.range_end_num,
        url=article.url if article else article_url(num),
    )  # fmt: skip


def status_of(num: str, searcher: Searcher) -> str:
    """ "repealed" when its card says so, or its versions have all ended; "found" when its official text is here, or its card where no official text of
    its code is indexed; else "unknown": a card alone doesn't prove that an article which the code at hand lacks exists."""
    card = searcher.index.card(num)
    if card and card.status == "repealed":
        return "repealed"
    if searcher.index.versions(num) and not searcher.index.article(num):
        return "repealed"
    if searcher.index.article(num) or (card and split_key(num)[1] not in searcher.index.manifest["codes"]):
        return "found"
    return "unknown"


def is_chapter(ref: ArticleRef, searcher: Searcher) -> bool:
    """Whether a number that is no article here begins those of a chapter ("L311" for L311-1, L311-2 …)."""
    return (
        ref.key not in searcher.known
        and ref.code == CASF
        and "-" not in ref.number
        and any(n.startswith(f"{ref.num}-") and split_key(n)[1] == CASF for n in searcher.known)
    )


def _homonym(ref: ArticleRef, searcher: Searcher) -> str:
    """The number in force under another letter ("R131-5" for "L131-5"), "" when there is none."""
    others = (letter + ref.number for letter in LETTERS if letter != ref.letter and ref.letter in LETTERS)
    return next((num for num in others if num in searcher.known and status_of(num, searcher) == "found"), "")


def _cut(text: str, size: int = EXCERPT) -> str:
    """The beginning of a text, verbatim, ending with a whole word."""
    if len(text) <= size:
        return text
    return text[: size + 1].rsplit(None, 1)[0].rstrip(" ,;:") + " …"


# --- quotations ------------------------------------------------------------------------------------------------------


def _check_quotes(reading: Reading, searcher: Searcher, check: Check, progress: Progress) -> set[tuple[int, str]]:
    """Fills `check.quotes`; returns (offset, number) of the quotations that their article does hold."""
    held: set[tuple[int, str]] = set()
    quotes = Quotes(searcher)
    for done, quotation in enumerate(reading.quotations, 1):
        quote = _quote(quotation, quotes, searcher)
        check.quotes.append(quote)
        if quote.status != "not_found":
            held.add((quotation.start, quote.num))
        progress("Citations", done, len(reading.quotations))
    return held


def _quote(quotation: Quotation, quotes: Quotes, searcher: Searcher) -> Quote:
    nums = list(dict.fromkeys(num for ref in quotation.refs for num in searcher.resolve(ref) or [ref.num]))
    # Several references may stand near: the one that holds the quotation is meant, else the nearest.
    own: Found | None = None
    for num in nums:
        found = quotes.in_article(quotation.text, num)
        if found and found.score >= ALTERED and (own is None or found.score > own.score):
            own = found
    checked = any(searcher.index.article(num) for num in nums)
    if own:
        status = "verbatim" if own.score == 1 else "altered"
        return Quote(
            quotation.text,
            own.num,
            status,
            _match(own),
            quotation.start,
            own.differences,
            True,
            quotation.attributed,
            quotation.end,
        )
    best = quotes.anywhere(quotation.text)
    match = _match(best) if best else None
    return Quote(quotation.text, nums[0], "not_found", match, quotation.start, (), checked, quotation.attributed, quotation.end)


def _match(found: Found) -> dict[str, Any]:
    return {"num": found.num, "text": found.text, "score": found.score}


# --- claims ----------------------------------------------------------------------------------------------------------


def _check_claims(reading: Reading, searcher: Searcher, check: Check, held: set[tuple[int, str]], progress: Progress) -> None:
    """Fills `check.claims`."""
    if not reading.ties:
        return
    judge = Judge(searcher)
    kept: list[tuple[Tie, list[str]]] = []
    seen: set[tuple[int, str]] = set()
    for tie in reading.ties:
        said = [statement for statement in tie.statements if judge.says_something(statement)]
        if said and (tie.start, tie.ref.num) not in seen and not is_chapter(tie.ref, searcher):
            seen.add((tie.start, tie.ref.num))
            kept.append((tie, said))
    vectors = _vectors([text for tie, said in kept for text in (*said, *_more(tie, said))], searcher, progress)
    for done, (tie, said) in enumerate(kept, 1):
        nums = searcher.resolve(tie.ref)
        num = nums[0] if nums else tie.ref.num
        quoted = quoted_in(tie.start, tie.end, reading.quotations)
        if any((quotation.start, num) in held for quotation in quoted):
            check.claims.append(Claim(tie.text, num, "supported", (), 1.0, tie.start, tie.end))
            continue
        statements = [(text, vectors[text]) for text in said]
        more = [(text, vectors[text]) for text in _more(tie, said)]
        check.claims.append(_claim(tie, num, nums, statements, more, judge))
        progress("Affirmations", done, len(kept))
    check.claims = _shared(check.claims)


def _shared(claims: Sequence[Claim]) -> list[Claim]:
    """A sentence that names several articles says a part of what it says of each: one that holds makes the others likelier."""
    held = {claim.offset for claim in claims if claim.status == "supported"}
    return [
        replace(claim, status="supported", better=(), reason="")
        if claim.status == "doubtful" and claim.offset in held and claim.score >= SHARED and not claim.figure
        else claim
        for claim in claims
    ]


def _vectors(texts: Sequence[str], searcher: Searcher, progress: Progress) -> dict[str, Any]:
    """The vector of every statement, embedded once, a batch at a time."""
    unique = list(dict.fromkeys(texts))
    vectors: dict[str, Any] = {}
    for at in range(0, len(unique), 32):
        batch = unique[at : at + 32]
        vectors.update(zip(batch, searcher.embedder.queries(batch), strict=True))
        progress("Lecture des phrases", min(at + 32, len(unique)), len(unique))
    return vectors


def _more(tie: Tie, said: Sequence[str]) -> list[str]:
    """What the next sentence adds, with the statement and alone: it helps to find who says it."""
    return [f"{said[-1]}. {tie.more}", tie.more] if tie.more else []


def _claim(
    tie: Tie, num: str, nums: Sequence[str], statements: Sequence[Statement], more: Sequence[Statement], judge: Judge
) -> Claim:
    verdict = judge.judge(statements, nums, num, more)
    if verdict.supported:
        return Claim(tie.text, num, "supported", (), round(verdict.score, 3), tie.start, tie.end)
    better = tuple(
        {"num": other, "score": score, "title": card.title if (card := judge.index.card(other)) else ""}
        for other, score in verdict.better
    )
    best = max((score for _, score in verdict.better), default=0.0)
    if not nums:
        reason = "unknown"
    elif verdict.figure:
        reason, better = "figure", ()
    else:
        reason = "other" if best >= PLACE else "absent"
    return Claim(tie.text, num, "doubtful", better, round(verdict.score, 3), tie.start, tie.end, reason, verdict.figure)
