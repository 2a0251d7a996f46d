"""The command `casf`. Every error that a user can mend is one French line on stderr and exit status 2."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from assistant.settings import Settings
from corpus.errors import CasfError, UnknownArticle


class _Parser(argparse.ArgumentParser):
    """argparse with French headings; bad usage ends with status 2 and one line."""

    def error(self, message: str) -> Any:
        print(
            f"Commande incorrecte ({message}). Aide : casf {'' if self.prog == 'casf' else self.prog[5:] + ' '}--help",
            file=sys.stderr,
        )
        raise SystemExit(2)


def parser() -> argparse.ArgumentParser:
    root = _Parser(prog="casf", description="Assistant sur le Code de l'action sociale et des familles et sur vos CPOM.")
    root.add_argument("--home", metavar="DOSSIER", help="dossier des données (ou CASF_HOME)")
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMANDE")

    def add(name: str, text: str, run: Callable[..., int], parent: Any = commands) -> argparse.ArgumentParser:
        sub: argparse.ArgumentParser = parent.add_parser(name, help=text, description=text)
        sub.set_defaults(run=run)
        return sub

    serve = add("serve", "la page web (construit l'index au premier lancement)", _serve)
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=7860)

    index = commands.add_parser("index", help="l'index de recherche").add_subparsers(dest="action", required=True)
    build = add("build", "construire l'index (sans --source : les fiches seules)", _index_build, index)
    build.add_argument("--source", action="append", type=Path, default=[], metavar="FICHIER")
    _json(add("status", "ce que contient l'index", _index_status, index))

    search = add("search", "chercher des articles", _search)
    search.add_argument("question", nargs="?")
    search.add_argument("-k", type=int, default=10)
    _batch(_json(search))

    ask = add("ask", "poser une question", _ask)
    ask.add_argument("question", nargs="?")
    ask.add_argument("--contract", metavar="ID")
    ask.add_argument("--user", metavar="NOM")
    _batch(_json(ask))

    contract = commands.add_parser("contract", help="vos contrats").add_subparsers(dest="action", required=True)
    added = add("add", "ajouter un contrat (PDF)", _contract_add, contract)
    added.add_argument("file", type=Path)
    for sub in (added, add("list", "vos contrats", _contract_list, contract)):
        _json(sub).add_argument("--user", metavar="NOM")
    for name, text, action in (("show", "un contrat", _contract_show), ("delete", "supprimer un contrat", _contract_delete)):
        sub = _json(add(name, text, action, contract))
        sub.add_argument("id")
        sub.add_argument("--user", metavar="NOM")

    card = _json(add("card", "la fiche d'un article", _card))
    card.add_argument("num")

    cards = commands.add_parser("cards", help="toutes les fiches").add_subparsers(dest="action", required=True)
    _json(add("check", "vérifier les fiches (et leurs chiffres, si le texte officiel est indexé)", _cards_check, cards))
    _json(add("coverage", "ce que couvrent les fiches", _cards_coverage, cards))

    evals = commands.add_parser("eval", help="mesurer").add_subparsers(dest="action", required=True)
    measure = _json(add("run", "poser les jeux de questions et mesurer", _eval_run, evals))
    measure.add_argument("--questions", action="append", type=Path, default=[], metavar="FICHIER")
    measure.add_argument("--out", type=Path, metavar="DOSSIER")
    return root


def _json(sub: argparse.ArgumentParser) -> argparse.ArgumentParser:
    sub.add_argument("--json", action="store_true", help="résultat en JSON")
    return sub


def _batch(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--batch", type=Path, metavar="ENTREE.jsonl")
    sub.add_argument("--out", type=Path, metavar="SORTIE.jsonl")


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit status (0 done, 1 internal failure, 2 bad input)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        options = parser().parse_args(argv)
        status: int = options.run(options, Settings.load(options.home))
        return status
    except CasfError as error:
        print(str(error), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Interrompu.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 0
    except OSError as error:
        print(f"Erreur du système : {error.strerror or error} ({error.filename or 'disque'}).", file=sys.stderr)
        return 1
    except Exception as error:
        import os

        if os.environ.get("CASF_DEBUG"):
            raise
        print(f"Erreur interne ({type(error).__name__}). Relancez avec CASF_DEBUG=1 pour le détail.", file=sys.stderr)
        return 1


def _engine(settings: Settings) -> Any:
    from assistant.engine import Engine

    return Engine(settings, lambda text: print(text, file=sys.stderr))


def _show(options: argparse.Namespace, data: Any, text: str) -> int:
    print(json.dumps(data, ensure_ascii=False, indent=1) if options.json else text)
    return 0


class Bars:
    """One tqdm bar a stage, with rate and time left, on stderr."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._what = ""

    def __call__(self, what: str, done: int, total: int) -> None:
        from tqdm import tqdm

        if what != self._what:
            self.close()
            self._what = what
            self._bar = tqdm(total=total, desc=what, unit=" textes", ascii=" ▏▎▍▌▋▊▉█", dynamic_ncols=True)
        self._bar.update(done - self._bar.n)
        if done >= total:
            self.close()

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
        self._bar, self._what = None, ""


def _serve(options: argparse.Namespace, settings: Settings) -> int:
    from assistant.web import serve

    engine = _engine(settings)
    if not engine.has_index():
        print("Premier lancement : construction de l'index des fiches d'articles.", file=sys.stderr)
        engine.build([], Bars())
    serve(engine, options.host, options.port)
    return 0


def _index_build(options: argparse.Namespace, settings: Settings) -> int:
    from ingest.generation import status

    _engine(settings).build(options.source, Bars())
    facts = status(settings.home)
    print(
        f"Index prêt : {facts['articles']} articles, {facts['cards']} fiches, {facts['passages']} passages ({facts['seconds']} s)."
    )
    return 0


def _index_status(options: argparse.Namespace, settings: Settings) -> int:
    from ingest.generation import status

    facts = status(settings.home)
    lines = [
        f"Génération : {facts['generation']} (construite le {facts['built'][:10]})",
        f"Articles : {facts['articles']} ({facts['distinct']} numéros distincts) ; textes datés du {', '.join(facts['dates']) or '—'}",
        f"Fiches : {facts['cards']} ; questions de fiches : {facts['questions']} ; passages : {facts['passages']}",
        f"Source : {', '.join(facts['source'].get('files', [])) or 'fiches seules'} ({facts['source'].get('licence', '')})",
        f"Modèle : {facts['model']} ; espace : {facts['bytes'] / 1e6:.0f} Mo ; empreinte : {facts['checksum'][:16]}",
    ]
    return _show(options, facts, "\n".join(lines))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a batch file; raises `CasfError` at the first that is no question."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        raise CasfError(f"Fichier introuvable ou illisible : « {path} ».") from None
    except UnicodeDecodeError:
        raise CasfError(f"« {path} » n'est pas un texte en UTF-8.") from None
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                row = json.loads(line)
                row["question"] + ""
                yield row
            except (ValueError, KeyError, TypeError):
                raise CasfError(f"« {path} », ligne {number} : il faut un objet JSON avec « question ».") from None


def _run_batch(options: argparse.Namespace, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> int:
    """One answer a line; a question that can't be read gives a line with "error" and the others go on."""
    if not options.out:
        raise CasfError("Avec --batch, indiquez le fichier de sortie : --out SORTIE.jsonl.")
    rows = list(_rows(options.batch))
    work = options.out.with_name(options.out.name + ".part")
    bars = Bars()
    try:
        with work.open("w", encoding="utf-8") as stream:
            for done, row in enumerate(rows, 1):
                try:
                    result = answer(row)
                except CasfError as error:
                    result = {"question": row["question"], "error": str(error), "results": [], "citations": [], "abstained": True}
                stream.write(json.dumps({"id": row.get("id"), **result}, ensure_ascii=False) + "\n")
                bars("Questions", done, len(rows))
    except OSError as error:
        raise CasfError(f"Impossible d'écrire « {options.out} » ({error.strerror}).") from None
    work.replace(options.out)
    return 0


def _question(options: argparse.Namespace) -> str:
    if options.question is None:
        raise CasfError("Posez une question, ou donnez un fichier avec --batch.")
    return str(options.question)


def _search(options: argparse.Namespace, settings: Settings) -> int:
    from assistant.engine import hit_json

    engine = _engine(settings)
    if options.k < 1:
        raise CasfError("Le nombre de résultats (-k) doit être au moins 1.")

    def run(text: str) -> dict[str, Any]:
        hits, ms = engine.search(text, options.k)
        return {"results": [hit_json(i, hit) for i, hit in enumerate(hits, 1)], "timing_ms": {"total": ms}}

    if options.batch:
        return _run_batch(options, lambda row: run(row["question"]))
    found = run(_question(options))
    lines = [
        f"{r['rank']:>2}. {r['label']}  ({r['score']:.2f})\n    {' '.join(r['text'].split())[:160]}" for r in found["results"]
    ]
    return _show(options, found, "\n".join(lines) or "Aucun article trouvé.")


def _ask(options: argparse.Namespace, settings: Settings) -> int:
    engine = _engine(settings)
    if options.batch:
        return _run_batch(
            options, lambda row: engine.ask(row["question"], row.get("contract") or options.contract, options.user).to_json()
        )
    answer = engine.ask(_question(options), options.contract, options.user)
    sources = [f"[{c.n}] {c.label}" + (f" — {c.url}" if c.url else "") for c in answer.citations]
    return _show(options, answer.to_json(), "\n".join([answer.answer, "", *sources]))


def _contract_add(options: argparse.Namespace, settings: Settings) -> int:
    engine = _engine(settings)
    contract = engine.workspace(options.user or settings.user).add(options.file, progress=Bars())
    facts = {
        "id": contract.id, "title": contract.title, "pages": len(contract.pages), "characters": contract.characters,
        "ocr_pages": [p.number for p in contract.pages if p.ocr], "warnings": list(contract.warnings),
    }  # fmt: skip
    lines = [f"Contrat ajouté : {contract.id} — {contract.title} ({len(contract.pages)} pages).", *contract.warnings]
    return _show(options, facts, "\n".join(lines))


def _contract_list(options: argparse.Namespace, settings: Settings) -> int:
    rows = _engine(settings).workspace(options.user or settings.user).list()
    lines = [
        f"{r['id']}  {r['title']}  ({r['pages']} pages, {r['bytes'] / 1e6:.1f} Mo, ajouté le {r['added'][:10]})" for r in rows
    ]
    return _show(options, rows, "\n".join(lines) or "Aucun contrat. Ajoutez-en un : casf contract add FICHIER.pdf")


def _contract_show(options: argparse.Namespace, settings: Settings) -> int:
    opened = _engine(settings).workspace(options.user or settings.user).open(options.id)
    contract = opened.contract
    facts = {
        "id": contract.id, "title": contract.title, "filename": contract.filename, "added": contract.added,
        "pages": len(contract.pages), "characters": contract.characters, "passages": len(opened.passages),
        "warnings": list(contract.warnings),
    }  # fmt: skip
    places = dict.fromkeys(f"{p.label}" for p in opened.passages)
    return _show(options, facts, "\n".join([f"{contract.title} — {contract.filename}", *(f"  {place}" for place in places)]))


def _contract_delete(options: argparse.Namespace, settings: Settings) -> int:
    _engine(settings).workspace(options.user or settings.user).delete(options.id)
    return _show(options, {"deleted": options.id}, "Contrat supprimé.")


def _card(options: argparse.Namespace, _settings: Settings) -> int:
    from dataclasses import asdict

    from corpus.article import article_url
    from corpus.cards import load_cards
    from corpus.reference import parse_num, printed

    num = parse_num(options.num)
    cards = [c for c in load_cards() if c.num == num]
    if not cards:
        raise UnknownArticle(options.num)
    lines = []
    for card in cards:
        lines += [f"{printed(card.num)} — {card.title}" + (f" ({card.part})" if card.part else ""), "", card.summary, ""]
        lines += [*(f"  • {q}" for q in card.questions), "", *([f"À savoir : {card.note}", ""] if card.note else [])]
    lines += [f"Fiche rédigée d'après le texte du {cards[0].as_of} ; elle n'est pas le texte officiel : {article_url(num)}"]
    data = asdict(cards[0]) | {"url": article_url(num), "parts": [asdict(c) for c in cards[1:]]}
    return _show(options, data, "\n".join(lines))


def _official_texts(settings: Settings) -> dict[str, str]:
    """The articles of the live index, none when there is no index."""
    from corpus.errors import NoIndex
    from ingest.generation import Index

    try:
        index = Index.open(settings.home)
    except NoIndex:
        return {}
    return {num: article.text for num in index.nums() if (article := index.article(num))}


def _cards_check(options: argparse.Namespace, settings: Settings) -> int:
    from corpus.card_checks import check_cards
    from corpus.cards import load_cards

    cards, texts = load_cards(), _official_texts(settings)
    faults = list(check_cards(cards, texts))
    against = f"comparées à {len(texts)} articles" if texts else "sans le texte officiel, qui n'est pas indexé"
    summary = f"{len(cards)} fiches sur {len({c.num for c in cards})} articles, {against} : {len(faults)} défaut(s)."
    _show(
        options,
        {"cards": len(cards), "articles": len({c.num for c in cards}), "texts": len(texts), "faults": faults},
        "\n".join([*faults, summary]),
    )
    return 2 if faults else 0


def _cards_coverage(options: argparse.Namespace, settings: Settings) -> int:
    from corpus.card_checks import coverage, coverage_table
    from corpus.cards import load_cards

    rows = coverage(load_cards(), list(_official_texts(settings)))
    missing = [num for row in rows for num in list(row["missing"])]  # type: ignore[call-overload]
    return _show(options, rows, coverage_table(rows) + (f"\n\nSans fiche : {', '.join(missing[:40])}" if missing else ""))


def _eval_run(options: argparse.Namespace, settings: Settings) -> int:
    # The one place where a lower room names a higher one: the command line is the product's door to all of them.
    from importlib import import_module

    return int(import_module("evals.runner").run_from_cli(options, _engine(settings)))


if __name__ == "__main__":
    raise SystemExit(main())
