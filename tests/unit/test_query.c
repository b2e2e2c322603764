/* The query parser: trees, and errors at their places. */
#include "tests/unit/harness.h"

#include "searcher/query/query.h"

/* The tree in a short notation. */
static void describe(const struct query_node *n, struct buf *out)
{
    static const char *const names[] = {
        "AND",  "OR",   "NOT",   "word",     "phrase", "filter", "has",
        "date", "NEAR", "scope", "wildcard", "fuzzy",  "all"};
    buf_printf(out, "%s%s%s", n->required ? "+" : "", n->title ? "title." : "",
               names[n->kind]);
    if (n->kind == QUERY_DATE)
        buf_printf(out, "[%s..%s]", n->first == INT64_MIN ? "" : "x",
                   n->last == INT64_MAX ? "" : "x");
    if (n->kind == QUERY_FUZZY)
        buf_printf(out, "%u", (unsigned)n->distance);
    if (n->kind == QUERY_NEAR)
        buf_printf(out, "%s%u", n->ordered ? ">" : "", (unsigned)n->distance);
    if (n->kind == QUERY_SCOPE)
        buf_append_str(out, n->paragraph ? "/p" : "/s");
    if (n->kind == QUERY_FILTER || n->kind == QUERY_HAS)
        buf_printf(out, ".%s", schema_fields[n->field].name);
    if (n->kind == QUERY_FILTER)
        buf_printf(out, "%s\"%.*s\"", n->whole ? "=" : "~", (int)n->value.len,
                   n->value.data);
    for (size_t i = 0; i < n->word_count; i++)
        buf_printf(out, ".%.*s", (int)n->words[i].text.len,
                   n->words[i].text.data);
    if (n->count == 0)
        return;
    buf_append_byte(out, '(');
    for (size_t i = 0; i < n->count; i++) {
        buf_append_str(out, i ? " " : "");
        describe(n->children[i], out);
    }
    buf_append_byte(out, ')');
}

static void check(const char *text, const char *expected)
{
    struct query q;
    struct nh_error err;
    struct buf out = BUF_INIT;
    if (query_parse(&q, slice_of(text), 19860, &err) != NH_OK)
        fail_msg("%s: %s", text, err.message);
    describe(q.root, &out);
    assert_string_equal(buf_cstr(&out), expected);
    buf_release(&out);
    query_release(&q);
}

static void operators_bind_as_documented(void **state)
{
    (void)state;
    check("openai safety", "AND(word.openai word.safety)");
    check("a b OR c -d", "OR(AND(word.a word.b) AND(word.c NOT(word.d)))");
    check("a AND b OR c", "OR(AND(+word.a +word.b) word.c)");
    check("NOT c", "NOT(word.c)");
    check("- -c", "NOT(word.c)");
    check("+a b", "AND(+word.a word.b)");
    check("a (b OR c)", "AND(word.a OR(word.b word.c))");
    check("and or not", "AND(word.and word.or word.not)");
    check("((a))", "word.a");
}

static void words_and_phrases_are_told_apart(void **state)
{
    (void)state;
    check("\"Safety Culture\"", "phrase.safety.culture");
    check("\"organizing\"", "phrase.organizing");
    check("=Organizing", "phrase.organizing");
    check("wi-fi", "phrase.wi.fi");
    check("AT&T", "phrase.at.t");
    check("3.5", "phrase.3.5");
    check("company's", "word.company");
    check("O'Neill's", "phrase.o.neill");
    check("\"company's\"", "phrase.company.s");
    check("\xE2\x80\x9Ctwo words\xE2\x80\x9D", "phrase.two.words");
    check("10:30", "phrase.10.30");
}

static void fields_take_words_names_and_groups(void **state)
{
    (void)state;
    check("person:Leike", "filter.person~\"leike\"");
    check("person:\"Jan Leike\"", "filter.person=\"jan leike\"");
    check("person:\"Leike\"", "filter.person=\"leike\"");
    check("person:james-baker", "filter.person~\"james baker\"");
    check("person:O'Dwyer", "filter.person~\"o dwyer\"");
    check("person:*", "has.person");
    check("person:(Leike OR Schulman)",
          "OR(filter.person~\"leike\" filter.person~\"schulman\")");
    check("topic:crude", "filter.topic=\"crude\"");
    check("url:https://a.b/c?d=(1)", "AND(filter.url=\"https://a.b/c?d=\" "
                                     "word.1)");
    check("title:safety", "title.word.safety");
    check("title:\"the end\"", "title.phrase.the.end");
    check("-person:Altman", "NOT(filter.person~\"altman\")");
    check("date:2024-05", "date[x..x]");
    check("date:2024..", "date[x..]");
    check("date:..2024", "date[..x]");
    check("date:(2023 OR last-week)", "OR(date[x..x] date[x..x])");
}

static void places_take_words_names_and_groups(void **state)
{
    (void)state;
    check("a NEAR b", "NEAR10(word.a word.b)");
    check("a NEAR/3 b c", "AND(NEAR3(word.a word.b) word.c)");
    check("a b ONEAR/2 c", "AND(word.a NEAR>2(word.b word.c))");
    check("a NEAR/2 b ONEAR/4 c", "NEAR>4(NEAR2(word.a word.b) word.c)");
    check("a NEAR/2 (b NEAR/4 c)", "NEAR2(word.a NEAR4(word.b word.c))");
    check("-a NEAR/1 b", "NOT(NEAR1(word.a word.b))");
    check("person:Leike NEAR/5 \"safety culture\"",
          "NEAR5(filter.person~\"leike\" phrase.safety.culture)");
    check("person:* NEAR/8 (a OR b)", "NEAR8(has.person OR(word.a word.b))");
    check("title:(a NEAR/2 b)", "NEAR2(title.word.a title.word.b)");
    check("(a b)/s", "scope/s(AND(word.a word.b))");
    check("x (a \"b c\")/p", "AND(word.x scope/p(AND(word.a phrase.b.c)))");
    check("(a OR b)/s OR c", "OR(scope/s(OR(word.a word.b)) word.c)");
    check("near NEARBY", "AND(word.near word.nearby)");
}

static void patterns_are_words_with_signs(void **state)
{
    (void)state;
    check("resign*", "wildcard.resign*");
    check("*IGN*d", "wildcard.*ign*d");
    check("Behavi?r b", "AND(wildcard.behavi?r word.b)");
    check("\xC3\x89t?", "wildcard.et?");
    check("title:resign*", "title.wildcard.resign*");
    check("Schulmann~", "fuzzy1.schulmann");
    check("Schulmann~2", "fuzzy2.schulmann");
    check("+a~1 -b*", "AND(+fuzzy1.a NOT(wildcard.b*))");
    check("a* NEAR/3 b~2", "NEAR3(wildcard.a* fuzzy2.b)");
    check("(a? b)/s", "scope/s(AND(wildcard.a? word.b))");
    check("\"resign* now?\"", "phrase.resign.now");
    check("* -b", "AND(all NOT(word.b))");
    check("", "all");
    check(" \t", "all");
    check("title:*", "has.title");
    check("title:(*)", "has.title");
}

static void punctuation_alone_is_ignored_with_a_notice(void **state)
{
    (void)state;
    struct query q;
    assert_int_equal(query_parse(&q, slice_of("research & growth ."), 0, NULL),
                     NH_OK);
    assert_string_equal(buf_cstr(&q.notice),
                        "ignored, no word in it: '&', '.'");
    query_release(&q);
}

static void marks_inside_words_open_no_phrase(void **state)
{
    (void)state;
    check("7\" pipe 4\" bolt", "AND(word.7 word.pipe word.4 word.bolt)");
    check("\xD7\xA0\xD7\x94\"\xD7\x9C x",
          "AND(phrase.\xD7\xA0\xD7\x94.\xD7\x9C word.x)");
    check("\"a 7\" pipe\" b", "AND(phrase.a.7 word.pipe word.b)");
    check("\"the x\"y z\"", "phrase.the.x.y.z");
    check("a \"b c\"", "AND(word.a phrase.b.c)");
    check("\xE2\x80\x9C"
          "b c\xE2\x80\x9D d",
          "AND(phrase.b.c word.d)");
    check("id:\"a\\\"b\\\\c\"", "filter.id=\"a\"b\\c\"");
    check("id:a\"b\"-c d", "AND(filter.id=\"a\"b\"-c\" word.d)");
    check("topic:\"x \\\"y\\\"\"", "filter.topic=\"x y\"");
    check("url:\"c:\\dir\"", "filter.url=\"c:\\dir\"");
}

static void questions_end_in_a_question_mark(void **state)
{
    (void)state;
    check("who left?", "AND(word.who word.left)");
    check("Did it rain ?", "AND(word.did word.it word.rain)");
    check("prices rise in spring??",
          "AND(word.prices word.rise word.in word.spring)");
    check("\xC2\xBFllueve?", "word.llueve");
    check("left?", "wildcard.left?");
    check("rain left?", "AND(word.rain wildcard.left?)");
    check("who lef? it", "AND(word.who wildcard.lef? word.it)");
    check("who lef?t?", "AND(word.who wildcard.lef?t?)");
}

/* What other programs write; each is refused where it stands. */
static void foreign_operators_are_errors_with_a_proposal(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t offset, length;
        const char *hint;
    } rows[] = {{"\"mill race\"~4", 11, 2, "write mill NEAR/4 race"},
                {"\"mill\"~", 6, 1, "a NEAR/8 b"},
                {"(mill race)~2", 11, 2, "NEAR"},
                {"\"mill race\"*", 11, 1, "stands in a word"},
                {"\"mill race\"^2", 11, 2, "leave ^2 out"},
                {"mill^1.5 race", 4, 4, "leave ^1.5 out"},
                {"title:mill^2", 10, 2, "leave ^2 out"},
                {"_exists_:person", 0, 9, "person:*"},
                {"_missing_:topic", 0, 10, "-topic:*"},
                {"a W/12 b", 2, 4, "write NEAR/12"},
                {"a w/3 b", 2, 3, "write NEAR/3"},
                {"a n/3 b", 2, 3, "write NEAR/3"},
                {"a /3 b", 2, 2, "write NEAR/3"},
                {"(a b)/3", 5, 2, "write NEAR/3"},
                {"a NEAR3 b", 2, 5, "write NEAR/3"},
                {"a near/3 b", 2, 6, "write NEAR/3"},
                {"a ADJ5 b", 2, 4, "write ONEAR/5"},
                {"a pre/5 b", 2, 5, "write ONEAR/5"},
                {"a ADJ b", 2, 3, "write ONEAR/1"},
                {"NEAR(a b, 5)", 0, 4, "write a NEAR/5 b"},
                {"a AROUND(3) b", 2, 6, "NEAR/5"},
                {"a w/s b", 2, 3, "(a b)/s"},
                {"a /p b", 2, 2, "(a b)/p"},
                {"a && b", 2, 2, "write AND"},
                {"a&&b", 1, 2, "write AND"},
                {"a || b", 2, 2, "write OR"},
                {"a | b", 2, 1, "write OR"},
                {"a|b", 1, 1, "write OR"},
                {"a XOR b", 2, 3, "(a OR b) -(a b)"},
                {"a ANDNOT b", 2, 6, "write NOT"},
                {"!mill", 0, 1, "write -mill"},
                {"a !\"mill race\"", 2, 1, "write -"},
                {"!(a b)", 0, 1, "write -"},
                {"\xE2\x88\x92mill", 0, 3, "write -mill"},
                {"title:-mill", 6, 1, "-title:mill"},
                {"topic:!mill", 6, 1, "-topic:mill"},
                {"person:+mill", 7, 1, "+person:mill"},
                {"[2020 TO 2021]", 0, 14, "date:2020..2021"},
                {"date:{2020 TO *]", 5, 11, "date:2020.."},
                {"date:>2020", 5, 1, "date:2020.."},
                {"date:<=2020", 5, 2, "date:..2020"},
                {"topic:>5", 6, 1, "only days"},
                {"/mil+/ a", 0, 6, "wildcards"},
                {"{a b}", 0, 1, "( )"},
                {"~mill", 0, 1, "mill~"},
                {"^mill", 0, 1, "title:mill"},
                {"*:*", 0, 3, "write *"},
                {"site:x.org", 0, 5, "url:x.org"},
                {"intitle:mill", 0, 8, "title:mill"},
                {"after:2020", 0, 6, "date:2020.."},
                {"headline(mill race)", 0, 8, "title:("},
                {"atleast3 mill", 0, 8, "ranks"},
                {"some_thing:x", 0, 11, "quotes"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct query q;
        struct nh_error err;
        struct buf mended = BUF_INIT;
        int rc = query_parse(&q, slice_of(rows[i].text), 19860, &err);
        if (rc != NH_EQUERY || err.offset != rows[i].offset ||
            err.length != rows[i].length || !strstr(err.hint, rows[i].hint))
            fail_msg("%s: code %d at %zu+%zu: %s (%s)", rows[i].text, rc,
                     err.offset, err.length, err.message, err.hint);
        /* Each has a way to be mended. */
        rc = query_parse_lenient(&q, slice_of(rows[i].text), 19860, &mended,
                                 &err);
        const struct slice left = {mended.data, mended.len};
        if (rc != NH_OK && slice_trim(left).len > 0 &&
            !strstr(err.message, "no word"))
            fail_msg("%s: %s", rows[i].text, err.message);
        query_release(&q);
        buf_release(&mended);
    }
    check("24/7 and/or N/A", "AND(phrase.24.7 phrase.and.or phrase.n.a)");
    check("/etc/passwd", "phrase.etc.passwd");
    check("a ! b", "AND(word.a word.b)");
    check("stop!", "word.stop");
    check("+a AND NOT b", "AND(+word.a +NOT(word.b))");
    check("id:-5", "filter.id=\"-5\"");
    check("topic:\"-5\"", "filter.topic=\"5\"");
    check("note(s)", "AND(word.note word.s)");
}

static void errors_name_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int code;
        size_t offset, length;
        const char *message, *hint;
    } rows[] = {
        {"persn:Leike", NH_EQUERY, 0, 6, "no field 'persn'", "person: ?"},
        {"a \"b", NH_EQUERY, 2, 1, "never closed", "add \""},
        {"a (b c", NH_EQUERY, 2, 1, "never closed", "add )"},
        {"a) b", NH_EQUERY, 1, 1, "never opened", ""},
        {"()", NH_EQUERY, 0, 2, "nothing between", ""},
        {"a OR", NH_EQUERY, 4, 0, "ends where", ""},
        {"OR a", NH_EQUERY, 0, 2, "expected here", ""},
        {"...", NH_EQUERY, 0, 3, "no word", ""},
        {"a \"...\"", NH_EQUERY, 2, 5, "no word between", ""},
        {"date:soon", NH_EQUERY, 5, 4, "no date", "2024"},
        {"date:2024..2023", NH_EQUERY, 5, 10, "before it begins", ""},
        {"person: x", NH_EQUERY, 7, 0, "value is missing", "without a space"},
        {"person:(org:x)", NH_EQUERY, 8, 4, "inside the group", ""},
        {"a NEAR/0 b", NH_EQUERY, 2, 6, "from 1 to", ""},
        {"a NEAR/99999999999 b", NH_EQUERY, 2, 16, "from 1 to", ""},
        {"a NEAR/8", NH_EQUERY, 8, 0, "ends where", ""},
        {"NEAR a", NH_EQUERY, 0, 4, "expected here", ""},
        {"a NEAR & b", NH_EQUERY, 2, 4, "one side of NEAR", ""},
        {"a NEAR (b c)", NH_EQUERY, 8, 3, "AND cannot", "names can"},
        {"(a OR -b) NEAR c", NH_EQUERY, 6, 2, "NOT cannot", "names can"},
        {"a NEAR date:2024", NH_EQUERY, 7, 9, "date cannot", "names can"},
        {"a NEAR topic:x", NH_EQUERY, 7, 7, "topic cannot", "names can"},
        {"a NEAR (b c)/s", NH_EQUERY, 7, 7, "/s cannot", "names can"},
        {"(a -b)/s", NH_EQUERY, 3, 2, "NOT cannot", "names can"},
        {"((a b)/s c)/p", NH_EQUERY, 1, 8, "/s cannot", "names can"},
        {"a **", NH_EQUERY, 2, 2, "letter or digit is missing", "alone"},
        {"??", NH_EQUERY, 0, 2, "no word in the query", ""},
        {"a NEAR *", NH_EQUERY, 7, 1, "* cannot", "names can"},
        {"wi-fi*", NH_EQUERY, 0, 6, "for one word", "alone"},
        {"*\xE5\x8C\x97", NH_EQUERY, 0, 4, "for one word", "alone"},
        {"a.b~", NH_EQUERY, 0, 4, "for one word", "alone"},
        {"x~3", NH_EQUERY, 0, 3, "from 1 to 2", "Schulmann~"},
        {"x~0", NH_EQUERY, 0, 3, "from 1 to 2", "Schulmann~"},
        {"x~12", NH_EQUERY, 0, 4, "from 1 to 2", "Schulmann~"},
        {"re*n~", NH_EQUERY, 0, 5, "cannot be fuzzy and", ""},
        {"title:re*n~", NH_EQUERY, 6, 5, "cannot be fuzzy and", ""},
        {"person:Lei*", NH_EUNSUPPORTED, 7, 4, "not supported yet",
         "person:*"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct query q;
        struct nh_error err;
        int rc = query_parse(&q, slice_of(rows[i].text), 19860, &err);
        if (rc != rows[i].code || err.offset != rows[i].offset ||
            err.length != rows[i].length ||
            !strstr(err.message, rows[i].message) ||
            !strstr(err.hint, rows[i].hint))
            fail_msg("%s: code %d at %zu+%zu: %s (%s)", rows[i].text, rc,
                     err.offset, err.length, err.message, err.hint);
    }
}

static void limits_are_errors(void **state)
{
    (void)state;
    struct query q;
    struct nh_error err;
    struct buf text = BUF_INIT;
    buf_append_str(&text, "b NEAR ");
    for (int i = 0; i < 255; i++)
        buf_append_byte(&text, 'a');
    buf_append_byte(&text, '*');
    assert_int_equal(
        query_parse(&q, (struct slice){text.data, text.len}, 0, &err),
        NH_EQUERY);
    assert_non_null(strstr(err.message, "too long"));
    assert_int_equal(err.offset, 7);
    buf_reset(&text);
    for (int i = 0; i < 100; i++)
        buf_append_byte(&text, '(');
    assert_int_equal(
        query_parse(&q, (struct slice){text.data, text.len}, 0, &err),
        NH_EQUERY);
    assert_non_null(strstr(err.message, "deeper"));
    buf_reset(&text);
    for (int i = 0; i < QUERY_NODES_MAX; i++)
        buf_append_str(&text, "a ");
    assert_int_equal(
        query_parse(&q, (struct slice){text.data, text.len}, 0, &err),
        NH_EQUERY);
    assert_non_null(strstr(err.message, "parts"));
    while (text.len <= QUERY_BYTES_MAX)
        buf_append_str(&text, "abcdefgh");
    assert_int_equal(
        query_parse(&q, (struct slice){text.data, text.len}, 0, &err),
        NH_EQUERY);
    assert_non_null(strstr(err.message, "longer"));
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_bind_as_documented),
        cmocka_unit_test(words_and_phrases_are_told_apart),
        cmocka_unit_test(fields_take_words_names_and_groups),
        cmocka_unit_test(places_take_words_names_and_groups),
        cmocka_unit_test(patterns_are_words_with_signs),
        cmocka_unit_test(punctuation_alone_is_ignored_with_a_notice),
        cmocka_unit_test(marks_inside_words_open_no_phrase),
        cmocka_unit_test(questions_end_in_a_question_mark),
        cmocka_unit_test(foreign_operators_are_errors_with_a_proposal),
        cmocka_unit_test(errors_name_their_place),
        cmocka_unit_test(limits_are_errors)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
