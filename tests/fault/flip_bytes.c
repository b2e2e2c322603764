/* Changes the bytes of an index, one at a time, and looks what becomes of it.
 * flip_bytes INDEX STEP [SEED]: about every STEP-th byte of every file.
 *
 * Each time `check` has to find it, nh_index_verify has to refuse the index,
 * and searches have to end, within a minute, with an error or with exactly the
 * right answer. INDEX is left as it was. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/strtab.h"
#include "common/store/manifest.h"
#include "indexer/upkeep/check.h"
#include "newshound/newshound.h"

/* Seconds that one look may take; sanitizers are slow. */
#define LONGEST 60

static const char *const queries[] = {"senat*",
                                      "the",
                                      "iraq OR health OR school",
                                      "\"of the\" senator",
                                      "person:smith OR topic:t3",
                                      "funding NEAR/9 program",
                                      "date:2005..2006 -w7",
                                      "copies:n7",
                                      "title:bill"};
#define QUERIES (sizeof queries / sizeof *queries)
/* Each time one in so many is asked. */
#define ASKED 3

struct state {
    const char *dir;
    struct buf right[QUERIES]; /* answers of the index as it was */
    struct strtab articles;    /* as they are: id, title, body */
    uint64_t flips, refused, errors, answers, problems;
};

static void fail(const char *what, const char *path, uint64_t at)
{
    fprintf(stderr, "%s byte %" PRIu64 ": %s\n", path, at, what);
    exit(1);
}

static void need(int holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "%s\n", what);
        exit(1);
    }
}

static void put(struct buf *out, struct nh_string s)
{
    buf_append(out, s.data, s.len);
    buf_append_byte(out, '\n');
}

/* Appends the answer to a query. */
static int answer(nh_index *index, const char *query, struct buf *out)
{
    struct nh_search_options o = NH_SEARCH_OPTIONS_INIT;
    nh_results *found;
    const struct nh_hit *hit;
    struct nh_total total;
    o.limit = 20;
    o.flags = NH_SEARCH_COLLAPSE | NH_SEARCH_EXACT_TOTAL;
    o.now = 1;
    int rc = nh_index_search(&found, index, query, strlen(query), &o, NULL);
    if (rc != NH_OK)
        return rc;
    total = *nh_results_total(found);
    buf_printf(out, "%" PRIu64 "\n", total.value);
    for (size_t i = 0; rc == NH_OK && i < nh_results_count(found); i++) {
        rc = nh_results_hit(&hit, found, i, NULL);
        if (rc != NH_OK)
            break;
        put(out, hit->id);
        put(out, hit->title);
        put(out, hit->date);
        put(out, hit->snippet.text);
        for (size_t k = 0; k < hit->person.count; k++)
            put(out, hit->person.items[k]);
        buf_printf(out, "%.9f %zu\n", hit->score, hit->copies);
    }
    nh_results_free(found);
    return rc;
}

/* An article as it is read. */
static void put_article(const struct nh_article_view *v, struct buf *out)
{
    buf_reset(out);
    put(out, v->hit->id);
    put(out, v->hit->title);
    put(out, v->hit->date);
    for (size_t k = 0; k < v->hit->person.count; k++)
        put(out, v->hit->person.items[k]);
    put(out, v->body);
}

/* Reads some articles; 0 where one is not what came in. */
static int read_articles(struct state *s, nh_index *index, uint32_t from,
                         int count)
{
    struct buf text = BUF_INIT;
    nh_article *article;
    int good = 1;
    for (int i = 0; good && i < count; i++) {
        if (nh_article_next(&article, index, from, NULL) != NH_OK)
            break;
        from = nh_article_read(article)->hit->number;
        put_article(nh_article_read(article), &text);
        good = strtab_find(&s->articles, text.data, text.len) != STRTAB_NONE;
        nh_article_free(article);
    }
    buf_release(&text);
    return good;
}

static void remember(struct state *s)
{
    nh_index *index;
    nh_article *article;
    struct buf text = BUF_INIT;
    uint32_t after = 0;
    need(nh_index_open(&index, s->dir, NULL) == NH_OK,
         "the index does not open");
    for (size_t q = 0; q < QUERIES; q++) {
        need(answer(index, queries[q], &s->right[q]) == NH_OK,
             "a query fails on the index as it is");
        need(s->right[q].len > 40, "a query finds nothing");
    }
    while (nh_article_next(&article, index, after, NULL) == NH_OK) {
        after = nh_article_read(article)->hit->number;
        put_article(nh_article_read(article), &text);
        need(strtab_add(&s->articles, text.data, text.len) != STRTAB_NONE,
             "no memory");
        nh_article_free(article);
    }
    buf_release(&text);
    nh_index_close(index);
}

static void count_problem(void *ctx, const char *problem)
{
    struct state *s = ctx;
    s->problems += *problem != '\0';
}

static void look(struct state *s, const char *path, uint64_t at)
{
    struct check_result result;
    struct buf text = BUF_INIT;
    nh_index *index;
    alarm(LONGEST);
    int rc = check_index(s->dir, UINT32_MAX, count_problem, s, &result, NULL);
    if (rc == NH_OK && result.problems == 0)
        fail("check does not find it", path, at);
    s->flips++;
    if (nh_index_open(&index, s->dir, NULL) != NH_OK) {
        s->refused++;
        return;
    }
    if (nh_index_verify(index, NULL) == NH_OK)
        fail("verify does not find it", path, at);
    for (size_t q = at % ASKED; q < QUERIES; q += ASKED) {
        buf_reset(&text);
        rc = answer(index, queries[q], &text);
        s->errors += rc != NH_OK;
        s->answers += rc == NH_OK;
        if (rc == NH_OK && (text.len != s->right[q].len ||
                            memcmp(text.data, s->right[q].data, text.len) != 0))
            fail(queries[q], path, at);
    }
    if (!read_articles(s, index, (uint32_t)(at * 7 % 900), 3))
        fail("an article is not what came in", path, at);
    buf_release(&text);
    nh_index_close(index);
}

static void flip_file(struct state *s, const char *name, uint64_t step,
                      uint64_t first)
{
    struct buf path = BUF_INIT;
    need(file_join(&path, s->dir, name) != NULL, "no memory");
    const int fd = open(path.data, O_RDWR | O_CLOEXEC);
    need(fd >= 0, name);
    const off_t size = lseek(fd, 0, SEEK_END);
    for (uint64_t at = first; at < (uint64_t)size; at += step) {
        uint8_t byte, other;
        need(pread(fd, &byte, 1, (off_t)at) == 1, "a read fails");
        other = (uint8_t)(byte ^ (1u << (at / step * 5 % 8)));
        need(pwrite(fd, &other, 1, (off_t)at) == 1, "a write fails");
        look(s, name, at);
        need(pwrite(fd, &byte, 1, (off_t)at) == 1, "a write fails");
    }
    close(fd);
    buf_release(&path);
}

int main(int argc, char **argv)
{
    static struct state s;
    struct manifest m;
    need(argc >= 3, "usage: flip_bytes INDEX STEP [SEED]");
    const uint64_t step = strtoull(argv[2], NULL, 10),
                   seed = argc > 3 ? strtoull(argv[3], NULL, 10) : 0;
    need(step > 0, "STEP is a number");
    s.dir = argv[1];
    remember(&s);
    need(manifest_read(&m, s.dir, NULL) == NH_OK, "no manifest");
    for (size_t i = 0; i < m.file_count; i++)
        flip_file(&s, m.files[i].path, step, (seed + i) % step);
    flip_file(&s, MANIFEST_NAME, step, seed % step);
    alarm(0);
    for (size_t q = 0; q < QUERIES; q++)
        buf_release(&s.right[q]);
    printf(
        "%zu files, %" PRIu64 " bytes changed, all found; %" PRIu64
        " times not opened; of %" PRIu64 " searches %" PRIu64 " were refused\n",
        m.file_count + 1, s.flips, s.refused, s.answers + s.errors, s.errors);
    manifest_release(&m);
    strtab_release(&s.articles);
    return 0;
}
