"""A local issuer for the tests of an application: no Better Auth, no network, no fixed secret.

    issuer = LocalIssuer(contract)
    install(app, contract, environ=issuer.environ, keys=issuer.keys)
    client.get("/api/u1/tasks", headers=issuer.headers("u1", roles=["admin"]))

With pytest, `pytest_plugins = ["authpact.testing.plugin"]` brings fixtures for all of this.
"""

from authpact.testing._forgeries import forgeries
from authpact.testing._issuer import OMIT, LocalIssuer

__all__ = ["OMIT", "LocalIssuer", "forgeries"]
