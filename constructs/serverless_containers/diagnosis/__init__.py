"""Diagnosis of a deployed service: what was seen of it, and the causes that explain it."""
