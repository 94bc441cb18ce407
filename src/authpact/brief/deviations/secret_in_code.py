import re
from typing import Final

from authpact.brief._variant import Kind, Variant

_FILES: Final = r"(?:code|source(?: code)?|repo(?:sitory)?|git(?:hub)?|config\.py|settings\.py|main\.py|auth\.ts|auth\.py|constants?(?:\.\w+)?|docker-compose(?:\.ya?ml)?|dockerfile|readme(?:\.md)?|next\.config\.\w+|the frontend|client(?:[- ]side)? (?:code|bundle)|javascript|bundle)"
_SHARED: Final = Variant(
    "better-auth-secret-at-the-api",
    re.compile(
        r"(?<!differs from )(?<!different from )(?<!separate from )(?<!distinct from )(?<!other than )(?<!apart from )(?<!not equal )(?<!never equal )(?<!equal )"
        r"\b(?:BETTER[_ -]AUTH[_ -]SECRET|better[ -]auth(?:['’]s)? (?:own )?(?:master )?secret|AUTH_SECRET)\b",
        re.IGNORECASE,
    ),
    "Measured: a token signed with BETTER_AUTH_SECRET passes as an e-mail link of Better Auth, and whoever holds it forges any session; an API that knows it can take over every account.",
    "A dedicated secret, `API_JWT_SECRET`, for tokens alone; BETTER_AUTH_SECRET stays in Next.js. Same HS256, one more variable.",
    unless=re.compile(
        r"(?:BETTER[_ -]AUTH[_ -]SECRET|better[ -]auth(?:['’]s)? secret)\b[^.;]{0,80}\b(?:never|not|stays?|remains?|only|apart|differ\w*|separate|alone|bleibt|nur|reste|seulement|solo|blijft|n['’]est|no debe|kein\w*|nie)\b(?![^.;]{0,60}\b(?:same|both|shared?)\b)|"
        r"\b(?:never|not|no|distinct|differ\w*|separate\w*|other than|own secret|dedicated|nicht|kein\w*|jamais|nunca|pas|mai|niet|nooit)\b[^.;]{0,60}BETTER[_ -]AUTH[_ -]SECRET|\bgenerate\b[^.;]{0,30}BETTER_AUTH_SECRET",
        re.IGNORECASE,
    ),
    context=re.compile(
        r"\b(?:fast ?api|backend|the api|api|python|both|shar\w+|same|jwts?|tokens?|sign\w*|verif\w+|decod\w+|services|beide\w*|gemeinsam\w*|gleich\w*|partag\w+|même|compart\w+|mism[oa]|ambos|condivis\w+|stess[oa]|gedeeld\w*|dezelfde|wspóln\w+|aynı|ortak|dono|same)\b|后端|相同|共享|バックエンド|同じ|共有",
        re.IGNORECASE,
    ),
)
_HARDCODED: Final = Variant(
    "secret-in-source",
    re.compile(
        rf"\bhard-?cod\w+[^.;]{{0,50}}\b(?:secrets?|keys?|passwords?|credentials?)\b|\b(?:secrets?|signing keys?|keys?|credentials?)\b[^.;]{{0,40}}\bhard-?cod\w+|"
        rf"\b(?:secrets?|signing keys?|jwt keys?|private keys?)\b[^.;,]{{0,40}}\b(?:in|into|inside|to|directly in|within)\b (?:the |our |a |your )?{_FILES}\b|"
        rf"\b(?:commit|check in|push|put)\b[^.;]{{0,30}}\b(?:secrets?|\.env(?! ?\.example)|private keys?)\b[^.;]{{0,30}}\b{_FILES}\b|\bcommit (?:the |our )?(?:\.env(?!\.example)|secrets?)\b|"
        r"\b(?:secret|geheimnis|schlüssel)\w*[^.;]{0,30}\b(?:im|in den) (?:quell)?code\b|\bfest (?:im code|einprogrammiert|verdrahtet)|\bsecret\w*[^.;]{0,30}\b(?:en dur|dans le code)|\b(?:secreto|clave)[^.;]{0,30}\ben el código|"
        r"\b(?:segredo|chave)[^.;]{0,30}\bno código|\b(?:segreto|chiave)[^.;]{0,30}\bnel codice|\b(?:geheim|secret)\w*[^.;]{0,30}\bin de code|\bsekret\w*[^.;]{0,30}\bw kodzie|\bkod\w* (?:içine )?(?:göm|yaz)\w*|\bsecret[^.;]{0,20}\bcode (?:mein|me) |硬编码|写死在代码|ハードコード",
        re.IGNORECASE,
    ),
    "Whoever reads the repository, its history or a bundle can sign tokens for every user; a leaked secret must be replaced everywhere.",
    "The contract names the variables; values come from the environment or a secret store (`authpact secret` makes them for development).",
    unless=re.compile(
        r"\b(?:from|via|through|out of|aus) (?:the )?(?:environment|env|vault|secret (?:store|manager)|umgebung)\b",
        re.IGNORECASE,
    ),
)
_PUBLIC: Final = Variant(
    "secret-in-the-bundle",
    re.compile(
        r"\bNEXT_PUBLIC_\w*(?:SECRET|PRIVATE|SIGNING|JWT_KEY)\w*|\bNEXT_PUBLIC_\w*[^.;]{0,40}\bsecrets?\b|\bsecrets?\b[^.;]{0,40}\b(?:NEXT_PUBLIC_|to the browser|in the browser|client[- ]side)",
        re.IGNORECASE,
    ),
    "Next.js compiles every `NEXT_PUBLIC_` variable into the browser bundle: each visitor could sign tokens.",
    "The browser needs no key: it sends the token and the API verifies it.",
    unless=re.compile(
        r"\b(?:never|not|no|must not|nie|nicht|jamais|nunca|mai|nooit)\b[^.;]{0,60}(?:NEXT_PUBLIC_|browser|client)|NEXT_PUBLIC_[^.;]{0,60}\b(?:never|not|no)\b",
        re.IGNORECASE,
    ),
)
_VALUE: Final = Variant(
    "secret-in-the-brief",
    re.compile(
        r"\b[A-Za-z_]*(?:SECRET|secret|PRIVATE_KEY)(?:_KEY)?\b[\"'`]?(?=\s*[:=]\s*[\"'`]?(?!process\.|os\.|env|your|change|<|\$|\{|xxx|\.\.\.|openssl|generate|the |a |an )[A-Za-z0-9+/_!@#%^*-]{12,}[\"'`]?(?:\s|$|[,;.}]))"
    ),
    "A secret that was written into a brief, a ticket or a chat is known to more people than it serves.",
    "Replace it and keep the new one in the environment; nothing of it is kept by authpact.",
)

KIND: Final = Kind(
    "secret-in-code",
    "Secrets live in the environment, one for each purpose, and BETTER_AUTH_SECRET never leaves Better Auth.",
    (_SHARED, _HARDCODED, _PUBLIC, _VALUE),
)
