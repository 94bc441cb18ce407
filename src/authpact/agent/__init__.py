"""An optional language model: it proposes, the deterministic result stays the floor."""
