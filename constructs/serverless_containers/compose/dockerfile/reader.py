"""Reader of a Dockerfile: text in, its health check, ports and copied files out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain

from serverless_containers.compose.dockerfile.copies import stages_copied_from, through_stages
from serverless_containers.compose.dockerfile.evaluation import Evaluator, with_bases
from serverless_containers.compose.dockerfile.instructions import read_instructions
from serverless_containers.compose.dockerfile.model import Dockerfile, PlacedPath
from serverless_containers.compose.dockerfile.stages import (
    Stage,
    find_stage,
    read_globals,
    read_stages,
)
from serverless_containers.compose.quota import Quota, QuotaError, StoppedError
from serverless_containers.findings import Findings

_MOST_FOLLOWED = 100_000
"""Paths that are followed from stage to stage."""


def read_dockerfile(
    text: str,
    *,
    file: str,
    args: Mapping[str, str | None],
    target: str | None,
    findings: Findings,
    quota: Quota | None = None,
) -> Dockerfile | None:
    """Read what ECS needs to know of a Dockerfile.

    The behaviour is that of https://docs.docker.com/reference/dockerfile/. Base images are not
    looked into, and nothing is run. Variables of EXPOSE and of ENV are evaluated in the stage that
    is built and in the stages that it builds on; the other stages are checked for their form.

    Args:
        text: The Dockerfile. Any text: what makes no sense is a finding, never an exception.
        file: Its name in findings and locations.
        args: The build arguments, which come before the defaults of ARG. One whose value is None
            counts as not given. TARGETPLATFORM and its kin may be among them; without them the
            stage that ``FROM build-$TARGETARCH`` means is that of linux/amd64, Fargate's default.
        target: The stage to build, by name in any case or by index from 0. None or an empty string
            means the last one.
        findings: Where everything that Docker would refuse is reported, and what it would accept
            and mean otherwise than it looks.
        quota: What variables may come to. Default: what one project may.

    Returns:
        What was read, as far as it could be; None if there is no FROM, no such target, or too much
        to which variables come.
    """
    given = {name: value for name, value in args.items() if value is not None}
    instructions = read_instructions(text, file, findings)
    counted = quota or Quota()
    try:
        defaults = read_globals(instructions, given, findings, counted)
        stages = read_stages(instructions, defaults, file, findings, counted)
        evaluator = Evaluator(args=given, defaults=defaults, findings=findings, quota=counted)
        for stage in stages:
            evaluator.check(stage.body)
        wanted = find_stage(stages, target, findings) if stages else None
        if wanted is None:
            return None
        image = evaluator.evaluate(wanted)
        # What is wrong in the stages that it copies from, a build says.
        quiet = replace(evaluator, findings=Findings())
        evaluated = {id(wanted): image}
        for stage in stages_copied_from(wanted, stages):
            # Stages that many build on are gone through for each of them.
            try:
                counted.take_values(sum(len(link.body) + 1 for link in with_bases(stage)))
            except QuotaError as error:
                stage.instruction.stop(findings, error)
            evaluated[id(stage)] = quiet.evaluate(stage)
    except StoppedError:
        return None
    copied = dict.fromkeys(chain.from_iterable(each.copied for each in evaluated.values()))
    return replace(image, copied=tuple(copied), placed=_placed(wanted, stages, evaluated))


def _placed(
    wanted: Stage, stages: Sequence[Stage], evaluated: Mapping[int, Dockerfile]
) -> tuple[PlacedPath, ...]:
    """The places of the context's paths in an image, those through other stages too."""
    known: dict[int, tuple[PlacedPath, ...]] = {}
    followed = 0

    def placed_in(name: str) -> Sequence[PlacedPath]:
        nonlocal followed
        found = known.get(id(find_stage(stages, name, Findings())), ())
        followed += len(found) + len(stages)
        # Nobody's Dockerfile; that no more is known of it is safe.
        return found if followed <= _MOST_FOLLOWED else ()

    # A stage copies from earlier ones alone.
    for stage in stages:
        image = evaluated.get(id(stage))
        if image is not None:
            known[id(stage)] = through_stages(image.placed, placed_in)
    return known[id(wanted)]
