"""The installed library: its exports are its headers', the headers compile in
every dialect, and programs can be built on it with nothing else at hand.

  test_library.py BUILD-FOLDER SOURCE-FOLDER GROWN-FOLDER
"""

import os
import re
import shutil
import subprocess
import sys
import unittest

from prefix import Prefix

BUILD, SOURCE, GROWN = (os.path.abspath(a) for a in sys.argv[1:])
HEADERS = ("newshound.h", "newshound_writer.h", "newshound_reading.h")


def declared(text):
    """The functions that a header declares."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return set(re.findall(r"\b(nh_\w+)\((?!void \*ctx)", text))


class Library(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.prefix = Prefix(BUILD)
        cls.index = cls.prefix.index("idx",
                                     os.path.join(SOURCE, "corpus", "samples"))
        cls.examples = os.path.join(cls.prefix.work, "examples")
        shutil.copytree(os.path.join(SOURCE, "examples"), cls.examples)

    @classmethod
    def tearDownClass(cls):
        cls.prefix.close()

    def header(self, name):
        with open(os.path.join(self.prefix.include, name),
                  encoding="utf-8") as file:
            return file.read()

    def public(self):
        return set().union(*(declared(self.header(n)) for n in HEADERS))

    def symbols(self, *arguments):
        out, _ = self.prefix.run("nm", *arguments)
        return {line.split()[-1].split("@")[0] for line in out.splitlines()
                if len(line.split()) == 3 and line.split()[1] in "TDBRV"}

    def test_exports_are_the_headers(self):
        self.assertGreater(len(self.public()), 40)
        self.assertEqual(self.symbols("-D", "--defined-only",
                                      self.prefix.shared_library), self.public())

    def test_the_archive_has_no_other_names(self):
        archive = self.prefix.find("libnewshound.a")
        self.assertEqual(self.symbols("-g", "--defined-only", archive),
                         self.public())

    def test_the_headers_compile_everywhere(self):
        for compiler, suffix, standards in (
                ("gcc", "c", ("c99", "c11", "c17")),
                ("g++", "cc", ("c++11", "c++14", "c++17", "c++20"))):
            path = os.path.join(self.prefix.work, "only." + suffix)
            with open(path, "w", encoding="utf-8") as file:
                file.write('#include <newshound_writer.h>\n'
                           '#include <newshound.h>\n'
                           'struct nh_search_options options = '
                           'NH_SEARCH_OPTIONS_INIT;\n'
                           'struct nh_writer_options writing = '
                           'NH_WRITER_OPTIONS_INIT;\n')
            for standard in standards:
                self.prefix.run(compiler, "-std=" + standard, "-Wall",
                                "-Wextra", "-Werror", "-pedantic", "-I",
                                self.prefix.include, "-c", path, "-o",
                                "only.o")

    def test_every_header_stands_alone(self):
        for name in HEADERS + ("nh_error.h",):
            path = os.path.join(self.prefix.work, "alone.c")
            with open(path, "w", encoding="utf-8") as file:
                file.write(f"#include <{name}>\n")
            self.prefix.run("gcc", "-std=c99", "-Wall", "-Werror", "-I",
                            self.prefix.include, "-fsyntax-only", path)

    def test_structs_are_as_programs_know_them(self):
        self.prefix.run("gcc", "-std=c11", "-I", self.prefix.include,
                        "-fsyntax-only",
                        os.path.join(SOURCE, "tests", "api", "sizes.c"))

    def test_a_program_of_1_0_runs_on_a_library_with_larger_structs(self):
        """GROWN has the library, built with structs that have grown."""
        program = os.path.join(self.prefix.work, "old_program")
        api = os.path.join(SOURCE, "tests", "api")
        self.prefix.run("gcc", "-std=c99", "-Wall", "-Werror", "-I",
                        os.path.join(api, "frozen-1.0"),
                        os.path.join(api, "old_program.c"), "-L", GROWN,
                        "-lnewshound", "-o", program)
        for folder in (self.prefix.folder, GROWN):
            index = os.path.join(self.prefix.work, "old.idx")
            shutil.rmtree(index, ignore_errors=True)
            out, _ = self.prefix.run(program, index,
                                     env={"LD_LIBRARY_PATH": folder})
            self.assertEqual(
                out, "added 1\narticles 1\ntotal 1 exact 1\n"
                     "facet Jan Leike\n"
                     "hit one 2024-05-17 The old harbour is new.\n"
                     "article Harbour reopens, 23 bytes, 1 persons given\n")

    def check_search(self, program):
        out, _ = self.prefix.run(program, self.index, "person:Leike safety")
        self.assertIn("2024-05-17  Safety lead Jan Leike", out)
        self.assertIn("posts on Friday, **Leike** wrote", out)
        _, err = self.prefix.run(program, self.index, "a persn:x", status=1)
        self.assertEqual(err, "there is no field 'persn'\n  a persn:x\n    ^\n")
        _, err = self.prefix.run(program, "none", "x", status=1)
        self.assertIn("there is no index at 'none'", err)

    def test_examples_build_by_cmake_and_see_no_source(self):
        trace = os.path.join(self.prefix.work, "trace")
        self.prefix.run(
            "strace", "-f", "-qq", "-e", "trace=openat,open", "-o", trace,
            "sh", "-ec", "cmake -S . -B build -DCMAKE_PREFIX_PATH=" +
            self.prefix.path + " >cmake.log && cmake --build build >>cmake.log",
            cwd=self.examples)
        with open(trace, encoding="utf-8", errors="replace") as file:
            seen = {path for path in re.findall(r'"([^"]*)"', file.read())
                    if path.startswith(SOURCE + os.sep)}
        self.assertEqual(seen, set())
        build = os.path.join(self.examples, "build")
        self.check_search(os.path.join(build, "search"))
        self.check_search(os.path.join(build, "search_static"))
        out, _ = self.prefix.run("ldd", os.path.join(build, "search_static"))
        self.assertNotIn("newshound", out)
        out, _ = self.prefix.run(os.path.join(build, "named_with"), self.index,
                                 "Jan Leike")
        lines = out.splitlines()
        self.assertEqual(lines[2], "2024-05-17 Jan Leike, Ilya Sutskever, "
                                   "John Schulman, Sam Altman")
        self.assertEqual(lines[5:7], ["     5  Jan Leike",
                                      "     3  Ilya Sutskever"])
        with open(os.path.join(self.prefix.work, "new.txt"), "w",
                  encoding="utf-8") as file:
            file.write("Harbour reopens\nJan Leike saw the ships.\n")
        added = os.path.join(self.prefix.work, "added")
        out, _ = self.prefix.run(os.path.join(build, "add"), added, "new.txt")
        self.assertEqual(out, "added new.txt\n"
                              "1 added, 0 replaced, 0 unchanged\n")
        out, _ = self.prefix.run(self.prefix.program, "search", "-d", added,
                                 "--format", "ids", "person:Leike harbour")
        self.assertEqual(out, "new.txt\n")  # the model is found as well

    def test_examples_build_by_pkg_config(self):
        for package in ("newshound", "newshound-static"):
            flags, _ = self.prefix.run("pkg-config", "--cflags", "--libs",
                                       package)
            program = os.path.join(self.prefix.work, package)
            self.prefix.run("gcc", "-std=c11", "-Wall", "-Werror",
                            os.path.join(self.examples, "search.c"), "-o",
                            program, *flags.split())
            self.check_search(program)

    def test_the_package_can_be_moved(self):
        moved = os.path.join(self.prefix.work, "moved")
        shutil.copytree(self.prefix.path, moved, symlinks=True)
        folder = os.path.join(moved, os.path.relpath(self.prefix.folder,
                                                     self.prefix.path))
        flags, _ = self.prefix.run(
            "pkg-config", "--cflags", "--libs", "newshound",
            env={"PKG_CONFIG_PATH": os.path.join(folder, "pkgconfig")})
        paths = [os.path.realpath(f[2:]) for f in flags.split()
                 if f.startswith(("-I/", "-L/"))]
        self.assertEqual(paths, [os.path.join(moved, "include"), folder])

    def test_a_version_that_does_not_fit_is_refused(self):
        folder = os.path.join(self.prefix.work, "version")
        os.makedirs(folder)
        for version, status in (("1.0", 0), ("0.2", 1), ("2.0", 1)):
            with open(os.path.join(folder, "CMakeLists.txt"), "w",
                      encoding="utf-8") as file:
                file.write("cmake_minimum_required(VERSION 3.25)\n"
                           "project(x NONE)\n"
                           f"find_package(newshound {version} REQUIRED)\n")
            shutil.rmtree(os.path.join(folder, "b"), ignore_errors=True)
            done = subprocess.run(
                ["cmake", "-S", folder, "-B", os.path.join(folder, "b"),
                 "-DCMAKE_PREFIX_PATH=" + self.prefix.path],
                capture_output=True, env=self.prefix.env, check=False)
            self.assertEqual(min(done.returncode, 1), status, version)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
