"""The diagnosis: the rules whose causes the evidence shows, the root causes first."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from serverless_containers.diagnosis.evidence import Evidence
from serverless_containers.diagnosis.rule import Found, Rule, fill
from serverless_containers.diagnosis.rules import RULES


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """A cause that was found.

    Attributes:
        code: The rule's code.
        title: The cause, in a sentence.
        evidence: Where it shows, a line each.
        why: Why it comes to that.
        fix: How to mend it.
        look: The command that tells more.
        repair: The command that mends it; empty where none does.
        page: The page of AWS's documentation.
        follows: Titles of what follows from it.
        note: Whether nothing fails because of it.
    """

    code: str
    title: str
    evidence: tuple[str, ...]
    why: str
    fix: str
    look: str
    repair: str
    page: str
    follows: tuple[str, ...] = ()
    note: bool = False


def diagnose(evidence: Evidence, rules: Sequence[Rule] = RULES) -> tuple[Diagnosis, ...]:
    """Return the causes that the evidence shows, the root causes first, and notes last.

    A cause that explains another one takes it in: one is mended, and the other goes with it.

    Args:
        evidence: What was seen of the service.
        rules: The rules, in the order of the answer. Default: all.
    """
    found: dict[str, tuple[Rule, Found]] = {}
    for rule in rules:
        hit = rule.find(evidence)
        if hit is not None:
            found[rule.code] = (rule, hit)
    explained = _explained(found)
    roots = [pair for code, pair in found.items() if code not in explained]
    names = {
        "cluster": evidence.cluster,
        "service": evidence.service_name,
        "stack": evidence.stack,
        "stack_path": shlex.quote(evidence.stack_path) if evidence.stack_path else "",
        "region": evidence.region,
    }
    return tuple(
        Diagnosis(
            code=rule.code,
            title=rule.title,
            evidence=hit.evidence,
            why=rule.why,
            fix=" ".join(filter(None, (hit.advice or rule.fix, _where(rule, hit, evidence)))),
            look=fill(rule.look, {**names, **hit.values}),
            repair=fill(hit.repair or rule.repair, {**names, **hit.values}),
            page=rule.page,
            follows=tuple(
                other.title for other, _ in found.values() if other.code in rule.explains
            ),
            note=rule.note,
        )
        for rule, hit in sorted(roots, key=lambda pair: pair[0].note)
    )


def _where(rule: Rule, hit: Found, evidence: Evidence) -> str:
    """Say how the CDK CLI knows the stack, if the command has to name it and that is not known."""
    if evidence.stack_path or "{stack_path}" not in (hit.repair or rule.repair):
        return ""
    return f"STACK_PATH is what `cdk list` shows before {evidence.stack}, such as staging/Api."


def _explained(found: Mapping[str, tuple[Rule, Found]]) -> set[str]:
    return {code for rule, _ in found.values() for code in rule.explains if code in found}
