"""How long a token lives, read through the local names that an expiry is put together from."""

import re
from typing import Final

from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import number

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31557600}
_SPAN: Final = lazy(r"^[ \t]*(\d+(?:\.\d+)?)\s*([a-z]*)", re.IGNORECASE)
_NOW: Final = lazy(
    r"^[ \t]*(\w+)(?:\s*:\s*\w+)?\s*=\s*[^\n]*\b(?:time\.time\(\)|time\(\)|timestamp\(\))\)*\s*$",
    re.MULTILINE,
)
_NAMED: Final = lazy(r"([\"']exp[\"']\]?\s*[:=]\s*)(\w+)\b(?!\s*[(.+])")
_SCRIPT: Final = lazy(
    r"Date\.now\(\)\s*(/\s*1_?000)?\s*\)?\s*\+\s*\(?\s*([\w.]+(?:\s*\*\s*[\d_]+)*)"
)


def seconds(text: str) -> float:
    """Return a duration such as `"7d"`, `60 * 60`, in seconds; 0 when it is not one."""
    plain = text.strip().strip("\"'`")
    product = number(plain)
    if product is not None:
        return product
    match = _SPAN.match(plain)
    if not match:
        return 0
    return float(match[1]) * _UNITS.get(match[2][:1].lower(), 0)


def spelled_out(body: str) -> str:
    """Return Python code with the names behind `"exp"`, and those of the present, written out."""
    for now in dict.fromkeys(_NOW.findall(body)):
        body = re.sub(rf"\b{now}\b(?=\s*\+)", "time.time()", body)
    for name in dict.fromkeys(n for _, n in _NAMED.findall(body)):
        given = re.search(rf"^[ \t]*{name}\s*(?::\s*\w+\s*)?=\s*([^\n#]+)", body, re.MULTILINE)
        if given and "+" in given[1]:
            body = _written_out(body, name, given[1].strip())
    return body


def _written_out(body: str, name: str, value: str) -> str:
    return _NAMED.sub(lambda m: m[1] + value if m[2] == name else m[0], body)


def script_seconds(module: Module, text: str, hops: int = 3) -> float:
    """Return the lifetime that an expression of a script stands for, 0 when it is not known."""
    plain = text.strip()
    clock = _SCRIPT.search(plain)
    if clock:
        scale = 1 if clock[1] else 1 / 1000
        return script_seconds(module, clock[2], hops - 1) * scale if hops else 0
    if re.fullmatch(r"[A-Za-z_]\w*", plain):
        local = [a.value for a in module.assignments if a.target == plain]
        return script_seconds(module, local[-1], hops - 1) if local and hops else 0
    name, *factors = (p.strip() for p in plain.split("*"))
    if factors and re.fullmatch(r"[A-Za-z_]\w*", name):
        amount = script_seconds(module, name, hops - 1) if hops else 0
        for factor in factors:
            amount *= number(factor) or 1
        return amount
    return seconds(plain)
