"""The page of the documentation that tells every known cause: its sign, its finding, its fix."""

from collections.abc import Iterator, Sequence

from serverless_containers.diagnosis.rule import Rule, fill
from serverless_containers.diagnosis.rules import deployments, ingress, names, processes, starts
from serverless_containers.diagnosis.stopped import EXIT_MEANINGS, REASONS

_HEAD = """\
<!-- written by make docs -->
# When it does not work

```sh
serverless-containers diagnose --stack STACK
```

looks at the service, its tasks, events and logs, its targets, network, names, certificates and
pipeline, and at what its public address answers, and names the causes below that it finds, the root
causes first. It changes nothing and reads no value of a secret; what your permissions do not let it
see, it says. It ends with 0 if it finds nothing, with 1 if it finds something, and with 3 if AWS
does not tell of the service. `--json` is for programs.

ECS forgets a stopped task after an hour. With `Monitoring`, its events are kept in the log group
`/aws/events/…` of the stack. What an alarm asks for is in its [runbook](../runbooks/README.md).

Words in capitals are yours to fill in; `diagnose` prints the commands with your names. STACK is the
stack's name in CloudFormation, and STACK_PATH its path in the CDK app: `cdk list` shows both, such
as `staging/Api (shop-staging-api)`, and the CDK CLI finds a stack of a stage by its path alone.
"""
SECTIONS: Sequence[tuple[str, Sequence[Rule]]] = (
    ("Tasks do not start", (*starts.RULES, *starts.LAST)),
    ("Tasks start and end again", processes.RULES),
    ("Tasks run, and requests fail", (*ingress.PORTS, *ingress.RULES)),
    ("Domain names and certificates", names.RULES),
    ("Deployments and pipelines", (*deployments.FIRST, *deployments.LAST)),
)
"""The rules by what one looks for, under their headings."""


def heading(rule: Rule) -> str:
    """Return the heading of a rule on the page."""
    return rule.title.rstrip(".")


def render_troubleshooting() -> str:
    """Return the page, in Markdown."""
    return "\n".join([_HEAD, *_contents(), *_causes(), *_stops()])


def _contents() -> Iterator[str]:
    yield "| what one sees | why |"
    yield "| --- | --- |"
    for _, rules in SECTIONS:
        for rule in rules:
            yield f"| {_cell(rule.sees)} | [{heading(rule)}](#{slug(heading(rule))}) |"
    yield ""


def _causes() -> Iterator[str]:
    for title, rules in SECTIONS:
        yield f"## {title}\n"
        for rule in rules:
            yield f"### {heading(rule)}\n"
            note = " A note: nothing fails because of it." if rule.note else ""
            yield f"`{rule.code}`.{note}\n"
            yield f"- **Seen:** {rule.sees}"
            yield f"- **Why:** {rule.why}"
            yield f"- **Fix:** {rule.fix}\n"
            yield from _block("To see it:", rule.look)
            if rule.repair:
                yield from _block("To mend it:", rule.repair)
            yield f"Source: {rule.page}.\n"


def _block(label: str, command: str) -> Iterator[str]:
    yield f"{label}\n"
    yield f"```sh\n{fill(command, {})}\n```\n"


def _stops() -> Iterator[str]:
    yield "## Why a task stopped\n"
    yield "`status` and `diagnose` explain stop codes, reasons and exit codes in these words.\n"
    yield "| name | the task stopped, for | why | fix |"
    yield "| --- | --- | --- | --- |"
    for row in REASONS:
        cells = (f"`{row.code}`", row.summary, row.cause, row.fix or "nothing to do")
        yield f"| {' | '.join(map(_cell, cells))} |"
    yield ""
    yield "| exit code | the container | why | fix |"
    yield "| --- | --- | --- | --- |"
    for code, meaning in sorted(EXIT_MEANINGS.items()):
        cells = (f"`{code}`", meaning.summary, meaning.cause, meaning.fix or "nothing to do")
        yield f"| {' | '.join(map(_cell, cells))} |"
    yield ""
    yield (
        "137 is a kill. Of a task that nobody asked to stop it means that memory ran out, which\n"
        "ECS names `OutOfMemoryError` if the container's own limit was met. Of a task that a\n"
        "deployment, scaling or a failed health check stopped, it means that the program did not\n"
        "end within `stop_grace_period` of SIGTERM.\n"
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def slug(title: str) -> str:
    """Return the anchor of a heading, as GitHub and MkDocs make it."""
    kept = "".join(each for each in title.lower() if each.isalnum() or each in " -_")
    return kept.strip().replace(" ", "-")
