"""One deployment of a CDK app to the embedded AWS, by the real CDK CLI."""
