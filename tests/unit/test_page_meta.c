/* What HTML pages say of themselves: title, date, authors; bounds of markup. */
#include "tests/unit/harness.h"

#include "common/base/file.h"
#include "corpus/markup/bounds.h"
#include "tests/unit/reading.h"

#define TEXT                                                                   \
    "The ferry to the island ran again on Monday, after a storm had kept it "  \
    "in the harbour for nine days, the company said."
#define LD "<script type='application/ld+json'>"

struct row {
    const char *head, *body; /* what stands before the text */
    const char *expected;    /* "|title|" and what stands behind the text */
    const char *fields;
};

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct buf page = BUF_INIT, expected = BUF_INIT;
        buf_printf(&page,
                   "<html lang='de'><head>%s</head><body>%s<p>" TEXT
                   "</p></body></html>",
                   rows[i].head, rows[i].body);
        buf_printf(&expected, "|%s|" TEXT "|%s|lang=de\n", rows[i].expected,
                   rows[i].fields);
        reading_check(NULL, buf_cstr(&page), NULL, buf_cstr(&expected));
        buf_release(&page);
        buf_release(&expected);
    }
}

static void json_ld_is_read_as_sites_write_it(void **state)
{
    (void)state;
    static const struct row rows[] = {
        /* Marks of CDATA, comments, commas behind the last value. */
        {LD "\n/*<![CDATA[*/ {\"@type\":\"NewsArticle\", // the story\n"
            "\"headline\":\"Ferry // runs\",\"datePublished\":\"2023-03-04\","
            "\"author\":[{\"name\":\"Ann Example\",},],} /*]]>*/</script>",
         "", "Ferry // runs", "2023-03-04|author=Ann Example"},
        /* One broken script does not cost the next. */
        {LD "{\"@type\":</script>" LD
            "{\"@type\":[\"Thing\",\"ReportageNewsArticle\"],\"headline\":"
            "\"Ferry\",\"datePublished\":\"2023-03-04\"};</script>",
         "", "Ferry", "2023-03-04"},
        /* References to nodes, in another script too. */
        {LD "{\"@graph\":[{\"@type\":\"Article\",\"headline\":\"Ferry\","
            "\"author\":[{\"@id\":\"#a\"},{\"@id\":\"#b\"}],\"publisher\":{"
            "\"@id\":\"#p\"}},{\"@type\":\"Person\",\"@id\":\"#a\",\"name\":"
            "\"Ann Example\"}]}</script>" LD
            "[{\"@type\":\"Person\",\"@id\":\"#b\",\"givenName\":\"Bo\","
            "\"familyName\":\"Sample\"},{\"@type\":\"Organization\",\"@id\":"
            "\"#p\",\"name\":\"Island Paper\"}]</script>",
         "", "Ferry",
         "|source=Island Paper|author=Ann Example|author=Bo Sample"},
        /* The article whose address is the page's; dates of others are not
         * its. */
        {"<link rel='canonical' href='https://example.org/ferry/'>" LD
         "[{\"@type\":\"NewsArticle\",\"headline\":\"Older\",\"datePublished\":"
         "\"2011-01-01\",\"url\":\"https://example.org/older\"},{\"@type\":"
         "\"VideoObject\",\"datePublished\":\"2010-01-01\"},{\"@type\":"
         "\"NewsArticle\",\"mainEntityOfPage\":{\"@id\":"
         "\"http://example.org/ferry\"},\"headline\":\"Ferry\"}]</script>",
         "", "Ferry", "|url=https://example.org/ferry/"},
        /* What the page says of itself is used where the article is silent. */
        {"<title>Ferry</title>" LD "{\"@type\":\"WebPage\",\"datePublished\":"
         "\"2023-03-04\",\"dateModified\":\"2024-01-01\"}</script>",
         "", "Ferry", "2023-03-04"}};
    check_rows(rows, sizeof rows / sizeof *rows);
}

static void the_title_is_the_headline_that_is_shown(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"<title>Ferry runs again - Island Paper</title>",
         "<h1 class='logo'><a href='/'>Island Paper</a></h1>"
         "<h2>Ferry runs again</h2>",
         "Ferry runs again", ""},
        {"<meta property='og:title' content='Island Paper'><meta property="
         "'og:site_name' content='Island Paper'><title>Island Paper: ferry"
         "</title>",
         "<h1>Ferry runs again</h1>", "Ferry runs again",
         "|source=Island Paper"},
        {"<meta property='og:title' content='Ferry runs again'>",
         "<nav><h2>Sections</h2></nav><h3>Weather</h3>", "Ferry runs again",
         ""},
        {"<title>Island Paper | Ferry runs</title><meta property="
         "'og:site_name' content='Island Paper'>",
         "", "Ferry runs", "|source=Island Paper"},
        {"<title>Fer\xC2\xADry</title>", "", "Ferry", ""}};
    check_rows(rows, sizeof rows / sizeof *rows);
}

static void dates_are_those_of_the_article(void **state)
{
    (void)state;
    static const struct row rows[] = {
        /* Clocks of the page and other articles are passed over. */
        {"<title>Ferry</title>",
         "<nav><time datetime='2026-01-01'>today</time></nav><h1>Ferry</h1>"
         "<p class='meta'>4.3.2023</p><div class='related'><time datetime="
         "'2022-02-02'>older</time></div>",
         "Ferry", "2023-03-04"},
        {"<title>Ferry</title><link rel='canonical' "
         "href='https://example.org/04-03-2023'>",
         "", "Ferry", "2023-03-04|url=https://example.org/04-03-2023"},
        {"<title>Ferry</title>",
         "<div itemtype='http://schema.org/Article'><h1>Ferry</h1><div class="
         "'footer'><time itemprop='datePublished' datetime='2023-03-04'>x"
         "</time></div></div>",
         "Ferry", "2023-03-04"},
        /* The day that the zone of the page has. */
        {"<title>Ferry</title><meta property='article:published_time' "
         "content='2023-03-04T23:30:00-05:00'>",
         "", "Ferry", "2023-03-04"},
        {"<title>Ferry</title><meta property='article:published_time' "
         "content='2023-03-03T23:00:00Z'>",
         "", "Ferry", "2023-03-04"},
        {"<title>Ferry</title><meta property='article:published_time' "
         "content='2023-03-04T22:30:00+01:00'>",
         "", "Ferry", "2023-03-04T21:30:00Z"},
        /* When it was changed, if nothing else is said. */
        {"<title>Ferry</title><meta property='article:modified_time' "
         "content='2023-03-04'>",
         "", "Ferry", "2023-03-04"},
        {"<title>Ferry</title><meta property='article:modified_time' "
         "content='2024-03-04'><meta name='pubdate' content='20230304'>",
         "", "Ferry", "2023-03-04"}};
    check_rows(rows, sizeof rows / sizeof *rows);
}

static void authors_are_people_that_the_page_names(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"<title>Ferry</title><meta name='author' content='admin'>",
         "<h1>Ferry</h1><p>4.3.2023 - Redaktion: Ann Example (Insel)</p>",
         "Ferry", "2023-03-04|author=Ann Example"},
        {"<title>Ferry</title><meta name='twitter:label1' content='Verfasst "
         "von'><meta name='twitter:data1' content='Ann Example'>",
         "", "Ferry", "|author=Ann Example"},
        {"<title>Ferry</title><meta property='article:author' content="
         "'https://example.org/ann'>",
         "<h1>Ferry</h1><span class='byline'>Von <a href='/ann'>Ann Example"
         "</a> | Insel</span>",
         "Ferry", "|author=Ann Example"},
        /* The site is no author. */
        {"<title>Ferry</title><meta property='og:site_name' content='Island "
         "Paper'><meta name='author' content='Island Paper'>",
         "", "Ferry", "|source=Island Paper"},
        {"<title>Ferry</title>" LD "{\"@type\":\"Article\",\"author\":{"
         "\"@type\":\"Organization\",\"name\":\"Desk\"}}</script>",
         "<div itemprop='author'><span itemprop='name'>Ann Example</span> "
         "<span>Reporter</span></div>",
         "Ferry", "|author=Ann Example"}};
    check_rows(rows, sizeof rows / sizeof *rows);
}

static void pages_may_begin_with_any_element(void **state)
{
    (void)state;
    reading_check(NULL,
                  "<style>p {}</style><title>Ferry</title><p>" TEXT "</p>",
                  NULL, "|Ferry|" TEXT "|\n");
}

static void numbers_of_characters_are_those_of_windows(void **state)
{
    (void)state;
    reading_check(
        NULL, "<html><title>It&#146;s &#x93;on&#x94 &#233;</title><p>" TEXT,
        NULL,
        "|It\xE2\x80\x99s \xE2\x80\x9Con\xE2\x80\x9D \xC3\xA9|" TEXT "|\n");
}

/* ---- Bounds. */

static void deep_pages_keep_their_text(void **state)
{
    (void)state;
    struct buf page = BUF_INIT;
    buf_append_str(&page, "<html><title>Ferry</title><body>");
    for (int i = 0; i < 5000; i++)
        buf_append_str(&page, "<font><div>");
    buf_append_str(&page, "<p>" TEXT "</p>");
    for (int i = 0; i < 5000; i++)
        buf_append_str(&page, "</div></font>");
    reading_check(NULL, buf_cstr(&page), NULL, "|Ferry|" TEXT "|\n");
    buf_release(&page);
}

static void attributes_too_many_are_left_out(void **state)
{
    (void)state;
    struct buf page = BUF_INIT, feed = BUF_INIT;
    buf_append_str(&page, "<html><title>Ferry</title><body class='a > b'><p");
    buf_append_str(&feed, "<rss><channel><item");
    for (int i = 0; i < 100000; i++) {
        buf_printf(&page, " a%d=\"%d > 0\"", i, i);
        buf_printf(&feed, " a%d='%d'", i, i);
    }
    buf_append_str(&page, ">" TEXT "</p>");
    buf_append_str(&feed, "><title>Ferry</title><description>" TEXT
                          "</description></item></channel></rss>");
    reading_check(NULL, buf_cstr(&page), NULL, "|Ferry|" TEXT "|\n");
    reading_check(NULL, buf_cstr(&feed), NULL, "|Ferry|" TEXT "|\n");
    buf_release(&page);
    buf_release(&feed);
}

static void what_is_within_bounds_stays(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "a < b & c",
        "<p a='>' b=x>t</p><!-- <div> > --><br/>",
        "<script>if (a < b && c > d) x = \"<div>\";</script>t",
        "<title>a <b></title><p",
        "<p a=\"never closed>",
        "<",
        "&#",
        "&#x;&#1460;&#20;",
        "<!--"};
    struct buf out = BUF_INIT;
    bool fits;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(slice_equal(bounds_html(slice_of(rows[i]), &out),
                                slice_of(rows[i])));
        if (!strstr(rows[i], "<!--"))
            assert_true(slice_equal(bounds_xml(slice_of(rows[i]), &out, &fits),
                                    slice_of(rows[i])));
    }
    buf_release(&out);
}

static void comments_of_xml_are_left_out(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"<a>x<!-- -- > -- -->y</a>", "<a>xy</a>"},
        {"<a b='<!-- c --> d'>", "<a b=' d'>"},
        {"<a><![CDATA[x <!-- y --> z]]><!-- > --></a>",
         "<a><![CDATA[x <!-- y --> z]]></a>"},
        {"<?x <!-- ?>y<!--", "<?x <!-- ?>y"},
        {"<a <!-- never closed", "<a "}};
    struct buf out = BUF_INIT;
    bool fits;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct slice within =
            bounds_xml(slice_of(rows[i][0]), &out, &fits);
        assert_true(slice_equal(within, slice_of(rows[i][1])));
        assert_true(fits);
    }
    buf_release(&out);
}

static void trees_that_are_too_large_are_refused(void **state)
{
    (void)state;
    struct buf xml = BUF_INIT, out = BUF_INIT;
    bool fits;
    for (int i = 0; i <= BOUNDS_XML_TAGS; i++) {
        if (i == BOUNDS_XML_TAGS) {
            bounds_xml(buf_slice(&xml), &out, &fits);
            assert_true(fits);
        }
        buf_append_str(&xml, "<b/>");
    }
    bounds_xml(buf_slice(&xml), &out, &fits);
    assert_false(fits);
    buf_reset(&xml);
    for (int i = 0; i < BOUNDS_ATTRIBUTES_ALL / 10; i++)
        buf_append_str(&xml, "<b a='' b='' c='' d='' e='' f='' g='' h='' i='' "
                             "j=''/>");
    bounds_xml(buf_slice(&xml), &out, &fits);
    assert_false(fits);
    buf_release(&xml);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_ld_is_read_as_sites_write_it),
        cmocka_unit_test(the_title_is_the_headline_that_is_shown),
        cmocka_unit_test(dates_are_those_of_the_article),
        cmocka_unit_test(authors_are_people_that_the_page_names),
        cmocka_unit_test(pages_may_begin_with_any_element),
        cmocka_unit_test(numbers_of_characters_are_those_of_windows),
        cmocka_unit_test(deep_pages_keep_their_text),
        cmocka_unit_test(attributes_too_many_are_left_out),
        cmocka_unit_test(what_is_within_bounds_stays),
        cmocka_unit_test(comments_of_xml_are_left_out),
        cmocka_unit_test(trees_that_are_too_large_are_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
