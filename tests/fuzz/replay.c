/* Runs a fuzz target without a fuzzer: each seed file of the folders named, and
 * a fixed number of mutations of each, fewer where there are many seeds.
 * NEWSHOUND_MUTATIONS sets the number in all, NEWSHOUND_SEED what is changed.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#define MUTATIONS 3000
#define MUTATIONS_IN_ALL 36000L
#define SEEDS_MAX 1000
#define SEED_MAX 65536

static uint64_t state = 88172645463325252u;

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* Changes, cuts or doubles some bytes; returns the new length. */
static size_t mutate(uint8_t *data, size_t len)
{
    for (uint64_t n = next() % 4 + 1; n > 0; n--) {
        size_t at = len ? next() % len : 0;
        switch (next() % 4) {
        case 0:
            if (len)
                data[at] = (uint8_t)next();
            break;
        case 1:
            if (len)
                data[at] ^= (uint8_t)(1u << next() % 8);
            break;
        case 2:
            len = at;
            break;
        default:
            if (len && len * 2 <= SEED_MAX) {
                memmove(data + len, data, len - at);
                len += len - at;
            }
        }
    }
    return len;
}

static long number_of(const char *variable, long otherwise)
{
    const char *value = getenv(variable);
    return value ? strtol(value, NULL, 10) : otherwise;
}

static int run_file(const char *path, long mutations)
{
    static uint8_t seed[SEED_MAX], data[SEED_MAX];
    FILE *f = fopen(path, "rb");
    if (!f)
        return 1;
    size_t len = fread(seed, 1, sizeof seed, f);
    fclose(f);
    for (long i = 0; i <= mutations; i++) {
        memcpy(data, seed, len);
        size_t n = i ? mutate(data, len) : len;
        uint8_t *copy = malloc(n + 1); /* so that overruns are seen */
        if (!copy)
            return 1;
        memcpy(copy, data, n);
        LLVMFuzzerTestOneInput(copy, n);
        free(copy);
    }
    return 0;
}

int main(int argc, char **argv)
{
    static char paths[SEEDS_MAX][512];
    int files = 0;
    for (int i = 1; i < argc; i++) {
        DIR *dir = opendir(argv[i]);
        for (struct dirent *e;
             dir && files < SEEDS_MAX && (e = readdir(dir)) != NULL;)
            if (e->d_name[0] != '.')
                snprintf(paths[files++], sizeof *paths, "%s/%s", argv[i],
                         e->d_name);
        if (dir)
            closedir(dir);
    }
    const long all = number_of("NEWSHOUND_MUTATIONS", MUTATIONS_IN_ALL),
               share = files ? all / files : 0,
               mutations = all > MUTATIONS_IN_ALL || share < MUTATIONS
                               ? share
                               : MUTATIONS;
    state += (uint64_t)number_of("NEWSHOUND_SEED", 0);
    for (int i = 0; i < files; i++)
        if (run_file(paths[i], mutations) != 0)
            return 1;
    printf("%d seeds with %ld mutations each\n", files, mutations);
    return files == 0;
}
