"""A contract as it was read: its pages, in order, with the text that citations quote."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Page:
    """One page (`number` from 1). `text` is what a citation quotes; `ocr` says that it was recognised from a picture."""

    number: int
    text: str
    ocr: bool = False


@dataclass(frozen=True, slots=True)
class Contract:
    """A user's document. `id` is unguessable; `title` is what the document calls itself, else the file's name."""

    id: str
    title: str
    filename: str
    added: str
    pages: tuple[Page, ...]
    warnings: tuple[str, ...] = field(default=())

    @property
    def characters(self) -> int:
        return sum(len(page.text) for page in self.pages)
