"""A contract's blocks gathered into passages: whole paragraphs under one heading of one page, or one table row."""

import json
import re
from collections.abc import Sequence

from corpus.article import Passage
from corpus.contract import Contract
from ingest.layout import Block, read_blocks

TARGET = 700


def contract_passages(contract: Contract) -> list[Passage]:
    """The passages of a contract in reading order; ids are "<contract>#0"…; `extra` holds a row's caption and cells (JSON)."""
    texts = {page.number: page.text for page in contract.pages}
    runs: list[list[Block]] = []
    for block in read_blocks(contract.pages):
        if block.kind == "heading":
            continue
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
    """ "Article 24.2 Investissements, p. 15": the nearest heading (or the table's caption) and the page."""
    place = block.caption or (block.path[-1] if block.path else "")
    place = re.sub(r"\s*[-–—:]\s*", " ", place, count=1).strip()
    if re.match(r"\d", place):
        place = f"Article {place}"
    return f"{place[:90]}, p. {block.page}" if place else f"p. {block.page}"


def passage_view(passage: Passage) -> str:
    """What is embedded and indexed of a contract passage: headings, then text; a row says its columns' headings."""
    path = " > ".join(passage.path[-3:])
    if passage.extra.get("kind") == "row":
        cells = json.loads(passage.extra["cells"])
        row = " ; ".join(f"{h} : {c}" if h else c for h, c in cells)
        return f"{path}. {passage.extra['caption']}. {row}"
    return f"{path}. {' '.join(passage.text.split())}"
