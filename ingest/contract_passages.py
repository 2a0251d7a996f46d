"""A contract's blocks gathered into passages: whole paragraphs under one heading of one page, or one table row."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from corpus.article import Passage
from corpus.contract import Contract
from ingest.layout import Block, read_blocks

TARGET = 700
_NUMBERED = re.compile(r"(?:article|art\.|fiche|annexe|avenant|titre|chapitre|section)\s|\d+\.|[IVX]+[. ]|[A-Z]\.", re.IGNORECASE)
_ROOT = re.compile(r"(?:avenant|annexe)\s+(?:n°\s?)?(?:\d+|[A-Z]\b)", re.IGNORECASE)


def contract_passages(contract: Contract) -> list[Passage]:
    """The passages of a contract in reading order; ids are "<contract>#0"…; `extra` holds a row's caption and cells (JSON)."""
    texts = {page.number: page.text for page in contract.pages}
    runs: list[list[Block]] = []
    for block in _said(read_blocks(contract.pages)):
        last = runs[-1] if runs else []
        joins = (
            last and block.kind == "paragraph" and last[0].kind == "paragraph" and last[0].page == block.page
            and last[0].path == block.path and sum(len(b.text) for b in last) + len(block.text) <= TARGET
        )  # fmt: skip
        if joins:
            last.append(block)
        else:
            runs.append([block])
    return [_passage(contract, i, run, texts) for i, run in enumerate(runs)]


def _said(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks that become passages: paragraphs, rows, and the headings that no passage of their page stands under."""
    headings: list[Block] = []
    for block in [*blocks, None]:
        if block and block.kind == "heading":
            headings.append(block)
            continue
        for heading in headings:
            if not block or heading.page != block.page or heading.text not in block.path:
                yield replace(heading, kind="paragraph")
        headings = []
        if block:
            yield block


def _passage(contract: Contract, i: int, run: Sequence[Block], texts: dict[int, str]) -> Passage:
    first, last = run[0], run[-1]
    extra = {"kind": first.kind}
    if first.kind == "row":
        extra |= {"caption": first.caption, "cells": json.dumps(first.cells, ensure_ascii=False)}
    return Passage(
        id=f"{contract.id}#{i}", kind="contract", num="", label=place_label(first), path=first.path,
        text=texts[first.page][first.start : last.end], start=first.start, end=last.end,
        first=i, last=i + len(run) - 1, as_of="", page=first.page, extra=extra,
    )  # fmt: skip


def place_label(block: Block) -> str:
    """ "Article 24.2 Investissements, p. 15": the avenant or annexe, the nearest numbered heading (or the table), the page."""
    place = _plain(block.caption)
    if not place and block.path:
        numbered = [title for title in block.path if _NUMBERED.match(title)]
        place = _plain(numbered[-1] if numbered else block.path[-1])
        if re.match(r"\d", place):
            place = f"Article {place}"
    root = _ROOT.match(block.path[0]) if block.path else None
    if root and not _ROOT.match(place):
        place = f"{root[0].capitalize().replace(' N°', ' n°')}, {place}" if place else root[0].capitalize()
    return f"{place[:90]}, p. {block.page}" if place else f"p. {block.page}"


def _plain(title: str) -> str:
    return re.sub(r"\s*[-–—:]\s*", " ", title, count=1).strip()


def passage_view(passage: Passage) -> str:
    """What is embedded and indexed of a contract passage: headings, then text; a row says its columns' headings."""
    path = " > ".join(passage.path[-3:])
    if passage.extra.get("kind") == "row":
        cells = json.loads(passage.extra["cells"])
        row = " ; ".join(f"{h} : {c}" if h else c for h, c in cells)
        return f"{path}. {passage.extra['caption']}. {row}"
    return f"{path}. {' '.join(passage.text.split())}"
