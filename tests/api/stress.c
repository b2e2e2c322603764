/* Many searchers and a writer at the same time:
 *
 *   stress INDEX SECONDS THREADS PROCESSES
 *
 * A thread adds, replaces, deletes, commits and merges; so many threads with
 * handles of their own, and as many processes, search, and follow the commits.
 * Each commit is a generation of articles that came in together, so that a
 * reader that sees one of them has to see all; and all that is found has to be
 * what the query says. */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "newshound/newshound.h"
#include "newshound/newshound_writer.h"

/* Articles of a generation, and generations that are kept. */
#define GROUP 10
#define KEPT 20
#define THREADS_MAX 256

static const char *path;
static atomic_bool stop;
static atomic_uint_fast64_t searches, commits, reopened;

static void die(const char *what, const struct nh_error *err)
{
    fprintf(stderr, "stress: %s: %s\n", what, err ? err->message : "");
    abort();
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- The writer. */

static void add(nh_writer *w, unsigned generation, unsigned member)
{
    struct nh_error err;
    char id[32], body[256], date[16];
    snprintf(id, sizeof id, "g%u-%u", generation % KEPT, member);
    snprintf(body, sizeof body,
             "Everybody reads generation%u member%u. The harbour of Town%u "
             "opened again, said Mary Hill.",
             generation, member, member);
    snprintf(date, sizeof date, "2024-%02u-%02u", generation % 12 + 1,
             member + 1);
    const struct nh_value values[] = {{"id", id, strlen(id)},
                                      {"title", "Harbour report", 14},
                                      {"body", body, strlen(body)},
                                      {"date", date, strlen(date)},
                                      {"person", "Mary Hill", 9}};
    if (nh_writer_add(w, values, 5, NULL, &err) != NH_OK)
        die("add", &err);
}

/* A new generation takes the place of one that is KEPT older; every third time
 * that is deleted before. */
static void write_generation(nh_writer *w, unsigned generation)
{
    struct nh_error err;
    char id[32];
    for (unsigned i = 0; i < GROUP; i++) {
        snprintf(id, sizeof id, "g%u-%u", generation % KEPT, i);
        if (generation % 3 == 0 && generation >= KEPT &&
            nh_writer_delete(w, id, strlen(id), &err) != NH_OK)
            die("delete", &err);
    }
    for (unsigned i = 0; i < GROUP; i++)
        add(w, generation, i);
    int rc = generation % 50 == 49 ? nh_writer_merge(w, &err)
                                   : nh_writer_commit(w, &err);
    if (rc != NH_OK)
        die("commit", &err);
    atomic_fetch_add(&commits, 1);
}

static void *write_on(void *arg)
{
    nh_writer *w = arg;
    for (unsigned generation = 1; !atomic_load(&stop); generation++)
        write_generation(w, generation);
    return NULL;
}

/* ---- Searchers. */

static uint64_t count(nh_index *index, const char *query)
{
    struct nh_search_options o = NH_SEARCH_OPTIONS_INIT;
    struct nh_error err;
    struct nh_total total;
    nh_results *r;
    o.flags = NH_SEARCH_EXACT_TOTAL;
    o.limit = 0;
    if (nh_index_search(&r, index, query, strlen(query), &o, &err) != NH_OK)
        die(query, &err);
    total = *nh_results_total(r);
    nh_results_free(r);
    return total.value;
}

/* All hits have to be of the generation of the first one, whose word is in its
 * snippet or text. */
static void check_generation(nh_index *index, unsigned random)
{
    struct nh_search_options o = NH_SEARCH_OPTIONS_INIT;
    struct nh_error err;
    const struct nh_hit *hit;
    nh_results *r;
    nh_article *article;
    char query[64], id[32];
    snprintf(query, sizeof query, "harbour member%u", random % GROUP);
    o.limit = 3;
    o.facets = "person,month";
    if (nh_index_search(&r, index, query, strlen(query), &o, &err) != NH_OK)
        die(query, &err);
    if (nh_results_count(r) == 0)
        die("nothing is found", NULL);
    if (nh_results_hit(&hit, r, random % nh_results_count(r), &err) != NH_OK)
        die("hit", &err);
    snprintf(id, sizeof id, "%s", hit->id.data);
    nh_results_free(r);
    if (nh_article_open(&article, index, id, strlen(id), &err) != NH_OK)
        die(id, &err);
    const char *body = nh_article_read(article)->body.data;
    const char *word = strstr(body, "generation");
    char expected[32];
    snprintf(expected, sizeof expected, "member%u.", random % GROUP);
    if (!word || !strstr(body, expected))
        die(body, NULL);
    snprintf(query, sizeof query, "%.*s", (int)strcspn(word, " "), word);
    nh_article_free(article);
    if (count(index, query) != GROUP)
        die("a commit is seen in part", NULL);
}

static void check_all(nh_index *index)
{
    struct nh_error err;
    struct nh_stats stats;
    const struct nh_hit *hit;
    nh_results *r;
    uint64_t walked = 0;
    struct nh_search_options o = NH_SEARCH_OPTIONS_INIT;
    o.limit = UINT32_MAX;
    o.sort = NH_SORT_NEWEST;
    stats = *nh_index_stats(index);
    if (nh_index_search(&r, index, "\"mary hill\"", 11, &o, &err) != NH_OK)
        die("phrase", &err);
    for (;;) {
        if (nh_results_next(&hit, r, &err) != NH_OK)
            die("next", &err);
        if (!hit)
            break;
        walked++;
    }
    nh_results_free(r);
    if (walked != stats.articles || walked % GROUP != 0)
        die("not all are found", NULL);
}

static void search_once(nh_index *index, unsigned random)
{
    struct nh_error err;
    nh_completions *completions;
    int changed;
    if (random % 4 == 0) {
        if (nh_index_reopen(index, &changed, &err) != NH_OK)
            die("reopen", &err);
        atomic_fetch_add(&reopened, (unsigned)changed);
    }
    check_generation(index, random / 4);
    if (random % 16 == 1)
        check_all(index);
    if (random % 16 == 2) {
        if (nh_index_complete(&completions, index, "person:ma", 9, 5, &err) !=
            NH_OK)
            die("complete", &err);
        nh_completions_free(completions);
    }
    atomic_fetch_add(&searches, 1);
}

/* Searches until it is told to stop or, in a process, that time has come. */
static void search_on(unsigned seed, double until)
{
    nh_index *index;
    struct nh_error err;
    uint64_t random = seed * UINT64_C(2654435761) + 1;
    if (nh_index_open(&index, path, &err) != NH_OK)
        die("open", &err);
    while (!atomic_load(&stop) && (until == 0 || now() < until)) {
        random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
        if (random >> 60 == 0) { /* a new handle now and then */
            nh_index_close(index);
            if (nh_index_open(&index, path, &err) != NH_OK)
                die("open", &err);
        }
        search_once(index, (unsigned)(random >> 33));
    }
    nh_index_close(index);
}

static void *search_thread(void *arg)
{
    search_on((unsigned)(uintptr_t)arg, 0);
    return NULL;
}

/* ---- */

static void wait_for(pid_t *processes, unsigned count_of)
{
    for (unsigned i = 0; i < count_of; i++) {
        int status;
        while (waitpid(processes[i], &status, 0) < 0 && errno == EINTR)
            ;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
            die("a process failed", NULL);
    }
}

int main(int argc, char **argv)
{
    struct nh_error err;
    struct nh_writer_options o = NH_WRITER_OPTIONS_INIT;
    nh_writer *writer;
    pthread_t threads[THREADS_MAX], writing;
    pid_t processes[THREADS_MAX];
    if (argc != 5) {
        fprintf(stderr, "usage: stress INDEX SECONDS THREADS PROCESSES\n");
        return 2;
    }
    path = argv[1];
    const double until = now() + atof(argv[2]);
    const unsigned thread_count = (unsigned)atoi(argv[3]),
                   process_count = (unsigned)atoi(argv[4]);
    if (thread_count > THREADS_MAX || process_count > THREADS_MAX)
        return 2;
    o.names = NH_NAMES_GIVEN;
    o.jobs = 2;
    if (nh_writer_open(&writer, path, &o, &err) != NH_OK)
        die("writer", &err);
    write_generation(writer, 0);
    fflush(NULL);
    for (unsigned i = 0; i < process_count; i++) {
        processes[i] = fork();
        if (processes[i] == 0) {
            search_on(1000 + i, until);
            _exit(0);
        }
    }
    if (pthread_create(&writing, NULL, write_on, writer) != 0)
        die("thread", NULL);
    for (unsigned i = 0; i < thread_count; i++)
        if (pthread_create(&threads[i], NULL, search_thread,
                           (void *)(uintptr_t)i) != 0)
            die("thread", NULL);
    wait_for(processes, process_count);
    while (now() < until)
        nanosleep(&(struct timespec){0, 50000000}, NULL);
    atomic_store(&stop, true);
    for (unsigned i = 0; i < thread_count; i++)
        pthread_join(threads[i], NULL);
    pthread_join(writing, NULL);
    nh_writer_close(writer);
    printf("%" PRIuFAST64 " searches in threads, %" PRIuFAST64
           " commits, %" PRIuFAST64 " of them seen\n",
           atomic_load(&searches), atomic_load(&commits),
           atomic_load(&reopened));
    return atomic_load(&commits) > 1 ? 0 : 1;
}
