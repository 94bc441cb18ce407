"""Patterns are compiled late, so a mistake in one is found here and not in somebody's review."""

import importlib
import pkgutil
import re

import pytest

from authpact.review import facts, rules, source
from authpact.review.source._pattern import Lazy, lazy


def patterns() -> list[Lazy]:
    modules = [
        importlib.import_module(f"{package.__name__}.{info.name}")
        for package in (facts, rules, source)
        for info in pkgutil.iter_modules(package.__path__)
    ]
    return [v for m in modules for v in vars(m).values() if isinstance(v, Lazy)]


def test_every_pattern_compiles() -> None:
    found = patterns()
    assert len(found) > 1000
    for pattern in found:
        re.compile(pattern.pattern, pattern.flags)


def test_a_pattern_works_like_a_compiled_one() -> None:
    pattern = lazy(r"b(o+)t", re.IGNORECASE)
    assert pattern.findall("Boot bot") == ["oo", "o"]
    assert (pattern.search("a BOT") or [""])[0] == "BOT"
    assert (pattern.fullmatch("bots"), pattern.sub("-", "boot")) == (None, "-")


def test_a_mistake_is_told_when_the_pattern_is_used() -> None:
    with pytest.raises(re.error):
        lazy("(").search("a")
