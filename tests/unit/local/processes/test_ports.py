"""A task's ports on this machine, and who else reaches them."""

import errno
import os
import socket
from pathlib import Path

import pytest

from serverless_containers.local.processes.ports import (
    PortError,
    Ports,
    PortState,
    listening_for_others,
    open_ports,
    state_of_port,
)

TABLE = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1
   1: 00000000:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2
   2: 0502A8C0:1F92 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 3
   3: 00000000:1F93 0100007F:A000 01 00000000:00000000 00:00000000 00000000     0        0 4
   4: 0200007F:1F94 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5
"""
TABLE_V6 = """  sl  local_address remote_address st
   0: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A
   1: 00000000000000000000000000000000:1F91 00000000000000000000000000000000:0000 0A
   2: 0000000000000000FFFF00000100007F:1F92 00000000000000000000000000000000:0000 0A
   3: 0000000000000000FFFF00000502A8C0:1F93 00000000000000000000000000000000:0000 0A
"""


def ports(*taken, other=(40001, 40002), state=PortState.TAKEN):
    others = iter(other)
    return Ports(lambda port: state if port in taken else PortState.FREE, lambda: next(others))


def test_a_port_keeps_its_number_where_it_is_free():
    assert ports().take("a", {8080, 5000}, told={8080}) == {8080: 8080, 5000: 5000}


def test_another_one_takes_its_place_where_the_process_is_told():
    assert ports(8080).take("a", {8080, 5000}, told={8080}) == {5000: 5000, 8080: 40001}


def test_two_tasks_never_share_one():
    both = ports(other=(8080, 40001))
    assert both.take("a", {8080}, told={8080}) == {8080: 8080}
    assert both.take("b", {8080}, told={8080}) == {8080: 40001}


@pytest.mark.parametrize("owner", ["another program", "another service"])
def test_one_that_is_taken_is_named_with_its_owner_and_the_way_out(owner):
    some = ports(*([8080] if owner == "another program" else []))
    if owner == "another service":
        some.take("a", {8080}, told=())
    with pytest.raises(PortError) as error:
        some.take("b", {8080}, told=())
    assert str(error.value) == (
        f"port 8080 of 127.0.0.1 is taken by {owner}: end it, or have the process told another one "
        "by a variable, with x-serverless-containers: {dev: {ports: {PORT: 8080}}} at each service "
        "that uses it"
    )


def test_what_could_not_be_had_takes_nothing_and_what_is_given_back_is_free():
    some = ports(80)
    with pytest.raises(PortError):
        some.take("a", {79, 80}, told=())
    assert some.take("b", {79}, told=()) == {79: 79}
    some.release("b")
    assert some.take("c", {79}, told=()) == {79: 79}


def test_the_system_is_asked():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert state_of_port(port) is PortState.TAKEN
        assert Ports().take("a", {port}, told={port})[port] != port
    assert state_of_port(port) is PortState.FREE


def test_a_port_that_this_user_may_not_listen_at_is_told_from_one_that_is_taken(monkeypatch):
    def forbid(*_):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(socket.socket, "bind", forbid)
    assert state_of_port(80) is PortState.FORBIDDEN
    with pytest.raises(PortError) as error:
        Ports().take("a", {80}, told=())
    assert str(error.value) == (
        "port 80 of 127.0.0.1 is not for this user to listen at: most machines leave those below "
        "1024 to root; have the process told another one by a variable, with "
        "x-serverless-containers: {dev: {ports: {PORT: 80}}} at each service that uses it"
    )


def test_another_one_takes_the_place_of_one_that_is_forbidden():
    assert ports(80, state=PortState.FORBIDDEN).take("a", {80}, told={80}) == {80: 40001}


@pytest.mark.parametrize(
    ("table", "found"), [(TABLE, {0x1F91, 0x1F92}), (TABLE_V6, {0x1F91, 0x1F93})]
)
def test_what_others_reach_is_what_listens_on_no_loopback_address(table, found):
    assert listening_for_others(table) == found


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="Linux has these tables")
def test_the_tables_of_this_machine_are_read():
    with (
        socket.create_server(("127.0.0.1", 0)) as here,
        socket.create_server(("0.0.0.0", 0)) as everywhere,  # noqa: S104  # what is looked for
    ):
        both = [each.getsockname()[1] for each in (here, everywhere)]
        assert open_ports(both) == (both[1],), os.uname()
