import re
from typing import Final

from authpact.brief._variant import Kind, Variant

_API: Final = r"(?:fast ?api|backend|python|(?:the|our) api(?! client)|(?:the|our) server)"
_LOGIN: Final = r"(?:log-?ins?|sign-?ins?|sign-?ups?|registrations?|registrierung|anmeldung|user registration|user management)"
_OWN: Final = r"(?:own|custom(?: made)?|home-?grown|home-?made|hand-?rolled|self-?(?:written|made|built|hosted)|bespoke)"

_OWN_LOGIN: Final = Variant(
    "own-login",
    re.compile(
        rf"\b{_OWN} (?:jwt |user |token )?(?:auth\b|authentication|{_LOGIN}|identity (?:system|service)|auth(?:entication)? (?:system|service|server|flow))|"
        r"\b(?:build|write|implement|roll|code|program) (?:up )?(?:our own |the |an? |my own )?(?:auth\b|authentication|login) (?:system )?(?:ourselves|myself|from scratch|by hand|in python|in fastapi)|\broll(?:ing)? our own\b|"
        rf"\b{_API}\b[^.;,]{{0,50}}\b(?:gets?|has|have|provides?|exposes?|implements?|offers?|adds?|handles?|with|does|contains?|needs?|includes?|own|builds?)\b[^.;]{{0,30}}\b{_LOGIN}\b(?! page| form| cookie| required| status)|"
        rf"\b(?:{_LOGIN}|register|signup)(?:,? (?:and|or|/|&|und) (?:\w+[ -]?)?(?:{_LOGIN}|register|signup))?[ -](?:endpoints?|routes?|api|handlers?)\b[^.;]{{0,60}}\b(?:fast ?api|backend|python)\b|"
        rf"\b(?:fast ?api|backend|python)\b[^.;]{{0,60}}\b(?:{_LOGIN}|register|auth)(?:,? ?(?:and|or|/|&|und) ?(?:\w+[ -]?)?(?:{_LOGIN}|register|signup))?[ -](?:endpoints?|routes?|handlers?)\b|"
        rf"\b{_API} (?:itself |also |then |should |will |must |shall )*(?:logs?|signs?|registers?|authenticates?) (?:the )?(?:users?|people|customers?)(?! requests?)\b(?! by| with (?:the |a )?(?:jwt|bearer|token))|"
        r"\bPOST\W{0,4}(?:/(?!api/auth/)[\w/{}-]*)?/(?:login|log-in|signin|sign-in|register|signup|sign-up|token)\b|"
        r"(?<![\w/])(?:has|have|with|add|gets?|provides?|implement\w*|exposes?|und|and) `?/(?:login|signin|register|signup|token)\b|"
        r"\bOAuth2PasswordRequestForm\b|\bfastapi[- ]users\b|\bdjango(?:'s)? auth\b|"
        r"\beigene[ns]? (?:login|anmeldung|anmeldesystem|registrierung|auth\w*)|\b(?:login|anmeldung|registrierung) (?:soll |muss |wird )?(?:direkt )?in fastapi\b|"
        r"\bpropre (?:système d['’]authentification|login|connexion|authentification)|\bsystème d['’]authentification maison|"
        r"\bpropio (?:login|sistema de (?:autenticación|login))|\b(?:login|autenticación|registro) propi[oa]|\bpróprio (?:login|sistema de (?:autenticação|login))|\b(?:login|sistema de autenticação) próprio|"
        r"\bproprio (?:login|sistema di (?:autenticazione|login))|\beigen (?:login\w*|inlog\w*|authenticatie\w*)|\bwłasn\w+ (?:logowani\w*|system\w* logowania|uwierzytelni\w*|rejestracj\w*)|"
        r"\bkendi (?:giriş|login|kimlik doğrulama|auth)\w*|\bapn[ai] (?:khud ka )?(?:login|auth)\w*|\bkhud ka (?:login|auth)|自己的登录|自建(?:登录|认证|的登录)|自己实现登录|独自の?(?:ログイン|認証)|自前の?(?:ログイン|認証)",
        re.IGNORECASE,
    ),
    "A second sign-in has its own passwords, rate limits and holes; of 48 public repositories of this stack, 23 ended up minting tokens in Python by hand.",
    "Users sign up and sign in at Better Auth; FastAPI only verifies. For Swagger's Authorize button a development relay forwards credentials to Better Auth.",
    unless=re.compile(
        r"\b(?:relay|forwards? (?:the )?credentials|better[ -]?auth (?:handles|does|provides|offers|owns|takes care|serves|has))\b|"
        r"\b(?:log-?in|sign-?in|registration|anmeldung)s? (?:(?:is|are|lives?|runs?|happens?|läuft|stays?) )?(?:only )?(?:at|via|through|with|by|über|in|bei|handled by|done by|goes through) better[ -]?auth",
        re.IGNORECASE,
    ),
)

_MINTED: Final = Variant(
    "minted-in-python",
    re.compile(
        rf"\b(?:{_API}|py-?jwt|python-jose|authlib)\b(?:(?!\b(?:verif|check|valid|accept|trust|decod|receiv|read|refus|reject|never|not|better|expect|next|front)\w*)[^.;]){{0,60}}?"
        r"\b(?:creat\w+|mint\w*|issu(?:e|es|ing)|signs?|signing|generat\w+|encod\w+|produc\w+|hands? out|returns?)\b(?![- ](?:in|out|up)\b)(?: (?:the|a|an|its|our|own|access|new|user|short-lived|all|such|itself|for|them|their|signed|api|bearer|jwts? and))*"
        r" (?:jwts?|(?:access )?tokens?)\b(?! (?:verif|valid|check|from|of better))|"
        rf"\b(?:jwts?|tokens?)\b (?:(?:is|are|be|get|gets|should be|must be|will be) )?(?:creat\w+|mint\w+|issued|signed|generated|encoded) (?:by|in|with|on|inside) (?:the |our )?(?:{_API}|py-?jwt|python-jose|backend|server)\b|"
        r"\b(?:the )?(?:backend|fast ?api|python|server) should create the jwt\b|\bjwt\.encode\b|\bcreate_access_token\b|"
        r"\bfastapi (?:stellt|gibt|erzeugt|signiert|erstellt)\b[^.;,]{0,40}\b(?:token|jwts?)\b|\bfastapi (?:génère|émet|crée|signe|genera|emite|firma|crea|gera|emette)\b[^.;,]{0,30}\b(?:tokens?|jwts?|jetons?)\b|"
        r"(?:后端|FastAPI)(?:自己)?(?:签发|生成|颁发)(?:JWT|令牌|token)|FastAPI(?:で|が)(?:JWT|トークン)を(?:発行|生成)",
        re.IGNORECASE,
    ),
    "Two issuers for one API: a session that was ended at Better Auth goes on in Python, and a stolen Python key signs for everybody.",
    "Better Auth issues the token at `POST /api/auth/api-token`; Python holds verification keys only.",
    unless=re.compile(
        r"\b(?:tests?|pytest|fixtures?|test-?suite|ci)\b[^.;]*\b(?:mint|token|sign)|\btokens? (?:issued|signed|created) by better",
        re.IGNORECASE,
    ),
)

KIND: Final = Kind(
    "custom-auth",
    "No custom authentication system: Better Auth signs users in and issues the token, FastAPI verifies it.",
    (_OWN_LOGIN, _MINTED),
)
