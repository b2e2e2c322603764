/* The one writer of an index: its lock, its segments, its commits.
 *
 * Articles get numbers in the order in which they come. Which of several
 * articles with one id lives is decided when their number is given
 * (writer_resolve), in order; their postings and streams follow later
 * (writer_append), in the same order. A commit covers what was appended. */
#ifndef INDEXER_WRITER_INDEX_WRITER_H
#define INDEXER_WRITER_INDEX_WRITER_H

#include "common/store/copies.h"
#include "common/store/snapshot.h"
#include "common/text/article.h"
#include "indexer/segment/segment_builder.h"
#include "indexer/segment/vocabulary_writer.h"
#include "indexer/writer/sources.h"

struct index_writer;

/* What a new index is to be; zeros are the defaults. */
struct index_settings {
    const char *language; /* of the stemmer; NULL: English */
    bool keep_lists;      /* common words stand in Xapian's tables too */
    /* Options that the run was given; NULL: none, and what an index keeps stays
     * as it is. */
    const struct kept_options *options;
    bool change; /* options may differ from those that the index keeps */
};

/* Sets *out to the options of a run on the index in `dir`: those that it keeps,
 * those that `settings` gives, and the defaults. There may be no index yet.
 * NH_EINVAL where they differ and must not. Takes no lock. */
int writer_options(const char *dir, const struct index_settings *settings,
                   struct kept_options *out, struct nh_error *err);

/* Opens the index in folder `dir` for writing, making it if there is none, and
 * removes what an interrupted run left. `settings` may be NULL. `kind` says how
 * segments are built. NH_ELOCKED if another process writes, NH_EINVAL for a
 * folder with other things in it or an index made with other settings. */
int writer_open(struct index_writer **out, const char *dir,
                const struct index_settings *settings, enum builder_kind kind,
                struct nh_error *err);
/* The same, but NH_ENOTFOUND if there is no index. */
int writer_open_existing(struct index_writer **out, const char *dir,
                         const struct index_settings *settings,
                         enum builder_kind kind, struct nh_error *err);
/* Makes a new index, before anything is added, go on with the numbers of
 * another one, whose place it is to take. */
void writer_continue(struct index_writer *w, const struct manifest *other);
/* Discards what was not committed and releases the lock. */
void writer_close(struct index_writer *w);

const struct manifest *writer_manifest(const struct index_writer *w);
/* The dictionary for new articles; NULL while there is none. */
const struct dict *writer_dict(const struct index_writer *w);
/* True while only the built-in dictionary, or none, is in use. */
bool writer_dict_general(const struct index_writer *w);
/* Makes `dict` (owned from now on) the dictionary of the segments to come, and
 * saves its file bytes. Not while a segment is being built. */
int writer_set_dict(struct index_writer *w, struct dict *dict,
                    struct slice file, struct nh_error *err);
struct segment_builder *writer_builder(struct index_writer *w);

enum writer_fate { FATE_ADDED, FATE_REPLACED, FATE_UNCHANGED };

/* What becomes of an article. */
struct writer_verdict {
    enum writer_fate fate;
    uint32_t docid;  /* its number; 0 if it needs no storing */
    uint32_t has;    /* the number that its id has now: docid or an older one */
    uint32_t buries; /* number of the article it replaces, or 0 */
};

/* Decides for the article with this id and hash; in order, one thread at a
 * time, but side by side with writer_append. */
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

/* Stores a batch of articles, its postings (owned from now on; NULL if no
 * article needs storing), and the words of those that do. In order, one thread
 * at a time. */
int writer_append(struct index_writer *w, const struct writer_article *articles,
                  size_t count, struct posting_batch *postings,
                  const struct vocabulary_tally *words, struct nh_error *err);
/* True when the segment in progress should be committed. */
bool writer_full(struct index_writer *w, size_t memory);
/* ---- Files that articles come from (sources.h). */

/* Whether the file of this name, a path that ends in a NUL and a collection,
 * was read before in this state, whose options are given and whose other
 * members are filled in; *articles, how many of its articles live. False for a
 * file that has to be read, whose hash is what reading it finds. Any thread. */
bool writer_source_same(struct index_writer *w, struct slice name,
                        struct source_state *state, uint64_t *articles);
/* All articles of a file, which was read in this state, were appended; they
 * have these numbers. The list is taken from. Where writer_append may be
 * called. */
int writer_source_read(struct index_writer *w, struct slice name,
                       const struct source_state *state,
                       struct source_list *articles, struct nh_error *err);
/* Puts what another index knew of a file, whose lists are taken in any case.
 * Where writer_append may be called. */
int writer_source_put(struct index_writer *w, struct slice name,
                      struct source *from, struct nh_error *err);
/* Deletes the articles of files that are below `root` (or are it) and that
 * `exists` does not know, and those that their files do not have any more;
 * unless other files have them. *count of them. */
int writer_prune(struct index_writer *w, const char *root,
                 bool (*exists)(void *ctx, const char *path), void *ctx,
                 uint64_t *count, struct nh_error *err);
/* Deletes an article of the last commit; one that is deleted already is passed
 * over: *deleted says so. */
int writer_delete(struct index_writer *w, uint32_t docid, bool *deleted,
                  struct nh_error *err);

/* Deletes the article that has this id, one that was just appended too;
 * *deleted is false if there is none. Where writer_append may be called, with
 * nothing resolved that is not appended. */
int writer_delete_id(struct index_writer *w, struct slice id, bool *deleted,
                     struct nh_error *err);

/* Makes all that was appended part of the index, durably. Does nothing if
 * there is nothing new. Call it where writer_append may be called. */
int writer_commit(struct index_writer *w, struct nh_error *err);

/* Articles of the last commit that still take room though they are deleted. */
uint64_t writer_tombstones(const struct index_writer *w);
/* Merges the last `count` segments of the last commit into one and commits
 * that; nothing may wait to be committed. NH_EUNSUPPORTED where segments are
 * built through the API. */
int writer_merge(struct index_writer *w, size_t count, struct nh_error *err);
/* Merges what is due (merge.h); nothing where segments are built through the
 * API. */
int writer_merge_due(struct index_writer *w, struct nh_error *err);

#endif
