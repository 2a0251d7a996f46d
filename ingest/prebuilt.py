"""Make the vectors that ship with the cards (`make vectors`), or tell whether they are up to date (`--check`)."""

import argparse
from pathlib import Path

from corpus.cards import load_cards
from ingest.embedding import VectorFile, make_embedder, text_key
from ingest.generation import PREBUILT, card_view


def card_texts() -> list[str]:
    """Every text of the cards that is embedded, each once, in the cards' order."""
    cards = load_cards()
    return list(dict.fromkeys([card_view(c) for c in cards] + [f"query: {q}" for c in cards for q in c.questions]))


def missing(fingerprint: str) -> int:
    """How many of the cards' texts the shipped file lacks for the model `fingerprint`."""
    known = VectorFile.read(PREBUILT, fingerprint).rows
    return sum(text_key(t) not in known for t in card_texts())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="folder where the default model is (or will be) built")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    embedder = make_embedder(options.home, say=print)
    if options.check:
        lacking = missing(embedder.fingerprint)
        print(f"{lacking} texte(s) de fiche sans vecteur livré.")
        return 1 if lacking else 0
    texts = card_texts()
    known = VectorFile.read(PREBUILT, embedder.fingerprint)
    vectors = known.encode(texts, embedder, lambda what, done, total: print(f"\r{what} {done}/{total}", end="", flush=True))
    VectorFile.write(PREBUILT, texts, vectors, embedder.fingerprint)
    print(f"\n{len(texts)} vecteurs écrits dans {PREBUILT} ({PREBUILT.stat().st_size / 1e6:.1f} Mo).")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
