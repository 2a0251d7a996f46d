from dataclasses import replace

import numpy as np
import pytest

from assistant.engine import Engine
from assistant.fusion import FEATURES, SKIP, WINDOW, adapted, weights
from assistant.question import read_question
from assistant.retrieval import ArticleRetriever, Searcher, codes_about, is_topic
from assistant.settings import Settings
from corpus.reference import ArticleRef
from ingest.generation import Index, build


@pytest.fixture
def searcher(small_home, words):
    return Searcher(Index.open(small_home), words)


def nums(searcher, text, k=10):
    return [hit.num for hit in searcher.search(read_question(text), k)]


def test_the_statute_s_words_find_the_article(searcher):
    assert nums(searcher, "parcelle laissée en friche")[0] == "L910-2"


def test_a_card_s_words_find_the_article(searcher):
    assert nums(searcher, "Mamie peut-elle déjeuner à l'école ?")[0] == "L900-1"


def test_a_card_without_text_is_found(searcher):
    hit = searcher.search(read_question("Le goûter est-il gratuit ?"), 1)[0]
    assert (hit.num, hit.passage) == ("L905-9", None)


def test_an_article_named_comes_first(searcher):
    assert nums(searcher, "Que dit l'article R. 900-2 ?")[0] == "R900-2"
    assert nums(searcher, "et le d910-1 ?")[0] == "D910-1"


def test_a_letterless_number_brings_its_homonyms(searcher):
    assert searcher.resolve(ArticleRef("", "900-1")) == ["L900-1", "R900-1"]


def test_another_code_s_article_is_not_ours(searcher):
    (ref,) = read_question("L. 900-1 du code du travail").refs
    assert searcher.resolve(ref) == []


def test_a_range_brings_its_articles(searcher):
    (ref,) = read_question("articles L. 900-1 à L. 900-4").refs
    assert searcher.resolve(ref) == ["L900-1", "L900-2", "L900-3", "L900-4"]


def test_a_named_article_brings_its_neighbours(searcher):
    assert {"L900-1", "L900-3"} <= searcher.neighbours(["L900-2"])
    found = nums(searcher, "Que dit l'article placé juste après le L900-2 ?", 5)
    assert found[0] == "L900-2"
    assert "L900-3" in found
    assert searcher.neighbours([]) == set()


def test_each_article_comes_once(searcher):
    found = nums(searcher, "cantine repas prix maire", 20)
    assert len(found) == len(set(found))


def test_views_can_be_left_out(small_home, words):
    index = Index.open(small_home)
    assert "L905-9" not in nums(Searcher(index, words, "text"), "goûter gratuit", 20)
    assert set(nums(Searcher(index, words, "cards"), "cantine", 20)) <= {"L900-1", "L900-2", "L905-9"}


def test_the_langchain_retriever(searcher):
    documents = ArticleRetriever(searcher=searcher, k=3).invoke("parcelle laissée en friche")
    assert documents[0].metadata["num"] == "L910-2"
    assert documents[0].metadata["as_of"] == "2018-06-01"


def test_a_question_names_another_code_by_its_subjects():
    assert codes_about("Qui demande une mise sous tutelle ?") == {"Code civil"}
    assert codes_about("Les majeurs protégés votent-ils ?") == {"Code civil"}
    assert codes_about("Qui peut demander l'APA ?") == set()


def test_articles_of_two_codes_with_one_number_stay_apart(tmp_path, words, articles, cards):
    civil = replace(articles[0], num="900-1", code="Code civil", text="Le juge protège l'enfant en danger.")
    build(tmp_path, [*articles, civil], cards, words, {})
    searcher = Searcher(Index.open(tmp_path), words)
    (ref,) = read_question("l'article 900-1 du code civil").refs
    assert searcher.resolve(ref) == ["900-1 C. civ."]
    assert searcher.resolve(ArticleRef("", "900-1")) == ["L900-1", "R900-1"]
    hit = searcher.search(read_question("Que dit l'article 900-1 du code civil ?"), 1)[0]
    assert (hit.num, hit.label) == ("900-1 C. civ.", "Article 900-1 du code civil")


def test_every_weight_names_a_feature():
    for system in ("prior", "all", "text", "cards"):
        assert set(weights()[system]) <= set(FEATURES), system


def test_every_feature_is_computed(searcher):
    long = "Bonjour à tous. Ma mère est seule et le maire ne répond pas. " * 4 + "Qui paie la cantine des anciens ?"
    features = searcher.features(read_question(long))["L900-1"]
    assert set(features) == set(FEATURES)


def test_a_title_is_told_from_a_question():
    assert is_topic("Obligation alimentaire")
    assert not is_topic("Qui paie ?")
    assert not is_topic("Mon père est parti vivre en maison de retraite et je me demande bien qui va payer")


def test_windows_run_over_the_whole_question(monkeypatch):
    import assistant.fusion as fusion

    tokens = np.random.default_rng(0).standard_normal((40, 8)).astype(np.float32)
    monkeypatch.setattr(fusion, "adapter", lambda fingerprint: np.eye(8, dtype=np.float32))
    vectors = adapted(tokens.mean(axis=0), tokens, "any", windows=True)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    first = tokens[SKIP : SKIP + WINDOW].mean(axis=0)
    assert np.allclose(vectors[1], first / np.linalg.norm(first), atol=1e-6)
    assert len(adapted(tokens.mean(axis=0), tokens, "any", windows=False)) == 1
    assert len(adapted(tokens.mean(axis=0), tokens[:4], "any", windows=True)) == 2


def test_another_model_has_no_adapter():
    whole, tokens = np.ones(8, np.float32), np.ones((4, 8), np.float32)
    assert np.array_equal(adapted(whole, tokens, "another model", windows=True), whole[None])


def test_a_follow_up_is_asked_with_what_came_before(small_home, words, monkeypatch):
    engine = Engine(Settings(home=small_home))
    engine._embedder = words
    heard = []
    searcher = engine.searcher()
    search = searcher.search
    monkeypatch.setattr(searcher, "search", lambda question, k: heard.append(question.text) or search(question, k))
    answer = engine.ask("et le dimanche ?", history=["La cantine est-elle ouverte aux anciens ?"])
    assert heard == ["La cantine est-elle ouverte aux anciens — et le dimanche ?"]
    assert answer.question == "et le dimanche ?"
