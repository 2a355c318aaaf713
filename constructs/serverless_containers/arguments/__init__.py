"""Checks of the arguments of what is public: keywords by their types, numbers by their ranges.

Every room of constructs may import it; it imports none.
"""
