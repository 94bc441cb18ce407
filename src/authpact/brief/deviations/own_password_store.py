import re
from typing import Final

from authpact.brief._variant import Kind, Variant

_PASSWORDS: Final = r"(?:passwords?|passwort\w*|passwörter\w*|kennw\w+|mots? de passe|contraseñas?|senhas?|wachtwoord\w*|hase?ł\w*|şifre\w*|parola\w*|密码|パスワード)"
_KEEP: Final = r"(?:hash\w*|bcrypt|argon2\w*|scrypt|pbkdf2|passlib|pwdlib|stor(?:e|es|ed|ing)|sav(?:e|es|ed|ing)|check(?:s|ed|ing)?|verif\w+|compar\w+|column|table|gespeichert|speicher\w*|stock\w+|guard\w+|armazen\w+|salv\w+|opgeslagen|przechow\w+|sakla\w*|存储|保存)"
_STORE: Final = Variant(
    "own-password-store",
    re.compile(
        rf"\b{_PASSWORDS}[^.;]{{0,50}}\b{_KEEP}|\b{_KEEP}[^.;]{{0,50}}\b{_PASSWORDS}|{_PASSWORDS}.{{0,20}}(?:存储|保存)|(?:存储|保存).{{0,10}}{_PASSWORDS}",
        re.IGNORECASE,
    ),
    "Password hashes would lie in two stores: two places to leak, to rate-limit, to migrate, and a reset changes only one of them.",
    "Better Auth keeps users and password hashes; existing hashes are imported there once, and rows of the API refer to the user id.",
    unless=re.compile(
        r"\bbetter[ -]?auth(?:['’]s)?\b(?![^.;]*\b(?:fast ?api|python|backend)\b[^.;]*\b(?:hash|stor|check|compar))|\bpasswords? reset|\bin the password manager\b",
        re.IGNORECASE,
    ),
    context=re.compile(
        r"\b(?:fast ?api|backend|python|sqlmodel|sqlalchemy|the api|our|own|we|passlib|pwdlib|eigen\w*|unser\w*|propre|notre|propi[oa]|nuestr\w+|próprio|nosso|proprio|nostr\w+|własn\w+|kendi)\b|后端|自己|バックエンド|独自",
        re.IGNORECASE,
    ),
)
_COLUMN: Final = Variant(
    "password-column",
    re.compile(r"\b(?:hashed_password|password_hash|hashedPassword|passwordHash|pwd_hash)\b"),
    _STORE.cost,
    _STORE.alternative,
    unless=re.compile(r"better[ -]?auth", re.IGNORECASE),
)

KIND: Final = Kind(
    "own-password-store",
    "Passwords are known to Better Auth alone; the API stores and compares none.",
    (_STORE, _COLUMN),
)
