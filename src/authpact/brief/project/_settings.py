"""Settings of a project: package.json, the Better Auth configuration, names in .env examples."""

import json
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from authpact.brief._fact import Fact
from authpact.brief.project._tree import SourceFile
from authpact.brief.topics.project import slug

_NOTED: Final = ("better-auth", "next", "jose")
_ENV: Final = (
    ("token.issuer", r"BETTER_AUTH_URL|API_JWT_ISSUER"),
    ("frontend.origins", r"BETTER_AUTH_URL"),
    ("token.audience", r"NEXT_PUBLIC_API_URL|API_JWT_AUDIENCE"),
)
_PLUGIN: Final = re.compile(
    r"(?<![\w.])(?P<name>jwt|admin|organization|bearer|apiKey|twoFactor|magicLink|passkey)\s*\("
)
_BASE: Final = re.compile(r"baseURL\s*:\s*[\"'](?P<url>https?://[^\"']+)[\"']")
_ALGORITHM: Final = re.compile(
    r"keyPairConfig\s*:\s*\{[^}]*?alg\s*:\s*[\"'](?P<name>EdDSA|ES256|RS256|PS256)[\"']"
)
_DATABASE: Final = re.compile(r"\b(?P<name>postgres(?:ql)?|mysql|sqlite|mongodb)(?:\+\w+)?://")


def settings(files: tuple[SourceFile, ...]) -> Iterator[Fact]:
    """Yield what the files set, each with its place; values of secrets are never looked at."""
    for file in files:
        name = re.split(r"[/\\]", file.path)[-1]
        if name == "package.json":
            yield from _package(file)
        elif name.startswith(".env"):
            yield from _environment(file)
        elif name.endswith((".ts", ".js", ".mjs", ".tsx")) and "betterAuth(" in file.text:
            yield from _better_auth(file)


def _package(file: SourceFile) -> Iterator[Fact]:
    try:
        data = json.loads(file.text)
    except (ValueError, RecursionError):
        return
    if not isinstance(data, dict):
        return
    name = slug(str(data.get("name", "")))
    if name and name not in {"frontend", "backend", "web", "app", "client", "server", "my-app"}:
        yield _at(file, "project.name", name, '"name"')
    for group in ("dependencies", "devDependencies"):
        versions = data.get(group)
        if not isinstance(versions, dict):
            continue
        for package in _NOTED:
            if package in versions:
                yield _at(file, f"note.{package}", str(versions[package]), json.dumps(package))


def _environment(file: SourceFile) -> Iterator[Fact]:
    for field, names in _ENV:
        match = re.search(
            rf"^(?:{names})\s*=\s*[\"']?(?P<url>https?://[^\s\"'#]+)", file.text, re.MULTILINE
        )
        if match:
            url = match["url"].rstrip("/")
            value = (url,) if field == "frontend.origins" else url
            yield Fact(field, value, match[0], match.start(), match.end(), file.at(match.start()))
    found = _DATABASE.search(file.text)
    if found:
        kind = "postgresql" if found["name"].startswith("postgres") else found["name"]
        yield Fact(
            "database",
            kind,
            f"{found['name']}://",
            found.start(),
            found.end(),
            file.at(found.start()),
        )


def _better_auth(file: SourceFile) -> Iterator[Fact]:
    base = _BASE.search(file.text)
    if base:
        parts = urlsplit(base["url"])
        yield _found(file, "token.issuer", f"{parts.scheme}://{parts.netloc}", base)
    algorithm = _ALGORITHM.search(file.text)
    plugins = {match["name"]: match for match in _PLUGIN.finditer(file.text)}
    if algorithm:
        yield _found(file, "token.algorithm", algorithm["name"], algorithm)
    elif "jwt" in plugins:
        yield _found(file, "token.algorithm", "EdDSA", plugins["jwt"])
    if "admin" in plugins:
        yield _found(file, "roles", "admin", plugins["admin"])
    for name, match in plugins.items():
        yield _found(file, f"note.plugin.{name}", name, match)


def _found(file: SourceFile, field: str, value: str, match: re.Match[str]) -> Fact:
    return Fact(field, value, match[0], match.start(), match.end(), file.at(match.start()))


def _at(file: SourceFile, field: str, value: str, key: str) -> Fact:
    offset = max(file.text.find(key), 0)
    return Fact(field, value, key, offset, offset + len(key), file.at(offset))
