"""`models` and `test-model`, and keys that are never printed."""

from pathlib import Path

import pytest
from commanding import ESCAPE
from servers import Answer, completion, error, serve

from core.cli import main


def test_models_say_whether_a_key_is_set_and_never_the_key(
    store: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["models", "gpt-4o"]) == 0
    assert "key missing: OPENAI_API_KEY" in capsys.readouterr().out
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret-0123456789")
    assert main(["models"]) == 0
    printed = capsys.readouterr()
    (line,) = [line for line in printed.out.splitlines() if line.startswith("openai/gpt-4o ")]
    assert "key set" in line and "secret" not in printed.out + printed.err
    assert "no key needed" in next(line for line in printed.out.splitlines() if line.startswith("embedded/"))
    assert main(["models", "no such thing"]) == 0
    assert "Nothing" in capsys.readouterr().out


def test_a_model_is_tried_with_one_call(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serve([Answer(body=completion(f"ready{ESCAPE}"))]) as server:
        assert main(["test-model", "hosted_vllm/m", "--api-base", server.address]) == 0
        assert server.count == 1
    printed = capsys.readouterr().out
    assert "tokens: 11 in, 7 out" in printed and "\x1b" not in printed and "\\x1b" in printed
    with serve([error(404, f"no such model {ESCAPE}")]) as server:
        assert main(["test-model", "hosted_vllm/m", "--api-base", server.address]) == 1
    printed = capsys.readouterr().err
    assert "not_found" in printed and "no such model" in printed and "\x1b" not in printed


def test_a_run_whose_key_is_wrong_fails_with_code_1_and_keeps_the_key_to_itself(
    store: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOSTED_VLLM_API_KEY", "very-secret-0123456789")
    with serve("unauthorized") as server:
        assert main(["run", "--model", "hosted_vllm/m", "--api-base", server.address]) == 1
    printed = capsys.readouterr()
    assert "failed: run" in printed.out and "authentication" in printed.out and "no scores" in printed.out
    assert "run --resume" in printed.out
    assert "secret" not in printed.out + printed.err
