"""What a program can check of the cards: form, duplicates, links between cards, and figures against the article's text.

Whether a card is true is for readers (`docs/cards.md` says what they found); this holds what must never slip back.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from corpus.cards import STATUSES, Card, place
from corpus.codes import CASF, split_key
from corpus.values import NUMBER_WORDS
from corpus.words import fold

TITLE, SUMMARY, QUESTION = 100, 1300, 170
RUN = 14  # so many words in a row shared with the article's text is a copy

_WORD = re.compile(r"[a-z0-9]+")
# Numbers that name things rather than measure them: references, laws, ordinals of lists, square metres, phone numbers.
_NAMES = re.compile(
    r"\b[LRDA]\.?\s?(?:\d{3}|14-10)[\d-]*|\bloi[^.;,]{0,14}\d{4}(?:-\d+)?|\btexte de \d{4}|\bd'avant \d{4}|\bcode \d+"
    r"|\barticles? \d[\d-]*|\b(?:GIR|gir) \d(?: (?:à|ou|et) \d)*|\d+(?:°|ers?\b|es?\b|èmes?\b)|\bn° ?\d+|\bm[23²³]|\b11[579]\b"
)
_NUMBER = re.compile(r"\d+(?: \d{3})*(?:,\d+)?")


BOOKS = {
    "livre-1": "Ier Dispositions générales", "livre-2": "II Aide et action sociales", "livre-3": "III Établissements et services",
    "livre-4": "IV Professions", "livre-5": "V Territoires", "annexes": "Annexes", "code-civil": "Code civil",
}  # fmt: skip


def coverage(cards: Sequence[Card], nums: Sequence[str] = ()) -> list[dict[str, object]]:
    """Per book: articles with a card, cards by part, questions, statuses, readings, and articles of `nums` without card
    (of the CASF: of another code only what social workers need has one)."""
    rows: list[dict[str, object]] = []
    for book, title in BOOKS.items():
        own = [card for card in cards if place(card.num).startswith(book)]
        known = {card.num for card in own}
        whole = [card for card in own if not card.part]
        rows.append(
            {
                "book": title, "articles": len(known), "parts": len(own) - len(whole), "questions": sum(len(c.questions) for c in own),
                **{status: sum(c.status == status for c in whole) for status in STATUSES},
                "read_once": sum(c.readings == 1 for c in whole), "read_twice": sum(c.readings == 2 for c in whole),
                "read_more": sum(c.readings > 2 for c in whole),
                "missing": [n for n in nums if split_key(n)[1] == CASF and place(n).startswith(book) and n not in known],
            }
        )  # fmt: skip
    return rows


def coverage_table(rows: Sequence[Mapping[str, object]]) -> str:
    """The coverage as a Markdown table."""
    heads = {
        "book": "Livre", "articles": "articles", "parts": "fiches de partie", "questions": "questions", "in_force": "en vigueur",
        "changed": "modifié", "repealed": "abrogé", "to_check": "à vérifier", "read_once": "1 lecture", "read_twice": "2 lectures",
        "read_more": "3 lectures ou plus",
    }  # fmt: skip
    lines = ["| " + " | ".join(heads.values()) + " |", "|---" * len(heads) + "|"]
    lines += ["| " + " | ".join(str(row[key]) for key in heads) + " |" for row in rows]
    totals = [sum(int(str(row[key])) for row in rows) for key in list(heads)[1:]]
    return "\n".join([*lines, "| **Total** | " + " | ".join(map(str, totals)) + " |"])


def words(text: str) -> list[str]:
    """Folded words, as `RUN` counts them."""
    return _WORD.findall(fold(text))


def check_cards(cards: Sequence[Card], texts: Mapping[str, str]) -> Iterator[str]:
    """Every fault found, one French line each; `texts` gives the official text of the articles that are at hand."""
    nums = {card.num for card in cards}
    asked: Counter[str] = Counter()
    for card in cards:
        yield from (f"{card.id} : {fault}" for fault in _form(card, nums))
        asked.update(" ".join(words(q)) for q in card.questions)
        if card.num in texts:
            yield from (f"{card.id} : {fault}" for fault in _against(card, texts[card.num]))
    for num in sorted(set(texts) - nums):
        if split_key(num)[1] == CASF:  # of another code only what social workers need has a card
            yield f"{num} : aucune fiche."
    repeated = {question for question, count in asked.items() if count > 1}
    for card in cards:
        for question in card.questions:
            if " ".join(words(question)) in repeated:
                yield f"{card.id} : question en double, « {question} »."


def _form(card: Card, nums: set[str]) -> Iterator[str]:
    for name, text, most in (("titre", card.title, TITLE), ("résumé", card.summary, SUMMARY)):
        if len(text) > most:
            yield f"{name} de {len(text)} caractères ({most} au plus)."
    if not 1 <= len(card.questions) <= 12:
        yield f"{len(card.questions)} questions (1 à 12)."
    for question in card.questions:
        if not 8 <= len(question) <= QUESTION:
            yield f"question de {len(question)} caractères, « {question[:60]} »."
    for other in card.see:
        if other not in nums:
            yield f"renvoie à {other}, qui n'a pas de fiche."
    if card.num in card.see:
        yield "renvoie à elle-même."
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", card.as_of):
        yield f"date « {card.as_of} »."


def _against(card: Card, text: str) -> Iterator[str]:
    own = words(text)
    runs = {tuple(own[i : i + RUN]) for i in range(len(own) - RUN + 1)}
    for name, mine in (("résumé", card.summary), *(("question", q) for q in card.questions)):
        told = words(mine)
        if any(tuple(told[i : i + RUN]) in runs for i in range(len(told) - RUN + 1)):
            yield f"{name} qui reprend {RUN} mots de suite de l'article."
    for figure in figures(card.summary):
        if figure not in card.derived and not stands(figure, text):
            yield f"le résumé dit « {figure} », que l'article ne dit pas."


def figures(summary: str) -> list[str]:
    """The numbers of a summary, references and ordinals left out, as plain strings ("1500", "3,5")."""
    plain = fold(_NAMES.sub(" ", summary))
    return [m[0].replace(" ", "") for m in _NUMBER.finditer(plain)]


def stands(figure: str, text: str) -> bool:
    """Whether a number stands in a text, in figures or in words."""
    plain = re.sub(r"(?<=\d)[\s.](?=\d{3}\b)|(?<=\d,)\s(?=\d)", "", fold(text))
    return bool(re.search(rf"(?<!\d){re.escape(figure)}(?!\d)", plain)) or figure in spelt_numbers(plain)


_UNITS = {w: v for w, v in NUMBER_WORDS.items() if "-" not in w and " " not in w and v < 100}
_ORDINALS = {"premier": 1, "premiere": 1, "second": 2, "seconde": 2, "cinquieme": 5, "neuvieme": 9}
_SPELT = {fold(w): v for w, v in _UNITS.items()} | _ORDINALS | {"septante": 70, "quatre-vingt": 80}


def spelt_numbers(folded: str) -> set[str]:
    """The numbers written in words in a folded text, as plain strings: "deux cent cinquante-huit", "vingtieme", "deux ... et demi"."""
    found: set[str] = set()
    total = part = 0
    counting = False
    last = 0

    def close() -> None:
        nonlocal total, part, counting
        if counting:
            found.add(str(total + part))
        total, part, counting = 0, 0, False

    for word in re.findall(r"[a-z]+|[^a-z\s-]", folded):
        base = (
            word[:-1]
            if word in ("cents", "vingts", "milles")
            else re.sub(r"(?:u)?ieme$", "", word)
            if word.endswith("ieme")
            else word
        )
        value = _SPELT.get(word, _SPELT.get(base, _SPELT.get(base + "e", _SPELT.get(base + "s"))))
        if word in ("demi", "demie"):
            found.add(f"{last},5")
        elif base == "cent":
            part, counting = (part or 1) * 100, True
        elif base == "mille":
            total, part, counting = total + (part or 1) * 1000, 0, True
        elif value is not None:
            grows = counting and (part % 100 == 0 or (part % 10 == 0 and value < 10) or (part % 100 in (60, 80) and value < 20))
            if base == "vingt" and counting and part % 100 == 4:
                part += 76
            elif grows and (part or total):
                part += value
            else:
                close()
                part, counting = value, True
        elif word != "et" or not counting:
            close()
        if counting:
            last = total + part
            found.add(str(last))
    close()
    if "moitie" in folded:
        found.add("50")
    if "tiers" in folded:
        found |= {"33", "3"}
    return found
