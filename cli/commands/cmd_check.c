/* Owns `newshound check`. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/plural.h"
#include "cli/visible.h"
#include "indexer/upkeep/check.h"
#include "indexer/upkeep/repair.h"
#include "indexer/writer/index_lock.h"
#include "newshound/newshound.h"

static const struct option_def options[] = {
    OPTION_INDEX,
    {'s', "step", "N",
     "look for the words of every Nth article; default 100, 1: of all"},
    {0, "repair", NULL,
     "make the index anew of all that can still be read of it"},
    {'q', "quiet", NULL, "print what is wrong only"},
    OPTION_WAIT,
    OPTION_HELP,
    {0, NULL, NULL, NULL}};

static void report(void *ctx, const char *problem)
{
    (void)ctx;
    struct buf line = BUF_INIT;
    visible_put(&line, problem, strlen(problem), false);
    if (!line.failed)
        printf("%.*s\n", (int)line.len, line.data);
    buf_release(&line);
}

/* What readers need besides: the rules about names. */
static int check_rules(const char *path, struct check_result *result,
                       struct nh_error *err)
{
    nh_index *index;
    int rc = nh_index_open(&index, path, err);
    if (rc == NH_OK)
        nh_index_close(index);
    if (!check_is_damage(rc))
        return rc;
    report(NULL, err->message);
    result->problems++;
    return NH_OK;
}

static void summarise(const struct check_result *r)
{
    if (r->problems)
        printf("%llu problem%s\n", (unsigned long long)r->problems,
               plural(r->problems));
    else
        printf("all is well: %llu file%s, %.1f MB; %llu article%s; %llu word%s "
               "of %llu article%s\n",
               (unsigned long long)r->files, plural(r->files),
               (double)r->bytes / 1e6, (unsigned long long)r->articles,
               plural(r->articles), (unsigned long long)r->postings,
               plural(r->postings), (unsigned long long)r->sampled,
               plural(r->sampled));
}

/* Mends an index that something is wrong with, and looks at it again. *lost
 * articles cannot be saved. */
static int repair(const char *path, uint32_t step, struct check_result *result,
                  uint64_t *lost, struct nh_error *err)
{
    struct repair_result repaired;
    int rc = repair_index(path, report, NULL, &repaired, err);
    *lost = repaired.lost;
    if (rc != NH_OK)
        return rc;
    printf(
        "repaired: %llu article%s kept, %llu %s lost\n",
        (unsigned long long)repaired.kept, repaired.kept == 1 ? " is" : "s are",
        (unsigned long long)repaired.lost, repaired.lost == 1 ? "is" : "are");
    return check_index(path, step, report, NULL, result, err);
}

static int run_check(const struct options *o)
{
    struct nh_error err;
    struct manifest m;
    struct check_result result = {0};
    const char *path = command_index_path(o);
    long step = 100;
    uint64_t lost = 0;
    struct index_lock lock = INDEX_LOCK_INIT;
    const bool repairing = options_get(o, "repair") != NULL;
    if (!options_number(o, "step", 1, INT32_MAX, &step))
        return EXIT_USAGE;
    if (o->count > 0) {
        say("newshound check: it takes no arguments but -d\n");
        return EXIT_USAGE;
    }
    int rc = manifest_read(&m, path, &err);
    manifest_release(&m);
    if (rc == NH_OK || rc == NH_ECORRUPT) {
        do
            rc = repairing ? index_lock(&lock, path, &err)
                           : index_lock_shared(&lock, path, &err);
        while (command_wait(o, rc, &err));
    }
    if (rc == NH_OK)
        rc = check_index(path, (uint32_t)step, report, NULL, &result, &err);
    if (rc == NH_OK && result.problems && repairing)
        rc = repair(path, (uint32_t)step, &result, &lost, &err);
    if (rc == NH_OK && result.problems == 0)
        rc = check_rules(path, &result, &err);
    index_unlock(&lock);
    if (rc != NH_OK)
        return command_fail(&err);
    if (!options_get(o, "quiet"))
        summarise(&result);
    return command_finish(result.problems || lost ? EXIT_INDEX : EXIT_FOUND);
}

const struct command command_check = {
    "check",
    "look whether an index is whole and says what came in",
    "[OPTIONS]",
    "  newshound check -d my.idx\n"
    "  newshound check --step 1 && echo every word is in its place\n"
    "  newshound check --repair             after a disk that lies\n",
    options,
    run_check};
