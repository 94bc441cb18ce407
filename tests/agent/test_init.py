"""`authpact init --model`: the same contract, and a line for everything the model said."""

import json
from pathlib import Path

import pytest
from pydantic_ai import models
from pydantic_ai.models.test import TestModel

from authpact.cli._app import run

models.ALLOW_MODEL_REQUESTS = False

BRIEF = "A notes app. Users see only their own notes. Sign with ES256."


def contract(capsys: pytest.CaptureFixture[str], *options: str) -> object:
    assert run(["init", BRIEF, "--format", "json", *options]) == 0
    return json.loads(capsys.readouterr().out)["contract"]


def test_a_model_that_quotes_nothing_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert contract(capsys, "--model", "test") == contract(capsys)


def test_what_a_model_added_and_what_was_not_taken_is_said_on_stderr(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = [
        {"field": "revocation.mode", "value": "backchannel", "evidence": "their own notes"},
        {"field": "token.algorithm", "value": "HS256", "evidence": "ES256"},
    ]
    proposing = TestModel(custom_output_args={"facts": facts})
    # The name `test` stands for this model instead of one that proposes nothing.
    monkeypatch.setattr("pydantic_ai.models.test.TestModel", lambda: proposing)
    assert run(["init", BRIEF, "--format", "json", "--model", "test"]) == 0
    said = capsys.readouterr()
    assert "test: revocation.mode = backchannel, for it reads “their own notes”" in said.err
    assert "test: not taken: token.algorithm = HS256: it is settled already" in said.err
    contract = json.loads(said.out)["contract"]
    assert contract["revocation"]["mode"] == "backchannel"
    assert contract["token"]["algorithm"] == "ES256"


def test_an_unknown_model_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", BRIEF, "--format", "json", "--model", "nobody:x"]) == 2
    assert "nobody:x cannot be used" in capsys.readouterr().err
