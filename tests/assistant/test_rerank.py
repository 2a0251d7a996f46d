import string

import numpy as np
import pytest

from assistant.question import read_question
from assistant.rerank import Reranker, spread
from assistant.retrieval import Searcher
from corpus.errors import CasfError
from ingest.generation import Index


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A cross-encoder of a few hundred weights, at random."""
    from sentence_transformers import CrossEncoder
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *string.ascii_lowercase, *("##" + c for c in string.ascii_lowercase)]
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    config = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, num_labels=1
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    CrossEncoder(str(folder), device="cpu").save_pretrained(str(folder))
    return str(folder)


class Likes(Reranker):
    """Prefers the texts that hold a word."""

    def __init__(self, word):
        self.word = word

    def scores(self, question, texts):
        return np.array([float(self.word in text) for text in texts], np.float32)


def test_a_cross_encoder_from_a_folder(tiny):
    model = Reranker(tiny)
    scores = model.scores("qui paie la cantine", ["le maire", "la friche", "un repas"])
    assert scores.shape == (3,)
    assert scores.min() == 0 and scores.max() == 1


def test_the_second_reading_changes_the_order_but_not_what_is_named(small_home, words):
    index = Index.open(small_home)
    question = read_question("Mamie peut-elle déjeuner à l'école ?")
    assert Searcher(index, words).search(question, 1)[0].num == "L900-1"
    other = Searcher(index, words, reranker=Likes("goûter")).search(question, 10)
    assert "L905-9" in [hit.num for hit in other[:2]]
    named = Searcher(index, words, reranker=Likes("goûter")).search(read_question("Que dit R. 900-2 ?"), 1)
    assert named[0].num == "R900-2"


def test_the_search_runs_with_a_real_cross_encoder(small_home, words, tiny):
    hits = Searcher(Index.open(small_home), words, reranker=Reranker(tiny)).search(read_question("parcelle en friche"), 10)
    assert len({hit.num for hit in hits}) == len(hits) > 1


@pytest.mark.parametrize("name", ["rien", "/nulle/part"])
def test_a_name_that_is_no_model(name):
    with pytest.raises(CasfError):
        Reranker(name)


def test_a_folder_that_holds_no_model(tmp_path):
    with pytest.raises(CasfError, match="ne se charge pas"):
        Reranker(str(tmp_path)).scores("?", ["a"])


def test_spread():
    assert spread(np.array([2.0, 4.0, 3.0], np.float32)).tolist() == [0.0, 1.0, 0.5]
    assert spread(np.array([1.0, 1.0], np.float32)).tolist() == [0.0, 0.0]
    assert spread(np.array([], np.float32)).tolist() == []
