"""Who asks. Alone on this machine nobody logs in: each browser is an owner of its own, known by an unguessable cookie."""

import re
import secrets
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "casf"
_TOKEN = re.compile(r"[0-9a-f]{32}")
YEAR = 365 * 24 * 3600


def account_of(request: Any) -> str | None:
    """The account that came through the door (`assistant/guard.py`); None where there is no door: alone on this machine."""
    return getattr(getattr(request, "state", None), "user", None)


def user_of(request: Any) -> str:
    """The owner on whose behalf a request is answered: the account, else the browser.

    A program that sends no cookie is a new owner each time, who has no contract and no conversation.
    """
    account = account_of(request)
    if account:
        return f"compte {account}"
    token = dict(request.cookies).get(COOKIE, "") if request is not None else ""
    return f"navigateur {token if _TOKEN.fullmatch(token) else secrets.token_hex(16)}"


class OwnerCookie:
    """Gives a browser its cookie when it opens the page: 128 random bits that no script can read."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        cookies = dict(scope.get("headers", ())).get(b"cookie", b"").decode("latin-1")
        known = re.search(rf"(?:^|;\s*){COOKIE}={_TOKEN.pattern}(?:;|$)", cookies)
        if scope["type"] != "http" or scope["path"] != "/" or known:
            await self.app(scope, receive, send)
            return

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                secure = "; Secure" if scope.get("scheme") == "https" else ""
                MutableHeaders(scope=message).append(
                    "set-cookie",
                    f"{COOKIE}={secrets.token_hex(16)}; Max-Age={YEAR}; Path=/; HttpOnly; SameSite=Strict{secure}",
                )
            await send(message)

        await self.app(scope, receive, with_cookie)
