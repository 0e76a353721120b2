"""The commands of the command line: one module a family, each imported when it is called."""
