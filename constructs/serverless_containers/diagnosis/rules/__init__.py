"""The known causes, each with the way to find it. Root causes stand before what follows of them."""

from serverless_containers.diagnosis.rule import Rule
from serverless_containers.diagnosis.rules import deployments, ingress, names, processes, starts

RULES: tuple[Rule, ...] = (
    *deployments.FIRST,
    *starts.RULES,
    *ingress.PORTS,
    *processes.RULES,
    *names.RULES,
    *ingress.RULES,
    *starts.LAST,
    *deployments.LAST,
)
"""All rules, in the order of the answer."""
