"""One tool a module; the name of the module is the name of the tool."""
