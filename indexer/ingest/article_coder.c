/* Owns the terms of an article: which there are, and with what wdf.
 * doc/internals/index-format.md lists them; the query planner looks for the
 * same. */
#include "indexer/ingest/article_coder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/store/bm25.h"
#include "indexer/ingest/article_entities.h"
#include "indexer/ingest/mentions.h"

/* How often something occurs in the article being coded; valid where the stamp
 * is the article's. */
struct tally {
    uint32_t stamp, count, title;
};

struct tallies {
    struct tally *items;
    uint32_t cap;
};

/* Keys: of the pairs of common words, then two of each stem. */
#define KEYS_OF_PAIRS (ANALYSIS_COMMON * ANALYSIS_COMMON)

struct article_coder {
    struct stemmer *stemmer;
    struct lexicon lex;
    struct stream_encoder *encoder;
    struct word_list words;
    struct tallies stems; /* by numbers in the lexicon */
    uint32_t *used;       /* stems of this article */
    size_t used_count, used_cap;
    uint32_t stamp;
    struct buf text, term, folded;
    struct mention_finder mentions;
    struct entity_finder *entities; /* or NULL */
    struct shingles shingles;
    bool keep_names;
    /* Words since article_coder_words: how often each occurs, by its number in
     * the lexicon; those that do; and those that were counted in a lexicon that
     * is gone. */
    uint64_t *occurrences;
    uint32_t occurrences_cap;
    uint32_t *met;
    size_t met_count, met_cap;
    struct vocabulary_tally spilt;
    /* Terms of the article at hand that have keys. */
    struct posting_key *keys;
    size_t key_count, key_cap;
    uint64_t pairs_met[KEYS_OF_PAIRS / 64]; /* pairs of common words, by key */
    struct strtab seen; /* pairs of other short words that were added */
};

int article_coder_new(struct article_coder **out, const char *language,
                      const struct dict *dict, const struct entity_model *model,
                      struct nh_error *err)
{
    *out = NULL;
    struct article_coder *c = calloc(1, sizeof *c);
    if (!c)
        return error_nomem(err);
    int rc = stemmer_new(&c->stemmer, language, err);
    lexicon_init(&c->lex, c->stemmer, dict);
    if (rc == NH_OK)
        rc = stream_encoder_new(&c->encoder, &c->lex, dict, err);
    if (rc == NH_OK && model)
        rc = entity_finder_new(&c->entities, model, err);
    if (rc != NH_OK)
        article_coder_free(c);
    else
        *out = c;
    return rc;
}

void article_coder_keep_names(struct article_coder *c)
{
    c->keep_names = true;
}

void article_coder_free(struct article_coder *c)
{
    if (!c)
        return;
    stream_encoder_free(c->encoder);
    lexicon_release(&c->lex);
    stemmer_free(c->stemmer);
    word_list_release(&c->words);
    free(c->stems.items);
    mention_finder_release(&c->mentions);
    entity_finder_free(c->entities);
    shingles_release(&c->shingles);
    free(c->used);
    free(c->occurrences);
    free(c->met);
    free(c->keys);
    vocabulary_tally_release(&c->spilt);
    buf_release(&c->text);
    buf_release(&c->term);
    buf_release(&c->folded);
    strtab_release(&c->seen);
    free(c);
}

/* ---- Analysis. */

/* Text = title "\n" body, words with positions in it. */
static int analyse(struct article_coder *c, const struct article *a,
                   struct stream_text *t, struct nh_error *err)
{
    buf_reset(&c->text);
    buf_append(&c->text, a->title.data, a->title.len);
    buf_append_byte(&c->text, '\n');
    buf_append(&c->text, a->body.data, a->body.len);
    if (c->text.failed)
        return error_nomem(err);
    if (c->text.len > STREAM_TEXT_MAX)
        return error_set(err, NH_EDATA, "the article is longer than %zu MiB",
                         STREAM_TEXT_MAX >> 20);
    size_t titles;
    int rc = lexicon_analyse_article(&c->lex, a->title, a->body, &c->words,
                                     &titles, err);
    *t = (struct stream_text){{c->text.data, c->text.len},
                              a->title.len,
                              c->words.items,
                              c->words.count,
                              titles};
    return rc;
}

static bool grow_tallies(struct tallies *t, uint32_t need)
{
    if (need <= t->cap)
        return true;
    uint32_t cap = t->cap ? t->cap : 4096;
    while (cap < need)
        cap *= 2;
    struct tally *items = realloc(t->items, cap * sizeof *items);
    if (!items)
        return false;
    memset(items + t->cap, 0, (cap - t->cap) * sizeof *items);
    *t = (struct tallies){items, cap};
    return true;
}

static bool use_new_stem(struct article_coder *c, uint32_t stem, bool title)
{
    if (c->used_count == c->used_cap) {
        uint32_t *used = array_grow(c->used, &c->used_cap, sizeof *used);
        if (!used)
            return false;
        c->used = used;
    }
    c->used[c->used_count++] = stem;
    c->stems.items[stem] = (struct tally){c->stamp, 1, title};
    return true;
}

/* Words whose counts are fetched from memory ahead. */
#define COUNTS_AHEAD 16

/* Counts a stem of the lexicon, whose tallies there are. */
static inline bool use_stem(struct article_coder *c, uint32_t stem, bool title)
{
    struct tally *t = &c->stems.items[stem];
    if (t->stamp != c->stamp)
        return use_new_stem(c, stem, title);
    t->count++;
    t->title += title;
    return true;
}

static struct slice word_at(const struct article_coder *c, size_t i)
{
    const struct strtab_entry *e =
        &c->lex.words.entries[c->words.items[i].word];
    return (struct slice){e->data, e->len};
}

/* Two CJK characters one behind the other are a term too. */
static bool use_bigram(struct article_coder *c, size_t i, bool title)
{
    struct slice a = word_at(c, i - 1), b = word_at(c, i);
    buf_reset(&c->term);
    buf_append(&c->term, a.data, a.len);
    buf_append(&c->term, b.data, b.len);
    uint32_t stem = c->term.failed
                        ? STRTAB_NONE
                        : strtab_add(&c->lex.stems, c->term.data, c->term.len);
    return stem != STRTAB_NONE && grow_tallies(&c->stems, stem + 1) &&
           use_stem(c, stem, title);
}

/* Starts a new article: what was tallied before is void. */
static bool next_stamp(struct article_coder *c)
{
    c->used_count = 0;
    if (++c->stamp == 0) { /* wrapped: old stamps would look new */
        memset(c->stems.items, 0, c->stems.cap * sizeof *c->stems.items);
        c->stamp = 1;
    }
    return grow_tallies(&c->stems, c->lex.stems.count);
}

/* Room for the words of the article at hand. */
static bool grow_occurrences(struct article_coder *c, size_t words)
{
    uint32_t need = c->lex.words.count;
    if (need > c->occurrences_cap) {
        uint32_t cap = c->occurrences_cap ? c->occurrences_cap : 4096;
        while (cap < need)
            cap *= 2;
        uint64_t *items = realloc(c->occurrences, cap * sizeof *items);
        if (!items)
            return false;
        memset(items + c->occurrences_cap, 0,
               (cap - c->occurrences_cap) * sizeof *items);
        c->occurrences = items;
        c->occurrences_cap = cap;
    }
    uint32_t *met =
        array_reserve(c->met, &c->met_cap, c->met_count + words, sizeof *met);
    if (met)
        c->met = met;
    return met != NULL;
}

/* Moves what was counted from the lexicon's numbers to `spilt`. */
static bool spill(struct article_coder *c)
{
    bool good = true;
    for (size_t i = 0; i < c->met_count; i++) {
        uint32_t n = c->met[i];
        if (i + 16 < c->met_count) {
            __builtin_prefetch(&c->lex.words.entries[c->met[i + 16]]);
            __builtin_prefetch(c->lex.words.entries[c->met[i + 8]].data);
        }
        good = good && vocabulary_tally_add(&c->spilt, &c->lex.words.entries[n],
                                            c->occurrences[n]);
        c->occurrences[n] = 0;
    }
    c->met_count = 0;
    return good;
}

int article_coder_words(struct article_coder *c, struct vocabulary_tally *words,
                        struct nh_error *err)
{
    bool good = spill(c);
    struct vocabulary_tally swap = *words;
    *words = c->spilt;
    c->spilt = swap;
    vocabulary_tally_reset(&c->spilt);
    return good ? NH_OK : error_nomem(err);
}

static bool count_words(struct article_coder *c, const struct stream_text *t)
{
    if (!next_stamp(c) || !grow_occurrences(c, t->count))
        return false;
    for (size_t i = 0; i < t->count; i++) {
        const struct text_word *w = &t->words[i];
        bool title = i < t->title_count;
        if (i + COUNTS_AHEAD < t->count) {
            __builtin_prefetch(&c->occurrences[w[COUNTS_AHEAD].word]);
            __builtin_prefetch(&c->stems.items[w[COUNTS_AHEAD].stem]);
        }
        if (c->occurrences[w->word]++ == 0)
            c->met[c->met_count++] = w->word;
        if (w->flags & WORD_POSSESSIVE)
            continue;
        if (!use_stem(c, w->stem, title))
            return false;
        bool joined = (w->flags & WORD_CJK) && i > 0 && i != t->title_count &&
                      (w[-1].flags & WORD_CJK);
        if (joined && !use_bigram(c, i, title))
            return false;
    }
    return true;
}

/* ---- Terms. */

static int put_term(struct article_coder *c, struct posting_batch *batch,
                    const char *prefix, struct slice value, uint32_t wdf,
                    struct nh_error *err)
{
    schema_term(&c->term, prefix, value);
    if (c->term.failed)
        return error_nomem(err);
    return posting_batch_term(batch, (struct slice){c->term.data, c->term.len},
                              wdf, err);
}

/* Room for the keys of the article at hand: two of each stem, and pairs. */
static bool reserve_keys(struct article_coder *c, size_t words)
{
    struct posting_key *keys = array_reserve(
        c->keys, &c->key_cap, c->used_count * 2 + words, sizeof *keys);
    c->key_count = 0;
    if (keys)
        c->keys = keys;
    return keys != NULL;
}

static void add_key(struct article_coder *c, uint32_t key, uint32_t wdf)
{
    c->keys[c->key_count++] = (struct posting_key){key, wdf};
}

static void add_stems(struct article_coder *c)
{
    for (size_t i = 0; i < c->used_count; i++) {
        const struct tally *t = &c->stems.items[c->used[i]];
        const uint32_t key = KEYS_OF_PAIRS + c->used[i] * 2;
        add_key(c, key, t->count + t->title * (BM25_TITLE - 1));
        if (t->title)
            add_key(c, key + 1, t->title);
    }
}

static bool set_pair(struct article_coder *c, struct slice a, struct slice b)
{
    buf_reset(&c->folded);
    buf_append(&c->folded, a.data, a.len);
    buf_append_byte(&c->folded, ' ');
    buf_append(&c->folded, b.data, b.len);
    return !c->folded.failed;
}

/* Adds the term of that prefix and c->folded, if the article has it not. Values
 * of different prefixes differ in how many words they have: the HAS term in
 * question has one. */
static int put_once(struct article_coder *c, struct posting_batch *batch,
                    const char *prefix, struct nh_error *err)
{
    const struct slice value = {c->folded.data, c->folded.len};
    const uint32_t known = c->seen.count;
    const uint32_t n = strtab_add(&c->seen, value.data, value.len);
    if (n == STRTAB_NONE)
        return error_nomem(err);
    return n == known ? put_term(c, batch, prefix, value, 0, err) : NH_OK;
}

/* Adds the pair term of word i and the one before it, both short, once. */
static int put_pair(struct article_coder *c, size_t i,
                    struct posting_batch *batch, struct nh_error *err)
{
    if (!set_pair(c, word_at(c, i - 1), word_at(c, i)))
        return error_nomem(err);
    return put_once(c, batch, SCHEMA_PAIR_PREFIX, err);
}

/* Adds the term of word i and the one before it, which a line's end may
 * divide, once. */
static int put_divided(struct article_coder *c, size_t i,
                       struct posting_batch *batch, struct nh_error *err)
{
    const struct slice a = word_at(c, i - 1), b = word_at(c, i);
    if (a.len + b.len > ANALYSIS_STEM_MAX)
        return NH_OK;
    buf_reset(&c->term);
    buf_append(&c->term, a.data, a.len);
    buf_append(&c->term, b.data, b.len);
    if (c->term.failed)
        return error_nomem(err);
    const struct slice stem = stemmer_stem(c->stemmer, buf_slice(&c->term));
    buf_reset(&c->folded);
    schema_divided(&c->folded, stem, a, b);
    if (c->folded.failed)
        return error_nomem(err);
    int rc = put_once(c, batch, SCHEMA_DIVIDED_PREFIX, err);
    if (rc != NH_OK)
        return rc;
    buf_reset(&c->folded);
    buf_append_str(&c->folded, SCHEMA_DIVIDED_NAME);
    return put_once(c, batch, SCHEMA_HAS_PREFIX, err);
}

/* Neighbours that analysis_pairs selects, and those that a line's end divides,
 * each pair once. */
static int put_pairs(struct article_coder *c, const struct stream_text *t,
                     struct posting_batch *batch, struct nh_error *err)
{
    int rc = NH_OK;
    strtab_reset(&c->seen);
    memset(c->pairs_met, 0, sizeof c->pairs_met);
    for (size_t i = 1; rc == NH_OK && i < t->count; i++) {
        const struct text_word *w = &t->words[i];
        if (i == t->title_count)
            continue;
        if ((w->flags & WORD_DIVIDED) && !(w->flags & WORD_CJK) &&
            !(w[-1].flags & WORD_CJK))
            rc = put_divided(c, i, batch, err);
        if (rc != NH_OK)
            break;
        if (w->common && w[-1].common) {
            const uint32_t key =
                (w[-1].common - 1u) * ANALYSIS_COMMON + w->common - 1u;
            uint64_t *met = &c->pairs_met[key / 64];
            if (!(*met >> key % 64 & 1))
                add_key(c, key, 0);
            *met |= UINT64_C(1) << key % 64;
        } else if ((w->flags & w[-1].flags & WORD_SHORT) &&
                   analysis_short_pair(word_at(c, i - 1), word_at(c, i))) {
            rc = put_pair(c, i, batch, err);
        }
    }
    return rc;
}

/* The stem of the key that comes `ahead` behind key i, or NULL. */
static const struct strtab_entry *stem_ahead(const struct article_coder *c,
                                             size_t i, size_t ahead)
{
    if (i + ahead >= c->key_count || c->keys[i + ahead].key < KEYS_OF_PAIRS)
        return NULL;
    return &c->lex.stems.entries[(c->keys[i + ahead].key - KEYS_OF_PAIRS) / 2];
}

/* Fetches from memory what keys behind i will be named by. */
static void fetch_ahead(const struct article_coder *c, size_t i)
{
    const struct strtab_entry *far = stem_ahead(c, i, 16),
                              *near = stem_ahead(c, i, 8);
    if (far)
        __builtin_prefetch(far);
    if (near)
        __builtin_prefetch(near->data);
}

/* Names the term of a key to the batch. */
static int put_key(struct article_coder *c, struct posting_batch *batch,
                   const struct posting_key *k, struct nh_error *err)
{
    if (k->key < KEYS_OF_PAIRS) {
        if (!set_pair(c, analysis_common_word(k->key / ANALYSIS_COMMON + 1),
                      analysis_common_word(k->key % ANALYSIS_COMMON + 1)))
            return error_nomem(err);
        schema_term(&c->term, SCHEMA_PAIR_PREFIX,
                    (struct slice){c->folded.data, c->folded.len});
    } else {
        const uint32_t n = k->key - KEYS_OF_PAIRS;
        const struct strtab_entry *e = &c->lex.stems.entries[n / 2];
        schema_term(&c->term, n % 2 ? schema_fields[FIELD_TITLE].prefix : "",
                    (struct slice){e->data, e->len});
    }
    if (c->term.failed)
        return error_nomem(err);
    return posting_batch_word(
        batch, k->key, (struct slice){c->term.data, c->term.len}, k->wdf, err);
}

/* Stems and pairs. */
static int put_words(struct article_coder *c, const struct stream_text *t,
                     struct posting_batch *batch, struct nh_error *err)
{
    if (!reserve_keys(c, t->count))
        return error_nomem(err);
    add_stems(c);
    int rc = put_pairs(c, t, batch, err);
    if (rc == NH_OK)
        rc = posting_batch_keys(batch, c->lex.age, c->keys, &c->key_count, err);
    for (size_t i = 0; rc == NH_OK && i < c->key_count; i++) {
        fetch_ahead(c, i);
        rc = put_key(c, batch, &c->keys[i], err);
    }
    return rc;
}

/* A name that the article has at least once, if not in its text. */
static int put_name(struct article_coder *c, const struct field_def *def,
                    struct slice name, size_t mentions,
                    struct posting_batch *batch, struct nh_error *err)
{
    uint32_t wdf = !def->entity ? 0 : mentions ? (uint32_t)mentions : 1;
    int rc = put_term(c, batch, def->prefix, name, 0, err);
    struct slice word;
    while (rc == NH_OK && (word = slice_word(&name)).len > 0)
        rc = put_term(c, batch, def->word_prefix, word, wdf, err);
    return rc;
}

static int put_has(struct article_coder *c, enum field field,
                   struct posting_batch *batch, struct nh_error *err)
{
    return put_term(c, batch, SCHEMA_HAS_PREFIX,
                    slice_of(schema_fields[field].name), 0, err);
}

/* Terms of what a value is part of. */
static int put_wider(struct article_coder *c, enum field field,
                     struct slice value, struct posting_batch *batch,
                     struct nh_error *err)
{
    struct slice wider[SCHEMA_WIDER_MAX];
    struct buf scratch = BUF_INIT;
    const size_t count = schema_wider(field, value, &scratch, wider);
    int rc = scratch.failed ? error_nomem(err) : NH_OK;
    for (size_t i = 0; rc == NH_OK && i < count; i++)
        rc = put_term(c, batch, schema_fields[field].wide_prefix, wider[i], 0,
                      err);
    buf_release(&scratch);
    return rc;
}

static int put_values(struct article_coder *c, const struct article *a,
                      struct posting_batch *batch, struct nh_error *err)
{
    int rc = NH_OK;
    for (size_t i = 0; rc == NH_OK && i < a->count; i++) {
        const struct article_value *v = &a->values[i];
        const struct field_def *def = &schema_fields[v->field];
        bool first = i == 0 || a->values[i - 1].field != v->field;
        if (first && v->field != FIELD_ID)
            rc = put_has(c, v->field, batch, err);
        if (rc != NH_OK)
            break;
        if (def->kind == FIELD_KIND_EXACT) {
            rc = put_term(c, batch, def->prefix, v->text, 0, err);
            if (rc == NH_OK && def->wide_prefix)
                rc = put_wider(c, v->field, v->text, batch, err);
            continue;
        }
        buf_reset(&c->folded);
        analysis_fold_name(v->text, &c->folded);
        struct slice folded = {c->folded.data, c->folded.len};
        if (c->folded.failed)
            rc = error_nomem(err);
        else if (def->kind == FIELD_KIND_NAME)
            rc = put_name(c, def, folded, v->mention_count, batch, err);
        else
            rc = put_term(c, batch, def->prefix, folded, 0, err);
        if (rc == NH_OK && def->wide_prefix)
            rc = put_wider(c, v->field, folded, batch, err);
    }
    return rc;
}

/* Terms of year, month and day, and a value that sorts as the date does. */
static int put_date(struct article_coder *c, struct nh_date date,
                    struct posting_batch *batch, struct nh_error *err)
{
    char term[16], value[8];
    if (date.precision == DATE_NONE)
        return NH_OK;
    struct date_civil d = date_civil_of(date_day_of(date.seconds));
    int rc = put_has(c, FIELD_DATE, batch, err);
    snprintf(term, sizeof term, "%04d", d.year);
    if (rc == NH_OK)
        rc = put_term(c, batch, "Y", slice_of(term), 0, err);
    snprintf(term, sizeof term, "%04d%02d", d.year, d.month);
    if (rc == NH_OK)
        rc = put_term(c, batch, "M", slice_of(term), 0, err);
    snprintf(term, sizeof term, "%04d%02d%02d", d.year, d.month, d.day);
    if (rc == NH_OK)
        rc = put_term(c, batch, "D", slice_of(term), 0, err);
    date_sortable(date, value);
    if (rc == NH_OK)
        rc = posting_batch_value(batch, SCHEMA_DATE_SLOT,
                                 (struct slice){value, 8}, err);
    return rc;
}

int article_coder_add(struct article_coder *c, struct article *a,
                      uint32_t docid, struct posting_batch *batch,
                      struct buf *stream, struct copies_signature *signature,
                      struct nh_error *err)
{
    struct stream_text t;
    if (lexicon_due(&c->lex) && !spill(c))
        return error_nomem(err);
    lexicon_trim(&c->lex); /* tallies of old numbers have old stamps */
    int rc = analyse(c, a, &t, err);
    if (rc == NH_OK)
        rc = stream_encode(c->encoder, &t, stream, err);
    if (rc == NH_OK)
        rc = posting_batch_begin(batch, docid, err);
    if (rc == NH_OK && !count_words(c, &t))
        rc = error_nomem(err);
    if (rc == NH_OK)
        rc = shingles_of_words(&c->shingles, &c->lex, t.words, t.count,
                               t.title_count, err);
    if (rc == NH_OK)
        shingles_sign(&c->shingles, signature);
    if (rc == NH_OK && !c->keep_names &&
        !mention_finder_run(&c->mentions, &c->lex, &c->words, t.title_count, a))
        rc = error_nomem(err);
    if (rc == NH_OK && c->entities && !c->keep_names)
        rc = article_entities_add(c->entities, a, &c->words, err);
    if (rc == NH_OK)
        rc = put_words(c, &t, batch, err);
    if (rc == NH_OK)
        rc = put_values(c, a, batch, err);
    if (rc == NH_OK && t.title_count > 0)
        rc = put_has(c, FIELD_TITLE, batch, err);
    if (rc == NH_OK)
        rc = put_date(c, a->date, batch, err);
    if (rc == NH_OK)
        rc = posting_batch_end(batch, err);
    return rc;
}
