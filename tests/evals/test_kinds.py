"""Directors' questions on their own contract, each with the kind of answer it wants."""

from collections import Counter

from corpus.words import fold
from tests.conftest import ROOT

KINDS = {"date", "amount", "percent", "number", "duration", "party", "list", "text"}
FILES = sorted((ROOT / "evals" / "questions").glob("kinds*.txt"))
ROWS = [line.split(" | ", 1) for path in FILES for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_line_is_a_known_kind_and_a_question():
    assert ROWS
    assert all(len(row) == 2 and row[1].strip() for row in ROWS)
    assert {row[0] for row in ROWS} == KINDS


def test_every_kind_has_forty_questions_or_more():
    assert min(Counter(kind for kind, _ in ROWS).values()) >= 40


def test_no_question_stands_twice():
    times = Counter(fold(question).strip(" ?.!") for _, question in ROWS)
    assert [question for question, n in times.items() if n > 1] == []


def test_each_file_can_be_read_in_a_sitting():
    assert all(path.stat().st_size < 24_000 for path in FILES)
