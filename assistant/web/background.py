"""Work that takes long, off the page's thread: the first build of the index, and tasks that report their progress."""

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any, Literal

from assistant.engine import Engine
from corpus.cards import load_cards
from corpus.errors import CasfError
from ingest.embedding import Progress
from ingest.workspace import DEMO

Task = Literal["open", "rebuild", "sync"]
INTERNAL = "Une erreur interne empêche de répondre. Réessayez ; si cela se répète, relancez « casf serve »."


class Preparation:
    """Builds the default index when there is none, loads the model and opens the index, in a thread of its own."""

    def __init__(self, engine: Engine):
        self._engine = engine
        self._lock = threading.Lock()
        self._running = False
        self._step = ""
        self._task: Task = "open"
        self.error = ""

    def start(self, task: Task = "open") -> None:
        """Begin, unless something is under way: open (building what is missing), rebuild the cards' index, or sync the text."""
        with self._lock:
            if self._running:
                return
            self._running, self.error, self._step, self._task = True, "", "", task
        threading.Thread(target=self._run, args=(task,), daemon=True).start()

    @property
    def said(self) -> str:
        """What is under way, in one sentence; "" when all is ready."""
        if self.error:
            return self.error
        if not self._running:
            return ""
        if self._task != "open":
            what = "L'index des fiches se reconstruit" if self._task == "rebuild" else "Le texte officiel se met à jour"
            return f"{what} ({self._step or 'préparation'}) ; l'index présent répond en attendant."
        if self._engine.has_index() and not self._step:
            return "Le modèle de recherche se charge : encore quelques secondes."
        return f"Premier lancement : l'index se construit ({self._step or 'lecture des fiches'}). Les questions attendront qu'il soit prêt."

    def _run(self, task: Task) -> None:
        try:
            if task == "sync":
                self._sync()
            elif task == "rebuild" or not self._engine.has_index():
                self._engine.build([], self._report)
                self._step = ""
            self._engine.warm()
            self._engine.workspace("").open(DEMO)  # read once, so that the first to look at it does not wait
        except CasfError as error:
            self.error = str(error)
        except Exception as error:
            self.error = f"L'index n'a pas pu être ouvert ou construit ({type(error).__name__}). Relancez « casf index build »."
        finally:
            self._running = False

    def _sync(self) -> None:
        from ingest.sync import sync

        settings, engine = self._engine.settings, self._engine
        sync(settings.home, settings.source, load_cards(), lambda: engine.embedder, progress=self._report)
        self._step = ""

    def _report(self, what: str, done: int, total: int) -> None:
        self._step = f"{what.lower()} : {100 * done // max(1, total)} %"


def stepwise(work: Callable[[Progress], Any]) -> Iterator[tuple[str, Any]]:
    """Run `work(progress)` in a thread: ("Lecture du document : 3 sur 24", None) as it goes, then ("", its result).

    Raises what `work` raises.
    """
    said: queue.Queue[str | None] = queue.Queue()
    out: dict[str, Any] = {}

    def run() -> None:
        try:
            out["result"] = work(lambda what, done, total: said.put(f"{what} : {done} sur {total}"))
        except Exception as error:
            out["error"] = error
        finally:
            said.put(None)

    threading.Thread(target=run, daemon=True).start()
    while (line := said.get()) is not None:
        while not said.empty() and (later := said.get()) is not None:
            line = later  # only the latest is worth showing
        yield line, None
        if "result" in out or "error" in out:
            break
    if "error" in out:
        raise out["error"]
    yield "", out["result"]
