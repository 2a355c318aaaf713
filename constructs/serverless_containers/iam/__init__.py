"""Permissions of principals, the trust policies of roles, and what cdk-nag is told of both.

Every room of constructs may import it; it imports none.
"""
