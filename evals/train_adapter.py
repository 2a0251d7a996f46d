"""Fit the question adapter on the cards' own questions: `python -m evals.train_adapter --home DIR` (a minute on 2 cores).

A linear map W of the question's vector, started at the identity, so that a card's question finds its article through
the article's other views: softmax over every article of the fused cosines, the question's own row left out. No question
of any measuring set is read. Seeds are fixed; the result is `assistant/adapter.npz` (float16, 0.3 MB).
"""

import argparse
from pathlib import Path

import numpy as np

from assistant.fusion import ADAPTER
from ingest.embedding import make_embedder
from ingest.generation import VIEWS, Index, row_num

VIEW_WEIGHTS = {"passages": 1.2, "cards": 2.0, "questions": 2.0}
EPOCHS, BATCH, RATE, PULL = 8, 128, 1e-3, 1e-3  # PULL: weight of ||W - I||², which keeps unseen questions safe


def train(index: Index, seed: int = 0) -> np.ndarray:
    """The adapter, shape (d, d), from an index that holds the whole code and its cards."""
    import torch

    torch.manual_seed(seed)
    nums = sorted(index.known_nums())
    place = {num: i for i, num in enumerate(nums)}
    vectors = {view: torch.tensor(np.asarray(index.rows[view].vectors, dtype=np.float32)) for view in VIEWS}
    owners = {view: torch.tensor([place[row_num(ident)] for ident in index.rows[view].ids]) for view in VIEWS}
    questions, gold = vectors["questions"], owners["questions"]
    size = questions.shape[1]
    matrix = torch.nn.Parameter(torch.eye(size))
    heat = torch.nn.Parameter(torch.tensor(3.0))
    optimizer = torch.optim.Adam([matrix, heat], lr=RATE)
    steps = EPOCHS * -(-len(questions) // BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: max(0.05, 1 - step / steps))
    for epoch in range(EPOCHS):
        total = 0.0
        for batch in torch.randperm(len(questions)).split(BATCH):
            turned = torch.nn.functional.normalize(questions[batch] @ matrix.T, dim=1)
            fused = torch.zeros(len(batch), len(nums))
            for view in VIEWS:
                cosines = turned @ vectors[view].T
                if view == "questions":
                    cosines[torch.arange(len(batch)), batch] = -1.0
                best = torch.full((len(batch), len(nums)), -1.0)
                fused = fused + VIEW_WEIGHTS[view] * best.scatter_reduce(1, owners[view].expand(len(batch), -1), cosines, "amax")
            loss = torch.nn.functional.cross_entropy(fused * heat.exp(), gold[batch])
            loss = loss + PULL * ((matrix - torch.eye(size)) ** 2).sum()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            total += float(loss) * len(batch)
        print(f"époque {epoch + 1}/{EPOCHS} : perte {total / len(questions):.3f}", flush=True)
    return np.asarray(matrix.detach().numpy())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="a home whose index holds the whole code")
    options = parser.parse_args()
    embedder = make_embedder(options.home)
    index = Index.open(options.home)
    index.check_model(embedder.fingerprint)
    np.savez(ADAPTER, matrix=train(index).astype(np.float16), fingerprint=np.array(embedder.fingerprint))
    print(f"écrit : {ADAPTER} ({ADAPTER.stat().st_size / 1e6:.2f} Mo)")


if __name__ == "__main__":
    main()
