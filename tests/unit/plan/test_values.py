"""Values that Docker Compose reads, and that Docker's engine or ECS refuses to run."""

import pytest

from serverless_containers.plan.model import TmpfsPlan


@pytest.mark.parametrize(
    ("keys", "code", "messages"),
    [
        (
            "mem_limit: -1",
            "limit-negative",
            [
                "5:16: mem_limit: expected an amount above 0, got -1; remove it for a "
                "container without a limit of its own"
            ],
        ),
        (
            "cpus: -0.5",
            "limit-negative",
            [
                "5:11: cpus: expected an amount above 0, got -0.5; remove it for a "
                "container without a limit of its own"
            ],
        ),
        (
            "mem_reservation: -5",
            "limit-negative",
            [
                "5:22: mem_reservation: expected an amount above 0, got -5; remove it "
                "for a container without a limit of its own"
            ],
        ),
        (
            "deploy: {resources: {limits: {cpus: '-1'}, reservations: {cpus: '-2'}}}",
            "limit-negative",
            [
                "5:41: deploy.resources.limits.cpus: expected an amount above 0, got -1; "
                "remove it for a container without a limit of its own",
                "5:69: deploy.resources.reservations.cpus: expected an amount above 0, "
                "got -2; remove it for a container without a limit of its own",
            ],
        ),
        (
            "tmpfs: ['run:size=64m', ':size=64m', '/:size=64m']",
            "mount-target",
            [
                "5:13: tmpfs[0]: expected an absolute path in the container, got 'run'; write /run",
                "5:29: tmpfs[1]: expected an absolute path in the container, got ''; "
                "write its path",
                "5:42: tmpfs[2]: nothing can be mounted in the place of the root folder; "
                "mount it at a folder below",
            ],
        ),
        (
            "volumes: [x, /data/.., {type: volume, target: ''}, {type: tmpfs, target: y, "
            "tmpfs: {size: 64m}}]",
            "mount-target",
            [
                "5:15: volumes[0]: expected an absolute path in the container, got 'x'; write /x",
                "5:18: volumes[1]: nothing can be mounted in the place of the root "
                "folder; mount it at a folder below",
                "5:28: volumes[2]: expected an absolute path in the container, got '.'; "
                "write its path",
                "5:56: volumes[3]: expected an absolute path in the container, got 'y'; write /y",
            ],
        ),
        (
            "volumes: ['d:/var/lib/mysql']",
            "mount-target",
            [
                "5:15: volumes[0]: expected an absolute path in the container, got "
                "'d:/var/lib/mysql'; a letter before a colon is a drive of Windows: write the "
                "long form, {type: volume, source: d, target: /var/lib/mysql}",
            ],
        ),
        (
            "volumes: [/proc/x, {type: tmpfs, target: //proc, tmpfs: {size: 64m}}, /process, "
            "/sys/, /dev/shm, /etc/hostname]",
            "mount-target",
            [
                "5:102: volumes[5]: /etc/hostname is written for each task, whatever is mounted or "
                "in the image; write hostname, which the containers of the task resolve",
                "5:15: volumes[0]: /proc is the kernel's in each container, and nothing is mounted "
                "in it; mount it elsewhere",
                "5:24: volumes[1]: /proc is the kernel's in each container, and nothing is mounted "
                "in it; mount it elsewhere",
                "5:85: volumes[3]: /sys is the kernel's in each container, and nothing is mounted "
                "in it; mount it elsewhere",
                "5:92: volumes[4]: /dev is the kernel's in each container, and nothing is mounted "
                "in it; mount it elsewhere",
            ],
        ),
        (
            "tmpfs: ['/etc/./hosts:size=1m', '/dev:size=1m', '/device:size=1m']",
            "mount-target",
            [
                "5:13: tmpfs[0]: /etc/hosts is written for each task, whatever is mounted or in "
                "the image; name hosts under extra_hosts",
                "5:37: tmpfs[1]: /dev is the kernel's in each container, and nothing is mounted "
                "in it; mount it elsewhere",
            ],
        ),
        (
            "environment: ['=x']",
            "variable-name",
            ["5:19: environment: a variable has no name; write NAME=value, or remove it"],
        ),
        (
            "environment: ['']",
            "variable-name",
            ["5:19: environment: a variable has no name; write NAME=value, or remove it"],
        ),
        (
            "ulimits: {nofile: {soft: 9, hard: 3}, core: {soft: -1, hard: 5}}",
            "ulimit-order",
            [
                "5:23: ulimits.nofile: the soft limit is 9 and the hard one, which it "
                "may be raised to, 3; write soft: 3, or raise the hard limit",
                "5:49: ulimits.core: the soft limit is unlimited and the hard one, which "
                "it may be raised to, 5; write soft: 5, or raise the hard limit",
            ],
        ),
    ],
)
def test_what_no_engine_starts_is_refused(plan_service, keys, code, messages):
    planned = plan_service(keys)
    assert planned.plan is None
    assert sorted(planned.messages(code)) == [
        "docker-compose.yml:" + each.replace(": ", ": services.web.", 1) for each in messages
    ]


def test_a_tmpfs_takes_the_place_of_that_of_the_shared_memory(plan_service):
    planned = plan_service(
        "tmpfs: ['/dev/shm:size=1m']\n"
        "volumes: [{type: tmpfs, target: /dev/shm/., tmpfs: {size: 1m}}]"
    )
    assert planned.messages("mount-target") == []


def test_limits_at_their_bounds_are_taken(plan_service):
    planned = plan_service("""
        ulimits: {nofile: {soft: 3, hard: 3}, nproc: {soft: 5, hard: -1}, memlock: -1}
        cpus: 0
        tmpfs: "/run:size=64m"
        """)
    assert planned["web"].linux.ulimits == {
        "memlock": (-1, -1),
        "nofile": (3, 3),
        "nproc": (5, -1),
    }
    assert planned["web"].linux.tmpfs == (TmpfsPlan(path="/run", size_mib=64),)


@pytest.mark.parametrize("target", ["a=b", "/run/secrets/", "a b"])
def test_a_secret_becomes_a_variable_that_can_have_its_name(plan, target):
    planned = plan(f"""
        services:
          web:
            image: x
            ports: ["80"]
            secrets:
              - {{source: key, target: {target}}}
        secrets: {{key: {{file: ../.secret-key}}}}
        """)
    assert planned.messages("secret-target") == [
        "docker-compose.yml:7:31: services.web.secrets[0].target: the secret key is injected as a "
        f"variable, which has a name, and no '=' and no space in it, got {target!r}; write a "
        "plain name, which becomes the variable's"
    ]


@pytest.mark.parametrize(
    ("use", "code", "message"),
    [
        ("uid: abc", "file-attributes", "uid: expected a number, as Linux has ids, got 'abc'"),
        (
            "gid: '4294967295'",
            "file-attributes",
            "gid: expected a number, as Linux has ids, got '4294967295'",
        ),
        (
            "mode: -1",
            "file-attributes",
            "mode: expected permissions from 0 to 7777 in octal, got -1",
        ),
        (
            "mode: 010000",
            "file-attributes",
            "mode: expected permissions from 0 to 7777 in octal, got 10000",
        ),
        (
            "target: /etc/a/..",
            "file-target",
            "target: expected the path of a file, without .. in it, got '/etc/a/..'",
        ),
        (
            "target: /etc/../x/y",
            "file-target",
            "target: expected the path of a file, without .. in it, got '/etc/../x/y'",
        ),
        (
            "target: /etc/a/",
            "file-target",
            "target: expected the path of a file, without .. in it, got '/etc/a/'",
        ),
        *(
            (
                f"target: {path}",
                "file-target",
                f"target: /{folder} is the kernel's in each container, and nothing is mounted in "
                "it",
            )
            for path, folder in (("/proc/a", "proc"), ("//dev/x", "dev"), ("/sys/a/b", "sys"))
        ),
        (
            "target: /etc/resolv.conf",
            "file-target",
            "target: /etc/resolv.conf is written for each task, whatever is mounted or in the "
            "image",
        ),
    ],
)
@pytest.mark.parametrize("section", ["configs", "secrets"])
def test_a_file_has_a_place_and_attributes_of_linux(plan, section, use, code, message):
    target = "" if "target" in use else "target: /etc/shop/key, "
    source = "{content: x}" if section == "configs" else "{file: ../.secret-key}"
    planned = plan(f"""
        x-serverless-containers: {{secrets: files}}
        services:
          web:
            image: x
            ports: ["80"]
            {section}:
              - {{source: key, {target}{use}}}
        {section}: {{key: {source}}}
        """)
    (found,) = planned.messages(code)
    column = 24 + len(target) + len(use.partition(" ")[0])
    assert found.startswith(f"docker-compose.yml:8:{column}: services.web.{section}[0].{message}; ")


def test_ids_and_permissions_at_their_bounds_are_taken(plan):
    planned = plan("""
        services:
          web:
            image: x
            ports: ["80"]
            configs:
              - {source: c, target: /etc/shop/c, uid: "4294967294", gid: "0", mode: 07777}
        configs: {c: {content: "1"}}
        """)
    (file,) = planned.plan.files
    assert (file.owner, file.mode) == ((4294967294, 0), 0o7777)
