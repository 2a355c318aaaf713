"""The secrets of a project in AWS, the changes that a push makes to them, and the push itself.

Values pass through on their way from a file to a store. No exception, message or representation
of this package holds one.
"""
