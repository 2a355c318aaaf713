"""A Compose project, of which services are made."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from aws_cdk import RemovalPolicy, Stack, Token
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct, IConstruct

from serverless_containers.plan import Architecture, PlanOptions, TaskPlan
from serverless_containers.plan.secrets.reader import owner_of
from serverless_containers.workload.project.cluster import (
    ContainerCluster,
    associate_fargate,
    make_cluster,
    name_known_before,
)
from serverless_containers.workload.project.images import (
    BoundImages,
    BuiltImages,
    ImagesBindOptions,
)
from serverless_containers.workload.project.network import (
    IngressRequirements,
    Network,
    NetworkProfile,
    Placement,
    existing_placement,
)
from serverless_containers.workload.project.props import ProjectProps
from serverless_containers.workload.project.secrets import ProjectSecrets, push_command
from serverless_containers.workload.project.sessions import SessionLog
from serverless_containers.workload.project.source import read_source

_DECIDED_BY_CLUSTER = (
    "network_profile",
    "high_availability",
    "availability_zones",
    "vpc",
    "vpc_subnets",
    "assign_public_ip",
    "container_insights",
)


class Project:
    """A Compose project: its plan, secrets, images, network and cluster.

    Each part that its caller does not give is made when it is asked for, below ``scope``.

    Args:
        scope: The construct below which parts are made, and which annotations are attached to.
        source: The folder with the Compose file or the lone Dockerfile, or the Compose file itself.
        options: The caller's choices over the files.
        requirements: The requirements of the ingress.
        props: See `ProjectProps`.

    Raises:
        InvalidSourceError: With every error in the files, if there is one.
        ValueError: If the secrets that are given are not those of the files.

    Attributes:
        plan: The plan of its task.
        secrets: The secrets of its containers, but for those that were given one by one.
        given_secrets: Those that were given one by one, by their keys in the Compose file.
        given_images: The images that were given one by one, by the names of their services.
        session_log: The log of the sessions of ECS Exec in the cluster, once that was asked for.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        source: str | Path,
        options: PlanOptions,
        requirements: IngressRequirements,
        props: ProjectProps,
    ) -> None:
        self._scope = scope
        self._requirements = requirements
        self._props = props
        self.plan = read_source(
            scope,
            source,
            options,
            environment=props.get("environment_name"),
            suppress=props.get("suppress", ()),
            policies=props.get("custom_policies"),
        )
        secrets, images = props.get("secrets"), props.get("images")
        self.given_secrets: Mapping[str, ecs.Secret] = (
            secrets if isinstance(secrets, Mapping) else {}
        )
        self.given_images: Mapping[str, ecs.ContainerImage] = (
            images if isinstance(images, Mapping) else {}
        )
        self.secrets = self._make_secrets(source)
        self.session_log: SessionLog | None = None
        self._capacity: ecs.CfnClusterCapacityProviderAssociations | None = None

    @property
    def log_retention(self) -> logs.RetentionDays:
        """The time for which logs are kept."""
        return self._props.get("log_retention", logs.RetentionDays.ONE_MONTH)

    @property
    def high_availability(self) -> bool:
        """Whether tasks have several availability zones to run in."""
        if (shared := self.shared_cluster) is not None:
            return shared.network.high_availability
        return bool(self._props.get("high_availability"))

    @property
    def shared_cluster(self) -> ContainerCluster | None:
        """The ContainerCluster that the caller has, if the cluster is one.

        Raises:
            ValueError: If the caller also decides what such a cluster decides.
        """
        cluster = self._props.get("cluster")
        if not isinstance(cluster, ContainerCluster):
            return None
        decided = [name for name in _DECIDED_BY_CLUSTER if self._props.get(name) is not None]
        if decided:
            raise ValueError(
                f"{', '.join(decided)}: a ContainerCluster decides that for all its services; "
                "leave it out here, and give it to the ContainerCluster where that takes it"
            )
        return cluster

    @property
    def name(self) -> str:
        """The name of the cluster that is made here, and of the service where none is given.

        By these names a pipeline finds what does not exist when it is made. They are the same
        without one: a service with another name is another service, and while CloudFormation
        replaces one by the other, both run on the same volumes.
        """
        return name_known_before(self._scope)

    def bind_images(self, *, architecture: Architecture, service_name: str) -> BoundImages:
        """Return the images for one service, built as the caller has chosen.

        Args:
            architecture: The instruction set of its tasks.
            service_name: The service's name.
        """
        images = self._props.get("images")
        builder = images if isinstance(images, BuiltImages) else BuiltImages.local_build()
        cluster = self._props.get("cluster")
        return builder.bind(
            self._scope,
            ImagesBindOptions(
                plan=self.plan,
                architecture=architecture,
                cluster_name=cluster.cluster_name if cluster else self.name,
                service_name=service_name,
            ),
        )

    def place(
        self,
        *,
        executes_commands: bool,
        traces: bool = False,
        session_key: kms.IKey | None = None,
    ) -> Placement:
        """Place the tasks of a service, in a network that is made if the caller has none.

        Args:
            executes_commands: Whether the tasks take part in ECS Exec.
            traces: Whether they send traces to AWS X-Ray.
            session_key: The key of sessions that are logged in a cluster that is made here.

        Raises:
            ValueError: If arguments contradict each other, or the cluster is elsewhere.
        """
        given = self._given_placement()
        if given is not None:
            return given
        shared = self.shared_cluster
        if shared:
            _check_same_place(self._scope, shared)
        network = shared.network if shared else self._make_network()
        if shared and executes_commands and shared.session_log:
            session_key = shared.session_log.key
        return network.place(
            secrets=self.secrets.stores,
            execute=executes_commands,
            traces=traces,
            keys=session_key is not None,
        )

    def cluster(
        self,
        vpc: ec2.IVpc,
        *,
        name: str | None,
        sessions: bool = False,
        session_key: kms.IKey | None = None,
    ) -> ecs.ICluster:
        """Return the cluster, which is made if the caller has none.

        Args:
            vpc: The VPC of its services.
            name: The name of one that is made. None: `name`.
            sessions: Whether sessions of ECS Exec are logged in one that is made.
            session_key: The key of them, if there is one.

        Raises:
            ValueError: If a cluster that is given would have to log sessions.
        """
        given = self._given_cluster()
        shared = self.shared_cluster
        if given is not None:
            if sessions:
                raise ValueError(
                    "logging.sessions: the cluster decides that; leave it out here, and give a "
                    "ContainerCluster session_log=True"
                )
            self.session_log = shared.session_log if shared else None
            return given
        if sessions:
            self.session_log = SessionLog(
                self._scope, retention=self.log_retention, key=session_key
            )
        cluster = make_cluster(
            self._scope,
            name=name or self.name,
            vpc=vpc,
            insights=self._props.get("container_insights"),
            sessions=self.session_log,
        )
        self._capacity = associate_fargate(cluster)
        return cluster

    def wait_for_capacity(self, construct: IConstruct) -> None:
        """Let a construct wait until a cluster that was made here has its capacity."""
        if self._capacity is not None:
            construct.node.add_dependency(self._capacity)

    def associate_capacity_after(self, construct: IConstruct) -> None:
        """Let a cluster that was made here have its capacity after what takes a minute to make.

        In that minute ECS's service-linked role spreads, where the cluster is an account's first.
        """
        if self._capacity is not None:
            self._capacity.node.add_dependency(construct)

    def _make_secrets(self, source: str | Path) -> ProjectSecrets:
        given, environment = self._props.get("secrets"), self._props.get("environment_name")
        if isinstance(given, ProjectSecrets):
            check_given("secrets", self.plan.secrets, given.names)
            _check_names(self.plan, given)
            return given
        check_given("secrets", self.given_secrets, self.plan.secrets)
        return ProjectSecrets(
            self._scope,
            "Secrets",
            plans={
                key: secret
                for key, secret in self.plan.secrets.items()
                if key not in self.given_secrets
            },
            owner=owner_of(self.plan.name, environment),
            push_command=push_command(source, environment),
        )

    def _make_network(self) -> Network:
        return Network(
            self._scope,
            "Network",
            profile=self._props.get("network_profile", NetworkProfile.PUBLIC),
            high_availability=self._props.get("high_availability", False),
            availability_zones=self._props.get("availability_zones"),
            log_retention=self.log_retention,
            removal_policy=self._props.get("removal_policy", RemovalPolicy.DESTROY),
            requirements=self._requirements,
        )

    def _given_cluster(self) -> ecs.ICluster | None:
        """The cluster that the caller has.

        Raises:
            ValueError: If the caller also decides what such a cluster decides.
        """
        cluster = self._props.get("cluster")
        decides_insights = self._props.get("container_insights") is not None
        if self.shared_cluster is None and cluster and decides_insights:
            raise ValueError(
                "container_insights: a cluster that is given decides that; leave it out here, and "
                "set container_insights_v2 of the cluster"
            )
        if cluster and isinstance(cluster.node.scope, ContainerCluster):
            raise ValueError(
                "cluster: give the ContainerCluster itself, which knows where its tasks are put, "
                "and not the ECS cluster in it"
            )
        return cluster.cluster if isinstance(cluster, ContainerCluster) else cluster

    def _given_placement(self) -> Placement | None:
        """The place of tasks, if the caller has a VPC, or a cluster that somebody else made."""
        cluster = self._given_cluster()
        # A service is in its cluster's VPC.
        vpc = self._props.get("vpc") or (cluster.vpc if cluster else None)
        if vpc is None or self.shared_cluster:
            return None
        return existing_placement(
            vpc,
            self._props.get("vpc_subnets"),
            assign_public_ip=self._props.get("assign_public_ip"),
        )


def check_given(name: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Refuse names that the Compose file does not have.

    Args:
        name: The keyword, for the message.
        given: The names that its caller gives.
        known: The names in the file.

    Raises:
        ValueError: If one is unknown, with those that are known.
    """
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ValueError(
            f"{name}: the Compose file has no {', '.join(unknown)}; it has "
            f"{', '.join(known) or 'none'}"
        )


def _check_names(plan: TaskPlan, given: ProjectSecrets) -> None:
    for key, secret in plan.secrets.items():
        if given.names[key] != secret.name:
            raise ValueError(
                f"secrets: {key} is {given.names[key]} in the secrets that are given, and "
                f"{secret.name} here; give both the same environment_name and the same source"
            )


def _check_same_place(scope: Construct, cluster: ContainerCluster) -> None:
    """Refuse a cluster of another account or region, as far as that is known."""
    theirs, ours = Stack.of(cluster), Stack.of(scope)
    for what, one, other in (
        ("region", theirs.region, ours.region),
        ("account", theirs.account, ours.account),
    ):
        if one != other and not Token.is_unresolved(one) and not Token.is_unresolved(other):
            raise ValueError(
                f"cluster: {cluster.node.path!r} is in the {what} {one}, and the service in "
                f"{other}; a service is where its cluster is"
            )
