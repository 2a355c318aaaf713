"""The rules of the planner."""

from serverless_containers.findings import Rule

_TASK_DEFINITION = "Amazon ECS API Reference, ContainerDefinition"
_FARGATE_DIFFERENCES = (
    "Amazon ECS task definition differences for Fargate, Amazon ECS Developer Guide"
)

DYNAMIC_REFERENCE = Rule.error(
    "dynamic-reference",
    "No value holds a dynamic reference: CloudFormation resolves it as whoever deploys.",
    "Get values stored in other services using dynamic references, AWS CloudFormation User Guide",
)
CDK_TOKEN = Rule.error(
    "cdk-token", "No value looks like a token of the CDK, which would replace it or fail at it."
)
INTRINSIC_FUNCTION = Rule.error(
    "intrinsic-function",
    "No label or option of a log driver has the name of a function of CloudFormation.",
    "Intrinsic function reference, AWS CloudFormation User Guide",
)
NOT_UTF_8 = Rule.error("not-utf-8", "Every value is text in UTF-8: a template holds nothing else.")
NO_ACTIVE_SERVICE = Rule.error(
    "no-active-service",
    "Some service is in no profile, or in one that is active.",
    "https://docs.docker.com/reference/compose-file/profiles/",
)
IMAGE_INVALID = Rule.error(
    "image-invalid",
    "The name of an image has something before and behind each separator, and its repository no "
    "capital letters.",
    "https://pkg.go.dev/github.com/distribution/reference",
)
IMAGE_MOVES = Rule.warning(
    "image-moves",
    "An image is named by a version or a digest.",
    "https://docs.docker.com/build/building/best-practices/#pin-base-image-versions",
    guess=True,
)
IMAGE_OF_SIBLING = Rule.note(
    "image-of-sibling",
    "An image that a service of the project builds is built for each one that runs it.",
)
RUNS_AS_ROOT = Rule.warning(
    "runs-as-root",
    "A program that is built here runs as another user than root.",
    "https://docs.docker.com/build/building/best-practices/#user",
    guess=True,
)
HEALTH_CHECK_MISSING = Rule.warning(
    "health-check-missing",
    "What receives the traffic has a health check, where its ingress has none.",
    "Determine Amazon ECS task health using container health checks, Amazon ECS Developer Guide",
    guess=True,
)
NO_PORT = Rule.error(
    "no-port",
    "Behind an ingress, some container has a port, or its Dockerfile an EXPOSE, to receive the "
    "traffic.",
)
NO_INGRESS = Rule.note(
    "no-ingress",
    "A project with ports is reached through an ingress; one without any is a worker.",
)
PORT_UNREACHED = Rule.note(
    "port-unreached", "Of the ports that a project publishes, an ingress reaches one."
)
NO_HTTP_PORT = Rule.error(
    "no-http-port",
    "What receives the traffic speaks HTTP, and is an application where there is one: no store of "
    "it, nor a port of another protocol.",
    "https://www.iana.org/assignments/service-names-port-numbers/",
)
ENTRYPOINT_AMBIGUOUS = Rule.error(
    "entrypoint-ambiguous",
    "One container alone has ports, or one is named as the entrypoint, or one is chosen by what is "
    "published, by the images or by what depends on what.",
)
ENTRYPOINT_CHOSEN = Rule.warning(
    "entrypoint-chosen",
    "Where several containers have ports, the file names the one that receives the traffic.",
    guess=True,
)
ENTRYPOINT_TLS = Rule.warning(
    "entrypoint-tls",
    "What receives the traffic speaks HTTP without TLS, as every ingress does to it.",
    guess=True,
)
ENTRYPOINT_UNKNOWN = Rule.error(
    "entrypoint-unknown", "The container named as the entrypoint exists and has a TCP port."
)
PORT_TAKEN = Rule.error(
    "port-taken",
    "No two containers of a task use the same port: they share one network interface.",
    "Amazon ECS API Reference, PortMapping",
)
PORT_EXPOSED_TWICE = Rule.warning(
    "port-exposed-twice",
    "No port that EXPOSE alone names is also that of another container of the task.",
    "https://docs.docker.com/reference/dockerfile/#expose",
    guess=True,
)
DEFAULT_PORT_TAKEN = Rule.warning(
    "default-port-taken",
    "No two containers of a task run servers that listen on the same port by default.",
)
TOO_MANY_PORTS = Rule.error(
    "too-many-ports",
    "A service has no more ports than fit into a task definition, ranges expanded.",
    "Amazon ECS service quotas, Amazon ECS Developer Guide",
)
PORT_INVALID = Rule.error(
    "port-invalid",
    "A port on which a container listens is a number from 1 to 65535, or a range of them.",
    "Amazon ECS API Reference, PortMapping",
)
PORT_HOST_ADDRESS = Rule.warning(
    "port-host-address", "No host address is bound: a task has one network interface of its own."
)
LIMIT_NEGATIVE = Rule.error(
    "limit-negative", "Limits and reservations of CPU and memory are above 0.", _TASK_DEFINITION
)
TASK_SIZE_INVALID = Rule.error(
    "task-size-invalid",
    "CPU and memory are a pair that Fargate offers.",
    "Task definition parameters for Amazon ECS for Fargate, Amazon ECS Developer Guide",
)
TASK_SIZE_EXCEEDED = Rule.error(
    "task-size-exceeded", "The containers' own limits fit into the task's.", _TASK_DEFINITION
)
HEALTH_CHECK_EMPTY = Rule.error(
    "health-check-empty",
    "A health check has a command to run.",
    "Amazon ECS API Reference, HealthCheck",
)
TASK_SIZE_ASSUMED = Rule.note(
    "task-size-assumed",
    "The services say what CPU and memory they need, or the task's size is named.",
    "Task definition parameters for Amazon ECS for Fargate, Amazon ECS Developer Guide",
)
HEALTH_CHECK_RANGE = Rule.warning(
    "health-check-range",
    "The times and retries of a health check are within ECS's ranges.",
    "Amazon ECS API Reference, HealthCheck",
    guess=True,
)
HEALTH_CHECK_START_INTERVAL = Rule.warning(
    "health-check-start-interval",
    "ECS checks at one interval, during the start period too.",
    "Amazon ECS API Reference, HealthCheck",
)
HEALTH_CHECK_STORE = Rule.note(
    "health-check-store",
    "A store with a health check has time to initialize: ECS's longest start period, where none is "
    "said.",
    "Amazon ECS API Reference, HealthCheck",
)
DEPENDENCY_NOT_CHECKED = Rule.warning(
    "dependency-not-checked",
    "A container that others wait for to be healthy has a health check.",
    "Amazon ECS API Reference, ContainerDependency",
    guess=True,
)
BUILD_MISSING = Rule.error(
    "build-missing", "The context and the Dockerfile of a build are on this machine."
)
BUILD_ARG_RESERVED = Rule.error(
    "build-arg-reserved",
    "No build argument is only named where the name is that of the credentials, or of something "
    "else that belongs to the build itself.",
    "Environment variables in build environments, AWS CodeBuild User Guide",
)
COMMAND_CLEARED = Rule.error(
    "command-cleared",
    "An image's command is replaced or kept, and its entry point cleared for a command alone.",
    _TASK_DEFINITION,
)
VARIABLE_NAME = Rule.error(
    "variable-name", "A variable has a name.", "Amazon ECS API Reference, KeyValuePair"
)
VARIABLE_UNSET = Rule.warning(
    "variable-unset", "A variable that is only named has a value where the file is read."
)
VARIABLE_AND_SECRET = Rule.error(
    "variable-and-secret",
    "No name is both a variable and a secret of one container.",
    _TASK_DEFINITION,
)
SECRET_TARGET = Rule.error(
    "secret-target",
    "A secret's target is the name of the variable that it is injected as.",
    _TASK_DEFINITION,
)
REPLICAS_DISAGREE = Rule.error(
    "replicas-disagree", "The services of one task ask for the same number of replicas."
)
PLATFORM_UNSUPPORTED = Rule.error(
    "platform-unsupported",
    "All containers of a task run on linux/amd64, or all on linux/arm64.",
    _FARGATE_DIFFERENCES,
)
STOP_TIMEOUT_RANGE = Rule.warning(
    "stop-timeout-range",
    "A container gets at least 2 and at most 120 seconds to stop.",
    _TASK_DEFINITION,
    guess=True,
)
DEPENDENCY_CHECK_DISABLED = Rule.error(
    "dependency-check-disabled",
    "No container waits for another one to be healthy whose health check is turned off.",
    "Amazon ECS API Reference, ContainerDependency",
)
EXECUTE_READ_ONLY = Rule.error(
    "execute-read-only",
    "With ECS Exec, no container has a read-only root file system.",
    "Using Amazon ECS Exec, Amazon ECS Developer Guide",
)
NAME_INVALID = Rule.warning(
    "name-invalid",
    "Services and volumes have names that ECS takes and the task does not need itself.",
    _TASK_DEFINITION,
    guess=True,
)
PROTOCOL_UNSUPPORTED = Rule.error(
    "protocol-unsupported", "A port is one of TCP or UDP.", "Amazon ECS API Reference, PortMapping"
)
ENTRYPOINT_ENDS = Rule.error(
    "entrypoint-ends",
    "Nothing waits for the entrypoint to end.",
    "Amazon ECS API Reference, ContainerDependency",
)
END_ENDS_TASK = Rule.warning(
    "end-ends-task",
    "A service that is not restarted runs for ever, or others wait for its end.",
    _TASK_DEFINITION,
)
MEMORY_RESERVATION = Rule.error(
    "memory-reservation", "A container's memory limit is above its reservation.", _TASK_DEFINITION
)
SECRET_PATH = Rule.warning(
    "secret-path", "Where secrets are variables, no service reads them as files."
)
SECRETS_ARE_FILES = Rule.note(
    "secrets-are-files",
    "A project says in which form its secrets are, or no service reads them as files.",
)
COLLECTOR_PRESENT = Rule.warning(
    "collector-present",
    "With tracing, no service of the project collects traces itself.",
)
COLLECTOR_PORT_TAKEN = Rule.error(
    "collector-port-taken",
    "With tracing, no service listens on a port of the collector: they share a loopback.",
    "Amazon ECS API Reference, PortMapping",
)
TOO_MANY_CONTAINERS = Rule.error(
    "too-many-containers",
    "A task has at most 10 containers, those that write files, route logs and delay stops "
    "included.",
    "Amazon ECS service quotas, Amazon ECS Developer Guide",
)
TASK_DEFINITION_SIZE = Rule.error(
    "task-definition-size",
    "A task definition, with all variables of its containers, has at most 64 KiB.",
    "Amazon ECS service quotas, Amazon ECS Developer Guide",
)
NO_ROOM_FOR_STOP_DELAY = Rule.warning(
    "no-room-for-stop-delay",
    "A task has room for the container that delays its stop behind an HTTP API.",
    "Amazon ECS service quotas, Amazon ECS Developer Guide",
)
RESTART_POLICY = Rule.error(
    "restart-policy",
    "A restart policy is one that Docker's engine takes.",
    "https://docs.docker.com/reference/compose-file/services/#restart",
)
RESTART_ATTEMPTS = Rule.warning(
    "restart-attempts",
    "ECS restarts a container as often as it takes.",
    "Amazon ECS API Reference, ContainerRestartPolicy",
)
RESTART_WINDOW_RANGE = Rule.warning(
    "restart-window-range",
    "A container must run for 60 to 1800 seconds to be restarted.",
    "Amazon ECS API Reference, ContainerRestartPolicy",
    guess=True,
)
RESTART_ON_FAILURE = Rule.warning(
    "restart-on-failure",
    "A service says whether the task may go on without it.",
    "Restart individual containers in Amazon ECS tasks with container restart policies, Amazon ECS "
    "Developer Guide",
    guess=True,
)
ROLLOUTS_DISAGREE = Rule.error(
    "rollouts-disagree", "The services of one task are rolled out in one way."
)
TOO_MANY_TAGS = Rule.error(
    "too-many-tags",
    "The labels of a deployment are no more than the tags that an ECS service may have.",
    "Tagging Amazon ECS resources, Amazon ECS Developer Guide",
)
LABEL_NO_TAG = Rule.warning(
    "label-no-tag",
    "Labels of a deployment become tags of the ECS service, where they can.",
    "Amazon ECS API Reference, Tag",
)
EXCLUSIVE_TASK = Rule.warning(
    "exclusive-task",
    "No rollout interrupts the task. One with a store that keeps its data on a named volume, or "
    "with an exclusive service, runs once, and is asked to stop before its successor starts.",
    "Amazon ECS API Reference, DeploymentConfiguration",
)
EXCLUSIVE_CONFLICT = Rule.error(
    "exclusive-conflict",
    "Nothing asks for several tasks at once where one service must run once.",
    "Amazon ECS API Reference, DeploymentConfiguration",
)
EXCLUSIVE_SPOT = Rule.warning(
    "exclusive-spot",
    "What must run once, such as a store, does not run on capacity that AWS takes back.",
    "Amazon ECS clusters for Fargate, Amazon ECS Developer Guide",
)
STORE_WITHOUT_VOLUME = Rule.warning(
    "store-without-volume",
    "A store keeps its data on a named volume: Docker Compose hands an anonymous one to the next "
    "container, and a task on Fargate has nothing of the one before it.",
    "https://docs.docker.com/reference/cli/docker/compose/up/",
    guess=True,
)
VOLUME_WRITTEN_TWICE = Rule.note(
    "volume-written-twice",
    "While tasks change, no old and new one write to one named volume.",
    "Amazon ECS API Reference, DeploymentConfiguration",
)
DEPLOY_MODE = Rule.error(
    "deploy-mode", "A service is no job, which would run to its end instead of serving."
)
DEPLOY_GLOBAL = Rule.warning(
    "deploy-global",
    "A service is replicated: Fargate has no nodes to run one task on each.",
    guess=True,
)
KEY_REJECTED = Rule.error(
    "key-rejected", "No key asks for something that Fargate cannot do.", _FARGATE_DIFFERENCES
)
KEY_LOCAL_ONLY = Rule.note(
    "key-local-only",
    "Keys that only mean something to a local engine are left out of the deployment.",
)
KEY_APPROXIMATED = Rule.warning(
    "key-approximated",
    "A key whose meaning ECS has in a similar form only is deployed as that form.",
)
KEY_LEFT_OUT = Rule.warning(
    "key-left-out",
    "No key asks for what changes how a container runs, and is left out on Fargate.",
    "Task definition parameters for Amazon ECS for Fargate, Amazon ECS Developer Guide",
    guess=True,
)
SETTING_INVALID = Rule.error(
    "setting-invalid", "The settings under x-serverless-containers are known and of the right type."
)
SHARED_LOOPBACK = Rule.note(
    "shared-loopback",
    "The containers of a task share one loopback interface, and reach each other there.",
)
NO_ROOM_FOR_NAMES = Rule.warning(
    "no-room-for-names",
    "A task of several services has room for the container that names them to each other.",
    "Amazon ECS service quotas, Amazon ECS Developer Guide",
)
NAME_UNRESOLVED = Rule.warning(
    "name-unresolved", "No value names a host that nothing in the task resolves."
)
HOST_GATEWAY = Rule.warning(
    "host-gateway", "No value leads to the machine that runs Docker: a task has none."
)
HOST_INVALID = Rule.warning(
    "host-invalid", "Names and addresses of hosts are such that /etc/hosts can hold them."
)
HOST_CONFLICT = Rule.error(
    "host-conflict", "A name has one address in a task, whose containers share one /etc/hosts."
)
PUBLISHED_PORT = Rule.warning(
    "published-port",
    "No value names the port under which a sibling is published on a laptop: tasks publish none.",
)
PORT_ARGUMENT = Rule.error(
    "port-unknown", "The port named for the traffic is one on which the entrypoint listens."
)
BUILD_NOT_LOCAL = Rule.error(
    "build-not-local",
    "A build that Docker does on this machine uses what a CDK image asset can express.",
    "aws-cdk-lib.aws_ecr_assets.DockerImageAsset, AWS CDK API Reference",
)
BUILD_NEEDS_PIPELINE = Rule.warning(
    "build-needs-pipeline",
    "Where it is not known who builds, a build is one that Docker on this machine can do as well.",
    "aws-cdk-lib.aws_ecr_assets.DockerImageAsset, AWS CDK API Reference",
)
BUILD_OUTSIDE_FOLDER = Rule.warning(
    "build-outside-folder",
    "Where it is not known who builds, a build reads the folder of the Compose file alone, which a "
    "pipeline has.",
)
BUILD_CACHE_IGNORED = Rule.note(
    "build-cache-ignored",
    "A build's caches are ones that Docker's own driver has: images in registries to take layers "
    "from, and the image itself to write to.",
    "https://docs.docker.com/build/cache/backends/",
)
