"""The secret that a request carries to show that it came through this site's distribution."""

from collections.abc import Sequence

from aws_cdk import Acknowledgment, RemovalPolicy, Token, Validations
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

HEADER = "X-Origin-Verify"
"""The header that carries it."""

_LENGTH = 40


class OriginSecret(Construct):
    """A header value that CloudFront sends and the load balancer asks for.

    CloudFormation makes the value and keeps it in Secrets Manager; a template holds a dynamic
    reference, never the value. Whoever may read the distribution's configuration or the listener's
    rules can read it there, and the containers are sent it too.

    The value of a generation never changes: CloudFormation reads a reference only when the resource
    around it changes, so that a value rotated in place would reach the distribution and the
    listener at different times. Raise ``generation`` by one and deploy instead. The listener
    accepts the new value and the one before it; the distribution, updated after the listener, sends
    the new one. The deployment after that, of the next generation, drops the old value.

    Args:
        generation: The number of the value that is sent, from 1. Raise it by one at a time: a
            request with a value that is older than the one before is turned away.

    Raises:
        ValueError: If the generation is not a whole number from 1.
    """

    def __init__(self, scope: Construct, construct_id: str, *, generation: int = 1) -> None:
        super().__init__(scope, construct_id)
        if (
            # A boolean is an int to Python.
            type(generation) is not int or Token.is_unresolved(generation) or generation < 1
        ):
            raise ValueError(
                f"generation: expected a whole number from 1, known when the template is made, got "
                f"{generation!r}"
            )
        previous = [self._make(generation - 1)] if generation > 1 else []
        self._values = [self._make(generation), *previous]

    @property
    def header(self) -> str:
        """The header's name."""
        return HEADER

    @property
    def sent(self) -> str:
        """A dynamic reference to the value that CloudFront sends."""
        return self._values[0]

    @property
    def accepted(self) -> Sequence[str]:
        """Dynamic references to the values that the load balancer lets in."""
        return tuple(self._values)

    def _make(self, generation: int) -> str:
        # An id of its own for each generation: the next deployment leaves this one as it is.
        secret = secretsmanager.Secret(
            self,
            f"Generation{generation}",
            description="Shows the load balancer that a request came through CloudFront",
            generate_secret_string=secretsmanager.SecretStringGenerator(
                # A condition of a listener's rule reads * and ? as wildcards.
                exclude_punctuation=True,
                include_space=False,
                password_length=_LENGTH,
            ),
            removal_policy=RemovalPolicy.DESTROY,
        )
        Validations.of(secret).acknowledge(
            Acknowledgment(
                id="AwsSolutions-SMG4",
                reason="CloudFront and the load balancer have to change together: it is rotated by "
                "a deployment with the next generation, which accepts both values meanwhile.",
            )
        )
        return secret.secret_value.unsafe_unwrap()
