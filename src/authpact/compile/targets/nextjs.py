"""The Next.js and Better Auth wiring: issuer, clients, route handlers, `proxy.ts`, scripts.

The TypeScript is static: one generated file carries the values of the contract, and a manifest
says which variant of each other file a contract takes.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Final, TypedDict

from authpact.compile._plan import OutputFile
from authpact.contract import Contract

_ROOT: Final = files("authpact.compile") / "templates" / "nextjs"
_BASE_PATH: Final = "/api/auth"
_FOOTER: Final = """
/** Written out in full: Next.js puts the value in the place of exactly this expression. */
export const publicApiUrl: string | undefined = process.env.{name} || undefined;
"""


class _Entry(TypedDict):
    template: str
    emit: str
    when: dict[str, str]


class _Manifest(TypedDict):
    generated: str
    files: list[_Entry]


@cache
def _manifest() -> _Manifest:
    manifest: _Manifest = json.loads((_ROOT / "files.json").read_text(encoding="utf-8"))
    return manifest


def _traits(contract: Contract) -> dict[str, str]:
    return {
        "mode": contract.token.mode,
        "storage": contract.session.storage,
        "revocation": contract.revocation.mode,
        "roles": "some" if contract.roles else "none",
        "tenant": contract.tenant.mode,
    }


def _values(contract: Contract) -> dict[str, object]:
    """Return the value of `authContract`; its shape is `lib/contract-type.ts`."""
    token, keys = contract.token, contract.keys
    return {
        "project": contract.project.name,
        "mode": token.mode,
        "algorithm": token.algorithm,
        "issuer": token.issuer,
        "audience": token.audience,
        "tokenType": token.type,
        "lifetimeSeconds": token.lifetime,
        "clientId": token.client,
        "rolesClaim": token.roles_claim if contract.roles else None,
        "permissionsClaim": None,
        **({"tenantClaim": contract.tenant_claim} if contract.tenant_claim else {}),
        "sessionSeconds": contract.session.lifetime,
        "storage": contract.session.storage,
        "reissue": contract.session.reissue,
        "tokenPath": "/api-token",
        "origins": list(contract.frontend.origins),
        "roles": {name: list(role.permissions) for name, role in contract.roles.items()},
        "jwksPath": keys.jwks_path.removeprefix(_BASE_PATH),
        "revocation": {"mode": contract.revocation.mode, "path": contract.revocation.path},
        "pages": {"signIn": "/sign-in", "public": ["/", "/sign-up"]},
        "env": {
            "secret": keys.secret_env,
            "keyId": keys.key_id_env,
            "issuer": keys.issuer_env,
            "audience": keys.audience_env,
            "apiUrl": contract.frontend.api_url_env,
        },
    }


def _generated(contract: Contract) -> OutputFile:
    values = json.dumps(_values(contract), indent=2, ensure_ascii=False)
    text = (
        'import type { AuthContract } from "./contract-type.ts";\n\n'
        f"export const authContract: AuthContract = {values};\n"
        + _FOOTER.format(name=contract.frontend.api_url_env)
    )
    return OutputFile(f"frontend/{_manifest()['generated']}", text, "//")


def render(contract: Contract) -> tuple[OutputFile, ...]:
    """Return the generated values and the variant of every file that fits the contract."""
    traits = _traits(contract)
    chosen = [
        OutputFile(
            f"frontend/{entry['emit']}",
            (_ROOT / entry["template"]).read_text(encoding="utf-8"),
            "//",
        )
        for entry in _manifest()["files"]
        if all(traits[trait] == value for trait, value in entry["when"].items())
    ]
    return (_generated(contract), *chosen)
