"""How directors ask of their contract and how contracts say it: `contract_subjects.yaml`, the field's subjects, then
`contract_words.yaml`, everyday words, whose head says what each field means."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parent / "contract_words.yaml"
SUBJECTS = Path(__file__).parent / "contract_subjects.yaml"

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
    """Both files, subjects first; `drop` and `light` are folded words."""

    concepts: tuple[Concept, ...]
    facts: tuple[Fact, ...]
    drop: frozenset[str]
    light: frozenset[str]


@lru_cache(maxsize=1)
def contract_words() -> ContractWords:
    subjects, raw = (yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader) for path in (SUBJECTS, FILE))
    concepts = tuple(
        Concept(
            re.compile(c["asks"]), re.compile(f"{c['says']}|{c['asks']}" if c.get("same") else c["says"]), c.get("weight", 1.0)
        )
        for c in (*subjects["concepts"], *raw["concepts"])
    )
    facts = tuple(Fact(f["fact"], re.compile(f["asks"]), re.compile(f["also"])) for f in raw["facts"])
    drop, light = (frozenset(raw[key].split()) for key in ("drop", "light"))
    return ContractWords(concepts, facts, drop, light)
