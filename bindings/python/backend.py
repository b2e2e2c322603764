"""Builds the package with nothing but Python itself (PEP 517 and 660).

The one thing there is to build: where libnewshound is, as pkg-config knows it
(PKG_CONFIG_PATH), or the environment variable NEWSHOUND_LIBRARY names it, goes
into the package. Where there is no library, building fails and says what to do.
"""

import base64
import hashlib
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import zipfile

HERE = pathlib.Path(__file__).parent
NAME = "newshound"


def _project():
    text = (HERE / "pyproject.toml").read_text(encoding="utf-8")
    values = dict(re.findall(r'^([\w-]+) = "(.*)"$', text, re.M))
    return values["version"], values["description"], values["requires-python"]


VERSION, SUMMARY, PYTHON = _project()
INFO = f"{NAME}-{VERSION}.dist-info"


def _metadata():
    return (f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {VERSION}\n"
            f"Summary: {SUMMARY}\nLicense: GPL-2.0-or-later\n"
            f"Requires-Python: {PYTHON}\n")


MISSING = """the library libnewshound is not installed{}.
Install it first, from the folder of newshound's sources:

    cmake --preset release && cmake --build --preset release
    cmake --install build/release

or, if it is installed where pkg-config does not look, name it:

    NEWSHOUND_LIBRARY=/path/to/libnewshound.so.1 pip install ./bindings/python

To make a package for another machine, set NEWSHOUND_LIBRARY=later: the module
looks for the library when it is imported."""


def _fail(where):
    """Ends the build with what to do. pip prints what a build that fails wrote to
    standard error."""
    sys.exit(f"{NAME}: " + MISSING.format(where))


def _library():
    """Path of the library, or None if it is to be looked for later."""
    named = os.environ.get("NEWSHOUND_LIBRARY")
    if named == "later":
        return None
    if named:
        if not os.path.isfile(named):
            _fail(f" at {named}, which NEWSHOUND_LIBRARY names")
        return os.path.abspath(named)
    try:
        folder = subprocess.run(
            ["pkg-config", "--variable=libdir", NAME], check=True,
            capture_output=True, text=True).stdout.strip()
    except OSError:
        _fail(", or pkg-config is not, which finds it")
    except subprocess.CalledProcessError:
        _fail(": pkg-config does not know newshound")
    path = os.path.realpath(os.path.join(folder, "libnewshound.so.1"))
    # The name that stays over updates, in the folder that is really meant.
    path = os.path.join(os.path.dirname(path), "libnewshound.so.1")
    if not os.path.exists(path):
        _fail(f" at {path}, where pkg-config has it")
    return path


def _installed():
    path = _library()
    if path is None:
        return None
    return ('"""Where the library was when this was installed."""\n\n'
            f"LIBRARY = {path!r}\n")


def _hash(data):
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest())
    return "sha256=" + digest.rstrip(b"=").decode()


def _write_wheel(folder, files):
    wheel = (f"Wheel-Version: 1.0\nGenerator: {NAME}\n"
             "Root-Is-Purelib: true\nTag: py3-none-any\n")
    files = dict(files)
    files[f"{INFO}/METADATA"] = _metadata().encode()
    files[f"{INFO}/WHEEL"] = wheel.encode()
    record = "".join(f"{name},{_hash(data)},{len(data)}\n"
                     for name, data in files.items())
    files[f"{INFO}/RECORD"] = (record + f"{INFO}/RECORD,,\n").encode()
    name = f"{NAME}-{VERSION}-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, name), "w",
                         zipfile.ZIP_DEFLATED) as out:
        for path, data in files.items():
            out.writestr(zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0)), data)
    return name


def build_wheel(wheel_directory, config_settings=None,
                metadata_directory=None):
    files = {f"{NAME}/{path.name}": path.read_bytes()
             for path in sorted((HERE / NAME).iterdir())
             if path.is_file() and path.name != "_installed.py"}
    installed = _installed()
    if installed:
        files[f"{NAME}/_installed.py"] = installed.encode()
    return _write_wheel(wheel_directory, files)


def build_editable(wheel_directory, config_settings=None,
                   metadata_directory=None):
    return _write_wheel(wheel_directory,
                        {f"__editable__.{NAME}.pth": f"{HERE}\n".encode()})


def build_sdist(sdist_directory, config_settings=None):
    base = f"{NAME}-{VERSION}"
    with tarfile.open(os.path.join(sdist_directory, base + ".tar.gz"),
                      "w:gz") as out:
        for name in ("pyproject.toml", "backend.py"):
            out.add(HERE / name, f"{base}/{name}")
        for path in sorted((HERE / NAME).iterdir()):
            if path.is_file():
                out.add(path, f"{base}/{NAME}/{path.name}")
        info = HERE / "PKG-INFO"
        info.write_text(_metadata(), encoding="utf-8")
        out.add(info, f"{base}/PKG-INFO")
        info.unlink()
    return base + ".tar.gz"
