"""The field's names for one thing meet; a word that may be a subject is no generic word."""

import re

import pytest
import yaml

from corpus.contract_words import FILE, GENERIC, SUBJECTS, SYNONYMS, contract_words
from corpus.words import fold
from tests.corpus.test_contract_words import ideas

# What a director says = what a contract writes, one pair at least for each line of `contract_synonyms.yaml`.
PAIRS = """
le semi-internat DI = déficience intellectuelle ; négocier le prochain contrat = discussions sur le contrat suivant
maison de retraite = EHPAD ; la résidence autonomie = logement-foyer ; le long séjour = USLD ; pôle d'activités et de soins = PASA
unité d'hébergement renforcée = UHR ; la PFR = plateforme de répit ; le CRT = centre de ressources territorial
les places classiques = hébergement permanent ; soins à domicile = SSIAD ; l'ESA = équipe spécialisée Alzheimer
l'aide à domicile = SAAD ; maison d'enfants = MECS ; le PEAD = placement éducatif à domicile ; l'AEMO = action éducative
les ass fam = assistants familiaux ; les bébés = pouponnière ; les mamans = centre maternel ; la réinsertion = CHRS
l'hébergement d'urgence = places d'urgence ; les migrants = demandeurs d'asile ; la maison relais = pension de famille
l'IML = intermédiation locative ; le 115 = service intégré d'accueil et d'orientation ; les maraudes = équipes de rue
le FJT = foyer de jeunes travailleurs ; la MAS = maison d'accueil spécialisée ; le foyer médicalisé = EAM
le foyer occupationnel = EANM ; le foyer d'hébergement = FH ; le foyer de l'enfance = CDEF ; le CAT = ESAT
l'atelier = ESAT ; notre foyer = MECS ; institut médico-éducatif = IME ; l'ITEP = DITEP ; l'éducation spéciale = SESSAD
les EMAS = équipe mobile d'appui à la scolarisation ; le SAVS = service d'accompagnement à la vie sociale
le GEM = groupe d'entraide mutuelle ; les curatelles = mesures de protection ; les LHSS = lits halte soins santé
les appartements thérapeutiques = ACT ; le CSAPA = centre d'addictologie ; le DAC = dispositif d'appui à la coordination
les Creton = jeunes maintenus à l'IME ; les seniors = travailleurs vieillissants ; les SDF = personnes sans abri
les victimes = violences conjugales ; les femmes seules = femmes isolées ; les parents = familles ; les couples = ménages
les ouvriers = travailleurs ; les bénéficiaires = usagers ; les bénévoles = intervenants bénévoles
le restaurant = repas servis ; les poubelles = réduction des déchets ; la lessive = entretien du linge
les taxis = frais de transport ; les caméras = surveillance des accès ; les veilleurs = surveillants de nuit
les ordinateurs = système d'information ; les locaux = bâtiments ; les chambres simples = chambres à un lit
les colos = séjours de vacances ; la gym = activité physique ; les immersions = stages en milieu ordinaire
les horaires = amplitude d'ouverture ; qui appeler = interlocuteur ; qui préside = président ; le boss = la directrice générale
le codir = équipe de direction ; la revue annuelle = dialogue de gestion ; le copil = comité de pilotage
un coup de main = subvention ; la quote-part = contribution du budget ; c'est pérenne = crédits reconductibles
le bonus = part incitative ; faire des économies = mutualisation ; les rentrées d'argent = produits de la tarification
le budget = dotation globale ; le gel = mise en réserve ; les taxes = fiscalité ; les achats = commande publique
mis en commun = fonctions mutualisées ; chaque mois = versement mensuel ; tous les trimestres = trimestriellement
tous les six mois = chaque semestre ; tous les ans = bilan annuel ; le défaut de production = documents non produits
l'archivage = conservation des pièces ; le ratio = taux d'encadrement ; en CDI = contrats à durée indéterminée
monter en compétences = plan de formation ; licencier = suppressions de postes ; partent à la retraite = départs
les emplois = ETP ; les aides-soignantes = soignants ; la CCN = convention collective ; le PACQ = amélioration continue
le DARI = risque infectieux ; les escarres = plaies ; ils souffrent = douleur ; la santé mentale = psychiatrie
le labo = biologie ; les pharmaciens = pharmacie ; la mortalité et les décès = fin de vie ; les fugues = sorties inopinées
le règlement intérieur = règlement de fonctionnement ; l'assureur = responsabilité civile
ses valises = effets personnels ; il gèle = grand froid ; le CMP = centre médico-psychologique
"""


def concepts(path):
    return [c["asks"] for c in yaml.safe_load(path.read_text(encoding="utf-8"))["concepts"]]


@pytest.mark.parametrize("pair", [p.strip() for p in re.split(r"[;\n]", PAIRS) if p.strip()])
def test_one_name_finds_the_other(pair):
    asked, written = pair.split(" = ")
    assert any(idea.says.search(fold(written)) for idea in ideas(asked))


def test_every_synonym_is_reached():
    reached = {idea.asks.pattern for pair in re.split(r"[;\n]", PAIRS) for idea in ideas(pair.split(" = ")[0])}
    assert [asks for asks in concepts(SYNONYMS) if asks not in reached] == []


def test_patterns_are_folded_as_the_texts_are():
    for path in (FILE, SUBJECTS, SYNONYMS, GENERIC):
        assert path.stat().st_size < 24_000
        written = "\n".join(line for line in path.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#"))
        assert not set(written) & set("éèêàâîïôûùç"), path.name


SUBJECT_WORDS = """repas chantier place places jour jours dette siege loyer transport equipe part marge charge charges fonds mesure
mesures produit produits lit lits etablissement service association conseil dotation tarif activite aide aides besoins-sociaux primes mecs
eleves risques table date duree donnees file centre droits formation poste postes effectif enfants familles soins nuit poste stage
assurance reserve excedent deficit travaux emprunt budget convention avenant evaluation projet plainte repit contention vaccin rapport
comptes delegue proches anciens patients direction juge terme permis etage roulement heures visites personnes adultes femmes""".split()


def test_no_subject_is_a_generic_word():
    assert contract_words().generic.isdisjoint(SUBJECT_WORDS)
    assert len(contract_words().generic) > 5000
