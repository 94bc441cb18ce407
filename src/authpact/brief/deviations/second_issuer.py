import re
from typing import Final

from authpact.brief._variant import Kind, Variant

_PROVIDERS: Final = (
    r"auth0|firebase(?: auth\w*)?|clerk|keycloak|supabase(?: auth\w*)?|cognito|okta|azure ad|entra(?: id)?|workos|stytch|fusionauth|zitadel|authentik|next-?auth|auth\.js|logto|kinde|descope|"
    r"ory|onelogin|ping ?identity|authelia|gotrue|propelauth"
)
_PROVIDER: Final = Variant(
    "another-provider",
    re.compile(rf"(?<![\w./-])(?:{_PROVIDERS})(?![\w-])", re.IGNORECASE),
    "The API would trust two issuers: two key sets, two meanings of `sub`, and a principal of one could pass for a principal of the other.",
    "Better Auth stays the only issuer; a further provider signs users in at Better Auth, not at the API.",
    unless=re.compile(
        r"\b(?:supabase|firebase)\b[^.;,]{0,20}\b(?:postgres\w*|database|db|storage|hosting|bucket|edge functions?)\b|\b(?:postgres\w*|database|db|hosted|hosting|storage)\b[^.;,]{0,20}\b(?:supabase|firebase)\b(?! auth)|"
        r"\b(?:like|similar to|inspired by|compared? (?:to|with)|evaluated|considered|looked at|alternative to|better than|cheaper than|unlike|as in|wie bei|ähnlich wie|comme|como)\b[^.;]{0,30}"
        rf"\b(?:{_PROVIDERS})\b|\bno longer\b|\b(?:clerk|clerks)\b[^.;]{{0,20}}\b(?:can|may|role|office|the)\b|\bthe clerk\b|\brole[^.;]{{0,20}}\bclerk\b",
        re.IGNORECASE,
    ),
)
_ANOTHER: Final = Variant(
    "another-issuer",
    re.compile(
        r"\b(?:second|another|additional|two|multiple|several|other|zweite[rn]?|deuxième|segundo|secondo|tweede|drugi|ikinci) (?:token )?(?:issuers?|identity providers?|idps?|authorization servers?|aussteller|émetteurs?|emisor(?:es)?|emissor|emittent\w*)\b|"
        r"\btokens? (?:from|of|issued by) (?:our |the |a )?(?:corporate|company|partner|external|customer|google|microsoft|employer)['’s]*(?: \w+)? ?(?:sso|idp|identity provider|login|accounts?|directory)?\b|第二个(?:签发者|发行者)|別の発行者",
        re.IGNORECASE,
    ),
    _PROVIDER.cost,
    _PROVIDER.alternative,
)

KIND: Final = Kind(
    "second-issuer",
    "Better Auth is the only issuer the API trusts.",
    (_PROVIDER, _ANOTHER),
)
