/* Crafted indexes through the public API and through every command of the
 * program, in one process: craft WORK SEED COUNT MORE INDEX...
 *
 * Round i changes one to three places of a copy of one INDEX, whose checksums
 * are made anew, in the folder WORK; reads it by the API; then runs the
 * commands on it. MORE is a file of articles that is indexed on top. Nothing
 * may crash, read outside, hang or take memory without bound; that is for
 * sanitizers, the alarm and the limit on allocations to find. Round i of SEED
 * is round 0 of SEED + i. Messages of the last round are in WORK/stderr, its
 * number and the files that were changed in WORK/round. */
#define _XOPEN_SOURCE 700 /* for nftw */
#include <fcntl.h>
#include <ftw.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/files.h"
#include "indexer/upkeep/check.h"
#include "newshound/newshound.h"
#include "tests/fuzz/craft.h"

/* Seconds that one round may take; sanitizers are slow. */
#define LONGEST 60
#define BASES_MAX 8

int newshound_main(int argc, char **argv);

static const char *const queries[] = {"the",
                                      "water OR health OR school",
                                      "senate health",
                                      "\"of the\" senator",
                                      "person:smith OR topic:t3",
                                      "funding NEAR/9 program",
                                      "(water the)/s",
                                      "date:2005..2006 -w7",
                                      "date:2004-03",
                                      "copies:n7",
                                      "title:bill",
                                      "sen* he?lth",
                                      "helth~ progam~2",
                                      "person:\"Ann Smith\" NEAR/5 water",
                                      "has:person NOT topic:t1",
                                      "id:n12 OR url:u3",
                                      "=Senate lang:en",
                                      "wattr sckool"};
#define QUERIES (sizeof queries / sizeof *queries)

struct run {
    char *dir; /* of the index */
    const char *more;
    int log, round;
    uint64_t opened, searches, answers, commands;
    double slowest;
    uint64_t slowest_seed;
};

static void fail(const char *what)
{
    fprintf(stderr, "craft: %s\n", what);
    abort();
}

static void need(bool holds, const char *what)
{
    if (!holds)
        fail(what);
}

/* Of errors that nothing crafted may cause. */
static void accept(int rc)
{
    need(rc != NH_ENOMEM, "memory ran out");
    need(rc != NH_EINTERNAL, "an internal error");
}

/* ---- The index on disk. */

static int remove_one(const char *path, const struct stat *st, int kind,
                      struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

static void empty_folder(const char *dir)
{
    /* So many folders are held open at a time. */
    nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    need(mkdir(dir, 0777) == 0, "a folder cannot be made");
}

static void put_file(const char *dir, const char *name, const struct buf *bytes)
{
    struct buf path = BUF_INIT;
    need(file_join(&path, dir, name) != NULL, "no memory");
    char *slash = strrchr(path.data + strlen(dir) + 1, '/');
    if (slash) {
        *slash = '\0';
        mkdir(path.data, 0777);
        *slash = '/';
    }
    FILE *f = fopen(path.data, "wb");
    need(f && fwrite(bytes->data, 1, bytes->len, f) == bytes->len &&
             fclose(f) == 0,
         "a file cannot be written");
    buf_release(&path);
}

static void put_index(const struct run *r, const struct craft_index *c,
                      const struct buf *manifest)
{
    empty_folder(r->dir);
    for (size_t i = 0; i < c->count; i++)
        put_file(r->dir, c->files[i].path, &c->files[i].bytes);
    put_file(r->dir, MANIFEST_NAME, manifest);
}

/* ---- The API. */

static void look_at_hit(const struct nh_hit *hit)
{
    const struct nh_snippet *s = &hit->snippet;
    for (size_t i = 0; i < s->highlight_count; i++)
        need(s->highlights[i].start <= s->text.len &&
                 s->highlights[i].len <= s->text.len - s->highlights[i].start,
             "a highlight is outside of its snippet");
}

static void look_at_results(nh_results *found)
{
    const struct nh_hit *hit;
    const struct nh_term_score *terms;
    struct nh_list ids;
    struct nh_string text;
    double score;
    size_t count;
    need(nh_results_total(found)->value <= UINT32_MAX, "too many matches");
    for (size_t i = 0; i < nh_results_count(found); i++) {
        const int rc = nh_results_hit(&hit, found, i, NULL);
        accept(rc);
        if (rc == NH_OK)
            look_at_hit(hit);
        accept(nh_results_id(&text, &score, found, i, NULL));
        accept(nh_results_copies(&ids, found, i, NULL));
        if (i < 3)
            accept(nh_results_scores(&terms, &count, &score, found, i, NULL));
    }
    accept(nh_results_suggestion(&text, found, NULL));
    int rc = NH_OK;
    do {
        rc = nh_results_next(&hit, found, NULL);
        accept(rc);
    } while (rc == NH_OK && hit);
}

static void look_for(struct run *r, nh_index *index, const char *query,
                     uint64_t *state)
{
    struct nh_search_options o = NH_SEARCH_OPTIONS_INIT;
    static const char *const groups[] = {"day", "person", "topic", "source"};
    nh_results *found;
    nh_reasons *reasons;
    o.limit = craft_random(state, 2) ? 10 : 60;
    o.offset = craft_random(state, 4) ? 0 : 5;
    o.sort = (enum nh_sort)craft_random(state, 3);
    o.flags = (unsigned)craft_random(state, 32);
    o.threads = 1 + (unsigned)craft_random(state, 2);
    o.recency = craft_random(state, 4) ? 0 : 30;
    o.facets = craft_random(state, 3) ? NULL : NH_FACETS;
    o.group = craft_random(state, 4) ? NULL : groups[craft_random(state, 4)];
    o.now = 1200000000;
    const int rc =
        nh_index_search(&found, index, query, strlen(query), &o, NULL);
    r->searches++;
    accept(rc);
    if (rc == NH_OK) {
        r->answers++;
        look_at_results(found);
        nh_results_free(found);
    }
    if (craft_random(state, 4))
        return;
    const int why = nh_index_why_not(&reasons, index, query, strlen(query),
                                     NULL, "n5", 2, NULL);
    accept(why);
    if (why == NH_OK)
        nh_reasons_free(reasons);
}

static void look_at_article(nh_index *index, nh_article *article)
{
    const struct nh_article_view *v = nh_article_read(article);
    const struct nh_mention *mentions;
    size_t count;
    need(v->given_persons <= v->hit->person.count &&
             v->given_orgs <= v->hit->org.count &&
             v->given_places <= v->hit->place.count,
         "more names were given than there are");
    const int rc = nh_article_mentions(&mentions, &count, article, index, NULL);
    accept(rc);
    for (size_t i = 0; rc == NH_OK && i < count; i++) {
        const size_t len =
            mentions[i].in_title ? v->hit->title.len : v->body.len;
        need(mentions[i].start <= len &&
                 mentions[i].len <= len - mentions[i].start,
             "a mention is outside of its text");
    }
    nh_article_free(article);
}

static void look_at_articles(nh_index *index)
{
    nh_article *article;
    uint32_t after = 0;
    int rc;
    while ((rc = nh_article_next(&article, index, after, NULL)) == NH_OK) {
        after = nh_article_read(article)->hit->number;
        look_at_article(index, article);
    }
    accept(rc);
    rc = nh_article_open(&article, index, "n12", 3, NULL);
    accept(rc);
    if (rc == NH_OK)
        nh_article_free(article);
}

static void look_at_completions(nh_index *index)
{
    static const char *const prefixes[] = {"s",  "person:",    "topic:t",
                                           "da", "person:smi", "source:"};
    nh_completions *found;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        const int rc = nh_index_complete(&found, index, prefixes[i],
                                         strlen(prefixes[i]), 10, NULL);
        accept(rc);
        if (rc == NH_OK)
            nh_completions_free(found);
    }
}

/* Asks for terms of few articles, whose lists stand in Xapian's table. */
static void look_for_rare(struct run *r, nh_index *index, uint64_t *state)
{
    char query[100];
    for (int i = 0; i < 6; i++) {
        snprintf(query, sizeof query,
                 i % 2 ? "w%d OR v%d OR topic:t%d" : "w%d OR id:n%d OR url:u%d",
                 (int)craft_random(state, 50), (int)craft_random(state, 9),
                 (int)craft_random(state, 7));
        look_for(r, index, query, state);
    }
}

static void look(struct run *r, uint64_t *state)
{
    nh_index *index;
    const int rc = nh_index_open(&index, r->dir, NULL);
    accept(rc);
    if (rc != NH_OK)
        return;
    r->opened++;
    accept(nh_index_verify(index, NULL));
    for (size_t q = 0; q < QUERIES; q++)
        if (craft_random(state, 2))
            look_for(r, index, queries[q], state);
    look_for_rare(r, index, state);
    look_at_completions(index);
    look_at_articles(index);
    nh_index_close(index);
}

/* ---- The commands. */

static int command(struct run *r, const char *name, const char *const *rest)
{
    char *argv[16];
    int argc = 0;
    union {
        const char *in;
        char *out;
    } text;
    const char *first[] = {"newshound", name, "-d", r->dir};
    for (size_t i = 0; i < 4; i++) {
        text.in = first[i];
        argv[argc++] = text.out;
    }
    for (; rest && *rest && argc < 15; rest++) {
        text.in = *rest;
        argv[argc++] = text.out;
    }
    argv[argc] = NULL;
    optind = 1;
    r->commands++;
    const int status = newshound_main(argc, argv);
    need(fflush(stdout) == 0, "the output cannot be written");
    return status;
}

#define COMMAND(name, ...)                                                     \
    command(r, name, (const char *const[]){__VA_ARGS__, NULL})

static void read_commands(struct run *r, uint64_t *state)
{
    static const char *const formats[] = {"text", "json", "jsonl",
                                          "tsv",  "trec", "ids"};
    const char *query = queries[craft_random(state, QUERIES)];
    COMMAND("search", "--format", formats[craft_random(state, 6)], query);
    COMMAND("search", "--explain", "--format", "json", query);
    COMMAND("search", "--facet", "person,topic,year", "--group", "day", query);
    COMMAND("search", "--sort", "newest", "--all", "--format", "tsv", query);
    COMMAND("search", "--why-not", "n3", query);
    COMMAND("show", "n4");
    COMMAND("show", "--format", "json", "n5");
    COMMAND("stats", "--format", "json");
    COMMAND("entities", "--format", "json");
    COMMAND("complete", "person:s");
    COMMAND("delete", "-n", query);
    command(r, "stats", NULL);
    command(r, "export", NULL);
    command(r, "entities", NULL);
    command(r, "check", NULL);
}

/* Whether `check` finds the index whole. */
static void need_whole(struct run *r)
{
    need(command(r, "check", NULL) == 0, "what was repaired is not whole");
}

static void write_commands(struct run *r, uint64_t *state)
{
    for (int i = 0; i < 4; i++)
        switch (craft_random(state, 5)) {
        case 0:
            COMMAND("delete", "topic:t2");
            break;
        case 1:
            COMMAND("index", "--entities-only-given", "-q", r->more);
            break;
        case 2:
            command(r, "merge", NULL);
            break;
        case 3:
            COMMAND("index", "--prune", "--entities-only-given", "-q", r->more);
            break;
        default:
            command(r, "check", NULL);
        }
    if (COMMAND("check", "--repair") == 0)
        need_whole(r);
}

/* ---- Rounds. */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Notes what the round does, for who looks at its end. */
static void tell(struct run *r, uint64_t seed, const char *what)
{
    char line[200];
    const int len = snprintf(line, sizeof line, "%" PRIu64 " %s\n", seed, what);
    need(write(r->round, line, (size_t)len) == len, "no room");
}

static void one_round(struct run *r, const struct craft_index *base,
                      struct craft_index *scratch, uint64_t seed)
{
    static struct buf manifest;
    uint64_t state = seed * UINT64_C(0xd1342543de82ef95);
    const double start = now();
    need(ftruncate(r->log, 0) == 0 && ftruncate(r->round, 0) == 0, "no room");
    tell(r, seed, "starts");
    alarm(LONGEST);
    craft_copy(scratch, base);
    for (uint64_t n = 1 + craft_random(&state, 6) / 4; n > 0; n--)
        tell(r, seed, craft_change(scratch, &state));
    craft_manifest(scratch, &manifest, &state);
    put_index(r, scratch, &manifest);
    look(r, &state);
    read_commands(r, &state);
    write_commands(r, &state);
    alarm(0);
    const double took = now() - start;
    if (took > r->slowest) {
        r->slowest = took;
        r->slowest_seed = seed;
    }
}

static int open_log(const char *work, const char *name)
{
    struct buf path = BUF_INIT;
    need(file_join(&path, work, name) != NULL, "no memory");
    const int fd = open(path.data, O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0666);
    need(fd >= 0, "a log cannot be opened");
    buf_release(&path);
    return fd;
}

int main(int argc, char **argv)
{
    static struct craft_index bases[BASES_MAX], scratch;
    static struct run r;
    struct buf dir = BUF_INIT;
    const int count = argc - 5;
    if (count < 1 || count > BASES_MAX) {
        fprintf(stderr, "craft WORK SEED COUNT MORE INDEX...\n");
        return 2;
    }
    const uint64_t seed = strtoull(argv[2], NULL, 10),
                   rounds = strtoull(argv[3], NULL, 10);
    for (int i = 0; i < count; i++)
        craft_read(&bases[i], argv[5 + i]);
    need(file_join(&dir, argv[1], "idx") != NULL, "no memory");
    r.dir = dir.data;
    r.more = argv[4];
    r.log = open_log(argv[1], "stderr");
    r.round = open_log(argv[1], "round");
    const int told = dup(2);
    need(told >= 0 && dup2(r.log, 2) == 2 && freopen("/dev/null", "w", stdout),
         "the output cannot be turned away");
    for (uint64_t i = 0; i < rounds; i++)
        one_round(&r, &bases[(seed + i) % (uint64_t)count], &scratch, seed + i);
    dprintf(told,
            "%" PRIu64 " crafted indexes, %" PRIu64 " opened; %" PRIu64
            " searches, %" PRIu64 " answered; %" PRIu64
            " commands; the slowest round was %" PRIu64 " with %.1f s\n",
            rounds, r.opened, r.searches, r.answers, r.commands, r.slowest_seed,
            r.slowest);
    for (int i = 0; i < count; i++)
        craft_release(&bases[i]);
    craft_release(&scratch);
    buf_release(&dir);
    return 0;
}
