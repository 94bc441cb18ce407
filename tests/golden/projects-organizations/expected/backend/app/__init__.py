"""The projects API."""
