/* Owns `newshound merge`. */
#include <stdio.h>

#include "cli/command.h"
#include "cli/plural.h"
#include "cli/visible.h"
#include "indexer/writer/index_writer.h"

static const struct option_def options[] = {
    OPTION_INDEX, OPTION_WAIT, OPTION_HELP, {0, NULL, NULL, NULL}};

static int merge_all(struct index_writer *w, struct nh_error *err)
{
    const uint64_t tombstones = writer_tombstones(w);
    const size_t before = writer_manifest(w)->segment_count;
    if (before < 2 && tombstones == 0) {
        printf("there is nothing to merge\n");
        return NH_OK;
    }
    int rc = writer_merge(w, before, err);
    if (rc == NH_OK)
        printf("%zu segment%s merged, %llu replaced article%s dropped\n",
               before, plural(before), (unsigned long long)tombstones,
               plural(tombstones));
    return rc;
}

static int run_merge(const struct options *o)
{
    struct nh_error err;
    struct index_writer *w;
    if (o->count > 0) {
        say("newshound merge: it takes no arguments but -d\n");
        return EXIT_USAGE;
    }
    int rc;
    do
        rc = writer_open_existing(&w, command_index_path(o), NULL, BUILDER_AUTO,
                                  &err);
    while (command_wait(o, rc, &err));
    if (rc == NH_OK)
        rc = merge_all(w, &err);
    writer_close(w);
    return rc == NH_OK ? command_finish(EXIT_FOUND) : command_fail(&err);
}

const struct command command_merge = {
    "merge",     "make one segment of all, without replaced articles",
    "[OPTIONS]", "  newshound merge -d my.idx\n",
    options,     run_merge};
