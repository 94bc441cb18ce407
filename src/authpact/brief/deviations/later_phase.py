import re
from typing import Final

from authpact.brief._variant import Kind, Variant

_PROVIDERS: Final = r"google|github|apple|facebook|microsoft|linkedin|twitter|discord|gitlab|x"
_COST: Final = "Each adds endpoints, states and attacks of its own, and the acceptance criteria of this phase would no longer cover the system."
_SIGN_IN: Final = Variant(
    "further-sign-in",
    re.compile(
        rf"\b(?:social|o-?auth|google|github|apple|facebook)[ -](?:sign-?ins?|log-?ins?|auth\w*|providers?|accounts?|oauth)\b|\b(?:sign|log|logs|signs|logging|signing)[ -]?(?:in|up|on)? (?:in )?(?:with|via|through|using) (?:their |a |an )?(?:{_PROVIDERS}|o-?auth|sso|social)\b|"
        rf"\b(?:{_PROVIDERS}) o-?auth\b|\bo-?auth (?:with|via|through) (?:{_PROVIDERS})\b|\b(?:mfa|2fa|totp)\b|\b(?:two|multi|second)[ -]factor\b|\bpass-?keys?\b|\bweb-?authn\b|\bmagic[ -]links?\b|\bpassword-?less\b|\b(?:sms|e-?mail) otp\b|\bone[ -]time (?:codes?|passwords?)\b|\bsingle sign-?on\b|"
        r"\bpassword (?:reset|recovery)\b|\b(?:reset|forgot(?:ten)?) (?:their |the |my )?password\w*\b|\be-?mail (?:verification|confirmation)\b|\bverif\w+ (?:their |the )?e-?mail\w*|"
        r"\bzwei-?faktor\w*|\bpasswort[ -]?(?:zurücksetz\w+|reset|vergessen)|\bdouble authentification|\bréinitialis\w+ (?:le |du |de )?mot de passe|\bdoble factor|\brestablec\w+ (?:la )?contraseña|\bdois fatores|\bredefin\w+ (?:a |de )?senha|\bdue fattori|\bwachtwoord (?:herstel|reset)\w*|"
        r"\breset\w* hasła|\biki faktör\w*|\bşifre sıfırlama|两步验证|双因素|重置密码|二要素認証|パスワードリセット|\b(?:anmeldung|login|connexion|inicio de sesión|accesso|inloggen|giriş) (?:mit|avec|con|met|com|via|ile) (?:google|github|apple)",
        re.IGNORECASE,
    ),
    _COST,
    "E-mail and password at Better Auth now; the plugin for this is added at Better Auth in its own phase and leaves token and API unchanged.",
)
_PHASES: Final = Variant(
    "later-phase",
    re.compile(
        r"\bchat-?bots?\b|\bai (?:assistant|agent)s?\b|\bopenai agents?\b|\bmcp (?:server|tools?)\b|\bkubernetes\b|\bk8s\b|\bhelm(?: charts?)?\b|\bminikube\b|\bkafka\b|\bdapr\b|"
        r"\bphase[ -]?(?:iii|iv|v|3|4|5|three|four|five)\b(?! (?:will|adds?|is|comes|brings|covers|follows|introduces|later))|聊天机器人|チャットボット",
        re.IGNORECASE,
    ),
    _COST,
    "This contract stays with its phase; the access token carries over unchanged when the next one comes.",
    unless=re.compile(
        r"\b(?:already |currently )?(?:runs?|running|hosted|deployed) (?:on|in) (?:our |the |a )?(?:kubernetes|k8s)\b|\bwe(?:'re| are) on (?:kubernetes|k8s)\b|\bkubernetes (?:cluster|secrets?)\b|\bphase[ -]?(?:iii|iv|v|[345]) (?:will|adds?|is|comes|brings|covers|follows|introduces)\b|\b(?:before|until|prepar\w+ for) phase\b",
        re.IGNORECASE,
    ),
)

KIND: Final = Kind(
    "later-phase",
    "This phase only: sign-up, sign-in and sign-out with e-mail and password, JWT Bearer tokens, access to the listed operations.",
    (_SIGN_IN, _PHASES),
)
