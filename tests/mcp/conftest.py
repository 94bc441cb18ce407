"""A folder with a contract for the server to serve."""

import sys
from pathlib import Path

import pytest

from authpact.contract import default_contract, to_toml

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with the default contract and nothing else."""
    (tmp_path / "authpact.toml").write_text(to_toml(default_contract()), "utf-8")
    return tmp_path
