/* Owns the running of queries from the command line. */
#include "cli/query_batch.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/command.h"
#include "common/error.h"

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* The query on a line of its own and a mark under the place that is meant. */
static void print_caret(const char *query, size_t len,
                        const struct nh_error *err)
{
    struct buf line = BUF_INIT;
    output_clean(&line, (struct nh_string){query, len}, false);
    if (err->offset == NH_NO_OFFSET || err->offset > len || line.failed)
        goto out;
    fprintf(stderr, "  %.*s\n  ", (int)line.len, line.data ? line.data : "");
    for (size_t i = 0; i < err->offset; i++)
        if (((unsigned char)query[i] & 0xC0) != 0x80)
            fputc(' ', stderr);
    fputc('^', stderr);
    for (size_t i = 1; i < err->length && err->offset + i < len; i++)
        if (((unsigned char)query[err->offset + i] & 0xC0) != 0x80)
            fputc('~', stderr);
    fputc('\n', stderr);
out:
    buf_release(&line);
}

static int report(const struct nh_error *err, const char *qid,
                  const char *query, size_t len)
{
    bool place = err->code == NH_EQUERY || err->code == NH_EUNSUPPORTED;
    fprintf(stderr, "newshound: %s%s%s\n", qid ? qid : "", qid ? ": " : "",
            err->message);
    if (place)
        print_caret(query, len, err);
    if (err->hint[0])
        fprintf(stderr, "  %s\n", err->hint);
    return place || err->code == NH_EINVAL ? EXIT_USAGE
           : err->code == NH_ECORRUPT      ? EXIT_INDEX
                                           : EXIT_TROUBLE;
}

/* Searches again with any of the words where all of them found nothing. */
static int search(const struct query_run *run, const char *query, size_t len,
                  nh_results **results, bool *loosened, struct nh_error *err)
{
    struct nh_search_options o = run->options;
    struct nh_total total;
    *loosened = false;
    int rc = nh_search(run->index, query, len, &o, results, err);
    if (rc != NH_OK || !run->fallback)
        return rc;
    nh_results_total(*results, &total);
    if (total.upper > 0 || !nh_results_can_loosen(*results))
        return rc;
    nh_results_free(*results);
    o.flags |= NH_SEARCH_ANY;
    *loosened = true;
    return nh_search(run->index, query, len, &o, results, err);
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

int query_run_one(const struct query_run *run, const char *qid,
                  const char *query, size_t len)
{
    struct nh_error err;
    struct nh_total total;
    nh_results *results;
    struct buf out = BUF_INIT, notice = BUF_INIT;
    bool loosened;
    double start = now_ms();
    int rc = search(run, query, len, &results, &loosened, &err);
    if (rc != NH_OK)
        return report(&err, qid, query, len);
    nh_results_total(results, &total);
    make_notice(&notice, results, loosened);
    const char *text = buf_cstr(&notice);
    struct output_page page = {query,
                               len,
                               qid,
                               results,
                               text ? text : "",
                               now_ms() - start,
                               run->colour,
                               run->options.offset > 0};
    if (run->explain)
        fprintf(stderr, "%s\n", nh_results_plan(results).data);
    if (run->count)
        buf_printf(&out, "%s%s%" PRIu64 "\n", qid ? qid : "", qid ? "\t" : "",
                   total.value);
    else
        rc = run->format->page(&out, &page, &err);
    if (rc == NH_OK && out.failed)
        rc = error_nomem(&err);
    size_t count = nh_results_count(results);
    nh_results_free(results);
    if (rc == NH_OK && out.len)
        fwrite(out.data, 1, out.len, stdout);
    buf_release(&out);
    buf_release(&notice);
    if (rc != NH_OK)
        return report(&err, qid, query, len);
    bool found = run->count ? total.value > 0 : count > 0;
    return found ? EXIT_FOUND : EXIT_NOTHING;
}

int query_run_file(const struct query_run *run, const char *path)
{
    bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : fopen(path, "re");
    char *line = NULL;
    size_t cap = 0, number = 0;
    ssize_t len;
    int status = EXIT_FOUND;
    if (!file) {
        fprintf(stderr, "newshound: cannot open '%s': %s\n", path,
                strerror(errno));
        return EXIT_TROUBLE;
    }
    while ((len = getline(&line, &cap, file)) > 0) {
        number++;
        while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
            line[--len] = '\0';
        if (len == 0)
            continue;
        char *tab = memchr(line, '\t', (size_t)len);
        int result = EXIT_USAGE;
        if (tab) {
            *tab = '\0';
            result = query_run_one(run, line, tab + 1,
                                   (size_t)(line + len - tab - 1));
        } else {
            fprintf(stderr, "newshound: there is no tab behind a query's "
                            "name\n");
        }
        if (result >= EXIT_USAGE) {
            fprintf(stderr, "  in line %zu of %s\n", number, path);
            if (status == EXIT_FOUND || result > status)
                status = result;
        }
        if (standard)
            fflush(stdout);
    }
    free(line);
    if (!standard)
        fclose(file);
    return status;
}
