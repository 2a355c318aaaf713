"""The task definition: containers, storage, files, secrets."""
