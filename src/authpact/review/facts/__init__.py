"""What a tree says about authentication, without an opinion; rules judge it."""
