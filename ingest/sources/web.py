"""Requests to the official servers: time limits, retries with back-off, and failures said in one French sentence.

Tried again: connections that fail or break, answers 429 and 5xx. The pause doubles from one second on, up to a minute;
where the server says how long to wait (Retry-After, RFC 9110 section 10.2.3) it is obeyed up to two minutes.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from ingest.sources.base import BadSource

AGENT = "casf (assistant CASF)"
AGAIN = (408, 429, 500, 502, 503, 504)
_LONGEST_PAUSE, _LONGEST_WAIT = 60.0, 120.0  # seconds


def host_of(url: str) -> str:
    """The server's name, for sentences."""
    return urlsplit(url).hostname or url


def sentence(url: str, error: httpx.HTTPError) -> str:
    """Why a request failed, in French, without the request's secrets."""
    host = host_of(url)
    if isinstance(error, httpx.TimeoutException):
        return f"{host} ne répond pas assez vite ; réessayez plus tard."
    if isinstance(error, httpx.ConnectError):
        return f"Impossible de joindre {host} : vérifiez la connexion au réseau."
    return f"La connexion avec {host} a été coupée ; réessayez plus tard."


def refusal(url: str, status: int) -> str:
    """What an answer other than a success means, in French."""
    host = host_of(url)
    if status == 404:
        return f"{host} n'a pas ce que l'on y cherche (404) : {urlsplit(url).path}"
    if status in (401, 403):
        return f"{host} refuse l'accès ({status})."
    if status == 429:
        return f"{host} demande d'attendre : trop de requêtes (429) ; réessayez plus tard."
    return f"{host} répond par une erreur ({status}) ; réessayez plus tard."


def pause_of(response: httpx.Response | None, attempt: int) -> float:
    """Seconds to wait before trying again: what the server asks for, else 1, 2, 4… (`attempt` counts from 0)."""
    asked = response.headers.get("retry-after", "") if response is not None else ""
    if asked.isdigit():
        return min(float(asked), _LONGEST_WAIT)
    if asked:
        try:
            seconds = (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            seconds = 0.0
        if seconds > 0:
            return min(seconds, _LONGEST_WAIT)
    return float(min(2.0**attempt, _LONGEST_PAUSE))


@dataclass
class Patience:
    """How long and how often to try: `timeout` in seconds for a connection or a silence, `tries` in all."""

    timeout: float = 30.0
    tries: int = 5
    sleep: Callable[[float], None] = field(default=time.sleep)

    def client(self, redirects: bool = True) -> httpx.Client:
        """A client that names itself; `redirects` is off where a request carries a secret, which stays with its server."""
        return httpx.Client(timeout=self.timeout, follow_redirects=redirects, headers={"User-Agent": AGENT})


def send(client: httpx.Client, patience: Patience, method: str, url: str, **request: Any) -> httpx.Response:
    """The answer to a request, tried again while it may succeed; an answer 4xx comes back as it is. Raises `BadSource`."""
    problem = ""
    for attempt in range(patience.tries):
        response = None
        try:
            response = client.request(method, url, **request)
            if response.status_code not in AGAIN:
                return response
            problem = refusal(url, response.status_code)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise BadSource(f"Adresse incorrecte : « {url} ».") from None
        except httpx.HTTPError as error:
            problem = sentence(url, error)
        if attempt + 1 < patience.tries:
            patience.sleep(pause_of(response, attempt))
    raise BadSource(problem)
