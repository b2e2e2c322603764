"""What tests of the installed package share: an installation of the build in a
folder of its own, outside the tree, and an environment that knows it alone."""

import os
import shutil
import subprocess
import tempfile


class Prefix:
    def __init__(self, build):
        self.work = tempfile.mkdtemp(prefix="newshound-api-")
        self.path = os.path.join(self.work, "prefix")
        subprocess.run(["cmake", "--install", build, "--prefix", self.path],
                       check=True, stdout=subprocess.DEVNULL)
        self.include = os.path.join(self.path, "include")
        self.shared_library = self.find("libnewshound.so.1")
        self.folder = os.path.dirname(self.shared_library)
        self.program = os.path.join(self.path, "bin", "newshound")
        self.env = {name: value for name, value in os.environ.items()
                    if not name.startswith(("NEWSHOUND_", "PYTHON", "LD_"))}
        self.env["PKG_CONFIG_PATH"] = os.path.join(self.folder, "pkgconfig")
        self.env["LD_LIBRARY_PATH"] = self.folder

    def find(self, name):
        for folder, _, files in os.walk(self.path):
            if name in files:
                return os.path.join(folder, name)
        raise FileNotFoundError(name)

    def run(self, *command, status=0, cwd=None, env=None, text=None):
        """Standard output and standard error of a command."""
        done = subprocess.run(command, cwd=cwd or self.work, input=text,
                              env=dict(self.env, **(env or {})), text=True,
                              capture_output=True, check=False)
        if done.returncode != status:
            raise AssertionError(f"{command} ended with {done.returncode}:\n"
                                 f"{done.stdout}\n{done.stderr}")
        return done.stdout, done.stderr

    def index(self, name, *paths, options=()):
        path = os.path.join(self.work, name)
        self.run(self.program, "index", "-q", "-d", path, *options, *paths)
        return path

    def close(self):
        shutil.rmtree(self.work, ignore_errors=True)
