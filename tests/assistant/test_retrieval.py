from dataclasses import replace

import pytest

from assistant.question import read_question
from assistant.retrieval import ArticleRetriever, Searcher, codes_about
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
