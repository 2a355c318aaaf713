"""The stacks of this application: one stage for each environment."""
