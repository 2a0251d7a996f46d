"""What is unchanged is not built again, unless something of it is not as it was written."""

from dataclasses import replace
from datetime import date

import pytest

from ingest.generation import Index, build, live_folder
from tests.conftest import WordEmbedder

SOURCE = {"files": ["ten.jsonl"]}  # as in `small_home`


def test_the_same_content_stays(small_home, articles, cards, words):
    before = live_folder(small_home)
    assert build(small_home, articles, cards, words, SOURCE) == before == live_folder(small_home)
    assert [folder.name for folder in (small_home / "index").glob("gen-*")] == [before.name]


def test_whatever_differs_is_built(small_home, articles, cards, words):
    before = live_folder(small_home)
    reworded = [replace(articles[0], text=articles[0].text + " De plus."), *articles[1:]]
    for changed in (
        (articles, cards, words, {"files": ["ten.jsonl"], "address": "ailleurs"}),
        (reworded, cards, words, SOURCE),
        (articles, [replace(cards[0], title="Un autre titre"), *cards[1:]], words, SOURCE),
        (articles, cards, WordEmbedder("other"), SOURCE),
    ):
        after = build(small_home, *changed)
        assert after != before
        before = after


def test_another_program_builds_again(small_home, articles, cards, words, monkeypatch):
    before = live_folder(small_home)
    monkeypatch.setattr("ingest.generation.maker", lambda: "another")
    assert build(small_home, articles, cards, words, SOURCE) != before


def test_a_version_that_comes_into_force_is_built(tmp_path, articles, words, monkeypatch):
    class Later(date):
        @classmethod
        def today(cls):
            return cls(2031, 1, 1)

    old = replace(articles[0], start="2020-01-01", end="2030-01-01", state="VIGUEUR")
    new = replace(old, start="2030-01-01", end="", text=old.text + " De plus.")
    before = build(tmp_path, [old, new], [], words, {})
    monkeypatch.setattr("ingest.index.date", Later)
    assert not Index.open(tmp_path).whole
    assert build(tmp_path, [old, new], [], words, {}) != before


@pytest.mark.parametrize(
    "file", ["rows/passages.npy", "rows/others.json", "vectors.npz", "graph.json", "vocabulary.txt", "chroma/*/data_level0.bin"]
)
def test_one_changed_byte_is_built_again(small_home, articles, cards, words, file):
    before = live_folder(small_home)
    for path in before.glob(file):
        whole = bytearray(path.read_bytes())
        whole[len(whole) // 2] ^= 1
        path.write_bytes(bytes(whole))
    assert build(small_home, articles, cards, words, SOURCE) != before
