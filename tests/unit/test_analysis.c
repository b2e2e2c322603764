/* Words, folding, stems, sentence and paragraph starts. */
#include "tests/unit/harness.h"

#include "common/stream/dict.h"
#include "common/stream/lexicon.h"

/* The folded words of a text joined by '|', with marks for their flags: ^ a
 * sentence, ^^ a paragraph, ' a possessive, # CJK. */
static void describe(struct slice text, bool flags, struct buf *out)
{
    struct word_scanner s;
    struct word w;
    buf_reset(out);
    word_scanner_init(&s, text);
    while (word_next(&s, &w)) {
        if (out->len)
            buf_append_byte(out, '|');
        if (flags && (w.flags & WORD_SENTENCE))
            buf_append_byte(out, '^');
        if (flags && (w.flags & WORD_PARAGRAPH))
            buf_append_byte(out, '^');
        buf_append(out, w.folded.data, w.folded.len);
        if (flags && (w.flags & WORD_POSSESSIVE))
            buf_append_byte(out, '\'');
        if (flags && (w.flags & WORD_CJK))
            buf_append_byte(out, '#');
    }
    word_scanner_release(&s);
}

static void check(const char *text, bool flags, const char *expected)
{
    struct buf out = BUF_INIT;
    describe(slice_of(text), flags, &out);
    assert_string_equal(buf_cstr(&out), expected);
    buf_release(&out);
}

static void words_are_letters_and_numbers(void **state)
{
    (void)state;
    check("Hello, World! 3.5 AT&T wi-fi U.S. don't snake_case", false,
          "hello|world|3|5|at|t|wi|fi|u|s|don|t|snake|case");
    check("", false, "");
    check("...!?", false, "");
    check("a\xFF"
          "b\x80",
          false, "a|b");
}

static void folding_drops_case_and_accents(void **state)
{
    (void)state;
    check("Fran\xC3\xA7ois \xC3\x89LAN na\xC3\xAFve", false,
          "francois|elan|naive");
    check("e\xCC\x81lan", false, "elan");           /* a combining accent */
    check("co\xC2\xADoperate", false, "cooperate"); /* a soft hyphen */
    check("\xEF\xBC\xA1\xEF\xBC\xA2", false, "ab"); /* full width */
    check("CO\xC2\xB2", false, "co2");
    check("\xCE\x91\xCE\xB8\xCE\xAE\xCE\xBD\xCE\xB1", false,
          "\xCE\xB1\xCE\xB8\xCE\xB7\xCE\xBD\xCE\xB1");
    check("1\xC2\xBD cups", false, "1|cups"); /* a fraction separates */
    check("a\xE2\x80\x93"
          "b\xE2\x80\x99"
          "c",
          false, "a|b|c");
}

static void cjk_characters_are_words(void **state)
{
    (void)state;
    check("\xE6\x9D\xB1\xE4\xBA\xAC Tokyo", true,
          "^^\xE6\x9D\xB1#|\xE4\xBA\xAC#|tokyo");
    check("x\xE6\x9D\xB1y", false, "x|\xE6\x9D\xB1|y");
}

static void possessives_are_marked(void **state)
{
    (void)state;
    check("Reagan's U.S. 1980's", true, "^^reagan|s'|u|s|1980|s");
    check("Reagan\xE2\x80\x99s", true, "^^reagan|s'");
    check("'s", true, "^^s");
}

static void sentences_start_where_a_reader_sees_them(void **state)
{
    (void)state;
    check("One. Two! three? Four", true, "^^one|^two|three|^four");
    check("Mr. Smith met J. Doe. He left.", true,
          "^^mr|smith|met|j|doe|^he|left");
    check("It cost $1.5 billion. \"Yes.\" No", true,
          "^^it|cost|1|5|billion|^yes|^no");
    check("Line one\nline two\n\nNext", true, "^^line|one|line|two|^^next");
    check("End.\n   Indented", true, "^^end|^^indented");
}

static void names_fold_to_words_and_spaces(void **state)
{
    (void)state;
    struct buf out = BUF_INIT;
    analysis_fold_name(slice_of("  James-Baker, III "), &out);
    assert_string_equal(buf_cstr(&out), "james baker iii");
    static const char *const initials[][2] = {
        {"J. K. Holm", "jk holm"},
        {"J.K. Holm", "jk holm"},
        {"JK Holm", "jk holm"},
        {"J. Holm", "j holm"},
        {"U.S.", "us"},
        {"USA", "us"},
        {"U. S. A. Today", "us today"},
        {"D. O'Neal", "d o neal"},
        {"Anna y G. Holm", "anna y g holm"},
        {"4 A B", "4 ab"},
        {"A, B", "a b"},
        {"\u0418. \u0418. Holm", "\u0438\u0438 holm"}};
    for (size_t i = 0; i < sizeof initials / sizeof *initials; i++) {
        buf_reset(&out);
        analysis_fold_name(slice_of(initials[i][0]), &out);
        assert_string_equal(buf_cstr(&out), initials[i][1]);
    }
    buf_reset(&out);
    analysis_fold_words(slice_of("J. K. Holm, USA"), &out);
    assert_string_equal(buf_cstr(&out), "j k holm usa");
    buf_reset(&out);
    analysis_fold_name(slice_of("$%!"), &out);
    assert_string_equal(buf_cstr(&out), "$%!");
    buf_release(&out);
}

static void common_words_are_each_known(void **state)
{
    (void)state;
    static const char *const some[] = {"the", "a", "which", "some"};
    assert_int_equal(analysis_common(slice_of("a")), 1);
    assert_int_equal(analysis_common(slice_of("york")), ANALYSIS_COMMON);
    for (size_t i = 0; i < 4; i++)
        assert_true(analysis_common(slice_of(some[i])) > 0);
    assert_int_equal(analysis_common(slice_of("whic")), 0);
    assert_int_equal(analysis_common(slice_of("senate")), 0);
    assert_int_equal(analysis_common((struct slice){NULL, 0}), 0);
}

/* The vector code against the plain one, on all bytes at all places. */
static void masks_are_those_of_the_plain_code(void **state)
{
    (void)state;
    unsigned char bytes[64 + 256];
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 167);
    for (unsigned at = 0; at < 256; at++) {
        struct byte_masks fast, plain;
        byte_masks(bytes + at, &fast);
        byte_masks_plain(bytes + at, &plain);
        assert_memory_equal(&fast, &plain, sizeof fast);
    }
}

/* Words at every place of a block, across its end, and longer than it. */
static void words_do_not_depend_on_where_they_stand(void **state)
{
    (void)state;
    for (size_t lead = 0; lead < 140; lead++) {
        for (size_t len = 1; len < 150; len += len < 20 ? 1 : 21) {
            struct buf text = BUF_INIT, expected = BUF_INIT, got = BUF_INIT;
            for (size_t i = 0; i < lead; i++)
                buf_append_byte(&text, ' ');
            for (size_t i = 0; i < len; i++) {
                char c = (char)(i % 7 == 3 ? '0' + i % 10 : 'a' + i % 26);
                buf_append_byte(&text, (uint8_t)(c >= 'a' ? c - 32 : c));
                buf_append_byte(&expected, (uint8_t)c);
            }
            buf_append_str(&text, "\xE2\x80\x99s Nice");
            buf_append_str(&expected, "|s|nice");
            describe((struct slice){text.data, text.len}, false, &got);
            assert_int_equal(got.len, expected.len);
            assert_memory_equal(got.data, expected.data, got.len);
            buf_release(&text);
            buf_release(&expected);
            buf_release(&got);
        }
    }
}

static void short_neighbours_make_pairs(void **state)
{
    (void)state;
    assert_true(analysis_pairs(slice_of("u"), slice_of("s")));
    assert_true(analysis_pairs(slice_of("at"), slice_of("t")));
    assert_true(analysis_pairs(slice_of("3"), slice_of("5")));
    assert_true(analysis_pairs(slice_of("of"), slice_of("the")));
    assert_false(analysis_pairs(slice_of("of"), slice_of("thee")));
    assert_false(analysis_pairs(slice_of("a"), slice_of("man")));
    assert_false(analysis_pairs(slice_of("reagan"), slice_of("s")));
}

static void stems_come_from_snowball(void **state)
{
    (void)state;
    struct stemmer *s;
    struct nh_error err;
    assert_int_equal(stemmer_new(&s, "english", &err), NH_OK);
    assert_slice(stemmer_stem(s, slice_of("organizing")), "organ");
    assert_slice(stemmer_stem(s, slice_of("resigned")), "resign");
    char lengthy[100];
    memset(lengthy, 's', sizeof lengthy);
    assert_int_equal(
        stemmer_stem(s, (struct slice){lengthy, sizeof lengthy}).len, 100);
    stemmer_free(s);
    assert_int_equal(stemmer_new(&s, "none", &err), NH_OK);
    assert_slice(stemmer_stem(s, slice_of("organizing")), "organizing");
    stemmer_free(s);
    assert_int_equal(stemmer_new(&s, "klingon", &err), NH_EINVAL);
}

static void english_stems_keep_the_first_letter(void **state)
{
    (void)state;
    static const char *const odd[] = {"dying", "lying", "tying", "skies",
                                      "skis",  "idly",  "early", "yes",
                                      "yYy",   "ies",   "ss",    "ing"};
    struct dict *dict;
    struct stemmer *s;
    struct slice stem;
    assert_int_equal(dict_builtin(&dict, NULL), NH_OK);
    assert_int_equal(stemmer_new(&s, "english", NULL), NH_OK);
    assert_true(stemmer_keeps_first(s));
    assert_true(dict->words.count > 5000);
    for (uint32_t n = 0; n < dict->words.count; n++) {
        const struct strtab_entry *e = &dict->words.entries[n];
        stem = stemmer_stem(s, (struct slice){e->data, e->len});
        if (stem.len == 0 || *stem.data != *e->data)
            fail_msg("%s", e->data);
    }
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        stem = stemmer_stem(s, slice_of(odd[i]));
        if (stem.len == 0 || *stem.data != *odd[i])
            fail_msg("%s", odd[i]);
    }
    stemmer_free(s);
    assert_int_equal(stemmer_new(&s, "german", NULL), NH_OK);
    assert_false(stemmer_keeps_first(s));
    stemmer_free(s);
    dict_free(dict);
}

/* A text of pieces that the two ways to words treat differently. */
static void make_text(uint64_t *state, struct buf *out)
{
    static const char *const pieces[] = {
        "word",
        "Word",
        "WORD",
        "wOrd",
        "s",
        "S",
        "a",
        "x1",
        "1984",
        "sixteenletters16",
        " ",
        " ",
        " ",
        ", ",
        ". ",
        "\n",
        "\n\n",
        "'",
        "-",
        "! ",
        "\xC3\xA9",
        "\xE2\x80\x99",
        "\xE2\x80\x9C",
        "\xE4\xB8\xAD",
        "\xFF",
        "\xC2\xAD",
        "seventeenletters1",
        "  ",
        "averyveryveryverylongwordthatcrossestheblockofsixtyfourbytesatonce"};
    buf_reset(out);
    for (uint64_t n = random_next(state) % 60; n > 0; n--)
        buf_append_str(
            out, pieces[random_next(state) % (sizeof pieces / sizeof *pieces)]);
}

static void the_lexicon_finds_the_same_words(void **state)
{
    struct lexicon lex;
    struct word_list list = {NULL, 0, 0};
    struct buf text = BUF_INIT;
    uint64_t random = 5;
    (void)state;
    lexicon_init(&lex, NULL, NULL);
    for (int round = 0; round < 3000; round++) {
        struct word_scanner s;
        struct word w;
        size_t i = 0;
        make_text(&random, &text);
        list.count = 0;
        assert_int_equal(lexicon_analyse(&lex, buf_slice(&text), &list, NULL),
                         NH_OK);
        word_scanner_init(&s, buf_slice(&text));
        for (; word_next(&s, &w); i++) {
            assert_true(i < list.count);
            const struct text_word *item = &list.items[i];
            const struct strtab_entry *e = &lex.words.entries[item->word];
            assert_int_equal(item->start, w.start);
            assert_int_equal(item->end, w.end);
            assert_int_equal(item->spelling, w.spelling);
            assert_int_equal(item->flags, w.flags);
            assert_int_equal(e->len, w.folded.len);
            assert_memory_equal(e->data, w.folded.data, e->len);
        }
        assert_int_equal(i, list.count);
        word_scanner_release(&s);
    }
    buf_release(&text);
    word_list_release(&list);
    lexicon_release(&lex);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_letters_and_numbers),
        cmocka_unit_test(folding_drops_case_and_accents),
        cmocka_unit_test(cjk_characters_are_words),
        cmocka_unit_test(possessives_are_marked),
        cmocka_unit_test(sentences_start_where_a_reader_sees_them),
        cmocka_unit_test(names_fold_to_words_and_spaces),
        cmocka_unit_test(short_neighbours_make_pairs),
        cmocka_unit_test(common_words_are_each_known),
        cmocka_unit_test(masks_are_those_of_the_plain_code),
        cmocka_unit_test(words_do_not_depend_on_where_they_stand),
        cmocka_unit_test(the_lexicon_finds_the_same_words),
        cmocka_unit_test(stems_come_from_snowball),
        cmocka_unit_test(english_stems_keep_the_first_letter)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
