"""Accounts, sessions that end, slowed tries, and a door that nothing goes round."""

import io
import stat
import sys
from contextlib import suppress
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from assistant.accounts import HOURS, Accounts, TooManyTries
from assistant.cli import main
from assistant.guard import COOKIE, Guard, must_be_guarded
from assistant.web.state import may_change
from corpus.errors import CasfError

PASSWORD = "un cheval correct, une pile"


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def accounts(tmp_path, clock):
    accounts = Accounts(tmp_path, clock)
    accounts.add("claire", PASSWORD)
    return accounts


def test_a_password_is_kept_hashed_and_only_for_its_owner(accounts, tmp_path):
    assert accounts.check("claire", PASSWORD) and not accounts.check("claire", PASSWORD + "s")
    kept = (tmp_path / "accounts.json").read_text()
    assert PASSWORD not in kept and "$argon2id$" in kept
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / "accounts.json").stat().st_mode) == 0o600


def test_weak_passwords_and_bad_names_are_refused(accounts):
    with pytest.raises(CasfError, match="12 caractères"):
        accounts.add("paul", "court")
    for name in ("", "../paul", "a|b", "x" * 81, "<b>"):
        with pytest.raises(CasfError, match="nom de compte"):
            accounts.add(name, PASSWORD)


def test_tries_are_slowed_for_known_and_unknown_names_alike(accounts, clock):
    for name in ("claire", "inconnue"):
        for _ in range(4):
            assert not accounts.check(name, "faux")
        with pytest.raises(TooManyTries):
            accounts.check(name, PASSWORD)
    clock.now += 301
    assert accounts.check("claire", PASSWORD)


def test_a_clock_set_back_locks_nobody_out_and_lengthens_no_session(accounts, clock):
    token = accounts.token("claire")
    for _ in range(8):
        with suppress(TooManyTries):
            accounts.check("claire", "faux")
    clock.now -= 24 * 3600
    assert accounts.user_of(token) is None
    assert accounts.check("claire", PASSWORD)
    assert accounts.user_of(accounts.token("claire")) == "claire"


def test_a_session_ends_with_time_a_new_password_or_the_account(accounts, clock, tmp_path):
    token = accounts.token("claire")
    assert accounts.user_of(token) == "claire"
    assert Accounts(tmp_path, clock).user_of(token) == "claire"  # another server on the same home
    for forged in ("", "x", token[:-1] + ("0" if token[-1] != "0" else "1"), token.replace(".", ".."), "é.é"):
        assert accounts.user_of(forged) is None
    accounts.add("claire", PASSWORD + " neuve")
    assert accounts.user_of(token) is None
    token = accounts.token("claire")
    clock.now += HOURS * 3600 + 1
    assert accounts.user_of(token) is None
    token = accounts.token("claire")
    accounts.remove("claire")
    assert accounts.user_of(token) is None


async def _who(request):
    return PlainTextResponse(getattr(request.state, "user", "personne"))


def served(**door) -> TestClient:
    app = Starlette(routes=[Route("/{path:path}", _who, methods=["GET", "POST"])])
    return TestClient(Guard(app, **door), base_url="http://casf.test", follow_redirects=False)


def test_without_a_session_nothing_is_served(accounts):
    client = served(accounts=accounts)
    assert client.get("/", headers={"accept": "text/html"}).headers["location"] == "/connexion"
    for path in ("/gradio_api/info", "/gradio_api/file=/etc/passwd", "/mcp", "/connexion/x", "//connexion", "/./x"):
        assert client.get(path).status_code == 401
    assert client.post("/gradio_api/run/ask").status_code == 401


def test_the_door_lets_a_known_person_in_and_out(accounts):
    client = served(accounts=accounts)
    assert "Mot de passe" in client.get("/connexion").text
    wrong = client.post("/connexion", data={"nom": '"><script>alert(1)</script>', "passe": "x"})
    assert wrong.status_code == 401 and "<script>" not in wrong.text
    entered = client.post("/connexion", data={"nom": "claire", "passe": PASSWORD})
    cookie = entered.headers["set-cookie"]
    assert entered.status_code == 303 and "HttpOnly" in cookie and "SameSite=lax" in cookie
    assert client.get("/").text == "claire"
    client.post("/deconnexion")
    assert client.get("/").status_code == 401


def test_another_site_cannot_act_in_ones_name(accounts):
    client = served(accounts=accounts)
    client.cookies.set(COOKIE, accounts.token("claire"))
    assert client.post("/x").text == "claire"
    assert client.post("/x", headers={"origin": "http://casf.test"}).text == "claire"
    for headers in ({"origin": "http://ailleurs.test"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        assert client.post("/x", headers=headers).status_code == 403


def test_only_an_administrator_may_change_what_all_share(accounts, tmp_path, clock, capsys, monkeypatch):
    accounts.add("ana", PASSWORD, admin=True)
    assert accounts.check("ana", PASSWORD) and accounts.user_of(accounts.token("ana")) == "ana"
    engine = SimpleNamespace(settings=SimpleNamespace(home=tmp_path))

    def may(**state: str) -> bool:
        return may_change(engine, SimpleNamespace(state=SimpleNamespace(**state)))

    assert may() and may(user="ana") and not may(user="claire") and not may(user="inconnu")
    for extra, right in (["--admin"], True), ([], False):
        monkeypatch.setattr(sys, "stdin", io.StringIO(PASSWORD + "\n"))
        assert main(["--home", str(tmp_path), "user", "add", "claire", *extra]) == 0
        assert may(user="claire") is right
    assert main(["--home", str(tmp_path), "user", "list"]) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == ["ana (administrateur)", "claire"]


def test_a_trusted_proxy_names_the_user(accounts):
    client = served(header="X-Forwarded-User")
    assert client.get("/").status_code == 401
    assert client.get("/", headers={"X-Forwarded-User": "paul@exemple.fr"}).text == "paul@exemple.fr"


def test_every_answer_carries_the_headers_that_close_the_page():
    answer = served().get("/")
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff" and answer.text == "personne"


def test_beyond_this_machine_a_door_is_required(tmp_path, accounts):
    assert must_be_guarded("127.0.0.1", Accounts(tmp_path / "neuf"), "") is False
    with pytest.raises(CasfError, match="casf user add"):
        must_be_guarded("0.0.0.0", Accounts(tmp_path / "neuf"), "")
    assert must_be_guarded("0.0.0.0", accounts, "") and must_be_guarded("0.0.0.0", Accounts(tmp_path / "neuf"), "X-User")


def test_accounts_by_the_command(tmp_path, capsys, monkeypatch):
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
    assert main(["--home", str(tmp_path), "user", "add", "paul"]) == 0
    assert main(["--home", str(tmp_path), "user", "list"]) == 0
    assert "paul" in capsys.readouterr().out
    assert main(["--home", str(tmp_path), "user", "remove", "paul"]) == 0
    assert main(["--home", str(tmp_path), "user", "remove", "paul"]) == 2
