"""The rules of the planner."""

from serverless_containers.findings import Rule, Severity

_TASK_DEFINITION = "Amazon ECS API Reference, ContainerDefinition"
_FARGATE_DIFFERENCES = (
    "Amazon ECS task definition differences for Fargate, Amazon ECS Developer Guide"
)

DYNAMIC_REFERENCE = Rule(
    code="dynamic-reference",
    severity=Severity.ERROR,
    summary="No value holds a dynamic reference: CloudFormation resolves it as whoever deploys.",
    source="Get values stored in other services using dynamic references, AWS CloudFormation User "
    "Guide",
)
CDK_TOKEN = Rule(
    code="cdk-token",
    severity=Severity.ERROR,
    summary="No value looks like a token of the CDK, which would replace it or fail at it.",
)
INTRINSIC_FUNCTION = Rule(
    code="intrinsic-function",
    severity=Severity.ERROR,
    summary="No label or option of a log driver has the name of a function of CloudFormation.",
    source="Intrinsic function reference, AWS CloudFormation User Guide",
)
NOT_UTF_8 = Rule(
    code="not-utf-8",
    severity=Severity.ERROR,
    summary="Every value is text in UTF-8: a template holds nothing else.",
)
NO_PORT = Rule(
    code="no-port",
    severity=Severity.ERROR,
    summary="Some container has a port, or its Dockerfile an EXPOSE, to receive the traffic.",
)
ENTRYPOINT_AMBIGUOUS = Rule(
    code="entrypoint-ambiguous",
    severity=Severity.ERROR,
    summary="One container alone has ports, or one is named as the entrypoint.",
)
ENTRYPOINT_UNKNOWN = Rule(
    code="entrypoint-unknown",
    severity=Severity.ERROR,
    summary="The container named as the entrypoint exists and has a TCP port.",
)
PORT_TAKEN = Rule(
    code="port-taken",
    severity=Severity.ERROR,
    summary="No two containers of a task use the same port: they share one network interface.",
    source="Amazon ECS API Reference, PortMapping",
)
TOO_MANY_PORTS = Rule(
    code="too-many-ports",
    severity=Severity.ERROR,
    summary="A service has no more ports than fit into a task definition, ranges expanded.",
    source="Amazon ECS service quotas, Amazon ECS Developer Guide",
)
PORT_HOST_ADDRESS = Rule(
    code="port-host-address",
    severity=Severity.WARNING,
    summary="No host address is bound: a task has one network interface of its own.",
)
TASK_SIZE_INVALID = Rule(
    code="task-size-invalid",
    severity=Severity.ERROR,
    summary="CPU and memory are a pair that Fargate offers.",
    source="Task definition parameters for Amazon ECS for Fargate, Amazon ECS Developer Guide",
)
TASK_SIZE_EXCEEDED = Rule(
    code="task-size-exceeded",
    severity=Severity.ERROR,
    summary="The containers' own limits fit into the task's.",
    source=_TASK_DEFINITION,
)
HEALTH_CHECK_RANGE = Rule(
    code="health-check-range",
    severity=Severity.ERROR,
    summary="The times and retries of a health check are within ECS's ranges.",
    source="Amazon ECS API Reference, HealthCheck",
)
HEALTH_CHECK_START_INTERVAL = Rule(
    code="health-check-start-interval",
    severity=Severity.WARNING,
    summary="ECS checks at one interval, during the start period too.",
    source="Amazon ECS API Reference, HealthCheck",
)
DEPENDENCY_NOT_CHECKED = Rule(
    code="dependency-not-checked",
    severity=Severity.ERROR,
    summary="A container that others wait for to be healthy has a health check.",
    source="Amazon ECS API Reference, ContainerDependency",
)
BUILD_MISSING = Rule(
    code="build-missing",
    severity=Severity.ERROR,
    summary="The context and the Dockerfile of a build are on this machine.",
)
BUILD_ARG_RESERVED = Rule(
    code="build-arg-reserved",
    severity=Severity.ERROR,
    summary="No build argument is only named where the name is that of the credentials, or of "
    "something else that belongs to the build itself.",
    source="Environment variables in build environments, AWS CodeBuild User Guide",
)
COMMAND_CLEARED = Rule(
    code="command-cleared",
    severity=Severity.ERROR,
    summary="An image's command or entry point is replaced or kept: ECS cannot clear it.",
    source=_TASK_DEFINITION,
)
VARIABLE_UNSET = Rule(
    code="variable-unset",
    severity=Severity.WARNING,
    summary="A variable that is only named has a value where the file is read.",
)
VARIABLE_AND_SECRET = Rule(
    code="variable-and-secret",
    severity=Severity.ERROR,
    summary="No name is both a variable and a secret of one container.",
    source=_TASK_DEFINITION,
)
SECRET_TARGET = Rule(
    code="secret-target",
    severity=Severity.ERROR,
    summary="A secret's target is the name of the variable that it is injected as.",
    source=_TASK_DEFINITION,
)
REPLICAS_DISAGREE = Rule(
    code="replicas-disagree",
    severity=Severity.ERROR,
    summary="The services of one task ask for the same number of replicas.",
)
PLATFORM_UNSUPPORTED = Rule(
    code="platform-unsupported",
    severity=Severity.ERROR,
    summary="All containers of a task run on linux/amd64, or all on linux/arm64.",
    source=_FARGATE_DIFFERENCES,
)
STOP_TIMEOUT_RANGE = Rule(
    code="stop-timeout-range",
    severity=Severity.ERROR,
    summary="A container gets at least 2 and at most 120 seconds to stop.",
    source=_TASK_DEFINITION,
)
EXECUTE_READ_ONLY = Rule(
    code="execute-read-only",
    severity=Severity.ERROR,
    summary="With ECS Exec, no container has a read-only root file system.",
    source="Using Amazon ECS Exec, Amazon ECS Developer Guide",
)
NAME_INVALID = Rule(
    code="name-invalid",
    severity=Severity.ERROR,
    summary="Services and volumes have names that ECS takes and the task does not need itself.",
    source=_TASK_DEFINITION,
)
PROTOCOL_UNSUPPORTED = Rule(
    code="protocol-unsupported",
    severity=Severity.ERROR,
    summary="A port is one of TCP or UDP.",
    source="Amazon ECS API Reference, PortMapping",
)
ENTRYPOINT_ENDS = Rule(
    code="entrypoint-ends",
    severity=Severity.ERROR,
    summary="Nothing waits for the entrypoint to end.",
    source="Amazon ECS API Reference, ContainerDependency",
)
END_ENDS_TASK = Rule(
    code="end-ends-task",
    severity=Severity.WARNING,
    summary="A service that is not restarted runs for ever, or others wait for its end.",
    source=_TASK_DEFINITION,
)
MEMORY_RESERVATION = Rule(
    code="memory-reservation",
    severity=Severity.ERROR,
    summary="A container's memory limit is above its reservation.",
    source=_TASK_DEFINITION,
)
SECRET_PATH = Rule(
    code="secret-path",
    severity=Severity.WARNING,
    summary="Secrets are variables unless they are asked for as files.",
)
TOO_MANY_CONTAINERS = Rule(
    code="too-many-containers",
    severity=Severity.ERROR,
    summary="A task has at most 10 containers, those that write files, route logs and delay stops "
    "included.",
    source="Amazon ECS service quotas, Amazon ECS Developer Guide",
)
NO_ROOM_FOR_STOP_DELAY = Rule(
    code="no-room-for-stop-delay",
    severity=Severity.WARNING,
    summary="A task has room for the container that delays its stop behind an HTTP API.",
    source="Amazon ECS service quotas, Amazon ECS Developer Guide",
)
RESTART_POLICY = Rule(
    code="restart-policy",
    severity=Severity.ERROR,
    summary="A restart policy is one that Docker's engine takes.",
    source="https://docs.docker.com/reference/compose-file/services/#restart",
)
RESTART_ATTEMPTS = Rule(
    code="restart-attempts",
    severity=Severity.WARNING,
    summary="ECS restarts a container as often as it takes.",
    source="Amazon ECS API Reference, ContainerRestartPolicy",
)
RESTART_WINDOW_RANGE = Rule(
    code="restart-window-range",
    severity=Severity.ERROR,
    summary="A container must run for 60 to 1800 seconds to be restarted.",
    source="Amazon ECS API Reference, ContainerRestartPolicy",
)
ROLLOUTS_DISAGREE = Rule(
    code="rollouts-disagree",
    severity=Severity.ERROR,
    summary="The services of one task are rolled out in one way.",
)
LABEL_NO_TAG = Rule(
    code="label-no-tag",
    severity=Severity.WARNING,
    summary="Labels of a deployment become tags of the ECS service, where they can.",
    source="Amazon ECS API Reference, Tag",
)
EXCLUSIVE_TASK = Rule(
    code="exclusive-task",
    severity=Severity.WARNING,
    summary="No rollout interrupts the task. One with a store that keeps its data on a named "
    "volume, or with an exclusive service, runs once, and is asked to stop before its successor "
    "starts.",
    source="Amazon ECS API Reference, DeploymentConfiguration",
)
EXCLUSIVE_CONFLICT = Rule(
    code="exclusive-conflict",
    severity=Severity.ERROR,
    summary="Nothing asks for several tasks at once where one service must run once.",
    source="Amazon ECS API Reference, DeploymentConfiguration",
)
EXCLUSIVE_SPOT = Rule(
    code="exclusive-spot",
    severity=Severity.WARNING,
    summary="What must run once, such as a store, does not run on capacity that AWS takes back.",
    source="Amazon ECS clusters for Fargate, Amazon ECS Developer Guide",
)
VOLUME_WRITTEN_TWICE = Rule(
    code="volume-written-twice",
    severity=Severity.NOTE,
    summary="While tasks change, no old and new one write to one named volume.",
    source="Amazon ECS API Reference, DeploymentConfiguration",
)
DEPLOY_MODE = Rule(
    code="deploy-mode",
    severity=Severity.ERROR,
    summary="A service is replicated: Fargate has no nodes to run one task on each.",
)
KEY_REJECTED = Rule(
    code="key-rejected",
    severity=Severity.ERROR,
    summary="No key asks for something that Fargate cannot do.",
    source=_FARGATE_DIFFERENCES,
)
KEY_LOCAL_ONLY = Rule(
    code="key-local-only",
    severity=Severity.NOTE,
    summary="Keys that only mean something to a local engine are left out of the deployment.",
)
KEY_APPROXIMATED = Rule(
    code="key-approximated",
    severity=Severity.WARNING,
    summary="A key whose meaning ECS has in a similar form only is deployed as that form.",
)
SETTING_INVALID = Rule(
    code="setting-invalid",
    severity=Severity.ERROR,
    summary="The settings under x-serverless-containers are known and of the right type.",
)
SHARED_LOOPBACK = Rule(
    code="shared-loopback",
    severity=Severity.NOTE,
    summary="The containers of a task reach each other at localhost, not by service name.",
)
PORT_ARGUMENT = Rule(
    code="port-unknown",
    severity=Severity.ERROR,
    summary="The port named for the traffic is one on which the entrypoint listens.",
)
BUILD_NOT_LOCAL = Rule(
    code="build-not-local",
    severity=Severity.ERROR,
    summary="A build that Docker does on this machine uses what a CDK image asset can express.",
    source="aws-cdk-lib.aws_ecr_assets.DockerImageAsset, AWS CDK API Reference",
)
BUILD_CACHE_IGNORED = Rule(
    code="build-cache-ignored",
    severity=Severity.NOTE,
    summary="A build's caches are ones that Docker's own driver has: images in registries to take "
    "layers from, and the image itself to write to.",
    source="https://docs.docker.com/build/cache/backends/",
)
