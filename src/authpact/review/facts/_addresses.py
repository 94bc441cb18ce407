"""Addresses that a request names, and the calls that fetch them."""

import re
from typing import Final

from authpact.review.facts._routes import Route
from authpact.review.source._model import Function
from authpact.review.source._pattern import lazy

ADDRESS: Final = (
    r"(?:\w*(?:url|uri|endpoint|webhook|server|host|href|link)\w*|target|src|source"
    r"|dest(?:ination)?|address|location|origin)"
)
NAMED: Final = lazy(rf"^{ADDRESS}$", re.IGNORECASE)
SINK: Final = lazy(
    r"^(?:httpx|requests|aiohttp|urllib\.request)\.\w+$|(?:^|\.)(?:client|session|http|http_client|_client)\.(?:get|post|put|delete|head|request|stream)$"
    r"|^(?:(?:urllib\.)?request\.)?(?:urlopen|urlretrieve)$|^(?:urllib\.)?request\.Request$|^(?:httpx\.)?(?:Async)?Client$"
    r"|(?:^|\.)(?:Async)?(?:OpenAI|AzureOpenAI|Anthropic)$|(?:^|\.)(?:ChatOpenAI|ChatOllama|Ollama|ollama\.(?:Async)?Client)$"
    r"|(?:^|\.)(?:page|browser_page|tab)\.goto$|(?:^|\.)(?:WebBaseLoader|AsyncHtmlLoader|UnstructuredURLLoader)$"
    r"|^feedparser\.parse$|^trafilatura\.fetch_url$|^(?:websockets\.connect|sse_client|streamablehttp_client)$"
)
CHECKED: Final = lazy(
    r"allow|whitelist|hostname|netloc|ip_address|is_private|trusted|urlparse\(|validate_\w*ur[il]|is_safe|blocked",
    re.IGNORECASE,
)
_SKIPPED: Final = lazy(r"redirect|callback|return_?ur|base_url_for|image_?ur|avatar", re.IGNORECASE)


def given(route: Route) -> frozenset[str]:
    """Return the variables of a handler that hold an address of the request."""
    found = {
        p.name
        for p in route.function.parameters
        if NAMED.match(p.name) and re.match(r"(?:str|HttpUrl|AnyHttpUrl|AnyUrl)\b", p.annotation)
    }
    bodies = [p.name for p in route.function.parameters if re.match(r"[A-Z]\w*$", p.annotation)]
    bodies += re.findall(r"\b(\w+)\s*=\s*await\s+\w+\((?:request|req)\)", route.function.text)
    bodies += re.findall(r"\b(\w+)\s*=\s*await\s+\w+\.json\(\)", route.function.text)
    names = "|".join(map(re.escape, [b for b in bodies if b not in {"db", "session"}]))
    read = (
        rf"(?:(?:{names})(?:\.{ADDRESS}\b|(?:\.get\(|\[)\s*[\"']{ADDRESS}[\"'])"
        if names
        else "(?:(?!)"
    )
    read += rf"|query_params(?:\.get\(|\[)\s*[\"']{ADDRESS}[\"'])"
    found |= set(
        re.findall(rf"\b(\w+)\s*=\s*(?:\w*\(\s*)*{read}", route.function.text, re.IGNORECASE)
    )
    found |= {m[0] for m in re.finditer(rf"(?<![\w.]){read}", route.function.text, re.IGNORECASE)}
    return frozenset(n for n in found if not _SKIPPED.search(n))


def carries(text: str, names: frozenset[str]) -> bool:
    """Whether an argument is the address, or begins with it."""
    plain = re.sub(r"^(?:str\(|f[\"']\{\s*)", "", text.strip())
    return any(re.match(rf"{re.escape(n)}(?![\w])", plain) for n in names)


def widened(function: Function, names: frozenset[str]) -> frozenset[str]:
    """Return the names with the variables that are made of them."""
    if not names:
        return names
    inner = "|".join(map(re.escape, sorted(names)))
    made = rf"\b(\w+)\s*=\s*(?:await\s+)?(?:[\w.]*\(\s*)*(?:f[\"']\{{\s*)?(?:{inner})(?!\w)"
    return names | frozenset(
        n for n in re.findall(made, function.text) if NAMED.match(n) or n == "target"
    )
