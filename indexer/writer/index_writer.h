/* The writer of an index: its lock, its segments and its commits. An index has
 * one writer at a time.
 *
 * Articles get docids in the order in which they come. writer_resolve gives an
 * article its docid and decides which of several articles with one id lives; it
 * is called in order. writer_append stores the postings and streams later, in
 * the same order. A commit covers what was appended. */
#ifndef INDEXER_WRITER_INDEX_WRITER_H
#define INDEXER_WRITER_INDEX_WRITER_H

#include "common/store/copies.h"
#include "common/store/snapshot.h"
#include "common/text/article.h"
#include "indexer/segment/segment_builder.h"
#include "indexer/segment/vocabulary_writer.h"
#include "indexer/writer/sources.h"

struct index_writer;

/* The settings of a new index. Zeros are the defaults. */
struct index_settings {
    const char *language; /* of the stemmer; NULL: English */
    bool keep_lists;      /* write common words into Xapian's tables too */
    /* Options given to this run. NULL: none; the options that the index keeps
     * stay as they are. */
    const struct kept_options *options;
    bool change; /* allow options that differ from those that the index keeps */
};

/* Sets *out to the options of a run on the index in `dir`: the options that the
 * index keeps, those of `settings`, and defaults for the rest. The index need
 * not exist. Returns NH_EINVAL if kept and given options differ and
 * settings->change is false. Takes no lock. */
int writer_options(const char *dir, const struct index_settings *settings,
                   struct kept_options *out, struct nh_error *err);

/* Opens the index in folder `dir` for writing; makes a new one if there is
 * none. Removes what an interrupted run left. `settings` may be NULL. `kind`
 * says how segments are built. Returns NH_ELOCKED if another process writes;
 * NH_EINVAL if the folder has other things in it or the index was made with
 * other settings. */
int writer_open(struct index_writer **out, const char *dir,
                const struct index_settings *settings, enum builder_kind kind,
                struct nh_error *err);
/* Opens an index for writing as writer_open does, but returns NH_ENOTFOUND if
 * there is none. */
int writer_open_existing(struct index_writer **out, const char *dir,
                         const struct index_settings *settings,
                         enum builder_kind kind, struct nh_error *err);
/* Lets a new, empty index continue the docids and segment numbers of `other`,
 * which it is about to replace. */
void writer_continue(struct index_writer *w, const struct manifest *other);
/* Discards what was not committed and releases the lock. */
void writer_close(struct index_writer *w);

const struct manifest *writer_manifest(const struct index_writer *w);
/* Returns the dictionary for new articles; NULL while there is none. */
const struct dict *writer_dict(const struct index_writer *w);
/* Returns whether the writer uses the built-in dictionary or none. */
bool writer_dict_general(const struct index_writer *w);
/* Takes ownership of `dict`, uses it for the next segments, and saves its file
 * bytes `file`. Not allowed while a segment is being built. */
int writer_set_dict(struct index_writer *w, struct dict *dict,
                    struct slice file, struct nh_error *err);
struct segment_builder *writer_builder(struct index_writer *w);

enum writer_fate { FATE_ADDED, FATE_REPLACED, FATE_UNCHANGED };

/* What becomes of an article. */
struct writer_verdict {
    enum writer_fate fate;
    uint32_t docid;  /* docid of the article; 0 if it need not be stored */
    uint32_t has;    /* docid that its id has now: `docid` or an older one */
    uint32_t buries; /* docid of the article that it replaces, or 0 */
};

/* Decides what becomes of the article with this id and hash. Call it in the
 * order of the articles, from one thread at a time. It may run at the same time
 * as writer_append. */
int writer_resolve(struct index_writer *w, struct slice id, uint64_t hash,
                   struct writer_verdict *verdict, struct nh_error *err);

/* An article that is ready to be stored. */
struct writer_article {
    struct article *article;
    uint64_t hash;
    struct writer_verdict verdict;
    struct slice stream;
    struct copies_signature signature;
};

/* Stores a batch of articles, its postings, and the word forms of the stored
 * articles. Takes ownership of `postings`, which is NULL if no article is to be
 * stored. Call it in order, from one thread at a time. */
int writer_append(struct index_writer *w, const struct writer_article *articles,
                  size_t count, struct posting_batch *postings,
                  const struct vocabulary_tally *words, struct nh_error *err);
/* Returns whether the segment in progress should be committed: it takes
 * `memory` bytes, or has as many batches as the builder holds. */
bool writer_full(struct index_writer *w, size_t memory);
/* ---- Files that articles come from (sources.h). */

/* Returns whether the file was read before in this state. `name` is the path, a
 * NUL and the collection. The caller sets state->options; the function sets the
 * other members, and *articles to the number of live articles of the file. If
 * it returns false, the file has to be read and state->hash computed. Any
 * thread. */
bool writer_source_same(struct index_writer *w, struct slice name,
                        struct source_state *state, uint64_t *articles);
/* Records that the file was read in this state and has these articles, all of
 * which were appended. Takes the list's contents. Call it where writer_append
 * may be called. */
int writer_source_read(struct index_writer *w, struct slice name,
                       const struct source_state *state,
                       struct source_list *articles, struct nh_error *err);
/* Records what another index knew of a file. Takes the lists of `from`, also on
 * failure. Call it where writer_append may be called. */
int writer_source_put(struct index_writer *w, struct slice name,
                      struct source *from, struct nh_error *err);
/* Deletes the articles of files that are `root` or below it and for which
 * `exists` returns false, and the articles that their files do not contain any
 * more. Articles that another file has too are kept. Sets *count to the number
 * of deleted articles. */
int writer_prune(struct index_writer *w, const char *root,
                 bool (*exists)(void *ctx, const char *path), void *ctx,
                 uint64_t *count, struct nh_error *err);
/* Deletes an article of the last commit. Sets *deleted to false if it was
 * deleted already. */
int writer_delete(struct index_writer *w, uint32_t docid, bool *deleted,
                  struct nh_error *err);

/* Deletes the article with this id, also one that was appended since the last
 * commit. Sets *deleted to false if there is none. Call it where writer_append
 * may be called, when every resolved article has been appended. */
int writer_delete_id(struct index_writer *w, struct slice id, bool *deleted,
                     struct nh_error *err);

/* Makes all appended articles part of the index, durably. Does nothing if
 * nothing is new. Call it where writer_append may be called. */
int writer_commit(struct index_writer *w, struct nh_error *err);

/* Returns the number of deleted articles of the last commit that still take
 * room. */
uint64_t writer_tombstones(const struct index_writer *w);
/* Merges the last `count` segments of the last commit into one and commits
 * that. Nothing may wait to be committed. Returns NH_EUNSUPPORTED if segments
 * are built through the API. */
int writer_merge(struct index_writer *w, size_t count, struct nh_error *err);
/* Merges the segments that are due (merge.h). Does nothing if segments are
 * built through the API. */
int writer_merge_due(struct index_writer *w, struct nh_error *err);

#endif
