"""The API of the todo application."""
