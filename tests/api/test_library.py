"""The shared library: its exports are its header's, the header compiles in
every dialect, and a program can be built on it.

  test_library.py LIBRARY NEWSHOUND SOURCE-FOLDER
"""

import ctypes
import os
import re
import shutil
import subprocess
import sys
import unittest

LIBRARY, PROGRAM, SOURCE = (os.path.abspath(a) for a in sys.argv[1:])
WORK = os.path.abspath("api.work")
HEADER = os.path.join(SOURCE, "searcher", "newshound.h")

CLIENT = r"""
#include <stdio.h>
#include <string.h>
#include "newshound.h"
int main(int argc, char **argv)
{
    nh_index *index;
    nh_results *found;
    struct nh_error err;
    const struct nh_hit *hit;
    if (argc < 3 || nh_open(&index, argv[1], &err) != NH_OK) {
        puts(err.message);
        return 1;
    }
    if (nh_search(index, argv[2], strlen(argv[2]), NULL, &found, &err)) {
        printf("%zu %s\n", err.offset, err.message);
        nh_close(index);
        return 2;
    }
    for (size_t i = nh_results_count(found); i-- > 0;)
        if (nh_results_hit(found, i, &hit, &err) == NH_OK)
            printf("%u %s\n", (unsigned)hit->rank, hit->id.data);
    nh_results_free(found);
    nh_close(index);
    return 0;
}
"""


class Library(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(WORK, ignore_errors=True)
        os.makedirs(WORK)
        cls.include = os.path.join(WORK, "include")
        os.makedirs(cls.include)
        shutil.copy(HEADER, cls.include)
        shutil.copy(os.path.join(SOURCE, "common", "nh_error.h"), cls.include)
        cls.index = os.path.join(WORK, "idx")
        subprocess.run([PROGRAM, "index", "-q", "-d", cls.index,
                        os.path.join(SOURCE, "corpus", "samples")], check=True)

    def test_exports_are_the_headers(self):
        out = subprocess.run(["nm", "-D", "--defined-only", LIBRARY],
                             capture_output=True, check=True).stdout.decode()
        exported = {l.split()[2].split("@")[0] for l in out.splitlines()
                    if l.split()[1] == "T"}
        with open(HEADER, encoding="utf-8") as file:
            text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
        declared = set(re.findall(r"\b(nh_\w+)\(", text))
        self.assertEqual(exported, declared)

    def test_the_header_compiles_everywhere(self):
        for compiler, suffix, standards in (
                ("gcc", "c", ("c99", "c11", "c17")),
                ("g++", "cc", ("c++11", "c++14", "c++17", "c++20"))):
            path = os.path.join(WORK, "only." + suffix)
            with open(path, "w", encoding="utf-8") as file:
                file.write('#include "newshound.h"\n'
                           'struct nh_search_options options = '
                           'NH_SEARCH_OPTIONS_INIT;\n')
            for standard in standards:
                subprocess.run([compiler, "-std=" + standard, "-Wall",
                                "-Wextra", "-Werror", "-pedantic", "-I",
                                self.include, "-c", path, "-o",
                                os.path.join(WORK, "only.o")], check=True)

    def test_a_program_outside_the_tree_works(self):
        source = os.path.join(WORK, "client.c")
        with open(source, "w", encoding="utf-8") as file:
            file.write(CLIENT)
        client = os.path.join(WORK, "client")
        folder = os.path.dirname(LIBRARY)
        subprocess.run(["gcc", "-std=c11", "-I", self.include, source, "-o",
                        client, "-L", folder, "-lnewshound",
                        "-Wl,-rpath," + folder], check=True)
        out = subprocess.run([client, self.index, "person:Leike safety"],
                             capture_output=True, check=True).stdout
        self.assertEqual(out, b"1 leike-resigns\n")
        bad = subprocess.run([client, self.index, "a persn:x"],
                             capture_output=True, check=False)
        self.assertEqual(bad.returncode, 2)
        self.assertTrue(bad.stdout.startswith(b"2 there is no field"))

    def test_it_loads_into_python(self):
        lib = ctypes.CDLL(LIBRARY)
        handle = ctypes.c_void_p()
        self.assertEqual(lib.nh_open(ctypes.byref(handle),
                                     self.index.encode(), None), 0)
        lib.nh_close(handle)
        self.assertEqual(lib.nh_open(ctypes.byref(handle), b"none", None), -4)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
