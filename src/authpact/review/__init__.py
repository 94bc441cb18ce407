"""Review: what is wrong in an existing integration, read from both languages together."""

from authpact.review._drift import drift
from authpact.review._engine import Review, findings_in, review, review_tree
from authpact.review._fix import Fixed, fix
from authpact.review._infer import infer
from authpact.review._mends import exchanged, mended, patch
from authpact.review._revision import tree_at
from authpact.review._rule import Case, Hit, Rule, all_rules
from authpact.review._suppress import (
    Suppression,
    baseline_of,
    beyond,
    from_folder,
    inline,
    read_baseline,
    without,
)
from authpact.review.facts._facts import Facts
from authpact.review.facts._live import LiveRoute, live_routes
from authpact.review.source._excerpt import excerpt, masked
from authpact.review.source._tree import Tree, Unreviewable, read_tree, sort_texts

__all__ = [
    "Case",
    "Facts",
    "Fixed",
    "Hit",
    "LiveRoute",
    "Review",
    "Rule",
    "Suppression",
    "Tree",
    "Unreviewable",
    "all_rules",
    "baseline_of",
    "beyond",
    "drift",
    "excerpt",
    "exchanged",
    "findings_in",
    "fix",
    "from_folder",
    "infer",
    "inline",
    "live_routes",
    "masked",
    "mended",
    "patch",
    "read_baseline",
    "read_tree",
    "review",
    "review_tree",
    "sort_texts",
    "tree_at",
    "without",
]
