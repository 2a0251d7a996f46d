"""What is shown is escaped, cut at the right places, and linked."""

from assistant.render import article_text, prose, quoted_alineas, reference_of, trust_said, with_tips

TEXT = "Premier alinéa, voir l'article L. 900-4.\n\nDeuxième & alinéa.\n\nTroisième."


def test_alineas_marks_and_links_nest():
    html = article_text(TEXT, "voir l'article L. 900-4.\n\nDeuxième", {"L900-4"})
    assert html.count("<p ") == 3
    assert html.count("<mark>") == 4  # before the link, the link, after it, the next alinéa
    assert 'data-num="L900-4"' in html
    assert "&amp; alinéa" in html


def test_an_unknown_reference_is_no_link():
    assert "data-num" not in article_text(TEXT, "", {"L900-1"})


def test_the_alineas_of_a_quotation():
    assert quoted_alineas(TEXT, "Deuxième") == "al. 2"
    assert quoted_alineas(TEXT, TEXT[20:60]) == "al. 1 à 2"
    assert quoted_alineas(TEXT, TEXT) == ""
    assert quoted_alineas(TEXT, "absent") == ""


def test_a_reference_as_people_write_it():
    assert reference_of("L313-11", "al. 2") == "art. L. 313-11, al. 2 CASF"
    assert reference_of("Annexe 2-3") == "annexe 2-3 CASF"


def test_markdown_is_safe_and_its_marks_open_their_citation():
    citation = {
        "n": 1, "kind": "article", "label": 'L. 1 "', "num": "L1-1", "as_of": "", "quote": 'a"b<c>', "source": "law", "page": None,
    }  # fmt: skip
    html = prose("<script>x</script> [x](javascript:alert(1)) **oui** [1] [2]", [citation])
    assert "<script" not in html
    assert 'href="javascript' not in html
    assert 'data-quote="a&quot;b&lt;c&gt;"' in html
    assert "<strong>oui</strong>" in html
    assert "[2]" in html


def test_tips_are_written_once():
    html = with_tips("Le CPOM et le CPOM <i>")
    assert html.count("<abbr") == 1
    assert "&lt;i&gt;" in html


def test_trust_has_three_levels():
    assert [trust_said(c).split(" — ")[0].split(" : ")[1] for c in (0.9, 0.5, 0.2)] == ["forte", "moyenne", "faible"]
