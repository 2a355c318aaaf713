"""A Cognito user pool in which people sign in with an email address."""

from aws_cdk import Acknowledgment, RemovalPolicy, Validations
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from serverless_containers.ingress.retention import retained_once_made


def make_user_pool(
    scope: Construct, *, self_sign_up: bool, removal_policy: RemovalPolicy
) -> cognito.UserPool:
    """Make a user pool below ``scope``.

    Args:
        scope: The construct above it.
        self_sign_up: Whether anybody can sign up; otherwise an administrator adds users.
        removal_policy: The removal policy of the pool, and of the users in it, when the stack is
            deleted. What is retained goes all the same if its creation is rolled back.
    """
    pool = cognito.UserPool(
        scope,
        "UserPool",
        self_sign_up_enabled=self_sign_up,
        sign_in_aliases=cognito.SignInAliases(email=True),
        auto_verify=cognito.AutoVerifiedAttrs(email=True),
        account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
        # A choice of the user's: a pool that demands a second factor locks out scripts.
        mfa=cognito.Mfa.OPTIONAL,
        mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
        password_policy=cognito.PasswordPolicy(
            min_length=12,
            require_digits=True,
            require_lowercase=True,
            require_uppercase=True,
            require_symbols=True,
        ),
        removal_policy=retained_once_made(removal_policy),
    )
    Validations.of(pool).acknowledge(
        Acknowledgment(
            id="AwsSolutions-COG2",
            reason="A second factor is offered and left to the user; give a pool of your own "
            "to demand it.",
        ),
        Acknowledgment(
            id="AwsSolutions-COG8",
            reason="The Plus plan's threat protection costs for each user; give a pool of your "
            "own to have it.",
        ),
    )
    return pool
