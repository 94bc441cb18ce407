"""Where tokens are verified and made, in both languages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from authpact.review.facts._mints import Mints, library_of
from authpact.review.source._dictionaries import Dictionaries
from authpact.review.source._model import Call, Function, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project
from authpact.review.source._values import Evaluator, Value

_LOOKED_UP: Final = lazy(
    r"\b(?:FROM|JOIN)\s+[\\\"'`]{0,2}(?:\w{1,40}[\"'`]?\.[\"'`]?)?\w{0,40}sessions?\b[^;]{0,400}?\btoken[\\\"'`]{0,2}\s*(?:=|IN\b)\s*[$:%?@({'f]"
    r"|Session\w*\.token\s*==|session\w*\.c\.token\s*=="
    r"|sessions?\w*(?:[\"']\])?\.(?:find_one|find_unique|find_first|get_or_none|find)\([^)]*\btoken\b"
    r"|Session\w*\)\s*\.\s*filter(?:_by)?\([^)]*\btoken\b",
    re.IGNORECASE,
)
_PURPOSE: Final = lazy(
    r"(?:\.get\(\s*|\[\s*)[\"'](type|typ|token_type|purpose|use|kind|scope|action)[\"'][^\n]{0,20}?\s*"
    r"(?:!=|==)\s*([\"'][\w:.-]+[\"']|[A-Z][\w.]+)"
)
_ENTERS: Final = lazy(
    r"^[\"']?(?:\w+\.)?(?:access|refresh|bearer|session|user|auth|login|jwt|id|api)(?:[_-]?token)?(?:_type)?[\"']?$",
    re.IGNORECASE,
)
"""What a token that opens the API, or keeps it open, is called."""
_DECODES: Final = frozenset({"decode", "get_unverified_claims", "decode_complete"})
HANDED_ON: Final = frozenset(
    {"partial", "to_thread", "run_in_threadpool", "run_in_executor", "run_sync"}
)
"""Calls that get a function and the arguments for it."""
_DECODER: Final = lazy(r"^(?:\w+\.)*(?:decode|get_unverified_claims|decode_complete)$")


def looks_session_up(text: str) -> bool:
    """Whether code looks a session of the issuer up by its opaque token."""
    return "token" in text and "ession" in text and bool(_LOOKED_UP.search(text))


@dataclass(frozen=True)
class Verification:
    """One call that decodes a token."""

    module: Module
    call: Call
    function: Function | None
    library: str
    algorithms: Value
    algorithms_given: bool
    algorithms_text: str
    key: Value
    key_text: str
    options: dict[str, str]
    has_audience: bool
    has_issuer: bool
    required: str

    def off(self, option: str) -> bool:
        """Whether an option is switched off."""
        return self.options.get(option, "").strip() in {"False", "false"}

    @cached_property
    def is_unverified(self) -> bool:
        """Whether the signature is not looked at."""
        return self.off("verify_signature") or "unverified" in self.call.last

    @property
    def is_for_access(self) -> bool:
        """Whether the token opens the API; tokens in mails have other rules."""
        name = self.function.name if self.function else ""
        told = re.search(r"reset|email|invite|confirm|unsubscribe|magic|oauth_state", name)
        return not told and not self._has_one_purpose

    @cached_property
    def _has_one_purpose(self) -> bool:
        """Whether the token is one of this module's own that is taken for one step alone."""
        for claim, purpose in _PURPOSE.findall(self.body):
            made = re.compile(rf"[\"']{claim}[\"']\s*:\s*{re.escape(purpose)}")
            if _ENTERS.search(purpose):
                continue
            for function in self.module.functions:
                if made.search(function.text) and re.search(r"[\"']exp[\"']", function.text):
                    return True
        return False

    @property
    def body(self) -> str:
        """The code of the function around the call, of the module when there is none."""
        return self.function.text if self.function else self.module.code

    @property
    def uses_key_set(self) -> bool:
        """Whether the key comes from a key set of the issuer."""
        text = f"{self.key_text} {self.body}"
        return bool(re.search(r"jwks|signing_key|jwk|public_key|get_key", text, re.IGNORECASE))


class Tokens:
    """Reads every verification and every signature of a project."""

    def __init__(self, project: Project, evaluator: Evaluator) -> None:
        self._project = project
        self._evaluator = evaluator
        self._dictionaries = Dictionaries(project)
        self.verifications = tuple(v for m in project.python for v in self._verifications(m))
        self.mints = Mints(project, evaluator).found

    def _verifications(self, module: Module) -> Iterator[Verification]:
        for call in self._decodes(module):
            made = self._made(module, call)
            library = library_of(module, made or call)
            if not library:
                continue
            options = self._dictionaries.of(
                module, call.text_of("options", 3), module.function_of(call)
            )
            algorithms = made.get("algorithms", 0) if made else call.get("algorithms", 2)
            key = call.text_of("key", 1)
            yield Verification(
                module,
                call,
                module.function_of(call),
                library,
                self._evaluator.value(module, algorithms.text) if algorithms else Value(),
                algorithms is not None and algorithms.text not in {"None", "[]"},
                algorithms.text if algorithms else "",
                self._evaluator.value(module, key),
                key,
                options,
                self._given(call, "audience") or options.get("verify_aud") == "True",
                self._given(call, "issuer") or options.get("verify_iss") == "True",
                options.get("require", "")
                + " ".join(k for k in options if k.startswith("require_")),
            )

    def _decodes(self, module: Module) -> Iterator[Call]:
        """Yield the calls that decode, by whatever name and through whatever helper of Python."""
        for call in module.calls:
            meant = call
            if call.last in HANDED_ON:
                place = next(
                    (i for i, a in enumerate(call.arguments) if _DECODER.search(a.text)), -1
                )
                if place < 0:
                    continue
                name, rest = call.arguments[place].text, call.arguments[place + 1 :]
                meant = replace(call, name=name, arguments=rest)
            imported = module.imported.get(meant.name)
            if imported and imported.name in _DECODES and imported.alias != imported.name:
                meant = replace(meant, name=f"{imported.alias}.{imported.name}")
            if meant.last in _DECODES:
                yield self._dictionaries.expanded(module, meant)

    def _made(self, module: Module, call: Call) -> Call | None:
        """Return the call that makes a decoder with its algorithms, such as Authlib's."""
        name = call.name.rpartition(".")[0]
        assigned = [a for a in module.assignments if name and a.target in {name, f"self.{name}"}]
        lines = {a.line for a in assigned if "JsonWebToken(" in a.value}
        return next((c for c in module.called("JsonWebToken") if c.line in lines), None)

    def _given(self, call: Call, name: str) -> bool:
        if call.text_of(name) not in {"", "None"}:
            return True
        return any(
            f'"{name}"' in a.text or f"**{name}" in a.text
            for a in call.arguments
            if a.text.startswith("**")
        )
