"""The 35 clauses that one expects in a CPOM, and the six types of CPOM: what betrays each, and which text asks for it.

`clauses.yaml` holds them; its head says what each field means. Legal bases come from the project's sheet on the CPOM.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from corpus.errors import CasfError
from corpus.words import fold

FILE = Path(__file__).parent / "clauses.yaml"
KINDS = ("party", "date", "duration", "amount", "percent", "number", "list", "text")

_FIELDS = {
    "key", "label", "kind", "basis", "required", "required_if", "needs", "only", "alone", "heads", "proof", "strong", "words", "never",
}  # fmt: skip
_HEAD, _ALONE, _PROOF, _STRONG, _WORD = 2.0, 4.0, 3.0, 2.0, 0.5
_FOREIGN = 1.5
FOUND = 2.0  # the score from which a passage is taken for the clause

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ClauseFault(CasfError):
    """Raised when `clauses.yaml` does not follow its schema; the message names the clause and the field."""


@dataclass(frozen=True, slots=True)
class CpomType:
    """A type of CPOM: its legal basis (`article`, corpus spelling), whether the law makes it compulsory, its words."""

    key: str
    label: str
    article: str
    mandatory: bool
    words: tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """An expected clause. `required` maps a type's key to the text that asks for it; `required_if` is a condition
    ("clause:KEY" or "words:REGEX"); `needs` is a kind of value without which no passage counts; `only` lists the types of
    CPOM outside which nobody expects the clause (empty: all)."""

    n: int
    key: str
    label: str
    kind: str
    basis: str
    required: dict[str, str]
    required_if: str
    needs: str
    only: tuple[str, ...]
    heads: re.Pattern[str]
    alone: re.Pattern[str]
    proof: re.Pattern[str]
    strong: re.Pattern[str]
    never: re.Pattern[str]
    words: tuple[re.Pattern[str], ...]

    def names(self, heading: str) -> bool:
        """Whether a folded heading (or caption) announces this clause."""
        return bool(self.heads.search(heading)) and not self.never.search(heading)

    def hints(self, folded: str) -> bool:
        """Whether some word of a text betrays the clause, whatever else it holds."""
        return bool(self.alone.search(folded) or self.proof.search(folded))

    def score(self, folded: str, own: bool, above: bool, foreign: bool) -> float:
        """How well a folded passage fits: `own` and `above` say that its heading or one further up announces the clause,
        `foreign` that its heading announces another one. `FOUND` or more is a find; 0 rules the passage out."""
        if self.never.search(folded):
            return 0.0
        words = sum(bool(p.search(folded)) for p in self.words)
        alone, proof, strong = (bool(level.search(folded)) for level in (self.alone, self.proof, self.strong))
        total = max(_ALONE * alone, _PROOF * proof) + _STRONG * strong + _WORD * words
        if own:
            return total + _HEAD
        if above:  # a title further up is a hint: "Le périmètre" also covers the authorisations
            return total + (_HEAD * 0.75 if alone or proof or strong or words >= 2 else 0.0)
        return total - (_FOREIGN if foreign else 0.0)


def heading_text(heading: str) -> str:
    """A heading folded for matching, without its number: "Article 4.2 – La durée" -> "la duree"."""
    text = re.sub(
        r"^(?:(?:article|art\.|titre|partie|volet|chapitre|annexe)\s+(?:\d+(?:[.-]\d+)*|[ivx]+(?:\.\d+)*|1er|premier|[a-z])"
        r"|(?:\d+|[ivx]+|[a-z])(?:[.-]\d+)*)\s*[.)]?\s*[-–—:.]?\s+(?=\S)",
        "",
        fold(" ".join(heading.split())),
    )
    return text.strip(" .:;-–—")


def _patterns(raw: dict[str, Any], key: str) -> tuple[re.Pattern[str], ...]:
    try:
        return tuple(re.compile(text) for text in raw.get(key) or ())
    except (re.error, TypeError) as error:
        raise ClauseFault(f"clauses.yaml, {raw.get('key', '?')} : « {key} » est illisible ({error}).") from None


def _any(raw: dict[str, Any], key: str) -> re.Pattern[str]:
    """One pattern that matches where any of the field's does; one that never matches for an empty field."""
    texts = [pattern.pattern for pattern in _patterns(raw, key)]
    return re.compile("|".join(f"(?:{text})" for text in texts) if texts else r"(?!)")


def _clause(n: int, raw: dict[str, Any], types: set[str]) -> Clause:
    if unknown := set(raw) - _FIELDS:
        raise ClauseFault(f"clauses.yaml, {raw.get('key', '?')} : champ inconnu « {sorted(unknown)[0]} ».")
    if raw.get("kind") not in KINDS or not raw.get("label") or not raw.get("basis"):
        raise ClauseFault(f"clauses.yaml, {raw.get('key', '?')} : libellé, fondement ou nature de valeur manquants.")
    required = raw.get("required") or {}
    if strange := set(required) - types:
        raise ClauseFault(f"clauses.yaml, {raw['key']} : type de CPOM inconnu « {sorted(strange)[0]} ».")
    return Clause(
        n, raw["key"], raw["label"], raw["kind"], raw["basis"], dict(required), raw.get("required_if", ""), raw.get("needs", ""),
        tuple(raw.get("only") or ()),
        _any(raw, "heads"), _any(raw, "alone"), _any(raw, "proof"), _any(raw, "strong"), _any(raw, "never"), _patterns(raw, "words"),
    )  # fmt: skip


@lru_cache(maxsize=1)
def _read() -> tuple[tuple[CpomType, ...], tuple[Clause, ...]]:
    raw = yaml.load(FILE.read_text(encoding="utf-8"), Loader=_Loader)
    types = tuple(CpomType(t["key"], t["label"], t["article"], t["mandatory"], _patterns(t, "words")) for t in raw["types"])
    keys = {t.key for t in types}
    return types, tuple(_clause(n, entry, keys) for n, entry in enumerate(raw["clauses"], 1))


def cpom_types() -> tuple[CpomType, ...]:
    """The six types of CPOM, the most particular first; common law is last."""
    return _read()[0]


def expected_clauses() -> tuple[Clause, ...]:
    """The 35 expected clauses, in the order of the grid. Raises `ClauseFault`."""
    return _read()[1]
