import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._logs import Line, label
from authpact.review.source._model import Function
from authpact.review.source._pattern import lazy

_SENDS: Final = lazy(
    r"sendResetPassword|sendVerificationEmail|sendEmail|magicLink|sendMagicLink|sendVerificationOTP|sendOTP"
    r"|sendInvitationEmail|sendChangeEmail\w*"
)
_BODY: Final = lazy(
    r"^(?:html|text|body|url|link|otp|token|(?:reset|verification|magic|invite|confirm\w*)_?(?:url|link)|email_?html)$",
    re.IGNORECASE,
)
_LINK: Final = lazy(
    r"^(?:password_)?(?:reset|verification|verify|magic|confirm\w*)_(?:url|link|token|code)$",
    re.IGNORECASE,
)


_CALLBACK: Final = lazy(rf"^(?:{_SENDS.pattern})$")
_CALLED: Final = lazy(r"(?<![\w.])([A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)?)\(")


def _serving(facts: Facts) -> frozenset[str]:
    """Return the files of servers; of several, one that nobody imports was left behind."""
    servers = frozenset(i.module.path for i in facts.issuers.servers)
    return servers & facts.imported or servers


def _mailers(facts: Facts) -> frozenset[tuple[str, int]]:
    """Return the functions, by file and place, to which Better Auth's callbacks give a mail."""
    found = set[tuple[str, int]]()
    for path in _serving(facts):
        module = facts.project.by_path[path]
        texts = [a.value for a in (*module.pairs, *module.assignments) if _CALLBACK.match(a.target)]
        texts += [f.text for f in module.functions if _CALLBACK.match(f.name)]
        for name in {n for t in texts for n in (*_CALLED.findall(t), t.strip())}:
            meant = facts.project.function(module, name) if re.match(r"[\w.]+$", name) else None
            if meant is not None:
                found.add((meant[0].path, meant[1].start))
    return frozenset(found)


def _is_mail(line: Line, mailers: frozenset[tuple[str, int]]) -> bool:
    """Whether a function that sends mails for Better Auth logs one, or what stands in it."""
    index = line.call.function
    while index >= 0:
        function = line.module.functions[index]
        if (line.module.path, function.start) in mailers:
            whole = {p.name for p in function.parameters if re.fullmatch(r"\w+", p.name)}
            whole = {n for n in whole if not _PERSON.search(n)}
            return any(
                (v in whole and _holds_mail(function, v)) or _BODY.match(label(v))
                for v in line.values
            )
        index = function.parent
    return False


_PERSON: Final = lazy(r"^(?:to|from|subject|name|user|id|req|request)$|e?mail$|Id$|_id$")


def _holds_mail(function: Function, name: str) -> bool:
    """Whether a parameter is the whole mail: it is spread, typed with a body, or read for one."""
    own = next(p for p in function.parameters if p.name == name)
    return bool(
        re.search(r"\b(?:html|text|body|url|link|otp)\b", own.annotation)
        or re.search(rf"\.\.\.{name}\b|\b{name}\.(?:html|text|body|url|link|otp)\b", function.text)
        or re.search(rf"\w*[sS]end\w*\(\s*{name}\s*\)", function.text)
    )


def _is_live(facts: Facts, line: Line) -> bool:
    module = line.module
    if module.language == "python":
        return any(_LINK.match(label(v)) for v in line.values)
    used = module.path in facts.imported or module.path in _serving(facts)
    return (
        used
        and bool(_SENDS.search(module.code))
        and any(_BODY.match(label(v)) for v in line.values)
    )


def check(facts: Facts) -> Iterator[Hit]:
    """Yield log lines that carry a reset or verification link, or a code of that kind."""
    mailers = _mailers(facts)
    for line in facts.log_lines:
        if _is_live(facts, line) or _is_mail(line, mailers):
            yield at(line.module, line.call, "A mail with a live link is logged.")


RULE = Rule(
    requirement="logging:no-tokens",
    category="reset-link-logged",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A reset or verification link is written to the log.",
    why="Whoever reads the log can set the password of the user.",
    remedy="Log that the mail failed, not what it says.",
    check=check,
    flagged=(
        Case(
            {
                "auth.ts": """\
import { post } from "./post";
const tell = (mail) => post({ ...mail });
const auth = betterAuth({ emailAndPassword: { sendResetPassword: async ({ user, url }) => {
  await post({ to: user.email, text: url });
} } });
""",
                "post.ts": """\
export const post = async (letter: { to: string; text: string }) => {
  await send(letter).catch((e) => console.error("not sent", e, letter));
};
""",
            }
        ),
        Case(
            {
                "auth.ts": """\
import { post } from "./post";
const auth = betterAuth({ emailAndPassword: { sendResetPassword: async ({ user, url }) => {
  console.info("reset", user.email, url);
  await post(user.email);
} } });
""",
                "post.ts": "export const post = (to) => queue.add(to);\n",
            }
        ),
        Case(
            {
                "auth.ts": """\
const auth = betterAuth({ plugins: [emailOTP({ sendVerificationOTP: async ({ email, otp }) => {
  console.log({ email, otp });
} })] });
"""
            }
        ),
        Case(
            {
                "mail.py": """\
def forgot(email):
    reset_link = f"{settings.web}/reset?token={make_token(email)}"
    logger.info(f"reset link for {email}: {reset_link}")
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
const auth = betterAuth({ emailAndPassword: { sendResetPassword: async ({ user, url }) => {
  console.log(`reset ${url}`);
} } });
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.ts": """\
import { post } from "./post";
const auth = betterAuth({ emailAndPassword: { sendResetPassword: async ({ user, url }) => {
  await post(user.email, { to: user.email, text: url });
} } });
""",
                "post.ts": """\
export const post = async (email, letter) => {
  console.info("sending", email, letter.to);
  await send(letter);
};
""",
            }
        ),
        Case(
            {
                "mail.py": """\
def forgot(email):
    reset_link = make_link(email)
    send(email, reset_link)
    logger.info("reset link sent")

def fetch(url):
    logger.info("fetching %s", url)
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
const auth = betterAuth({ emailAndPassword: { sendResetPassword: async ({ user, url }) => {
  await send(user.email, url);
  console.log("mail sent");
} } });
"""
            }
        ),
    ),
)
