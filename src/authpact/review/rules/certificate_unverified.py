from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_SCRIPT: Final = lazy(
    r"rejectUnauthorized\s*:\s*false|NODE_TLS_REJECT_UNAUTHORIZED[\"'\]]*\s*=\s*[\"']?0"
)
_PYTHON: Final = lazy(
    r"verify\s*=\s*False|CERT_NONE|check_hostname\s*=\s*False|_create_unverified_context"
    r"|(?:TCPConnector|\.get|\.post|\.request)\([^\n]*\bssl\s*=\s*False|verify_ssl\s*=\s*False|tlsAllowInvalidCertificates\s*=\s*True|tlsInsecure\s*=\s*True"
)

_ENCRYPTED: Final = lazy(
    r"[\"']ssl[\"']\s*:\s*[\"'](?:require|prefer)[\"']|\bssl\s*=\s*[\"'](?:require|prefer)[\"']"
)
"""What drivers of Postgres take for: encrypt, and accept any certificate."""


def check(facts: Facts) -> Iterator[Hit]:
    """Yield connections that accept any certificate."""
    for module, line, _ in facts.matches(facts.scripts, _SCRIPT):
        yield at(module, line, "Any certificate is accepted.")
    for module, line, _ in facts.matches(facts.python, _PYTHON):
        yield at(module, line, "Any certificate is accepted.")
    for module, line, _ in facts.matches(facts.python, _ENCRYPTED):
        message = "The connection is encrypted, but any certificate is accepted."
        yield at(module, line, message, Severity.LOW)
    for v in (*facts.environment.variables, *facts.environment.deployed):
        if v.name == "NODE_TLS_REJECT_UNAUTHORIZED" and v.value.strip("\"'") == "0":
            yield Hit(v.file, v.line, "Any certificate is accepted.")


RULE = Rule(
    requirement="transport:https",
    category="tls-verify-disabled",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="The certificate of the other side is not verified.",
    why="Whoever sits on the way reads and changes passwords, sessions and keys.",
    remedy="Remove the switch, and name the certificate authority where a private one is used.",
    check=check,
    flagged=(
        Case({"web/.env": "NODE_TLS_REJECT_UNAUTHORIZED=0\n"}),
        Case({"db.ts": 'process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";\nconst auth = 1;\n'}),
        Case({"keys.py": "async with session.get(JWKS_URL, ssl=False) as answer:\n    pass\n"}),
        Case({"db.py": "client = MongoClient(URI, tlsAllowInvalidCertificates=True)\n"}),
        Case({"db.py": 'engine = create_async_engine(URL, connect_args={"ssl": "require"})\n'}),
        Case(
            {
                "lib/auth.ts": """\
const pool = new Pool({ connectionString: process.env.DATABASE_URL, ssl: { rejectUnauthorized: false } });
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "web/.env": "NODE_TLS_REJECT_UNAUTHORIZED=1\n",
                "db.py": "asyncpg.connect(host='localhost', ssl=False)\n",
                "store.py": 'engine = create_async_engine(URL, connect_args={"ssl": "verify-full"})\n',
            }
        ),
        Case(
            {
                "lib/auth.ts": """\
const pool = new Pool({ connectionString: process.env.DATABASE_URL, ssl: true });
"""
            }
        ),
    ),
)
