"""One article's file of the base LEGI (DILA), LEGIARTI….xml, read into an `Article`.

The parts that are read (description of the base LEGI, DILA):
ARTICLE/META/META_COMMUN/ID                                 the version's identifier
ARTICLE/META/META_SPEC/META_ARTICLE/{NUM,ETAT,DATE_DEBUT,DATE_FIN}   dates: 2999-01-01 no end, 2222-02-22 unknown
ARTICLE/CONTEXTE/TEXTE@cid, TITRE_TXT@id_txt                the code that it belongs to
ARTICLE/CONTEXTE/TEXTE/TM/…/TM, TITRE_TM@debut@fin          headings, outermost first; a heading has a title a period
ARTICLE/BLOC_TEXTUEL/CONTENU, ARTICLE/NOTA/CONTENU          HTML-like content
ARTICLE/LIENS/LIEN@typelien@sens@num@id                     links (CITATION, MODIFIE, ABROGE…; sens "cible" or "source")
"""

import re
import xml.etree.ElementTree as ET

from corpus.article import Article, Link
from corpus.markup import from_html
from corpus.numbers import clean_num, spelt

_UNKNOWN = ("2999-01-01", "2222-02-22")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class BadXml(Exception):
    """Raised when a file is no readable LEGI article; its text says why, in a few French words."""


def iso_date(text: str | None) -> str:
    """An ISO date, "" for none, unknown or endless."""
    date = (text or "").strip()
    return date if _DATE.fullmatch(date) and date not in _UNKNOWN else ""


def article_of(data: bytes, text_id: str, code: str, as_of: str = "") -> Article | None:
    """The version that a file holds; None when it belongs to another text than `text_id`. Raises `BadXml`.

    An article that has no text (some repealed versions) comes with `text == ""`.
    """
    # LEGI's files declare no document type: one that does is not from there, and could make the parser expand entities.
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise BadXml("déclaration de type inattendue")
    try:
        root = ET.fromstring(data)
    except (ET.ParseError, LookupError, ValueError):  # the last two: an encoding that doesn't exist
        raise BadXml("XML incorrect") from None
    if root.tag != "ARTICLE":
        raise BadXml(f"élément « {root.tag[:40]} » au lieu d'un article")
    text = root.find("CONTEXTE/TEXTE")
    if not _belongs(text, text_id):
        return None
    ident = _text(root, "META/META_COMMUN/ID")
    meta = root.find("META/META_SPEC/META_ARTICLE")
    if not ident or meta is None:
        raise BadXml("identifiant ou description manquants")
    start, end, raw = iso_date(meta.findtext("DATE_DEBUT")), iso_date(meta.findtext("DATE_FIN")), _text(meta, "NUM")
    return Article(
        num=clean_num(raw),
        path=_headings(text, start) if text is not None else (),
        text=from_html(_inner(root.find("BLOC_TEXTUEL/CONTENU"))),
        as_of=as_of,
        ident=ident,
        state=_text(meta, "ETAT"),
        start=start,
        end=end,
        code=code,
        links=tuple(_links(root)),
        note=from_html(_inner(root.find("NOTA/CONTENU"))),
        spelt=spelt(raw),
    )


def _text(element: ET.Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _belongs(text: ET.Element | None, text_id: str) -> bool:
    if text is None:
        return False
    return text.get("cid") == text_id or any(title.get("id_txt") == text_id for title in text.iter("TITRE_TXT"))


def _headings(text: ET.Element, on: str) -> tuple[str, ...]:
    """The titles that the headings bear on a date (an article's first day), outermost first."""
    path: list[str] = []
    level: ET.Element | None = text
    while level is not None:
        branches = level.findall("TM")
        # An article that was moved has several branches: the one whose title holds on that date.
        level = next((b for b in branches if _title(b, on)[1]), branches[-1] if branches else None)
        if level is not None and (title := _title(level, on)[0]):
            path.append(title)
    return tuple(path)


def _title(branch: ET.Element, on: str) -> tuple[str, bool]:
    """A heading's title on a date, and whether it holds then; the last one where none does."""
    titles = branch.findall("TITRE_TM")
    held = [t for t in titles if _since(t) <= on and (not iso_date(t.get("fin")) or on < iso_date(t.get("fin")))]
    chosen = held[-1:] or titles[-1:]
    return re.sub(r"\s*\n\s*", " ", "".join(chosen[0].itertext())).strip() if chosen else "", bool(held)


def _since(title: ET.Element) -> str:
    return iso_date(title.get("debut"))


def _links(root: ET.Element) -> list[Link]:
    found = [
        (link.get("typelien", ""), link.get("sens", ""), clean_num(link.get("num", "")), link.get("id", ""))
        for link in root.iterfind("LIENS/LIEN")
    ]
    return list(dict.fromkeys(found))


def _inner(element: ET.Element | None) -> str:
    """What an element holds, as markup."""
    if element is None:
        return ""
    try:
        parts = [ET.tostring(child, encoding="unicode") for child in element]
    except RecursionError:
        raise BadXml("éléments emboîtés sans fin") from None
    escaped = (element.text or "").replace("&", "&amp;").replace("<", "&lt;")
    return escaped + "".join(parts)
