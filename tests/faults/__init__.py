"""Faults made for real: processes killed, servers that hang, keys that change, under load.

Everything runs on the loopback address with processes of its own. `python -m faults` writes
`docs/reference/reliability.md`; the tests run the same scenarios.
"""
