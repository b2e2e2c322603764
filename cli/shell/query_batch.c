/* Owns the running of queries from the command line.
 * Promises answers in the order of the queries, however many threads run. */
#include "cli/shell/query_batch.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/command.h"
#include "cli/visible.h"
#include "common/base/error.h"

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* What a query gives: for standard output, for standard error, exit status. */
struct answer {
    struct buf out, log;
    int status;
    bool waits; /* for others that are printed before it */
    bool said;  /* an error, in `out` */
};

static void answer_release(struct answer *a)
{
    buf_release(&a->out);
    buf_release(&a->log);
}

static void answer_print(const struct answer *a)
{
    if (a->out.len)
        fwrite(a->out.data, 1, a->out.len, stdout);
    if (a->log.len)
        fwrite(a->log.data, 1, a->log.len, stderr);
}

int query_error_report(struct buf *log, const struct nh_error *err,
                       const char *qid, const char *query, size_t len)
{
    bool place = err->code == NH_EQUERY || err->code == NH_EUNSUPPORTED;
    if (qid && !*qid)
        qid = NULL;
    buf_append_str(log, "newshound: ");
    if (qid) {
        visible_put(log, qid, strlen(qid), false);
        buf_append_str(log, ": ");
    }
    visible_put(log, err->message, strlen(err->message), false);
    buf_append_byte(log, '\n');
    if (place && err->offset != NH_NO_OFFSET && err->offset <= len)
        output_caret(log, (struct nh_string){query, len}, err->offset,
                     err->length);
    if (err->hint[0]) {
        buf_append_str(log, "  ");
        visible_put(log, err->hint, strlen(err->hint), false);
        buf_append_byte(log, '\n');
    }
    return place || err->code == NH_EINVAL ? EXIT_USAGE
           : err->code == NH_ECORRUPT || err->code == NH_ENOTFOUND ||
                   err->code == NH_EVERSION
               ? EXIT_INDEX
               : EXIT_TROUBLE;
}

/* Searches, and again with any of the words where all of them find nothing and
 * the page is of hits alone: facets, groups and an order of the user's are of
 * what was asked for. */
static int search(const struct query_run *run, nh_index *index,
                  const char *query, size_t len, nh_results **results,
                  bool *loosened, struct nh_error *err)
{
    struct nh_search_options o = run->options;
    nh_results *any;
    *loosened = false;
    int rc = nh_index_search(results, index, query, len, &o, err);
    if (rc != NH_OK || !run->fallback || o.facets || o.group || o.limit == 0 ||
        o.sort != NH_SORT_RELEVANCE)
        return rc;
    if (nh_results_total(*results)->upper > 0 ||
        !nh_results_can_loosen(*results))
        return rc;
    o.flags |= NH_SEARCH_ANY;
    rc = nh_index_search(&any, index, query, len, &o, err);
    if (rc != NH_OK || nh_results_total(any)->upper > 0) {
        nh_results_free(*results);
        *results = any;
        *loosened = rc == NH_OK;
    } else {
        nh_results_free(any); /* no article has any of them */
    }
    return rc;
}

int query_search(const struct query_run *run, const char *query, size_t len,
                 nh_results **results, struct nh_error *err)
{
    bool loosened;
    return search(run, run->index, query, len, results, &loosened, err);
}

static void make_notice(struct buf *notice, nh_results *results, bool loosened)
{
    struct nh_string text = nh_results_notice(results);
    buf_append(notice, text.data, text.len);
    if (loosened)
        buf_printf(notice,
                   "%sno article has all the words; these have any of them",
                   text.len ? "; " : "");
}

/* The error is the answer: in the place of one where the format can say it,
 * else for people. */
static void answer_error(const struct query_run *run, const char *qid,
                         const char *query, size_t len,
                         const struct nh_error *err, struct answer *a)
{
    struct buf *log = &a->log, none = BUF_INIT;
    const bool inside = qid && run->format->error && !run->count;
    buf_reset(&a->out);
    buf_reset(&a->log);
    if (inside)
        run->format->error(&a->out, qid, (struct nh_string){query, len}, err);
    a->status = query_error_report(inside ? &none : log, err, qid, query, len);
    a->said = inside;
    buf_release(&none);
}

/* Answers a query over an index of the calling thread's. */
static void answer(const struct query_run *run, nh_index *index,
                   const char *qid, const char *query, size_t len,
                   struct answer *a)
{
    struct nh_error err;
    struct nh_total total;
    nh_results *results;
    struct buf notice = BUF_INIT;
    bool loosened;
    double start = now_ms();
    int rc = search(run, index, query, len, &results, &loosened, &err);
    if (rc != NH_OK) {
        answer_error(run, qid, query, len, &err, a);
        return;
    }
    total = *nh_results_total(results);
    make_notice(&notice, results, loosened);
    const char *text = buf_cstr(&notice);
    if (!text)
        rc = error_nomem(&err);
    struct output_page page = {query,
                               len,
                               qid,
                               results,
                               text ? text : "",
                               now_ms() - start,
                               run->colour,
                               run->width,
                               run->explain,
                               run->options.offset > 0,
                               loosened,
                               run->options.group != NULL,
                               a->waits,
                               run->end};
    if (rc == NH_OK && run->explain && !run->format->explains)
        rc = output_explain(&a->log, &page, &err);
    if (run->count)
        buf_printf(&a->out, "%s%s%" PRIu64 "%c", qid ? qid : "",
                   qid ? "\t" : "", total.value, run->end);
    else if (rc == NH_OK)
        rc = run->format->page(&a->out, &page, &err);
    if (rc == NH_OK && (a->out.failed || a->log.failed))
        rc = error_nomem(&err);
    nh_results_free(results);
    buf_release(&notice);
    const bool found = total.value > 0 && !loosened;
    if (rc != NH_OK)
        answer_error(run, qid, query, len, &err, a);
    else
        a->status = found ? EXIT_FOUND : EXIT_NOTHING;
}

int query_run_one(const struct query_run *run, const char *query, size_t len)
{
    struct answer a = {BUF_INIT, BUF_INIT, EXIT_TROUBLE, false, false};
    answer(run, run->index, NULL, query, len, &a);
    answer_print(&a);
    answer_release(&a);
    return a.status;
}

static void put_reason(struct buf *out, const struct nh_reason *reason,
                       struct nh_string query)
{
    if (reason->length)
        output_caret(out, query, reason->offset, reason->length);
    buf_append_str(out, reason->length ? "    " : "  --since and --until: ");
    output_clean(out, reason->text, false);
    buf_append_byte(out, '\n');
}

int query_why_not(const struct query_run *run, const char *query, size_t len,
                  const char *id)
{
    struct nh_error err;
    struct buf out = BUF_INIT, log = BUF_INIT;
    nh_reasons *reasons;
    int rc = nh_index_why_not(&reasons, run->index, query, len, &run->options,
                              id, strlen(id), &err);
    if (rc != NH_OK) {
        int status = query_error_report(&log, &err, NULL, query, len);
        fwrite(log.data, 1, log.len, stderr);
        buf_release(&log);
        return rc == NH_ENOTFOUND ? EXIT_NOTHING : status;
    }
    const size_t count = nh_reasons_count(reasons);
    if (run->format->explains) {
        output_reasons_json(&out, id, reasons);
    } else {
        output_clean(&out, (struct nh_string){id, strlen(id)}, false);
        buf_append_str(&out, count ? " is not found:\n" : " is found\n");
        for (size_t i = 0; i < count; i++)
            put_reason(&out, nh_reasons_at(reasons, i),
                       (struct nh_string){query, len});
    }
    int status = count ? EXIT_NOTHING : EXIT_FOUND;
    if (out.failed) {
        error_nomem(&err);
        status = command_fail(&err);
    } else {
        fwrite(out.data, 1, out.len, stdout);
    }
    buf_release(&out);
    nh_reasons_free(reasons);
    return status;
}

/* ---- Files of queries. */

/* Lines that are read, answered side by side, and printed, at a time, for each
 * thread. */
#define BATCH_LINES 32

struct line {
    char *text;
    size_t cap;
    ssize_t len;
    struct answer answer;
};

struct batch {
    const struct query_run *run;
    struct line lines[BATCH_LINES * NH_THREADS_MAX];
    size_t count;
    atomic_size_t next;
    nh_index *indexes[NH_THREADS_MAX]; /* the first is the run's */
    unsigned threads;
    bool every; /* empty lines are answered too */
    bool first; /* the next line is the file's first */
};

struct worker {
    struct batch *batch;
    nh_index *index;
};

/* Answers "qid<TAB>query". */
static void answer_line(const struct query_run *run, nh_index *index,
                        struct line *l)
{
    struct answer *a = &l->answer;
    char *tab = memchr(l->text, '\t', (size_t)l->len);
    if (!tab) {
        struct nh_error err;
        error_set(&err, NH_EINVAL, "there is no tab behind a query's name");
        answer_error(run, "", l->text, (size_t)l->len, &err, a);
        return;
    }
    *tab = '\0';
    answer(run, index, l->text, tab + 1, (size_t)(l->text + l->len - tab - 1),
           a);
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct batch *b = w->batch;
    size_t i;
    while ((i = atomic_fetch_add(&b->next, 1)) < b->count)
        if (b->lines[i].len > 0 || b->every)
            answer_line(b->run, w->index, &b->lines[i]);
    return NULL;
}

static void answer_batch(struct batch *b)
{
    pthread_t threads[NH_THREADS_MAX];
    struct worker workers[NH_THREADS_MAX];
    unsigned started = 0;
    b->next = 0;
    for (unsigned i = 0; i < b->threads; i++)
        workers[i] = (struct worker){b, b->indexes[i]};
    for (unsigned i = 1; i < b->threads && i < b->count; i++, started++)
        if (pthread_create(&threads[i], NULL, work, &workers[i]) != 0)
            break;
    work(&workers[0]);
    for (unsigned i = 1; i <= started; i++)
        pthread_join(threads[i], NULL);
}

/* Opens what threads need beside the run's index: the same commit. */
static void open_indexes(struct batch *b, unsigned threads, const char *path)
{
    struct nh_stats first, other;
    b->threads = 1;
    b->indexes[0] = b->run->index;
    first = *nh_index_stats(b->run->index);
    while (b->threads < threads && b->threads < NH_THREADS_MAX) {
        nh_index *index;
        if (nh_index_open(&index, path, NULL) != NH_OK)
            return;
        nh_index_set_synonyms(index, !b->run->no_synonyms);
        other = *nh_index_stats(index);
        if (other.commit != first.commit) {
            nh_index_close(index);
            return;
        }
        b->indexes[b->threads++] = index;
    }
}

/* Drops the byte order mark that editors on Windows put before a file. */
static void drop_mark(struct line *l)
{
    if (l->len < 3 || memcmp(l->text, "\xEF\xBB\xBF", 3) != 0)
        return;
    l->len -= 3;
    memmove(l->text, l->text + 3, (size_t)l->len + 1);
}

/* Reads lines until there are `most`; false at the end of the file. */
static bool read_batch(struct batch *b, size_t most, FILE *file)
{
    for (b->count = 0; b->count < most; b->count++) {
        struct line *l = &b->lines[b->count];
        buf_reset(&l->answer.out);
        buf_reset(&l->answer.log);
        l->answer.waits = most > 1;
        l->answer.said = false;
        l->len = getdelim(&l->text, &l->cap, b->run->end, file);
        if (l->len <= 0)
            return false;
        while (l->len > 0 &&
               (l->text[l->len - 1] == '\n' || l->text[l->len - 1] == '\r' ||
                l->text[l->len - 1] == b->run->end))
            l->text[--l->len] = '\0';
        if (b->first)
            drop_mark(l);
        b->first = false;
    }
    return true;
}

/* Prints a batch whose first line has `number` in its file; raises *status. */
static void print_batch(struct batch *b, size_t number, const char *path,
                        int *status)
{
    for (size_t i = 0; i < b->count; i++) {
        struct answer *a = &b->lines[i].answer;
        if (b->lines[i].len == 0 && !b->every)
            continue;
        answer_print(a);
        if (a->status < EXIT_USAGE)
            continue;
        if (!a->said)
            say("  in line %zu of %s\n", number + i, path);
        if (*status == EXIT_FOUND || a->status > *status)
            *status = a->status;
    }
}

int query_run_file(const struct query_run *run, const char *path,
                   const char *index)
{
    bool standard = strcmp(path, "-") == 0, more = true;
    FILE *file = standard ? stdin : fopen(path, "re");
    size_t number = 1;
    int status = EXIT_FOUND;
    if (!file) {
        say("newshound: cannot open '%s': %s\n", path, strerror(errno));
        return EXIT_TROUBLE;
    }
    struct batch *b = calloc(1, sizeof *b);
    if (!b) {
        say("newshound: out of memory\n");
        status = EXIT_TROUBLE;
        goto out;
    }
    b->run = run;
    b->first = true;
    open_indexes(b, standard ? 1 : run->threads, index);
    /* Who writes to standard input may wait for each answer. One thread prints
     * long answers as it makes them; several keep theirs in memory. */
    size_t most = b->threads;
    if (most > 1 && run->options.limit != UINT32_MAX)
        most *= BATCH_LINES;
    b->every = standard && run->format->error;
    while (more) {
        more = read_batch(b, most, file);
        /* Should it not be there any more, it is searched as it was. */
        if (standard)
            nh_index_reopen(run->index, NULL, NULL);
        answer_batch(b);
        print_batch(b, number, path, &status);
        number += b->count;
        if (standard)
            fflush(stdout);
    }
    for (size_t i = 0; i < sizeof b->lines / sizeof *b->lines; i++) {
        free(b->lines[i].text);
        answer_release(&b->lines[i].answer);
    }
    for (unsigned i = 1; i < b->threads; i++)
        nh_index_close(b->indexes[i]);
    free(b);
out:
    if (!standard)
        fclose(file);
    return status;
}
