"""Files brought from the official places to this machine, only ever when asked: the Markdown copy, LEGI's archives.

A download goes to "NAME.part", goes on from where it broke off (HTTP Range with If-Range, RFC 9110 sections 13.1.5
and 14), and takes its name only when it is whole: length, and checksum where one is known. Until then an earlier file
of that name stays as it is.
"""

import hashlib
import json
import os
import re
import shutil
import time
from pathlib import Path

import httpx

from ingest.sources.base import BadSource, Progress, silent, text_id
from ingest.sources.web import AGAIN, Patience, host_of, pause_of, refusal, send, sentence

MARKDOWN = "https://raw.githubusercontent.com/legalize-dev/legalize-fr/main/fr"  # unofficial daily copy of LEGI
ARCHIVES = "https://echanges.dila.gouv.fr/OPENDATA/LEGI"  # official, DILA, Licence Ouverte 2.0
_ARCHIVE = re.compile(r"(?:Freemium_legi_global|LEGI)_(\d{8}-\d{6})\.tar\.gz")
_SLOWEST = 512  # bytes a second, over one time limit: slower than that the server is as good as silent
_HEADWAY = 1 << 20  # bytes: a try that brings as many is no failure


class _Broken(Exception):
    """A try that may be made again; the text is the French sentence for when it is the last."""

    def __init__(self, why: str, response: httpx.Response | None = None):
        super().__init__(why)
        self.response = response


def fetch_markdown(
    folder: Path, code: str = "CASF", base: str = MARKDOWN, patience: Patience | None = None, progress: Progress = silent
) -> Path:  # fmt: skip
    """The law-as-git copy of a code, as it is today, in `folder`. Raises `BadSource`."""
    name = f"{text_id(code)}.md"
    return download(f"{base.rstrip('/')}/{name}", folder / name, patience=patience, progress=progress)


def list_archives(base: str = ARCHIVES, patience: Patience | None = None) -> list[str]:
    """The names of the archives that the DILA's page offers, oldest first. Raises `BadSource`."""
    patience = patience or Patience()
    url = base.rstrip("/") + "/"
    with patience.client() as client:
        response = send(client, patience, "GET", url)
    if response.status_code != 200:
        raise BadSource(refusal(url, response.status_code))
    names = {match[0]: match[1] for match in _ARCHIVE.finditer(response.text)}
    if not names:
        raise BadSource(f"{host_of(url)} n'annonce aucune archive LEGI à cette adresse : {url}")
    return sorted(names, key=lambda name: names[name])


def stamp_of(name: str) -> str:
    """The stamp of an archive's name ("20250714-213015"), "" for another file."""
    match = _ARCHIVE.fullmatch(name)
    return match[1] if match else ""


def needed(names: list[str], since: str = "") -> list[str]:
    """Which archives bring a machine up to date: the increments after `since` (a stamp "20250714-213015" already taken
    in), or the newest full archive and the increments after it."""
    stamps = {name: stamp for name in names if (stamp := stamp_of(name))}
    full = max((n for n in stamps if n.startswith("Freemium")), key=lambda n: stamps[n], default="")
    if since and (not full or stamps[full] <= since or any(stamps[n] <= since for n in stamps if n != full)):
        full, after = "", since  # the increments since then are all still there
    else:
        after = stamps.get(full, "")
    later = sorted((n for n in stamps if not n.startswith("Freemium") and stamps[n] > after), key=lambda n: stamps[n])
    return ([full] if full else []) + later


def download(
    url: str, target: Path, sha256: str = "", patience: Patience | None = None, progress: Progress = silent
) -> Path:  # fmt: skip
    """Bring `url` to `target` and return it; `progress` counts bytes (total 0: the server doesn't say).

    Raises `BadSource`: no network, refused, broken off too often, not the expected `sha256` (hexadecimal), disk full.
    """
    patience = patience or Patience()
    part = target.with_name(target.name + ".part")
    tries = 0
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with patience.client() as client:
            while True:
                before = _size(part)
                try:
                    _once(client, url, part, patience.timeout, progress)
                    break
                except _Broken as error:
                    tries = 1 if _size(part) - before >= _HEADWAY else tries + 1
                    if tries >= patience.tries:
                        raise BadSource(str(error)) from None
                    patience.sleep(pause_of(error.response, tries - 1))
        if sha256 and _sum_of(part) != sha256.lower():
            _forget(part)
            raise BadSource(f"« {target.name} » est arrivé abîmé (somme de contrôle différente) : relancez le téléchargement.")
        os.replace(part, target)
        _forget(part)
    except OSError as error:
        if error.errno in (28, 122):
            _forget(part)  # what had come would keep the disk full
            raise BadSource(f"Le disque est plein : « {target.name} » n'a pas pu être téléchargé.") from None
        raise BadSource(f"« {target} » ne peut pas être écrit ({error.strerror}).") from None
    return target


def _once(client: httpx.Client, url: str, part: Path, timeout: float, progress: Progress) -> None:
    """One try: what is missing of `part` is asked for and appended."""
    have, validator = _size(part), _validator(part, url)
    headers = {"Accept-Encoding": "identity"}  # lengths and ranges count the file's own bytes
    if have and validator:
        headers |= {"Range": f"bytes={have}-", "If-Range": validator}
    label = f"Téléchargement de {part.name.removesuffix('.part')}"
    try:
        with client.stream("GET", url, headers=headers) as response:
            if response.status_code == 416:  # nothing after what we have, or another file by now: start anew
                _forget(part)
                raise _Broken(refusal(url, 416), response)
            if response.status_code in AGAIN:
                raise _Broken(refusal(url, response.status_code), response)
            if response.status_code not in (200, 206):
                raise BadSource(refusal(url, response.status_code))
            going_on = response.status_code == 206 and _range_start(response) == have
            if response.status_code == 206 and not going_on:
                _forget(part)
                raise _Broken(f"{host_of(url)} n'a pas envoyé la partie demandée ; réessayez plus tard.", response)
            start = have if going_on else 0
            length = int(response.headers.get("content-length") or 0)
            total = start + length if length else 0
            _need_room(part, length)
            _remember(part, url, response)
            done = _append(response, part, start, total, timeout, label, progress)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        raise BadSource(f"Adresse incorrecte : « {url} ».") from None
    except httpx.HTTPError as error:
        raise _Broken(sentence(url, error)) from None
    if total and done != total:
        raise _Broken(f"La connexion avec {host_of(url)} a été coupée ; réessayez plus tard.")


def _append(
    response: httpx.Response, part: Path, start: int, total: int, timeout: float, label: str, progress: Progress
) -> int:  # fmt: skip
    """Write what comes; the size reached. A trickle is a silence: raises `_Broken`."""
    done, mark, since = start, start, time.monotonic()
    with part.open("r+b" if start else "wb") as file:
        file.seek(start)
        for block in response.iter_raw():
            file.write(block)
            done += len(block)
            progress(label, done, total)
            if time.monotonic() - since > timeout:
                if done - mark < _SLOWEST * timeout:
                    raise _Broken(f"{host_of(str(response.url))} ne répond pas assez vite ; réessayez plus tard.")
                mark, since = done, time.monotonic()
    return done


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _range_start(response: httpx.Response) -> int:
    match = re.match(r"bytes (\d+)-", response.headers.get("content-range", ""))
    return int(match[1]) if match else -1


def _notes(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _remember(part: Path, url: str, response: httpx.Response) -> None:
    """What tells this version of the file from another: a strong ETag, else its date. Without it nothing is resumed."""
    tag = response.headers.get("etag", "")
    validator = tag if tag and not tag.startswith("W/") else response.headers.get("last-modified", "")
    _notes(part).write_text(json.dumps({"url": url, "validator": validator}), encoding="utf-8")


def _validator(part: Path, url: str) -> str:
    try:
        notes = json.loads(_notes(part).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return str(notes.get("validator", "")) if notes.get("url") == url else ""


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _notes(part).unlink(missing_ok=True)


def _need_room(part: Path, length: int) -> None:
    free = shutil.disk_usage(part.parent).free
    if length > free:
        raise BadSource(
            f"Il faut {length / 1e6:.0f} Mo pour « {part.name.removesuffix('.part')} » et le disque n'en a que {free / 1e6:.0f}."
        )


def _sum_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
