"""Words in cells: a table whose columns alone are ruled is cut into its rows where figures stand one under the other."""

from ingest.page_words import Word, is_in, joined, rows_of, split_columns, split_rows
from ingest.ruled import Box, unruled_rows

LEFT = [Box(0, 0, 1, 1, 0, 0, 400, 200), Box(0, 1, 1, 1, 400, 0, 600, 200), Box(0, 2, 1, 1, 600, 0, 800, 200)]


def word(text, left, top):
    return Word(text, left, top, 20 * len(text), 24, 95)


def table(words):
    boxes = split_rows(LEFT, words)
    return [
        [joined(rows_of([w for w in words if is_in(w, box, 0)])) for box in boxes if box.row == row]
        for row in sorted({box.row for box in boxes})
    ]


def test_rows_are_cut_at_the_figures_and_a_label_of_two_lines_stays_whole():
    words = [word("Quai", 10, 10), word("(collectif)", 10, 40), word("Villa", 10, 90), word("Total", 10, 150)]
    words += [word(text, left, top) for left, column in ((420, "26 8 34"), (620, "9 – 9")) for text, top in zip(column.split(), (10, 90, 150), strict=True)]  # fmt: skip
    assert table(words) == [["Quai (collectif)", "26", "9"], ["Villa", "8", "–"], ["Total", "34", "9"]]


def test_rows_are_cut_at_the_dates():
    rows = [("Budget", "31", "octobre"), ("Bilan", "30", "avril"), ("Compte", "1er", "juin")]
    words = [word(text, left, 10 + 60 * n) for n, row in enumerate(rows) for text, left in zip(row, (10, 410, 475), strict=True)]
    assert [row[:2] for row in table(words)] == [["Budget", "31 octobre"], ["Bilan", "30 avril"], ["Compte", "1er juin"]]


def test_a_date_on_two_lines_is_one():
    words = [word("Deux", 10, 10), word("places", 10, 50), word("1er", 410, 10), word("mars", 475, 10), word("2026", 410, 50)]
    assert [row[:2] for row in table(words)] == [["Deux places", "1er mars 2026"]]


def test_a_year_that_a_narrow_column_cuts_is_one():
    assert joined([[word("202", 10, 10)], [word("5", 10, 40)]]) == "2025"
    assert joined([[word("202", 10, 10)], [word("lits", 10, 40)]]) == "202 lits"


def test_rows_without_rules_are_told_by_the_white_between_them():
    pitch = [(0, 30), (60, 90), (98, 128), (158, 188)]  # the second has two lines
    assert unruled_rows(pitch, 30, 300, surely=True) == [(0, 30), (60, 128), (158, 188)]
    assert unruled_rows([(0, 30), (36, 66)], 30, 300, surely=False) == []  # one cell of two lines
    assert unruled_rows([(0, 30), (200, 230)], 30, 300, surely=True) == []  # paragraphs


def test_sentences_of_several_lines_are_one_row():
    words = [word("Réduire", 10, 10), word("l'attente", 10, 50), word("un", 420, 10), word("point", 420, 50), word("par", 620, 10), word("an", 620, 50)]  # fmt: skip
    assert table(words) == [["Réduire l'attente", "un point", "par an"]]


def test_two_columns_whose_rule_has_faded_are_cut_apart():
    boxes = [Box(row, n, 1, 1, 400 * n, 60 * row, 400 * n + 400, 60 * row + 60) for row in range(3) for n in (0, 1)]
    rows = [("Site", "2023", "2024"), ("Quai", "548", "553"), ("Villa", "517", "522")]
    words = [word(text, left, 60 * n + 10) for n, row in enumerate(rows) for text, left in zip(row, (10, 410, 600), strict=True)]
    cut = split_columns(boxes, words)
    assert [[w.text for w in words if is_in(w, box, 0)] for box in cut if box.row == 1] == [["Quai"], ["548"], ["553"]]
    assert split_columns(boxes, [w for w in words if w.text != "553"]) == boxes
