"""Repositories, build, stages and permissions."""

import json

import pytest
from aws_cdk import App, Aws, Fn, RemovalPolicy, Stack
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from aws_cdk.assertions import Match, Template

from serverless_containers import Architecture, ContainerApi, InvalidSourceError
from serverless_containers.build_pipeline import BuildPipeline
from serverless_containers.pipeline.source import GitHubFolder, PipelineSource, parse_github_url


class TestRepositories:
    def test_each_service_that_is_built_has_one(self, pipe):
        assert len(pipe().of_type("AWS::ECR::Repository")) == 2

    def test_tags_are_immutable_but_for_those_that_move(self, pipe):
        pipe().template.all_resources_properties(
            "AWS::ECR::Repository",
            {
                "ImageScanningConfiguration": {"ScanOnPush": True},
                "ImageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
                "ImageTagMutabilityExclusionFilters": Match.array_with(
                    [
                        {
                            "ImageTagMutabilityExclusionFilterType": "WILDCARD",
                            "ImageTagMutabilityExclusionFilterValue": "latest",
                        }
                    ]
                ),
                "EmptyOnDelete": True,
            },
        )

    def test_what_runs_is_kept_and_the_rest_expires(self, pipe):
        for repository in pipe(retention_days=3).of_type("AWS::ECR::Repository").values():
            policy = json.loads(repository["Properties"]["LifecyclePolicy"]["LifecyclePolicyText"])
            *kept, _untagged, rest = policy["rules"]
            tags = [rule["selection"]["tagPatternList"] for rule in kept]
            assert ["live"] in tags
            assert ["latest"] in tags
            assert rest["selection"]["countNumber"] == 3

    @pytest.mark.parametrize("days", [0, -1])
    def test_they_are_kept_for_a_day_or_more(self, pipe, days):
        with pytest.raises(ValueError, match=f"retention_days: expected 1 to .*, got {days}"):
            pipe(retention_days=days)

    def test_they_can_outlive_the_stack(self, pipe):
        pipe(removal_policy=RemovalPolicy.RETAIN).template.has_resource(
            "AWS::ECR::Repository",
            {"DeletionPolicy": "Retain", "Properties": {"EmptyOnDelete": False}},
        )


class TestBuild:
    @pytest.mark.parametrize(
        ("architecture", "kind", "image"),
        [
            (Architecture.X86_64, "LINUX_CONTAINER", "amazonlinux-x86_64-standard"),
            (Architecture.ARM64, "ARM_CONTAINER", "amazonlinux-aarch64-standard"),
        ],
    )
    def test_it_runs_on_the_architecture_of_the_task(self, pipe, architecture, kind, image):
        project = pipe(api={"architecture": architecture}).only("AWS::CodeBuild::Project")
        assert project["Environment"]["Type"] == kind
        assert image in project["Environment"]["Image"]
        assert project["Environment"]["PrivilegedMode"] is True
        # One build too many fails where there is a limit.
        assert "ConcurrentBuildLimit" not in project

    def test_it_knows_what_the_buildspec_asks_for(self, pipe):
        project = pipe().only("AWS::CodeBuild::Project")
        names = {each["Name"] for each in project["Environment"]["EnvironmentVariables"]}
        assert names == {
            "REPOSITORY_1", "REPOSITORY_2", "CLUSTER_NAME", "SERVICE_NAME", "STACK_NAME",
            "SERVICE_STACK",
        }  # fmt: skip
        assert "docker build" in json.dumps(project["Source"]["BuildSpec"])

    def test_it_asks_for_its_stack_as_it_may(self, pipe):
        """By its id: what is asked for by a name is judged as ``stack/<name>/*``."""
        piped = pipe()
        variables = piped.only("AWS::CodeBuild::Project")["Environment"]["EnvironmentVariables"]
        named = {each["Name"]: each["Value"] for each in variables}
        statements = json.dumps(list(piped.of_type("AWS::IAM::Policy").values()))
        assert '"Resource": {"Ref": "AWS::StackId"}' in statements
        for name in ("STACK_NAME", "SERVICE_STACK"):
            assert named[name] == {"Ref": "AWS::StackId"}

    def test_commands_of_the_caller_are_in_it(self, pipe):
        piped = pipe(before_build=["echo one"], after_build=["echo two"], scan=["echo three"])
        buildspec = json.dumps(piped.only("AWS::CodeBuild::Project")["Source"]["BuildSpec"])
        assert all(command in buildspec for command in ("echo one", "echo two", "echo three"))

    def test_no_wildcard_but_where_there_is_nothing_narrower(self, pipe):
        piped = pipe()
        allowed = {
            "ecr:GetAuthorizationToken", "ecs:DescribeTaskDefinition", "ecs:ListTasks",
            "ecs:RegisterTaskDefinition", "ecs:TagResource",
        }  # fmt: skip
        for policy in piped.of_type("AWS::IAM::Policy").values():
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
                actions = statement["Action"]
                actions = {actions} if isinstance(actions, str) else set(actions)
                assert statement["Resource"] != "*" or actions <= allowed, statement

    def test_the_build_reaches_the_images_of_this_project_alone(self, pipe):
        piped = pipe()
        statements = [
            statement
            for name, policy in piped.of_type("AWS::IAM::Policy").items()
            if "BuildProjectRole" in name
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        ]
        own = [{"Fn::GetAtt": [name, "Arn"]} for name in piped.of_type("AWS::ECR::Repository")]
        images = [each for each in statements if "ecr:" in str(each["Action"])]
        (login,) = [each for each in images if each["Resource"] == "*"]
        assert login["Action"] == "ecr:GetAuthorizationToken"
        for each in images:
            if each is not login:
                assert all(resource in own for resource in each["Resource"])
        (definitions,) = [each for each in statements if "DescribeTaskDef" in str(each["Action"])]
        assert definitions["Condition"] == {
            "StringEquals": {"aws:RequestedRegion": {"Ref": "AWS::Region"}}
        }

    def test_it_logs_in_to_other_registries_with_secrets(self, pipe):
        secret = secretsmanager.Secret.from_secret_complete_arn(
            Stack(), "Hub", "arn:aws:secretsmanager:us-east-1:123456789012:secret:hub-AbCdEf"
        )
        project = pipe(registry_logins={"docker.io": secret}).only("AWS::CodeBuild::Project")
        variables = {each["Name"]: each for each in project["Environment"]["EnvironmentVariables"]}
        assert variables["REGISTRY_1_PASSWORD"]["Type"] == "SECRETS_MANAGER"
        assert variables["REGISTRY_1_PASSWORD"]["Value"].endswith(":secret:hub-AbCdEf:password")
        assert "docker.io" in json.dumps(project["Source"]["BuildSpec"])

    def test_a_build_outside_the_folder_has_its_place(self, pipe, shop):
        shop.compose("services: {web: {build: ../elsewhere, ports: ['80']}}")
        (shop.path.parent / "elsewhere").mkdir()
        (shop.path.parent / "elsewhere" / "Dockerfile").write_text("FROM scratch\n")
        with pytest.raises(InvalidSourceError, match=r"yml:1:\d+: services\.web\.build"):
            pipe()


class TestStages:
    def test_a_run_knows_whom_to_signal_and_its_tag(self, pipe):
        _, build, _ = pipe().only("AWS::CodePipeline::Pipeline")["Stages"]
        variables = json.dumps(build["Actions"][0]["Configuration"]["EnvironmentVariables"])
        assert "WAIT_HANDLE_URL" in variables
        assert "SOURCE_TAG" in variables

    def test_source_build_and_deploy(self, pipe):
        pipeline = pipe().only("AWS::CodePipeline::Pipeline")
        assert [stage["Name"] for stage in pipeline["Stages"]] == ["Source", "Build", "Deploy"]
        assert pipeline["PipelineType"] == "V2"
        assert pipeline["RestartExecutionOnUpdate"] is True

    def test_cloudformations_rollouts_are_left_to_it(self, pipe):
        *_, deploy = pipe().only("AWS::CodePipeline::Pipeline")["Stages"]
        (condition,) = deploy["BeforeEntry"]["Conditions"]
        assert condition["Result"] == "SKIP"
        (rule,) = condition["Rules"]
        assert rule["RuleTypeId"]["Provider"] == "VariableCheck"
        assert rule["Configuration"] == {
            "Variable": "#{Build.OWNER}",
            "Value": "pipeline",
            "Operator": "EQ",
        }

    def test_the_deploy_action_may_change_this_service_alone(self, pipe):
        piped = pipe()
        (policy,) = [
            each
            for name, each in piped.of_type("AWS::IAM::Policy").items()
            if "DeployRoleDefault" in name
        ]
        statements = policy["Properties"]["PolicyDocument"]["Statement"]
        (own,) = [
            each
            for name, each in piped.of_type("AWS::IAM::Policy").items()
            if "PipelineMayRun" in name
        ]
        (update,) = [each for each in statements if "ecs:UpdateService" in each["Action"]]
        service = piped.only("AWS::ECS::Service")["ServiceName"]
        assert json.dumps(update["Resource"]).endswith(f'/{service}"]]}}')
        (passing,) = own["Properties"]["PolicyDocument"]["Statement"]
        assert passing["Action"] == "iam:PassRole"
        assert len(passing["Resource"]) == 2

    def test_artifacts_expire(self, pipe):
        bucket = pipe().only("AWS::S3::Bucket")
        (rule,) = bucket["LifecycleConfiguration"]["Rules"]
        assert rule["ExpirationInDays"] == 7

    def test_failures_can_be_told(self, pipe):
        topic = sns.Topic.from_topic_arn(
            Stack(), "Topic", "arn:aws:sns:us-east-1:123456789012:failures"
        )
        pipe(notifications=topic).template.has_resource_properties(
            "AWS::CodeStarNotifications::NotificationRule",
            {"EventTypeIds": ["codepipeline-pipeline-pipeline-execution-failed"]},
        )


class TestGitHub:
    @pytest.mark.parametrize(
        "arn",
        [
            "my-connection",
            "arn:aws:codeconnections:us-east-1:123456789012:host/x",
            "arn:aws:codebuild:us-east-1:123456789012:connection/x",
            "arn:aws:codeconnections:us-east-1:1234:connection/x",
            "",
        ],
    )
    def test_what_is_no_connection_is_refused(self, arn):
        with pytest.raises(
            ValueError, match=f"^connection_arn: expected the ARN of .*, got '{arn}'"
        ):
            PipelineSource.github("https://github.com/acme/shop", connection_arn=arn)

    @pytest.mark.parametrize(
        "arn",
        [
            "arn:aws:codeconnections:us-east-1:123456789012:connection/1a2b-3c",
            "arn:aws-cn:codestar-connections:cn-north-1:123456789012:connection/1a2b-3c",
            Fn.import_value("Connection"),
            f"arn:aws:codeconnections:us-east-1:{Aws.ACCOUNT_ID}:connection/x",
        ],
    )
    def test_connections_under_either_name_pass(self, arn):
        assert PipelineSource.github("https://github.com/acme/shop", connection_arn=arn)

    URL = "https://github.com/acme/shop/tree/main/backend/src"

    def template(self, shop, source):
        stack = Stack()
        BuildPipeline(
            stack, "Build", source=shop.path, cluster_name="c", service_name="s",
            pipeline_source=source,
        )  # fmt: skip
        return Template.from_stack(stack)

    @pytest.mark.parametrize(
        ("url", "branch", "place"),
        [
            ("https://github.com/a/b", None, ("a", "b", "main", ".")),
            ("https://github.com/a/b.git", None, ("a", "b", "main", ".")),
            ("https://github.com/a/b/", "dev", ("a", "b", "dev", ".")),
            ("https://github.com/a/b/tree/dev", None, ("a", "b", "dev", ".")),
            ("https://github.com/a/b/tree/main/x/y/", None, ("a", "b", "main", "x/y")),
            ("https://github.com/a/b/tree/feat/one/x", "feat/one", ("a", "b", "feat/one", "x")),
        ],
    )
    def test_a_folders_url(self, url, branch, place):
        owner, repo, name, folder = place
        assert parse_github_url(url, branch) == GitHubFolder(
            owner=owner, repo=repo, branch=name, folder=folder
        )

    @pytest.mark.parametrize(
        "url", ["https://gitlab.com/a/b", "git@github.com:a/b.git", "https://github.com/a", "a/b"]
    )
    def test_another_url_is_refused(self, url):
        with pytest.raises(ValueError, match=r"expected https://github\.com/OWNER/REPO"):
            parse_github_url(url)

    def test_the_branch_must_be_the_urls(self):
        with pytest.raises(ValueError, match="is not one of the branch 'dev'"):
            parse_github_url(self.URL, "dev")

    def test_a_connection_starts_it_when_the_folder_changes(self, shop):
        arn = "arn:aws:codeconnections:us-east-1:123456789012:connection/x"
        source = PipelineSource.github(self.URL, connection_arn=arn)
        pipeline = self.template(shop, source)
        pipeline.has_resource_properties(
            "AWS::CodePipeline::Pipeline",
            {
                "Triggers": [
                    {
                        "GitConfiguration": {
                            "Push": [
                                {
                                    "Branches": {"Includes": ["main"]},
                                    "FilePaths": {"Includes": ["backend/src/**"]},
                                }
                            ],
                            "SourceActionName": "Source",
                        },
                        "ProviderType": "CodeStarSourceConnection",
                    }
                ]
            },
        )

    def test_the_connection_may_be_used_under_both_names_of_its_service(self, shop):
        arn = "arn:aws:codeconnections:us-east-1:123456789012:connection/x"
        template = self.template(shop, PipelineSource.github(self.URL, connection_arn=arn))
        allowed = {
            action
            for policy in template.find_resources("AWS::IAM::Policy").values()
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]
            if statement["Resource"] == arn
            for action in (
                [statement["Action"]]
                if isinstance(statement["Action"], str)
                else statement["Action"]
            )
        }
        assert allowed == {
            "codeconnections:UseConnection", "codestar-connections:UseConnection",
        }  # fmt: skip

    def test_the_build_makes_the_parameter(self, shop):
        arn = "arn:aws:codeconnections:us-east-1:123456789012:connection/x"
        template = self.template(shop, PipelineSource.github(self.URL, connection_arn=arn))
        project = next(iter(template.find_resources("AWS::CodeBuild::Project").values()))
        variables = {
            each["Name"]: each["Value"]
            for each in project["Properties"]["Environment"]["EnvironmentVariables"]
        }
        (statement,) = (
            statement
            for policy in template.find_resources("AWS::IAM::Policy").values()
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]
            if statement["Action"] == "ssm:PutParameter"
        )
        place = statement["Resource"]["Fn::Join"][1]
        assert place[-1] == f":parameter{variables['TAG_PARAMETER']}"

    def test_the_tag_is_in_a_parameter(self, shop):
        arn = "arn:aws:codeconnections:us-east-1:123456789012:connection/x"
        template = self.template(shop, PipelineSource.github(self.URL, connection_arn=arn))
        # A parameter of the stack's is reset by whatever changes its tags.
        template.resource_count_is("AWS::SSM::Parameter", 0)
        project = next(iter(template.find_resources("AWS::CodeBuild::Project").values()))
        variables = project["Properties"]["Environment"]["EnvironmentVariables"]
        names = {each["Name"] for each in variables}
        assert "TAG_PARAMETER" in names
        assert "SOURCE_TAG" not in names

    def test_the_service_in_a_stack_of_its_own_reads_it_at_each_deployment(self, shop):
        # GIVEN the pipeline's stack, and the service's
        app = App()
        arn = "arn:aws:codeconnections:us-east-1:123456789012:connection/x"
        pipeline = BuildPipeline(
            Stack(app, "Pipeline"),
            "Build",
            source=shop.path,
            cluster_name="shop",
            service_name="shop",
            pipeline_source=PipelineSource.github(self.URL, connection_arn=arn),
        )
        stack = Stack(app, "Service")
        ContainerApi(stack, "Api", source=shop.path, images=pipeline.images)
        template = Template.from_stack(stack)
        # THEN the tag is a parameter that CloudFormation resolves anew
        kinds = {each["Type"] for each in template.to_json()["Parameters"].values()}
        assert "AWS::SSM::Parameter::Value<String>" in kinds
        # AND names and permission are the pipeline's
        template.has_resource_properties("AWS::ECS::Service", {"ServiceName": "shop"})
        template.has_resource_properties("AWS::ECS::Cluster", {"ClusterName": "shop"})
        template.has_resource_properties(
            "AWS::IAM::Policy", {"PolicyDocument": {"Statement": Match.array_with(
                [Match.object_like({"Action": "iam:PassRole"})])}},
        )  # fmt: skip
        # AND the pipeline's stack knows nothing of the service's
        assert [each.node.id for each in stack.dependencies] == ["Pipeline"]

    def test_beside_the_service_it_is_refused(self, pipe):
        arn = "arn:aws:codeconnections:us-east-1:123456789012:connection/x"
        with pytest.raises(ValueError, match="a pipeline from GitHub needs a stack of its own"):
            pipe(pipeline_source=PipelineSource.github(self.URL, connection_arn=arn))

    def test_a_token_stays_in_its_secret(self, shop):
        token = secretsmanager.Secret.from_secret_name_v2(Stack(), "Token", "github-token")
        template = self.template(shop, PipelineSource.github_token(self.URL, token=token))
        assert "{{resolve:secretsmanager:github-token:SecretString" in json.dumps(
            template.to_json()
        )
        template.resource_count_is("AWS::CodePipeline::Webhook", 1)

    def test_a_webhook_that_cannot_tell_folders_apart_has_images_tagged_by_content(self, shop):
        token = secretsmanager.Secret.from_secret_name_v2(Stack(), "Token", "github-token")
        arn = "arn:aws:codeconnections:us-east-1:123456789012:connection/x"
        for source, by_content in (
            (PipelineSource.github_token(self.URL, token=token), "yes"),
            (PipelineSource.github(self.URL, connection_arn=arn), ""),
        ):
            template = self.template(shop, source)
            (project,) = template.find_resources("AWS::CodeBuild::Project").values()
            script = project["Properties"]["Source"]["BuildSpec"]
            assert f"by_content={by_content}\n" in script
