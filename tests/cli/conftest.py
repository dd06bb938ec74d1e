from pathlib import Path

import pytest


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An own store for one test, named by the environment; no key is set."""
    path = tmp_path / "store.duckdb"
    monkeypatch.setenv("POLYCOMPASS_STORE", str(path))
    for variable in ("OPENAI_API_KEY", "HOSTED_VLLM_API_KEY"):
        monkeypatch.delenv(variable, raising=False)
    return path
