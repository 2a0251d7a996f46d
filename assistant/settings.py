"""What a user can set, by environment variable or command-line option. Nothing else reads the environment here."""

import os
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_dir

from corpus.errors import CasfError

OFFLINE = {
    "ANONYMIZED_TELEMETRY": "False",  # Chroma
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "TOKENIZERS_PARALLELISM": "true",
    # Threads that wait asleep: spinning ones slow every question down as soon as the machine does something else.
    "OMP_WAIT_POLICY": "PASSIVE",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """`home` holds everything that is written; `model` is a sentence-transformers folder or Hub name ("" = the built-in one);
    `source` is where `casf sync` brings the official text from (`ingest.sync`; "" = the public Markdown copy);
    `llm` is an `init_chat_model` string ("" = no language model), `llm_timeout` the seconds that it has for an answer."""

    home: Path
    model: str = ""
    user: str = "local"
    source: str = ""
    llm: str = ""
    llm_timeout: float = 60.0
    retention_days: int = 0  # contracts and conversations older than that are erased; 0 keeps them
    reranker: str = ""  # a CrossEncoder of sentence-transformers, folder or Hub name

    @classmethod
    def load(cls, home: str | None = None) -> "Settings":
        """From `home` (or CASF_HOME, or the platform's user data folder) and the variables CASF_MODEL, _SOURCE, _LLM, _LLM_TIMEOUT, _RERANKER, _RETENTION_DAYS."""
        for name, value in OFFLINE.items():
            os.environ.setdefault(name, value)
        folder = home or os.environ.get("CASF_HOME") or user_data_dir("casf", appauthor=False)
        try:
            seconds = float(os.environ.get("CASF_LLM_TIMEOUT", "60"))
        except ValueError:
            raise CasfError("CASF_LLM_TIMEOUT doit être un nombre de secondes.") from None
        days = os.environ.get("CASF_RETENTION_DAYS", "").strip() or "0"
        if not days.isdecimal() or int(days) > 36_500:
            raise CasfError("CASF_RETENTION_DAYS doit être un nombre de jours.")
        return cls(
            home=Path(folder).expanduser().resolve(),
            model=os.environ.get("CASF_MODEL", ""),
            source=os.environ.get("CASF_SOURCE", ""),
            llm=os.environ.get("CASF_LLM", "").strip(),
            llm_timeout=seconds,
            retention_days=int(days),
            reranker=os.environ.get("CASF_RERANKER", "").strip(),
        )
