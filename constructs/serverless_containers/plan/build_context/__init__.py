"""The folders that images are built from: their files, and those that never leave this machine."""
