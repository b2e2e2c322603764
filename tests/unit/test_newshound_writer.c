/* The public writing side, and how readers see what it commits. */
#include "tests/unit/harness.h"

#include <pthread.h>
#include <zlib.h>

#include "common/base/file.h"
#include "newshound/newshound.h"
#include "newshound/newshound_writer.h"

#define INDEX "public.idx"
#define ALL "NOT nosuchword"

static struct nh_error err;
/* What was skipped last, and how much. */
static char skipped_name[256], skipped_why[512];
static uint64_t skipped_at;
static int skipped;
static pthread_t skipped_by;

static void on_skipped(void *ctx, const char *name, uint64_t offset,
                       const struct nh_error *why)
{
    assert_ptr_equal(ctx, &skipped);
    snprintf(skipped_name, sizeof skipped_name, "%s", name);
    snprintf(skipped_why, sizeof skipped_why, "%s", why->message);
    skipped_at = offset;
    skipped_by = pthread_self();
    skipped++;
}

static void good(int rc)
{
    if (rc != NH_OK)
        fail_msg("%d: %s", rc, err.message);
}

static struct nh_writer_options plain(void)
{
    struct nh_writer_options o = NH_WRITER_OPTIONS_INIT;
    o.names = NH_NAMES_GIVEN;
    o.skipped = on_skipped;
    o.ctx = &skipped;
    return o;
}

static nh_writer *open_writer(void)
{
    nh_writer *w;
    const struct nh_writer_options o = plain();
    skipped = 0;
    good(nh_writer_open(&w, INDEX, &o, &err));
    return w;
}

static nh_writer *new_index(void)
{
    remove_all(INDEX);
    return open_writer();
}

static struct nh_value value(const char *field, const char *text)
{
    return (struct nh_value){field, text, strlen(text)};
}

static int add(nh_writer *w, const char *id, const char *body)
{
    const struct nh_value values[] = {value("id", id), value("body", body)};
    return nh_writer_add(w, values, 2, NULL, &err);
}

/* The ids that a query finds in the last commit, sorted, joined by spaces. */
static const char *found(const char *query)
{
    static char out[4096];
    struct nh_search_options o = NH_SEARCH_OPTIONS_INIT;
    const struct nh_hit *hit;
    nh_index *index;
    nh_results *r;
    o.limit = UINT32_MAX;
    o.sort = NH_SORT_OLDEST;
    out[0] = '\0';
    good(nh_index_open(&index, INDEX, &err));
    good(nh_index_search(&r, index, query, strlen(query), &o, &err));
    for (good(nh_results_next(&hit, r, &err)); hit;
         good(nh_results_next(&hit, r, &err))) {
        strcat(out, out[0] ? " " : "");
        strcat(out, hit->id.data);
    }
    nh_results_free(r);
    nh_index_close(index);
    return out;
}

static struct nh_counts counts_of(const nh_writer *w)
{
    struct nh_counts c;
    c = *nh_writer_counts(w);
    return c;
}

static void what_is_committed_is_found(void **state)
{
    (void)state;
    nh_writer *w = new_index();
    const struct nh_value values[] = {value("id", "a 1"),
                                      value("title", "Harbour reopens"),
                                      value("body", "Ships \xff came"),
                                      value("date", "17 May 2024"),
                                      value("author", "Ann and Bob"),
                                      value("topic", "trade"),
                                      value("topic", "ships"),
                                      value("lang", "en")};
    const char *id;
    good(nh_writer_add(w, values, 8, &id, &err));
    assert_string_equal(id, "a 1");
    assert_string_equal(found("harbour"), "");
    good(nh_writer_commit(w, &err));
    assert_string_equal(found("harbour topic:ships date:2024-05"), "a 1");
    assert_string_equal(found("author:\"ann and bob\""), "a 1");
    assert_int_equal(counts_of(w).added, 1);
    nh_writer_close(w);
}

static void an_article_that_is_not_committed_is_gone(void **state)
{
    (void)state;
    nh_writer *w = new_index();
    good(add(w, "a", "one"));
    good(nh_writer_commit(w, &err));
    good(add(w, "b", "two"));
    nh_writer_close(w);
    assert_string_equal(found(ALL), "a");
    w = open_writer();
    good(add(w, "c", "three"));
    good(nh_writer_commit(w, &err));
    nh_writer_close(w);
    assert_string_equal(found(ALL), "a c");
}

static void an_id_is_given_or_the_address_or_a_hash(void **state)
{
    (void)state;
    struct nh_writer_options o = plain();
    nh_writer *w;
    const char *id;
    const struct nh_value values[] = {value("url", "https://example.org/1"),
                                      value("body", "one")};
    remove_all(INDEX);
    o.collection = "wire";
    good(nh_writer_open(&w, INDEX, &o, &err));
    good(nh_writer_add(w, values, 2, &id, &err));
    assert_string_equal(id, "wire:https://example.org/1");
    good(nh_writer_add(w, values + 1, 1, &id, &err));
    assert_int_equal(strlen(id), 5 + 16);
    good(nh_writer_commit(w, &err));
    assert_int_equal(counts_of(w).added, 2);
    nh_writer_close(w);
}

static void the_same_article_is_unchanged_another_replaces_it(void **state)
{
    (void)state;
    nh_writer *w = new_index();
    good(add(w, "a", "one"));
    good(add(w, "a", "one"));
    good(add(w, "a", "two"));
    good(nh_writer_commit(w, &err));
    good(add(w, "a", "two"));
    good(add(w, "a", "three"));
    good(nh_writer_commit(w, &err));
    assert_string_equal(found("two"), "");
    assert_string_equal(found("three"), "a");
    const struct nh_counts c = counts_of(w);
    assert_int_equal(c.added, 1);
    assert_int_equal(c.replaced, 2);
    assert_int_equal(c.unchanged, 2);
    nh_writer_close(w);
}

static void what_is_wrong_with_an_article_is_said_at_once(void **state)
{
    (void)state;
    nh_writer *w = new_index();
    struct nh_value v[] = {value("title", "one"), value("date", "soon"),
                           value("title", "two")};
    assert_int_equal(nh_writer_add(w, v, 2, NULL, &err), NH_EDATA);
    assert_string_equal(err.message, "'soon' is not a date");
    v[1] = value("dat", "2024");
    assert_int_equal(nh_writer_add(w, v, 2, NULL, &err), NH_EINVAL);
    assert_string_equal(err.message, "articles have no field 'dat'");
    v[1] = value("copies", "a");
    assert_int_equal(nh_writer_add(w, v, 2, NULL, &err), NH_EINVAL);
    v[1] = value("lang", "en");
    assert_int_equal(nh_writer_add(w, v, 3, NULL, &err), NH_EINVAL);
    assert_string_equal(err.message, "an article has one title, not two");
    assert_int_equal(nh_writer_add(w, v + 1, 1, NULL, &err), NH_EDATA);
    assert_int_equal(nh_writer_add(w, NULL, 0, NULL, NULL), NH_EDATA);
    char *large = calloc(33, 1 << 20);
    memset(large, 'x', 33 << 20);
    v[0].text = large;
    v[0].len = 33 << 20;
    assert_int_equal(nh_writer_add(w, v, 1, NULL, &err), NH_EDATA);
    free(large);
    good(add(w, "a", "good"));
    good(nh_writer_commit(w, &err));
    assert_string_equal(found(ALL), "a");
    nh_writer_close(w);
}

static void a_deleted_article_is_gone_until_it_comes_back(void **state)
{
    (void)state;
    nh_writer *w = new_index();
    assert_int_equal(nh_writer_delete(w, "a", 1, &err), NH_ENOTFOUND);
    good(add(w, "a", "one"));
    good(add(w, "b", "two"));
    good(nh_writer_delete(w, "a", 1, &err)); /* never committed */
    assert_int_equal(nh_writer_delete(w, "a", 1, &err), NH_ENOTFOUND);
    good(nh_writer_commit(w, &err));
    assert_string_equal(found(ALL), "b");
    good(nh_writer_delete(w, "b", 1, &err)); /* and back, as it was */
    good(add(w, "b", "two"));
    good(add(w, "a", "one"));
    good(nh_writer_commit(w, &err));
    assert_string_equal(found(ALL), "b a");
    good(nh_writer_delete(w, "b", 1, &err));
    good(nh_writer_commit(w, &err));
    assert_string_equal(found(ALL), "a");
    assert_int_equal(nh_writer_delete(w, "b", 1, &err), NH_ENOTFOUND);
    assert_int_equal(counts_of(w).deleted, 3);
    assert_int_equal(counts_of(w).added, 4);
    nh_writer_close(w);
}

static void bytes_of_any_format_are_added(void **state)
{
    (void)state;
    nh_writer *w = new_index();
    static const char lines[] = "{\"id\": \"a\", \"body\": \"one\"}\n"
                                "{\"id\": \"b\", \n"
                                "{\"id\": \"c\", \"body\": \"three\"}\n";
    good(nh_writer_add_bytes(w, lines, strlen(lines), NULL, "feed", &err));
    good(nh_writer_commit(w, &err));
    assert_int_equal(skipped, 1);
    assert_string_equal(skipped_name, "feed");
    const uint64_t second = (uint64_t)(strchr(lines, '\n') + 1 - lines);
    assert_true(skipped_at > second && skipped_at < second + 13);
    assert_true(pthread_equal(skipped_by, pthread_self()));
    assert_int_equal(counts_of(w).skipped, 1);
    good(nh_writer_add_bytes(w, "Title\n\nText four", 16, "text", "notes/d.txt",
                             &err));
    gzFile gz = gzopen("public.gz", "wb");
    assert_int_equal(gzputs(gz, lines), strlen(lines));
    gzclose(gz);
    struct buf packed = BUF_INIT;
    good(file_read("public.gz", &packed, &err));
    good(nh_writer_add_bytes(w, packed.data, packed.len, NULL, "p", &err));
    buf_release(&packed);
    assert_int_equal(nh_writer_add_bytes(w, "x", 1, "nosuch", NULL, &err),
                     NH_EINVAL);
    good(nh_writer_add_bytes(w, "", 0, NULL, NULL, &err));
    good(nh_writer_add_bytes(w,
                             "\x7f"
                             "ELF\1\2\0\0\0",
                             9, NULL, "e", &err));
    assert_string_equal(skipped_name, "e");
    good(nh_writer_commit(w, &err));
    assert_int_equal(counts_of(w).unchanged, 2);
    assert_string_equal(found(ALL), "a c notes/d.txt");
    nh_writer_close(w);
}

static void files_are_added_and_passed_over_the_next_time(void **state)
{
    (void)state;
    nh_writer *w = new_index();
    remove_all("public.files");
    good(file_mkdir("public.files", &err));
    good(file_replace("public.files/a.txt", "One\n\none", 8, &err));
    good(file_replace("public.files/b.txt", "Two\n\ntwo", 8, &err));
    good(add(w, "first", "zero"));
    good(nh_writer_add_path(w, "public.files", NULL, &err));
    good(nh_writer_add_path(w, "public.files", NULL, &err));
    assert_int_equal(nh_writer_add_path(w, "none", NULL, &err), NH_ENOTFOUND);
    assert_int_equal(nh_writer_add_path(w, "-", NULL, &err), NH_EINVAL);
    good(nh_writer_commit(w, &err));
    assert_string_equal(found(ALL), "first a.txt b.txt");
    nh_writer_close(w);
    w = open_writer();
    good(nh_writer_add_path(w, "public.files", NULL, &err));
    good(nh_writer_commit(w, &err));
    assert_int_equal(counts_of(w).added, 0);
    assert_int_equal(counts_of(w).unchanged, 2);
    nh_writer_close(w);
}

static void there_is_one_writer(void **state)
{
    (void)state;
    nh_writer *w = new_index(), *other;
    const struct nh_writer_options o = plain();
    assert_int_equal(nh_writer_open(&other, INDEX, &o, &err), NH_ELOCKED);
    assert_null(other);
    nh_writer_close(w);
    good(nh_writer_open(&other, INDEX, &o, &err));
    nh_writer_close(other);
    nh_writer_close(NULL);
}

static void options_are_checked(void **state)
{
    (void)state;
    nh_writer *w;
    struct nh_writer_options o = plain();
    remove_all(INDEX);
    o.existing = 1;
    assert_int_equal(nh_writer_open(&w, INDEX, &o, &err), NH_ENOTFOUND);
    o = plain();
    o.size = offsetof(struct nh_writer_options, follow_links) - 1;
    assert_int_equal(nh_writer_open(&w, INDEX, &o, &err), NH_EINVAL);
    o = plain();
    o.charset = "nosuch";
    assert_int_equal(nh_writer_open(&w, INDEX, &o, &err), NH_EINVAL);
    o = plain();
    o.map = "nosuch";
    assert_int_equal(nh_writer_open(&w, INDEX, &o, &err), NH_EINVAL);
    o = plain();
    o.jobs = NH_JOBS_MAX + 1;
    assert_int_equal(nh_writer_open(&w, INDEX, &o, &err), NH_EINVAL);
    o = plain();
    o.names = NH_NAMES_FOUND;
    o.model = "nosuch";
    assert_int_equal(nh_writer_open(&w, INDEX, &o, &err), NH_ENOTFOUND);
    o = plain();
    o.language = "nosuch";
    assert_int_not_equal(nh_writer_open(&w, INDEX, &o, &err), NH_OK);
}

static void the_index_keeps_options(void **state)
{
    (void)state;
    struct nh_writer_options o = plain();
    nh_writer *w;
    nh_index *index;
    static const char line[] =
        "{\"id\": \"r\", \"head\": \"mapped\", \"d\": \"05/01/2024\"}\n";
    int64_t oldest, newest;
    uint64_t dated;
    remove_all(INDEX);
    o.map = "title=head,date=d";
    o.date_order = NH_DATE_ORDER_MDY;
    good(nh_writer_open(&w, INDEX, &o, &err));
    good(nh_writer_commit(w, &err));
    nh_writer_close(w);
    o = (struct nh_writer_options)NH_WRITER_OPTIONS_INIT; /* as it is kept */
    good(nh_writer_open(&w, INDEX, &o, &err));
    good(nh_writer_add_bytes(w, line, sizeof line - 1, NULL, NULL, &err));
    good(nh_writer_commit(w, &err));
    nh_writer_close(w);
    good(nh_index_open(&index, INDEX, &err));
    const struct nh_stats *stats = nh_index_stats(index);
    assert_string_equal(stats->map, "title=head,date=d");
    assert_string_equal(stats->charset, "");
    assert_string_equal(stats->date_order, "mdy");
    assert_string_equal(stats->names, "given");
    good(nh_index_dates(index, &oldest, &newest, &dated, &err));
    assert_true(oldest == 1714521600 && newest == oldest && dated == 1);
    nh_index_close(index);
    o.names = NH_NAMES_NONE;
    o.existing = 1;
    assert_int_equal(nh_writer_open(&w, INDEX, &o, &err), NH_EINVAL);
    assert_non_null(strstr(err.message, "keeps names given"));
    o.change_options = 1;
    good(nh_writer_open(&w, INDEX, &o, &err));
    good(nh_writer_commit(w, &err));
    nh_writer_close(w);
    good(nh_index_open(&index, INDEX, &err));
    assert_string_equal(nh_index_stats(index)->names, "none");
    nh_index_close(index);
}

static void other_keys_are_of_records_not_of_values(void **state)
{
    (void)state;
    struct nh_writer_options o = plain();
    nh_writer *w;
    static const char line[] = "{\"id\": \"r\", \"title\": \"x\", \"head\": "
                               "\"mapped\", \"body\": \"text\"}";
    remove_all(INDEX);
    o.map = "title=head,source=title";
    good(nh_writer_open(&w, INDEX, &o, &err));
    const struct nh_value values[] = {value("id", "v"),
                                      value("title", "plain")};
    good(nh_writer_add(w, values, 2, NULL, &err));
    good(nh_writer_add_bytes(w, line, strlen(line), "jsonl", "", &err));
    good(nh_writer_commit(w, &err));
    assert_string_equal(found("title:plain"), "v");
    assert_string_equal(found("title:mapped source:x"), "r");
    nh_writer_close(w);
}

static void merging_drops_what_was_replaced(void **state)
{
    (void)state;
    struct nh_stats stats;
    nh_index *index;
    nh_writer *w = new_index();
    for (int i = 0; i < 3; i++) {
        good(add(w, "a", i ? i > 1 ? "three" : "two" : "one"));
        good(add(w, i ? i > 1 ? "d" : "c" : "b", "other"));
        good(nh_writer_commit(w, &err));
    }
    good(add(w, "e", "last"));
    good(nh_writer_merge(w, &err));
    good(nh_writer_merge(w, &err)); /* nothing to do */
    nh_writer_close(w);
    good(nh_index_open(&index, INDEX, &err));
    stats = *nh_index_stats(index);
    assert_int_equal(stats.segments, 1);
    assert_int_equal(stats.tombstones, 0);
    assert_int_equal(stats.articles, 5);
    good(nh_index_verify(index, &err));
    nh_index_close(index);
}

static void much_is_added_whatever_the_number_of_workers(void **state)
{
    (void)state;
    char before[4096] = "", id[32], body[512];
    for (unsigned jobs = 1; jobs <= 5; jobs += 2) {
        nh_writer *w;
        struct nh_writer_options o = plain();
        uint64_t random = 7;
        remove_all(INDEX);
        o.jobs = jobs;
        good(nh_writer_open(&w, INDEX, &o, &err));
        for (int i = 0; i < 9000; i++) {
            size_t len = 0;
            for (int k = 0; k < 20; k++)
                len +=
                    (size_t)snprintf(body + len, sizeof body - len, "word%u ",
                                     (unsigned)(random_next(&random) % 3000));
            snprintf(id, sizeof id, "n%u",
                     (unsigned)(random_next(&random) % 6000));
            good(add(w, id, body));
        }
        good(nh_writer_commit(w, &err));
        nh_writer_close(w);
        const char *now = found("word7 OR word77");
        assert_true(strlen(now) > 100);
        if (before[0])
            assert_string_equal(now, before);
        strcpy(before, now);
    }
}

static void a_handle_shows_the_next_commit_when_it_is_asked_to(void **state)
{
    (void)state;
    nh_writer *w = new_index();
    nh_index *index;
    struct nh_stats stats;
    int changed;
    good(nh_index_open(&index, INDEX, &err));
    good(nh_index_reopen(index, &changed, &err));
    assert_int_equal(changed, 0);
    good(add(w, "a", "one"));
    good(nh_writer_commit(w, &err));
    stats = *nh_index_stats(index);
    assert_int_equal(stats.articles, 0);
    good(nh_index_reopen(index, &changed, &err));
    assert_int_equal(changed, 1);
    stats = *nh_index_stats(index);
    assert_int_equal(stats.articles, 1);
    good(nh_index_reopen(index, &changed, &err));
    assert_int_equal(changed, 0);
    good(file_replace(INDEX "/entities.rules", "hide org \"x\"\n", 13, &err));
    good(nh_index_reopen(index, &changed, &err));
    assert_int_equal(changed, 1);
    good(file_replace(INDEX "/synonyms.rules", "", 0, &err));
    good(nh_index_reopen(index, &changed, &err));
    assert_int_equal(changed, 1);
    good(file_replace(INDEX "/entities.rules", "nonsense\n", 9, &err));
    assert_int_equal(nh_index_reopen(index, NULL, &err), NH_EDATA);
    stats = *nh_index_stats(index); /* as it was */
    assert_int_equal(stats.articles, 1);
    nh_index_close(index);
    nh_writer_close(w);
}

static void mentions_are_where_the_names_are(void **state)
{
    (void)state;
    nh_writer *w;
    nh_index *index;
    nh_article *article;
    const struct nh_mention *mentions;
    size_t count, titles = 0, again;
    struct nh_writer_options o = plain();
    o.names = NH_NAMES_FOUND;
    o.model = NEWSHOUND_SOURCE "/entities/english.model";
    remove_all(INDEX);
    good(nh_writer_open(&w, INDEX, &o, &err));
    good(nh_writer_add_path(
        w, NEWSHOUND_SOURCE "/corpus/samples/technology.jsonl", NULL, &err));
    good(nh_writer_commit(w, &err));
    nh_writer_close(w);
    good(nh_index_open(&index, INDEX, &err));
    good(nh_article_open(&article, index, "leike-resigns", 13, &err));
    good(nh_article_mentions(&mentions, &count, article, index, &err));
    assert_true(count >= 6);
    const struct nh_article_view *view = nh_article_read(article);
    for (size_t i = 0; i < count; i++) {
        const struct nh_mention *m = &mentions[i];
        const struct nh_string text =
            m->in_title ? view->hit->title : view->body;
        const char *last = strrchr(m->name.data, ' ');
        titles += m->in_title != 0;
        assert_true(m->start < text.len && m->len <= text.len - m->start);
        if (strcmp(m->field.data, "person") == 0) { /* by the last name */
            last = last ? last + 1 : m->name.data;
            assert_true(m->len >= strlen(last));
            assert_memory_equal(text.data + m->start + m->len - strlen(last),
                                last, strlen(last));
        }
    }
    assert_true(titles >= 1);
    good(nh_article_mentions(&mentions, &again, article, index, &err));
    assert_int_equal(again, count);
    nh_article_free(article);
    nh_index_close(index);
}

/* The facets of a query as text. */
static void list_facets(nh_index *index, struct buf *out)
{
    struct nh_search_options o = NH_SEARCH_OPTIONS_INIT;
    const struct nh_facet *facets;
    nh_results *r;
    o.facets = NH_FACETS;
    o.facet_limit = 1000;
    o.limit = 0;
    buf_reset(out);
    good(nh_index_search(&r, index, ALL, strlen(ALL), &o, &err));
    const size_t count = nh_results_facets(&facets, r);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < facets[i].count; k++)
            buf_printf(out, "%s %s %d %d %d\n", facets[i].field.data,
                       facets[i].values[k].text.data,
                       (int)facets[i].values[k].count, (int)facets[i].articles,
                       (int)facets[i].distinct);
    nh_results_free(r);
}

static void facets_are_the_same_from_columns(void **state)
{
    (void)state;
    struct buf first = BUF_INIT, again = BUF_INIT;
    nh_index *index;
    nh_writer *w = new_index();
    good(nh_writer_add_path(w, NEWSHOUND_SOURCE "/corpus/samples", NULL, &err));
    good(nh_writer_commit(w, &err));
    good(add(w, "extra", "in another segment")); /* without any field */
    good(nh_writer_delete(w, "leike-resigns", 13, &err));
    good(nh_writer_commit(w, &err));
    nh_writer_close(w);
    good(nh_index_open(&index, INDEX, &err));
    list_facets(index, &first); /* of records; then columns are made */
    assert_true(first.len > 1000);
    for (int i = 0; i < 3; i++) {
        list_facets(index, &again);
        assert_int_equal(again.len, first.len);
        assert_memory_equal(again.data, first.data, first.len);
    }
    nh_index_close(index);
    buf_release(&first);
    buf_release(&again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_committed_is_found),
        cmocka_unit_test(an_article_that_is_not_committed_is_gone),
        cmocka_unit_test(an_id_is_given_or_the_address_or_a_hash),
        cmocka_unit_test(the_same_article_is_unchanged_another_replaces_it),
        cmocka_unit_test(what_is_wrong_with_an_article_is_said_at_once),
        cmocka_unit_test(a_deleted_article_is_gone_until_it_comes_back),
        cmocka_unit_test(bytes_of_any_format_are_added),
        cmocka_unit_test(files_are_added_and_passed_over_the_next_time),
        cmocka_unit_test(there_is_one_writer),
        cmocka_unit_test(options_are_checked),
        cmocka_unit_test(the_index_keeps_options),
        cmocka_unit_test(other_keys_are_of_records_not_of_values),
        cmocka_unit_test(merging_drops_what_was_replaced),
        cmocka_unit_test(much_is_added_whatever_the_number_of_workers),
        cmocka_unit_test(a_handle_shows_the_next_commit_when_it_is_asked_to),
        cmocka_unit_test(mentions_are_where_the_names_are),
        cmocka_unit_test(facets_are_the_same_from_columns)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
