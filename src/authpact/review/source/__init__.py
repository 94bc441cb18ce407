"""A tree of files as it is: texts, syntax, names followed across files, values of expressions."""
