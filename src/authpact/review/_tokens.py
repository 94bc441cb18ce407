"""Where tokens are verified and made, in both languages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from authpact.review._model import Call, Function, Module
from authpact.review._project import Project
from authpact.review._text import members, number
from authpact.review._values import Evaluator, Value

_PYTHON_LIBRARIES: Final = ("jose", "jwt", "joserfc", "authlib")
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31557600}
_SPAN: Final = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*([a-z]*)", re.IGNORECASE)


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
        return not re.search(r"reset|email|invite|confirm|unsubscribe|magic|oauth_state", name)

    @property
    def body(self) -> str:
        """The code of the function around the call, of the module when there is none."""
        return self.function.text if self.function else self.module.code

    @property
    def uses_key_set(self) -> bool:
        """Whether the key comes from a key set of the issuer."""
        text = f"{self.key_text} {self.body}"
        return bool(re.search(r"jwks|signing_key|jwk|public_key|get_key", text, re.IGNORECASE))


@dataclass(frozen=True)
class Mint:
    """One call that signs a token."""

    module: Module
    call: Call
    function: Function | None
    algorithm: Value
    key: Value
    claims: tuple[str, ...]
    lifetime: float
    """Seconds, 0 when it is not known."""
    lifetime_line: int = 0
    """Line of the constant of the same file that sets it, 0 when there is none."""


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


def library_of(module: Module, call: Call) -> str:
    """Return which JWT library a decode or encode call belongs to, empty for another one."""
    imported = module.imported.get(call.name.partition(".")[0])
    if imported is None:
        return ""
    root = imported.module.partition(".")[0]
    return root if root in _PYTHON_LIBRARIES else ""


class Tokens:
    """Reads every verification and every signature of a project."""

    def __init__(self, project: Project, evaluator: Evaluator) -> None:
        self._project = project
        self._evaluator = evaluator
        self.verifications = tuple(v for m in project.python for v in self._verifications(m))
        self.mints = tuple(
            [x for m in project.python for x in self._python_mints(m)]
            + [x for m in project.scripts for x in self._script_mints(m)]
        )

    def _verifications(self, module: Module) -> Iterator[Verification]:
        for call in module.called("decode", "get_unverified_claims", "decode_complete"):
            library = library_of(module, call)
            if not library:
                continue
            options = self._options(module, call)
            algorithms = call.get("algorithms", 2)
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

    def _given(self, call: Call, name: str) -> bool:
        if call.text_of(name) not in {"", "None"}:
            return True
        return any(
            f'"{name}"' in a.text or f"**{name}" in a.text
            for a in call.arguments
            if a.text.startswith("**")
        )

    def _options(self, module: Module, call: Call) -> dict[str, str]:
        text = call.text_of("options", 3)
        if re.fullmatch(r"[A-Za-z_]\w*", text):
            local = [a for a in module.assignments if a.target == text]
            text = local[-1].value if local else text
        return members(text)

    def _python_mints(self, module: Module) -> Iterator[Mint]:
        for call in module.called("encode"):
            if not library_of(module, call):
                continue
            function = module.function_of(call)
            body = function.text if function else module.code
            yield Mint(
                module,
                call,
                function,
                self._evaluator.value(module, call.text_of("algorithm", 2) or '"HS256"'),
                self._evaluator.value(module, call.text_of("key", 1)),
                tuple(dict.fromkeys(re.findall(r"[\"'](\w+)[\"']\s*:", body))),
                *self._python_lifetime(module, body),
            )

    def _python_lifetime(self, module: Module, body: str) -> tuple[float, int]:
        """Return the longest `timedelta` of a function in seconds, and the line that sets it."""
        longest = (0.0, 0)
        for name, scale in (("days", 86400), ("hours", 3600), ("minutes", 60), ("seconds", 1)):
            for text in re.findall(rf"timedelta\([^)]*\b{name}\s*=\s*([\w.]+)", body):
                amount = number(text)
                found = (amount, 0) if amount is not None else self._constant(module, text)
                longest = max(longest, (found[0] * scale, found[1]))
        return longest

    def _constant(self, module: Module, name: str) -> tuple[float, int]:
        """Return a number behind a name, and its line when it is in this module."""
        found = self._project.symbol(module, name)
        if found is not None and found.name in found.module.variables:
            variable = found.module.variables[found.name]
            line = variable.line if found.module is module else 0
            return _amount(variable.value), line
        rows = self._project.fields.get(name.rpartition(".")[2].lower(), [])
        return (_amount(rows[-1][1].value), 0) if rows else (0.0, 0)

    def _script_mints(self, module: Module) -> Iterator[Mint]:
        for call in module.calls:
            if call.name == "SignJWT" and "jose" in {i.module for i in module.imports}:
                yield self._jose(module, call)
            elif call.last == "sign" and _is_jsonwebtoken(module, call):
                yield self._jsonwebtoken(module, call)

    def _jose(self, module: Module, call: Call) -> Mint:
        function = module.function_of(call)
        text = function.text if function else module.code
        header = re.search(r"alg:\s*([^,}\s]+)", text)
        key = re.search(r"\.sign\(\s*((?:[^()]|\([^()]*\))*)\)", text)
        span = re.search(r"setExpirationTime\(\s*([^)]*)\)", text)
        return Mint(
            module,
            call,
            function,
            self._evaluator.value(module, header[1]) if header else Value(known=False),
            self._evaluator.value(module, key[1]) if key else Value(known=False),
            tuple(
                members(call.text_of("", 0) or (call.arguments[0].text if call.arguments else ""))
            ),
            seconds(span[1]) if span else 0,
        )

    def _jsonwebtoken(self, module: Module, call: Call) -> Mint:
        texts = [a.text for a in call.arguments] + ["", "", ""]
        options = members(texts[2])
        return Mint(
            module,
            call,
            module.function_of(call),
            self._evaluator.value(module, options.get("algorithm", '"HS256"')),
            self._evaluator.value(module, texts[1]),
            tuple(members(texts[0])),
            seconds(options.get("expiresIn", "")),
        )


def _is_jsonwebtoken(module: Module, call: Call) -> bool:
    imported = module.imported.get(call.name.partition(".")[0])
    return imported is not None and imported.module == "jsonwebtoken"


def _amount(text: str) -> float:
    """Return the number in an expression such as `int(os.getenv("X", "60"))`."""
    product = number(text)
    if product is not None:
        return product
    numbers = re.findall(r"\d[\d_]*", text)
    return float(numbers[-1].replace("_", "")) if numbers else 0.0
