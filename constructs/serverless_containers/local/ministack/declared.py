"""Declares, checks and patches private names of MiniStack, each with the form that it has.

A function is declared by its signature: by that of a method in `names`, or by that of the function
that a patch puts in its place. A value is declared by its type. A place is ``module:name`` or, for
a handler of a resource type, ``AWS::Service::Type create``.
"""

import functools
import inspect
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from types import FunctionType, ModuleType
from typing import Any, Final, Protocol, TypeVar, cast, get_type_hints, runtime_checkable

PINNED: Final = "1.5.33"
"""The release of MiniStack whose private names are declared."""
HANDLERS: Final = "ministack.services.cloudformation.provisioners:_RESOURCE_HANDLERS"
"""MiniStack's table of what creates, updates and deletes a resource, by its type."""

_F = TypeVar("_F", bound=Callable[..., Any])
_T = TypeVar("_T")
_VARIADIC: Final = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


class PatchError(Exception):
    """The installed MiniStack is not the one that the patches are made for."""


@runtime_checkable
class Store(Protocol):
    """The records of a service: those of the current account and, where it has them, region."""

    def __getitem__(self, key: Any, /) -> Any: ...  # noqa: ANN401  # records are JSON
    def __setitem__(self, key: Any, value: Any, /) -> None: ...  # noqa: ANN401
    def __contains__(self, key: object, /) -> bool: ...
    def get(self, key: Any, default: Any = None, /) -> Any:  # noqa: ANN401
        """Return the record of a key, or the default."""

    def items(self) -> Iterable[tuple[Any, Any]]:
        """Return keys and records of the current scope."""

    def values(self) -> Iterable[Any]:
        """Return the records of the current scope."""


@runtime_checkable
class RegionalStore(Store, Protocol):
    """The records of a service, by account and region."""

    def all_items(self) -> Iterable[tuple[Any, Any]]:
        """Return keys, which begin with the account and the region, and records of all scopes."""


class _Module:
    """A module of MiniStack, whose attributes are those that it has now."""

    def __init__(self, name: str, declared: frozenset[str]) -> None:
        self._name = name
        self._declared = declared

    def __getattr__(self, attribute: str) -> Any:  # noqa: ANN401  # typed by its declaration
        if attribute not in self._declared:
            raise AttributeError(f"{self._name}.{attribute} is not declared")
        return getattr(import_module(self._name), attribute)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Patch:
    """A function in place of one of MiniStack's, or of a handler in its table."""

    place: str
    function: Callable[..., Any]
    engine: bool
    table: str = ""

    @property
    def signature(self) -> inspect.Signature:
        """The signature without what a patch is given first: the shipped function, the runtime."""
        own = inspect.signature(self.function)
        parameters = list(own.parameters.values())
        given = [each for each in parameters if each.kind not in _VARIADIC][: 1 + self.engine]
        return own.replace(parameters=[each for each in parameters if each not in given])


_forms: Final[dict[str, inspect.Signature | type]] = {}
"""The form of each name that is called or read."""
_patches: Final[dict[str, list[_Patch]]] = defaultdict(list)
"""The patches of each module of ours."""
_values: Final[dict[str, dict[str, Any]]] = defaultdict(dict)
"""The values that a module of ours puts behind names."""
_shipped: Final[dict[str, Any]] = {}
"""The functions and values that MiniStack shipped behind names that are patched."""


def module(name: str, form: type[_T]) -> _T:
    """Declare a module of MiniStack.

    Args:
        name: Its name.
        form: A class whose methods have the signatures of its functions, and whose annotations are
            the types of its values.

    Returns:
        An object with these attributes, each looked up in the module when it is used.
    """
    functions = {
        each: inspect.signature(method)
        for each, method in vars(form).items()
        if inspect.isfunction(method)
    }
    for each, signature in functions.items():
        _forms[f"{name}:{each}"] = signature.replace(
            parameters=list(signature.parameters.values())[1:]
        )
    values = get_type_hints(form)
    for each, hint in values.items():
        _forms[f"{name}:{each}"] = getattr(hint, "__origin__", hint)
    return cast("_T", _Module(name, frozenset(functions) | frozenset(values)))


def patch(place: str, *, engine: bool = False, table: str = "") -> Callable[[_F], _F]:
    """Put a function in the place of one of MiniStack's.

    The function is given first what was there before and, of a patch for an engine, the `Runtime`;
    its other parameters are those of MiniStack's function, by name. It may end with ``*arguments``
    and ``**options`` where it only passes them on.

    Args:
        place: The name of MiniStack's function.
        engine: Whether it belongs to an engine: it is applied only where there is one.
        table: A table of functions in which MiniStack's function stands once more.
    """

    def register(function: _F) -> _F:
        _patches[function.__module__].append(
            _Patch(place=place, function=function, engine=engine, table=table)
        )
        return function

    return register


def patch_handler(operation: str, *types: str, engine: bool = False) -> Callable[[_F], _F]:
    """Put a function in the place of a handler of resource types.

    Args:
        operation: ``create``, ``update`` or ``delete``.
        types: The resource types.
        engine: As for `patch`.
    """

    def register(function: _F) -> _F:
        for each in types:
            patch(f"{each} {operation}", engine=engine)(function)
        return function

    return register


def patch_value(owner: str, place: str, value: object) -> None:
    """Put a value in the place of one of MiniStack's, which must be of its type.

    Args:
        owner: The module of ours whose patch it is.
        place: The name of MiniStack's value.
        value: The value.
    """
    _values[owner][place] = value


def shipped(place: str) -> Any:  # noqa: ANN401  # MiniStack has no types
    """Return what MiniStack shipped behind a name, patched or not."""
    return _shipped[place] if place in _shipped else _look_up(place)


def installed_version() -> str:
    """Return the release of MiniStack that is installed.

    Raises:
        PatchError: If none is.
    """
    try:
        return version("ministack")
    except PackageNotFoundError as error:
        raise PatchError(f"MiniStack is not installed: pip install ministack=={PINNED}") from error


def check_version(installed: str | None = None) -> None:
    """Raise PatchError unless the installed MiniStack is the pinned one."""
    installed = installed or installed_version()
    if installed != PINNED:
        raise PatchError(
            f"MiniStack {installed} is installed, and the patches are for {PINNED}: "
            f"pip install ministack=={PINNED}"
        )


def differences(own_types: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Compare MiniStack with everything that is declared. Changes nothing.

    Args:
        own_types: Resource types that are registered before handlers are patched.

    Returns:
        A sentence for each name that is gone or has another form, in the order of the names.
    """
    found = [_difference(place, form) for place, form in _forms.items()]
    found += [
        _difference(place, type(value))
        for values in _values.values()
        for place, value in values.items()
    ]
    for each in (each for patches in _patches.values() for each in patches):
        resource_type, _, operation = each.place.partition(" ")
        if resource_type in own_types:
            theirs = own_types[resource_type].get(operation)
            found.append(_compared(each.place, theirs, each.signature, each.function))
        else:
            found.append(_difference(each.place, each.signature, each.function))
        if each.table:
            found.append(_difference(each.table, dict) or _absence(each.table, each.place))
    return sorted({each for each in found if each})


def check_names(own_types: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise PatchError with all `differences`, if there are any."""
    if found := differences(own_types):
        raise PatchError("\n".join(found))


def apply(modules: Iterable[ModuleType], runtime: object = None) -> None:
    """Apply the patches of modules of ours, in this order.

    Args:
        modules: The modules.
        runtime: The runtime, to apply what belongs to an engine; None for the rest.
    """
    for each in modules:
        if runtime is None:
            for place, value in _values[each.__name__].items():
                _put(place, value)
        for one in _patches[each.__name__]:
            if one.engine == (runtime is not None):
                _apply(one, runtime)


def _apply(one: _Patch, runtime: object) -> None:
    before = _look_up(one.place)
    given = (before, runtime) if one.engine else (before,)
    put = functools.update_wrapper(functools.partial(one.function, *given), before)
    _put(one.place, put)
    if one.table:
        _replace_in(_look_up(one.table), before, put)


def _replace_in(table: MutableMapping[str, Any], before: object, value: object) -> None:
    for key, each in table.items():
        if each is before:
            table[key] = value
        elif isinstance(each, dict):
            _replace_in(each, before, value)


def _look_up(place: str) -> Any:  # noqa: ANN401  # MiniStack has no types
    resource_type, _, operation = place.partition(" ")
    if operation:
        return _look_up(HANDLERS)[resource_type][operation]
    name, _, attribute = place.partition(":")
    return getattr(import_module(name), attribute)


def _put(place: str, value: object) -> None:
    _shipped.setdefault(place, _look_up(place))
    resource_type, _, operation = place.partition(" ")
    if operation:
        _look_up(HANDLERS)[resource_type][operation] = value
    else:
        name, _, attribute = place.partition(":")
        setattr(import_module(name), attribute, value)


def _difference(
    place: str, form: inspect.Signature | type, function: Callable[..., Any] | None = None
) -> str:
    try:
        theirs = _look_up(place)
    except (ImportError, AttributeError, KeyError):
        theirs = None
    return _compared(place, theirs, form, function)


def _absence(table: str, place: str) -> str:
    """Tell whether a table does not hold a function any more, beneath patches of it."""
    try:
        function = inspect.unwrap(_look_up(place))
    except (ImportError, AttributeError):
        return ""
    if any(inspect.unwrap(each) is function for each in _functions(_look_up(table))):
        return ""
    return f"{table.replace(':', '.')} does not hold {place.replace(':', '.')}"


def _functions(table: Mapping[str, Any]) -> Iterator[Callable[..., Any]]:
    for each in table.values():
        if isinstance(each, dict):
            yield from _functions(each)
        elif callable(each):
            yield each


def _compared(
    place: str,
    theirs: Any,  # noqa: ANN401  # MiniStack has no types
    form: inspect.Signature | type,
    function: Callable[..., Any] | None,
) -> str:
    name = f"handler {place}" if " " in place else place.replace(":", ".")
    if theirs is None:
        return f"MiniStack has no {name}"
    if isinstance(form, type) or not callable(theirs):
        expected = form if isinstance(form, type) else FunctionType
        same = isinstance(theirs, expected)
        return (
            ""
            if same
            else f"{name} is of type {type(theirs).__name__}, and was of {expected.__name__}"
        )
    signature = inspect.signature(theirs)
    if not _fits(form, signature):
        return f"{name} takes {_shown(signature)}, and took {_shown(form)}"
    if function is not None:
        asynchronous = inspect.iscoroutinefunction(theirs)
        if asynchronous != inspect.iscoroutinefunction(function):
            return f"{name} is {'' if asynchronous else 'no longer '}a coroutine function"
    return ""


def _fits(ours: inspect.Signature, theirs: inspect.Signature) -> bool:
    """Tell whether a declared signature is MiniStack's, as far as it names parameters."""
    declared, actual = list(ours.parameters.values()), list(theirs.parameters.values())
    if len(declared) == len(actual) and all(map(_same, declared, actual)):
        return True
    named = [each for each in declared if each.kind not in _VARIADIC]
    passes_on = len(named) < len(declared)
    return passes_on and len(named) <= len(actual) and all(map(_same, named, actual))


def _same(ours: inspect.Parameter, theirs: inspect.Parameter) -> bool:
    if (ours.name, ours.kind) != (theirs.name, theirs.kind):
        return False
    if ours.default is ...:
        return theirs.default is not inspect.Parameter.empty
    return bool(ours.default == theirs.default)


def _shown(signature: inspect.Signature) -> str:
    parameters = [
        each.replace(annotation=inspect.Parameter.empty) for each in signature.parameters.values()
    ]
    shown = signature.replace(parameters=parameters, return_annotation=inspect.Signature.empty)
    return str(shown).replace("Ellipsis", "...")
