"""One typed contract for the authentication between Next.js + Better Auth and FastAPI."""

from authpact.contract import Contract, load
from authpact.verify import Principal, Verifier

__all__ = ["Contract", "Principal", "Verifier", "load"]
