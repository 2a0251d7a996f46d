"""The codes that texts name (`codes.yaml`, one line each), and how their articles are told apart.

An article's key is its number alone in the CASF ("L313-11") and its number with the code's short name elsewhere
("375 C. civ.", "L1110-4 CSP"), so that articles 375 of two codes never meet.
"""

from dataclasses import dataclass
from pathlib import Path

import yaml

CASF = "CASF"


@dataclass(frozen=True, slots=True)
class Code:
    """`title` is masculine in every case ("du code civil"); `id` is the code's LEGITEXT identifier, "" for a code that is
    only named; `subjects` are what people ask of it without naming it."""

    name: str
    short: str
    id: str
    title: str
    also: tuple[str, ...]
    subjects: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """The code's own page."""
        return f"https://www.legifrance.gouv.fr/codes/texte_lc/{self.id}"


def _read() -> dict[str, Code]:
    entries = yaml.safe_load((Path(__file__).parent / "codes.yaml").read_text(encoding="utf-8"))
    codes = [
        Code(
            e["name"], e.get("short", e["name"]), e.get("id", ""), e.get("title", e["name"].lower()), tuple(e.get("also", ())),
            tuple(e.get("subjects", ())),
        )
        for e in entries
    ]  # fmt: skip
    return {code.name: code for code in codes}


CODES: dict[str, Code] = _read()
# How texts name each code; the first spelling is its title.
SPELLINGS: dict[str, tuple[str, ...]] = {name: (code.title, *code.also) for name, code in CODES.items()}
_BY_SHORT = {code.short: name for name, code in CODES.items() if code.short}


def key_of(num: str, code: str = CASF) -> str:
    """The key of an article: "L313-11" (CASF), "375 C. civ."; a code that isn't listed gives its own name.

    >>> key_of("375", "Code civil")
    '375 C. civ.'
    """
    return num if code == CASF else f"{num} {CODES[code].short if code in CODES else code}"


def split_key(key: str) -> tuple[str, str]:
    """A key's number and code.

    >>> split_key("375 C. civ."), split_key("L146-1 A")
    (('375', 'Code civil'), ('L146-1 A', 'CASF'))
    """
    num, _, rest = key.partition(" ")
    while rest:
        if rest in _BY_SHORT or rest.startswith("LEGITEXT"):
            return num, _BY_SHORT.get(rest, rest)
        word, _, rest = rest.partition(" ")
        num = f"{num} {word}"
    return key, CASF


def title_of(code: str) -> str:
    """The title people read: "code civil"."""
    return CODES[code].title if code in CODES else f"texte {code}"
