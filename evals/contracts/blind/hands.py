"""How each drafter sets their contract (faces, sizes, rules, running head and foot), which are scanned, which are in Word too.

Set after set (`ask*.txt` names theirs) they are an EHPAD contract with an avenant, a disability one in PDF and Word, and a CHRS
one that is scanned; lisiere alone is of child protection.
"""

from dataclasses import dataclass

from reportlab.lib import colors  # type: ignore[import-untyped]

GRID = [("GRID", (0, 0), (-1, -1), 0.4, colors.grey), ("BACKGROUND", (0, 0), (-1, 0), colors.lightgrey)]
ROW_RULES = [("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.grey), ("LINEABOVE", (0, 0), (-1, 0), 1.2, colors.black)]
COLUMN_RULES = [("BOX", (0, 0), (-1, -1), 0.8, colors.black), ("LINEAFTER", (0, 0), (-2, -1), 0.3, colors.grey), ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke), ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black)]  # fmt: skip
BOX = [("BOX", (0, 0), (-1, -1), 1, colors.black), ("LINEBELOW", (0, 0), (-1, 0), 1, colors.black)]


@dataclass
class Hand:
    """How a drafter sets a contract: its running head and foot, faces (Liberation's file names), sizes in points, rules."""

    head: str
    body: str = "Serif-Regular"
    bold: str = "Sans-Bold"
    size: float = 11.5
    leading: float = 16
    cell: float = 9.5
    title: float = 17
    rules: tuple[object, ...] = (*GRID,)
    strong_head: bool = False
    bullet: str = "•"
    justified: bool = True
    foot: str = "Page {page}"
    head_rule: bool = False


HANDS = {
    "rives": Hand("CPOM 2023-2027 – Les Rives de l'Arvane"),
    "colombier": Hand("Fondation Le Colombier – CPOM 2024-2028"),
    "verger": Hand(
        "CPOM n° 2022-PA-017 / Le Verger des Anciens", "Sans-Regular", "Sans-Bold", 11.5, 18, 9, 18,
        (("GRID", (0, 0), (-1, -1), 0.5, colors.black),), True, "-", foot="Paraphes :                      {page} / {total}", head_rule=True,
    ),
    "passerelle": Hand(
        "Fondation Passerelle-Sainte-Aure", "Serif-Regular", "Serif-Bold", 13, 21, 11, 19,
        (*ROW_RULES,), True, "–", foot="– {page} –",
    ),
    "halte": Hand("", "Serif-Regular", "Serif-Bold", 12.5, 18.5, 10.5, 16, (*BOX,), True, "-", False, "{page}"),
    "lisiere": Hand(
        "La Lisière | CPOM 2025-2029", "SansNarrow-Regular", "SansNarrow-Bold", 13, 19.5, 11, 20,
        (*GRID,), True, "·", False, "page {page} sur {total}", True,
    ),
    "tilleul": Hand(
        "Contrat 87-EH-2023-004 – ARS Plaines-et-Marches, Département de la Haute-Vélonne, Union mutualiste du Valensin",
        "Serif-Regular", "Serif-Bold", 12.5, 20, 9.5, 18,
        (("BOX", (0, 0), (-1, -1), 0.8, colors.black), ("INNERGRID", (0, 0), (-1, -1), 0.25, colors.black)), True, "–",
        foot="{page}/{total}", head_rule=True,
    ),
    "marronnier": Hand(
        "Association Ambroise-Teyssier · CPOM 2025-2029", "Sans-Regular", "Sans-Bold", 11.5, 19, 10, 20,
        (("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.darkgreen), ("BACKGROUND", (0, 0), (-1, 0), colors.honeydew)), True, "•", False,
    ),
    "escale": Hand(
        "", "Serif-Regular", "Serif-Bold", 13.5, 22, 12, 15, (("GRID", (0, 0), (-1, -1), 0.7, colors.black),), True, "—", foot="- {page} -",
    ),
    "glycine": Hand(
        "ARS Val-de-Brume / Département de la Vallorne – CPOM La Glycine", "Sans-Regular", "Serif-Bold", 11.5, 18.5, 10, 19,
        (*COLUMN_RULES,), True, "•", foot="CPOM VDB-2024-EHPAD-06 | {page}/{total}", head_rule=True,
    ),
    "tramontane": Hand(
        "Tramontane – CPOM Handicap 2025-2029", "Serif-Regular", "Sans-Bold", 13, 21, 8.5, 22,
        (*ROW_RULES,), False, "■", False, "p. {page}",
    ),
    "relais": Hand(
        "Préfecture du Haut-Ormont – DDETS", "Mono-Regular", "Mono-Bold", 10.5, 16.5, 8.5, 15,
        (*GRID,), True, "-", False, "{page} / {total}",
    ),
    "aubepine": Hand(
        "CPOM n° VDS-BO-2023-11 – ARS Val-de-Sauldre / Département / Aubépine et Grand Âge", "Serif-Regular", "Serif-Bold", 12, 19.5, 10, 18,
        (*GRID,), True, "-", foot="Page {page} sur {total}", head_rule=True,
    ),
    "mistral": Hand(
        "Association Le Mistral  |  CPOM 2025 – 2029", "Sans-Regular", "Sans-Bold", 11, 18, 9.5, 19,
        (("BOX", (0, 0), (-1, -1), 0.8, colors.darkblue), ("INNERGRID", (0, 0), (-1, -1), 0.25, colors.lightgrey),
         ("BACKGROUND", (0, 0), (-1, 0), colors.lavender)), True, "▪", False, "{page}",
    ),
    "phare": Hand("", "Sans-Regular", "Sans-Bold", 11.5, 18.5, 9.5, 15, (*BOX, *ROW_RULES), True, "-", False, "{page}/{total}"),
    "romarin": Hand(
        "CPOM 2024-2028 – Association Le Romarin", "SansNarrow-Regular", "SansNarrow-Bold", 12.5, 20, 10.5, 18,
        (("GRID", (0, 0), (-1, -1), 0.4, colors.black), ("BACKGROUND", (0, 0), (-1, 0), colors.lightsteelblue)), True, "•",
        foot="2023-HS-0419 – page {page}/{total}", head_rule=True,
    ),
    "hirondelle": Hand(
        "L'Hirondelle", "Sans-Regular", "Sans-Bold", 11.5, 19, 9, 24,
        (("LINEBELOW", (0, 0), (-1, -1), 0.5, colors.teal), ("LINEBELOW", (0, 0), (-1, 0), 1.5, colors.teal)), True, "›", False,
        "Contrat 2025-2029   {page}",
    ),
    "balise": Hand(
        "", "Serif-Regular", "Serif-Bold", 13, 21.5, 11.5, 15, (("GRID", (0, 0), (-1, -1), 0.5, colors.black),), True, "-",
        foot="Page {page} sur {total}",
    ),
    "genevrier": Hand(
        "Convention n° 2023-DAU-0388", "Serif-Regular", "Serif-Bold", 12.5, 20.5, 10, 17,
        (("BOX", (0, 0), (-1, -1), 1.2, colors.black), ("INNERGRID", (0, 0), (-1, -1), 0.3, colors.grey)), False, "–",
        foot="Paraphes : …… / …… / ……          {page} / {total}", head_rule=True,
    ),
    "alizier": Hand(
        "ARS Bocage-et-Estuaires – trame CPOM PH V6 – L'Alizier", "SansNarrow-Regular", "Sans-Bold", 12, 20, 10, 20,
        (("GRID", (0, 0), (-1, -1), 0.4, colors.darkorange), ("BACKGROUND", (0, 0), (-1, 0), colors.moccasin)), True, "-", False,
        "ARS-BE/DOMS/2024/PH-027 – {page}",
    ),
    "ancre": Hand("CPOM L'Ancre", "Sans-Regular", "Serif-Bold", 12, 20, 10.5, 16, (*COLUMN_RULES,), True, "-", False, "{page}", True),
    "chataigneraie": Hand(
        "La Châtaigneraie – CPOM GV-CEV-2024-31", "Sans-Regular", "Sans-Bold", 11, 17.5, 9.5, 22,
        (("BOX", (0, 0), (-1, -1), 1, colors.saddlebrown), ("INNERGRID", (0, 0), (-1, -1), 0.25, colors.grey),
         ("BACKGROUND", (0, 0), (-1, 0), colors.antiquewhite)), True, "▪", False, "{page} | {total}", True,
    ),
    "loriot": Hand(
        "Le Loriot, contrat 2026-2030", "Serif-Regular", "Serif-Bold", 13, 21, 10, 21,
        (("LINEABOVE", (0, 0), (-1, 0), 0.8, colors.black), ("LINEBELOW", (0, 0), (-1, 0), 0.5, colors.black),
         ("LINEBELOW", (0, -1), (-1, -1), 0.8, colors.black)), False, "–", foot="{page}",
    ),
    "amarre": Hand(
        "", "Serif-Regular", "Sans-Bold", 13, 21, 10.5, 14, (("GRID", (0, 0), (-1, -1), 0.8, colors.black),), True, "-",
        foot="Paraphes                    {page}/{total}",
    ),
    "sorbier": Hand(
        "ARS Causses-et-Rivières – modèle CPOM EHPAD 3.2 – CR-VZ-2023-058", "Sans-Regular", "Sans-Bold", 11.5, 20, 10.5, 20,
        (("GRID", (0, 0), (-1, -1), 0.6, colors.black), ("BACKGROUND", (0, 0), (-1, 0), colors.lightcyan),
         ("TOPPADDING", (0, 0), (-1, -1), 6), ("BOTTOMPADDING", (0, 0), (-1, -1), 6)), True, "•",
        foot="Page {page} de {total}", head_rule=True,
    ),
    "cormoran": Hand(
        "CPOM Le Cormoran / ARS Landes-et-Estran / Département des Hautes-Grèves", "Serif-Regular", "Serif-Bold", 12, 18.5, 9.5, 17,
        (("GRID", (0, 0), (-1, -1), 0.3, colors.dimgrey), ("LINEBELOW", (0, 0), (-1, 0), 1, colors.black)), True, "–",
        foot="{page}/{total}", head_rule=True,
    ),
    "vigie": Hand("", "Serif-Regular", "Serif-Bold", 13.5, 22, 12, 15, (("GRID", (0, 0), (-1, -1), 0.9, colors.black),), True, "-", foot="{page}"),
    "peuplier": Hand(
        "DA-2023-1142 — CPOM Fondation Eugénie-Lambrecq", "Serif-Regular", "Serif-Bold", 12.5, 20, 10, 16,
        (("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.black), ("LINEAFTER", (0, 0), (-2, -1), 0.3, colors.black),
         ("BOX", (0, 0), (-1, -1), 1, colors.black), ("BACKGROUND", (0, 0), (-1, 0), colors.gainsboro)), True, "—",
        foot="Folio {page}/{total}",
    ),
    "bouvreuil": Hand(
        "Le Bouvreuil", "Sans-Regular", "SansNarrow-Bold", 12, 20, 9.5, 26,
        (("ROWBACKGROUNDS", (0, 1), (-1, -1), (colors.white, colors.mistyrose)), ("LINEBELOW", (0, 0), (-1, 0), 1.5, colors.firebrick)),
        True, "•", False, "{page} · CPOM 2025-2029",
    ),
    "gouvernail": Hand(
        "DDETS de l'Auzenne", "Serif-Regular", "Serif-Bold", 13, 21, 11, 15, (*GRID,), True, "-", False, "{page}/{total}", True,
    ),
    "cedre": Hand(
        "Fondation du Cèdre-Bleu – SPL-MOR-2023-112", "Serif-Regular", "Sans-Bold", 13, 23, 10.5, 21,
        (("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.indigo), ("BACKGROUND", (0, 0), (-1, 0), colors.thistle),
         ("TOPPADDING", (0, 0), (-1, -1), 5), ("BOTTOMPADDING", (0, 0), (-1, -1), 5)), True, "›",
        foot="{page}/{total}      Paraphes", head_rule=True,
    ),
    "mesange": Hand(
        "La Mésange – LM/85-H/2025-03", "Sans-Regular", "Sans-Bold", 12, 20.5, 9.5, 20,
        (("BOX", (0, 0), (-1, -1), 0.6, colors.navy), ("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.navy)), True, "–", False, "page {page}",
    ),
    "cabestan": Hand("", "Sans-Regular", "Serif-Bold", 13, 23, 11.5, 16, (*GRID,), True, "-", foot="{page} sur {total}"),
    "tremble": Hand(
        "PG-NES-2024-0173", "Sans-Regular", "Serif-Bold", 12, 20, 10, 18,
        (("GRID", (0, 0), (-1, -1), 0.5, colors.darkolivegreen), ("BACKGROUND", (0, 0), (-1, 0), colors.beige)), True, "•",
        foot="Le Tremble – CPOM 2024-2028      {page} / {total}", head_rule=True,
    ),
    "pinson": Hand("Le Pinson, CPOM GP-PH-24-61", "Serif-Regular", "SansNarrow-Bold", 13, 22, 10.5, 22, (*COLUMN_RULES,), True, "–", foot="{page}/{total}"),
    "beffroi": Hand("", "Serif-Regular", "Serif-Bold", 13.5, 23, 12, 17, (*BOX, *GRID[:1]), True, "-", False, "– {page}/{total} –"),
    "charme": Hand(
        "Les Maisons du Charme | HC-LA-2023-19", "Serif-Regular", "Serif-Bold", 12.6, 22.8, 10, 20,
        (("LINEABOVE", (0, 0), (-1, 0), 1, colors.black), ("LINEBELOW", (0, 0), (-1, 0), 0.6, colors.black),
         ("LINEBELOW", (0, -1), (-1, -1), 1, colors.black), ("TOPPADDING", (0, 0), (-1, -1), 5), ("BOTTOMPADDING", (0, 0), (-1, -1), 5)),
        True, "–", foot="page {page} sur {total}", head_rule=True,
    ),
    "alouette": Hand(
        "L'Alouette – PB-SAU-24/PH/008", "Sans-Regular", "SansNarrow-Bold", 11.5, 20, 9.5, 21,
        (("INNERGRID", (0, 0), (-1, -1), 0.3, colors.steelblue), ("BACKGROUND", (0, 0), (-1, 0), colors.aliceblue)), True, "→", False, "{page}",
    ),
    "misaine": Hand("", "Serif-Regular", "Sans-Bold", 13, 22, 10.5, 16, (*GRID[:1],), False, "-", foot="Page {page}/{total}"),
    "erable": Hand(
        "HC-DT48/PA/2023-211", "SansNarrow-Regular", "SansNarrow-Bold", 13, 22, 10.5, 22,
        (("GRID", (0, 0), (-1, -1), 0.4, colors.slategrey), ("BACKGROUND", (0, 0), (-1, 0), colors.gainsboro),
         ("ROWBACKGROUNDS", (0, 1), (-1, -1), (colors.white, colors.whitesmoke))), True, "-", False,
        "ARS HC / CD Lonne / RPE – p. {page} sur {total}", True,
    ),
    "rossignol": Hand(
        "Le Rossignol, notre contrat", "Serif-Regular", "Serif-Bold", 13, 22, 11, 24,
        (("LINEABOVE", (0, 0), (-1, 0), 1, colors.darkslateblue), ("LINEBELOW", (0, 0), (-1, -1), 0.25, colors.darkslateblue),
         ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.darkslateblue)), True, "–", foot="– {page} –",
    ),
    "etrave": Hand("", "Mono-Regular", "Mono-Bold", 11, 18.5, 9.5, 14, (("GRID", (0, 0), (-1, -1), 0.6, colors.black),), False, "-", False, "{page}."),
    "saule": Hand(
        "CPOM Fondation Marthe-Saulnier, acte 2023-417", "Serif-Regular", "Serif-Bold", 13.5, 24.5, 11, 18,
        (("BOX", (0, 0), (-1, -1), 0.6, colors.black), ("LINEAFTER", (0, 0), (-2, -1), 0.6, colors.black),
         ("LINEBELOW", (0, 0), (-1, 0), 0.6, colors.black), ("TOPPADDING", (0, 0), (-1, -1), 4), ("BOTTOMPADDING", (0, 0), (-1, -1), 6)), False, "—",
        foot="Rôle {page} sur {total}          Paraphes", head_rule=False,
    ),
    "fauvette": Hand(
        "La Fauvette · contrat en fiches 2025-2029", "SansNarrow-Regular", "Sans-Bold", 12.5, 19.5, 10.5, 21,
        (("INNERGRID", (0, 0), (-1, -1), 0.8, colors.white), ("ROWBACKGROUNDS", (0, 0), (-1, -1), (colors.lavenderblush, colors.whitesmoke)),
         ("LINEBELOW", (0, 0), (-1, 0), 1.2, colors.purple)), True, "•", False, "{page}/{total}", True,
    ),
    "brigantin": Hand(
        "", "Sans-Regular", "Sans-Bold", 12, 20, 10.5, 17, (("GRID", (0, 0), (-1, -1), 0.6, colors.black), ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke)),
        True, "-", False, "DDETS / Le Brigantin - {page}",
    ),
}  # fmt: skip
SCANS = {
    "halte": 612,
    "escale": 2023,
    "relais": 4127,
    "phare": 8311,
    "balise": 5903,
    "ancre": 7459,
    "amarre": 7741,
    "vigie": 6287,
    "gouvernail": 3571,
    "cabestan": 3391,
    "beffroi": 9137,
    "misaine": 4483,
    "etrave": 4673,
    "brigantin": 5261,
}  # each with its scan's seed
WORDS = (
    "colombier",
    "passerelle",
    "marronnier",
    "tramontane",
    "mistral",
    "hirondelle",
    "alizier",
    "loriot",
    "cormoran",
    "bouvreuil",
    "mesange",
    "pinson",
    "alouette",
    "rossignol",
    "fauvette",
)  # in Word too
