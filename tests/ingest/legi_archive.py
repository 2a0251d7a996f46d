"""Writes articles as the base LEGI of the DILA gives them, so that reading it can be tried without the DILA.

What is written, to the letter of what `ingest.sources.legi` reads (see its docstring and `legi_xml`'s):
  [STAMP/]legi/global/code_et_TNC_{en,non}_vigueur/code_{en,non}_vigueur/LEGI/TEXT/dd/dd/dd/dd/dd/LEGITEXT…/
      article/LEGI/ARTI/dd/dd/dd/dd/dd/LEGIARTI….xml     one a version
      texte/version/LEGITEXT….xml, section_ta/…           beside it, as in the base; the reader has no need of them
  [STAMP/]liste_suppression_legi.dat                      paths without ".xml"
Alinéas become <p> elements; a text that holds markup (the tables of annexes) is put in as XML elements, since that is
where it came from. Padding is articles of other texts, with made-up words. All of it is streamed: no big string is held.
"""

import io
import os
import random
import re
import tarfile
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

CASF = "LEGITEXT000006074069"
EPOCH = 1_700_000_000  # modification time of what says no other, seconds
WORDS = "alpha bravo charlie delta echo foxtrot golf hotel india juliette kilo lima mike novembre oscar papa".split()


@dataclass(frozen=True)
class Version:
    """One version of an article. `headings` may give a heading several titles: (title, first day, day after the last)."""

    num: str
    text: str = ""
    path: tuple[str, ...] = ()
    ident: str = ""
    state: str = "VIGUEUR"
    start: str = "2001-01-01"
    end: str = "2999-01-01"
    note: str = ""
    links: tuple[tuple[str, str, str, str], ...] = ()
    headings: tuple[tuple[tuple[str, str, str], ...], ...] = ()
    tree: str = "en"
    mtime: int = EPOCH
    content: str = ""  # XML to put in BLOC_TEXTUEL/CONTENU as it is, in place of `text`
    text_id: str = CASF


def folders(identifier: str) -> str:
    """The five two-digit folders of an identifier: LEGITEXT000006074069 -> 00/00/06/07/40."""
    digits = identifier[8:]
    return "/".join(digits[i : i + 2] for i in range(0, 10, 2))


def text_folder(text_id: str, tree: str = "en") -> str:
    """Where a text's files lie."""
    return f"legi/global/code_et_TNC_{tree}_vigueur/code_{tree}_vigueur/LEGI/TEXT/{folders(text_id)}/{text_id}"


def article_path(version: Version) -> str:
    """Where a version's file lies."""
    return f"{text_folder(version.text_id, version.tree)}/article/LEGI/ARTI/{folders(version.ident)}/{version.ident}.xml"


def numbered(versions: Iterable[Version]) -> Iterator[Version]:
    """The same, with an identifier for those that have none."""
    for i, version in enumerate(versions, 1):
        yield version if version.ident else replace(version, ident=f"LEGIARTI{i:012d}")


def article_xml(v: Version) -> bytes:
    """A version's file."""
    headings = v.headings or tuple(((title, "1990-01-01", "2999-01-01"),) for title in v.path)
    opened = "".join(
        "<TM>" + "".join(
            f'<TITRE_TM debut="{debut}" fin="{fin}" id="LEGISCTA000000000001">{escape(title)}</TITRE_TM>\n'
            for title, debut, fin in titles
        )
        for titles in headings
    )  # fmt: skip
    links = "".join(
        f'<LIEN cidtexte="" datesignatexte="" id={quoteattr(ident)} naturetexte="CODE" num={quoteattr(num)}'
        f" sens={quoteattr(sens)} typelien={quoteattr(kind)}>lien</LIEN>\n"
        for kind, sens, num, ident in v.links
    )
    note = f"<p>{escape(v.note)}</p>" if v.note else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<ARTICLE>
<META><META_COMMUN><ID>{v.ident}</ID><ANCIEN_ID/><ORIGINE>LEGI</ORIGINE><NATURE>Article</NATURE></META_COMMUN>
<META_SPEC><META_ARTICLE><NUM>{escape(v.num)}</NUM><ETAT>{v.state}</ETAT><DATE_DEBUT>{v.start}</DATE_DEBUT>
<DATE_FIN>{v.end}</DATE_FIN><TYPE>AUTONOME</TYPE></META_ARTICLE></META_SPEC></META>
<CONTEXTE><TEXTE cid="{v.text_id}" nature="CODE">
<TITRE_TXT c_titre_court="Code" debut="1990-01-01" fin="2999-01-01" id_txt="{v.text_id}">Code</TITRE_TXT>
{opened}{"</TM>" * len(headings)}</TEXTE></CONTEXTE>
<VERSIONS><VERSION etat="{v.state}"><LIEN_ART debut="{v.start}" etat="{v.state}" fin="{v.end}" id="{v.ident}"
 num={quoteattr(v.num)} origine="LEGI"/></VERSION></VERSIONS>
<NOTA><CONTENU>{note}</CONTENU></NOTA>
<BLOC_TEXTUEL><CONTENU>
{v.content or content_of(v.text)}
</CONTENU></BLOC_TEXTUEL>
<LIENS>{links}</LIENS>
</ARTICLE>
""".encode()


def content_of(text: str) -> str:
    """A text as CONTENU: an alinéa a paragraph; markup inside the text becomes elements where it is well formed."""
    return "\n".join(f"<p>\n{piece}</p>" for piece in map(_xml, re.split(r"\n\s*\n", text)) if piece)


def _xml(piece: str) -> str:
    if re.search(r"<[a-z/]", piece):
        try:
            ET.fromstring(f"<x>{piece}</x>")
            return piece
        except ET.ParseError:
            pass
    return escape(piece)


def padding(megabytes: float, seed: int = 1) -> Iterator[Version]:
    """Articles of other texts, about 8 kB each."""
    dice = random.Random(seed)
    lines = [" ".join(dice.choices(WORDS, k=60)) for _ in range(200)]
    size, i = 0, 0
    while size < megabytes * 1e6:
        i += 1
        text = "\n\n".join(dice.choices(lines, k=20))
        size += len(text) + 1200
        yield Version(
            f"L{i}", text, ("Livre unique",), f"LEGIARTI{900_000_000 + i:012d}", text_id=f"LEGITEXT{700_000 + i // 500:012d}"
        )


def files(
    versions: Iterable[Version], stamp: str = "", deleted: Iterable[str] = (), megabytes: float = 0
) -> Iterator[tuple[str, bytes, int]]:  # fmt: skip
    """What an archive holds, as (path, content, modification time), padding first as the order of identifiers has it."""
    front = f"{stamp}/" if stamp else ""
    deleted = list(deleted)
    if deleted:
        yield f"{front}liste_suppression_legi.dat", ("\n".join(deleted) + "\n").encode(), EPOCH
    for version in padding(megabytes) if megabytes else ():
        yield front + article_path(version), article_xml(version), version.mtime
    texts = set()
    for version in numbered(versions):
        texts.add((version.text_id, version.tree))
        yield front + article_path(version), article_xml(version), version.mtime
    for text_id, tree in sorted(texts):
        name = f"{front}{text_folder(text_id, tree)}/texte/version/{text_id}.xml"
        yield name, f"<TEXTE_VERSION><ID>{text_id}</ID></TEXTE_VERSION>".encode(), EPOCH


def write_folder(target: Path, versions: Iterable[Version], stamp: str = "", deleted: Iterable[str] = ()) -> Path:
    """An unpacked archive."""
    for name, data, mtime in files(versions, stamp, deleted):
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (mtime, mtime))
    return target


def write_archive(
    target: Path, versions: Iterable[Version], stamp: str = "", deleted: Iterable[str] = (), megabytes: float = 0
) -> Path:  # fmt: skip
    """A tar (gzipped when the name ends with gz) as the DILA packs it, with `megabytes` of other texts' articles."""
    mode = "w:gz" if target.name.endswith("gz") else "w"
    options = {"compresslevel": 1} if mode == "w:gz" else {}
    with tarfile.open(target, mode, **options) as tar:
        for name, data, mtime in files(versions, stamp, deleted, megabytes):
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), mtime
            tar.addfile(info, io.BytesIO(data))
            tar.members.clear()
    return target
