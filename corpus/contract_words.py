"""How directors ask of their contract and how contracts say it: `contract_subjects.yaml` and `contract_synonyms.yaml`, the
field's subjects, then `contract_words.yaml`, everyday words, whose head says what each field means. `contract_generic.yaml`
holds the words that have no subject."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parent / "contract_words.yaml"
SUBJECTS = Path(__file__).parent / "contract_subjects.yaml"
SYNONYMS = Path(__file__).parent / "contract_synonyms.yaml"
GENERIC = Path(__file__).parent / "contract_generic.yaml"

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Concept:
    """An idea with its everyday words (`asks`) and the contracts' (`says`), both over folded text."""

    asks: re.Pattern[str]
    says: re.Pattern[str]
    weight: float


@dataclass(frozen=True, slots=True)
class Fact:
    """A question on the contract's own life: "length", "term", "effect", "signed"."""

    name: str
    asks: re.Pattern[str]
    also: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class ContractWords:
    """The files' concepts, subjects first; `drop`, `light` and `generic` are folded words, the last without a subject."""

    concepts: tuple[Concept, ...]
    facts: tuple[Fact, ...]
    drop: frozenset[str]
    light: frozenset[str]
    generic: frozenset[str]


@lru_cache(maxsize=1)
def contract_words() -> ContractWords:
    subjects, synonyms, raw = (_load(path) for path in (SUBJECTS, SYNONYMS, FILE))
    concepts = tuple(
        Concept(
            re.compile(c["asks"]), re.compile(f"{c['says']}|{c['asks']}" if c.get("same") else c["says"]), c.get("weight", 1.0)
        )
        for c in (*subjects["concepts"], *synonyms["concepts"], *raw["concepts"])
    )
    facts = tuple(Fact(f["fact"], re.compile(f["asks"]), re.compile(f["also"])) for f in raw["facts"])
    drop, light = (frozenset(raw[key].split()) for key in ("drop", "light"))
    return ContractWords(concepts, facts, drop, light, _generic())


def _load(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)


def _generic() -> frozenset[str]:
    """Every form of the generic words: whole words, since stems meet those of subjects ("établir", an "établissement")."""
    raw = _load(GENERIC)
    forms = set()
    for kind, words in raw["words"].items():
        for word in words.split():
            end = max((e for e in raw["endings"][kind] if word.endswith(e)), key=len)
            forms |= {word.removesuffix(end) + form.strip("_") for form in raw["endings"][kind][end].split()}
    return frozenset(forms)
