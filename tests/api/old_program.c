/* A program as it was written for version 1.0: it writes an index, searches it
 * and prints what it finds. Compiled against frozen-1.0, run on a larger
 * library. */
#include <newshound.h>
#include <newshound_writer.h>

#include <stdio.h>
#include <string.h>

/* Bytes behind each struct that the library fills or reads. */
#define GUARD 0xA5

struct guarded_error {
    struct nh_error err;
    unsigned char guard[256];
};

static int intact(const struct guarded_error *e)
{
    for (size_t i = 0; i < sizeof e->guard; i++)
        if (e->guard[i] != GUARD)
            return 0;
    return 1;
}

static int write_index(const char *path, struct guarded_error *e)
{
    /* Rubbish behind the options: a larger library must not read it. */
    struct {
        struct nh_writer_options options;
        unsigned char rubbish[256];
    } o = {NH_WRITER_OPTIONS_INIT, {0}};
    const struct nh_value article[] = {{"id", "one", 3},
                                       {"title", "Harbour reopens", 15},
                                       {"body", "The old harbour is new.", 23},
                                       {"date", "2024-05-17", 10},
                                       {"person", "Jan Leike", 9}};
    nh_writer *writer;
    memset(o.rubbish, GUARD, sizeof o.rubbish);
    o.options.names = NH_NAMES_GIVEN;
    if (nh_writer_open(&writer, path, &o.options, &e->err) != NH_OK)
        return 1;
    int rc = nh_writer_add(writer, article, 5, NULL, &e->err);
    if (rc == NH_OK)
        rc = nh_writer_commit(writer, &e->err);
    printf("added %d\n", (int)nh_writer_counts(writer)->added);
    nh_writer_close(writer);
    return rc != NH_OK;
}

static void print_article(nh_index *index, struct guarded_error *e)
{
    nh_article *article;
    if (nh_article_open(&article, index, "one", 3, &e->err) != NH_OK)
        return;
    const struct nh_article_view *view = nh_article_read(article);
    printf("article %s, %d bytes, %d persons given\n", view->hit->title.data,
           (int)view->body.len, (int)view->given_persons);
    nh_article_free(article);
}

static int search(const char *path, struct guarded_error *e)
{
    struct {
        struct nh_search_options options;
        unsigned char rubbish[256];
    } o = {NH_SEARCH_OPTIONS_INIT, {0}};
    nh_index *index;
    nh_results *found;
    const struct nh_hit *hit;
    const struct nh_facet *facets;
    memset(o.rubbish, GUARD, sizeof o.rubbish);
    o.options.facets = "person";
    if (nh_index_open(&index, path, &e->err) != NH_OK)
        return 1;
    printf("articles %d\n", (int)nh_index_stats(index)->articles);
    if (nh_index_search(&found, index, "harbour", 7, &o.options, &e->err)) {
        nh_index_close(index);
        return 1;
    }
    const struct nh_total *total = nh_results_total(found);
    printf("total %d exact %d\n", (int)total->value, total->exact);
    if (nh_results_facets(&facets, found) == 1)
        printf("facet %s\n", facets->values->text.data);
    while (nh_results_next(&hit, found, &e->err) == NH_OK && hit)
        printf("hit %s %s %s\n", hit->id.data, hit->date.data,
               hit->snippet.text.data);
    nh_results_free(found);
    print_article(index, e);
    nh_index_close(index);
    return 0;
}

int main(int argc, char **argv)
{
    struct guarded_error e;
    memset(&e, GUARD, sizeof e);
    if (argc != 2 || write_index(argv[1], &e) || search(argv[1], &e)) {
        printf("failed: %s\n", e.err.message);
        return 1;
    }
    return intact(&e) ? 0 : 1;
}
