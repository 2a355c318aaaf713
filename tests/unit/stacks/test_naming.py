"""Names of the stacks of a project."""

import re
from pathlib import Path

import pytest

from stacks.naming import APPLICATION, SAMPLE, bad_name, is_sample, project_name


class TestTheSample:
    def test_it_is_the_folder_of_this_application(self):
        assert (SAMPLE / "docker-compose.yml").is_file()
        assert is_sample(Path("container_src"))

    def test_any_other_folder_is_not(self, project):
        assert not is_sample(project.path)

    def test_its_stacks_are_no_other_projects(self):
        assert bad_name(APPLICATION, "dev", sample=True) is None
        told = bad_name(APPLICATION, "dev", sample=False)
        assert told.endswith("give this project's another name with -c name=NAME")


class TestTheNameOfAProject:
    def test_it_is_the_compose_files(self, project):
        assert project_name(project.compose("name: shop\nservices: {}"), "dev") == "shop"

    def test_or_the_environments(self, project):
        project.compose("name: shop\nservices: {web: {image: nginx}}")
        project.write("docker-compose.dev.yml", "name: shop-dev")
        assert project_name(project.path, "dev") == "shop-dev"

    def test_or_the_folders(self, project):
        assert project_name(project.compose("services: {web: {image: nginx}}"), "dev") == "sample"

    def test_errors_leave_it_to_who_tells_them(self, project):
        assert project_name(project.path / "nowhere", "dev") is None


class TestWhatCloudFormationTakes:
    @pytest.mark.parametrize("name", ["shop", "Shop-2", "s", "s" * 109])
    def test_letters_digits_and_hyphens(self, name):
        assert bad_name(name, "dev", sample=False) is None
        assert len(f"{name}-dev-site-pipeline") <= 128

    @pytest.mark.parametrize(
        ("name", "instead"),
        [
            ("my_shop", "my-shop"),
            ("7shop", "stack-7shop"),
            ("_", "stack"),
            ("", "stack"),
            ("-shop", "shop"),
            ("s" * 112, "s" * 110),
        ],
    )
    def test_nothing_else(self, name, instead):
        told = bad_name(name, "dev", sample=False)
        assert told.startswith(f"the stacks cannot be named after {name!r}: CloudFormation takes")
        assert re.search(r"-c name=(\S+)$", told)[1] == instead
        assert bad_name(instead, "dev", sample=False) is None
