import itertools

from corpus.article import Article, alineas
from ingest.passages import TARGET, article_passages


def test_passages_are_whole_alineas_verbatim_and_cover_the_text(articles):
    for article in articles:
        passages = article_passages(article)
        assert passages
        for passage in passages:
            assert article.text[passage.start : passage.end] == passage.text
        assert sum(p.last - p.first + 1 for p in passages) == len(alineas(article.text))


def test_a_long_alinea_is_cut_between_sentences():
    sentence = "Le président du conseil décide seul de la suite à donner. "
    article = Article("L1", (), (sentence * 80).strip(), "2020-01-01")
    passages = article_passages(article)
    assert len(passages) > 2
    assert all(p.text.endswith(".") and p.text.startswith("Le président") for p in passages)
    assert all(len(p.text) <= TARGET * 1.5 for p in passages)


def test_a_long_article_is_cut_between_alineas():
    text = "\n\n".join(f"{i}° La personne numéro {i} " + "reçoit une aide " * 20 + ";" for i in range(1, 20))
    passages = article_passages(Article("L1", (), text, "2020-01-01"))
    assert passages[0].first == 1
    assert passages[-1].last == 19
    for before, after in itertools.pairwise(passages):
        assert after.first == before.last + 1
