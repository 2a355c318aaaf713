"""A template that tests of a process share where what is synthesized is the same."""

from enum import Enum

from aws_cdk import Environment
from aws_cdk.assertions import Template

_TEMPLATES = {}


class SharedTemplate:
    """A stack that is made of files and arguments, and its template once it is asked for.

    A subclass makes it in ``make``. Who asks for the template alone may be given that of an earlier
    test, made of the same files and equal arguments; a mistake in them raised there as well. Who
    asks for ``stack``, or for anything in it, has one that nobody else can change.
    """

    def __init__(self, folder, *arguments):
        self._key = (type(self), _files(folder), _key(arguments))
        self._made = self._alone = False
        self._template = _TEMPLATES.get(self._key)
        if self._template is None:
            self._make()

    def make(self):
        """Make ``_stack``, and what is in it."""
        raise NotImplementedError

    def synthesize(self):
        """The template, which tests only read."""
        return Template.from_stack(self._stack)

    def _make(self):
        self.make()
        self._made = True

    def own(self):
        """Make sure that the stack is there, and that its template is of it alone from now on."""
        if not self._made:
            self._template = None
            self._make()
        self._alone = True

    @property
    def stack(self):
        self.own()
        return self._stack

    @property
    def template(self):
        if self._template is None:
            self._template = self.synthesize()
            if not self._alone:
                _TEMPLATES[self._key] = self._template
        return self._template


def _files(folder):
    """The name of a folder, and names and contents of all that is in it.

    What may name a file outside is the same only to itself.
    """
    files = [each for each in sorted(folder.rglob("*")) if each.is_file()]
    contents = [each.read_bytes() for each in files]
    if any(b".." in each for each in contents):
        return object()
    names = [str(each.relative_to(folder)) for each in files]
    return folder.name, tuple(zip(names, contents, strict=True))


def _key(value):
    """A value by which equal arguments are found; others are the same only to themselves."""
    match value:
        case dict():
            return tuple((name, _key(each)) for name, each in sorted(value.items(), key=repr))
        case list() | tuple():
            return tuple(map(_key, value))
        case Environment():
            return value.account, value.region
        case str() | int() | float() | Enum():
            # True and 1 are equal.
            return type(value), value
        case _:
            return value if _has_hash(value) else object()


def _has_hash(value):
    try:
        hash(value)
    except TypeError:
        return False
    return True
