/* Rules about names: what they make of names, and mistakes in them. */
#include "tests/unit/harness.h"

#include <time.h>

#include "searcher/index/name_rules.h"

static struct name_rules *read_rules(const char *text)
{
    struct name_rules *r;
    struct nh_error err;
    if (name_rules_read(&r, slice_of(text), "rules", &err) != NH_OK)
        fail_msg("%s", err.message);
    return r;
}

/* What a stored name is shown as: "" for a hidden one. */
static void check(const struct name_rules *r, enum field field,
                  const char *folded, const char *expected)
{
    char got[64] = "";
    struct slice text;
    if (name_rules_map(r, &field, slice_of(folded), &text))
        snprintf(got, sizeof got, "%s %.*s", schema_fields[field].name,
                 (int)text.len, text.data);
    assert_string_equal(got, expected);
}

static void names_are_retyped_then_merged_then_hidden(void **state)
{
    (void)state;
    struct name_rules *r = read_rules("\xEF\xBB\xBF# rules\r\n\n"
                                      "merge person \"J. Leike\" = "
                                      "\"Jan \\\"L\\\" Leike\" # one\r\n"
                                      "retype \"Wired\" org\n"
                                      "merge org \"WIRED\" = \"Wired News\"\n"
                                      "merge org \"Wired News\" = \"Conde\"\n"
                                      "hide org \"AI\"\n"
                                      "hide place \"Conde\"\n"
                                      "merge person \"ai\"=\"AI\"");
    check(r, FIELD_PERSON, "j leike", "person Jan \"L\" Leike");
    check(r, FIELD_PERSON, "jan l leike", "person Jan \"L\" Leike");
    check(r, FIELD_ORG, "j leike", "org ");
    check(r, FIELD_PERSON, "wired", "org Conde");
    check(r, FIELD_PLACE, "wired", "org Conde");
    check(r, FIELD_AUTHOR, "wired", "author ");
    check(r, FIELD_ORG, "wired news", "org Conde");
    check(r, FIELD_PLACE, "conde", "");
    check(r, FIELD_ORG, "ai", "");
    check(r, FIELD_PERSON, "ai", "person AI");
    check(r, FIELD_PERSON, "nobody", "person ");
    check(NULL, FIELD_PERSON, "nobody", "person ");
    name_rules_free(r);
    r = read_rules("merge org \"a\" = \"b\"\nmerge org \"b\" = \"c\"\n"
                   "hide org \"c\"");
    check(r, FIELD_ORG, "a", "");
    name_rules_free(r);
    assert_null(read_rules("# nothing\n\n"));
}

static void mistakes_are_named_with_their_lines(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"\nhide", "rules:2: person, org or place belongs here"},
        {"hide author \"x\"", "rules:1: person, org or place belongs here"},
        {"hide org x", "rules:1: a name in quotes belongs here"},
        {"hide org \"x", "rules:1: the name has no closing quote"},
        {"hide org \"x\\\"", "rules:1: the name has no closing quote"},
        {"hide org \" \"", "rules:1: the name is empty"},
        {"hide org \"x\" y", "rules:1: there is something behind the rule"},
        {"drop org \"x\"", "rules:1: a rule begins with merge, hide or retype"},
        {"merge org \"x\" \"y\"", "rules:1: = belongs between the two names"},
        {"merge org \"a\" = \"b\"\nmerge org \"A\" = \"c\"",
         "rules:2: another rule merges this name into another one"},
        {"merge org \"a\" = \"b\"\nmerge org \"b\" = \"c\"\n"
         "merge org \"c\" = \"a\"",
         "rules:3: this rule and others merge names in a circle"},
        {"retype \"a\" org\nretype \"A\" place",
         "rules:2: another rule gives this name another type"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct name_rules *r;
        struct nh_error err;
        assert_int_equal(
            name_rules_read(&r, slice_of(cases[i].text), "rules", &err),
            NH_EDATA);
        assert_null(r);
        assert_string_equal(err.message, cases[i].message);
    }
}

static void names_that_become_one_share_their_mentions(void **state)
{
    (void)state;
    const struct article_mention early[] = {{0, 2}, {9, 1}},
                                 late[] = {{4, 2}, {9, 2}, {20, 1}};
    struct name_rules *r =
        read_rules("merge person \"J. Leike\" = \"Jan Leike\"\n"
                   "retype \"Paris\" person");
    struct article a;
    memset(&a, 0, sizeof a);
    article_reset(&a);
    const struct article_value values[] = {
        {FIELD_PERSON, slice_of("Jan Leike"), late, 3, true},
        {FIELD_PERSON, slice_of("J. Leike"), early, 2, false},
        {FIELD_PLACE, slice_of("Paris"), NULL, 0, false},
        {FIELD_TOPIC, slice_of("AI"), NULL, 0, false}};
    for (size_t i = 0; i < 4; i++)
        assert_true(article_add_value(&a, &values[i]));
    assert_true(name_rules_apply(r, &a));
    assert_int_equal(a.count, 3);
    assert_slice(a.values[0].text, "AI");
    assert_slice(a.values[1].text, "Jan Leike");
    assert_false(a.values[1].found);
    assert_int_equal(a.values[1].mention_count, 4);
    assert_int_equal(a.values[1].mentions[1].first, 4);
    assert_int_equal(a.values[1].mentions[3].first, 20);
    assert_slice(a.values[2].text, "Paris");
    assert_int_equal(a.values[2].field, FIELD_PERSON);
    article_release(&a);
    name_rules_free(r);
}

/* Chains of rules are read in less than this time in seconds: each rule is
 * visited a few times. A walk of the whole chain for each rule takes minutes.
 */
#define CHAIN_SECONDS 5
#define CHAIN 100000

/* Rules that merge each name into the one before (or, backwards, behind) it. */
static void put_chain(struct buf *out, bool backwards)
{
    for (int i = 1; i < CHAIN; i++) {
        const int n = backwards ? CHAIN - i : i;
        buf_printf(out, "merge person \"p%d\" = \"p%d\"\n", n, n - 1);
    }
}

static void long_chains_of_rules_are_read_at_once(void **state)
{
    (void)state;
    for (int backwards = 0; backwards < 2; backwards++) {
        struct buf text = BUF_INIT;
        struct nh_error err;
        struct name_rules *r;
        put_chain(&text, backwards);
        buf_append_str(&text, "hide person \"p4\"\n");
        const clock_t start = clock();
        assert_int_equal(name_rules_read(&r,
                                         (struct slice){text.data, text.len},
                                         "rules", &err),
                         NH_OK);
        check(r, FIELD_PERSON, "p3", "person p0");
        check(r, FIELD_PERSON, "p99999", "");
        struct query_node filter = {.kind = QUERY_FILTER,
                                    .field = FIELD_PERSON,
                                    .value = slice_of("p99"),
                                    .whole = true};
        struct name_meaning m;
        assert_true(name_meaning_init(&m, r, &filter, filter.value));
        for (int i = 0; i < CHAIN; i++)
            assert_true(name_meaning_has(&m, slice_of("p0")));
        assert_false(name_meaning_has(&m, slice_of("q0")));
        assert_true(clock() - start < CHAIN_SECONDS * CLOCKS_PER_SEC);
        name_meaning_release(&m);
        name_rules_free(r);
        buf_append_str(&text, "merge person \"p0\" = \"p99999\"\n");
        assert_int_equal(name_rules_read(&r,
                                         (struct slice){text.data, text.len},
                                         "rules", &err),
                         NH_EDATA);
        buf_release(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_retyped_then_merged_then_hidden),
        cmocka_unit_test(mistakes_are_named_with_their_lines),
        cmocka_unit_test(names_that_become_one_share_their_mentions),
        cmocka_unit_test(long_chains_of_rules_are_read_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
