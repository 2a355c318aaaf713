"""What AWS would refuse, or what would do harm, as rules that hold for every template.

The embedded AWS accepts what AWS refuses: a deployment there shows nothing of it. Each rule takes a
template and gives its complaints.
"""

import json

from tests.support.resource_schemas import tags_of
from tests.templates.alarms import (
    alarms_can_be_made,
    rules_of_alarms_can_be_kept,
    what_alarms_count_is_written_down,
)
from tests.templates.iam import permissions_grant_something

NO_TAGS = {"AWS::CloudFront::VpcOrigin"}
ZONE_IDS = ("use1-az", "euw3-az", "cac1-az", "ape1-az", "apne1-az", "apne2-az")
SERVICES = {
    ("AWS::ECS::TaskDefinition", "TaskRoleArn"): "ecs-tasks.amazonaws.com",
    ("AWS::ECS::TaskDefinition", "ExecutionRoleArn"): "ecs-tasks.amazonaws.com",
    ("AWS::CodeBuild::Project", "ServiceRole"): "codebuild.amazonaws.com",
    ("AWS::CodePipeline::Pipeline", "RoleArn"): "codepipeline.amazonaws.com",
    ("AWS::EC2::FlowLog", "DeliverLogsPermissionArn"): "vpc-flow-logs.amazonaws.com",
}
LONGEST_WAIT = 43_200
"""Seconds ("AWS::CloudFormation::WaitCondition")."""


def of_type(template, kind):
    return {
        name: resource
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def target(value):
    """The resource that a value refers to, if it is one of this template."""
    if isinstance(value, dict) and "Fn::GetAtt" in value:
        return value["Fn::GetAtt"][0]
    if isinstance(value, dict) and "Ref" in value:
        return value["Ref"]
    return None


def depends_on(resource):
    found = resource.get("DependsOn", [])
    return [found] if isinstance(found, str) else found


def references(value):
    """The names that a value refers to, of resources, parameters and pseudo parameters."""
    if isinstance(value, list):
        for each in value:
            yield from references(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            if key == "Ref":
                yield each
            elif key == "Fn::GetAtt":
                yield each[0] if isinstance(each, list) else each.split(".")[0]
            else:
                yield from references(each)


def upstream(template, name):
    """The resources that are made before one."""
    found, queue = set(), [name]
    while queue:
        resource = template["Resources"][queue.pop()]
        for each in {*references(resource.get("Properties", {})), *depends_on(resource)}:
            if each in template["Resources"] and each not in found:
                found.add(each)
                queue.append(each)
    return found


def trusted(role):
    for statement in role["Properties"]["AssumeRolePolicyDocument"]["Statement"]:
        yield from statement["Principal"].items()


def roles_trust_who_assumes_them(template):
    """A role that is handed to a service trusts it; an action's trusts the pipeline's role."""
    roles = of_type(template, "AWS::IAM::Role")
    for (kind, key), principal in SERVICES.items():
        for name, resource in of_type(template, kind).items():
            role = roles.get(target(resource["Properties"].get(key)))
            if role and ("Service", principal) not in list(trusted(role)):
                yield f"{name}.{key} does not trust {principal}"
    for name, pipeline in of_type(template, "AWS::CodePipeline::Pipeline").items():
        own = pipeline["Properties"]["RoleArn"]
        for stage in pipeline["Properties"]["Stages"]:
            for action in stage["Actions"]:
                role = roles.get(target(action.get("RoleArn")))
                if role and ("AWS", own) not in list(trusted(role)):
                    yield f"{name}: the role of {action['Name']} does not trust the pipeline's"


def services_wait_for_their_capacity(template):
    """Or the capacity is taken away while the service still uses it."""
    associations = of_type(template, "AWS::ECS::ClusterCapacityProviderAssociations")
    clusters = {target(each["Properties"]["Cluster"]): name for name, each in associations.items()}
    for name, service in of_type(template, "AWS::ECS::Service").items():
        cluster = target(service["Properties"].get("Cluster"))
        waited = clusters.get(cluster)
        if waited and "Front" in waited and waited not in depends_on(service):
            yield f"{name} does not wait for {waited}"


def the_capacity_waits_for_the_account(template):
    """ECS's service-linked role of a new account takes a while to spread."""
    slow = {
        *of_type(template, "AWS::ServiceDiscovery::PrivateDnsNamespace"),
        *of_type(template, "AWS::ElasticLoadBalancingV2::LoadBalancer"),
    }
    # Without an ingress there is nothing slower than IAM.
    slow = slow or set(of_type(template, "AWS::IAM::Policy"))
    for name, each in of_type(template, "AWS::ECS::ClusterCapacityProviderAssociations").items():
        if "Front" in name and not slow.intersection(depends_on(each)):
            yield f"{name} waits for nothing that takes a minute"


def nothing_that_cannot_be_updated_has_tags(template):
    """Tags change, and CloudFormation then updates what has them."""
    for name, resource in template["Resources"].items():
        if _is_harmed_by_tags(resource) and "Tags" in resource["Properties"]:
            yield f"{name} has tags"


def what_can_have_tags_has_those_that_were_given(template):
    """Or what it costs, and whose it is, is not told."""
    given = template.get("Metadata", {}).get("Tags", {})
    for name, resource in template["Resources"].items():
        tags = tags_of(resource)
        if tags is None or _is_harmed_by_tags(resource):
            continue
        for key, value in given.items():
            if tags.get(key) != value:
                yield f"{name} has {tags.get(key)!r} as {key}"
        if len({key.lower() for key in tags}) < len(tags):
            yield f"{name} has keys that differ in case only"
    for name, service in of_type(template, "AWS::ECS::Service").items():
        properties = service["Properties"]
        if properties.get("PropagateTags") != "SERVICE":
            yield f"{name} has tasks without tags"
        if properties.get("EnableECSManagedTags") is not True:
            yield f"{name} has tasks that do not name it"


def _is_harmed_by_tags(resource):
    if resource["Type"] != "AWS::ElasticLoadBalancingV2::ListenerRule":
        return resource["Type"] in NO_TAGS
    actions = resource.get("Properties", {}).get("Actions", [])
    return any(len(_groups(action)) > 1 for action in actions if isinstance(action, dict))


def _groups(action):
    return action.get("ForwardConfig", {}).get("TargetGroups", [])


def zones_are_chosen_by_id_where_not_all_will_do(template):
    """VPC links and VPC origins do not exist in some zones."""
    for name, subnet in of_type(template, "AWS::EC2::Subnet").items():
        if "Network" not in name:
            continue
        zone = json.dumps(subnet["Properties"].get("AvailabilityZone"))
        identity = json.dumps(subnet["Properties"].get("AvailabilityZoneId"))
        if "Fn::If" in zone and not all(prefix in identity for prefix in ZONE_IDS):
            yield f"{name}: a region is missing"
        if identity == "null" and "Fn::GetAZs" not in zone:
            yield f"{name} is in no zone"


def what_failed_leaves_its_evidence(template):
    """Logs of tasks and builds outlive a creation that is rolled back, under generated names."""
    for name, group in of_type(template, "AWS::Logs::LogGroup").items():
        if "Logs" in name and ("Task" in name or "PipelineBuild" in name or "BuildBuild" in name):
            if group.get("DeletionPolicy") != "Retain":
                yield f"{name} goes with the stack"
            if "LogGroupName" in group["Properties"]:
                yield f"{name} has a name that is in the way of the next attempt"


def access_logs_share_a_policy(template):
    """The policy that lets API Gateway in lists every other group, and is soon full."""
    groups = of_type(template, "AWS::Logs::LogGroup")
    for name, stage in of_type(template, "AWS::ApiGatewayV2::Stage").items():
        group = groups[target(stage["Properties"]["AccessLogSettings"]["DestinationArn"])]
        given = json.dumps(group["Properties"].get("LogGroupName"))
        if "/aws/vendedlogs/" not in given:
            yield f"{name} writes to a group that takes room in a policy"
        if "AWS::StackId" not in given or group["DeletionPolicy"] == "Retain":
            yield f"{name} has a log that is in the way of the next attempt"


def builds_may_ask_for_their_stack(template):
    """Asked by its name, a stack is judged as ``stack/<name>/*``, which its id does not match."""
    allowed = json.dumps(of_type(template, "AWS::IAM::Policy"))
    for name, project in of_type(template, "AWS::CodeBuild::Project").items():
        for variable in project["Properties"]["Environment"]["EnvironmentVariables"]:
            if variable["Name"] not in {"STACK_NAME", "SERVICE_STACK"}:
                continue
            own = variable["Value"] == {"Ref": "AWS::StackId"}
            if not own and f"stack/{variable['Value']}/*" not in allowed:
                yield f"{name} may not ask for {variable['Value']}"


def waits_end(template):
    """A wait is longer than what it waits for, and no longer than CloudFormation lets it be."""
    builds = [
        each["Properties"]["TimeoutInMinutes"] + each["Properties"]["QueuedTimeoutInMinutes"]
        for each in of_type(template, "AWS::CodeBuild::Project").values()
    ]
    for name, each in of_type(template, "AWS::CloudFormation::WaitCondition").items():
        seconds = int(each["Properties"]["Timeout"])
        if not max(builds, default=0) * 60 < seconds <= LONGEST_WAIT:
            yield f"{name} waits {seconds} s"


def there_is_a_way_back(template):
    """An inactive revision of a task definition cannot be gone back to."""
    for name, each in of_type(template, "AWS::ECS::TaskDefinition").items():
        if each.get("UpdateReplacePolicy") != "Retain":
            yield f"{name} is deregistered once it is replaced"


def no_description_that_replaces_names_the_project(template):
    """A project that is renamed would lose the groups that its tasks are in."""
    for name, group in of_type(template, "AWS::EC2::SecurityGroup").items():
        if "shop" in group["Properties"]["GroupDescription"].lower():
            yield f"{name} is replaced when the project is renamed"


def tasks_may_read_what_they_need(template):
    """Logs and secrets of a task are allowed to its execution role."""
    policies = json.dumps(of_type(template, "AWS::IAM::Policy"))
    for name, definition in of_type(template, "AWS::ECS::TaskDefinition").items():
        role = target(definition["Properties"].get("ExecutionRoleArn"))
        allowed = json.dumps(
            [
                policy["Properties"]["PolicyDocument"]
                for policy in of_type(template, "AWS::IAM::Policy").values()
                if {"Ref": role} in policy["Properties"].get("Roles", [])
            ]
        )
        for container in definition["Properties"]["ContainerDefinitions"]:
            options = container.get("LogConfiguration", {}).get("Options", {})
            group = target(options.get("awslogs-group"))
            if group and group not in allowed:
                yield f"{name}: {container['Name']} may not write to {group}"
            if container.get("Secrets") and not (
                "GetSecretValue" in allowed or "ssm:GetParameters" in allowed
            ):
                yield f"{name}: {container['Name']} may not read its secrets"
        if not policies:
            yield f"{name} has no policies"


def services_reach_what_their_tasks_need(template):
    """Where there is no way to the internet, there is an endpoint for each service of AWS."""
    if of_type(template, "AWS::EC2::NatGateway") or not of_type(template, "AWS::EC2::VPC"):
        return
    reached = json.dumps(of_type(template, "AWS::EC2::VPCEndpoint"))
    for name, service in of_type(template, "AWS::ECS::Service").items():
        network = service["Properties"]["NetworkConfiguration"]["AwsvpcConfiguration"]
        if network["AssignPublicIp"] == "ENABLED" or "ecr.dkr" not in reached:
            continue
        needed = ["ecr.api", "logs", ".s3"]
        if "Secrets" in json.dumps(of_type(template, "AWS::ECS::TaskDefinition")):
            needed.append("secretsmanager")
        yield from (f"{name} does not reach {each}" for each in needed if each not in reached)


def a_failed_first_deployment_can_be_repeated(template):
    """What cannot be deleted is made after everything that may fail, and the stack can be deleted.

    The CDK CLI deletes a stack whose creation failed before it creates it anew. It protects a stack
    between making its change set and executing it, so after nothing has been made, and does not
    lift that protection to delete the stack (``deployStack`` in aws-cdk's ``deploy-stack.ts``).
    What is retained and protected stays of each attempt, and in the way of nobody but the bill.
    """
    if template.get("Metadata", {}).get("TerminationProtection"):
        yield "the stack is protected before it was deployed once"
    for name, resource in template["Resources"].items():
        if resource.get("Properties", {}).get("DeletionProtectionEnabled"):
            if resource.get("DeletionPolicy") != "Retain":
                yield f"{name} is protected from the rollback that deletes it"
            later = template["Resources"].keys() - upstream(template, name)
            yield from (f"{name} does not wait for {each}" for each in sorted(later - {name}))


def a_service_does_not_wait_for_alarms_that_wait_for_it(template):
    """Alarms that roll a deployment back are made before the service."""
    for name, service in of_type(template, "AWS::ECS::Service").items():
        configured = service["Properties"]["DeploymentConfiguration"].get("Alarms", {})
        for each in configured.get("AlarmNames", []):
            alarm = target(each)
            if alarm is not None and name in upstream(template, alarm):
                yield f"{name} and {alarm} wait for each other"
            if alarm is not None and "Alarm" not in template["Resources"][alarm]["Type"]:
                yield f"{name} is rolled back by {alarm}, which is no alarm"


RULES = (
    roles_trust_who_assumes_them,
    services_wait_for_their_capacity,
    the_capacity_waits_for_the_account,
    nothing_that_cannot_be_updated_has_tags,
    what_can_have_tags_has_those_that_were_given,
    zones_are_chosen_by_id_where_not_all_will_do,
    what_failed_leaves_its_evidence,
    access_logs_share_a_policy,
    waits_end,
    there_is_a_way_back,
    no_description_that_replaces_names_the_project,
    tasks_may_read_what_they_need,
    services_reach_what_their_tasks_need,
    permissions_grant_something,
    builds_may_ask_for_their_stack,
    a_failed_first_deployment_can_be_repeated,
    alarms_can_be_made,
    rules_of_alarms_can_be_kept,
    what_alarms_count_is_written_down,
    a_service_does_not_wait_for_alarms_that_wait_for_it,
)
