"""The survey of a folder of projects: what it finds, counts and leaves out."""

from tools.survey_projects import find_projects, report, survey


def write(root, files):
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def surveyed(root):
    return {each.project: each for each in (survey(file, root) for file in find_projects(root))}


def test_every_folder_with_a_compose_file_is_a_project(tmp_path):
    names = ("compose.yaml", "docker-compose.yml")
    write(tmp_path, {f"{folder}/{name}": "" for folder in ("a", "a/b", "c/d") for name in names})
    write(
        tmp_path,
        {"e/Dockerfile": "", "c/node_modules/f/compose.yaml": "", "c/.git/compose.yml": ""},
    )
    found = [file.relative_to(tmp_path).as_posix() for file in find_projects(tmp_path)]
    assert found == ["a/compose.yaml", "a/b/compose.yaml", "c/d/compose.yaml"]


def test_a_project_passes_or_is_refused_by_rules(tmp_path):
    write(
        tmp_path,
        {
            "passes/compose.yaml": 'services: {web: {image: "nginx:1.25", ports: ["80:80"]}}',
            "refused/compose.yaml": 'services: {web: {image: "nginx:1.25", privileged: true}}',
        },
    )
    outcomes = surveyed(tmp_path)
    assert outcomes["passes"].works
    assert not outcomes["refused"].passes
    assert outcomes["refused"].errors["key-rejected"].startswith("compose.yaml:1:")


def test_a_name_that_does_not_resolve_is_no_work(tmp_path):
    services = 'services: {web: {image: w, ports: ["80"], environment: {D: "redis://cache:6379"}}, '
    services += "cache: {image: c}}"
    write(
        tmp_path,
        {
            "named/compose.yaml": services,
            "unnamed/compose.yaml": f"{services}\nx-serverless-containers: {{names: none}}",
        },
    )
    outcomes = surveyed(tmp_path)
    assert outcomes["named"].works
    assert outcomes["unnamed"].passes
    assert outcomes["unnamed"].broken == ("name the sibling cache",)


def test_a_crash_is_a_result(tmp_path, monkeypatch):
    def fail(*_args):
        message = "broken"
        raise RuntimeError(message)

    monkeypatch.setattr("tools.survey_projects.plan_source", fail)
    write(tmp_path, {"a/compose.yaml": "services: {}"})
    (outcome,) = surveyed(tmp_path).values()
    assert outcome.crash == "RuntimeError: broken"
    assert not outcome.passes


def test_the_report_counts_each_rule_once_a_project(tmp_path):
    write(
        tmp_path,
        {
            "a/compose.yaml": 'services: {web: {image: "nginx:1.25", ports: ["80:80"]}}',
            "b/compose.yaml": "services: {web: {image: w, ports: ['80'], privileged: true, "
            "pid: host}, db: {image: d, privileged: true}}",
        },
    )
    lines = list(report(surveyed(tmp_path).values(), listing=True))
    assert lines[0] == "2 projects"
    assert lines[1].split() == ["1", "50.0%", "pass", "check"]
    assert any(line.split() == ["1", "50.0%", "1", "key-rejected"] for line in lines)
    assert lines[-2:] == ["works    a", "refused  b: key-rejected"]
