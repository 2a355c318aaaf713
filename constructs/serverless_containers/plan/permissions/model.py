"""The statements of ``custom-policies.json``, without their notation."""

from dataclasses import dataclass
from enum import Enum, StrEnum

from serverless_containers.findings import KeyPath, Location


class PseudoParameter(Enum):
    """A value that CloudFormation alone knows.

    It is no string itself: it is not to be mistaken for text.
    """

    ACCOUNT_ID = "AWS::AccountId"
    REGION = "AWS::Region"
    PARTITION = "AWS::Partition"


@dataclass(frozen=True, slots=True)
class Text:
    """A value of a statement, taken apart for CloudFormation.

    Strings among the parts are literal, also where they hold ``${…}``: those variables are IAM's,
    which replaces them at each request. A ``Fn::Sub`` of the whole would take them for its own.
    Two strings never follow each other: ``arn:aws:s3:::${env}-a/${aws:userid}`` in the environment
    ``dev`` has the one part ``arn:aws:s3:::dev-a/${aws:userid}``.

    Attributes:
        parts: The parts of the value, in order. None for an empty value.
    """

    parts: tuple[str | PseudoParameter, ...]

    def __str__(self) -> str:
        return "".join(
            f"${{{part.value}}}" if isinstance(part, PseudoParameter) else part
            for part in self.parts
        )


class Effect(StrEnum):
    """The effect of a statement, as IAM writes it."""

    ALLOW = "Allow"
    DENY = "Deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionTest:
    """One comparison. A statement applies where all of its tests hold.

    Attributes:
        operator: How to compare: ``StringLike``, ``ForAnyValue:StringEqualsIfExists``.
        key: The key to compare: ``s3:prefix``.
        values: The values to compare it with; one that matches is enough. Numbers and booleans are
            text here, as they were written: IAM takes them with quotes and without.
    """

    operator: str
    key: str
    values: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One permission of the application.

    Attributes:
        sid: Its name, unique in the file. None if it has none.
        effect: Whether it allows or denies.
        actions: At least one ``service:Name``; the name may hold wildcards. A statement that denies
            may hold ``*``.
        resources: At least one ARN or ``*``.
        condition: When it applies, in the order of the file. Empty: always.
        at: Where it starts.
        path: Its index in the file.
    """

    sid: str | None
    effect: Effect
    actions: tuple[str, ...]
    resources: tuple[Text, ...]
    condition: tuple[ConditionTest, ...]
    at: Location
    path: KeyPath
