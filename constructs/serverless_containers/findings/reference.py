"""The rule reference, as text for the documentation."""

from collections.abc import Mapping, Sequence

from serverless_containers.findings.finding import Rule
from serverless_containers.findings.pages import page_of

_INTRODUCTION = """\
# Rules

What is looked for in Compose files, Dockerfiles and custom-policies.json. An **error** stops a
deployment, a **warning** says that something deploys and means something else than under Docker
Compose, a **note** is worth knowing. Each summary says what holds where the rule is kept.

`make docs` writes this page from the rules themselves.

A warning that is marked as **a guess** says that something was chosen, changed or left out that the
files do not say. Under `x-serverless-containers: {strict: true}`, the keyword `strict=True` or
`check --strict` it is an error, suppressed or not: such a project says all of it by itself.

## Leave findings out

Warnings and notes that were looked at, and found to be meant, are suppressed by rule and path, each
with its reason:

    x-serverless-containers:
      suppress:
        - rule: port-host-address
          path: services.web.ports[0]
          reason: the address is for laptops

or in code, `suppress=[Suppression(rule="port-host-address", reason="…")]`.

- `path` is the key path of the finding, as it is shown. One that ends in `.*` stands for that path
  and everything below it: `services.web.*`. Without a path, every finding of the rule is left out.
- Errors cannot be suppressed.
- A suppression that suppresses nothing is itself a warning. One that only an environment needs
  stands in that environment's file.
"""


def render_reference(catalogue: Mapping[str, Sequence[Rule]]) -> str:
    """Write the rule reference in Markdown.

    Args:
        catalogue: The rules by what they are about.
    """
    return _INTRODUCTION + "".join(
        f"\n## {title}\n" + "".join(map(_entry, rules)) for title, rules in catalogue.items()
    )


def _entry(rule: Rule) -> str:
    page = page_of(rule)
    title = rule.source if page != rule.source else page.removeprefix("https://")
    source = f"\n\nSource: [{title}]({page})" if page else ""
    weight = (
        f"{rule.severity.capitalize()}, a guess" if rule.is_guess else rule.severity.capitalize()
    )
    return f"\n### {rule.code}\n\n**{weight}.** {rule.summary}{source}\n"
