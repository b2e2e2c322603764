"""The Python module, installed by pip into an environment of its own against
the installed library.

  test_python.py BUILD-FOLDER SOURCE-FOLDER [RUNTIME]

With a third argument the library is one with AddressSanitizer, whose runtime
libraries that names. The tests themselves run below, in the environment.
"""

import os
import subprocess
import sys

from prefix import Prefix


def main():
    build, source = (os.path.abspath(a) for a in sys.argv[1:3])
    here = os.path.dirname(os.path.abspath(__file__))
    prefix = Prefix(build)
    try:
        venv = os.path.join(prefix.work, "venv")
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        python = os.path.join(venv, "bin", "python")
        env = {"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        _, err = prefix.run(
            python, "-m", "pip", "install", "-q",
            os.path.join(source, "bindings", "python"), status=1,
            env=dict(env, PKG_CONFIG_PATH="", PKG_CONFIG_LIBDIR=prefix.work))
        assert "the library libnewshound is not installed" in err, err
        assert "cmake --install" in err and "NEWSHOUND_LIBRARY=" in err, err
        prefix.run(python, "-m", "pip", "install", "-q",
                   os.path.join(source, "bindings", "python"), env=env)
        del prefix.env["LD_LIBRARY_PATH"]  # pip noted where the library is
        prefix.env.update(PYTHONPATH=here, PYTHONDONTWRITEBYTECODE="1",
                          SAMPLES=os.path.join(source, "corpus", "samples"),
                          PROGRAM=prefix.program, INCLUDE=prefix.include)
        if len(sys.argv) > 3:
            prefix.env.update(LD_PRELOAD=sys.argv[3], PYTHONMALLOC="malloc",
                              ASAN_OPTIONS="detect_leaks=0:"
                              "new_delete_type_mismatch=0")
        return subprocess.run([python, "-m", "unittest", "python_module"],
                              cwd=prefix.work, env=prefix.env,
                              check=False).returncode
    finally:
        prefix.close()


if __name__ == "__main__":
    sys.exit(main())
