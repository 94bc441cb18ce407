from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from authpact.cli._env_file import EnvFile
from authpact.cli._output import emit
from authpact.compile import fresh_secret
from authpact.contract import Contract, load, parse_duration, render_duration
from authpact.errors import AuthpactError, ConfigurationError
from authpact.verify import SharedSecrets

_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
_LONGEST: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class _Rotation:
    """The change of both files; only the two mappings hold secrets."""

    old: str
    new: str
    retires: datetime
    cleared: tuple[str, ...]
    frontend: dict[str, str]
    backend: dict[str, str]


def _plan(
    contract: Contract, frontend: EnvFile, backend: EnvFile, now: datetime, overlap: timedelta
) -> _Rotation:
    names = contract.keys
    old, current = frontend.value(names.key_id_env), frontend.value(names.secret_env)
    text = backend.value(names.verification_keys_env)
    entries = dict(entry.strip().split(":", 1) for entry in text.split(",") if ":" in entry)
    accepted = _accepted(text, names.verification_keys_env, now)
    if entries.get(old, "").partition("@")[0] != current or old not in accepted:
        raise AuthpactError(
            f"{backend.file} does not accept the key that {frontend.file} signs with "
            f"({names.key_id_env}={old}); make the two fit first"
        )
    new, retires, made = _free_id(now, entries), now + overlap, fresh_secret()
    kept = {key_id: rest for key_id, rest in entries.items() if key_id in accepted}
    kept[old] = f"{current}@{retires.strftime(_TIME)}"
    kept[new] = made
    return _Rotation(
        old, new, retires, tuple(entries.keys() - kept.keys()),
        {names.secret_env: made, names.key_id_env: new},
        {names.verification_keys_env: ",".join(f"{k}:{rest}" for k, rest in kept.items())},
    )  # fmt: skip


def _accepted(text: str, variable: str, now: datetime) -> frozenset[str]:
    """Return the ids of the keys that verify now. Raises AuthpactError for a list that is wrong."""
    moment = now.timestamp()
    try:
        return frozenset(SharedSecrets.parse(text, variable, {}, lambda: moment).in_use(moment))
    except ConfigurationError as error:
        raise AuthpactError(str(error)) from None


def _overlap(text: str) -> timedelta:
    try:
        overlap = timedelta(seconds=parse_duration(text))
    except ValueError as error:
        raise AuthpactError(f"--retire-after: {error}") from None
    if overlap > _LONGEST:
        raise AuthpactError("--retire-after: a key that is kept for a year is not retired")
    return overlap


def _free_id(now: datetime, taken: dict[str, str]) -> str:
    day = now.strftime("%Y-%m-%d")
    names = (day, *(f"{day}.{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def _steps(contract: Contract, rotation: _Rotation, overlap: timedelta, *, written: bool) -> str:
    names, token = contract.keys, contract.token
    retires = rotation.retires.strftime(_TIME)
    lines = [
        (
            f"new key {rotation.new}, old key {rotation.old} "
            f"({'written to both files' if written else 'nothing was written'})"
        ),
        f"1. API: {names.verification_keys_env} accepts both keys. Deploy it to every process.",
        (
            f"2. Frontend, after step 1 everywhere and before {retires}: {names.secret_env} and "
            f"{names.key_id_env} are those of {rotation.new}. Deploy it."
        ),
        (
            f"3. API: refuses {rotation.old} from {retires} on by itself; the next rotation drops "
            "the entry."
        ),
    ]
    if rotation.cleared:
        lines.append(f"dropped, retired before: {', '.join(sorted(rotation.cleared))}")
    longest = token.lifetime + 2 * token.leeway
    if overlap.total_seconds() < longest:
        lines.append(
            f"note: a token lives up to {render_duration(longest)}; those of the old key that are "
            "left at its retirement are refused"
        )
    return "\n".join(lines)


def rotate(
    *,
    contract: Path = Path("authpact.toml"),
    frontend: Path = Path("frontend"),
    backend: Path = Path("backend"),
    retire_after: str = "1d",
    dry_run: bool = False,
) -> int:
    """Replace the shared secret in both .env files, with an overlap of the old and the new.

    Prints the three steps; nothing secret is printed. Every other line of the files is kept.

    Parameters
    ----------
    contract
        The contract.
    frontend
        Folder of the Next.js application, relative to the contract.
    backend
        Folder of the FastAPI application, relative to the contract.
    retire_after
        How long the API accepts the old key, such as 1d; at least as long as the deployment of
        both sides and the life of a token take. After a leak: 0s.
    dry_run
        Print the steps, write nothing.
    """
    loaded = load(contract)
    if not loaded.algorithm.symmetric:
        raise AuthpactError("jwks mode has no shared secret; Better Auth rotates its own keys")
    overlap = _overlap(retire_after)
    front = EnvFile.read(contract.parent / frontend / ".env")
    back = EnvFile.read(contract.parent / backend / ".env")
    now = datetime.now(UTC)  # noqa: TID251  # a person's command starts the clock
    rotation = _plan(loaded, front, back, now, overlap)
    if not dry_run:
        back.write(rotation.backend)
        front.write(rotation.frontend)
    emit(_steps(loaded, rotation, overlap, written=not dry_run))
    return 0
