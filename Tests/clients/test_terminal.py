"""What is typed at a hidden prompt: keys mean what they mean elsewhere, and the terminal is left as it was."""

import contextlib
import fcntl
import os
import pathlib
import pty
import select
import signal
import subprocess
import sys
import termios

import pytest

from proxy import BINARY, wait_until
from test_secrets import new_key

# A command can be stopped only where somebody in its session could let it go on: this takes a shell's place.
SHELL = """
import os, signal, subprocess, sys

def to_front():
    os.setpgid(0, 0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    os.tcsetpgrp(2, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)

command = subprocess.Popen(sys.argv[1:], stdout=2, preexec_fn=to_front)
print(command.pid, flush=True)
print(command.wait(), flush=True)
"""


class Typist:
    """A command at a terminal that somebody types on."""

    def __init__(self, *arguments):
        self.master, self.slave = pty.openpty()
        self.before = termios.tcgetattr(self.slave)
        self.shown = ""
        self.shell = subprocess.Popen(
            [sys.executable, "-c", SHELL, BINARY, *arguments], stdin=self.slave, stdout=subprocess.PIPE, stderr=self.slave,
            text=True, start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self.process = int(self.shell.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process, signal.SIGKILL)
        self.shell.wait()
        self.shell.stdout.close()
        os.close(self.master)
        os.close(self.slave)

    def read_until(self, mark, seconds=10):
        start = len(self.shown)
        while mark not in self.shown[start:]:
            assert select.select([self.master], [], [], seconds)[0], f"there is no {mark!r} in {self.shown!r}"
            self.shown += os.read(self.master, 1024).decode()

    def type(self, text):
        os.write(self.master, text.encode())

    def end(self):
        """The exit status, once all was read."""
        assert select.select([self.shell.stdout], [], [], 10)[0], f"it does not end: {self.shown!r}"
        status = int(self.shell.stdout.readline())
        with contextlib.suppress(OSError):
            while select.select([self.master], [], [], 0)[0]:
                self.shown += os.read(self.master, 1024).decode()
        return status

    def is_stopped(self):
        return pathlib.Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()[0] == "T"

    def is_as_before(self):
        return termios.tcgetattr(self.slave) == self.before

    def is_hidden(self):
        return not termios.tcgetattr(self.slave)[3] & termios.ECHO


@pytest.mark.parametrize("edit", ["{}\n", "wrong\x15{}\n", "{}xy\x7f\x7f\n", "{}\x04\x04"])
def test_what_is_typed_is_not_shown(edit):
    key, hash = new_key()
    with Typist("key", "hash") as typist:
        typist.read_until("Key: ")
        assert typist.is_hidden()
        typist.type(edit.format(key))
        assert typist.end() == 0
        assert hash in typist.shown and key not in typist.shown and "wrong" not in typist.shown
        assert typist.is_as_before()


@pytest.mark.parametrize("key, number", [("\x03", signal.SIGINT), ("\x1c", signal.SIGQUIT)])
@pytest.mark.parametrize("arguments, prompt", [
    (["key", "hash"], "Key: "), (["secret", "encrypt"], "Value: "), (["secret", "decrypt"], "Encrypted value: ")])
def test_a_key_that_ends_programs_ends_this_one(arguments, prompt, key, number, monkeypatch):
    made = subprocess.run([BINARY, "secret", "new-key"], capture_output=True, text=True, check=True).stdout
    monkeypatch.setenv("SLUICE_SECRET_KEY", made.strip())
    with Typist(*arguments) as typist:
        typist.read_until(prompt)
        typist.type("half" + key)
        assert typist.end() == -number
        assert typist.is_as_before() and "half" not in typist.shown


def test_a_terminal_that_goes_away_ends_it():
    with Typist("key", "hash") as typist:
        typist.read_until("Key: ")
        os.kill(typist.process, signal.SIGHUP)
        assert typist.end() == -signal.SIGHUP
        assert typist.is_as_before()


def test_a_stopped_prompt_gives_the_terminal_back_and_asks_again():
    key, hash = new_key()
    with Typist("key", "hash") as typist:
        for _ in range(2):
            typist.read_until("Key: ")
            assert typist.is_hidden()
            typist.type("half\x1a")
            wait_until(typist.is_stopped)
            assert typist.is_as_before()
            os.kill(typist.process, signal.SIGCONT)
        typist.read_until("Key: ")
        typist.type(key + "\n")
        assert typist.end() == 0
        assert hash in typist.shown and typist.is_as_before()


def test_the_end_of_input_is_no_value():
    with Typist("key", "hash") as typist:
        typist.read_until("Key: ")
        typist.type("\x04")
        assert typist.end() != 0
        assert "nothing came" in typist.shown and typist.is_as_before()


def test_a_line_that_a_terminal_cuts_is_refused():
    with Typist("key", "hash") as typist:
        typist.read_until("Key: ")
        typist.type("x" * 5000 + "\n")
        assert typist.end() != 0
        assert "through a pipe" in typist.shown and typist.is_as_before()
