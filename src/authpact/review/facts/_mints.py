"""Where tokens are made, in both languages, and how long they live."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from authpact.review.facts._lifetimes import script_seconds, spelled_out
from authpact.review.source._model import Call, Function, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project
from authpact.review.source._text import members, number
from authpact.review.source._values import Evaluator, Value

_PYTHON_LIBRARIES: Final = ("jose", "jwt", "joserfc", "authlib")
_SCALES: Final = {"weeks": 604800, "days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}
_DELTA: Final = lazy(
    r"timedelta\([^)]*?\b(weeks|days|hours|minutes|seconds)\s*=\s*((?:int\()?[\w.]+(?:\s*\*\s*\d+)*)"
)
_CLOCK: Final = lazy(
    r"[\"']exp[\"']\]?\s*[:=][^,\n]*?(?:time\(\)\)?|timestamp\(\)\)?)\s*\+\s*\(?\s*([\w.]+(?:\s*\*\s*\d+)*)"
)
_TAKEN: Final = lazy(r"expir|delta|lifetime|ttl", re.IGNORECASE)
_MAKES: Final = lazy(r"token|jwt|encode|sign|mint|issue", re.IGNORECASE)
_SETTER: Final = lazy(r"\.set(Subject|Issuer|Audience|Jti)\(")
_SHORT: Final = {"Subject": "sub", "Issuer": "iss", "Audience": "aud", "Jti": "jti"}
_BY_HAND: Final = lazy(r"[\"']?\balg[\"']?\s*:\s*[\"'](HS\d+)[\"']")


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
    lifetime_place: tuple[str, int] = ("", 0)
    """File and line of the constant or setting that sets it; the line is 0 when there is none."""

    @property
    def text(self) -> str:
        """The code of the function around the call, of the module when there is none."""
        return self.function.text if self.function else self.module.code


def library_of(module: Module, call: Call) -> str:
    """Return which JWT library a decode or encode call belongs to, empty for another one."""
    imported = module.imported.get(call.name.partition(".")[0])
    if imported is None:
        return ""
    root = imported.module.partition(".")[0]
    return root if root in _PYTHON_LIBRARIES else ""


class Mints:
    """Reads every signature of a project."""

    def __init__(self, project: Project, evaluator: Evaluator) -> None:
        self._project = project
        self._evaluator = evaluator
        self.found = tuple(
            [x for m in project.python for x in self._python(m)]
            + [x for m in project.scripts for x in self._script(m)]
        )

    def _python(self, module: Module) -> Iterator[Mint]:
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
                tuple(dict.fromkeys(re.findall(r"[\"'](\w+)[\"']\s*[:\]]", body))),
                *self._lifetime(module, function, body),
            )

    def _lifetime(
        self, module: Module, function: Function | None, body: str
    ) -> tuple[float, tuple[str, int]]:
        """Return the longest lifetime a function gives, and the constant that sets it."""
        longest: tuple[float, tuple[str, int]] = (0.0, ("", 0))
        body = spelled_out(body)
        rows = [(_SCALES[unit], text) for unit, text in _DELTA.findall(body)]
        rows += [(1, text) for text in _CLOCK.findall(body)]
        for scale, text in rows:
            amount, place = self._amount(module, function, text.removeprefix("int("))
            longest = max(longest, (amount * scale, place))
        return max(longest, *self._given(function), key=lambda found: found[0])

    def _given(self, function: Function | None) -> Iterator[tuple[float, tuple[str, int]]]:
        """Yield the lifetimes that callers give to a function that takes one."""
        yield 0.0, ("", 0)
        for position, parameter in enumerate(function.parameters if function else ()):
            if function is None or not _TAKEN.search(parameter.name):
                continue
            for home, call in self._calls.get(function.name, ()):
                caller = home.function_of(call)
                text = call.text_of(parameter.name, position)
                local = [a.value for a in home.assignments if a.target == text and a.function >= 0]
                for unit, amount in _DELTA.findall(local[-1] if local else text):
                    found, place = self._amount(home, caller, amount.removeprefix("int("))
                    yield found * _SCALES[unit], place

    @cached_property
    def _calls(self) -> dict[str, list[tuple[Module, Call]]]:
        """Calls of what makes tokens by the name of the function."""
        found: dict[str, list[tuple[Module, Call]]] = {}
        for module in self._project.python:
            for call in module.calls:
                if _MAKES.search(call.last):
                    found.setdefault(call.last, []).append((module, call))
        return found

    def _amount(
        self, module: Module, function: Function | None, text: str
    ) -> tuple[float, tuple[str, int]]:
        """Return a number as written or behind names; a parameter counts with its default."""
        plain = number(text)
        if plain is not None:
            return plain, ("", 0)
        name, *factors = (p.strip() for p in text.split("*"))
        parameters = function.parameters if function else ()
        default = next((p.default for p in parameters if p.name == name), "")
        found = number(default) if default else None
        amount, place = (found, ("", 0)) if found else self._constant(module, default or name)
        for factor in factors:
            amount *= number(factor) or 1
        return amount, place

    def _constant(self, module: Module, name: str) -> tuple[float, tuple[str, int]]:
        """Return a number behind a name, and where it is given."""
        found = self._project.symbol(module, name)
        if found is not None and found.name in found.module.variables:
            variable = found.module.variables[found.name]
            return amount_in(variable.value), (found.module.path, variable.line)
        rows = self._project.fields.get(name.rpartition(".")[2].lower(), [])
        if not rows:
            return 0.0, ("", 0)
        home, field = rows[-1]
        return amount_in(field.value), (home.path, field.line)

    def _script(self, module: Module) -> Iterator[Mint]:
        jose = re.search(r"[\"']jose[\"']", module.code)
        for call in module.calls:
            if call.last == "SignJWT" and jose:
                yield self._jose(module, call)
            elif call.last == "sign" and _is_jsonwebtoken(module, call):
                yield self._jsonwebtoken(module, call)
            elif call.name == "signJWT" and _origin(module, "signJWT").startswith("better-auth"):
                yield self._better_auth(module, call)
            elif call.last == "createHmac" or call.name.endswith("subtle.sign"):
                yield from self._by_hand(module, call)

    def _jose(self, module: Module, call: Call) -> Mint:
        function = module.function_of(call)
        text = function.text if function else module.code
        header = re.search(r"alg:\s*([^,}\s]+)", text)
        key = re.search(r"\.sign\(\s*((?:[^()]|\([^()]*\))*)\)", text)
        span = re.search(r"setExpirationTime\(\s*((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)", text)
        payload = call.arguments[0].text if call.arguments else ""
        return Mint(
            module,
            call,
            function,
            self._evaluator.value(module, header[1]) if header else Value(known=False),
            self._evaluator.value(module, key[1]) if key else Value(known=False),
            (*self._claims(module, payload), *(_SHORT[m] for m in _SETTER.findall(text))),
            script_seconds(module, span[1]) if span else 0,
        )

    def _claims(self, module: Module, text: str) -> tuple[str, ...]:
        """Return the members of a payload as written or behind a local name."""
        if re.fullmatch(r"\w+", text):
            local = [a.value for a in module.assignments if a.target == text]
            text = local[-1] if local else text
        return tuple(members(text))

    def _jsonwebtoken(self, module: Module, call: Call) -> Mint:
        texts = [a.text for a in call.arguments] + ["", "", ""]
        options = members(texts[2])
        named = {"subject": "sub", "issuer": "iss", "audience": "aud", "jwtid": "jti"}
        return Mint(
            module,
            call,
            module.function_of(call),
            self._evaluator.value(module, options.get("algorithm", '"HS256"')),
            self._evaluator.value(module, texts[1]),
            (*self._claims(module, texts[0]), *(s for o, s in named.items() if o in options)),
            script_seconds(module, options.get("expiresIn", "")),
        )

    def _better_auth(self, module: Module, call: Call) -> Mint:
        """Read `signJWT(payload, secret, expiresIn)` of better-auth/crypto: HS256."""
        texts = [a.text for a in call.arguments] + ["", "", ""]
        return Mint(
            module,
            call,
            module.function_of(call),
            Value(("HS256",)),
            self._evaluator.value(module, texts[1]),
            self._claims(module, texts[0]),
            script_seconds(module, texts[2]),
        )

    def _by_hand(self, module: Module, call: Call) -> Iterator[Mint]:
        """Yield a token that a header, a payload and an HMAC make without a library."""
        function = module.function_of(call)
        text = function.text if function else module.code
        header = _BY_HAND.search(text)
        web = call.name.endswith("subtle.sign")
        if header is None or not re.search(r"base64|\bb(?:64|toa)\b", module.code if web else text):
            return
        key = call.arguments[1].text if len(call.arguments) > 1 else ""
        claims = tuple(dict.fromkeys(re.findall(r"\b(sub|iss|aud|exp|jti|email)\s*[:,}]", text)))
        algorithm, value = Value((header[1],)), self._evaluator.value(module, key)
        yield Mint(module, call, function, algorithm, value, claims, 0)


def _origin(module: Module, name: str) -> str:
    """Return the module that a name of a script is imported or required from."""
    imported = module.imported.get(name)
    if imported is not None:
        return imported.module
    values = [a.value for a in module.assignments if a.target == name]
    found = re.search(r"(?:require|import)\(\s*[\"']([^\"']+)", values[0]) if values else None
    return found[1] if found else ""


def _is_jsonwebtoken(module: Module, call: Call) -> bool:
    return _origin(module, call.name.partition(".")[0]) == "jsonwebtoken"


def amount_in(text: str) -> float:
    """Return the number in an expression such as `int(os.getenv("X", "60"))`."""
    product = number(text)
    if product is not None:
        return product
    plain = re.findall(r"(?<![\w\"'])\d[\d_ *]*\d|\d+", text)
    return number(plain[-1]) or 0.0 if plain else 0.0
