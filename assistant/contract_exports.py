"""A contract's sheet as CSV and as an Excel workbook, for people who work in spreadsheets."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from assistant.contract_sheet import Sheet, cell_of, years_of
from corpus.errors import CasfError

_HEADINGS = ("Rubrique", "Intitulé", "Périmètre ou partie", "Valeur", "Valeur d'origine", "Échéance", "Page", "Lieu", "Citation")


def write_csv(sheet: Sheet, path: Path) -> None:
    """One line a clause, a date, an objective, an indicator or an obligation; semicolons and a mark that Excel reads as UTF-8.

    Raises `CasfError` when the file can't be written.
    """

    def write(target: Path) -> None:
        with target.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream, delimiter=";")
            writer.writerow(_HEADINGS)
            writer.writerows([_harmless(cell) for cell in row] for row in _rows(sheet))

    save(path, write)


def write_xlsx(sheet: Sheet, path: Path) -> None:
    """A workbook of five sheets: clauses, dates, objectives and actions, indicators by year, obligations.

    Raises `CasfError` when the file can't be written.
    """
    from openpyxl import Workbook  # type: ignore[import-untyped]

    book = Workbook()
    book.remove(book.active)
    _tab(
        book, "Clauses",
        ("N°", "Clause", "Trouvée", "Exigée par", "Valeur en vigueur", "Valeur d'origine", "Modifiée par", "Page", "Lieu", "Citation"),
        [
            (r.clause.n, r.clause.label, "oui" if r.found else "non trouvée", r.required, r.value.text if r.value else "",
             r.original.text if r.original else "", " ; ".join(dict.fromkeys(c.avenant for c in r.changes)), r.page, r.place, r.quote)
            for r in sheet.clauses
        ],
    )  # fmt: skip
    _tab(
        book, "Échéances", ("Date", "Écrite", "Objet", "Calculée", "Remplacée", "Avenant", "Page", "Lieu", "Citation"),
        [
            (e.when, e.text, e.what, "oui" if e.computed else "", e.replaced, e.since, e.page, e.label, e.quote)
            for e in sheet.dates
        ],
    )  # fmt: skip
    _tab(
        book, "Objectifs", ("Nature", "N°", "Axe", "Texte", "Pilote", "Échéance", "Page", "Citation"),
        [
            *(("action" if o.action else "objectif", o.number, o.axis, o.text, "", "", o.page, o.quote) for o in sheet.objectives),
            *(("fiche", a.number, "", a.title, a.pilot, a.deadline, a.page, a.quote) for a in sheet.actions),
        ],
    )  # fmt: skip
    years = years_of(sheet.indicators)
    _tab(
        book, "Indicateurs", ("Nature", "Indicateur", "Périmètre", *years, "Page", "Lieu"),
        [(i.kind, i.label, i.scope, *(cell_of(i, y) for y in years), i.page, i.place) for i in sheet.indicators],
    )  # fmt: skip
    _tab(
        book, "Obligations", ("Partie", "Obligation", "Délai", "Date", "Destinataire", "Page", "Lieu", "Citation"),
        [(d.party, d.what, d.deadline, d.when, d.to, d.page, d.place, d.quote) for d in sheet.duties],
    )  # fmt: skip
    save(path, book.save)


def save(path: Path, write: Callable[[Path], Any]) -> None:
    """Write a file beside its place, then move it there; raises `CasfError` when the place can't be written."""
    if not path.parent.is_dir():
        raise CasfError(f"Impossible d'écrire « {path} » : ce dossier n'existe pas.")
    work = path.with_name(path.name + ".part")
    try:
        write(work)
        work.replace(path)
    except OSError as error:
        work.unlink(missing_ok=True)
        raise CasfError(f"Impossible d'écrire « {path} » ({error.strerror or 'erreur du disque'}).") from None


def _rows(sheet: Sheet) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for r in sheet.clauses:
        value = r.value.text if r.value else "trouvée" if r.found else "non trouvée"
        rows.append(
            ("Clause", r.clause.label, "", value, r.original.text if r.original else "", "", r.page or "", r.place, r.quote)
        )
    rows += [("Date", e.what, "", e.text, e.replaced, e.when, e.page, e.label, e.quote) for e in sheet.dates]
    rows += [("Objectif", o.text, o.axis, o.number, "", "", o.page, o.place, o.quote) for o in sheet.objectives]
    rows += [("Fiche action", a.title, a.pilot, a.number, "", a.deadline, a.page, a.place, a.quote) for a in sheet.actions]
    for i in sheet.indicators:
        values = " ; ".join(f"{y} : {cell_of(i, y)}" for y in years_of([i]))
        rows.append(("Indicateur", i.label, i.scope, values, "", "", i.page, i.place, i.quote))
    rows += [("Obligation", d.what, d.party, d.to, "", d.deadline, d.page, d.place, d.quote) for d in sheet.duties]
    return rows


def _harmless(value: Any) -> Any:
    """A cell that a spreadsheet won't run as a formula: the contract's text is not ours."""
    if isinstance(value, str):
        text = "".join(c for c in value if c.isprintable() or c in "\n\t")
        return f"'{text}" if text.lstrip()[:1] in ("=", "+", "@") or text.startswith(("-", "\t")) else text
    return value


def _tab(book: Any, title: str, headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    from openpyxl.styles import Alignment, Font  # type: ignore[import-untyped]

    tab = book.create_sheet(title)
    for at, row in enumerate((headings, *rows), 1):
        for column, value in enumerate(row, 1):
            cell = tab.cell(row=at, column=column)
            if isinstance(value, str):
                cell.value = "".join(c for c in value if c.isprintable() or c in "\n\t")[:32_000]
                cell.data_type = "s"  # a text, whatever its first character
                cell.alignment = Alignment(wrap_text=True, vertical="top")
            else:
                cell.value = value
            if at == 1:
                cell.font = Font(bold=True)
    tab.freeze_panes = "A2"
    for column, heading in enumerate(headings, 1):
        width = (
            60 if heading in ("Citation", "Texte", "Obligation", "Objet", "Valeur en vigueur") else 30 if len(heading) > 6 else 12
        )
        tab.column_dimensions[tab.cell(row=1, column=column).column_letter].width = width
