"""Ranges of AWS, held by whatever is concrete."""

import math

from aws_cdk import Duration, Token


def check_range(
    name: str, value: float, least: float, most: float, *, unit: str, source: str
) -> None:
    """Refuse a number outside of a range; a token passes.

    Args:
        name: The keyword, for the message.
        value: The number.
        least: The smallest that is allowed.
        most: The largest.
        unit: The unit, with a space before it, or nothing.
        source: The page of AWS that says so.

    Raises:
        ValueError: If it is outside.
    """
    # The CDK cannot be asked about what is not finite: JSON has no such number.
    if not math.isfinite(value) or (not Token.is_unresolved(value) and not least <= value <= most):
        raise ValueError(f"{name}: expected {least:g} to {most:g}{unit}, got {value:g} ({source})")


def whole_milliseconds(name: str, value: Duration, least: int, most: int, *, source: str) -> float:
    """A duration in milliseconds, of a range and without a fraction; a token passes.

    Raises:
        ValueError: If it is outside, or no whole number of milliseconds.
    """
    return _whole(
        name,
        value.to_milliseconds(integral=False),
        least,
        most,
        unit=" milliseconds",
        source=source,
    )


def whole_seconds(name: str, value: Duration, least: int, most: int, *, source: str) -> float:
    """A duration in seconds, of a range and without a fraction; a token passes.

    Raises:
        ValueError: If it is outside, or no whole number of seconds.
    """
    return _whole(
        name, value.to_seconds(integral=False), least, most, unit=" seconds", source=source
    )


def whole_minutes(name: str, value: Duration, least: int, most: int, *, source: str) -> float:
    """A duration in minutes, of a range and without a fraction; a token passes.

    Raises:
        ValueError: If it is outside, or no whole number of minutes.
    """
    return _whole(
        name, value.to_minutes(integral=False), least, most, unit=" minutes", source=source
    )


def _whole(name: str, amount: float, least: int, most: int, *, unit: str, source: str) -> float:
    # The number that a token is encoded as is whole.
    if amount != int(amount):
        raise ValueError(f"{name}: expected whole{unit}, got {amount:g}")
    check_range(name, amount, least, most, unit=unit, source=source)
    return amount
