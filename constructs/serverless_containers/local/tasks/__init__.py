"""Tasks of ECS as containers of an engine: what is planned purely, and what runs it."""
