"""What the page gives to download: conversations, sheets of contracts, comparisons. Each only to its owner."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from assistant.conversations import Conversations, conversation_markdown
from assistant.engine import Engine
from assistant.export import as_bytes
from assistant.web.user import user_of
from corpus.errors import CasfError

TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf", "md": "text/markdown; charset=utf-8", "csv": "text/csv; charset=utf-8",
}  # fmt: skip


def routes(engine: Engine) -> list[Route]:
    """The routes under /casf/."""

    def conversation(request: Request, kind: str) -> bytes:
        kept = Conversations(engine.settings.home, user_of(request)).open(request.path_params["id"])
        return as_bytes(conversation_markdown(kept), f".{kind}", kept.title)

    def sheet(request: Request, kind: str) -> bytes:
        from assistant.contract_exports import write_csv, write_xlsx
        from assistant.contract_sheet import make_sheet

        made = make_sheet(engine.workspace(user_of(request)).open(request.path_params["id"]))
        return written(lambda path: (write_csv if kind == "csv" else write_xlsx)(made, path), kind)

    def comparison(request: Request, kind: str) -> bytes:
        from assistant.contract_compare import compare, write_docx

        workspace = engine.workspace(user_of(request))
        result = compare(workspace.open(request.path_params["id"]), workspace.open(request.path_params["new"]))
        return written(lambda path: write_docx(result, path), kind)

    return [
        _route("/casf/conversation/{id}.{kind}", "conversation", ("docx", "pdf", "md"), conversation),
        _route("/casf/contrat/{id}/fiche.{kind}", "fiche-du-contrat", ("xlsx", "csv"), sheet),
        _route("/casf/contrat/{id}/{new}/comparaison.{kind}", "comparaison", ("docx",), comparison),
    ]


def written(write: Callable[[Path], Any], kind: str) -> bytes:
    """What a function writes into a file."""
    with tempfile.TemporaryDirectory(prefix="casf-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / f"fichier.{kind}"
        write(path)
        return path.read_bytes()


def _route(path: str, name: str, kinds: tuple[str, ...], make: Callable[[Request, str], bytes]) -> Route:
    async def give(request: Request) -> Response:
        kind = request.path_params["kind"]
        if kind not in kinds:
            return PlainTextResponse("Format inconnu.", 404)
        try:
            content = await run_in_threadpool(make, request, kind)
        except CasfError as error:
            return PlainTextResponse(str(error), 404)
        headers = {
            "content-disposition": f'attachment; filename="{name}.{kind}"', "cache-control": "no-store",
            "x-content-type-options": "nosniff",
        }  # fmt: skip
        return Response(content, media_type=TYPES[kind], headers=headers)

    return Route(path, give, methods=["GET"])
