/* The index writer and the public API over what it writes. */
#include "tests/unit/harness.h"

#include "common/base/file.h"
#include "indexer/ingest/pipeline.h"
#include "newshound/newshound.h"

static int skipped;

static void report(void *ctx, const struct reader *reader, const char *path,
                   uint64_t offset, const struct nh_error *why)
{
    (void)reader;
    (void)ctx;
    (void)path;
    (void)offset;
    (void)why;
    skipped++;
}

/* Indexes JSON lines into "writer.idx". */
static struct pipeline_counts index_text(const char *text, unsigned jobs)
{
    struct walk walk;
    struct index_writer *w;
    struct pipeline_counts counts;
    struct nh_error err;
    struct pipeline_options o = {
        .jobs = jobs, .memory = 600u << 20, .report = report};
    memset(&walk, 0, sizeof walk);
    file_replace("writer.jsonl", text, strlen(text), &err);
    assert_int_equal(walk_add(&walk, "writer.jsonl", &err), NH_OK);
    if (writer_open(&w, "writer.idx", NULL, BUILDER_AUTO, &err) != NH_OK)
        fail_msg("%s", err.message);
    if (pipeline_run(w, &walk, &o, &counts, &err) != NH_OK)
        fail_msg("%s", err.message);
    writer_close(w);
    walk_release(&walk);
    return counts;
}

/* Ids of the first hits, joined by spaces. */
static const char *ids(const char *query)
{
    static char out[1024];
    nh_index *index;
    nh_results *r;
    struct nh_error err;
    out[0] = '\0';
    if (nh_index_open(&index, "writer.idx", &err) != NH_OK)
        fail_msg("%s", err.message);
    if (nh_index_search(&r, index, query, strlen(query), NULL, &err) != NH_OK)
        fail_msg("%s", err.message);
    for (size_t i = 0; i < nh_results_count(r); i++) {
        const struct nh_hit *hit;
        assert_int_equal(nh_results_hit(&hit, r, i, &err), NH_OK);
        assert_int_equal(hit->rank, i + 1);
        if (i > 0)
            strcat(out, " ");
        strcat(out, hit->id.data);
    }
    nh_results_free(r);
    nh_index_close(index);
    return out;
}

static void articles_are_added_replaced_and_left_alone(void **state)
{
    (void)state;
    remove_all("writer.idx");
    struct pipeline_counts c =
        index_text("{\"id\":\"a\",\"body\":\"apples and pears\"}\n"
                   "{\"id\":\"b\",\"body\":\"pears\"}\n"
                   "{\"id\":\"c\",\"body\":\"cherries\"}\nnot json\n",
                   1);
    assert_int_equal(c.added, 3);
    assert_int_equal(c.skipped, 1);
    assert_string_equal(ids("pears"), "b a");
    c = index_text("{\"id\":\"a\",\"body\":\"apples and plums\"}\n"
                   "{\"id\":\"b\",\"body\":\"pears\"}\n"
                   "{\"id\":\"d\",\"body\":\"plums\"}\n",
                   2);
    assert_int_equal(c.added, 1);
    assert_int_equal(c.replaced, 1);
    assert_int_equal(c.unchanged, 1);
    assert_string_equal(ids("pears"), "b");
    assert_string_equal(ids("plums"), "d a");
    assert_string_equal(ids("id:a"), "a");
    c = index_text("{\"id\":\"b\",\"body\":\"pears\"}\n", 1);
    assert_int_equal(c.unchanged, 1);
}

static void the_last_of_several_versions_in_a_run_lives(void **state)
{
    (void)state;
    remove_all("writer.idx");
    struct pipeline_counts c = index_text("{\"id\":\"a\",\"body\":\"first\"}\n"
                                          "{\"id\":\"a\",\"body\":\"second\"}\n"
                                          "{\"id\":\"a\",\"body\":\"second\"}\n"
                                          "{\"id\":\"a\",\"body\":\"first\"}\n",
                                          2);
    assert_int_equal(c.added, 1);
    assert_int_equal(c.replaced, 2);
    assert_int_equal(c.unchanged, 1);
    assert_string_equal(ids("first"), "a");
    assert_string_equal(ids("second"), "");
    /* And over a commit: back to what is stored. */
    c = index_text("{\"id\":\"a\",\"body\":\"third\"}\n"
                   "{\"id\":\"a\",\"body\":\"first\"}\n",
                   2);
    assert_int_equal(c.replaced, 2);
    assert_string_equal(ids("first"), "a");
    assert_string_equal(ids("third"), "");
    assert_string_equal(ids("-third"), "a");
}

static void an_empty_index_answers_no_hits(void **state)
{
    (void)state;
    remove_all("writer.idx");
    index_text("", 1);
    assert_string_equal(ids("anything"), "");
    assert_string_equal(ids("NOT anything"), "");
}

static void the_number_of_workers_changes_nothing(void **state)
{
    (void)state;
    struct buf text = BUF_INIT;
    uint64_t seed = 5;
    for (int i = 0; i < 3000; i++)
        buf_printf(&text,
                   "{\"id\":\"%d\",\"title\":\"T %d\",\"body\":\"w%d w%d and "
                   "more\"}\n",
                   (int)(random_next(&seed) % 2500), i,
                   (int)(random_next(&seed) % 50),
                   (int)(random_next(&seed) % 50));
    char first[1024];
    struct pipeline_counts one, four;
    remove_all("writer.idx");
    one = index_text(buf_cstr(&text), 1);
    snprintf(first, sizeof first, "%s", ids("w1 OR w2 OR t"));
    remove_all("writer.idx");
    four = index_text(buf_cstr(&text), 4);
    assert_memory_equal(&one, &four, sizeof one);
    assert_string_equal(first, ids("w1 OR w2 OR t"));
    assert_true(one.replaced > 0);
    buf_release(&text);
}

static void segments_are_merged_by_our_own_writer_only(void **state)
{
    (void)state;
    struct index_writer *w;
    struct nh_error err;
    struct nh_stats stats;
    nh_index *index;
    remove_all("writer.idx");
    index_text("{\"id\":\"a\",\"body\":\"apples\"}\n", 1);
    index_text("{\"id\":\"a\",\"body\":\"pears\"}\n", 1);
    assert_int_equal(
        writer_open_existing(&w, "writer.idx", NULL, BUILDER_API, &err), NH_OK);
    assert_int_equal(writer_merge(w, 2, &err), NH_EUNSUPPORTED);
    assert_int_equal(writer_merge_due(w, &err), NH_OK);
    writer_close(w);
    assert_int_equal(nh_index_open(&index, "writer.idx", &err), NH_OK);
    stats = *nh_index_stats(index);
    assert_true(stats.articles == 1 && stats.tombstones == 1 &&
                stats.segments == 2 && stats.text_bytes == 11 &&
                stats.index_bytes > 0);
    nh_index_close(index);
    assert_int_equal(
        writer_open_existing(&w, "writer.idx", NULL, BUILDER_BULK, &err),
        NH_OK);
    assert_int_equal(writer_merge(w, 2, &err), NH_OK);
    writer_close(w);
    assert_int_equal(nh_index_open(&index, "writer.idx", &err), NH_OK);
    stats = *nh_index_stats(index);
    assert_true(stats.articles == 1 && stats.tombstones == 0 &&
                stats.segments == 1 && stats.text_bytes == 5);
    nh_index_close(index);
    assert_string_equal(ids("pears"), "a");
}

static void a_second_writer_is_told_who_has_the_lock(void **state)
{
    (void)state;
    const struct index_settings german = {.language = "german"},
                                english = {.language = "english"},
                                words = {.keep_lists = true};
    struct index_writer *w, *second;
    struct nh_error err;
    remove_all("writer.idx");
    assert_int_equal(writer_open(&w, "writer.idx", NULL, BUILDER_AUTO, &err),
                     NH_OK);
    assert_int_equal(
        writer_open(&second, "writer.idx", NULL, BUILDER_AUTO, &err),
        NH_ELOCKED);
    assert_non_null(strstr(err.message, "process"));
    writer_close(w);
    assert_int_equal(writer_open(&w, "writer.idx", &german, BUILDER_AUTO, &err),
                     NH_EINVAL);
    assert_int_equal(writer_open(&w, "writer.idx", &words, BUILDER_AUTO, &err),
                     NH_EINVAL);
    assert_int_equal(
        writer_open(&w, "writer.idx", &english, BUILDER_AUTO, &err), NH_OK);
    writer_close(w);
}

static void a_folder_with_other_things_is_refused(void **state)
{
    (void)state;
    struct index_writer *w;
    struct nh_error err;
    remove_all("other.dir");
    file_mkdir("other.dir", &err);
    file_replace("other.dir/thesis.txt", "x", 1, &err);
    assert_int_equal(writer_open(&w, "other.dir", NULL, BUILDER_AUTO, &err),
                     NH_EINVAL);
    assert_true(file_exists("other.dir/thesis.txt"));
}

static void damage_is_never_shown_as_text(void **state)
{
    (void)state;
    struct nh_error err;
    struct buf file = BUF_INIT;
    nh_index *index;
    size_t refused = 0, tries = 0;
    remove_all("writer.idx");
    index_text("{\"id\":\"a\",\"title\":\"One title\",\"body\":\"some text "
               "zyzzyva\",\"date\":\"2024\",\"person\":\"Jan Leike\"}\n"
               "{\"id\":\"b\",\"body\":\"other text\"}\n",
               1);
    const char *path = "writer.idx/seg-000001/articles";
    assert_int_equal(file_read(path, &file, &err), NH_OK);
    for (size_t i = 0; i < file.len; i++, tries++) {
        nh_article *article;
        file.data[i] ^= 0x20;
        FILE *f = fopen(path, "wb"); /* in place: sizes stay */
        assert_int_equal(fwrite(file.data, 1, file.len, f), file.len);
        fclose(f);
        file.data[i] ^= 0x20;
        int rc = nh_index_open(&index, "writer.idx", &err);
        if (rc != NH_OK) {
            refused++;
            continue;
        }
        rc = nh_index_verify(index, &err);
        assert_int_equal(rc, NH_ECORRUPT);
        rc = nh_article_open(&article, index, "a", 1, &err);
        if (rc == NH_OK) {
            const struct nh_article_view *v = nh_article_read(article);
            assert_string_equal(v->body.data, "some text zyzzyva");
            assert_string_equal(v->hit->title.data, "One title");
            assert_string_equal(v->hit->person.items[0].data, "Jan Leike");
            assert_string_equal(v->hit->date.data, "2024");
            nh_article_free(article);
        } else {
            refused++;
        }
        nh_index_close(index);
    }
    assert_true(refused > tries / 2);
    buf_release(&file);
}

static void snippets_mark_what_was_found(void **state)
{
    (void)state;
    nh_index *index;
    nh_results *r;
    const struct nh_hit *hit;
    struct nh_error err;
    remove_all("writer.idx");
    index_text("{\"id\":\"a\",\"body\":\"Filler one two three four five six "
               "seven eight nine ten eleven twelve. He said that\\nsafety "
               "culture and processes took a backseat.\"}\n",
               1);
    static const char query[] = "\"safety culture\" processing";
    assert_int_equal(nh_index_open(&index, "writer.idx", &err), NH_OK);
    assert_int_equal(
        nh_index_search(&r, index, query, strlen(query), NULL, &err), NH_OK);
    assert_int_equal(nh_results_hit(&hit, r, 0, &err), NH_OK);
    const struct nh_snippet *s = &hit->snippet;
    assert_string_equal(s->text.data, "He said that safety culture and "
                                      "processes took a backseat.");
    assert_int_equal(s->highlight_count, 2);
    assert_int_equal(s->highlights[0].start, 13);
    assert_int_equal(s->highlights[0].len, 14);
    assert_int_equal(s->highlights[1].len, 9);
    assert_true(s->cut_before && !s->cut_after);
    nh_results_free(r);
    nh_index_close(index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(articles_are_added_replaced_and_left_alone),
        cmocka_unit_test(the_last_of_several_versions_in_a_run_lives),
        cmocka_unit_test(an_empty_index_answers_no_hits),
        cmocka_unit_test(the_number_of_workers_changes_nothing),
        cmocka_unit_test(segments_are_merged_by_our_own_writer_only),
        cmocka_unit_test(a_second_writer_is_told_who_has_the_lock),
        cmocka_unit_test(a_folder_with_other_things_is_refused),
        cmocka_unit_test(damage_is_never_shown_as_text),
        cmocka_unit_test(snippets_mark_what_was_found)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
