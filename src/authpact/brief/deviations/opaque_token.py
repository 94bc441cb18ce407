import re
from typing import Final

from authpact.brief._variant import Kind, Variant

_API: Final = r"(?:fast ?api|the backend|backend|python|the api|our api|api server)"
_COOKIE: Final = r"(?:better[ -]?auth(?:['’]s)? )?(?:session[ _-]?(?:cookies?|tokens?|ids?|table)|better-auth\.session\w*|sessions? (?:in|from|against|with) (?:the )?(?:db|database|session table|better[ -]?auth)|sessions? table)"
_ALTERNATIVE: Final = "The browser trades its session for a signed access token at `POST /api/auth/api-token`, which the API verifies by itself."
_SESSION: Final = Variant(
    "session-at-the-api",
    re.compile(
        rf"\b{_API}\b[^.;]{{0,50}}\b(?:reads?|valid\w+|checks?|verif\w+|looks?|parses?|accepts?|trusts?|decodes?|quer\w+|uses?|takes?|gets?|receives?|introspects?)\b[^.;]{{0,40}}\b{_COOKIE}|"
        rf"\b{_COOKIE}\b[^.;,]{{0,40}}\b(?:to|by|in|with|as|at|from)\b[^.;,]{{0,20}}\b(?:fast ?api|backend|the api|python)\b(?! jwt)|"
        r"\b(?:calls?|calling|asks?|hits?|request\w*)\b[^.;]{0,40}\bget-?session\b|\bget-session\b[^.;]{0,40}\b(?:every|each|per|fast ?api|python|backend)\b|"
        r"\b(?:session cookies?|cookie sessions?|server[ -]side sessions?|sessions?) (?:instead of|rather than|and no|not) (?:jwts?|tokens?|bearer)|\binstead of (?:a )?jwts?,? (?:just )?(?:use |send )?(?:the )?(?:sessions?|session cookies?|cookies?)|\bSessionMiddleware\b|"
        r"\bfastapi (?:liest|prüft|lit|vérifie|lee|valida|lê|legge|leest|czyta)\b[^.;,]{0,30}\b(?:session|sitzung|sesión|sessão|sessione|sessie|sesj)[\w -]*(?:cookie|token)?",
        re.IGNORECASE,
    ),
    "Better Auth's session token is 32 random characters and no JWT: nothing in it can be verified offline, so every API call would ask the issuer or read its database.",
    _ALTERNATIVE,
    unless=re.compile(
        r"\b(?:next(?:\.?js)?|better[ -]?auth) (?:server )?(?:reads?|checks?|validates?) (?:the )?session",
        re.IGNORECASE,
    ),
)
_BEARER: Final = Variant(
    "bearer-plugin",
    re.compile(
        r"\bbearer\(\)|\bbearer plugin\b|\bplugin bearer\b|\bbearer-plugin\b", re.IGNORECASE
    ),
    "`bearer()` carries the session token itself: with it page JavaScript holds a full 7-day credential, HttpOnly notwithstanding, and no JWT is made.",
    _ALTERNATIVE,
)
_OPAQUE: Final = Variant(
    "opaque-token",
    re.compile(
        r"\bopaque (?:\w+ )?tokens?\b|\breference tokens?\b|\brandom (?:string )?tokens? (?:stored|kept|saved|in)\b|\bundurchsichtige tokens?|\bjetons? opaques?|\btokens? opacos?|不透明(?:的)?(?:令牌|トークン)|\btoken introspection\b",
        re.IGNORECASE,
    ),
    "Every request would look the token up at the issuer: the API stops when the issuer does, and load doubles.",
    _ALTERNATIVE,
)

KIND: Final = Kind(
    "opaque-token",
    "The API is called with JWT Bearer tokens that it verifies by itself.",
    (_SESSION, _BEARER, _OPAQUE),
)
