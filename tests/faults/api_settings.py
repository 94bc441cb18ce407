"""What the API under fault does more often than any contract may say."""

CACHE_SECONDS = 2
COOLDOWN_SECONDS = 1
