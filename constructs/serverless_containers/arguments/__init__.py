"""Checks of the arguments of the constructs: keywords by their types, numbers by their ranges.

Every room of constructs may import it; it imports none.
"""
