"""Addresses: `frontend.origins`, `token.issuer`, `token.audience`."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from authpact.brief._fact import Mention, mention
from authpact.brief._reading import Reading, Sentence

_URL: Final = re.compile(
    r"https?://[A-Za-z0-9][A-Za-z0-9.-]*[A-Za-z0-9](?::\d{2,5})?(?:/[^\s\"'`<>)\],;|]*)?|"
    r"(?<![\w@./-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:com|org|net|io|dev|app|de|fr|es|it|nl|pl|eu|uk|co|ai|example|test|internal|cloud)(?![\w.]*\.?\w*@)(?![\w-])(?:/[^\s\"'`<>)\],;|]*)?|"
    r"\blocalhost:\d{2,5}\b"
)
_LABELS: Final = (
    ("token.issuer", r"\biss\b|\bissuer\b|\baussteller\b|\bémetteur\b|\bemisor\b|JWT_ISSUER|发行者|签发者|発行者"),
    ("token.audience", r"\baud\b|\baudience\b|\bempfänger\b|\baudiencia\b|\bapis?\b|\bbackend\b|\bfastapi\b|\bAPI_URL\b|NEXT_PUBLIC_\w*API\w*|JWT_AUDIENCE|后端|受众|バックエンド"),
    ("frontend.origins", r"BETTER_AUTH_URL|\bcors\b|\borigins?\b|\bfront ?-?end\b|\bapp\b|\bweb ?(?:app|site)?\b|\bsite\b|\bui\b|\bnext(?:\.?js)?\b|\bspa\b|\bbrowser\b|\bclient\b|\bportal\b|\bdomains?\b|\bursprung\b|\borigen\b|前端|来源|フロントエンド|オリジン"),
)  # fmt: skip
_LABEL: Final = re.compile(
    "|".join(f"(?P<l{i}>{words})" for i, (_, words) in enumerate(_LABELS)), re.IGNORECASE
)
_FILE: Final = re.compile(
    r"\.(?:js|ts|py|md)$|^(?:next|node|nuxt|vue|socket)\.(?:js|io)$", re.IGNORECASE
)
_FOREIGN_SITES: Final = re.compile(
    r"\b(?:github|gitlab|stackoverflow|google|figma|notion|atlassian|better-auth|auth0|vercel|npmjs|pypi|rfc-editor|ietf|docs)\b",
    re.IGNORECASE,
)


def find(reading: Reading) -> Iterator[Mention]:
    """Yield addresses whose role the brief names, or their own host name tells."""
    for sentence in reading.sentences:
        last: str | None = None
        for match in _URL.finditer(sentence.text):
            if _FILE.search(match[0]) or _FOREIGN_SITES.search(match[0]):
                continue
            field = _role(sentence, match, last)
            if field is None:
                continue
            last = field
            value = _origin(match[0]) if field == "frontend.origins" else _address(match[0])
            yield mention(sentence, field, value, match.span())


def _role(sentence: Sentence, match: re.Match[str], last: str | None) -> str | None:
    before = sentence.text[: match.start()]
    urls = [m.end() for m in _URL.finditer(before)]
    since = before[urls[-1] :] if urls else before
    labels = list(_LABEL.finditer(since))
    if labels:
        return _LABELS[int(str(labels[-1].lastgroup)[1:])][0]
    if last is not None and re.fullmatch(r"[\"'`\s,;]*(?:and|und|et|y|e|or)?[\"'`\s]*", since):
        return last
    after = re.match(
        r"[\"'`)]*\s*(?:\(|is the|as|for the|ist das|=)?\s*(?:the )?(\w+)",
        sentence.text[match.end() :],
    )
    named = _LABEL.fullmatch(after[1]) if after else None
    if named:
        return _LABELS[int(str(named.lastgroup)[1:])][0]
    heading = _LABEL.search(sentence.heading)
    if heading:
        return _LABELS[int(str(heading.lastgroup)[1:])][0]
    return _by_host(match[0])


def _by_host(url: str) -> str | None:
    host = urlsplit(_address(url)).hostname or ""
    first = host.split(".")[0]
    if first in {"api", "backend"}:
        return "token.audience"
    return "frontend.origins" if first in {"app", "www", "web"} else None


def _address(url: str) -> str:
    """Return an address with a scheme, without its final slash; other hosts only over https."""
    full = url if "://" in url else f"{'http' if url.startswith('localhost') else 'https'}://{url}"
    full = full.rstrip("/.")
    host = urlsplit(full).hostname or ""
    if full.startswith("http://") and host not in {"localhost", "127.0.0.1"}:
        return "https://" + full.removeprefix("http://")
    return full


def _origin(url: str) -> str:
    parts = urlsplit(_address(url))
    return f"{parts.scheme}://{parts.netloc}".lower()
