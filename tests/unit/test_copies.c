/* Signatures and similarity against sets made plainly of the words; files of
 * signatures come back as written. */
#include "tests/unit/harness.h"

#include "common/store/copies.h"
#include "indexer/segment/copies_writer.h"

#define FOLDER "copies.dir"

/* ---- Shingles. */

struct reader {
    struct lexicon lex;
    struct word_list words;
    struct stream_encoder *encoder;
    struct dict *dict;
};

static void reader_init(struct reader *r)
{
    memset(r, 0, sizeof *r);
    assert_int_equal(dict_builtin(&r->dict, NULL), NH_OK);
    lexicon_init(&r->lex, NULL, r->dict);
    assert_int_equal(stream_encoder_new(&r->encoder, &r->lex, r->dict, NULL),
                     NH_OK);
}

static void reader_release(struct reader *r)
{
    stream_encoder_free(r->encoder);
    lexicon_release(&r->lex);
    word_list_release(&r->words);
    dict_free(r->dict);
}

/* By analysis; by the stream they must be the same. */
static void read_text(struct reader *r, const char *title, const char *body,
                      struct shingles *out)
{
    size_t titles;
    struct buf text = BUF_INIT, stream = BUF_INIT;
    struct stream_decoded decoded;
    struct shingles again = {0};
    memset(&decoded, 0, sizeof decoded);
    assert_int_equal(lexicon_analyse_article(&r->lex, slice_of(title),
                                             slice_of(body), &r->words, &titles,
                                             NULL),
                     NH_OK);
    assert_int_equal(shingles_of_words(out, &r->lex, r->words.items,
                                       r->words.count, titles, NULL),
                     NH_OK);
    buf_printf(&text, "%s\n%s", title, body);
    const struct stream_text t = {{text.data, text.len},
                                  strlen(title),
                                  r->words.items,
                                  r->words.count,
                                  titles};
    assert_int_equal(stream_encode(r->encoder, &t, &stream, NULL), NH_OK);
    assert_int_equal(shingles_of_stream(&again, r->dict,
                                        (struct slice){stream.data, stream.len},
                                        &decoded, NULL),
                     NH_OK);
    assert_int_equal(again.count, out->count);
    if (out->count)
        assert_memory_equal(again.items, out->items,
                            out->count * sizeof *out->items);
    shingles_release(&again);
    stream_decoded_release(&decoded);
    buf_release(&text);
    buf_release(&stream);
}

static bool alike(struct reader *r, const char *title_a, const char *a,
                  const char *title_b, const char *b)
{
    struct shingles x = {0}, y = {0};
    struct copies_signature s, t;
    read_text(r, title_a, a, &x);
    read_text(r, title_b, b, &y);
    shingles_sign(&x, &s);
    shingles_sign(&y, &t);
    shingles_sort(&x);
    shingles_sort(&y);
    const bool same = shingles_alike(&x, &y);
    assert_int_equal(same, shingles_alike(&y, &x));
    if (x.count && x.count == y.count &&
        memcmp(x.items, y.items, x.count * 8) == 0)
        assert_memory_equal(&s, &t, sizeof s);
    shingles_release(&x);
    shingles_release(&y);
    return same;
}

static const char story[] =
    "The harbour of the old town was closed on Monday after a crane fell into "
    "the water beside the ferry. Nobody was hurt, the port said, but boats "
    "will leave from the northern pier until the end of the week.";

static void copies_are_of_the_body(void **state)
{
    (void)state;
    struct reader r;
    reader_init(&r);
    assert_true(alike(&r, "Harbour closed", story, "Crane falls", story));
    /* Case, accents, punctuation and spaces do not count. */
    assert_true(alike(&r, "", "One two three", "",
                      " one - TWO, thr\xc3\xa9"
                      "e!"));
    /* Short bodies need the title. */
    assert_false(alike(&r, "Fed adds reserves for the day", "Full text below.",
                       "Bank raises its rates again", "Full text below."));
    assert_true(alike(&r, "Fed adds", "Full text below.", "Fed adds",
                      "Full text below."));
    assert_true(alike(&r, "", "One", "one", ""));
    assert_false(alike(&r, "", "One", "", "Two"));
    assert_false(alike(&r, "", "", "", "")); /* of nothing there is no copy */
    reader_release(&r);
}

static void similarity_is_what_it_says(void **state)
{
    (void)state;
    struct reader r;
    uint64_t seed = 11;
    unsigned copies = 0;
    reader_init(&r);
    for (int i = 0; i < 2000; i++) {
        /* Numbers, distinct, some of which the other text lacks at its end:
         * n - 2 shingles, of which n - 2 - cut are shared. */
        struct buf a = BUF_INIT, b = BUF_INIT;
        const unsigned n = 25 + (unsigned)(random_next(&seed) % 50),
                       cut = (unsigned)(random_next(&seed) % 20);
        if ((n - cut) * 2 < COPIES_BODY_LEAST)
            continue;
        for (unsigned k = 0; k < n; k++) {
            buf_printf(&a, "w%d-%u ", i, k);
            buf_printf(&b, k < n - cut ? "w%d-%u " : "", i, k);
        }
        /* Two words each: the number of i too. */
        const double shared = 2 * (n - cut) - 2, all = 2 * n - 2;
        assert_int_equal(alike(&r, "", buf_cstr(&a), "", buf_cstr(&b)),
                         shared >= COPIES_SIMILARITY * all);
        copies += shared >= COPIES_SIMILARITY * all;
        buf_release(&a);
        buf_release(&b);
    }
    assert_in_range(copies, 500, 1900);
    reader_release(&r);
}

/* Sets of random numbers with a given part in common. */
static void make_pair(struct shingles *a, struct shingles *b, size_t n,
                      size_t shared, uint64_t *seed)
{
    a->count = b->count = 0;
    for (size_t i = 0; i < n; i++) {
        a->items[a->count++] = random_next(seed);
        b->items[b->count++] =
            i < shared ? a->items[a->count - 1] : random_next(seed);
    }
}

static void bands_are_shared_as_often_as_the_formula_says(void **state)
{
    (void)state;
    static const size_t sizes[] = {6, 18, 100, 400};
    uint64_t seed = 5;
    uint64_t items[2][512];
    struct shingles a = {.items = items[0], .cap = 512},
                    b = {.items = items[1], .cap = 512};
    for (size_t k = 0; k < 4; k++) {
        unsigned found = 0, all = 0;
        const size_t n = sizes[k], shared = n * 3 / 4;
        const double s = (double)shared / (double)(2 * n - shared);
        for (int i = 0; i < 4000; i++) {
            struct copies_signature x, y;
            unsigned same = 0;
            make_pair(&a, &b, n, shared, &seed);
            shingles_sign(&a, &x);
            shingles_sign(&b, &y);
            for (size_t band = 0; band < COPIES_BANDS; band++)
                same += x.bands[band] == y.bands[band];
            found += same > 0;
            all += same;
        }
        const double row = s * s * s, expected = row * COPIES_BANDS * 4000;
        /* Small sets fill many bins with the same; the mean stays about. */
        assert_true((double)all > expected * 0.8);
        assert_true((double)all < expected * 1.35);
        if (n >= 100) {
            double none = 1;
            for (size_t band = 0; band < COPIES_BANDS; band++)
                none *= 1 - row;
            assert_true((double)found > 4000 * (1 - none) - 150);
            assert_true((double)found < 4000 * (1 - none) + 150);
        }
    }
}

/* ---- The file. */

static void fill(struct copies_list *list, uint32_t first, uint32_t articles,
                 uint64_t *seed)
{
    for (uint32_t i = 0; i < articles; i++) {
        struct copies_signature s = {.any = random_next(seed) % 8 != 0};
        for (size_t b = 0; b < COPIES_BANDS; b++)
            s.bands[b] =
                (uint32_t)(random_next(seed) % 4 ? random_next(seed) : i % 7) &
                ((1u << COPIES_BAND_BITS) - 1);
        assert_true(copies_list_add(list, first + i, &s));
    }
}

static int by_band(const void *a, const void *b)
{
    const struct copies_entry *x = a, *y = b;
    if (x->band != y->band)
        return x->band < y->band ? -1 : 1;
    return (x->article > y->article) - (x->article < y->article);
}

static void start_folder(void)
{
    remove_all(FOLDER);
    assert_int_equal(file_mkdir(FOLDER, NULL), NH_OK);
}

static void entries_come_back_sorted(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {0, 1, 16, 17, 3000};
    uint64_t seed = 3;
    for (size_t k = 0; k < 5; k++) {
        struct copies_list list = {0};
        struct copies c;
        struct copies_cursor cursor;
        struct copies_entry e;
        fill(&list, 50, sizes[k], &seed);
        const size_t count = list.count;
        struct copies_entry *sorted = calloc(count + 1, sizeof *sorted);
        if (count)
            memcpy(sorted, list.items, count * sizeof *sorted);
        if (count)
            qsort(sorted, count, sizeof *sorted, by_band);
        start_folder();
        assert_int_equal(
            copies_list_write(&list, FOLDER, 50, 50 + sizes[k], NULL), NH_OK);
        assert_int_equal(copies_open(&c, FOLDER "/copies", NULL), NH_OK);
        assert_int_equal(copies_seek(&cursor, &c, 0, NULL), NH_OK);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(copies_next(&cursor, &e, NULL), 1);
            assert_int_equal(e.band, sorted[i].band);
            assert_int_equal(e.article, sorted[i].article);
        }
        assert_int_equal(copies_next(&cursor, &e, NULL), 0);
        for (size_t i = 0; i < count; i++) { /* and from each band on */
            if (i > 0 && sorted[i - 1].band == sorted[i].band)
                continue;
            assert_int_equal(copies_seek(&cursor, &c, sorted[i].band, NULL),
                             NH_OK);
            assert_int_equal(copies_next(&cursor, &e, NULL), 1);
            assert_int_equal(by_band(&e, &sorted[i]), 0);
        }
        assert_int_equal(copies_seek(&cursor, &c, UINT32_MAX, NULL), NH_OK);
        assert_int_equal(copies_next(&cursor, &e, NULL), 0);
        copies_close(&c);
        copies_list_release(&list);
        free(sorted);
    }
}

static bool read_all(void)
{
    struct copies c;
    struct copies_cursor cursor;
    struct copies_entry e;
    if (copies_open(&c, FOLDER "/copies", NULL) != NH_OK)
        return false;
    int more = copies_seek(&cursor, &c, 0, NULL) == NH_OK ? 1 : -1;
    while (more == 1)
        more = copies_next(&cursor, &e, NULL);
    copies_close(&c);
    return more == 0;
}

static void a_changed_byte_anywhere_is_refused(void **state)
{
    (void)state;
    struct copies_list list = {0};
    struct buf file = BUF_INIT;
    uint64_t seed = 9;
    fill(&list, 1, 60, &seed);
    start_folder();
    assert_int_equal(copies_list_write(&list, FOLDER, 1, 60, NULL), NH_OK);
    assert_true(read_all());
    assert_int_equal(file_read(FOLDER "/copies", &file, NULL), NH_OK);
    for (size_t i = 0; i < file.len; i++) {
        file.data[i] = (char)(file.data[i] ^ (1 << i % 8));
        assert_int_equal(
            file_replace(FOLDER "/copies", file.data, file.len, NULL), NH_OK);
        assert_false(read_all());
        file.data[i] = (char)(file.data[i] ^ (1 << i % 8));
    }
    buf_release(&file);
    copies_list_release(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_are_of_the_body),
        cmocka_unit_test(similarity_is_what_it_says),
        cmocka_unit_test(bands_are_shared_as_often_as_the_formula_says),
        cmocka_unit_test(entries_come_back_sorted),
        cmocka_unit_test(a_changed_byte_anywhere_is_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
