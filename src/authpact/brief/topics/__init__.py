"""What a brief may speak about, one module each: a reading in, mentions out."""
