/* Owns what the writer knows of the files that articles come from, and
 * deleting. Promises that an article which another file still has is not
 * pruned. */
#include "indexer/writer/index_writer_internal.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/file.h"

bool writer_source_same(struct index_writer *w, struct slice name,
                        struct source_state *state, uint64_t *articles)
{
    struct nh_error err;
    const char *path = name.data;
    const uint64_t options = state->options;
    if (source_look(path, state, &err) != NH_OK)
        return false; /* reading it will tell why */
    state->options = options;
    pthread_mutex_lock(&w->mutex);
    const struct source *e = sources_find(&w->sources, name);
    const struct source_state was = e ? e->state : (struct source_state){0};
    pthread_mutex_unlock(&w->mutex);
    const int same = e ? source_same(&was, state) : 0;
    uint64_t size;
    if (same == 0 || (same < 0 && (file_hash_linked(path, &state->hash, &size,
                                                    &err) != NH_OK ||
                                   state->hash != was.hash)))
        return false;
    state->hash = was.hash;
    pthread_mutex_lock(&w->mutex);
    *articles = 0;
    e = sources_find(&w->sources, name);
    for (size_t i = 0; e && i < e->articles.count; i++)
        *articles += snapshot_has(&w->snapshot, e->articles.items[i]);
    struct source *renewed =
        same < 0 ? sources_change(&w->sources, name) : NULL;
    if (renewed) /* so that its hash need not be looked at again */
        renewed->state = *state;
    pthread_mutex_unlock(&w->mutex);
    return true;
}

/* Moves to `stale` what a file had and `articles` lacks, as far as it lives. */
static bool keep_stale(const struct index_writer *w, struct source *e,
                       const struct source_list *articles)
{
    struct source_list stale = {NULL, 0, 0};
    const struct source_list *const old[] = {&e->articles, &e->stale};
    bool good = true;
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; good && i < old[k]->count; i++) {
            const uint32_t docid = old[k]->items[i];
            if (!source_list_has(articles, docid) &&
                snapshot_has(&w->snapshot, docid))
                good = source_list_add(&stale, docid);
        }
    source_list_tidy(&stale);
    free(e->stale.items);
    e->stale = stale;
    return good;
}

int writer_source_read(struct index_writer *w, struct slice name,
                       const struct source_state *state,
                       struct source_list *articles, struct nh_error *err)
{
    pthread_mutex_lock(&w->mutex);
    struct source *e = sources_change(&w->sources, name);
    source_list_tidy(articles);
    const bool good = e && keep_stale(w, e, articles);
    if (good) {
        e->state = *state;
        e->gone = false;
        free(e->articles.items);
        e->articles = *articles;
        *articles = (struct source_list){NULL, 0, 0};
    }
    pthread_mutex_unlock(&w->mutex);
    return good ? NH_OK : error_nomem(err);
}

int writer_source_put(struct index_writer *w, struct slice name,
                      struct source *from, struct nh_error *err)
{
    pthread_mutex_lock(&w->mutex);
    struct source *e = sources_change(&w->sources, name);
    if (e) {
        e->state = from->state;
        e->gone = false;
    }
    struct source *to = e ? e : from;
    free(to->articles.items);
    free(to->stale.items);
    if (e) {
        e->articles = from->articles;
        e->stale = from->stale;
    }
    pthread_mutex_unlock(&w->mutex);
    return e ? NH_OK : error_nomem(err);
}

int writer_delete(struct index_writer *w, uint32_t docid, bool *deleted,
                  struct nh_error *err)
{
    *deleted = snapshot_has(&w->snapshot, docid);
    return *deleted ? writer_bury(w, docid, err) : NH_OK;
}

static bool is_below(const char *path, const char *root)
{
    const size_t len = strlen(root);
    return strncmp(path, root, len) == 0 &&
           (path[len] == '\0' || path[len] == '/' ||
            (len > 0 && root[len - 1] == '/'));
}

/* Deletes what a list names but no file that is left. */
static int delete_list(struct index_writer *w, const struct source_list *list,
                       const uint8_t *claimed, uint64_t *count,
                       struct nh_error *err)
{
    int rc = NH_OK;
    for (size_t i = 0; rc == NH_OK && i < list->count; i++) {
        const uint32_t docid = list->items[i];
        bool deleted;
        if (docid >= w->next || claimed[docid / 8] >> (docid % 8) & 1)
            continue;
        rc = writer_delete(w, docid, &deleted, err);
        *count += rc == NH_OK && deleted;
    }
    return rc;
}

int writer_prune(struct index_writer *w, const char *root,
                 bool (*exists)(void *ctx, const char *path), void *ctx,
                 uint64_t *count, struct nh_error *err)
{
    struct sources *s = &w->sources;
    uint8_t *claimed = calloc((size_t)w->next / 8 + 1, 1);
    int rc = claimed ? NH_OK : error_nomem(err);
    *count = 0;
    for (uint32_t n = 0; claimed && n < s->names.count; n++) {
        struct source *e = &s->items[n];
        const char *path = s->names.entries[n].data;
        e->marked = !e->gone && is_below(path, root) && !exists(ctx, path);
        for (size_t i = 0; !e->gone && !e->marked && i < e->articles.count; i++)
            if (e->articles.items[i] < w->next)
                claimed[e->articles.items[i] / 8] |=
                    (uint8_t)(1u << (e->articles.items[i] % 8));
    }
    for (uint32_t n = 0; rc == NH_OK && n < s->names.count; n++) {
        struct source *e = &s->items[n];
        const char *path = s->names.entries[n].data;
        if (e->gone || !is_below(path, root) ||
            (!e->marked && e->stale.count == 0))
            continue;
        if (e->marked)
            rc = delete_list(w, &e->articles, claimed, count, err);
        if (rc == NH_OK)
            rc = delete_list(w, &e->stale, claimed, count, err);
        const struct slice name = {path, s->names.entries[n].len};
        if (rc != NH_OK || !sources_change(s, name))
            rc = rc == NH_OK ? error_nomem(err) : rc;
        e->stale.count = 0;
        e->gone = e->marked;
    }
    free(claimed);
    return rc;
}
