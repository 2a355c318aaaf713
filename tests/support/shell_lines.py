"""The commands in a block of shell, and whether the programs that they name would take them."""

import re
import shlex
import subprocess
from functools import cache

import botocore.session
import click
from botocore import xform_name

from serverless_containers.cli import main
from tests.support.pages import ROOT

CDK = ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"
OTHERS = {
    ".",
    "cp",
    "install",
    "npm",
    "curl",
    "eval",
    "git",
    "mkdir",
    "openssl",
    "pip",
    "python",
    "python3",
    "source",
    "umask",
}
"""Programs of which nothing is looked at but the shell's syntax."""
_ENDS = {"&&", "||", "|", ";", "(", ")", "&"}
_REDIRECTION = re.compile(r"\d*[<>]+")
_OF_THE_AWS_CLI = {"--query", "--output", "--region", "--profile", "--no-cli-pager"}


def commands(text):
    """Each simple command of a block, as its words."""
    parsed = subprocess.run(
        ["/bin/bash", "-n"], input=text, text=True, capture_output=True, check=False
    )
    assert parsed.returncode == 0, parsed.stderr
    joined = text.replace("\\\n", " ")
    # What is substituted is a command, too.
    for inner in re.findall(r"\$\(([^()]*)\)", joined):
        yield from commands(inner)
    plain = re.sub(r"\"?\$\([^()]*\)\"?", "VALUE", joined)
    for line in plain.splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        words = []
        skip = False
        for word in lexer:
            if word in _ENDS:
                yield from [words] if words else []
                words = []
            elif skip:
                skip = False
            elif _REDIRECTION.fullmatch(word):
                skip = True
            else:
                words.append(word)
        yield from [words] if words else []


def check(words):
    """Assert that a program would take its arguments.

    Raises:
        AssertionError: If it would not, or if nothing is known of the program.
    """
    # A variable of the command's own comes before it.
    while re.match(r"\w+=", words[0]):
        words = words[1:]
    program, *arguments = words
    if not arguments and program == "serverless-containers":
        return
    if program == "npx":
        package, *arguments = arguments
        assert package == f"aws-cdk@{_cdk_version()}", package
        program = "cdk"
    known = {
        "serverless-containers": _of_ours,
        "cdk": _of_the_cdk,
        "aws": _of_aws,
        "make": _of_make,
    }
    if program in known:
        known[program](arguments)
    else:
        assert program in OTHERS, f"nothing is known of {program}"


def _of_ours(arguments):
    command, context = main, click.Context(main)
    while isinstance(command, click.Group):
        name, *arguments = arguments
        command = command.get_command(context, name)
        assert command is not None, name
    command.make_context(command.name, arguments)


@cache
def _cdk_help(command):
    return subprocess.run(
        [CDK, command, "--help"], capture_output=True, text=True, check=True
    ).stdout


def _cdk_version():
    return subprocess.run(
        [CDK, "--version"], capture_output=True, text=True, check=True
    ).stdout.split()[0]


def _of_the_cdk(arguments):
    command, *rest = arguments
    shown = _cdk_help(command)
    assert f"cdk {command}" in shown, command
    for option in rest:
        if option.startswith("-"):
            name = option.partition("=")[0].replace("--no-", "--")
            assert re.search(rf"{name}\b", shown), f"cdk {command} {option}"


@cache
def _service(name):
    return botocore.session.Session().get_service_model(name)


def _of_aws(arguments):
    service, operation, *rest = arguments
    operations = {xform_name(each, "-"): each for each in _service(service).operation_names}
    assert operation in operations, f"aws {service} {operation}"
    members = _service(service).operation_model(operations[operation]).input_shape.members
    options = {f"--{xform_name(each, '-')}" for each in members} | _OF_THE_AWS_CLI
    options |= {
        f"--no-{xform_name(each, '-')}"
        for each, member in members.items()
        if member.type_name == "boolean"
    }
    given = {word for word in rest if word.startswith("--")}
    assert given <= options, given - options


def _of_make(arguments):
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    variables = re.findall(r"^([A-Z]+)|\$\(if \$\((\w+)\)", (ROOT / "Makefile").read_text(), re.M)
    for word in arguments:
        name, equals, _ = word.partition("=")
        assert name in ({each for pair in variables for each in pair} if equals else targets), word
