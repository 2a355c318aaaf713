{"name": "Hello", "depends": ["base"]}
