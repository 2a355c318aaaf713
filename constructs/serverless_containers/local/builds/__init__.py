"""Builds of images on this machine: the commands that they call, and CodeBuild's buildspecs."""
