"""Event patterns of EventBridge, as far as the rules of this library use them.

"Creating Amazon EventBridge event patterns", Amazon EventBridge User Guide.
"""


def matches(pattern, event):
    """Whether an event matches a pattern: every key of the pattern, by one of its values."""
    return all(
        any(matches(each, event) for each in wanted)
        if key == "$or"
        else _key_matches(wanted, event, key)
        for key, wanted in pattern.items()
    )


def _key_matches(wanted, event, key):
    # Where an event has a list of objects, any of them may have the key.
    objects = event if isinstance(event, list) else [event]
    found = [each[key] for each in objects if isinstance(each, dict) and key in each]
    if isinstance(wanted, dict):
        return any(matches(wanted, each) for each in found)
    values = [value for each in found for value in (each if isinstance(each, list) else [each])]
    return any(_value_matches(one, value) for one in wanted for value in values)


def _value_matches(wanted, value):
    if isinstance(wanted, dict):
        ((operator, operand),) = wanted.items()
        assert operator == "prefix"
        return isinstance(value, str) and value.startswith(operand)
    return wanted == value
