"""The evaluation of policies, on which other tests rely: it can say no, and that it cannot say."""

import pytest

from tests.support.iam import NOTHING, Policies
from tests.support.stand_ins import Named

ROLE = "arn:aws:iam::123456789012:role/app"
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:token-AbCdEf"
READ = "secretsmanager:GetSecretValue"


def document(*statements, **one):
    return {"Version": "2012-10-17", "Statement": list(statements) or [one]}


def statement(effect="Allow", action=READ, resource=SECRET, **more):
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def anyone(effect="Allow", **more):
    return statement(effect, resource="*", Principal={"AWS": "*"}, **more)


def role(*statements, **properties):
    inline = [{"PolicyName": "p", "PolicyDocument": document(*statements)}] if statements else []
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {"RoleName": "app", "Policies": inline, **properties},
    }


def secret(policy=None):
    resources = {"Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": "token"}}}
    if policy is not None:
        properties = {"SecretId": {"Ref": "Secret"}, "ResourcePolicy": policy}
        resources["Policy"] = {
            "Type": "AWS::SecretsManager::ResourcePolicy",
            "Properties": properties,
        }
    return resources


def policies(*, app=None, **resources):
    return Policies.of({"Resources": {"Role": app or role(statement()), **resources}})


class TestIdentityPolicies:
    def test_inline(self):
        assert policies().allows(ROLE, READ, SECRET)
        assert not policies().allows(ROLE, "secretsmanager:PutSecretValue", SECRET)
        assert not policies().allows(f"{ROLE}2", READ, SECRET)

    @pytest.mark.parametrize("kind", ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"])
    def test_attached_by_naming_the_role(self, kind):
        properties = {"Roles": [{"Ref": "Role"}], "PolicyDocument": document(statement())}
        found = policies(app=role(), Attached={"Type": kind, "Properties": properties})
        assert found.allows(ROLE, READ, SECRET)

    def test_attached_to_a_role_of_elsewhere(self):
        properties = {"Roles": ["imported"], "PolicyDocument": document(statement())}
        found = policies(Attached={"Type": "AWS::IAM::Policy", "Properties": properties})
        assert found.allows("arn:aws:iam::123456789012:role/imported", READ, SECRET)

    def test_named_by_the_role(self):
        managed = {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {"PolicyDocument": document(statement())},
        }
        app = role(ManagedPolicyArns=[{"Ref": "Managed"}])
        assert policies(app=app, Managed=managed).allows(ROLE, READ, SECRET)

    def test_a_denial_wins(self):
        app = role(statement(), statement("Deny"))
        assert not policies(app=app).allows(ROLE, READ, SECRET)


class TestConditions:
    def test_tls_is_the_default(self):
        tls = {"Bool": {"aws:SecureTransport": "true"}}
        found = policies(app=role(statement(Condition=tls)))
        assert found.allows(ROLE, READ, SECRET)
        assert not found.allows(ROLE, READ, SECRET, context={"aws:SecureTransport": False})

    def test_the_principals_arn_is_the_roles(self):
        only = {"ArnNotEquals": {"aws:PrincipalArn": ROLE}}
        others = document(anyone("Deny", Condition=only))
        found = policies(app=role(statement()), **secret(others))
        assert found.allows(ROLE, READ, SECRET)
        assert not policies(app=role(statement(), RoleName="other"), **secret(others)).allows(
            f"{ROLE[:-3]}other", READ, SECRET
        )

    def test_the_principals_tags_are_the_roles(self):
        api = {"StringEquals": {"aws:PrincipalTag/Api": "shop"}}
        tagged = role(statement(Condition=api), Tags=[{"Key": "Api", "Value": "shop"}])
        assert policies(app=tagged).allows(ROLE, READ, SECRET)
        untagged = policies(app=role(statement(Condition=api)))
        assert not untagged.allows(ROLE, READ, SECRET)
        context = {"aws:PrincipalTag/Api": "shop"}
        assert untagged.allows(ROLE, READ, SECRET, context=context)

    def test_keys_of_the_service_are_given(self):
        stage = {"StringEquals": {"secretsmanager:VersionStage": "AWSCURRENT"}}
        found = policies(app=role(statement(Condition=stage)))
        context = {"secretsmanager:VersionStage": "AWSCURRENT"}
        assert found.allows(ROLE, READ, SECRET, context=context)
        assert not found.allows(ROLE, READ, SECRET)

    def test_the_address_and_the_region(self):
        where = {
            "IpAddress": {"aws:SourceIp": "10.0.0.0/8"},
            "StringEquals": {"aws:RequestedRegion": "eu-west-1"},
        }
        found = policies(app=role(statement(Condition=where)))
        context = {"aws:SourceIp": "10.1.2.3", "aws:RequestedRegion": "eu-west-1"}
        assert found.allows(ROLE, READ, SECRET, context=context)
        assert not found.allows(ROLE, READ, SECRET)


class TestResourcePolicies:
    def test_a_denial_wins(self):
        assert not policies(**secret(document(anyone("Deny")))).allows(ROLE, READ, SECRET)

    def test_an_allowance_is_enough_in_the_account(self):
        own = document({**anyone(), "Principal": {"AWS": ROLE}})
        assert policies(app=role(), **secret(own)).allows(ROLE, READ, SECRET)

    def test_another_account_takes_both(self):
        elsewhere = SECRET.replace("123456789012", "210987654321")
        own = document({**anyone(), "Principal": {"AWS": ROLE}})
        both = policies(app=role(statement(resource="*")))
        assert not both.allows(ROLE, READ, elsewhere, resource_policy=NOTHING)
        assert both.allows(ROLE, READ, elsewhere, resource_policy=own)
        assert not policies(app=role()).allows(ROLE, READ, elsewhere, resource_policy=own)

    def test_another_can_be_tried(self):
        found = policies(**secret(document(anyone("Deny"))))
        assert found.allows(ROLE, READ, SECRET, resource_policy=NOTHING)
        assert found.resource_policy(SECRET)["Statement"] == [anyone("Deny")]
        assert policies(**secret()).resource_policy(SECRET) is None

    @pytest.mark.parametrize("principal", [ROLE, "arn:aws:iam::123456789012:root", None])
    def test_a_key_has_to_allow_it_as_well(self, principal):
        own = statement(action="kms:*", resource="*", Principal={"AWS": principal or f"{ROLE}2"})
        key = {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": document(own)}}
        found = policies(app=role(statement(action="kms:Decrypt", resource="*")), Key=key)
        arn = found.arn("AWS::KMS::Key")
        assert found.allows(ROLE, "kms:Decrypt", arn) == (principal is not None)

    @pytest.mark.parametrize(
        ("kind", "policy", "owner", "action"),
        [
            ("AWS::S3::Bucket", "AWS::S3::BucketPolicy", "Bucket", "s3:ListBucket"),
            ("AWS::SQS::Queue", "AWS::SQS::QueuePolicy", "Queues", "sqs:SendMessage"),
            ("AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "Topics", "sns:Publish"),
        ],
    )
    def test_of_other_services(self, kind, policy, owner, action):
        own = document(anyone("Deny", Action=action))
        reference = {"Ref": "It"}
        attached = {"PolicyDocument": own, owner: [reference] if owner[-1] == "s" else reference}
        app = role(statement(action=action, resource="*"))
        found = policies(app=app, It={"Type": kind})
        assert found.allows(ROLE, action, found.arn(kind))
        found = policies(app=app, It={"Type": kind}, P={"Type": policy, "Properties": attached})
        assert not found.allows(ROLE, action, found.arn(kind))


class TestStandIns:
    @pytest.mark.parametrize(
        "resource",
        [
            {"Ref": "Secret"},
            {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, SECRET[7:]]]},
            {"Fn::Sub": "arn:aws:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:token-??*"},
            {"Fn::Sub": ["${Start}-*", {"Start": SECRET[:-7]}]},
            {"Fn::Select": [1, {"Fn::Split": ["|", f"a|{SECRET}"]}]},
        ],
    )
    def test_of_references(self, resource):
        found = policies(app=role(statement(resource=resource)), **secret())
        assert found.allows(ROLE, READ, SECRET)

    def test_of_imports(self):
        output = {"Value": {"Ref": "Secret"}, "Export": {"Name": {"Fn::Sub": "x-${AWS::Region}"}}}
        other = Policies.of({"Resources": secret(), "Outputs": {"Out": output}})
        app = role(statement(resource={"Fn::ImportValue": "x-us-east-1"}))
        template = {"Resources": {"Role": app}}
        assert Policies.of(template, others=[other]).allows(ROLE, READ, SECRET)
        with pytest.raises(ValueError, match="nothing that was given exports x-us-east-1"):
            Policies.of(template).allows(ROLE, READ, SECRET)

    def test_of_text_that_is_not_to_be_substituted(self):
        it = {"Type": "AWS::SSM::Parameter", "Properties": {"Value": {"Fn::Sub": "${!a}${It}"}}}
        assert policies(It=it).referred("AWS::SSM::Parameter", "Value") == "${a}It"

    def test_are_named_by_type_and_property(self):
        tables = {
            name: {"Type": "AWS::DynamoDB::Table", "Properties": {"BillingMode": name}}
            for name in ("One", "Two")
        }
        named = [
            Named(kind="AWS::DynamoDB::Table", name="posts", properties={"BillingMode": "Two"}),
            Named(kind="AWS::DynamoDB::Table", name="users"),
        ]
        found = Policies.of({"Resources": tables}, named=named, partition="aws-cn", region="cn-1")
        two, one = (found.arn("AWS::DynamoDB::Table", BillingMode=each) for each in ("Two", "One"))
        assert two == "arn:aws-cn:dynamodb:cn-1:123456789012:table/posts"
        assert one == "arn:aws-cn:dynamodb:cn-1:123456789012:table/users"


class TestWhatItCannotSay:
    @pytest.mark.parametrize(
        ("app", "complaint"),
        [
            (role(ManagedPolicyArns=["arn:aws:iam::aws:policy/X"]), "policy/X of app allows"),
            (role(PermissionsBoundary="arn:aws:iam::aws:policy/X"), "the permissions boundary"),
            (role(statement(resource="arn:aws:s3:::${aws:username}")), "no policy variables"),
            (role(statement(resource={"Fn::Sub": "${!aws:username}"})), "no policy variables"),
            (role({"Effect": "Allow", "Action": READ}), "Resource or NotResource"),
            (role(statement(resource={"Fn::Transform": {}})), "no stand-in for Fn::Transform"),
            (role(statement(resource={"Ref": "Missing"})), "no stand-in for Missing"),
        ],
    )
    def test_about_a_role(self, app, complaint):
        with pytest.raises(ValueError, match=complaint):
            policies(app=app).allows(ROLE, READ, SECRET)

    def test_about_a_resource_for_all_but_one(self):
        own = document(statement("Deny", NotPrincipal={"AWS": ROLE}))
        with pytest.raises(ValueError, match="no NotPrincipal"):
            policies(**secret(own)).allows(ROLE, READ, SECRET)

    def test_with_another_principal_or_time(self):
        with pytest.raises(ValueError, match="no value of aws:currenttime, aws:principalarn"):
            policies().allows(
                ROLE, READ, SECRET, context={"aws:PrincipalArn": "x", "aws:CurrentTime": "y"}
            )

    def test_others_are_not_affected(self):
        odd = role(statement(resource={"Fn::Transform": {}}), RoleName="odd")
        assert policies(Odd=odd).allows(ROLE, READ, SECRET)
