import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy

_FAR: Final = 600
"""Characters behind a condition in which a script goes on to compare."""
_SCRIPT: Final = lazy(
    r"if\s*\(\s*(?:process\.env\.\w*(?:SECRET|KEY|TOKEN)\w*|[A-Z_]*(?:SECRET|API_KEY)[A-Z_]*)\s*&&\s*[^\n{]*!==?[^\n]*\{?\s*(?:return|throw)\b[^\n]*(?:401|403|Unauthorized|Forbidden)"
)
_MISSING: Final = lazy(
    r"\bif\s*\(\s*!\s*([\w.]*(?:secret|key|token|password)\w*)\s*\)\s*(?:\{([^{}]*)\}|([^\n{]*))",
    re.IGNORECASE,
)
_OPENS: Final = lazy(r"\breturn\s+(?:true\b|NextResponse\.next\(|next\()|(?<![.\w])next\(\)")
_SETTING: Final = lazy(r"\bprocess\.env\b|\b(?:env|config|settings|options)\.\w", re.IGNORECASE)
_UPPER: Final = lazy(r"(?:^|\.)[A-Z][A-Z0-9_]+$")
_SEES: Final = lazy(
    r"\bheaders\b|\.header\(|Hmac|timingSafeEqual|verif|signature|!==?", re.IGNORECASE
)


def _is_set_by_operator(module: Module, name: str) -> bool:
    """Whether a name of a script is a setting, or was given the value of one."""
    if _UPPER.search(name) or _SETTING.search(name):
        return True
    values = (a.value for a in module.assignments if a.target == name)
    return any(_SETTING.search(v) or _UPPER.search(v.strip()) for v in values)


def _is_left_over(facts: Facts, module: Module) -> bool:
    """Whether a module of Node.js only exports, and no other one asks for it."""
    exports = re.search(r"^module\.exports\b", module.code, re.MULTILINE)
    return bool(exports) and module.path not in facts.loaded.asked_for


def check(facts: Facts) -> Iterator[Hit]:
    """Yield handlers and middlewares that compare a secret only when there is one."""
    message = "The credential is compared only when the secret is set."
    for module, line, _ in facts.matches(facts.scripts, _SCRIPT):
        yield at(module, line, message)
    for module, line, match in facts.matches(facts.scripts, _MISSING):
        opens = _OPENS.search(match[2] or match[3] or "")
        if not opens or not _is_set_by_operator(module, match[1]) or _is_left_over(facts, module):
            continue
        if "next" in opens[0] or _SEES.search(module.code[match.end() : match.end() + _FAR]):
            yield at(module, line, message)


RULE = Rule(
    requirement="error:fail-closed",
    category="auth-fail-open",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A script compares a credential only when its secret is set.",
    why="An operator only has to forget the variable, and everybody is let in.",
    remedy="Refuse to start without the secret, or answer 503 until there is one.",
    check=check,
    flagged=(
        Case(
            {
                "src/hook.ts": """\
export function sealed(request) {
  const key = process.env.HOOK_SECRET;
  if (!key) {
    console.warn("not checked");
    return true;
  }
  return equal(request.headers["x-seal"], createHmac("sha256", key).update(request.body).digest("hex"));
}
""",
                "src/door.js": """const { settings } = require("./settings");

function door(req, res, next) {
  if (!settings.SERVICE_TOKEN) return next();
  return req.headers["x-token"] === settings.SERVICE_TOKEN ? next() : res.status(401).end();
}

module.exports = { door };
""",
                "src/server.js": 'const { door } = require("./door");\napp.use(door);\n',
            }
        ),
        Case(
            {
                "app/api/cron/route.ts": """\
export async function GET(request) {
  if (process.env.CRON_SECRET && request.headers.get("authorization") !== `Bearer ${process.env.CRON_SECRET}`) {
    return new Response("no", { status: 401 });
  }
  return run();
}
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "src/hook.ts": """\
export function sealed(request) {
  const key = process.env.HOOK_SECRET;
  if (!key) {
    return false;
  }
  return equal(request.headers["x-seal"], createHmac("sha256", key).update(request.body).digest("hex"));
}

export function gate(request) {
  const token = request.cookies.get("kept");
  if (!token) return NextResponse.next();
  return request.headers.get("x-kept") === token ? NextResponse.next() : refuse();
}

export const isLocked = (settings) => {
  if (!settings.token) return true;
  return settings.locked;
};
""",
                "src/old-door.js": """\
function door(req, res, next) {
  if (!process.env.SERVICE_TOKEN) return next();
  return req.headers["x-token"] === process.env.SERVICE_TOKEN ? next() : res.status(401).end();
}

module.exports = { door };
""",
            }
        ),
        Case(
            {
                "app/api/cron/route.ts": """\
export async function GET(request) {
  if (!process.env.CRON_SECRET) {
    return new Response("not configured", { status: 503 });
  }
  if (request.headers.get("authorization") !== `Bearer ${process.env.CRON_SECRET}`) {
    return new Response("no", { status: 401 });
  }
  return run();
}
"""
            }
        ),
    ),
)
