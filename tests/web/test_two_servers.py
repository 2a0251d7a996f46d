"""Two servers of one home behind nginx, as deploy/nginx.conf sets it: the same answers, no stop, each to its own."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import ExitStack
from getpass import getuser

import pytest
from gradio_client import Client

from assistant.accounts import Accounts
from assistant.engine import Engine
from assistant.guard import COOKIE
from assistant.settings import Settings
from evals.bench.load import serving
from ingest.workspace import DEMO_FILE
from tests.conftest import FIXTURES, ROOT

pytestmark = [pytest.mark.model, pytest.mark.slow]
NGINX = shutil.which("nginx", path=os.environ["PATH"] + os.pathsep + "/usr/sbin")
QUESTION = "Qui peut demander la domiciliation au CCAS ?"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def proxy(folder, servers, port):
    """The configuration that we ship, on other ports and without TLS, as a whole nginx.conf."""
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for named, url in zip(("127.0.0.1:7861", "127.0.0.1:7862"), servers, strict=True):
        assert named in text
        text = text.replace(named, url.removeprefix("http://"))
    text = re.sub(r"^\s*ssl_.*\n", "", text.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};"), flags=re.M)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    spare = "".join(f"{kind}_temp_path {folder / kind};\n" for kind in kinds)
    log = "log_format to '$upstream_addr $cookie_casf_session';"
    whole = f"user {getuser()};\ndaemon off;\npid {folder / 'pid'};\nerror_log {folder / 'error.log'};\nevents {{}}\n"
    (folder / "nginx.conf").write_text(f"{whole}http {{\n{log}\naccess_log {folder / 'access.log'} to;\n{spare}{text}}}\n")
    return subprocess.Popen([NGINX, "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")])


def is_up(url):
    for _ in range(600):
        try:
            urllib.request.urlopen(url, timeout=5)
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"{url} ne répond pas")


@pytest.fixture
def installation(web_home, tmp_path):
    """A home with two accounts, the addresses of its two servers, the proxy's, and nginx's log."""
    if not NGINX:
        pytest.skip("nginx n'est pas installé (Debian : apt-get install nginx-light)")
    home = tmp_path / "home"
    shutil.copytree(web_home, home)
    accounts = Accounts(home)
    for name in ("ana", "bob"):
        accounts.add(name, "une phrase assez longue")
    with ExitStack() as stack:
        started = [stack.enter_context(serving(home)) for _ in range(2)]
        servers = [url for url, _ in started]
        for url in servers:
            is_up(f"{url}/connexion")
        port = free_port()
        front = proxy(tmp_path, servers, port)
        stack.callback(front.wait, 20)
        stack.callback(front.terminate)
        is_up(f"http://127.0.0.1:{port}/connexion")
        yield accounts, home, started, f"http://127.0.0.1:{port}", tmp_path / "access.log"


def person(url, token):
    return Client(url, headers={"cookie": f"{COOKIE}={token}"}, verbose=False, analytics_enabled=False)


def answered(client, question=QUESTION, contract=""):
    for _ in range(240):  # the model is being loaded
        answer = client.predict(question, contract, api_name="/ask")
        if "se charge" not in answer.get("error", ""):
            return answer
        time.sleep(0.5)
    return answer


def test_two_servers_of_one_home_are_one_service(installation):
    accounts, home, started, front, log = installation
    servers = [url for url, _ in started]
    token = accounts.token("ana")
    first, second, through = (answered(person(url, token)) for url in (*servers, front))
    assert first["answer"] == second["answer"] == through["answer"] and first["citations"]

    # What one account adds is there at once on both, and for that account alone.
    contract = Engine(Settings.load(str(home))).workspace("compte ana").add(DEMO_FILE).id
    for url in servers:
        assert answered(person(url, token), "Quelle est la durée du contrat ?", contract)["citations"]
        assert "inconnu" in answered(person(url, accounts.token("bob")), "Quelle est la durée ?", contract)["error"]

    # A browser stays with its server, because Gradio keeps its queue there; browsers are spread over both.
    log.write_text("")
    for n in range(24):
        urllib.request.urlopen(urllib.request.Request(f"{front}/connexion", headers={"cookie": f"{COOKIE}=essai{n}"}), timeout=10)
    clients = [person(front, accounts.token(name)) for name in ("ana", "bob")]
    for client in clients:
        for _ in range(3):
            assert answered(client)["citations"]
    served: dict[str, set[str]] = {}
    for line in log.read_text().splitlines():
        to, cookie = line.split()
        served.setdefault(cookie, set()).add(to)
    assert len(served) == 26 and all(len(to) == 1 for to in served.values())
    assert len(set.union(*served.values())) == 2

    # A new generation, while people ask: nobody is refused, and both servers follow.
    errors, stop = [], threading.Event()

    def keep_asking(client):
        while not stop.is_set():
            try:
                if not client.predict(QUESTION, "", api_name="/ask").get("citations"):
                    errors.append("sans citation")
            except Exception as error:
                errors.append(repr(error))

    threads = [threading.Thread(target=keep_asking, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    rows = [json.loads(line) for line in (FIXTURES / "ten.jsonl").read_text(encoding="utf-8").splitlines()]
    (home / "onze.jsonl").write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in [*rows, renumbered(rows[0], "L999-9")]), encoding="utf-8"
    )
    command = [sys.executable, "-m", "assistant", "--home", str(home), "index", "build", "--source", str(home / "onze.jsonl")]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    seen = [person(url, token).predict("L999-9", api_name="/article")["found"] for url in servers]
    stop.set()
    for thread in threads:
        thread.join(60)
    assert seen == [True, True] and not errors


def renumbered(row, num):
    return json.loads(json.dumps(row, ensure_ascii=False).replace(row["num"], num))


def test_the_other_server_goes_on_alone(installation):
    accounts, _, started, front, _ = installation
    answered(person(front, accounts.token("ana")))
    os.kill(started[0][1], signal.SIGKILL)
    for name in ("ana", "bob"):
        assert answered(person(front, accounts.token(name)))["citations"]
