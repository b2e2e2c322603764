/* Inside of the public handles. */
#ifndef SEARCHER_INDEX_INDEX_H
#define SEARCHER_INDEX_INDEX_H

#include "common/store/snapshot.h"
#include "common/stream/lexicon.h"
#include "common/stream/stream.h"
#include "newshound/newshound.h"
#include "searcher/index/name_rules.h"
#include "searcher/index/synonyms.h"
#include "searcher/query/stems.h"

/* What tells one state of a file from another; zeros: there is none. */
struct file_stamp {
    uint64_t inode, size;
    int64_t changed; /* nanoseconds since 1970 */
};

/* Of the files that a handle reads when it is opened. */
struct index_stamps {
    struct file_stamp commit, rules, synonyms;
};

struct nh_index {
    struct snapshot snapshot;
    struct nh_stats stats;      /* as nh_index_stats returned them last */
    struct index_stamps stamps; /* before the files were read */
    struct stemmer *stemmer;
    struct lexicon lexicon;    /* words of texts that were shown */
    struct stem_index stems;   /* of the dictionaries */
    struct name_rules *rules;  /* of the index, or NULL; helpers borrow them */
    bool no_rules;             /* they are left out */
    struct synonyms *synonyms; /* of the index, or NULL; helpers have none */
    bool no_synonyms;          /* they are left out */
    /* Scratch for one article at a time. */
    struct article article;
    struct stream_decoded decoded;
    struct word_list words;
    uint32_t *word_counts; /* of articles (insight/word_counts.h), or NULL */
    /* For searches side by side: the same commit opened again, for one thread
     * each. */
    struct nh_index *helpers[NH_THREADS_MAX];
    size_t helper_count;
};

/* Opens helpers, until there are `count`; false if that cannot be done, for
 * instance because a newer commit has taken the place of this one. */
bool index_help(nh_index *index, size_t count);

/* The rules that names are shown by, or NULL. */
static inline const struct name_rules *index_rules(const nh_index *index)
{
    return index->no_rules ? NULL : index->rules;
}
/* snapshot_article into index->article, names as they are shown. */
int index_article(nh_index *index, uint32_t docid, struct nh_error *err);
/* The same for its fields alone. */
int index_fields(nh_index *index, uint32_t docid, struct nh_error *err);

/* Copies an article's values and date into a hit; strings go to the arena. */
bool hit_fill(struct nh_hit *hit, const struct article *a, struct arena *arena);
/* A copy with a NUL behind it; data is NULL if memory ran out. */
struct nh_string hit_string(struct arena *arena, struct slice s);

#endif
