"""Certificates that live as long as one test run, made by openssl."""

import os
import pathlib
import subprocess
import tempfile

KEYS = {"ecdsa": "ec -pkeyopt ec_paramgen_curve:prime256v1", "rsa": "rsa:2048", "large": "rsa:4096"}


class Certificates:
    """A folder with an authority; `make` adds a certificate and its key."""

    def __init__(self):
        self.home = tempfile.TemporaryDirectory(prefix="sluice-certificates-")
        self.folder = pathlib.Path(self.home.name)
        self._openssl(
            f"req -x509 -days 30 -subj /CN=authority -newkey {KEYS['ecdsa']} -nodes "
            "-keyout authority.key -out authority.pem")
        self.authority = self.folder / "authority.pem"

    def _openssl(self, arguments, **environment):
        subprocess.run(
            ["openssl", *arguments.split()], cwd=self.folder, check=True, capture_output=True,
            env={**os.environ, **environment})

    def make(self, name, names="DNS:localhost,IP:127.0.0.1", key="ecdsa", days=30, into=None):
        """The certificate and the key as `proxy.conf` names them; `into` gives the files another name."""
        files = self.folder / f"{into or name}.pem", self.folder / f"{into or name}.key"
        new = self.folder / "new.pem", self.folder / "new.key"
        self._openssl(f"req -subj /CN={name} -newkey {KEYS[key]} -nodes -keyout new.key -out new.csr")
        (self.folder / "names").write_text(f"subjectAltName={names}\n")
        self._openssl(
            "x509 -req -in new.csr -CA authority.pem -CAkey authority.key -CAcreateserial "
            f"-days {days} -extfile names -out new.pem")
        for source, target in zip(new, files):
            source.replace(target)
        return {"certificate": str(files[0]), "key": str(files[1])}
