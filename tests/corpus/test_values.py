import pytest

from corpus.values import find_values


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("date", "jusqu'au 31 décembre 2028 inclus", ["2028-12-31"]),
        ("date", "le 1er janvier 2024 et le 05/03/2025", ["2024-01-01", "2025-03-05"]),
        ("date", "en juin 2025", ["2025-06"]),
        ("date", "avant le 30 avril de chaque année", ["--04-30"]),
        ("date", "le 31\ndécembre 2028", ["2028-12-31"]),
        ("date", "le 31 février 2020", []),
        ("amount", "4 403 950 € et 1.250.000,50 euros", ["4403950", "1250000.5"]),
        ("amount", "1,2 M€ puis 350 k€", ["1200000", "350000"]),
        ("percent", "95 %, 93,5 % et 3 pour cent", ["95", "93.5", "3"]),
        ("percent", "inférieur à quatre-vingt-douze pour cent, soit deux pour cent de moins", ["92", "2"]),
        ("amount", "quatre-vingt mille euros puis un million deux cent mille euros", ["80000", "1200000"]),
        ("amount", "huit mille euros (8 000 €), dont mille euros (900 €)", ["8000", "1000", "900"]),
        ("number", "quatre-vingt-douze pour cent des douze places", ["12"]),
        ("duration", "cinq ans, 6 mois, quinze jours et 48 heures", ["P5Y", "P6M", "P15D", "PT48H"]),
        (
            "duration",
            "deux cent cinquante-huit jours, quatre-vingt-quinze jours, les trois premiers mois, deux jours et demi",
            ["P258D", "P95D", "P3M", "P2.5D"],
        ),
        ("number", "84 places et trois postes, soit 95 %", ["84", "3"]),
    ],
)
def test_values_are_found_and_normalized(kind, text, expected):
    assert [v.normalized for v in find_values(text, kind)] == expected


def test_offsets_are_those_of_the_text():
    text = "Dotation : 4 403 950 € par an"
    (value,) = find_values(text, "amount")
    assert text[value.start : value.end].strip() == "4 403 950 €"
