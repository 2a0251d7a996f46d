"""Who may come in when the page is served beyond this machine: an accounts file with argon2, signed cookies that expire.

    home/accounts.json    {name: argon2id hash, "admin " before it for an administrator's}, readable by its owner alone
    home/secret.key       what cookies are signed with

A cookie holds a name, a time and a signature; the signature covers the account's hash too, so that a changed password or
a removed account ends its sessions. Nothing is kept on the server: several of them can share one home.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from corpus.errors import CasfError

HOURS = 12  # a session's length
SHORTEST = 12  # characters of a password
FREE_TRIES = 4  # wrong passwords before the next ones are made to wait
LONGEST_WAIT = 300.0  # seconds
_ADMIN = "admin "
_NAME = re.compile(r"[\w.@-]{2,80}")


class TooManyTries(CasfError):
    """Raised when a name was tried too often; it says how long to wait."""

    def __init__(self, seconds: float):
        super().__init__(f"Trop d'essais : attendez {max(1, round(seconds))} secondes avant de recommencer.")


class Accounts:
    """The accounts of one home. `clock` gives seconds since 1970 (tests turn it)."""

    def __init__(self, home: Path, clock: Callable[[], float] = time.time):
        from argon2 import PasswordHasher

        self._file, self._key_file = home / "accounts.json", home / "secret.key"
        self._hasher = PasswordHasher()
        self._clock = clock
        self._tries: dict[str, tuple[int, float]] = {}  # wrong passwords in a row, time from which the next one is looked at
        self._lock = threading.Lock()
        self._nobody = ""

    def names(self) -> list[str]:
        """The accounts' names, sorted."""
        return sorted(self._read())

    def administers(self, name: str) -> bool:
        """Whether an account may change what all share (the index)."""
        return self._read().get(name, "").startswith(_ADMIN)

    def add(self, name: str, password: str, admin: bool = False) -> None:
        """Add an account or change its password and its rights; raises `CasfError` for a bad name or too short a password."""
        if not _NAME.fullmatch(name):
            raise CasfError("Un nom de compte a de 2 à 80 lettres, chiffres, points, tirets ou arobases.")
        if len(password) < SHORTEST:
            raise CasfError(f"Le mot de passe doit avoir au moins {SHORTEST} caractères.")
        self._change(lambda accounts: accounts.update({name: _ADMIN * admin + self._hasher.hash(password)}))

    def remove(self, name: str) -> None:
        """Remove an account (its contracts stay: see `casf privacy erase`); raises `CasfError` when there is none."""
        if name not in self._read():
            raise CasfError(f"Compte inconnu : « {name} ».")
        self._change(lambda accounts: accounts.pop(name))

    def check(self, name: str, password: str) -> bool:
        """Whether the password is the account's. Raises `TooManyTries` while a name is made to wait.

        An unknown name takes as long as a known one, and is slowed in the same way.
        """
        from argon2.exceptions import InvalidHashError, VerificationError

        with self._lock:
            count, until = self._tries.get(name, (0, 0.0))
            wait = until - self._clock()
            if 0 < wait <= LONGEST_WAIT:  # more: the clock was set back meanwhile
                raise TooManyTries(wait)
            if not self._nobody:
                self._nobody = self._hasher.hash(secrets.token_hex(16))
        try:
            right = bool(self._hasher.verify(self._read().get(name, self._nobody).removeprefix(_ADMIN), password[:1000]))
        except (VerificationError, InvalidHashError):
            right = False
        with self._lock:
            if right:
                self._tries.pop(name, None)
            else:
                wait = min(LONGEST_WAIT, 2.0 ** (count + 1 - FREE_TRIES)) if count + 1 >= FREE_TRIES else 0.0
                self._tries[name] = (count + 1, self._clock() + wait)
                while len(self._tries) > 10_000:  # invented names must not fill the memory
                    self._tries.pop(next(iter(self._tries)))
        return right

    def token(self, name: str) -> str:
        """A signed cookie value for an account, good for `HOURS`."""
        body = f"{name}|{int(self._clock()) + HOURS * 3600}"
        return base64.urlsafe_b64encode(body.encode()).decode() + "." + self._signature(name, body)

    def user_of(self, token: str) -> str | None:
        """The account that a cookie value was signed for; None when it is forged, expired, or its account changed."""
        try:
            encoded, signature = token.split(".")
            body = base64.urlsafe_b64decode(encoded.encode()).decode()
            name, until = body.rsplit("|", 1)
            good = 0 < int(until) - self._clock() <= HOURS * 3600  # more: signed before the clock was set back
        except ValueError:
            return None
        return name if good and hmac.compare_digest(signature, self._signature(name, body)) else None

    def _signature(self, name: str, body: str) -> str:
        held = self._read().get(name)
        if held is None:
            return secrets.token_hex(8)  # nobody's
        return hmac.new(self._key() + held.encode(), body.encode(), hashlib.sha256).hexdigest()

    def _key(self) -> bytes:
        if not self._key_file.is_file():
            with FileLock(f"{self._key_file}.lock"):
                if not self._key_file.is_file():
                    write_private(self._key_file, secrets.token_hex(32))
        return bytes.fromhex(self._key_file.read_text(encoding="ascii"))

    def _read(self) -> dict[str, str]:
        try:
            found: dict[str, str] = json.loads(self._file.read_text(encoding="utf-8"))
            return found
        except FileNotFoundError:
            return {}
        except ValueError:
            raise CasfError("Le fichier des comptes (accounts.json) est endommagé : rétablissez-le d'une sauvegarde.") from None

    def _change(self, change: Callable[[dict[str, str]], object]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{self._file}.lock"):
            accounts = self._read()
            change(accounts)
            write_private(self._file, json.dumps(accounts, ensure_ascii=False, indent=1))


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, in one go."""
    work = path.with_name(path.name + ".part")
    work.unlink(missing_ok=True)
    with os.fdopen(os.open(work, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(work, path)
