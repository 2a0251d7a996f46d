"""A contract's sheet as HTML: what it sets, its dates on a line, its targets by year, what to look at, its duties."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from html import escape
from typing import Any

from assistant.contract_checklist import ALERT, WARN, Finding
from assistant.contract_compare import Comparison
from assistant.contract_life import Event
from assistant.contract_sheet import Sheet, cell_of, value_text, years_of
from assistant.contract_targets import Indicator
from assistant.render import data, with_tips

Page = Callable[[int | None, str], str]  # (page, quote) -> a link that opens it
LINES = 12  # dots above one another on the line of time
SOON = 5  # dates to come that are shown first
SEVERITY = {ALERT: ("Alerte", "grave"), WARN: ("Attention", "moyen")}


def page_link(ident: str) -> Page:
    """Links to the pages of one contract."""

    def link(page: int | None, quote: str) -> str:
        if page is None:
            return "–"
        what = data(open="page", contract=ident, page=page, quote=quote[:1500])
        return f'<a href="#passage" aria-label="Ouvrir la page {page}"{what}>p.&nbsp;{page}</a>'

    return link


def plural(count: int, noun: str) -> str:
    """ "1 date", "3 dates"."""
    return f"{count} {noun}{'s' if count > 1 else ''}"


def sheet_html(sheet: Sheet, findings: Sequence[Finding]) -> str:
    """The whole sheet."""
    to = page_link(sheet.id)
    kinds = " ; ".join(escape(t.type.label) for t in sheet.types) or "type non reconnu"
    found = sum(row.found for row in sheet.clauses)
    base = f"/casf/contrat/{escape(sheet.id)}/fiche"
    alerts = sum(f.severity == ALERT for f in findings)
    warnings = "".join(f'<p class="attention">{escape(w)}</p>' for w in sheet.warnings)
    if sheet.ocr_pages:
        warnings += (
            f'<p class="attention">Pages reconnues sur une image, à vérifier : {", ".join(map(str, sheet.ocr_pages))}.</p>'
        )
    return (
        f"<h2>{escape(sheet.title)}</h2><p>{kinds}. {found} clauses attendues trouvées sur {len(sheet.clauses)}, "
        f"{plural(len(sheet.dates), 'date')}, {plural(len(sheet.indicators), 'indicateur')}, {plural(len(findings), 'point')} à regarder.</p>"
        f'<p class="outils">Télécharger la fiche : <a href="{base}.xlsx" download>Excel</a> <a href="{base}.csv" download>CSV</a></p>'
        f"{warnings}{_life(sheet, to)}"
        + _folded("Points à regarder", len(findings), _findings(findings, to), bool(alerts))
        + _folded("Dates", len(sheet.dates), _dates(sheet.dates, date.today(), to), True)
        + _folded("Objectifs et actions", len(sheet.objectives) + len(sheet.actions), _objectives(sheet, to))
        + _folded("Indicateurs par année", len(sheet.indicators), _indicators(sheet.indicators, to))
        + _folded("Clauses attendues", found, _clauses(sheet, to))
        + _folded("Obligations", len(sheet.duties), _duties(sheet, to))
    )


def _folded(title: str, count: int, body: str, opened: bool = False) -> str:
    return f'<details class="partie"{" open" if opened else ""}><summary>{title} ({count})</summary>{body}</details>'


def table(caption: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are already HTML; it scrolls by itself on a narrow screen."""
    if not rows:
        return "<p>Rien n'a été reconnu.</p>"
    head = "".join(f'<th scope="col">{h}</th>' for h in headings)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f'<div class="defile" tabindex="0" role="region" aria-label="{escape(caption)}"><table><caption class="muet">{escape(caption)}'
        f"</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _life(sheet: Sheet, to: Page) -> str:
    names = (("signed", "Signature"), ("effect", "Prise d'effet"), ("term", "Terme"), ("first_term", "Terme d'origine"))
    parts = []
    for key, name in names:
        dated = getattr(sheet.life, key)
        if dated and not (key == "first_term" and sheet.life.term and dated.value == sheet.life.term.value):
            parts.append(f"<div><dt>{name}</dt><dd>{escape(dated.text)} ({to(dated.page, dated.quote)})</dd></div>")
    if sheet.life.months:
        parts.append(f"<div><dt>Durée</dt><dd>{sheet.life.months} mois</dd></div>")
    return f'<dl class="vie">{"".join(parts)}</dl>'


def _findings(findings: Sequence[Finding], to: Page) -> str:
    items = []
    for f in findings:
        name, grade = SEVERITY.get(f.severity, ("À savoir", "leger"))
        items.append(
            f'<li><strong class="{grade}">{name}</strong> {with_tips(f.message)} {to(f.page, f.quote) if f.page else ""}</li>'
        )
    return f'<ul class="points">{"".join(items)}</ul>' if items else "<p>Rien à signaler.</p>"


def _dates(events: Sequence[Event], today: date, to: Page) -> str:
    rows, soon = [], []
    for number, e in enumerate(events, 1):
        notes = ["calculée"] if e.computed else []
        notes += [f"remplacée, {e.replaced}"] if e.replaced else []
        notes += [e.since] if e.since else []
        what = with_tips(e.what) + (f' <span class="note">({escape(" ; ".join(notes))})</span>' if notes else "")
        rows.append((str(number), escape(e.text), what, to(e.page, e.quote)))
        if not e.replaced and e.when[:1].isdigit() and e.when >= today.isoformat()[: len(e.when)]:
            soon.append(rows[-1])
    headings = ("N°", "Date", "Objet", "Page")
    first = f"<h3>À venir</h3>{table('Prochaines dates', headings, soon[:SOON])}" if soon else ""
    return (
        f'<div class="defile">{timeline(events, today)}</div>'
        + first
        + _folded("Toutes les dates", len(rows), table("Dates du contrat", headings, rows))
    )


def _day(iso: str) -> float | None:
    """A date as a year with decimals, None for what comes back every year."""
    match = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", iso)
    return int(match[1]) + (int(match[2] or 7) - 1) / 12 + (int(match[3] or 15) - 1) / 365 if match else None


def timeline(events: Sequence[Event], today: date) -> str:
    """The dated events on a line of years, numbered as in the table below it (which says the same in words)."""
    points = [(day, number) for number, e in enumerate(events, 1) if (day := _day(e.when)) is not None and not e.replaced]
    if not points:
        return ""
    now = _day(today.isoformat()) or 0.0
    low, high = int(min(p[0] for p in points)), int(max(max(p[0] for p in points), 0)) + 1
    width, step, rows = 1000, 1000 / (high - low), [-99.0] * LINES
    dots, top = [], 0
    for day, number in sorted(points):
        x = (day - low) * step
        row = next((i for i, last in enumerate(rows) if x - last >= 24), LINES - 1)
        rows[row], top = x, max(top, row)
        dots.append((x, row, number))
    base = 16 + 24 * (top + 1)
    marks = "".join(
        f'<circle cx="{x:.0f}" cy="{base - 14 - 24 * row}" r="11"/><text class="n" x="{x:.0f}" y="{base - 10 - 24 * row}">{n}</text>'
        for x, row, n in dots
    )
    each = max(1, -(-(high - low) // 12))
    years = "".join(
        f'<line x1="{(y - low) * step:.0f}" x2="{(y - low) * step:.0f}" y1="{base}" y2="{base + 6}"/>'
        + (f'<text x="{(y - low) * step:.0f}" y="{base + 22}">{y}</text>' if (y - low) % each == 0 else "")
        for y in range(low, high + 1)
    )
    here = (now - low) * step
    mark = f'<line class="jour" x1="{here:.0f}" x2="{here:.0f}" y1="4" y2="{base + 6}"/>' if 0 <= here <= width else ""
    return (
        f'<svg class="frise" viewBox="-24 0 {width + 48} {base + 28}" role="img" aria-label="Frise des dates, de {low} à {high} ; '
        f'elles sont dans le tableau qui suit"><line x1="0" x2="{width}" y1="{base}" y2="{base}"/>{years}{mark}{marks}</svg>'
    )


def _objectives(sheet: Sheet, to: Page) -> str:
    rows = [
        ("action" if o.action else "objectif", escape(o.number), with_tips(o.text), escape(o.axis), "", to(o.page, o.quote))
        for o in sheet.objectives
    ]
    rows += [
        ("fiche", escape(a.number), with_tips(a.title), escape(a.pilot), escape(a.deadline), to(a.page, a.quote))
        for a in sheet.actions
    ]
    return table("Objectifs et actions", ("Nature", "N°", "Texte", "Axe ou pilote", "Échéance", "Page"), rows)


def _number(text: str) -> float | None:
    match = re.search(r"-?\d[\d\s\u202f]*(?:[.,]\d+)?", text)
    return float(re.sub(r"\s", "", match[0]).replace(",", ".")) if match else None


def curve(values: Sequence[float | None]) -> str:
    """A small line of values by year; the table holds the figures."""
    known = [(i, v) for i, v in enumerate(values) if v is not None]
    if len(known) < 2:
        return ""
    low, high = min(v for _, v in known), max(v for _, v in known)
    span = (high - low) or 1.0
    spots = [(6 + i * 108 / (len(values) - 1), 27 - 20 * (v - low) / span if high > low else 17) for i, v in known]
    line = " ".join(f"{x:.0f},{y:.0f}" for x, y in spots)
    dots = "".join(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="2.5"/>' for x, y in spots)
    return f'<svg class="courbe" viewBox="0 0 120 34" aria-hidden="true"><polyline points="{line}"/>{dots}</svg>'


def _indicators(indicators: Sequence[Indicator], to: Page) -> str:
    years = years_of(indicators)
    rows = []
    for i in indicators:
        values = [_number(i.in_force(y) or i.reference.get(y, "")) for y in years]
        name = with_tips(i.label) + (f' <span class="note">{escape(i.scope)}</span>' if i.scope else "")
        rows.append((name, *(escape(cell_of(i, y)) for y in years), curve(values), to(i.page, i.quote)))
    return table("Indicateurs par année", ("Indicateur", *map(escape, years), "Évolution", "Page"), rows)


def _clauses(sheet: Sheet, to: Page) -> str:
    rows = [
        (
            str(r.clause.n), escape(r.clause.label) + (f' <span class="note">exigée : {escape(r.required)}</span>' if r.required else ""),
            with_tips(value_text(r)) if r.found else f'<span class="absent">{escape(value_text(r))}</span>', to(r.page, r.quote),
        )
        for r in sheet.clauses
    ]  # fmt: skip
    return table("Clauses attendues", ("N°", "Clause", "Valeur", "Page"), rows)


def _duties(sheet: Sheet, to: Page) -> str:
    rows = [(escape(d.party), with_tips(d.what), escape(d.deadline), escape(d.to), to(d.page, d.quote)) for d in sheet.duties]
    return table("Obligations", ("Qui", "Quoi", "Quand", "À qui", "Page"), rows)


def comparison_html(result: Comparison, old: str, new: str) -> str:
    """Two contracts side by side: the values that differ, the clauses that came in, those that went out."""
    before, after = page_link(old), page_link(new)
    values: list[Sequence[Any]] = []
    for pair, v in result.values:
        was = f"<del>{escape(v.old)}</del>" if v.old else "–"
        now = f"<ins>{escape(v.new)}</ins>" if v.new else "–"
        about = escape(v.about) + (f' <span class="note">{escape(v.note)}</span>' if v.note else "")
        values.append((escape(pair.new), about, was, now, f"{before(pair.old_page, v.old)} / {after(pair.new_page, v.new)}"))
    added = [(escape(p.heading), after(p.page, p.quote)) for p in result.added]
    dropped = [(escape(p.heading), before(p.page, p.quote)) for p in result.dropped]
    notes = "".join(f'<p class="attention">{escape(w)}</p>' for w in result.warnings)
    link = f"/casf/contrat/{escape(old)}/{escape(new)}/comparaison.docx"
    return (
        f"<h2>{escape(result.old_title)} → {escape(result.new_title)}</h2>{notes}"
        f'<p class="outils"><a href="{link}" download>Télécharger la comparaison (DOCX)</a></p>'
        + _folded(
            "Valeurs qui changent",
            len(values),
            table("Valeurs qui changent", ("Où", "De quoi", "Avant", "Après", "Pages"), values),
            True,
        )
        + _folded("Clauses nouvelles", len(added), table("Clauses nouvelles", ("Clause", "Page"), added))
        + _folded("Clauses disparues", len(dropped), table("Clauses disparues", ("Clause", "Page"), dropped))
    )
