"""The arguments of the constructs, held against what they may be."""
