"""Images: built by the engine, and kept there under their names in the emulated registry."""
