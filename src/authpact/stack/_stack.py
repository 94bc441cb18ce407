"""The whole stack on this machine: Better Auth under Node, FastAPI under uvicorn, fresh secrets."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from authpact.compile import fresh_secret
from authpact.contract import Contract
from authpact.errors import ProbeError
from authpact.probe import Signer, Signing, System, generate, shared
from authpact.stack._node import find_node, install
from authpact.stack._process import LOCAL, Program, free_port, running
from authpact.stack._relay import relaying

Say = Callable[[str], None]
_FRONTEND_PORT: Final = 3000
_API_PORT: Final = 8000
_STORE_VARIABLE: Final = "REDIS_URL"
"""The one service that a contract may ask for and that the stack does not bring along."""


@dataclass(frozen=True, slots=True)
class Project:
    """Where the two halves are: `frontend/` with the wiring, `backend/` with `app.main:app`."""

    root: Path
    contract_file: Path

    @property
    def frontend(self) -> Path:
        """The Next.js application, or just the compiled wiring."""
        return self.root / "frontend"

    @property
    def backend(self) -> Path:
        """The FastAPI application."""
        return self.root / "backend"

    @property
    def built(self) -> bool:
        """Tell whether `next build` was run, so that people can click through the application."""
        return (self.frontend / ".next" / "BUILD_ID").exists()


@dataclass(frozen=True, slots=True)
class Databases:
    """Addresses of databases to use instead of fresh SQLite files; their content is kept."""

    auth: str | None = field(default=None, repr=False)
    api: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class _Keys:
    """What both sides are started with; nothing of it outlives the run."""

    signing: Signing
    secrets: Mapping[str, str] = field(repr=False)
    better_auth_secret: str = field(repr=False)


def _keys(contract: Contract) -> _Keys:
    if not contract.algorithm.symmetric:
        probe_key = generate(contract.token.algorithm, "probe-key")
        return _Keys(Signing(probe_key), {}, fresh_secret())
    secrets = {"current": fresh_secret(), "next": fresh_secret(), "retired": fresh_secret()}
    signers: dict[str, Signer] = {kid: shared(text, kid) for kid, text in secrets.items()}
    signing = Signing(signers["current"], signers["next"], signers["retired"])
    return _Keys(signing, secrets, fresh_secret())


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack that is to run: addresses, folders and keys."""

    contract: Contract
    project: Project
    work: Path
    keys: _Keys
    auth_url: str
    api_url: str
    databases: Databases

    def issuer_environ(self) -> dict[str, str]:
        """Return the environment of the Better Auth side."""
        names = self.contract.keys
        signing = (
            {names.secret_env: self.keys.secrets["current"], names.key_id_env: "current"}
            if self.keys.secrets
            else {}
        )
        return find_node().environ(
            {
                "BETTER_AUTH_SECRET": self.keys.better_auth_secret,
                "BETTER_AUTH_URL": self.auth_url,
                "PORT": self.auth_url.rpartition(":")[2],
                "DATABASE_URL": self.databases.auth or f"file:{self.work / 'auth.db'}",
                self.contract.frontend.api_url_env: self.api_url,
                **signing,
            }
        )

    def api_environ(self, jwks_url: str | None) -> dict[str, str]:
        """Return the environment of the FastAPI side; never Better Auth's own secret."""
        names = self.contract.keys
        accepted = ",".join(
            f"{kid}:{self.keys.secrets[kid]}" for kid in ("current", "next") if self.keys.secrets
        )
        keys = (
            {names.jwks_url_env: jwks_url} if jwks_url else {names.verification_keys_env: accepted}
        )
        store = os.environ.get(_STORE_VARIABLE)
        return find_node().environ(
            {
                **keys,
                **({_STORE_VARIABLE: store} if store else {}),
                "AUTHPACT_CONTRACT": str(self.project.contract_file.resolve()),
                "CORS_ORIGINS": self.auth_url,
                "DATABASE_URL": self.databases.api or f"sqlite:///{self.work / 'app.db'}",
                "PYTHONUNBUFFERED": "1",
            }
        )

    def grant_role(self, email: str, role: str) -> None:
        """Give a user a role the way an operator does. Raises ProbeError when that fails."""
        done = subprocess.run(  # noqa: S603  # the resolved node, arguments of ours
            [str(find_node().binary), "scripts/set-role.ts", email, role],
            cwd=self.issuer_folder, env=self.issuer_environ(), capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        if done.returncode:
            raise ProbeError(f"the role could not be granted: {done.stderr.strip()[-300:]}")

    @property
    def issuer_folder(self) -> Path:
        """Where the issuer runs: the built application, or a copy with three npm packages."""
        return self.project.frontend if self.project.built else self.work / "issuer"

    def prepare_issuer(self, say: Say) -> None:
        """Copy the wiring beside its few packages and install them once."""
        if self.project.built:
            return
        folder = self.issuer_folder
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("lib", "scripts"):
            shutil.rmtree(folder / name, ignore_errors=True)
            shutil.copytree(self.project.frontend / name, folder / name)
        with as_file(files("authpact.stack") / "issuer") as packages:
            lock = (packages / "package-lock.json").read_bytes()
            known = folder / "package-lock.json"
            if (folder / "node_modules").is_dir() and known.exists() and known.read_bytes() == lock:
                return
            shutil.copy(packages / "package.json", folder)
            known.write_bytes(lock)
        say("installing Better Auth (npm, once)")
        install(folder)

    def issuer_program(self) -> Program:
        """Return the Next.js application when it is built, else the standalone issuer."""
        node = str(find_node().binary)
        script = ["scripts/issuer.ts"]
        if self.project.built:
            script = ["node_modules/next/dist/bin/next", "start", "-H", LOCAL]
        return Program(
            "Next.js with Better Auth" if self.project.built else "Better Auth",
            [node, *script],
            self.issuer_folder,
            self.issuer_environ(),
            f"{self.auth_url}/api/auth/ok",
            self.work / "issuer.log",
        )

    def api_program(self, jwks_url: str | None) -> Program:
        """Return the FastAPI application under uvicorn."""
        port = self.api_url.rpartition(":")[2]
        return Program(
            "FastAPI",
            # Probes put tokens into query strings, and an access log would keep them.
            [
                *(sys.executable, "-m", "uvicorn", "app.main:app"),
                *("--host", LOCAL, "--port", port, "--no-access-log"),
            ],
            self.project.backend,
            self.api_environ(jwks_url),
            f"{self.api_url}/openapi.json",
            self.work / "api.log",
        )


def _plan(
    contract: Contract, project: Project, work: Path, databases: Databases, *, familiar: bool
) -> Stack:
    wanted = (_FRONTEND_PORT, _API_PORT) if familiar or project.built else (0, 0)
    auth_port, api_port = (free_port(port) for port in wanted)
    if project.built and (auth_port, api_port) != (_FRONTEND_PORT, _API_PORT):
        raise ProbeError(
            f"the built application needs the ports {_FRONTEND_PORT} and {_API_PORT}; "
            "stop what uses them, or remove frontend/.next to run Better Auth alone"
        )
    work.mkdir(parents=True, exist_ok=True)
    for leftover in work.glob("*.db*"):
        leftover.unlink()
    return Stack(
        contract, project, work.resolve(), _keys(contract),
        f"http://localhost:{auth_port}", f"http://localhost:{api_port}", databases,
    )  # fmt: skip


@contextmanager
def launch(  # what to run, where, and what may replace the defaults
    contract: Contract,
    project: Project,
    work: Path,
    say: Say,
    *,
    databases: Databases = Databases(),  # frozen
    familiar: bool = False,
) -> Iterator[System]:
    """Start both sides with fresh secrets and empty databases; stop them at the end.

    With `familiar` the ports are 3000 and 8000 where these are free, else any free ones.

    Raises ProbeError with the last lines of a program that does not come up.
    """
    stack = _plan(contract, project, work, databases, familiar=familiar)
    stack.prepare_issuer(say)
    with ExitStack() as running_programs:
        issuer = stack.issuer_program()
        say(f"starting {issuer.name} at {stack.auth_url}")
        running_programs.enter_context(running(issuer))
        jwks_url = None
        if not contract.algorithm.symmetric:
            upstream = f"{stack.auth_url}{contract.keys.jwks_path}"
            extra = stack.keys.signing.current.public
            jwks_url = running_programs.enter_context(relaying(upstream, extra))
        say(f"starting FastAPI at {stack.api_url}")
        running_programs.enter_context(running(stack.api_program(jwks_url)))
        yield System(
            str(project.root), stack.api_url, stack.auth_url, stack.keys.signing,
            stack.keys.better_auth_secret, stack.grant_role,
        )  # fmt: skip
