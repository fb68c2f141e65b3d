"""One process takes over from another while clients keep coming; sockets from a service manager."""

import os
import pathlib
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import time

import pytest

from certificates import Certificates
from load import Load
from proxy import BINARY, Sluice, configuration, section, wait_until

ECHO = [
    {"name": "fast", "type": "echo", "models": ["fast"]},
    {"name": "slow", "type": "echo", "models": ["slow"], "delay": "100ms"},
]
HEALTH = b"GET /healthz HTTP/1.1\r\nhost: test\r\n\r\n"


def text(tmp_path, listen=("127.0.0.1:0",), **server):
    return configuration(
        ECHO, listen=list(listen),
        server={"takeover": str(tmp_path / "takeover"), "drain_timeout": "20s", **server})


def messages(proxy):
    return [record["message"] for record in proxy.records() if "message" in record]


def connect(address):
    if isinstance(address, tuple):
        return socket.create_connection(address, timeout=10)
    one = socket.socket(socket.AF_UNIX)
    one.settimeout(10)
    one.connect(str(address))
    return one


def status(address):
    with connect(address) as one:
        one.sendall(HEALTH)
        return one.recv(4096).split(b" ")[1]


def test_three_restarts_under_load_lose_nothing(tmp_path):
    unix = tmp_path / "sluice.sock"
    file = text(tmp_path, ["127.0.0.1:0", f"unix:{unix}"])
    generations = [Sluice(file)]
    try:
        first = generations[0]
        with Load([("127.0.0.1", first.port), str(unix)], plain_rate=200, stream_every=20, words=10) as load:
            time.sleep(0.5)
            for _ in range(3):
                old = generations[-1]
                new = Sluice(file)
                generations.append(new)
                assert new.addresses == first.addresses
                assert old.wait(20) == 0
                assert stat.S_ISSOCK(unix.stat().st_mode)
                assert messages(old)[-1] == "stopped"
                told = [record["process"] for record in new.records() if record.get("message") == "took over"]
                assert told == [str(old.process.pid)]
        assert not load.failures, load.failures[:10]
        assert load.streams > 50 and load.longest_streams > 1
        answered = [
            record for one in generations for record in one.records() if record.get("route") == "/v1/chat/completions"]
        assert all(record["outcome"] == "completed" for record in answered)
        assert len(answered) == load.plain + load.streams
        assert len({record["id"] for record in answered}) == len(answered)
        last = generations.pop()
        assert status(str(unix)) == b"200" and status(("127.0.0.1", first.port)) == b"200"
        last.signal()
        assert last.wait() == 0
        assert not unix.exists() and not (tmp_path / "takeover").exists()
        last.stop()
    finally:
        for one in generations:
            one.stop()


@pytest.mark.parametrize("fault", ["address", "provider", "ready file"])
def test_a_process_that_cannot_start_changes_nothing(tmp_path, fault):
    unix = tmp_path / "sluice.sock"
    listen = ["127.0.0.1:0", f"unix:{unix}"]
    with Sluice(text(tmp_path, listen)) as old, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        conf = tmp_path / "new.conf"
        arguments = []
        if fault == "address":
            conf.write_text(text(tmp_path, [*listen, f"127.0.0.1:{taken.getsockname()[1]}"]))
        elif fault == "provider":
            conf.write_text(text(tmp_path, listen).replace('type = "echo"', 'type = "ecko"'))
        else:
            conf.write_text(text(tmp_path, listen))
            arguments = ["--ready-file", str(tmp_path / "missing/ready")]
        done = subprocess.run(
            [BINARY, "serve", "--config", conf, *arguments], capture_output=True, text=True, timeout=30)
        assert done.returncode > 0, done.stderr
        assert status(("127.0.0.1", old.port)) == b"200" and status(unix) == b"200"
        assert old.process.poll() is None
        with Sluice(text(tmp_path, listen)) as new:
            assert old.wait() == 0
            assert status(("127.0.0.1", new.port)) == b"200" and status(unix) == b"200"


def test_addresses_that_differ_are_opened_and_closed(tmp_path):
    kept, gone, fresh = (tmp_path / name for name in ("kept", "gone", "fresh"))
    with Sluice(text(tmp_path, ["127.0.0.1:0", f"unix:{kept}", f"unix:{gone}"])) as old:
        inode = kept.stat().st_ino
        with Sluice(text(tmp_path, [f"unix:{fresh}", "127.0.0.1:0", f"unix:{kept}"])) as new:
            assert old.wait() == 0
            assert new.addresses == [f"unix:{fresh}", old.addresses[0], f"unix:{kept}"]
            assert status(fresh) == status(kept) == status(("127.0.0.1", old.port)) == b"200"
            assert kept.stat().st_ino == inode
            assert not gone.exists()


def test_a_connection_of_before_gets_one_more_answer(tmp_path):
    with Sluice(text(tmp_path)) as old:
        with connect(("127.0.0.1", old.port)) as idle, connect(("127.0.0.1", old.port)) as silent:
            idle.sendall(HEALTH)
            assert b"200 OK" in idle.recv(4096)
            with Sluice(text(tmp_path)) as new:
                wait_until(lambda: "took over" in messages(new))
                assert old.process.poll() is None
                for one in (idle, silent):
                    one.sendall(HEALTH)
                    answer = one.recv(4096)
                    assert b"200 OK" in answer and b"connection: close" in answer.lower()
                    assert one.recv(4096) == b""
                assert old.wait(4) == 0


def test_a_connection_that_stays_idle_does_not_hold_the_old_process(tmp_path):
    with Sluice(text(tmp_path, drain_timeout="20s")) as old:
        with connect(("127.0.0.1", old.port)) as idle:
            idle.sendall(HEALTH)
            assert b"200 OK" in idle.recv(4096)
            with Sluice(text(tmp_path)):
                assert old.wait(15) == 0
                assert idle.recv(1) == b""
        assert old.records()[-1]["interrupted"] in (0, "0")


@pytest.fixture
def open_folder():
    """A folder that every user of the machine can enter; pytest's own are not."""
    with tempfile.TemporaryDirectory(prefix="sluice-test-") as name:
        os.chmod(name, 0o755)
        yield pathlib.Path(name)


STRANGER = """
import os, socket, sys
os.setuid(65534)
one = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
one.connect(sys.argv[1])
try:
    one.send(b"sluice takeover 1")
    data, descriptors, *_ = socket.recv_fds(one, 8192, 4)
    sys.exit(1 if data or descriptors else 0)
except ConnectionError:
    pass
"""


def test_only_the_same_user_can_take_over(open_folder):
    with Sluice(text(open_folder)) as proxy:
        gate = open_folder / "takeover"
        assert stat.S_IMODE(gate.stat().st_mode) == 0o600
        if os.geteuid() != 0:
            pytest.skip("only root can be somebody else")
        # Even where the file lets others in, sockets are not handed to them.
        gate.chmod(0o666)
        asked = subprocess.run([sys._base_executable, "-c", STRANGER, gate], timeout=10)
        assert asked.returncode == 0
        wait_until(lambda: any("another user" in line for line in messages(proxy)))
        with Sluice(text(open_folder)):
            assert proxy.wait() == 0


def test_what_is_said_wrongly_at_the_gate_changes_nothing(tmp_path):
    with Sluice(text(tmp_path)) as old:
        for word in [b"hello", b"give 0", b"give 99", b"give -1", b"ready x", b"ready 7", b"yours", b"x" * 9000]:
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as one:
                one.settimeout(10)
                one.connect(str(tmp_path / "takeover"))
                one.send(word)
                if word not in (b"give 0",):
                    while one.recv(8192) not in (b"",):
                        pass
        assert status(("127.0.0.1", old.port)) == b"200"
        with Sluice(text(tmp_path)):
            assert old.wait() == 0


# A service manager


class Activated:
    """A process that gets its sockets from a service manager; `heard` is what it says to it."""

    def __init__(self, tmp_path, sockets, *arguments):
        self.heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.heard.bind(str(tmp_path / "notify"))
        self.heard.settimeout(10)
        self.ready, script = tmp_path / "ready", tmp_path / "activated"
        for one in sockets:
            one.listen()
        # Numbers that none of the moves overwrites before it is read.
        moves = " ".join(f"{3 + index}<&{90 + index}" for index in range(len(sockets)))
        script.write_text(
            f"#!/bin/bash\nexport LISTEN_PID=$$ LISTEN_FDS={len(sockets)}\nexec {BINARY} \"$@\" {moves}\n")
        script.chmod(0o755)

        def place():
            for index, one in enumerate(sockets):
                os.dup2(one.fileno(), 90 + index)

        self.process = subprocess.Popen(
            [script, "serve", "--ready-file", self.ready, *arguments], preexec_fn=place, close_fds=False,
            env={**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify")}, stderr=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.heard.close()


def test_sockets_of_a_service_manager_are_served_and_left_alone(tmp_path):
    unix = tmp_path / "activated.sock"
    with socket.socket() as tcp, socket.socket(socket.AF_UNIX) as local:
        tcp.bind(("127.0.0.1", 0))
        local.bind(str(unix))
        with Activated(tmp_path, [tcp, local]) as proxy:
            told = proxy.heard.recv(4096).decode()
            assert told == f"READY=1\nMAINPID={proxy.process.pid}"
            address = ("127.0.0.1", tcp.getsockname()[1])
            assert proxy.ready.read_text().split() == [f"127.0.0.1:{address[1]}", f"unix:{unix}"]
            assert status(address) == status(unix) == b"200"
            proxy.process.terminate()
            assert proxy.process.wait(10) == 0
            assert proxy.heard.recv(4096) == b"STOPPING=1"
            # The sockets live on, for the next process.
            assert unix.exists()
            with connect(address), connect(unix):
                pass


def test_sockets_of_a_service_manager_have_tls_where_the_file_says_so(tmp_path):
    certificates = Certificates()
    conf = tmp_path / "proxy.conf"
    with socket.socket() as plain, socket.socket() as secure:
        ports = []
        for one in (plain, secure):
            one.bind(("127.0.0.1", 0))
            ports.append(one.getsockname()[1])

        def write(*listen):
            conf.write_text(
                configuration(ECHO, listen=list(listen)) + section("[server.certificates]", certificates.make("main")))

        write(f"tls:127.0.0.1:{ports[1]}", f"127.0.0.1:{ports[0]}")
        with Activated(tmp_path, [plain, secure], "--config", conf) as proxy:
            assert proxy.heard.recv(4096).startswith(b"READY=1")
            assert proxy.ready.read_text().split() == [f"127.0.0.1:{ports[0]}", f"tls:127.0.0.1:{ports[1]}"]
            assert status(("127.0.0.1", ports[0])) == b"200"
            context = ssl.create_default_context(cafile=str(certificates.authority))
            with context.wrap_socket(connect(("127.0.0.1", ports[1])), server_hostname="localhost") as one:
                one.sendall(HEALTH)
                assert b"200 OK" in one.recv(4096)
        # One that the file does not name could be meant for either.
        write(f"tls:127.0.0.1:{ports[1]}")
        for one in (plain, secure):
            one.listen()
        done = subprocess.run(
            ["bash", "-c", f"export LISTEN_PID=$$ LISTEN_FDS=1; exec {BINARY} serve --config {conf} 3<&{plain.fileno()}"],
            pass_fds=[plain.fileno()], capture_output=True, text=True, timeout=10)
        assert done.returncode > 0
        assert f'add it as "tls:127.0.0.1:{ports[0]}" or "127.0.0.1:{ports[0]}"' in done.stderr


def test_a_process_that_hangs_at_the_gate_is_named(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as hanging:
        hanging.bind(str(tmp_path / "takeover"))
        hanging.listen()
        conf = tmp_path / "proxy.conf"
        conf.write_text(text(tmp_path))
        done = subprocess.run([BINARY, "serve", "--config", conf], capture_output=True, text=True, timeout=30)
    assert done.returncode > 0
    assert f"process {os.getpid()} there has not answered for 10 seconds" in done.stderr


def test_a_descriptor_that_is_no_listener_is_refused(tmp_path):
    done = subprocess.run(
        ["bash", "-c", f"export LISTEN_PID=$$ LISTEN_FDS=1; exec {BINARY} serve 3</dev/null"],
        capture_output=True, text=True, timeout=10)
    assert done.returncode > 0
    assert "descriptor 3 of LISTEN_FDS" in done.stderr


def test_a_public_socket_of_a_service_manager_is_as_public_as_any(tmp_path):
    with socket.socket() as public:
        public.bind(("0.0.0.0", 0))
        public.listen()
        done = subprocess.run(
            ["bash", "-c", f"export LISTEN_PID=$$ LISTEN_FDS=1; exec {BINARY} serve 3<&{public.fileno()}"],
            pass_fds=[public.fileno()], capture_output=True, text=True, timeout=10)
    assert done.returncode > 0
    assert "clients" in done.stderr
