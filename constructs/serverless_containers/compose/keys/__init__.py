"""One record a Compose key: what each phase of the reader does with it."""
