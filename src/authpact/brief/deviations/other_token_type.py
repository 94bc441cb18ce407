import re
from collections.abc import Iterator
from typing import Final

from authpact.brief._reading import Reading
from authpact.brief._variant import Kind, Sighting, Variant, wanted

_JWT_ONLY: Final = "People and programs alike call with the access token of Better Auth; a program gets a Better Auth user of its own."
_CREDENTIAL: Final = Variant(
    "other-credential",
    re.compile(
        r"\b(?:x-)?api[ -]?keys?\b|\bX-API-KEY\b|\bapi[ -]?schlüssel\b|\bclés? d['’]api\b|\bclaves? (?:de )?api\b|\bchaves? de api\b|\bchiav[ei] api\b|\bapi-sleutels?\b|API密钥|APIキー|"
        r"\b(?:http )?basic[ -]auth\w*|\bhttp basic\b|\bpaseto\w*|\bsaml\w*|\bmtls\b|\bmutual tls\b|\bclient certificates?\b|\bmacaroons?\b|\bbranca\b|\bbiscuit tokens?\b|"
        r"\bpersonal access tokens?\b|\b(?:hmac[- ])?signed requests?\b|\bsigv4\b|\bkerberos\b|\bntlm\b|\bdigest auth\w*|\bencrypted (?:jwts?|tokens)\b|\bJWEs?\b|"
        r"\bid[ _-]?tokens? (?:to|at|for|against) (?:the )?(?:api|backend|fast ?api)",
        re.IGNORECASE,
    ),
    "A second kind of credential needs its own issuing, storage, rotation and revocation, and every route must say which one it takes.",
    _JWT_ONLY,
    unless=re.compile(
        r"\b(?:openai|anthropic|stripe|sendgrid|resend|mailgun|twilio|google maps|maps|weather|gemini|third[- ]party|external|neon|cohere|s3|aws)\b[^.;]{0,30}\bapi[ -]?keys?|\b[A-Z]+_API_KEY\b|"
        r"\bapi[ -]?keys? (?:of|for|from) (?:openai|stripe|the \w+ (?:provider|service))|\bsame as (?:an? )?api key",
        re.IGNORECASE,
    ),
)
_OPTIONS: Final = Variant(
    "invented-jwt-options",
    re.compile(
        r"\bjwt\(\s*\{[^}]*?\b(?:algorithm|secret|jwtSecret|expiresIn|signingKey|alg)\b\s*:|"
        r"\bjwt(?:\(\))?[ -]?plugin\b[^.;]{0,60}\b(?:with|uses?|using|to use|set to|configured?|option\w*|mit|avec|con|com)\b[^.;]{0,40}\b(?:HS256|algorithm|expiresIn|shared secret|jwtSecret|secret option)|"
        r"\b(?:configure|set)\b[^.;]{0,20}\bjwt(?:\(\))?[ -]?plugin\b[^.;]{0,50}\b(?:HS256|expiresIn|shared secret)|\bstrategy\s*:\s*[\"']jwt[\"']",
        re.IGNORECASE,
    ),
    "The `jwt()` plugin has no such options: measured with 1.7.25, `algorithm`, `secret` and `expiresIn` are ignored without a word, the token is EdDSA for 15 minutes, and Python refuses every one.",
    "`shared-secret` mode signs HS256 in a plugin endpoint of ours; `jwks` mode uses `jwt()` as it is and fetches the public keys.",
)
_BOTH: Final = Variant(
    "both-algorithms",
    re.compile(r"(?!)"),
    "Two algorithm families on one code path are how key confusion happens: a public key becomes an HS256 secret (RFC 8725 section 3.1).",
    "One algorithm for one API: HS256 with a dedicated secret, or a key pair with a published key set.",
)
_PAIR: Final = re.compile(
    r"\bHS ?-?256\b[^.;?]{0,30}?\b(?:and|as well as|plus|und|et|y|e|en|&|\+|also|und auch)\b[^.;?]{0,25}?\b(?:RS ?-?256|ES ?-?256|EdDSA|PS ?-?256|JWKS|asymmetric)\b|"
    r"\b(?:RS ?-?256|ES ?-?256|EdDSA|PS ?-?256|JWKS)\b[^.;?]{0,30}?\b(?:and|as well as|plus|und|et|y|e|en|&|\+|also)\b[^.;?]{0,25}?\b(?:HS ?-?256|shared[- ]secret)\b",
    re.IGNORECASE,
)
_ACCEPT: Final = re.compile(
    r"\b(?:both|accept\w*|support\w*|allow\w*|algorithms\s*[=:]|at the same time|in parallel|depending|akzeptier\w*|beide|unterstütz\w*|accepte\w*|les deux|acept\w+|ambos|aceit\w+|accett\w+|entramb\w+|beid[ae])\b",
    re.IGNORECASE,
)
_LIST: Final = re.compile(
    r"algorithms\s*=\s*\[[^\]]*HS256[^\]]*(?:RS256|ES256|EdDSA|PS256)[^\]]*\]|algorithms\s*=\s*\[[^\]]*(?:RS256|ES256|EdDSA|PS256)[^\]]*HS256[^\]]*\]"
)


def _further(reading: Reading) -> Iterator[Sighting]:
    for match in re.finditer(
        r"\bjwt\(\s*\{[^}]*?\b(?:algorithm|secret|jwtSecret|expiresIn|signingKey)\b\s*:",
        reading.text,
    ):
        sentence = reading.sentence_at(match.start())
        if sentence is not None and wanted(sentence, match.start(), min(match.end(), sentence.end)):
            yield Sighting(_OPTIONS, match.start(), match.end())
    for sentence in reading.sentences:
        listed = _LIST.search(sentence.text)
        pair = listed or (_PAIR.search(sentence.text) if _ACCEPT.search(sentence.text) else None)
        if pair and wanted(sentence, sentence.start + pair.start(), sentence.start + pair.end()):
            yield Sighting(_BOTH, sentence.start + pair.start(), sentence.start + pair.end())


KIND: Final = Kind(
    "other-token-type",
    "One kind of token: a JWT of one algorithm, issued by Better Auth, sent as `Authorization: Bearer`.",
    (_CREDENTIAL, _OPTIONS),
    _further,
)
