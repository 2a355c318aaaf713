"""A stack with one of the two ingresses in it, and its template once it is asked for."""

from aws_cdk import App, Stack

from tests.support.shared_template import SharedTemplate

MIRRORED = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/nginx:1.29"
"""An image that tasks without a way to the internet can pull, too."""
NGINX = f"services: {{web: {{image: '{MIRRORED}', ports: ['8080:80']}}}}"


class Deployed(SharedTemplate):
    """Keywords are the construct's, but for those that say what is around it.

    A function among them is called with the stack, for what has to be made there.
    """

    def __init__(self, construct, folder, *, app=None, env=None, **props):
        self._arguments = construct, folder, app, env, props
        super().__init__(folder, construct, app, env, props)

    def make(self):
        construct, folder, app, env, props = self._arguments
        self._app = app or App()
        self._stack = Stack(self._app, "Test", env=env)
        props = {
            key: value(self._stack) if callable(value) else value for key, value in props.items()
        }
        self._ingress = construct(self._stack, "Front", source=folder, **props)

    @property
    def app(self):
        self.own()
        return self._app

    @property
    def ingress(self):
        self.own()
        return self._ingress

    def resources(self, kind):
        """The properties of all resources of a type, in the order of the template."""
        found = self.template.find_resources(kind)
        return [resource.get("Properties", {}) for resource in found.values()]

    def only(self, kind):
        (properties,) = self.resources(kind)
        return properties

    def containers(self):
        definitions = self.only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]
        return {definition["Name"]: definition for definition in definitions}

    def network(self):
        """Where the service's tasks are put."""
        return self.only("AWS::ECS::Service")["NetworkConfiguration"]["AwsvpcConfiguration"]

    def statements(self, role):
        """What the policies of a role say, by a part of the role's name."""
        return [
            statement
            for policy in self.resources("AWS::IAM::Policy")
            if role in str(policy["Roles"])
            for statement in policy["PolicyDocument"]["Statement"]
        ]
