"""Make the vectors shipped with the cards and the demonstration contract (`make vectors`), or check them (`--check`)."""

import argparse
from pathlib import Path

from corpus.cards import load_cards
from corpus.contract import Contract
from ingest.contract_passages import contract_passages, passage_view
from ingest.documents import read_with_warnings
from ingest.embedding import VectorFile, make_embedder, text_key
from ingest.generation import PREBUILT, card_view
from ingest.workspace import DEMO_FILE, DEMO_VECTORS


def card_texts() -> list[str]:
    """Every text of the cards that is embedded, each once, in the cards' order."""
    cards = load_cards()
    return list(dict.fromkeys([card_view(c) for c in cards] + [f"query: {q}" for c in cards for q in c.questions]))


def demo_texts() -> list[str]:
    """Every text of the demonstration contract that is embedded, each once, in its order."""
    pages = read_with_warnings(DEMO_FILE, DEMO_FILE.name).pages
    passages = contract_passages(Contract("demo", "", DEMO_FILE.name, "", tuple(pages)))
    return list(dict.fromkeys("passage: " + passage_view(p) for p in passages))


SHIPPED = {PREBUILT: card_texts, DEMO_VECTORS: demo_texts}


def missing(fingerprint: str) -> int:
    """How many texts the shipped files lack for the model `fingerprint`."""
    lacking = 0
    for path, texts in SHIPPED.items():
        known = VectorFile.read(path, fingerprint).rows
        lacking += sum(text_key(t) not in known for t in texts())
    return lacking


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="folder where the default model is (or will be) built")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    embedder = make_embedder(options.home, say=print)
    if options.check:
        lacking = missing(embedder.fingerprint)
        print(f"{lacking} texte(s) sans vecteur livré" + (" : make vectors" if lacking else "") + ".")
        return 1 if lacking else 0
    for path, wanted in SHIPPED.items():
        texts = wanted()
        known = VectorFile.read(path, embedder.fingerprint)
        vectors = known.encode(texts, embedder, lambda what, done, total: print(f"\r{what} {done}/{total}", end="", flush=True))
        VectorFile.write(path, texts, vectors, embedder.fingerprint)
        print(f"\n{len(texts)} vecteurs écrits dans {path} ({path.stat().st_size / 1e6:.1f} Mo).")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
