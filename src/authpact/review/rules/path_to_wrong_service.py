import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule
from authpact.review.facts._facts import Facts
from authpact.review.facts._requests import package_of
from authpact.review.source._pattern import lazy
from authpact.review.source._tree import Source

_MOUNT: Final = lazy(r"(^|/)(?:app|pages)/api/auth/\[")
_RUNS: Final = r"ompose[\w.-]*\.ya?ml$|Dockerfile|Containerfile|\.sh$"
_CONFIG: Final = lazy(r"(^|/)next\.config\.\w+$")
_API: Final = r"(?:back-?end|fast-?api|python|api|server|uvicorn)"
_INGRESS: Final = lazy(
    r"path:\s*[\"']?(/api(?:/\*|/?(?:\(/\|\$\)\(\.\*\)|\(\.\*\))?)?)[\"']?\s*$"
    rf"((?:(?!\bpath:)[\s\S]){{0,400}}?)\bname:(?![^\n]*(?:front|web|next))[^\n]*{_API}",
    re.MULTILINE | re.IGNORECASE,
)
_NGINX: Final = lazy(
    rf"location\s+(?:\^~\s+)?(/api/?)\s*\{{[^}}]*?proxy_pass\s+https?://[^;/]*(?:{_API}|:8000)",
    re.IGNORECASE,
)
_REWRITE: Final = lazy(
    r"source\s*:\s*[\"'`](/api/(?::\w+\*|\(\.\*\)))[\"'`]\s*,\s*destination\s*:\s*([^\n]+)"
)


_ASIDE: Final = lazy(r"^/api/auth/(?:me|user|users|profile|whoami|verify|health|status)/?$")


def _imitates(path: str) -> bool:
    """Whether the API serves sign-in below /api/auth itself; who the caller is may be asked there."""
    return path.startswith("/api/auth") and not _ASIDE.match(path)


def _own_rule(text: str) -> bool:
    """Whether the routes of Better Auth have a rule of their own."""
    return bool(re.search(r"/api/auth\b", text))


def _catching(source: Source) -> re.Match[str] | None:
    if _CONFIG.search(source.path):
        found = _REWRITE.search(source.text)
        fallback = re.search(r"\bfallback\s*:", source.text)
        away = found and re.search(r"http|process\.env|\$\{|[A-Z]{3}", found[2])
        return found if away and not fallback else None
    if re.search(r"\.conf$", source.path):
        return _NGINX.search(source.text)
    return _INGRESS.search(source.text) if "Ingress" in source.text else None


def _is_unused(facts: Facts, source: Source) -> bool:
    """Whether a configuration is in no image and in no container, though the tree has some."""
    folder, _, name = source.path.rpartition("/")
    around = [s for s in facts.environment.plain(_RUNS) if not s.path.endswith(".md")]
    if not source.path.endswith(".conf") or not around:
        return False
    beside = any(s.path.rpartition("/")[0] == folder and "ocker" in s.path for s in around)
    words = re.compile(rf"\b{re.escape(name)}\b|\bnginx\b|/{re.escape(folder.split('/')[-1])}\b")
    return not beside and not any(words.search(s.text) for s in around)


def _is_beside(facts: Facts, path: str) -> bool:
    """Whether the application of a configuration of Next.js is the one that mounts Better Auth."""
    root = package_of(facts.tree.paths, path)
    return any(
        _MOUNT.search(p) and package_of(facts.tree.paths, p) == root for p in facts.tree.paths
    )


def check(facts: Facts) -> Iterator[Hit]:
    """Yield rules of proxies that send the paths of Better Auth to the API."""
    mounted = any(_MOUNT.search(p) for p in facts.tree.paths)
    served = any("toNextJsHandler" in m.code for m in facts.handlers)
    imitates = any(_imitates(p) for r in facts.routes for p in r.paths)
    if not (mounted and served) or imitates:
        return
    configured = (Source(m.path, m.code) for m in facts.scripts if _CONFIG.search(m.path))
    for source in (*facts.environment.plain(r"\.(?:ya?ml|conf)$"), *configured):
        found = _catching(source)
        if found and _CONFIG.search(source.path) and not _is_beside(facts, source.path):
            continue
        if found and not _own_rule(source.text) and not _is_unused(facts, source):
            line = source.text.count("\n", 0, found.start(1)) + 1
            message = (
                f"{found[1]} goes to the API, /api/auth with it, but Better Auth is in Next.js."
            )
            yield Hit(source.path, line, message)


_HANDLER: Final = """\
import { toNextJsHandler } from "better-auth/next-js";
export const { GET, POST } = toNextJsHandler(auth);
"""

RULE = Rule(
    requirement="identity:sign-in",
    category="auth-baseurl-wrong-service",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A proxy sends the routes of Better Auth to FastAPI.",
    why="FastAPI has no /api/auth routes: sign-in, session and sign-out all answer 404.",
    remedy="Add a rule for /api/auth that leads to Next.js before the one for /api.",
    check=check,
    flagged=(
        Case(
            {
                "web/app/api/auth/[...all]/route.ts": _HANDLER,
                "api/main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/api/auth/me")
def me(user=Depends(get_current_user)):
    return user
""",
                "nginx/nginx.conf": """\
server {
  location /api/ { proxy_pass http://backend:8000; }
}
""",
            }
        ),
        Case(
            {
                "web/app/api/auth/[...all]/route.ts": _HANDLER,
                "k8s/ingress.yaml": """\
kind: Ingress
spec:
  rules:
    - http:
        paths:
          - path: /api
            pathType: Prefix
            backend:
              service:
                name: backend
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web
""",
            }
        ),
        Case(
            {
                "web/app/api/auth/[...all]/route.ts": _HANDLER,
                "nginx/nginx.conf": """\
server {
  location / { proxy_pass http://web:3000; }
  location /api/ { proxy_pass http://backend:8000; }
}
""",
            }
        ),
        Case(
            {
                "web/app/api/auth/[...all]/route.ts": _HANDLER,
                "web/next.config.ts": """\
export default {
  async rewrites() {
    return [{ source: "/api/:path*", destination: `${process.env.API_URL}/api/:path*` }];
  },
};
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "web/app/api/auth/[...all]/route.ts": _HANDLER,
                "compose.yaml": "services:\n  web:\n    build: ./web\n",
                "old/gateway/nginx.conf": """\
server {
  location /api/ { proxy_pass http://backend:8000; }
}
""",
            }
        ),
        Case(
            {
                "web/app/api/auth/[...all]/route.ts": _HANDLER,
                "k8s/ingress.yaml": """\
kind: Ingress
spec:
  rules:
    - http:
        paths:
          - path: /api
            pathType: Prefix
            backend:
              service:
                name: frontend-server
""",
            }
        ),
        Case(
            {
                "web/app/api/auth/[...all]/route.ts": _HANDLER,
                "nginx/nginx.conf": """\
server {
  location /api/auth/ { proxy_pass http://web:3000; }
  location /api/ { proxy_pass http://backend:8000; }
}
""",
                "web/next.config.ts": """\
export default {
  async rewrites() {
    return { fallback: [{ source: "/api/:path*", destination: `${process.env.API_URL}/api/:path*` }] };
  },
};
""",
            }
        ),
    ),
)
