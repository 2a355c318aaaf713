"""MiniStack, as far as the embedded AWS depends on it.

`names` declares the private names that are called and read, `declared` checks them, and those that
`patches` change, before anything is changed. ``python -m serverless_containers.local.ministack``
tells what an installed release has changed of them.
"""
