import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from cyclopts import App

from authpact.cli._output import progress
from authpact.compile import development_env
from authpact.contract import load
from authpact.errors import AuthpactError

secret: Final = App(name="secret", help="Make development secrets into two .env files.")
secret.command(
    "authpact.cli._secret_rotate:rotate",
    name="rotate",
    help="Replace the shared secret in both files, with an overlap.",
)


def _refuse_tracked(file: Path) -> None:
    """Raise AuthpactError where git would take the file into a commit."""
    git = shutil.which("git")
    if git is None or not file.parent.is_dir():
        return
    inside = subprocess.run(  # noqa: S603  # the resolved git, fixed arguments
        [git, "-C", str(file.parent), "rev-parse", "--is-inside-work-tree"],
        capture_output=True, check=False,
    )  # fmt: skip
    if inside.returncode:
        return
    ignored = subprocess.run(  # noqa: S603  # the resolved git, fixed arguments
        [git, "-C", str(file.parent), "check-ignore", "-q", file.name],
        capture_output=True, check=False,
    )  # fmt: skip
    if ignored.returncode:
        raise AuthpactError(f"{file} is not ignored by git; add a line `.env` to .gitignore first")


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)


@secret.default
def create(
    *,
    contract: Path = Path("authpact.toml"),
    frontend: Path = Path("frontend"),
    backend: Path = Path("backend"),
) -> int:
    """Make fresh development secrets and write them into two untracked .env files.

    Existing files are kept. Nothing secret is printed.

    Parameters
    ----------
    contract
        The contract.
    frontend
        Folder of the Next.js application, relative to the contract.
    backend
        Folder of the FastAPI application, relative to the contract.
    """
    loaded = load(contract)
    texts = development_env(loaded)
    files = {
        contract.parent / frontend / ".env": texts["frontend"],
        contract.parent / backend / ".env": texts["backend"],
    }
    present = [str(file) for file in files if file.exists()]
    if present:
        raise AuthpactError(
            f"{' and '.join(present)} exist and are kept; both files are made together, "
            "so move them away to get new ones"
        )
    for file in files:
        _refuse_tracked(file)
    for file, text in files.items():
        _write(file, text)
        progress(f"wrote {file} (readable by you only)")
    return 0
