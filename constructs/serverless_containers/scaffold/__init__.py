"""The CDK app around a folder that `init` makes, also of what Copilot and Amplify have."""
