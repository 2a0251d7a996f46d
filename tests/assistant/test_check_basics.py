import pytest

from assistant.check import check_text
from assistant.retrieval import Searcher
from ingest.generation import Index


@pytest.fixture
def searcher(small_home, words):
    return Searcher(Index.open(small_home), words)


def test_references_are_found_or_unknown(searcher):
    check = check_text("L'article L. 900-2 fixe le prix. L'article L. 999-9 n'existe pas.", searcher)
    assert {ref.num: ref.status for ref in check.references} == {"L900-2": "found", "L999-9": "unknown"}


def test_quotations_are_compared(searcher):
    verbatim = "Selon l'article L. 910-2, « La parcelle laissée en friche pendant un an est reprise »."
    altered = "Selon l'article L. 910-2, « La parcelle laissée en friche pendant dix ans est reprise »."
    assert [quote.status for quote in check_text(verbatim, searcher).quotes] == ["verbatim"]
    assert [quote.status for quote in check_text(altered, searcher).quotes] == ["altered"]
