"""Who signs and how: `token.algorithm`, or the family `token.mode` where no name is given."""

import re
from collections.abc import Iterator
from typing import Final

from authpact.brief._fact import Mention, mention
from authpact.brief._reading import Reading

_NAMES: Final = (
    ("HS256", r"HS[ -]?256|HMAC[ -]?SHA-?256|HMAC"),
    ("EdDSA", r"EdDSA|Ed[ -]?25519"),
    ("ES256", r"ES[ -]?256(?!K)|ECDSA|P-256"),
    ("RS256", r"RS[ -]?256|RSA(?![ -]?PSS)"),
    ("PS256", r"PS[ -]?256|RSA-?PSS"),
    ("HS384", r"HS[ -]?384"),
    ("HS512", r"HS[ -]?512"),
    ("RS512", r"RS[ -]?(?:384|512)"),
    ("ES512", r"ES[ -]?(?:384|512|256K)"),
    ("PS512", r"PS[ -]?(?:384|512)"),
    ("Ed448", r"Ed448"),
)
NEAREST: Final = {
    "HS384": "HS256", "HS512": "HS256", "RS512": "RS256",
    "ES512": "ES256", "PS512": "PS256", "Ed448": "EdDSA",
}  # fmt: skip
"""What a contract offers instead of an algorithm it does not know."""
_NAME: Final = re.compile(
    "|".join(
        rf"(?P<a{i}>(?<![A-Za-z0-9]){pattern}(?![A-Za-z0-9]))"
        for i, (_, pattern) in enumerate(_NAMES)
    ),
    re.IGNORECASE,
)
_FAMILY: Final = re.compile(
    r"(?P<jwks>\bjwks\b|(?<!\w)asymm?etri\w*|\bassim[ée]tric\w*|\basimetri\w*|\basim[ée]tric\w*|\basimmetric\w*|"
    r"\bpublic[ /-](?:and )?private[ -]keys?|\bpublic[ -]keys?(?! ?infra)|\bkey ?-?pairs?\b|\bkey ?sets?\b|"
    r"öffentliche\w* schlüssel|schlüsselpaar|clés? publiques?|claves? públicas?|chaves? públicas?|"
    r"chiav[ei] pubblic\w+|publieke sleutels?|kluczy? publiczn\w+|açık anahtar|非对称|非對稱|公钥|公開鍵|非対称)|"
    r"(?P<shared>\bshared[ -]?(?:jwt |signing |hmac )?(?:secrets?|keys?)\b|(?<!a)\bsymm?etri\w*|"
    r"\b(?:same|common|one|single) (?:shared )?(?:jwt |signing )?secrets?\b(?: key)?|"
    r"gemeinsame\w* (?:geheimnis|schlüssel|secret)|(?:secret|clé) partagée?s?|(?:secreto|clave) compartid[oa]|"
    r"(?:chave secreta|segredo|chave) compartilhad[ao]|(?:segreto|chiave) condivis[oa]|gedeeld\w* (?:geheim|sleutel|secret)|"
    r"wspóln\w+ (?:sekret|klucz)\w*|ortak (?:gizli )?anahtar|paylaşılan (?:gizli )?anahtar|"
    r"共享密钥|共享金鑰|(?<!非)对称|共通鍵|(?<!非)対称|共有(?:シークレット|鍵))",
    re.IGNORECASE,
)
_UNRELATED: Final = re.compile(
    r"\b(?:bcrypt|argon2?|stripe|webhooks?|disk|at rest|ssh|tls|x-api-key|cookies? (?:is|are) signed)\b",
    re.IGNORECASE,
)


def find(reading: Reading) -> Iterator[Mention]:
    """Yield names as `token.algorithm` and families as `token.mode`."""
    for sentence in reading.sentences:
        if _UNRELATED.search(sentence.text) and not re.search(
            r"jwts?|tokens?", sentence.text, re.IGNORECASE
        ):
            continue
        for match in _NAME.finditer(sentence.text):
            name = _NAMES[int(str(match.lastgroup)[1:])][0]
            yield mention(sentence, "token.algorithm", name, match.span())
        for match in _FAMILY.finditer(sentence.text):
            mode = "jwks" if match["jwks"] else "shared-secret"
            yield mention(sentence, "token.mode", mode, match.span())
