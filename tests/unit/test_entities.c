/* Entities: tokens against what is written down, cached scores against the sum
 * of all features, models that are damaged, names that are resolved. */
#include "tests/unit/harness.h"

#include "common/base/file.h"
#include "entities/entities.h"
#include "entities/features.h"
#include "entities/tokens.h"

#define MODEL NEWSHOUND_SOURCE "/entities/english.model"

static struct entity_model *model;

static int open_model(void **state)
{
    (void)state;
    return entity_model_open(&model, MODEL, NULL);
}

static int close_model(void **state)
{
    (void)state;
    entity_model_free(model);
    return 0;
}

/* ---- Tokens. */

/* Tokens with "|" between them, "||" before the first of a sentence. */
static void assert_tokens(const char *text, const char *expected)
{
    struct token_scanner s;
    struct token t;
    struct buf got = BUF_INIT;
    token_scanner_init(&s, slice_of(text));
    while (token_next(&s, &t)) {
        buf_append_str(&got, t.first ? "||" : "|");
        buf_append(&got, text + t.start, t.end - t.start);
    }
    assert_string_equal(buf_cstr(&got), expected);
    buf_release(&got);
}

static void signs_stand_apart_from_words(void **state)
{
    (void)state;
    assert_tokens("He won't. \"Yes,\" said Mr. Leike's aide.",
                  "||He|won't|.||\"|Yes|,|\"|said|Mr.|Leike|'s|aide|.");
    assert_tokens("J. R. Smith, Jr., of AT&T Inc. The U.S. visit",
                  "||J.|R.|Smith|,|Jr.|,|of|AT&T|Inc.||The|U.S.|visit");
    assert_tokens("Jean-Claude, Jong-un; pro-Russian, Boston-based",
                  "||Jean-Claude|,|Jong-un|;|pro|-|Russian|,|Boston|-|based");
    assert_tokens("3.5% of $1,000... at Amazon.com",
                  "||3.5|%|of|$|1,000|...|at|Amazon.com");
    assert_tokens("A headline\nThe text", "||A|headline||The|text");
    assert_tokens("in Hartford, Conn. Anna came. The Wash. The mass. Anna",
                  "||in|Hartford|,|Conn.|Anna|came|.||The|Wash.||The|mass|.||"
                  "Anna");
}

static void lines_of_a_narrow_column_go_on(void **state)
{
    (void)state;
    assert_tokens(
        "Crane falls\nThe town has asked the painter Clara\nHolm and "
        "the baker Jonas Weller for\nhelp with the new hall, which "
        "the\ncarpenter Peter Brandt built",
        "||Crane|falls||The|town|has|asked|the|painter|Clara|Holm|and|"
        "the|baker|Jonas|Weller|for|help|with|the|new|hall|,|which|"
        "the|carpenter|Peter|Brandt|built");
    assert_tokens("Clara Holm\nJonas Weller\nPeter Brandt",
                  "||Clara|Holm||Jonas|Weller||Peter|Brandt");
    assert_tokens("The baker Anna\nHolm and the town\nof Bern\nAnna Weller",
                  "||The|baker|Anna|Holm|and|the|town|of|Bern||Anna|Weller");
}

static void any_bytes_have_tokens(void **state)
{
    uint64_t seed = 7;
    char text[300];
    (void)state;
    for (int n = 0; n < 20000; n++) {
        const size_t len = random_next(&seed) % sizeof text;
        struct token_scanner s;
        struct token t;
        size_t end = 0;
        for (size_t i = 0; i < len; i++)
            text[i] = n % 2
                          ? (char)random_next(&seed)
                          : " .'-&,A\nb\xe2\x80\x99\""[random_next(&seed) % 14];
        token_scanner_init(&s, (struct slice){text, len});
        while (token_next(&s, &t)) {
            assert_true(t.start >= end && t.end > t.start && t.end <= len);
            end = t.end;
        }
    }
}

/* ---- The tagger. */

static const char story[] =
    "Jan Leike left Microsoft in San Francisco. Leike, who led a team "
    "with Ilya Sutskever, wrote about artificial general intelligence (AGI). "
    "Mr. Sutskever agreed that AGI is near. The European Space Agency (ESA) "
    "hired J. Leike, ESA said.\n\nLEIKE LEAVES MICROSOFT FOR SPACE";

/* The score of labels by the definition: weights of all features of each token
 * and the transitions between. */
static int64_t score(const struct document *d, const struct doc_run *run,
                     const uint8_t *labels)
{
    uint32_t features[FEATURES_TOKEN_MAX];
    int64_t sum = 0;
    unsigned last = LABEL_NONE;
    for (size_t i = run->start; i < run->end; i++) {
        const struct feature_place p = {d, i, run->sentence_start,
                                        run->sentence_end};
        const size_t n = features_token(&p, UINT32_MAX, features);
        assert_true(n <= FEATURES_TOKEN_MAX);
        for (size_t f = 0; labels[i] && f < n; f++) {
            score_row weights = {{{0}}};
            model_add(&model->rows, features[f], &weights);
            sum += weights.of[labels[i] - 1];
        }
        assert_true(label_follows(last, labels[i]));
        sum += model->transitions[last][labels[i]];
        last = labels[i];
    }
    assert_true(label_ends(last));
    return sum + model->transitions[last][LABEL_NONE];
}

/* Any other legal labels of a run score less or the same: changed in one place
 * at a time, and all of none. */
static void the_labels_of_a_run_are_the_best(void **state)
{
    struct tagger *t;
    struct token_scanner s;
    struct token token;
    (void)state;
    assert_true(tagger_new(&t, model));
    struct document *d = tagger_document(t);
    document_reset(d);
    token_scanner_init(&s, slice_of(story));
    while (token_next(&s, &token)) {
        const struct slice text = {story + token.start,
                                   token.end - token.start};
        assert_true(
            document_add(d, &(struct doc_source){text, token.first}, 1));
    }
    const uint8_t *labels = tagger_run(t);
    assert_non_null(labels);
    assert_true(d->run_count > 5);
    for (size_t k = 0; k < d->run_count; k++) {
        const struct doc_run *run = &d->runs[k];
        const int64_t best = score(d, run, labels);
        uint8_t other[256];
        assert_true(d->count <= sizeof other);
        memset(other, LABEL_NONE, sizeof other);
        assert_true(score(d, run, other) <= best);
        for (size_t i = run->start; i < run->end; i++)
            for (unsigned label = 0; label < LABEL_COUNT; label++) {
                memcpy(other, labels, d->count);
                other[i] = (uint8_t)label;
                const unsigned before =
                    i > run->start ? other[i - 1] : LABEL_NONE;
                const unsigned behind =
                    i + 1 < run->end ? other[i + 1] : LABEL_NONE;
                if (label_follows(before, label) &&
                    label_follows(label, behind))
                    assert_true(score(d, run, other) <= best);
            }
    }
    tagger_free(t);
}

/* ---- Names. */

/* Mentions as "class:name=text;". */
static void assert_entities(const char *text, const char *expected)
{
    static const char letters[] = "POL";
    struct entity_finder *f;
    struct buf got = BUF_INIT;
    assert_int_equal(entity_finder_new(&f, model, NULL), NH_OK);
    for (int again = 0; again < 2; again++) { /* nothing is left of the first */
        buf_reset(&got);
        assert_int_equal(
            entity_finder_run(f, (struct slice){NULL, 0}, slice_of(text), NULL),
            NH_OK);
        for (size_t i = 0; i < f->mention_count; i++) {
            const struct entity_mention *m = &f->mentions[i];
            const struct entity *e = &f->entities[m->entity];
            buf_printf(&got, "%c:%.*s=%.*s;", letters[e->class],
                       (int)e->name.len, e->name.data, (int)(m->end - m->start),
                       text + m->start);
        }
        assert_string_equal(buf_cstr(&got), expected);
    }
    buf_release(&got);
    entity_finder_free(f);
}

static void short_names_are_those_of_full_ones(void **state)
{
    (void)state;
    assert_entities(
        story, "P:Jan Leike=Jan Leike;O:Microsoft=Microsoft;"
               "L:San Francisco=San Francisco;P:Jan Leike=Leike;"
               "P:Ilya Sutskever=Ilya Sutskever;P:Ilya Sutskever=Sutskever;"
               "O:European Space Agency=European Space Agency;"
               "O:European Space Agency=ESA;P:Jan Leike=J. Leike;"
               "O:European Space Agency=ESA;P:Jan Leike=LEIKE;"
               "O:Microsoft=MICROSOFT;");
}

static void a_name_of_two_is_not_given_to_one(void **state)
{
    (void)state;
    assert_entities("Bill Clinton met Hillary Clinton on Friday. Clinton said "
                    "that he was glad.",
                    "P:Bill Clinton=Bill Clinton;"
                    "P:Hillary Clinton=Hillary Clinton;P:Clinton=Clinton;");
}

static void particles_are_of_the_name(void **state)
{
    (void)state;
    assert_entities(
        "The teacher Pieter Van Der Linde spoke to Anna De los Rios "
        "in the hall. Van Der Linde said so.",
        "P:Pieter Van Der Linde=Pieter Van Der Linde;"
        "P:Anna De los Rios=Anna De los Rios;"
        "P:Pieter Van Der Linde=Van Der Linde;");
}

static void initials_are_one_name_however_written(void **state)
{
    (void)state;
    assert_entities("The writer T.K. Holm met Anna Weller. TK Holm said so in "
                    "the U.S. on Monday. Many in the US and in the USA read T. "
                    "K. Holm.",
                    "P:T. K. Holm=T.K. Holm;P:Anna Weller=Anna Weller;"
                    "P:T. K. Holm=TK Holm;L:U.S.=U.S.;L:U.S.=US;L:U.S.=USA;"
                    "P:T. K. Holm=T. K. Holm;");
}

static void places_of_a_dateline_are_one(void **state)
{
    (void)state;
    assert_entities("PORTLAND, Ore. (AP) - The mayor of Portland said that the "
                    "bridge is to be opened.",
                    "L:PORTLAND=PORTLAND, Ore.;O:AP=AP;L:PORTLAND=Portland;");
    assert_entities("The mayor of Portland, Oregon said on Monday that the "
                    "bridge is to be opened.",
                    "L:Portland=Portland;L:Oregon=Oregon;");
}

static void other_languages_have_no_entities(void **state)
{
    (void)state;
    assert_entities("Der Bundeskanzler Olaf Scholz hat am Freitag in Berlin "
                    "mit Emmanuel Macron gesprochen. Scholz sagte, dass die "
                    "Gespr\xc3\xa4"
                    "che gut gewesen seien und dass man sich "
                    "bald wieder in Paris treffen werde, um weiter zu reden.",
                    "");
}

static void long_and_odd_texts_end(void **state)
{
    static const char *const parts[] = {"JOHN SMITH ", "john smith ", "A. ",
                                        "(AGI) ",      "\xff\xfe",    "Smith, ",
                                        "the ",        "U.S. ",       "- "};
    struct entity_finder *f;
    (void)state;
    assert_int_equal(entity_finder_new(&f, model, NULL), NH_OK);
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
        struct buf text = BUF_INIT;
        while (text.len < 300000)
            buf_append_str(&text, parts[p]);
        assert_int_equal(entity_finder_run(f, (struct slice){text.data, 20},
                                           (struct slice){text.data, text.len},
                                           NULL),
                         NH_OK);
        for (size_t i = 0; i < f->mention_count; i++) {
            const struct entity_mention *m = &f->mentions[i];
            assert_true(m->start < m->end && m->end <= text.len &&
                        m->entity < f->entity_count);
        }
        buf_release(&text);
    }
    entity_finder_free(f);
}

/* ---- Model files. */

static void a_damaged_model_is_refused(void **state)
{
    struct buf bytes = BUF_INIT;
    struct entity_model *m;
    struct nh_error err;
    (void)state;
    assert_int_equal(file_read(MODEL, &bytes, &err), NH_OK);
    assert_true(bytes.len < (6u << 20));
    for (size_t at = 0; at < bytes.len; at += bytes.len / 40 + 1) {
        bytes.data[at] ^= 0x10;
        const int rc = entity_model_read(
            &m, (struct slice){bytes.data, bytes.len}, "m", &err);
        assert_true(rc == NH_ECORRUPT || rc == NH_EVERSION);
        assert_null(m);
        bytes.data[at] ^= 0x10;
    }
    bytes.data[7]++;
    assert_int_equal(
        entity_model_read(&m, (struct slice){bytes.data, bytes.len}, "m", &err),
        NH_EVERSION);
    assert_int_equal(
        entity_model_read(&m, (struct slice){bytes.data, 12}, "m", &err),
        NH_ECORRUPT);
    assert_int_equal(entity_model_open(&m, "no-such-model", &err),
                     NH_ENOTFOUND);
    buf_release(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs_stand_apart_from_words),
        cmocka_unit_test(lines_of_a_narrow_column_go_on),
        cmocka_unit_test(any_bytes_have_tokens),
        cmocka_unit_test(the_labels_of_a_run_are_the_best),
        cmocka_unit_test(short_names_are_those_of_full_ones),
        cmocka_unit_test(a_name_of_two_is_not_given_to_one),
        cmocka_unit_test(particles_are_of_the_name),
        cmocka_unit_test(initials_are_one_name_however_written),
        cmocka_unit_test(places_of_a_dateline_are_one),
        cmocka_unit_test(other_languages_have_no_entities),
        cmocka_unit_test(long_and_odd_texts_end),
        cmocka_unit_test(a_damaged_model_is_refused),
    };
    return cmocka_run_group_tests(tests, open_model, close_model);
}
