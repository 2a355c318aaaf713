"""Every way into a load balancer and its tasks that a template opens, and which should not be."""

_NETWORK = {
    "AWS::EC2::EIP",
    "AWS::EC2::FlowLog",
    "AWS::EC2::InternetGateway",
    "AWS::EC2::NatGateway",
    "AWS::EC2::Route",
    "AWS::EC2::RouteTable",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::Subnet",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::VPC",
    "AWS::EC2::VPCEndpoint",
    "AWS::EC2::VPCGatewayAttachment",
    "AWS::ElasticLoadBalancingV2::Listener",
    "AWS::ElasticLoadBalancingV2::ListenerRule",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ElasticLoadBalancingV2::TargetGroup",
}
"""What is looked at below; anything else of these services might be another way in."""
_INGRESSES = ("AWS::EC2::", "AWS::ElasticLoadBalancing", "AWS::ApiGateway", "AWS::VpcLattice",
          "AWS::GlobalAccelerator", "AWS::AppRunner")  # fmt: skip
IRISH_LIST = "pl-4fa04526"
"""CloudFront's addresses, in eu-west-1."""
_FORBIDDEN = {
    "Type": "fixed-response",
    "FixedResponseConfig": {
        "StatusCode": "403",
        "ContentType": "text/plain",
        "MessageBody": "Forbidden",
    },
}
_SOURCES = ("CidrIp", "CidrIpv6", "SourcePrefixListId", "SourceSecurityGroupId",
            "SourceSecurityGroupName")  # fmt: skip


class Paths:
    """The ways into a site's load balancer and tasks, as its template opens them."""

    def __init__(self, template, *, prefix_list=IRISH_LIST):
        self._prefix_list = prefix_list
        self._resources = template["Resources"]
        (self._balancer,) = self._of("AWS::ElasticLoadBalancingV2::LoadBalancer").items()
        (self._service,) = self._of("AWS::ECS::Service").values()
        self.internal = self._balancer[1]["Scheme"] == "internal"
        network = self._service["NetworkConfiguration"]["AwsvpcConfiguration"]
        self._task_groups = [_name(each) for each in network["SecurityGroups"]]
        self.task_subnets = [_name(each) for each in network["Subnets"]]
        self._ingress_groups = [_name(each) for each in self._balancer[1]["SecurityGroups"]]
        self.load_balancer_subnets = [_name(each) for each in self._balancer[1]["Subnets"]]

    def complaints(self, *, signs_in=False):
        """What is wrong, in words; nothing if CloudFront is the only way in."""
        return [
            *self._unknown(),
            *self._ingress(),
            *self._egress(signs_in=signs_in),
            *self._listener(),
            *self._rules(),
            *self._distribution(),
            *(
                self._on_the_internet(self.load_balancer_subnets, "balancer")
                if self.internal
                else ()
            ),
        ]

    def zones(self, subnets):
        return [str(self._resources[each]["Properties"]["AvailabilityZone"]) for each in subnets]

    def on_the_internet(self, subnets):
        """Which of these subnets have a route to an internet gateway."""
        tables = {
            _name(each["SubnetId"]): _name(each["RouteTableId"])
            for each in self._of("AWS::EC2::SubnetRouteTableAssociation").values()
        }
        open_tables = {
            _name(route["RouteTableId"])
            for route in self._of("AWS::EC2::Route").values()
            if "GatewayId" in route or "EgressOnlyInternetGatewayId" in route
        }
        # One without a route table of its own has the VPC's, which nobody sees here.
        return [each for each in subnets if tables.get(each) in {None, *open_tables}]

    def _of(self, kind):
        return {
            name: each.get("Properties", {})
            for name, each in self._resources.items()
            if each["Type"] == kind
        }

    def _unknown(self):
        for name, each in self._resources.items():
            if each["Type"].startswith(_INGRESSES) and each["Type"] not in _NETWORK:
                yield f"{name} is of a type that is not looked at: {each['Type']}"

    def _rules_into(self, group):
        yield from self._of("AWS::EC2::SecurityGroup")[group].get("SecurityGroupIngress", ())
        for rule in self._of("AWS::EC2::SecurityGroupIngress").values():
            if _name(rule["GroupId"]) == group:
                yield rule

    def _ingress(self):
        for group in self._of("AWS::EC2::SecurityGroup"):
            allowed = self._allowed_into(group)
            for rule in self._rules_into(group):
                kind, source = _source(rule)
                ports = rule.get("FromPort"), rule.get("ToPort")
                if (kind, _name(source) or source, *ports) not in allowed or (
                    rule["IpProtocol"] != "tcp"
                ):
                    yield f"ingress of {group}: {rule}"

    def _allowed_into(self, group):
        """What a group may let in, with its ports."""
        if group in self._ingress_groups:
            port = self._listener_properties()["Port"]
            return {("SourcePrefixListId", self._prefix_list, port, port)}
        if group in self._task_groups:
            return {
                ("SourceSecurityGroupId", ingress, port, port)
                for ingress in self._ingress_groups
                for port in self._task_ports()
            }
        if group in self._groups_of("AWS::EFS::MountTarget", "SecurityGroups"):
            return {("SourceSecurityGroupId", task, 2049, 2049) for task in self._task_groups}
        if group in self._groups_of("AWS::EC2::VPCEndpoint", "SecurityGroupIds"):
            return {("CidrIp", "10.0.0.0/16", 443, 443)}
        return set()

    def _task_ports(self):
        checks = [
            each["HealthCheckPort"]
            for each in self._of("AWS::ElasticLoadBalancingV2::TargetGroup").values()
        ]
        return {
            *(each["ContainerPort"] for each in self._service["LoadBalancers"]),
            *(int(port) for port in checks if port != "traffic-port"),
        }

    def _groups_of(self, kind, key):
        return {_name(group) for each in self._of(kind).values() for group in each.get(key, ())}

    def _egress(self, *, signs_in):
        for group in self._ingress_groups:
            for rule in self._of("AWS::EC2::SecurityGroup")[group]["SecurityGroupEgress"]:
                to_task = _name(rule.get("DestinationSecurityGroupId")) in self._task_groups
                to_cognito = signs_in and (rule.get("CidrIp"), rule["FromPort"]) == (
                    "0.0.0.0/0",
                    443,
                )
                if not (to_task or to_cognito):
                    yield f"egress of {group}: {rule}"
        for name in self._of("AWS::EC2::SecurityGroupEgress"):
            yield f"egress of its own: {name}"

    def _listener_properties(self):
        (listener,) = self._of("AWS::ElasticLoadBalancingV2::Listener").values()
        return listener

    def _listener(self):
        listener = self._listener_properties()
        if listener["DefaultActions"] != [_FORBIDDEN]:
            yield f"default action: {listener['DefaultActions']}"
        if not self.internal and (listener["Protocol"], listener["Port"]) != ("HTTPS", 443):
            yield f"on the internet without TLS: {listener['Protocol']} {listener['Port']}"

    def secrets(self):
        """By listener rule, the values of the header that it asks for."""
        return {
            name: [
                value
                for condition in rule["Conditions"]
                if condition["Field"] == "http-header"
                for value in condition["HttpHeaderConfig"]["Values"]
            ]
            for name, rule in self._of("AWS::ElasticLoadBalancingV2::ListenerRule").items()
        }

    def _rules(self):
        for name, values in self.secrets().items():
            if not self.internal and not values:
                yield f"rule {name} lets in what carries no secret"
            for value in values:
                if not is_origin_secret(value):
                    yield f"rule {name} asks for no dynamic reference"

    def _distribution(self):
        (distribution,) = self._of("AWS::CloudFront::Distribution").values()
        for origin in distribution["DistributionConfig"]["Origins"]:
            if self.internal != ("VpcOriginConfig" in origin):
                yield f"the origin {origin['DomainName']} is of the other kind"
                continue
            if self.internal:
                made = self._of("AWS::CloudFront::VpcOrigin")[
                    _name(origin["VpcOriginConfig"]["VpcOriginId"])
                ]
                if _name(made["VpcOriginEndpointConfig"]["Arn"]) != self._balancer[0]:
                    yield "the VPC origin leads elsewhere"
                continue
            if origin["DomainName"] != {"Fn::GetAtt": [self._balancer[0], "DNSName"]}:
                yield f"the origin is {origin['DomainName']}"
            if origin["CustomOriginConfig"]["OriginProtocolPolicy"] != "https-only":
                yield "the secret crosses the internet in the clear"
            (header,) = origin["OriginCustomHeaders"]
            for name, values in self.secrets().items():
                if header["HeaderValue"] not in values:
                    yield f"rule {name} does not know the secret that CloudFront sends"

    def _on_the_internet(self, subnets, what):
        for subnet in self.on_the_internet(subnets):
            yield f"the {what}'s subnet {subnet} is on the internet"


def is_origin_secret(value):
    """Whether a value is a dynamic reference to a secret of the same template."""
    match value:
        case {
            "Fn::Join": ["", ["{{resolve:secretsmanager:", {"Ref": str()}, ":SecretString:::}}"]]
        }:
            return True
    return False


def _source(rule):
    ((kind, source),) = ((key, rule[key]) for key in _SOURCES if key in rule)
    return kind, source


def _name(value):
    """The resource that a value refers to."""
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
            return name
    return None
