/* Vocabularies come back as written; patterns against plain definitions. */
#include "tests/unit/harness.h"

#include "common/store/vocabulary.h"
#include "indexer/segment/vocabulary_writer.h"
#include "searcher/query/pattern.h"

#define FOLDER "vocabulary.dir"

/* ---- Patterns. */

/* By the definition of a wildcard. */
static bool glob(const char *p, const char *w)
{
    if (*p == '\0')
        return *w == '\0';
    if (*p == '*')
        return glob(p + 1, w) || (*w && glob(p, w + 1));
    return *w && (*p == '?' || *p == *w) && glob(p + 1, w + 1);
}

/* Optimal string alignment by its recursion. */
static unsigned distance(const char *a, size_t n, const char *b, size_t m)
{
    if (n == 0 || m == 0)
        return (unsigned)(n + m);
    unsigned d = distance(a, n - 1, b, m - 1) + (a[n - 1] != b[m - 1]);
    unsigned e = distance(a, n - 1, b, m) + 1;
    d = e < d ? e : d;
    e = distance(a, n, b, m - 1) + 1;
    d = e < d ? e : d;
    if (n > 1 && m > 1 && a[n - 1] == b[m - 2] && a[n - 2] == b[m - 1]) {
        e = distance(a, n - 2, b, m - 2) + 1;
        d = e < d ? e : d;
    }
    return d;
}

static void make_word(char *out, const char *letters, size_t most,
                      uint64_t *seed)
{
    size_t len = 1 + random_next(seed) % most;
    for (size_t i = 0; i < len; i++)
        out[i] = letters[random_next(seed) % strlen(letters)];
    out[len] = '\0';
}

static void patterns_match_by_their_definition(void **state)
{
    (void)state;
    uint64_t seed = 5;
    unsigned yes = 0;
    struct pattern p;
    for (int i = 0; i < 200000; i++) {
        char text[12], word[12];
        make_word(text, "abc**?", 8, &seed);
        make_word(word, "abc", 9, &seed);
        assert_true(pattern_wildcard(&p, slice_of(text)));
        bool got = pattern_matches(&p, slice_of(word));
        if (got != glob(text, word))
            fail_msg("%s, %s: %d", text, word, got);
        if (got && (p.prefix_len > strlen(word) ||
                    memcmp(p.prefix, word, p.prefix_len) != 0))
            fail_msg("%s, %s: prefix", text, word);
        yes += got;
    }
    assert_true(yes > 10000);
    yes = 0;
    for (int i = 0; i < 30000; i++) {
        char text[12], word[12];
        unsigned edits = 1 + (unsigned)(random_next(&seed) % 2);
        make_word(text, "abc", 6, &seed);
        make_word(word, "abc", 6, &seed);
        assert_true(pattern_fuzzy(&p, slice_of(text), edits));
        bool got = pattern_matches(&p, slice_of(word));
        if (got != (distance(text, strlen(text), word, strlen(word)) <= edits))
            fail_msg("%s~%u, %s: %d", text, edits, word, got);
        yes += got;
    }
    assert_true(yes > 2000);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void a_walk_matches_what_single_words_do(void **state)
{
    (void)state;
    static char words[4000][12];
    uint64_t seed = 6;
    unsigned yes = 0;
    for (size_t i = 0; i < 4000; i++)
        make_word(words[i], "ab\xC3\xA9", 9, &seed);
    for (int round = 0; round < 60; round++) {
        struct pattern p;
        struct pattern_walk walk;
        char text[12];
        unsigned edits = 1 + (unsigned)(random_next(&seed) % 2);
        if (round == 30) /* in any order, then sorted */
            qsort(words, 4000, sizeof *words, by_bytes);
        make_word(text, "ab\xC3\xA9", 8, &seed);
        pattern_fuzzy(&p, slice_of(text), edits);
        pattern_walk_init(&walk, &p);
        for (size_t i = 0; i < 4000; i++) {
            bool got = pattern_walk_next(&walk, slice_of(words[i]));
            if (got != pattern_matches(&p, slice_of(words[i])))
                fail_msg("%s~%u, %s: %d", text, edits, words[i], got);
            yes += got;
        }
    }
    assert_true(yes > 1000);
}

static void patterns_count_characters_not_bytes(void **state)
{
    (void)state;
    struct pattern p;
    char longest[PATTERN_MAX + 2];
    pattern_wildcard(&p, slice_of("?ski"));
    assert_true(pattern_matches(&p, slice_of("\xC5\x82ski")));
    assert_false(pattern_matches(&p, slice_of("\xC5\x82\xC5\x82ski")));
    pattern_fuzzy(&p, slice_of("walesa"), 1);
    assert_true(pattern_matches(&p, slice_of("wa\xC5\x82"
                                             "esa")));
    memset(longest, 'a', sizeof longest);
    longest[PATTERN_MAX + 1] = '\0';
    assert_false(pattern_wildcard(&p, slice_of(longest)));
    assert_false(pattern_fuzzy(&p, slice_of(longest), 2));
    longest[PATTERN_MAX] = '\0';
    assert_true(pattern_fuzzy(&p, slice_of(longest), 2));
    assert_true(pattern_matches(&p, slice_of(longest)));
    assert_true(pattern_matches(&p, slice_of(longest + 2)));
    assert_false(pattern_matches(&p, slice_of(longest + 3)));
    assert_false(pattern_matches(&p, slice_of("")));
}

/* ---- Vocabularies. */

static void add_words(struct vocabulary_writer *w, uint32_t count)
{
    char word[32];
    for (uint32_t i = 0; i < count; i++) {
        snprintf(word, sizeof word, "w%u%s", (unsigned)(i * 7919 % 10007),
                 i % 3 == 0   ? "s"
                 : i % 3 == 1 ? ""
                              : "ing");
        assert_true(vocabulary_writer_add(w, slice_of(word), i % 5 + 1));
    }
}

static void write_words(struct vocabulary_writer *w, const char *folder)
{
    struct stemmer *stemmer;
    assert_int_equal(stemmer_new(&stemmer, "english", NULL), NH_OK);
    remove_all(folder);
    assert_int_equal(file_mkdir(folder, NULL), NH_OK);
    assert_int_equal(vocabulary_writer_write(w, folder, stemmer, NULL), NH_OK);
    stemmer_free(stemmer);
}

static void words_come_back_sorted(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {0, 1, 15, 16, 17, 5000};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        struct vocabulary_writer w = {0};
        struct vocabulary v;
        struct vocabulary_cursor c = {0};
        struct vocabulary_word word;
        char last[64] = "";
        uint32_t n = 0;
        add_words(&w, sizes[k]);
        write_words(&w, FOLDER);
        assert_int_equal(vocabulary_open(&v, FOLDER "/words", NULL), NH_OK);
        assert_int_equal(v.words, w.words.count);
        assert_int_equal(vocabulary_seek(&c, &v, slice_of(""), NULL), NH_OK);
        while (vocabulary_next(&c, &word, NULL) == 1) {
            char text[64];
            snprintf(text, sizeof text, "%.*s", (int)word.text.len,
                     word.text.data);
            assert_true(strcmp(last, text) < 0);
            strcpy(last, text);
            uint32_t at = strtab_find(&w.words, word.text.data, word.text.len);
            assert_int_not_equal(at, STRTAB_NONE);
            assert_int_equal(word.occurrences, w.counts[at]);
            assert_in_range(word.forms, 1, 3);
            /* And from there on. */
            struct vocabulary_cursor from = {0};
            struct vocabulary_word again;
            assert_int_equal(vocabulary_seek(&from, &v, slice_of(text), NULL),
                             NH_OK);
            assert_int_equal(vocabulary_next(&from, &again, NULL), 1);
            assert_slice(again.text, text);
            n++;
        }
        assert_int_equal(n, w.words.count);
        assert_int_equal(vocabulary_seek(&c, &v, slice_of("x"), NULL), NH_OK);
        assert_int_equal(vocabulary_next(&c, &word, NULL), 0);
        vocabulary_close(&v);
        vocabulary_writer_release(&w);
    }
}

static void words_taken_away_are_gone(void **state)
{
    (void)state;
    struct vocabulary_writer w = {0};
    struct vocabulary_tally more = {0};
    struct strtab words = {0};
    struct vocabulary v;
    struct vocabulary_cursor c = {0};
    struct vocabulary_word word;
    vocabulary_writer_add(&w, slice_of("resigned"), 2);
    vocabulary_writer_add(&w, slice_of("resigns"), 3);
    strtab_add(&words, "resigns", 7);
    strtab_add(&words, "other", 5);
    assert_true(vocabulary_tally_add(&more, &words.entries[0], 1));
    assert_true(vocabulary_tally_add(&more, &words.entries[1], 1));
    assert_true(vocabulary_tally_add(&more, &words.entries[0], 2));
    strtab_release(&words);
    assert_true(vocabulary_writer_join(&w, &more));
    vocabulary_writer_take(&w, slice_of("resigned"), 2);
    vocabulary_writer_take(&w, slice_of("unknown"), 1);
    write_words(&w, FOLDER);
    assert_int_equal(vocabulary_open(&v, FOLDER "/words", NULL), NH_OK);
    assert_int_equal(vocabulary_seek(&c, &v, slice_of("p"), NULL), NH_OK);
    assert_int_equal(vocabulary_next(&c, &word, NULL), 1);
    assert_slice(word.text, "resigns");
    assert_int_equal(word.occurrences, 6);
    assert_int_equal(word.forms, 1);
    assert_int_equal(vocabulary_next(&c, &word, NULL), 0);
    vocabulary_close(&v);
    vocabulary_writer_release(&w);
    vocabulary_tally_release(&more);
}

/* Reads all words; false where damage was noticed. */
static bool read_all(const char *path)
{
    struct vocabulary v;
    struct vocabulary_cursor c = {0};
    struct vocabulary_word word;
    if (vocabulary_open(&v, path, NULL) != NH_OK)
        return false;
    int more = vocabulary_seek(&c, &v, slice_of(""), NULL) == NH_OK ? 1 : -1;
    while (more == 1)
        more = vocabulary_next(&c, &word, NULL);
    vocabulary_close(&v);
    return more == 0;
}

static void a_changed_byte_anywhere_is_refused(void **state)
{
    (void)state;
    struct vocabulary_writer w = {0};
    struct buf file = BUF_INIT;
    add_words(&w, 200);
    write_words(&w, FOLDER);
    assert_int_equal(file_read(FOLDER "/words", &file, NULL), NH_OK);
    assert_true(read_all(FOLDER "/words"));
    for (size_t at = 0; at < file.len; at++) {
        file.data[at] ^= 4;
        file_replace("words.bad", file.data, file.len, NULL);
        if (read_all("words.bad"))
            fail_msg("byte %zu of %zu was changed unseen", at, file.len);
        file.data[at] ^= 4;
    }
    for (size_t len = 0; len < file.len; len += 7) {
        file_replace("words.bad", file.data, len, NULL);
        assert_false(read_all("words.bad"));
    }
    buf_release(&file);
    vocabulary_writer_release(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_match_by_their_definition),
        cmocka_unit_test(a_walk_matches_what_single_words_do),
        cmocka_unit_test(patterns_count_characters_not_bytes),
        cmocka_unit_test(words_come_back_sorted),
        cmocka_unit_test(words_taken_away_are_gone),
        cmocka_unit_test(a_changed_byte_anywhere_is_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
