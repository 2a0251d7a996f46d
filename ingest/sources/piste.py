"""The Légifrance API on PISTE (official, free account): the articles of a code in force on a date.

Credentials come from CASF_PISTE_ID and CASF_PISTE_SECRET (OAuth 2.0 client credentials, RFC 6749 section 4.4). Two
calls are used (reference: the API's own description on piste.gouv.fr):
  POST /consult/legi/tableMatieres {textId, date}  the tree: sections[{title, sections, articles[{id, num, etat, …}]}]
  POST /consult/getArticle {id}                    article{num, texteHtml, notaHtml, etat, dateDebut, dateFin, liens…}
The table gives the numbers, states and headings; each article's text is one call, so what is already known (`known`)
is not asked for again. Dates come as ISO text or as milliseconds since 1970.
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import httpx

from corpus.article import Article, Link
from corpus.markup import from_html
from corpus.numbers import clean_num, spelt
from ingest.sources.base import BadSource, Progress, Warn, log_warning, silent, text_id
from ingest.sources.legi import in_force
from ingest.sources.legi_xml import iso_date
from ingest.sources.web import Patience, host_of, refusal, send

OAUTH = "https://oauth.piste.gouv.fr/api/oauth/token"
API = "https://api.piste.gouv.fr/dila/legifrance/lf-engine-app"
Made = TypeVar("Made")
_LINKS = ("lienModifications", "lienCitations", "lienConcordes", "lienAutres")


@dataclass(frozen=True)
class Access:
    """Who asks, and where. The secret is kept out of what is printed."""

    client_id: str
    client_secret: str = field(repr=False)
    oauth: str = OAUTH
    api: str = API

    @classmethod
    def from_env(cls) -> "Access":
        """From CASF_PISTE_ID and CASF_PISTE_SECRET (and CASF_PISTE_OAUTH, CASF_PISTE_API for other addresses)."""
        client_id, secret = os.environ.get("CASF_PISTE_ID", ""), os.environ.get("CASF_PISTE_SECRET", "")
        if not client_id or not secret:
            raise BadSource(
                "L'API Légifrance demande un compte gratuit sur piste.gouv.fr : indiquez ses clés dans CASF_PISTE_ID"
                " et CASF_PISTE_SECRET."
            )
        return cls(client_id, secret, os.environ.get("CASF_PISTE_OAUTH", OAUTH), os.environ.get("CASF_PISTE_API", API))


class Piste:
    """A session with the API: one token, renewed when it ends, and never more than `per_second` requests a second."""

    def __init__(
        self, access: Access, patience: Patience | None = None, per_second: float = 8.0,
        clock: Callable[[], float] = time.monotonic,
    ):  # fmt: skip
        self.access = access
        self.patience = patience or Patience()
        self.interval = 1.0 / per_second
        self.clock = clock
        self.client = self.patience.client(redirects=False)
        self._token = ""
        self._token_ends = 0.0
        self._last = float("-inf")

    def __enter__(self) -> "Piste":
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def call(self, path: str, question: dict[str, Any]) -> dict[str, Any]:
        """The API's answer to one call. Raises `BadSource`."""
        url = self.access.api.rstrip("/") + path
        response = self._post(url, question)
        if response.status_code == 401:  # the token ended before its time
            self._token = ""
            response = self._post(url, question)
        if response.status_code == 403:
            raise BadSource("PISTE refuse l'accès (403) : votre application doit être abonnée à l'API Légifrance.")
        if response.status_code != 200:
            raise BadSource(refusal(url, response.status_code))
        return _object(response, url)

    def _post(self, url: str, question: dict[str, Any]) -> httpx.Response:
        token = self._bearer()
        self._wait()
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        return send(self.client, self.patience, "POST", url, json=question, headers=headers)

    def _wait(self) -> None:
        pause = self._last + self.interval - self.clock()
        if pause > 0:
            self.patience.sleep(pause)
        self._last = self.clock()

    def _bearer(self) -> str:
        if self._token and self.clock() < self._token_ends:
            return self._token
        form = {
            "grant_type": "client_credentials",
            "client_id": self.access.client_id,
            "client_secret": self.access.client_secret,
            "scope": "openid",
        }
        response = send(self.client, self.patience, "POST", self.access.oauth, data=form)
        if response.status_code in (400, 401, 403):
            raise BadSource("PISTE ne reconnaît pas vos clés : vérifiez CASF_PISTE_ID et CASF_PISTE_SECRET.")
        if response.status_code != 200:
            raise BadSource(refusal(self.access.oauth, response.status_code))
        answer = _object(response, self.access.oauth)
        self._token = str(answer.get("access_token") or "")
        if not self._token:
            raise BadSource(f"{host_of(self.access.oauth)} n'a pas donné de jeton d'accès.")
        lasts = answer.get("expires_in", 3600)
        self._token_ends = self.clock() + (float(lasts) if str(lasts).isdigit() else 3600.0) - 60.0
        return self._token


def read(
    piste: Piste, code: str = "CASF", on: str = "", known: Mapping[str, Article] | None = None,
    warn: Warn = log_warning, progress: Progress = silent,
) -> list[Article]:  # fmt: skip
    """The articles of a code in force on a date (ISO, today when empty), in the code's order, one a number.

    `known` (by identifier) gives texts that need not be asked for again. Raises `BadSource`; an article that the table
    announces and the API then lacks is left out with a warning.
    """
    on = on or date.today().isoformat()
    table = piste.call("/consult/legi/tableMatieres", {"textId": text_id(code), "date": on, "nature": "CODE"})
    announced = in_force(_readable(lambda: list(_announced(table, (), code, on))), on)
    if not announced:
        raise BadSource(f"L'API Légifrance n'annonce aucun article en vigueur au {on} pour « {code} ».")
    articles, missing = [], list[str]()
    for i, entry in enumerate(announced):
        progress("Lecture de Légifrance", i, len(announced))
        held = (known or {}).get(entry.ident)
        if held:
            article = replace(entry, text=held.text, note=held.note, links=held.links)
        else:
            answer = piste.call("/consult/getArticle", {"id": entry.ident})
            article = _readable(partial(_completed, entry, answer))
        if article.text:
            articles.append(article)
        else:
            missing.append(entry.num)
    progress("Lecture de Légifrance", len(announced), len(announced))
    if missing:
        warn(f"Sans texte dans l'API Légifrance, laissés de côté : {', '.join(missing[:10])}{'…' if len(missing) > 10 else ''}.")
    return articles


def _announced(node: Mapping[str, Any], path: tuple[str, ...], code: str, on: str) -> Iterator[Article]:
    """The articles of a table of contents, their text still to come (its place holds the identifier)."""
    for entry in node.get("articles") or ():
        ident, raw = str(entry.get("id") or ""), str(entry.get("num") or "")
        if ident and raw:
            yield Article(
                clean_num(raw), path, ident, on, ident, str(entry.get("etat") or ""), iso_day(entry.get("dateDebut")),
                iso_day(entry.get("dateFin")), code, spelt=spelt(raw),
            )  # fmt: skip
    for section in node.get("sections") or ():
        title = " ".join(str(section.get("title") or "").split("\n")).strip()
        yield from _announced(section, (*path, title) if title else path, code, on)


def _readable(make: Callable[[], Made]) -> Made:
    """What `make` makes of an answer; `BadSource` when the answer hasn't the shape that the API describes."""
    try:
        return make()
    except (AttributeError, TypeError, ValueError, OverflowError):
        raise BadSource("L'API Légifrance répond sous une forme que ce programme ne connaît pas.") from None


def _completed(entry: Article, response: Mapping[str, Any]) -> Article:
    """What the table announces, with its text, note and links."""
    answer = response.get("article") or {}
    html = answer.get("texteHtml")
    plain = "\n\n".join(line.strip() for line in str(answer.get("texte") or "").split("\n") if line.strip())
    return replace(
        entry,
        text=from_html(str(html)) if html else plain,
        state=str(answer.get("etat") or entry.state),
        start=iso_day(answer.get("dateDebut")) or entry.start,
        end=iso_day(answer.get("dateFin")) or entry.end,
        note=from_html(str(answer.get("notaHtml") or answer.get("nota") or "")),
        links=tuple(dict.fromkeys(_links(answer))),
    )


def _links(answer: Mapping[str, Any]) -> Iterator[Link]:
    for kind in _LINKS:
        for link in answer.get(kind) or ():
            yield (
                str(link.get("linkType") or ""),
                str(link.get("linkOrientation") or ""),
                clean_num(str(link.get("articleNum") or "")),
                str(link.get("articleId") or link.get("textCid") or ""),
            )


def iso_day(value: object) -> str:
    """An ISO date from what the API writes: text ("2016-01-01", with or without an hour) or milliseconds since 1970."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        # The base's days begin at midnight in Paris, so up to two hours before the same day in UTC.
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=value, hours=2)
        return iso_date(moment.date().isoformat())
    return iso_date(str(value or "")[:10])


def _object(response: httpx.Response, url: str) -> dict[str, Any]:
    try:
        answer = response.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        answer = None
    if not isinstance(answer, dict):
        raise BadSource(f"La réponse de {host_of(url)} est illisible ; réessayez plus tard.")
    return answer
