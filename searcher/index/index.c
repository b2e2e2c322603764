/* Owns opening of indexes and reading of single articles.
 * Promises that a handle shows one commit, whole. */
#include "searcher/index/index.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/utf8.h"

const char *nh_version(void)
{
    return NEWSHOUND_VERSION;
}

/* All but the rules, which helpers borrow or lack. Accepts NULL. */
static void close_commit(nh_index *index)
{
    if (!index)
        return;
    lexicon_release(&index->lexicon);
    article_release(&index->article);
    stream_decoded_release(&index->decoded);
    word_list_release(&index->words);
    free(index->word_counts);
    for (size_t i = 0; i < index->helper_count; i++)
        close_commit(index->helpers[i]);
    stem_index_release(&index->stems);
    stemmer_free(index->stemmer);
    snapshot_close(&index->snapshot);
    free(index);
}

static int open_commit(nh_index **out, const char *path, struct nh_error *err)
{
    *out = NULL;
    nh_index *index = calloc(1, sizeof *index);
    if (!index)
        return error_nomem(err);
    int rc = snapshot_open(&index->snapshot, path, err);
    if (rc == NH_OK)
        rc = stemmer_new(&index->stemmer, index->snapshot.manifest.language,
                         err);
    if (rc != NH_OK) {
        close_commit(index);
        return rc;
    }
    lexicon_init(&index->lexicon, NULL, NULL);
    *out = index;
    return NH_OK;
}

static int take_stamp(struct file_stamp *stamp, const char *dir,
                      const char *name, struct nh_error *err)
{
    struct buf path = BUF_INIT;
    struct stat st;
    const bool good = file_join(&path, dir, name) != NULL;
    *stamp = (struct file_stamp){0, 0, 0};
    if (good && stat(path.data, &st) == 0)
        *stamp = (struct file_stamp){(uint64_t)st.st_ino, (uint64_t)st.st_size,
                                     (int64_t)st.st_mtim.tv_sec * 1000000000 +
                                         st.st_mtim.tv_nsec};
    buf_release(&path);
    return good ? NH_OK : error_nomem(err);
}

static bool same_stamp(struct file_stamp a, struct file_stamp b)
{
    return a.inode == b.inode && a.size == b.size && a.changed == b.changed;
}

static int take_stamps(struct index_stamps *stamps, const char *dir,
                       struct nh_error *err)
{
    int rc = take_stamp(&stamps->commit, dir, MANIFEST_NAME, err);
    if (rc == NH_OK)
        rc = take_stamp(&stamps->rules, dir, RULES_NAME, err);
    return rc == NH_OK ? take_stamp(&stamps->synonyms, dir, SYNONYMS_NAME, err)
                       : rc;
}

static bool same_stamps(const struct index_stamps *a,
                        const struct index_stamps *b)
{
    return same_stamp(a->commit, b->commit) && same_stamp(a->rules, b->rules) &&
           same_stamp(a->synonyms, b->synonyms);
}

int nh_index_open(nh_index **out, const char *path, struct nh_error *err)
{
    struct index_stamps before;
    *out = NULL;
    int rc = take_stamps(&before, path, err);
    if (rc == NH_OK)
        rc = open_commit(out, path, err);
    if (rc == NH_OK)
        rc = name_rules_open(&(*out)->rules, path, err);
    if (rc == NH_OK)
        rc = synonyms_open(&(*out)->synonyms, path, (*out)->stemmer, err);
    if (rc != NH_OK) {
        nh_index_close(*out);
        *out = NULL;
        return rc;
    }
    (*out)->stamps = before;
    return NH_OK;
}

int nh_index_reopen(nh_index *index, int *changed, struct nh_error *err)
{
    struct index_stamps now;
    const char *dir = index->snapshot.dir;
    nh_index *newer;
    int none;
    if (!changed)
        changed = &none;
    *changed = 0;
    int rc = take_stamps(&now, dir, err);
    if (rc != NH_OK || same_stamps(&now, &index->stamps))
        return rc;
    rc = nh_index_open(&newer, dir, err);
    if (rc != NH_OK)
        return rc;
    const struct nh_index older = *index;
    *index = *newer;
    *newer = older;
    index->no_rules = newer->no_rules;
    index->no_synonyms = newer->no_synonyms;
    nh_index_close(newer);
    *changed = 1;
    return NH_OK;
}

void nh_index_set_rules(nh_index *index, int on)
{
    index->no_rules = !on;
    for (size_t i = 0; i < index->helper_count; i++)
        index->helpers[i]->no_rules = !on;
}

void nh_index_set_synonyms(nh_index *index, int on)
{
    index->no_synonyms = !on;
}

void nh_index_close(nh_index *index)
{
    struct name_rules *rules = index ? index->rules : NULL;
    struct synonyms *synonyms = index ? index->synonyms : NULL;
    close_commit(index);
    name_rules_free(rules);
    synonyms_free(synonyms);
}

bool index_help(nh_index *index, size_t count)
{
    const struct snapshot *s = &index->snapshot;
    while (index->helper_count < count &&
           index->helper_count < NH_THREADS_MAX) {
        nh_index *helper;
        if (open_commit(&helper, s->dir, NULL) != NH_OK)
            return false;
        if (helper->snapshot.manifest.commit != s->manifest.commit) {
            close_commit(helper);
            return false;
        }
        for (size_t i = 0; i < s->count; i++) /* the same files */
            helper->snapshot.segments[i].table_checked =
                s->segments[i].table_checked;
        helper->rules = index->rules;
        helper->no_rules = index->no_rules;
        index->helpers[index->helper_count++] = helper;
    }
    return index->helper_count >= count;
}

int nh_index_verify(nh_index *index, struct nh_error *err)
{
    return snapshot_verify(&index->snapshot, err);
}

const struct nh_stats *nh_index_stats(nh_index *index)
{
    const struct snapshot *s = &index->snapshot;
    struct nh_stats *stats = &index->stats;
    memset(stats, 0, sizeof *stats);
    stats->articles = s->live;
    stats->tombstones = s->tombstones;
    stats->segments = s->count;
    stats->commit = s->manifest.commit;
    for (size_t i = 0; i < s->count; i++)
        stats->text_bytes += s->segments[i].articles.text_bytes;
    for (size_t i = 0; i < s->manifest.file_count; i++)
        stats->index_bytes += s->manifest.files[i].size;
    const struct kept_options *o = &s->manifest.options;
    const char **const kept[KEPT_COUNT] = {[KEPT_MAP] = &stats->map,
                                           [KEPT_CHARSET] = &stats->charset,
                                           [KEPT_DATE_ORDER] =
                                               &stats->date_order,
                                           [KEPT_NAMES] = &stats->names};
    for (enum kept_option i = 0; i < KEPT_COUNT; i++)
        *kept[i] = o->known[i] ? o->values[i] : NULL;
    return stats;
}

int nh_index_dates(nh_index *index, int64_t *oldest, int64_t *newest,
                   uint64_t *dated, struct nh_error *err)
{
    struct snapshot_dates dates;
    const int rc = snapshot_dates(&index->snapshot, &dates, err);
    if (rc != NH_OK)
        return rc;
    *oldest = dates.oldest;
    *newest = dates.newest;
    if (dated)
        *dated = dates.dated;
    return dates.dated ? NH_OK
                       : error_set(err, NH_ENOTFOUND,
                                   "no article of the index has a date");
}

/* ---- Hits. */

struct nh_string hit_string(struct arena *arena, struct slice s)
{
    return (struct nh_string){arena_copy(arena, s.data, s.len), s.len};
}

/* The values of one field; they stand side by side in the article. */
static bool fill_list(struct nh_list *list, const struct article *a,
                      enum field field, struct arena *arena)
{
    size_t first = 0, count = 0;
    while (first < a->count && a->values[first].field != field)
        first++;
    while (first + count < a->count && a->values[first + count].field == field)
        count++;
    struct nh_string *items = arena_alloc(arena, (count + 1) * sizeof *items);
    for (size_t i = 0; items && i < count; i++) {
        items[i] = hit_string(arena, a->values[first + i].text);
        if (!items[i].data)
            return false;
    }
    *list = (struct nh_list){items, count};
    return items != NULL;
}

/* Bytes of the words of a text that stand for a missing title, about. */
#define HEADING_BYTES 80

/* The title on one line, or the first words of the text. */
static struct nh_string make_heading(const struct article *a,
                                     struct arena *arena)
{
    const bool title = a->title.len > 0;
    const struct slice from = slice_trim(title ? a->title : a->body);
    struct buf line = BUF_INIT;
    size_t word = 0; /* end of the last word that is whole */
    for (size_t i = 0; i < from.len && (title || line.len <= HEADING_BYTES);
         i++) {
        const bool blank = (unsigned char)from.data[i] <= ' ';
        if (!blank)
            buf_append_byte(&line, (uint8_t)from.data[i]);
        else if (line.len > word) {
            word = line.len;
            buf_append_byte(&line, ' ');
        }
        if (blank)
            word = line.len;
    }
    if (!title && line.len > HEADING_BYTES) {
        line.len = word > 1 ? word - 1 : utf8_cut(line.data, HEADING_BYTES);
        buf_append_str(&line, " ...");
    }
    const struct nh_string heading =
        line.failed ? (struct nh_string){NULL, 0}
                    : hit_string(arena, (struct slice){line.data, line.len});
    buf_release(&line);
    return heading;
}

bool hit_fill(struct nh_hit *hit, const struct article *a, struct arena *arena)
{
    const struct {
        struct nh_string *to;
        enum field field;
    } singles[] = {{&hit->id, FIELD_ID},
                   {&hit->source, FIELD_SOURCE},
                   {&hit->url, FIELD_URL},
                   {&hit->section, FIELD_SECTION},
                   {&hit->language, FIELD_LANGUAGE}};
    const struct {
        struct nh_list *to;
        enum field field;
    } lists[] = {{&hit->author, FIELD_AUTHOR},
                 {&hit->topic, FIELD_TOPIC},
                 {&hit->person, FIELD_PERSON},
                 {&hit->org, FIELD_ORG},
                 {&hit->place, FIELD_PLACE}};
    bool good = true;
    for (size_t i = 0; i < sizeof singles / sizeof *singles; i++) {
        *singles[i].to = hit_string(arena, article_get(a, singles[i].field));
        good = good && singles[i].to->data;
    }
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        good = good && fill_list(lists[i].to, a, lists[i].field, arena);
    struct buf date = BUF_INIT;
    date_format(a->date, &date);
    hit->date = hit_string(arena, (struct slice){date.data, date.len});
    hit->title = hit_string(arena, a->title);
    hit->heading = make_heading(a, arena);
    hit->time = a->date.seconds;
    good = good && !date.failed;
    buf_release(&date);
    return good && hit->date.data && hit->title.data && hit->heading.data;
}

/* ---- Articles. */

static int show_names(nh_index *index, struct nh_error *err)
{
    return name_rules_apply(index_rules(index), &index->article)
               ? NH_OK
               : error_nomem(err);
}

int index_article(nh_index *index, uint32_t docid, struct nh_error *err)
{
    int rc = snapshot_article(&index->snapshot, docid, &index->article,
                              &index->decoded, err);
    return rc == NH_OK ? show_names(index, err) : rc;
}

int index_fields(nh_index *index, uint32_t docid, struct nh_error *err)
{
    struct article_record record;
    struct snapshot_segment *segment;
    article_reset(&index->article);
    int rc = snapshot_record(&index->snapshot, docid, &record, &segment, err);
    if (rc == NH_OK)
        rc = articles_fields(&segment->articles, &record, &index->article, err);
    return rc == NH_OK ? show_names(index, err) : rc;
}

struct nh_article {
    struct arena arena;
    struct nh_article_view view;
    struct nh_hit hit;           /* of the view */
    struct nh_mention *mentions; /* made when asked for */
    size_t mention_count;
};

/* How many values of a field were not found by tagging. */
static size_t count_given(const struct article *a, enum field field)
{
    size_t n = 0;
    for (size_t i = 0; i < a->count; i++)
        n += a->values[i].field == field && !a->values[i].found;
    return n;
}

static int article_make(nh_article **out, nh_index *index, uint32_t docid,
                        struct nh_error *err)
{
    int rc = index_article(index, docid, err);
    if (rc != NH_OK)
        return rc;
    nh_article *a = calloc(1, sizeof *a);
    if (!a)
        return error_nomem(err);
    a->view.hit = &a->hit;
    a->view.body = hit_string(&a->arena, index->article.body);
    a->hit.number = docid;
    a->hit.snippet.text = (struct nh_string){"", 0};
    a->view.given_persons = count_given(&index->article, FIELD_PERSON);
    a->view.given_orgs = count_given(&index->article, FIELD_ORG);
    a->view.given_places = count_given(&index->article, FIELD_PLACE);
    if (!a->view.body.data || !hit_fill(&a->hit, &index->article, &a->arena)) {
        nh_article_free(a);
        return error_nomem(err);
    }
    *out = a;
    return NH_OK;
}

int nh_article_open(nh_article **out, nh_index *index, const char *id,
                    size_t len, struct nh_error *err)
{
    uint32_t docid;
    *out = NULL;
    int rc =
        snapshot_find(&index->snapshot, (struct slice){id, len}, &docid, err);
    return rc == NH_OK ? article_make(out, index, docid, err) : rc;
}

int nh_article_next(nh_article **out, nh_index *index, uint32_t after,
                    struct nh_error *err)
{
    const struct snapshot *s = &index->snapshot;
    *out = NULL;
    for (size_t i = 0; i < s->count; i++) {
        const struct manifest_segment *seg = s->segments[i].info;
        uint32_t docid = after >= seg->first ? after + 1 : seg->first;
        for (; docid <= seg->last; docid++) {
            if (!snapshot_live(s, docid))
                continue;
            int rc = article_make(out, index, docid, err);
            if (rc != NH_ENOTFOUND) /* a number that was not used */
                return rc;
        }
    }
    return error_set(err, NH_ENOTFOUND, "there are no more articles");
}

/* Mentions of the article that index->article holds, whose words are
 * index->words, the first `titles` of its title. */
static int fill_mentions(nh_article *a, const nh_index *index, size_t titles,
                         struct nh_error *err)
{
    const struct article *from = &index->article;
    size_t count = 0;
    for (size_t i = 0; i < from->count; i++)
        count += from->values[i].mention_count;
    struct nh_mention *made =
        arena_alloc(&a->arena, (count + 1) * sizeof *made);
    if (!made)
        return error_nomem(err);
    count = 0;
    for (size_t i = 0; i < from->count; i++) {
        const struct article_value *v = &from->values[i];
        const char *field = schema_fields[v->field].name;
        const struct nh_string name =
            hit_string(&a->arena, v->mention_count ? v->text : slice_of(""));
        if (!name.data)
            return error_nomem(err);
        for (size_t k = 0; k < v->mention_count; k++) {
            const struct article_mention *m = &v->mentions[k];
            const bool in_title = m->first < titles;
            const size_t end_word = in_title ? titles : index->words.count;
            if (m->count == 0 || m->first >= end_word ||
                m->count > end_word - m->first)
                return error_set(err, NH_ECORRUPT,
                                 "the article '%s' names somebody where it has "
                                 "no words",
                                 a->hit.id.data);
            const size_t base = in_title ? 0 : from->title.len + 1;
            const size_t start = index->words.items[m->first].start,
                         end = index->words.items[m->first + m->count - 1].end;
            made[count++] = (struct nh_mention){{field, strlen(field)},
                                                name,
                                                in_title,
                                                start - base,
                                                end - start};
        }
    }
    a->mentions = made;
    a->mention_count = count;
    return NH_OK;
}

int nh_article_mentions(const struct nh_mention **mentions, size_t *count,
                        nh_article *a, nh_index *index, struct nh_error *err)
{
    int rc = NH_OK;
    size_t titles;
    *mentions = NULL;
    *count = 0;
    if (!a->mentions) {
        rc = snapshot_current(&index->snapshot, err);
        if (rc == NH_OK)
            rc = index_article(index, a->hit.number, err);
        if (rc == NH_OK)
            rc = lexicon_analyse_article(&index->lexicon, index->article.title,
                                         index->article.body, &index->words,
                                         &titles, err);
        if (rc == NH_OK)
            rc = fill_mentions(a, index, titles, err);
        lexicon_trim(&index->lexicon);
    }
    if (rc == NH_OK) {
        *mentions = a->mentions;
        *count = a->mention_count;
    }
    return rc;
}

const struct nh_article_view *nh_article_read(const nh_article *article)
{
    return &article->view;
}

void nh_article_free(nh_article *article)
{
    if (!article)
        return;
    arena_release(&article->arena);
    free(article);
}
