"""Parts of a build pipeline: source, build, repositories and the stages around them.

`BuildPipeline` alone imports it.
"""
