"""Review: what is wrong in an existing integration, read from both languages together."""

from authpact.review._engine import Review, findings_in, review, review_tree
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, rules
from authpact.review._tree import Tree, Unreviewable, read_tree, sort_texts

__all__ = [
    "Case",
    "Facts",
    "Hit",
    "Review",
    "Rule",
    "Tree",
    "Unreviewable",
    "findings_in",
    "read_tree",
    "review",
    "review_tree",
    "rules",
    "sort_texts",
]
