"""Make the test contracts: ehpad.pdf, handicap.docx, handicap.pdf and chrs-scan.pdf, and those of `blind`. Never stored.

Usage: python -m evals.contracts.make_contracts FOLDER

Everything in them is invented. Their words stand beside this file (ehpad.txt, handicap.txt, chrs.txt); the same sources
give the same files with the same libraries (reportlab, python-docx; pypdfium2, Pillow and numpy for the scan).
"""

import sys
from pathlib import Path

from evals.contracts.blind import blind
from evals.contracts.looks import Chrs, Ehpad, Handicap
from evals.contracts.markup import read
from evals.contracts.scan import scanned
from evals.contracts.word import Writer

HERE = Path(__file__).resolve().parent


def drawing(name: str) -> bytes:
    """A contract drawn as a PDF with its text: "ehpad", "handicap" or "chrs" (the sheets that are then scanned)."""
    painter = {"ehpad": Ehpad, "handicap": Handicap, "chrs": Chrs}[name]()
    return painter.build(read(HERE / f"{name}.txt"))


def word() -> bytes:
    """The disability contract as a Word file."""
    writer = Writer(Handicap.title)
    writer.add(read(HERE / "handicap.txt"))
    return writer.save()


def make(folder: Path) -> dict[str, Path]:
    """Write the files into `folder`, made if need be; their paths by name."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = {
        "ehpad.pdf": drawing("ehpad"),
        "handicap.pdf": drawing("handicap"),
        "handicap.docx": word(),
        "chrs-scan.pdf": scanned(drawing("chrs")),
    }
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    return {name: folder / name for name in contents} | blind.make(folder)


def main() -> int:
    if len(sys.argv) != 2:
        print("Usage : python -m evals.contracts.make_contracts DOSSIER", file=sys.stderr)
        return 2
    for path in make(Path(sys.argv[1])).values():
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
