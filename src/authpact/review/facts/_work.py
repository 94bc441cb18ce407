"""What the code of a route handler works with: a store, a model, a file, another service."""

import re
from typing import Final

from authpact.review.facts._handlers import SESSION, relays
from authpact.review.source._pattern import lazy

STORE: Final = lazy(
    r"\bprisma\.\w+\.|\b(?:db|database|tx|pool|client|conn|connection|sql)\b\.?(?:\w+\.)*"
    r"(?:query|select|insert|update|delete|execute|from|find\w*|aggregate|create\w*|collection)\b"
    r"|\bsql`|\.(?:findMany|findFirst|findUnique|insertOne|updateOne|deleteOne|deleteMany|findOne)\("
)
MODEL: Final = lazy(
    r"\b(?:streamText|generateText|generateObject|streamObject)\(|chat\.completions\.create|messages\.create\("
    r"|\.generateContent(?:Stream)?\(|\bresponses\.create\(|\bimages\.generate\("
    r"|copilotRuntime\w*\(|\bhandleRequest\("
)
FILE: Final = lazy(r"\bwriteFile(?:Sync)?\(|\bcreateWriteStream\(|\bPutObjectCommand\(")
_BACKEND: Final = lazy(
    r"\b(?:fetch|axios(?:\.\w+)?)\(\s*(?:`\$\{|[\"'`]https?://(?:localhost|127\.|[\w-]+:\d)"
    r"|[A-Za-z_$][\w$.]*\s*[,+)]|[A-Z_]+\b|process\.env|new URL\()"
)

_OWN_KEY: Final = lazy(
    r"[\"']?(?:authorization|x-api-key|api-key)[\"']?\s*:\s*(?:`Bearer\s+\$\{([\w.]+)\}`|([\w.]+)\b)"
    r"|\bprocess\.env\.\w*(?:API_KEY|SECRET_KEY)\w*|\b\w*api_?key\w*\b",
    re.IGNORECASE,
)
_COMPARED: Final = lazy(r"[!=]==?\s*(?:process\.env\.|\w*(?:KEY|SECRET|[kK]ey|[sS]ecret)\b)")
_SPENT: Final = lazy(
    r"\bfetch\(\s*[\"'`]https://[^\"'`\s]*/(?:chat/completions|messages|responses|embeddings|completions"
    r"|[\w.-]+:(?:stream)?[gG]enerateContent)\b"
)


_SIGNS: Final = lazy(
    r"\bapi_sign_request\(|\bgetSignedUrl\(|\bcreatePresignedPost\(|\bgenerateClientTokenFromReadWriteToken\("
)
"""Leave to write somewhere, signed with the server's key."""
_OWN_SECRET: Final = lazy(r"\bprocess\.env\.\w+|\b\w*signature\w*\b", re.IGNORECASE)


def spends(text: str) -> bool:
    """Whether code pays a model or signs with the server's own key, and asks nobody who calls."""
    signs = _SIGNS.search(text)
    if not (signs or _SPENT.search(text)) or _COMPARED.search(text):
        return False
    if not signs and "process.env." not in text:
        return False
    rest = _OWN_KEY.sub("", _OWN_SECRET.sub("", text) if signs else text)
    return not SESSION.search(rest) and not relays(rest)


def works(text: str) -> bool:
    """Whether code reaches a store, a model or another service."""
    return any(p.search(text) for p in (STORE, MODEL, _BACKEND, FILE))
