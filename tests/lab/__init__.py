"""The lab: an API and an issuer that do everything right, and one switch for each way not to.

Written by hand on FastAPI and joserfc, without any part of authpact that enforces the contract:
what the probes say about it is independent evidence.
"""
