"""What cdk-nag's AwsSolutions rules find in an app."""

import json
from pathlib import Path

from aws_cdk import Validations
from cdk_nag import AwsSolutionsChecks


def nag_findings(app):
    """The paths of constructs and the rules that they break, when an app is synthesized.

    An app that has any is refused, which most apps of a test are: a network has no flow log here.
    """
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    try:
        app.synth()
    except RuntimeError as error:
        assert "ValidationFailed" in str(error)  # noqa: PT017  # not every app has findings
    report = json.loads((Path(app.outdir) / "validation-report.json").read_text(encoding="utf-8"))
    return [
        (violation["violatingConstructs"][0]["constructPath"], violation["ruleName"])
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
    ]
