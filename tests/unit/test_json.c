/* JSON as RFC 8259 has it. */
#include "tests/unit/harness.h"

#include "common/base/json_in.h"

/* Writes a value back, without blanks: names and strings between single
 * quotes. */
static void show(const struct json_value *v, struct buf *out)
{
    static const char *const words[] = {"null", "false", "true"};
    if (v->type == JSON_STRING || v->type == JSON_NUMBER) {
        const char *mark = v->type == JSON_STRING ? "'" : "";
        buf_append_str(out, mark);
        buf_append(out, v->text.data, v->text.len);
        buf_append_str(out, mark);
        return;
    }
    if (v->type < JSON_NUMBER) {
        buf_append_str(out, words[v->type]);
        return;
    }
    buf_append_str(out, v->type == JSON_ARRAY ? "[" : "{");
    for (const struct json_value *i = v->first; i; i = i->next) {
        if (i != v->first)
            buf_append_str(out, ",");
        if (v->type == JSON_OBJECT) {
            buf_append(out, i->name.data, i->name.len);
            buf_append_str(out, ":");
        }
        show(i, out);
    }
    buf_append_str(out, v->type == JSON_ARRAY ? "]" : "}");
}

static void check(const char *text, const char *expected)
{
    struct json_reader r = {0};
    struct nh_error err;
    struct buf out = BUF_INIT;
    const struct json_value *v;
    assert_int_equal(json_parse(&r, slice_of(text), &v, &err), NH_OK);
    show(v, &out);
    assert_string_equal(buf_cstr(&out), expected);
    buf_release(&out);
    json_reader_release(&r);
}

static void refuse(const char *text, size_t offset)
{
    struct json_reader r = {0};
    struct nh_error err;
    const struct json_value *v;
    assert_int_equal(json_parse(&r, slice_of(text), &v, &err), NH_EDATA);
    assert_int_equal(err.offset, offset);
    assert_null(v);
    json_reader_release(&r);
}

static void values_of_all_types_are_read(void **state)
{
    (void)state;
    check("null", "null");
    check(" [true , false,\n null] ", "[true,false,null]");
    check("{\"a\":{\"b\":[]},\"c\":{}}", "{a:{b:[]},c:{}}");
    check("[0,-1,10.5,1e9,-2.5E-3,12345678901234567890]",
          "[0,-1,10.5,1e9,-2.5E-3,12345678901234567890]");
    check("\"\"", "''");
    check("{\"a\":1,\"a\":2}", "{a:1,a:2}");
}

static void escapes_are_undone(void **state)
{
    (void)state;
    check("\"a\\\"b\\\\c\\/d\\b\\f\\n\\r\\t\"", "'a\"b\\c/d\b\f\n\r\t'");
    check("\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\"",
          "'A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80'");
    check("\"\\ud83d\"", "'\xEF\xBF\xBD'");
    check("\"\\ude00x\"", "'\xEF\xBF\xBDx'");
    check("\"\\ud83d\\u0041\"", "'\xEF\xBF\xBD"
                                "A'");
    check("[\"no escape here at all, and long\",\"one \\n here\",\"\\t\"]",
          "['no escape here at all, and long','one \n here','\t']");
    check("\"a raw\ttab\"", "'a raw\ttab'");
}

static void numbers_that_are_none_are_null(void **state)
{
    (void)state;
    check("[NaN,Infinity,-Infinity]", "[null,null,null]");
}

static void lists_are_read_as_python_prints_them(void **state)
{
    (void)state;
    struct json_reader r = {.python = true};
    struct buf out = BUF_INIT;
    const struct json_value *v;
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"['a', \"b'c\", 'd\\'e', None, True,]", "['a','b'c','d'e',null,true]"},
        {"('a', ('b',))", "['a',['b']]"},
        {"{'name': 'A\\x', 'n': 1}", "{name:'A\\x',n:1}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        buf_reset(&out);
        assert_int_equal(json_parse(&r, slice_of(cases[i].text), &v, NULL),
                         NH_OK);
        show(v, &out);
        assert_string_equal(buf_cstr(&out), cases[i].expected);
    }
    assert_int_equal(json_parse(&r, slice_of("['a"), &v, NULL), NH_EDATA);
    assert_int_equal(json_parse(&r, slice_of("['a\\"), &v, NULL), NH_EDATA);
    buf_release(&out);
    json_reader_release(&r);
}

static void halves_of_pairs_are_told_apart_on_request(void **state)
{
    (void)state;
    struct json_reader r = {.keep_halves = true};
    const struct json_value *v;
    assert_int_equal(json_parse(&r, slice_of("\"\\ud800x\""), &v, NULL), NH_OK);
    assert_slice(v->text, "\xED\xA0\x80x");
    assert_true(r.halves);
    assert_int_equal(json_parse(&r, slice_of("\"\\udfff\""), &v, NULL), NH_OK);
    assert_slice(v->text, "\xED\xBF\xBF");
    assert_int_equal(json_parse(&r, slice_of("\"\\u00e9\""), &v, NULL), NH_OK);
    assert_false(r.halves);
    json_reader_release(&r);
}

static void what_is_not_json_is_refused_where_it_goes_wrong(void **state)
{
    (void)state;
    refuse("", 0);
    refuse("{", 1);
    refuse("{\"a\":1,}", 7);
    refuse("[1,]", 3);
    refuse("{'a':1}", 1);
    refuse("{\"a\" 1}", 5);
    refuse("[1 2]", 3);
    refuse("01", 1);
    refuse("-", 1);
    refuse("1.", 2);
    refuse("1e", 2);
    refuse("tru", 3);
    refuse("nul1", 3);
    refuse("Nan", 0);
    refuse("-Inf", 1);
    refuse("None", 0);
    refuse("['a']", 1);
    refuse("\"abc", 4);
    refuse("\"abc\\", 5);
    refuse("\"\\x\"", 2);
    refuse("\"\\u12G4\"", 5);
    refuse("{} {}", 3);
}

static void nesting_is_bounded(void **state)
{
    (void)state;
    struct buf text = BUF_INIT;
    struct json_reader r = {0};
    struct nh_error err;
    const struct json_value *v;
    for (int depth = JSON_DEPTH; depth <= JSON_DEPTH + 1; depth++) {
        buf_reset(&text);
        for (int i = 0; i < depth; i++)
            buf_append_byte(&text, '[');
        for (int i = 0; i < depth; i++)
            buf_append_byte(&text, ']');
        assert_int_equal(
            json_parse(&r, (struct slice){text.data, text.len}, &v, &err),
            depth == JSON_DEPTH ? NH_OK : NH_EDATA);
    }
    json_reader_release(&r);
    buf_release(&text);
}

static void members_are_found_by_name(void **state)
{
    (void)state;
    struct json_reader r = {0};
    const struct json_value *v;
    struct slice text = slice_of("{\"a\":1,\"b\":\"x\",\"a\":2}");
    assert_int_equal(json_parse(&r, text, &v, NULL), NH_OK);
    assert_slice(json_get(v, "a")->text, "2");
    assert_slice(json_get(v, "b")->text, "x");
    assert_null(json_get(v, "c"));
    assert_null(json_get(json_get(v, "a"), "a"));
    json_reader_release(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_all_types_are_read),
        cmocka_unit_test(escapes_are_undone),
        cmocka_unit_test(what_is_not_json_is_refused_where_it_goes_wrong),
        cmocka_unit_test(numbers_that_are_none_are_null),
        cmocka_unit_test(lists_are_read_as_python_prints_them),
        cmocka_unit_test(halves_of_pairs_are_told_apart_on_request),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(members_are_found_by_name)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
