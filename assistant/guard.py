"""The door of the page when it is served beyond this machine: who comes in, by which way, with which headers.

An ASGI middleware in front of the whole application, files and streams included, so that nothing can be forgotten behind
it. It lets in the account that a signed cookie names, or the user that a trusted proxy names in a header (an OIDC proxy
in front); it puts the name where the page reads it (`scope["state"]["user"]`).
"""

from html import escape
from typing import Any
from urllib.parse import parse_qs, urlparse

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from assistant.accounts import HOURS, Accounts
from corpus.errors import CasfError

COOKIE = "casf_session"
LOGIN, LOGOUT = "/connexion", "/deconnexion"
STARTED = "/gradio_api/startup-events"  # what Gradio asks of itself when it starts: it tells and changes nothing
LOOPBACK = ("127.0.0.1", "localhost", "::1")
# Gradio's page has scripts and styles in its own text, and compiles some; nothing may come from, or go to, another place.
CSP = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:;"
    " font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with "no-referrer" a browser sends the login form with "Origin: null"
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def must_be_guarded(host: str, accounts: Accounts, header: str) -> bool:
    """Whether a door is needed to serve on `host`; raises `CasfError` when one is and there is neither account nor proxy."""
    if host in LOOPBACK and not header and not accounts.names():
        return False
    if not header and not accounts.names():
        raise CasfError(
            f"Servir sur {host} ouvre la page à d'autres : créez d'abord un compte (casf user add NOM), "
            "ou placez un mandataire authentifiant devant et nommez son en-tête dans CASF_TRUSTED_HEADER."
        )
    return True


class Guard:
    """The middleware. `accounts` None: everyone of this machine comes in (loopback), with the same headers.

    `header`: name of the header in which a trusted proxy gives the user; then no password is asked here.
    """

    def __init__(self, app: Any, accounts: Accounts | None = None, header: str = ""):
        self.app, self.accounts, self.header = app, accounts, header

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return

        async def sent(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refused = await self._refusal(scope, receive)
        await (refused or self.app)(scope, receive, sent)

    async def _refusal(self, scope: Any, receive: Any) -> Response | None:
        """What is answered instead of the application; None lets the request through."""
        headers = Headers(scope=scope)
        unsafe = scope["type"] == "websocket" or scope.get("method") not in ("GET", "HEAD", "OPTIONS")
        if unsafe and not _same_origin(headers):
            return PlainTextResponse("Requête refusée : elle vient d'un autre site.", 403)
        if scope["path"] == STARTED and scope.get("method") == "GET":
            return None
        user: str | None = None
        if self.header:
            user = headers.get(self.header) or None
        elif self.accounts is None:
            return None
        elif scope["type"] == "http" and scope["path"].rstrip("/") in (LOGIN, LOGOUT):
            return await self._door(Request(scope, receive))
        else:
            user = self.accounts.user_of(Request({**scope, "type": "http"}).cookies.get(COOKIE, ""))
        if user:
            scope.setdefault("state", {})["user"] = user
            return None
        if self.header:
            return PlainTextResponse("Accès refusé : l'authentification n'a pas donné d'utilisateur.", 401)
        if not unsafe and "text/html" in headers.get("accept", ""):
            return RedirectResponse(LOGIN, 303)
        return PlainTextResponse("Connectez-vous : la session est absente ou terminée.", 401)

    async def _door(self, request: Request) -> Response:
        assert self.accounts is not None
        if request.url.path.rstrip("/") == LOGOUT:
            gone = RedirectResponse(LOGIN, 303)
            gone.delete_cookie(COOKIE)
            return gone
        if request.method != "POST":
            return HTMLResponse(_form(""))
        body = (await request.body())[:10_000].decode("utf-8", "replace")
        fields = {key: values[0] for key, values in parse_qs(body).items()}
        name = fields.get("nom", "")[:80]
        try:
            if not self.accounts.check(name, fields.get("passe", "")):
                return HTMLResponse(_form("Nom ou mot de passe inconnu.", name), 401)
        except CasfError as error:
            return HTMLResponse(_form(str(error), name), 429)
        entered = RedirectResponse("/", 303)
        secure = request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
        entered.set_cookie(COOKIE, self.accounts.token(name), HOURS * 3600, httponly=True, samesite="lax", secure=secure)
        return entered


def _same_origin(headers: Headers) -> bool:
    """Whether a request that changes something comes from this page: a browser always says from where it sends one."""
    origin = headers.get("origin")
    if not origin:
        return headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
    return urlparse(origin).netloc in (headers.get("host"), headers.get("x-forwarded-host"))


def _form(message: str, name: str = "") -> str:
    told = f'<p role="alert">{escape(message)}</p>' if message else ""
    return f"""<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Connexion — casf</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{{font:1rem/1.5 system-ui,sans-serif;max-width:22rem;margin:12vh auto;padding:0 1rem;color:#16202c;background:#fff}}
label{{display:block;margin:.8rem 0 .2rem}}input,button{{font:inherit;width:100%;padding:.5rem;box-sizing:border-box}}
button{{margin-top:1.2rem;background:#0b4f9e;color:#fff;border:0;cursor:pointer}}:focus-visible{{outline:3px solid #b35900}}
[role=alert]{{border-left:4px solid #b00020;padding-left:.6rem}}</style></head><body><main><h1>Connexion</h1>{told}
<form method="post" action="{LOGIN}"><label for="nom">Nom</label><input id="nom" name="nom" autocomplete="username" required value="{escape(name)}">
<label for="passe">Mot de passe</label><input id="passe" name="passe" type="password" autocomplete="current-password" required>
<button type="submit">Entrer</button></form><p>Ce service n'est pas un service officiel de l'État.</p></main></body></html>"""
