"""What happens when a token runs out: `session.reissue`; refresh tokens are noted."""

import re
from collections.abc import Iterator
from typing import Final

from authpact.brief._fact import Mention, mention
from authpact.brief._reading import Reading
from authpact.brief._stance import Stance

_REFRESH_TOKEN: Final = re.compile(
    r"\brefresh[ -_]?tokens?\b|\brefresh-?tokens?\b|jetons? de rafraîchissement|tokens? de (?:actualización|atualização|refresco)|"
    r"刷新令牌|リフレッシュトークン",
    re.IGNORECASE,
)
_SILENT: Final = re.compile(
    r"\bsilent(?:ly)?\b(?:[ -](?:re-?issue|refresh|renewal?))?|\b(?:automatic(?:ally)?|seamless(?:ly)?|transparent(?:ly)?) "
    r"(?:re-?issued?|refresh\w*|renew\w*|re-?new\w*)|\b(?:refresh|renew)\w* (?:automatically|silently|in the background|transparently)|"
    r"\bstille\w* (?:erneuerung|verlängerung)|automatisch\w* (?:erneuer|verlänger|vernieuw)\w*|renouvel\w+ (?:silencieux|automatiqu\w*)|"
    r"renovaci[óo]n (?:silenciosa|automática)|renovação (?:silenciosa|automática)|rinnovo (?:silenzioso|automatico)|静默(?:刷新|续期)|自動更新",
    re.IGNORECASE,
)
_AGAIN: Final = re.compile(
    r"\b(?:has|have|must|needs?|should|will) (?:to )?(?:sign|log)[ -]?in (?:again|anew)\b|\bre-?(?:login|authenticate) (?:after|when|on|once)\b|"
    r"\b(?:erneut|neu|wieder) anmelden\b|\bse reconnecter\b|\bvolver a iniciar sesión\b|\bfazer login novamente\b|"
    r"\baccedere di nuovo\b|\bopnieuw inloggen\b|\bponownie (?:się )?zalogować\b|\btekrar giriş\b|\bdobara login\b|重新登录|再ログイン|"
    r"\b(?:no|without) (?:re-?issue|renewal|token renewal|automatic renewal)\b",
    re.IGNORECASE,
)


def find(reading: Reading) -> Iterator[Mention]:
    """Yield `session.reissue` and, for refresh tokens, `note.refresh-tokens`."""
    for sentence in reading.prose:
        for match in _REFRESH_TOKEN.finditer(sentence.text):
            yield mention(sentence, "note.refresh-tokens", "wanted", match.span())
        for match in _SILENT.finditer(sentence.text):
            found = mention(sentence, "session.reissue", "silent", match.span())
            if found.stance is Stance.REFUSED:
                yield Mention(
                    found.field, "none", found.start, found.end, Stance.WANTED, found.quoted
                )
            else:
                yield found
        for match in _AGAIN.finditer(sentence.text):
            whole = mention(sentence, "session.reissue", "none", match.span())
            if (
                not re.match(r"no |without ", match[0], re.IGNORECASE)
                or whole.stance is Stance.WANTED
            ):
                yield whole
