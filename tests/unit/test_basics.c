/* Buffers, string tables, UTF-8, charsets, schema, articles, tombstones. */
#include "tests/unit/harness.h"

#include "common/base/file.h"
#include "common/base/json_out.h"
#include "common/base/strtab.h"
#include "common/base/utf8.h"
#include "common/store/tombstones.h"
#include "common/stream/lexicon.h"
#include "common/text/article.h"
#include "common/text/charset.h"

static void varints_of_every_length_come_back(void **state)
{
    (void)state;
    for (int bit = 0; bit < 64; bit++) {
        struct buf b = BUF_INIT;
        uint64_t value = (UINT64_C(1) << bit) | (uint64_t)bit, back;
        buf_append_varint(&b, value);
        const uint8_t *p = (const uint8_t *)b.data, *end = p + b.len;
        assert_true(varint_read(&p, end, &back));
        assert_true(back == value && p == end);
        p = (const uint8_t *)b.data;
        if (b.len > 1)
            assert_false(varint_read(&p, end - 1, &back));
        buf_release(&b);
    }
}

static void string_table_numbers_are_stable(void **state)
{
    (void)state;
    struct strtab t;
    memset(&t, 0, sizeof t);
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < 5000; i++) {
            char name[16];
            int len = snprintf(name, sizeof name, "word %u", i);
            assert_int_equal(strtab_add(&t, name, (size_t)len), i);
        }
    assert_int_equal(t.count, 5000);
    assert_int_equal(strtab_find(&t, "word 4999", 9), 4999);
    assert_true(strtab_find(&t, "word 5000", 9) == STRTAB_NONE);
    strtab_reset(&t);
    assert_true(strtab_find(&t, "word 1", 6) == STRTAB_NONE);
    strtab_release(&t);
}

static void a_table_that_grew_large_becomes_small_again(void **state)
{
    (void)state;
    struct strtab t;
    memset(&t, 0, sizeof t);
    for (uint32_t i = 0; i < 200000; i++)
        assert_int_equal(strtab_add(&t, &i, sizeof i), i);
    assert_true(strtab_memory(&t) > 1 << 22);
    strtab_reset(&t);
    assert_true(strtab_memory(&t) < 1 << 12);
    assert_int_equal(strtab_add(&t, "x", 1), 0);
    strtab_release(&t);
}

/* Else a large vocabulary would make every article start over. */
static void a_lexicon_starts_over_once_not_for_ever(void **state)
{
    (void)state;
    struct lexicon lex;
    uint32_t n = 0;
    lexicon_init(&lex, NULL, NULL);
    while (!lexicon_trim(&lex)) {
        char word[24];
        for (int i = 0; i < 10000; i++) {
            int len = snprintf(word, sizeof word, "w%u", (unsigned)n++);
            struct slice folded = {word, (size_t)len};
            assert_true(lexicon_add(&lex, folded) != STRTAB_NONE);
        }
        assert_true(n < 10000000);
    }
    assert_int_equal(lexicon_add(&lex, slice_of("w7")), 0);
    assert_int_equal(lexicon_add(&lex, slice_of("w7")), 0);
    assert_false(lexicon_trim(&lex));
    assert_int_equal(lex.age, 1);
    lexicon_release(&lex);
}

static void utf8_refuses_what_is_not_utf8(void **state)
{
    (void)state;
    static const char *const bad[] = {"\x80",
                                      "\xC0\x80",
                                      "\xE0\x80\x80",
                                      "\xED\xA0\x80",
                                      "\xF5\x80\x80\x80",
                                      "\xE2\x82",
                                      "\xF4\x90\x80\x80"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(utf8_valid(bad[i], strlen(bad[i])));
    for (uint32_t code = 1; code < 0x110000; code += 97) {
        char bytes[4];
        uint32_t back;
        if (code >= 0xD800 && code <= 0xDFFF)
            continue;
        size_t n = utf8_encode(code, bytes);
        assert_int_equal(utf8_decode(bytes, n, &back), n);
        assert_int_equal(back, code);
    }
    assert_int_equal(utf8_cut("abc\xE2\x82\xAC", 5), 3);
    assert_int_equal(utf8_cut("abc\xE2\x82\xAC", 6), 6);
}

static void charset_falls_back_to_windows_1252(void **state)
{
    (void)state;
    struct buf out = BUF_INIT;
    assert_int_equal(
        charset_to_utf8(slice_of("\x93na\xEFve\x94"), NULL, &out, NULL), NH_OK);
    assert_slice(((struct slice){out.data, out.len}),
                 "\xE2\x80\x9Cna\xC3\xAFve\xE2\x80\x9D");
    buf_reset(&out);
    charset_to_utf8(slice_of("\xC0\xC1"), "KOI8-R", &out, NULL);
    assert_slice(((struct slice){out.data, out.len}), "\xD1\x8E\xD0\xB0");
    buf_reset(&out);
    charset_to_utf8(slice_of("\xEF\xBB\xBFok"), NULL, &out, NULL);
    assert_slice(((struct slice){out.data, out.len}), "ok");
    buf_release(&out);
}

static void field_names_and_aliases_are_found(void **state)
{
    (void)state;
    int rank;
    assert_int_equal(schema_find(slice_of("person")), FIELD_PERSON);
    assert_int_equal(schema_find(slice_of("People")), FIELD_PERSON);
    assert_int_equal(schema_find(slice_of("location")), FIELD_PLACE);
    assert_int_equal(schema_find(slice_of("body")), -1);
    assert_int_equal(schema_find(slice_of("")), -1);
    assert_int_equal(schema_find_key(slice_of("content"), &rank), FIELD_BODY);
    assert_string_equal(schema_suggest(slice_of("persn")), "person");
    assert_null(schema_suggest(slice_of("zzzzzz")));
}

static void long_terms_are_cut_and_stay_different(void **state)
{
    (void)state;
    struct buf a = BUF_INIT, b = BUF_INIT;
    char name[600];
    memset(name, 'x', sizeof name);
    schema_term(&a, "XPN", (struct slice){name, 599});
    schema_term(&b, "XPN", (struct slice){name, 600});
    assert_true(a.len <= SCHEMA_TERM_MAX && b.len <= SCHEMA_TERM_MAX);
    assert_memory_not_equal(a.data, b.data, a.len);
    memset(name, '\0', sizeof name);
    schema_term(&a, "Q", (struct slice){name, 200});
    size_t nuls = 0;
    for (size_t i = 0; i < a.len; i++)
        nuls += a.data[i] == '\0';
    assert_true(a.len + nuls <= SCHEMA_TERM_MAX);
    buf_release(&a);
    buf_release(&b);
}

static void article_values_are_sorted_clean_and_distinct(void **state)
{
    (void)state;
    struct article a;
    memset(&a, 0, sizeof a);
    article_reset(&a);
    assert_true(article_add(&a, FIELD_ORG, slice_of("  Open\n\tAI ")));
    assert_true(article_add(&a, FIELD_ID, slice_of("1")));
    assert_true(article_add(&a, FIELD_ID, slice_of("2")));
    assert_true(article_add(&a, FIELD_ORG, slice_of("IBM")));
    assert_true(article_add(&a, FIELD_ORG, slice_of("Open AI")));
    assert_true(article_add(&a, FIELD_PERSON, slice_of("  ")));
    assert_int_equal(a.count, 3);
    assert_slice(article_get(&a, FIELD_ID), "1");
    assert_slice(article_get(&a, FIELD_ORG), "Open AI");
    assert_slice(a.values[2].text, "IBM");
    uint64_t before = article_hash(&a);
    a.date = (struct nh_date){0, DATE_YEAR};
    assert_true(before != article_hash(&a));
    article_release(&a);
}

static void json_strings_are_valid_whatever_comes(void **state)
{
    (void)state;
    struct buf b = BUF_INIT;
    json_string(&b, (struct slice){"a\"\\\n\0\x1b\xFF\xC3\xA9", 9});
    assert_slice(((struct slice){b.data, b.len}),
                 "\"a\\\"\\\\\\n\\u0000\\u001b\xEF\xBF\xBD\xC3\xA9\"");
    buf_release(&b);
}

static void tombstones_refuse_every_changed_byte(void **state)
{
    (void)state;
    static const uint32_t tombstones[] = {5, 9, 10, 4000000000u};
    struct buf file = BUF_INIT;
    uint32_t *list;
    size_t count;
    tombstones_write(tombstones, 4, &file);
    file_replace("tombs.tmp1", file.data, file.len, NULL);
    assert_int_equal(
        tombstones_read("tombs.tmp1", 1, UINT32_MAX, &list, &count, NULL),
        NH_OK);
    assert_int_equal(count, 4);
    assert_memory_equal(list, tombstones, sizeof tombstones);
    free(list);
    assert_int_equal(
        tombstones_read("tombs.tmp1", 6, UINT32_MAX, &list, &count, NULL),
        NH_ECORRUPT);
    for (size_t i = 0; i < file.len; i++) {
        file.data[i] ^= 1;
        file_replace("tombs.tmp1", file.data, file.len, NULL);
        assert_int_equal(
            tombstones_read("tombs.tmp1", 1, UINT32_MAX, &list, &count, NULL),
            NH_ECORRUPT);
        file.data[i] ^= 1;
    }
    remove("tombs.tmp1");
    buf_release(&file);
}

/* What a text in a charset becomes. */
static void check_charset(const char *label, const char *bytes,
                          const char *expected)
{
    struct buf out = BUF_INIT;
    struct nh_error err;
    assert_int_equal(charset_to_utf8(slice_of(bytes), label, &out, &err),
                     NH_OK);
    assert_string_equal(buf_cstr(&out), expected);
    buf_release(&out);
}

static void labels_mean_what_browsers_take_them_for(void **state)
{
    (void)state;
    check_charset("ISO-8859-1", "\x93so\x94", "\xE2\x80\x9Cso\xE2\x80\x9D");
    check_charset("gb2312", "\xE9\x46", "\xE9\x95\x95");    /* GBK alone */
    check_charset("Shift_JIS", "\x87\x40", "\xE2\x91\xA0"); /* cp932 alone */
    check_charset("ks_c_5601-1987", "\x94\xEE", "\xEB\xB7\x81"); /* cp949 */
    check_charset("WIN-1251", "\xCF\xEE", "\xD0\x9F\xD0\xBE");
    check_charset("x-mac-roman", "Caf\x8E", "Caf\xC3\xA9");
    check_charset("iso-8859-8-i", "\xF9\xEC", "\xD7\xA9\xD7\x9C");
    check_charset("iso-2022-jp", "\x1B$B9A\x1B(B", "\xE6\xB8\xAF");
    check_charset("no-such-charset", "\x93", "\xE2\x80\x9C");
    assert_true(charset_known("latin1") && charset_known("x-sjis"));
    assert_false(charset_known("no-such-charset"));
}

static void a_bad_byte_costs_that_byte(void **state)
{
    (void)state;
    check_charset(NULL, "Caf\xC3\xA9 Z\xC3\xBCrich \xFF!",
                  "Caf\xC3\xA9 Z\xC3\xBCrich \xEF\xBF\xBD!");
    check_charset("utf-8", "caf\xC3\xA9 \xE9.", "caf\xC3\xA9 \xEF\xBF\xBD.");
    check_charset("windows-1251", "\xCF\xEE\xF0\xF2\x98",
                  "\xD0\x9F\xD0\xBE\xD1\x80\xD1\x82\xEF\xBF\xBD");
    /* What is in another charset than it says is read as Windows-1252. */
    check_charset("utf-8", "caf\xE9", "caf\xC3\xA9");
    check_charset("euc-jp", "caf\xE9 ol\xE9", "caf\xC3\xA9 ol\xC3\xA9");
    check_charset(NULL, "\xEF\xBB\xBF\xEF\xBB\xBFtext", "text");
}

static void c1_controls_are_what_browsers_show(void **state)
{
    (void)state;
    struct article a;
    memset(&a, 0, sizeof a);
    article_reset(&a);
    assert_true(article_text(&a, &a.title, slice_of("It\xC2\x92s \xC2\xA9")));
    assert_int_equal(a.title.len, 9);
    assert_memory_equal(a.title.data, "It\xE2\x80\x99s \xC2\xA9", 9);
    article_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_mean_what_browsers_take_them_for),
        cmocka_unit_test(a_bad_byte_costs_that_byte),
        cmocka_unit_test(c1_controls_are_what_browsers_show),
        cmocka_unit_test(varints_of_every_length_come_back),
        cmocka_unit_test(string_table_numbers_are_stable),
        cmocka_unit_test(a_table_that_grew_large_becomes_small_again),
        cmocka_unit_test(a_lexicon_starts_over_once_not_for_ever),
        cmocka_unit_test(utf8_refuses_what_is_not_utf8),
        cmocka_unit_test(charset_falls_back_to_windows_1252),
        cmocka_unit_test(field_names_and_aliases_are_found),
        cmocka_unit_test(long_terms_are_cut_and_stay_different),
        cmocka_unit_test(article_values_are_sorted_clean_and_distinct),
        cmocka_unit_test(json_strings_are_valid_whatever_comes),
        cmocka_unit_test(tombstones_refuse_every_changed_byte)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
