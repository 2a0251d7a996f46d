"""Questions about dates and on a second code: is the right version of the right article cited?

Of the second code also how high it is found (`hit@k`). `civil_lay.jsonl` was written before that code had cards.

`python -m evals.history --home DIR`, on an index built from the copies of 2008 and 2009, the text of 2016 and the Code
civil. Each line's `cited` lists (article, day): the version in force that day (today: "") must be among the citations;
`any` lists articles of which one must be.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from assistant.engine import Engine
from assistant.question import read_question
from assistant.settings import Settings
from evals.metrics import ranking
from ingest.generation import Index

HISTORY, *CIVIL = (Path(__file__).parent / "questions" / f"{name}.jsonl" for name in ("history", "civil", "civil_lay"))


def read_rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def run_history(engine: Engine, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The questions that miss a version, with what was cited instead."""
    index, missed = engine.searcher().index, []
    for row in rows:
        answer = engine.ask(row["question"], day=row.get("date", ""))
        given = {citation.id for citation in answer.citations}
        wanted = all(given & passages_on(index, num, day) for num, day in row["cited"])
        if not wanted or ("any" in row and not {c.num for c in answer.citations} & {*row["any"]}):
            missed.append({**row, "given": sorted(given)})
    return missed


def found(engine: Engine, question: str) -> list[str]:
    """The keys of the articles found for a question, best first."""
    searcher = engine.searcher()
    return [hit.num for hit in searcher.search(read_question(question, searcher.index.vocabulary), 20)]


def passages_on(index: Index, num: str, day: str) -> set[str]:
    """The passages of the version of an article that was in force on a day."""
    version = index.article(num, day)
    return {passage.id for one, passages in index.history(num) if one == version for passage in passages}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", required=True)
    options = parser.parse_args()
    engine = Engine(Settings.load(options.home))
    for file in (HISTORY, *CIVIL):
        rows = read_rows(file)
        missed = run_history(engine, rows)
        for miss in missed:
            print(json.dumps(miss, ensure_ascii=False))
        ranked = ranking([(found(engine, row["question"]), row["any"]) for row in rows]) if file in CIVIL else {}
        found_at = ", ".join(f"{name} {ranked[name]:.2f}" for name in ("hit@1", "hit@5", "hit@10") if ranked)
        print(f"{file.stem} : {len(rows) - len(missed)} / {len(rows)} {found_at}".rstrip())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
