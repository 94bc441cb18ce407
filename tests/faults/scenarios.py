"""Every scenario by name, in the order of the page."""

from collections.abc import Callable
from pathlib import Path

from faults import flood, keys, workers
from faults.row import Row

Scenario = Callable[[Path, float], Row]

SCENARIOS: dict[str, Scenario] = {
    "issuer-killed": keys.issuer_killed,
    **{f"key-set-{mode}": keys.key_set_bad(mode) for mode in keys.BEHAVIOURS},
    "rotation": keys.rotation,
    "rotation-under-attack": keys.rotation_under_attack,
    "clock-ahead": keys.skew(8),
    "clock-behind": keys.skew(-8),
    "unknown-keys": keys.unknown_keys,
    "unknown-keys-at-speed": flood.unknown_keys_at_speed,
    "bad-headers": keys.bad_headers,
    "worker-killed": workers.worker_killed,
    "store-killed": workers.store_killed,
    "sign-out": workers.sign_out,
}
NEEDS_REDIS = frozenset({"worker-killed", "store-killed", "sign-out"})
