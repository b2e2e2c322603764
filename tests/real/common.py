"""What the tests on real data share."""

import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "oracle"))

SKIPPED = 77  # ctest's SKIP_RETURN_CODE


def data(*parts):
    """Path below NEWSHOUND_DATA; ends the test as skipped if it is not there.
    """
    root = os.environ.get("NEWSHOUND_DATA")
    path = os.path.join(root, *parts) if root else ""
    if not root or not os.path.exists(path):
        print(f"skipped: NEWSHOUND_DATA has no {'/'.join(parts)}")
        sys.exit(SKIPPED)
    return path


def arguments():
    """(program, fresh working folder)"""
    program, work = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    return program, work


def run(*command, stdin=None):
    done = subprocess.run(command, input=stdin, capture_output=True,
                          check=False)
    if done.returncode not in (0, 1):
        print(done.stderr.decode()[-2000:])
        sys.exit(1)
    return done.stdout.decode()


def expect(condition, message):
    print(("ok: " if condition else "FAILED: ") + message)
    if not condition:
        sys.exit(1)
