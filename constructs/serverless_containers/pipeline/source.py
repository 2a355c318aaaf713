"""Sources of a pipeline: an asset of the folder, or a repository on GitHub."""

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import IgnoreMode, SecretValue, Token
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_codepipeline_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3_assets as s3_assets
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from serverless_containers.arguments.keywords import checks_keywords
from serverless_containers.plan.build_context.ignore import literally
from serverless_containers.plan.build_context.model import Exclusions
from serverless_containers.plan.build_context.walk import NEVER_SENT

_URL = re.compile(
    r"https://github\.com/(?P<owner>[\w.-]+)/(?P<repo>[\w.-]+?)(?:\.git)?"
    r"(?:/tree/(?P<rest>.+?))?/?"
)
_CONNECTION = re.compile(
    r"arn:aws[a-z-]*:(?:codeconnections|codestar-connections):[a-z0-9-]+:\d{12}:connection/[\w-]+"
)
"""An ARN of a connection, under either name of the service; "Actions, resources, and condition keys
for AWS CodeConnections", Service Authorization Reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundSource:
    """A source that was bound to a pipeline.

    Attributes:
        action: The source stage's action.
        output: The artifact that it hands to the build.
        folder: The project's folder within the output.
        hash: The content's hash, if it is known at synthesis.
        triggers: The triggers of the pipeline, besides its own stack.
        statements: The permissions of the source action's role besides those that the CDK adds.
        any_push: Whether a push that leaves the folder as it is starts the pipeline, too.
    """

    action: codepipeline.IAction
    output: codepipeline.Artifact
    folder: str = "."
    hash: str | None = None
    triggers: Sequence[codepipeline.TriggerProps] = ()
    statements: Sequence[iam.PolicyStatement] = ()
    any_push: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceBindOptions:
    """The project that a source is bound for.

    Attributes:
        folder: The project's folder on this machine.
        exclusions: The files that are left out where this machine packs the folder.
    """

    folder: Path
    exclusions: Exclusions


class PipelineSource(ABC):
    """The source that a pipeline builds; chosen by one of the methods below."""

    @staticmethod
    @checks_keywords
    def asset(*, exclude: Sequence[str] = ()) -> "PipelineSource":
        """The folder itself: ``cdk deploy`` packs it and puts it on S3 (fully managed).

        Args:
            exclude: Patterns of what is left out, as in ``.dockerignore``, besides what never
                belongs to a source (``.git``, ``node_modules``, ``.secret-*`` and their like) and
                what holds credentials.
        """
        return _Asset(exclude)

    @staticmethod
    @checks_keywords
    def github(url: str, *, connection_arn: str, branch: str | None = None) -> "PipelineSource":
        """A folder of a GitHub repository, through a CodeConnections connection.

        A push that changes the folder starts the pipeline.

        Args:
            url: The folder's full URL: ``https://github.com/OWNER/REPO/tree/BRANCH/FOLDER``, or the
                repository's.
            connection_arn: The connection, which somebody has approved in the console.
            branch: The branch, where its name has slashes: a URL does not tell where it ends.
                Default: the URL's part after ``tree/``, else ``main``.

        Raises:
            ValueError: If the URL is none of a GitHub repository, or does not hold the branch, or
                the ARN is none of a connection.
        """
        if not Token.is_unresolved(connection_arn) and not _CONNECTION.fullmatch(connection_arn):
            raise ValueError(
                "connection_arn: expected the ARN of a CodeConnections connection, such as "
                "arn:aws:codeconnections:REGION:ACCOUNT:connection/ID, got "
                f"{connection_arn!r}; the console shows it under Developer Tools, Settings, "
                "Connections"
            )
        return _Connection(parse_github_url(url, branch), connection_arn)

    @staticmethod
    @checks_keywords
    def github_token(
        url: str, *, token: secretsmanager.ISecret, branch: str | None = None
    ) -> "PipelineSource":
        """A folder of a GitHub repository, with a personal access token and a webhook.

        The webhook tells branches apart, not folders: every push to the branch starts the pipeline.
        Images therefore are tagged with a hash of the folder and of the build, not with the commit.
        A push that leaves the folder as it is finds them there, builds nothing and rolls nothing
        out; it costs the minute or so in which the build finds that out. What build commands take
        from outside the folder does not count.

        Args:
            url: As for `github`.
            token: The secret that holds the token, whose scopes are repo and admin:repo_hook.
            branch: As for `github`.

        Raises:
            ValueError: As for `github`.
        """
        return _Token(parse_github_url(url, branch), token)

    @abstractmethod
    def bind(self, scope: Construct, options: SourceBindOptions) -> BoundSource:
        """Make what the source needs, for one pipeline.

        Args:
            scope: The construct below which others may be made.
            options: The project whose source it is.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHubFolder:
    """A folder of a repository on GitHub."""

    owner: str
    repo: str
    branch: str
    folder: str


def parse_github_url(url: str, branch: str | None = None) -> GitHubFolder:
    """Take the URL of a repository, or of a folder in it, apart.

    Args:
        url: The URL, as a browser shows it.
        branch: The branch, if the caller knows it.

    Raises:
        ValueError: If the URL is none of a GitHub repository, or does not hold the branch.
    """
    found = _URL.fullmatch(url)
    if found is None:
        raise ValueError(
            f"expected https://github.com/OWNER/REPO or .../tree/BRANCH/FOLDER, got {url!r}"
        )
    rest = found["rest"] or branch or "main"
    if branch is None:
        branch, _, folder = rest.partition("/")
    elif rest == branch or rest.startswith(f"{branch}/"):
        folder = rest[len(branch) + 1 :]
    else:
        raise ValueError(f"the URL {url!r} is not one of the branch {branch!r}")
    return GitHubFolder(
        owner=found["owner"], repo=found["repo"], branch=branch, folder=folder.strip("/") or "."
    )


class _Asset(PipelineSource):
    def __init__(self, exclude: Sequence[str]) -> None:
        self._exclude = exclude

    def bind(self, scope: Construct, options: SourceBindOptions) -> BoundSource:
        asset = s3_assets.Asset(
            scope,
            "Source",
            path=str(options.folder),
            ignore_mode=IgnoreMode.DOCKER,
            # The last one that matches decides: no exception of a caller's brings these back.
            exclude=[
                *self._exclude,
                *(f"**/{name}" for name in NEVER_SENT),
                *map(literally, options.exclusions.below(options.folder)),
            ],
        )
        output = codepipeline.Artifact("Source")
        action = actions.S3SourceAction(
            action_name="Source",
            bucket=asset.bucket,
            bucket_key=asset.s3_object_key,
            # A new source is a new key, and so an update of the pipeline, which restarts it.
            trigger=actions.S3Trigger.NONE,
            output=output,
        )
        return BoundSource(action=action, output=output, hash=asset.asset_hash)


class _Connection(PipelineSource):
    def __init__(self, place: GitHubFolder, connection_arn: str) -> None:
        self._place = place
        self._connection_arn = connection_arn

    def bind(
        self,
        scope: Construct,  # noqa: ARG002  # nothing is made
        options: SourceBindOptions,  # noqa: ARG002  # nothing is packed here
    ) -> BoundSource:
        place = self._place
        output = codepipeline.Artifact("Source")
        action = actions.CodeStarConnectionsSourceAction(
            action_name="Source",
            connection_arn=self._connection_arn,
            owner=place.owner,
            repo=place.repo,
            branch=place.branch,
            # The trigger below says which pushes count.
            trigger_on_push=False,
            output=output,
        )
        push = codepipeline.GitPushFilter(
            branches_includes=[place.branch],
            file_paths_includes=None if place.folder == "." else [f"{place.folder}/**"],
        )
        trigger = codepipeline.TriggerProps(
            provider_type=codepipeline.ProviderType.CODE_STAR_SOURCE_CONNECTION,
            git_configuration=codepipeline.GitConfiguration(
                source_action=action, push_filter=[push]
            ),
        )
        return BoundSource(
            action=action,
            output=output,
            folder=place.folder,
            triggers=[trigger],
            # The CDK allows it under the service's former name alone, and the prefix has to be that
            # of the ARN ("CodeConnections service prefix rename", Developer Tools console).
            statements=[
                iam.PolicyStatement(
                    actions=["codeconnections:UseConnection"], resources=[self._connection_arn]
                )
            ],
        )


class _Token(PipelineSource):
    def __init__(self, place: GitHubFolder, token: secretsmanager.ISecret) -> None:
        self._place = place
        self._token = token

    def bind(
        self,
        scope: Construct,  # noqa: ARG002  # nothing is made
        options: SourceBindOptions,  # noqa: ARG002  # nothing is packed here
    ) -> BoundSource:
        place = self._place
        output = codepipeline.Artifact("Source")
        action = actions.GitHubSourceAction(
            action_name="Source",
            owner=place.owner,
            repo=place.repo,
            branch=place.branch,
            oauth_token=SecretValue.secrets_manager(self._token.secret_name),
            trigger=actions.GitHubTrigger.WEBHOOK,
            output=output,
        )
        return BoundSource(action=action, output=output, folder=place.folder, any_push=True)
