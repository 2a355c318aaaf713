"""Keyword arguments of the constructs, by names and types that Python itself does not check."""

import difflib
import inspect
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from functools import cache, wraps
from typing import ParamSpec, TypeVar, get_args, get_type_hints

from serverless_containers.arguments.types import MismatchError, describe, nearest, take

_SECRET = frozenset({"environment", "registry_logins", "secrets"})
"""Keywords in which a value may be one to keep secret, and is not shown."""

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Keyword:
    hint: object
    required: bool


def checks_keywords(call: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Hold a function's keyword arguments against its annotations.

    A type checker is not always there. Those of a ``TypedDict`` that it unpacks are its own.
    ``None`` stands for the default of each that has one. What `take` converts reaches the function
    converted.

    Raises:
        TypeError: By the function, if a keyword is unknown, with the nearest that is known, or if
            values are of other types, with what is allowed. All of them are told at once.
    """

    @wraps(call)
    def checked(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        _correct(kwargs, _keywords(call))
        return call(*args, **kwargs)

    return checked


def _correct(given: MutableMapping[str, object], known: Mapping[str, _Keyword]) -> None:
    wrong = []
    for name, value in list(given.items()):
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(known)}"
            raise TypeError(f"unexpected keyword argument {name!r}{hint}")
        keyword = known[name]
        try:
            given[name] = take(value, keyword.hint)
        except MismatchError as error:
            if value is None and not keyword.required:
                del given[name]
                continue
            wrong.append(_told(name, error))
    if wrong:
        raise TypeError("\n".join(wrong))


def _told(name: str, error: MismatchError) -> str:
    kind = type(error.value)
    module = "" if kind.__module__ == "builtins" else f" of {kind.__module__}"
    simple = isinstance(error.value, str | int | float) and name not in _SECRET
    shown = f"{error.value!r} ({kind.__name__})" if simple else f"a {kind.__name__}{module}"
    if isinstance(error.value, bool) and error.hint is str:
        return (
            f"{name}{error.place}: got a bool, and 'true', 'True' and '1' are not the same to a "
            "container; give the text"
        )
    near = nearest(error.value, error.hint)
    meant = f" (did you mean {near}?)" if near else ""
    return f"{name}{error.place}: got {shown}{meant}; give {describe(error.hint)}"


@cache
def _keywords(call: Callable[..., object]) -> Mapping[str, _Keyword]:
    hints = get_type_hints(call)
    known: dict[str, _Keyword] = {}
    for name, parameter in inspect.signature(call).parameters.items():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            (props,) = get_args(hints[name])
            for each, hint in get_type_hints(props).items():
                known[each] = _Keyword(hint=hint, required=False)
        elif name in hints:
            required = parameter.default is inspect.Parameter.empty
            known[name] = _Keyword(hint=hints[name], required=required)
    return known
