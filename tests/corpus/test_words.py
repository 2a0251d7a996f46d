from corpus.words import fold, index_words, plain_words


def test_references_are_one_word_in_every_spelling():
    for spelling in ("l'article L. 313-11", "L313-11", "l313-11", "L 313 - 11"):
        assert index_words(spelling) == ["l313-11"]


def test_references_of_another_code_do_not_meet_ours():
    assert index_words("L. 311-1 du code du travail") != index_words("L. 311-1")


def test_elisions_accents_and_ligatures():
    assert plain_words("L’œuvre d'équipe qu'on évalue") == ["oeuvre", "equipe", "evalue"]


def test_inflections_meet():
    assert index_words("allocations versées") == index_words("allocation versée")


def test_fold_keeps_plain_apostrophes():
    assert fold("D’ÉTÉ") == "d'ete"
