"""Variables: files of them, their syntax, and where they are put in place."""
