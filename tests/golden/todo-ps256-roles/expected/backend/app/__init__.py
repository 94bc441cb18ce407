"""The todo API."""
