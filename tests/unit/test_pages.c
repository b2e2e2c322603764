/* HTML pages and web archives of them. */
#include "tests/unit/harness.h"

#include <zlib.h>

#include "common/base/file.h"
#include "tests/unit/reading.h"

#define FIRST                                                                  \
    "The old bridge over the river opened again on Friday after a year of "    \
    "work that cost more than the town had planned for it."
#define SECOND                                                                 \
    "Drivers said that they were glad, and that the way around had taken "     \
    "them half an hour on most days of the week."

static void pages_give_what_is_the_article(void **state)
{
    (void)state;
    reading_check(
        NULL,
        "<!DOCTYPE html>\n<html lang='en'><head><title>Bridge reopens | Sample "
        "News</title></head><body><nav><a href='/'>Home</a> <a href='/n'>News"
        "</a></nav><div class='wrap'><div class='story-body'><h1>Bridge reopens"
        "</h1><div class='byline'>By Jane Roe</div><p>" FIRST "</p>"
        "<aside>An aside that is long enough to be taken for a paragraph of "
        "the article, which it is not at all.</aside><h2>A heading</h2>"
        "<p>" SECOND " See <a href='/map'>the map</a>.</p><ul><li><a href='/a'>"
        "Another story</a></li><li><a href='/b'>And another</a></li></ul>"
        "<p>Read more: <a href='/c'>a third</a></p><script>var x = 1;</script>"
        "<figure><img src='x'><figcaption>A picture</figcaption></figure>"
        "</div><div class='related'><p>Related text that is long enough to be "
        "taken for a paragraph, which it is not at all.</p></div></div>"
        "<footer><p>All rights of this sample are kept by nobody, whatever "
        "this long line in the footer may say.</p></footer></body></html>",
        NULL,
        "|Bridge reopens|" FIRST "\n\nA heading\n\n" SECOND
        " See the map.||author=Jane Roe|lang=en\n");
}

#define THIRD                                                                  \
    "The next one to be closed is the small bridge by the mill, which "        \
    "carries "                                                                 \
    "the road to the villages in the north of the valley."
#define LEAD                                                                   \
    "A year of detours is over for all those who cross it every day of the "   \
    "week."

/* Leads, lists and pictures in boxes of their own beside the text's. */
static void pages_keep_what_stands_in_other_boxes(void **state)
{
    (void)state;
    static const struct {
        const char *page, *body;
    } rows[] = {
        /* A lead in a box of its own, in an article and without one. */
        {"<article><h1>T</h1><div class='standfirst'><p>" LEAD "</p></div>"
         "<div class='copy'><p>" FIRST "</p><p>" SECOND "</p><p>" THIRD
         "</p></div></article>",
         LEAD "\n\n" FIRST "\n\n" SECOND "\n\n" THIRD},
        {"<div><header><h1>T</h1><p class='chapo'>" LEAD "</p></header><div>"
         "<div><p>" FIRST "</p><p>" SECOND "</p></div></div></div>",
         LEAD "\n\n" FIRST "\n\n" SECOND},
        /* Sections in a section, with an introduction before them. */
        {"<div id='doc'><h1>T</h1><p>" LEAD "</p><div class='part'><h2>One</h2>"
         "<p>" FIRST "</p><div class='part'><h3>Two</h3><p>" SECOND "</p></div>"
         "<div class='part'><h3>Three</h3><p>" THIRD "</p></div></div></div>",
         LEAD "\n\nOne\n\n" FIRST "\n\nTwo\n\n" SECOND "\n\nThree\n\n" THIRD},
        /* More text below pictures than in the article. */
        {"<div><h1>T</h1><div><p>" LEAD "</p></div><div><ul><li><p>" FIRST
         "</p></li><li><p>" SECOND "</p></li><li><p>" THIRD
         "</p></li></ul></div></div>",
         LEAD "\n\n" FIRST "\n\n" SECOND "\n\n" THIRD},
        /* A short page whose logo is a headline with a link. */
        {"<div class='site'><div><h2><a href='/'>Sample News</a></h2></div>"
         "<div class='copy copy--hidden'><p>" FIRST "</p></div></div>",
         FIRST},
        /* A greeting and a list beside the paragraphs; links to others. */
        {"<div><p>" FIRST "</p><p>Your editors</p><ul><li>A bridge</li></ul>"
         "<p>Lesen Sie auch: mehr</p><h3>More</h3></div>",
         FIRST "\n\nYour editors\n\nA bridge"},
        /* A list of short points in the next box. */
        {"<div><div class='box'><p>" FIRST "</p></div><div class='box'><p><b>"
         "Closed:</b></p><ol><li>the bridge by the mill, from May;</li><li>the "
         "bridge to the north, in June.</li></ol></div></div>",
         FIRST "\n\nClosed:\n\nthe bridge by the mill, from May;\nthe bridge "
               "to the north, in June."}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf page = BUF_INIT, expected = BUF_INIT;
        buf_printf(&page,
                   "<html><head><title>T</title></head><body>%s</body></html>",
                   rows[i].page);
        buf_printf(&expected, "|T|%s|\n", rows[i].body);
        reading_check(NULL, buf_cstr(&page), NULL, buf_cstr(&expected));
        buf_release(&page);
        buf_release(&expected);
    }
}

static void pages_say_what_they_are_in_many_ways(void **state)
{
    (void)state;
    static const char end[] = "</head><body><p>" FIRST "</p></body></html>";
    static const struct {
        const char *head, *expected;
    } rows[] = {
        {"<script type='application/ld+json'>{\"@context\":\"x\",\"@graph\":["
         "{\"@type\":\"Person\",\"name\":\"Nobody\"},{\"@type\":[\"NewsArticle"
         "\"],\"headline\":\"A &amp; B\",\"datePublished\":\"2024-05-17T10:14:"
         "00Z\",\"author\":[{\"name\":\"Jane Roe\"},{\"name\":\"John Doe\"}],"
         "\"publisher\":{\"name\":\"Sample News\"},\"articleSection\":\"Town\","
         "\"keywords\":\"bridges, rivers\",\"inLanguage\":\"en\"}]}</script>",
         "|A & B|" FIRST "|2024-05-17T10:14:00Z|source=Sample News|author=Jane "
         "Roe|author=John Doe|section=Town|topic=bridges|topic=rivers|lang=en"
         "\n"},
        {"<meta property='og:title' content='OG'><meta property='og:site_name' "
         "content='Sample'><meta property='article:published_time' content='"
         "2024-05-17'><meta name='author' content='By Jane Roe and John Doe'>"
         "<meta property='article:tag' content='bridges'><link rel='canonical' "
         "href='https://example.org/x'>",
         "|OG|" FIRST "|2024-05-17|source=Sample|author=Jane Roe|author=John "
         "Doe|url=https://example.org/x|topic=bridges\n"},
        {"<title>A title of a page - Sample</title><link rel='canonical' "
         "href='https://example.org/2024/05/17/x'>",
         "|A title of a page|" FIRST
         "|2024-05-17|url=https://example.org/2024/05/17/x\n"},
        {"<title>T</title><meta property='og:url' "
         "content='https://example.org/2024/05/x'>",
         "|T|" FIRST "|2024-05|url=https://example.org/2024/05/x\n"},
        /* A page without a date has none; the year 1 is no date. */
        {"<title>T</title><meta name='date' content='0001-01-01T00:00:00'>",
         "|T|" FIRST "|\n"},
        {"<script type='application/ld+json'>{broken</script><title>T</title>",
         "|T|" FIRST "|\n"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf page = BUF_INIT;
        buf_printf(&page, "<html><head>%s%s", rows[i].head, end);
        reading_check(NULL, buf_cstr(&page), NULL, rows[i].expected);
        buf_release(&page);
    }
}

static void microdata_and_elements_are_last(void **state)
{
    (void)state;
    reading_check(NULL,
                  "<html><body><article itemscope><h1 itemprop='headline'>Head"
                  "</h1><a rel='author' href='/j'>Jane Roe</a><time datetime='"
                  "2024-05-17T10:14:00+02:00'>today</time><p>" FIRST
                  "</p></article></body></html>",
                  NULL,
                  "|Head|" FIRST "|2024-05-17T08:14:00Z|author=Jane Roe\n");
}

static void charsets_are_those_that_pages_name(void **state)
{
    (void)state;
    reading_check(NULL,
                  "<html><head><meta charset='windows-1251'><title>\xCC\xEE\xF1"
                  "\xF2</title></head><body>x</body></html>",
                  NULL, "|\xD0\x9C\xD0\xBE\xD1\x81\xD1\x82|x|\n");
    /* What is UTF-8 is that. */
    reading_check(NULL,
                  "<html><head><meta charset='iso-8859-1'><title>caf\xC3\xA9"
                  "</title></head><body>x</body></html>",
                  NULL, "|caf\xC3\xA9|x|\n");
    reading_check(NULL,
                  "<html><head><meta charset='nosuch'><title>caf\xE9"
                  "</title></head><body>x</body></html>",
                  NULL, "|caf\xC3\xA9|x|\n");
}

static void hostile_pages_are_survived(void **state)
{
    (void)state;
    struct buf page = BUF_INIT, out = BUF_INIT;
    static const char *const repeated[] = {
        "<div>", "<p><b>", "<table><tr><td>", "<a href=x>",
        "<",     "</p>",   "<h1>x</h1>",      "<li><ul>"};
    for (size_t i = 0; i < sizeof repeated / sizeof *repeated; i++) {
        buf_reset(&page);
        buf_append_str(&page, "<html><title>T</title><body>");
        for (int k = 0; k < 100000; k++)
            buf_append_str(&page, repeated[i]);
        buf_append_str(&page, FIRST);
        file_replace("hostile.html", page.data, page.len, NULL);
        reading_file(NULL, "hostile.html", NULL, &out);
        assert_memory_equal(out.data, "|T|", 3);
    }
    static const char nul[] = "<html><title>T</title>a\0b<p>c";
    file_replace("hostile.html", nul, sizeof nul - 1, NULL);
    reading_file(NULL, "hostile.html", NULL, &out);
    assert_memory_equal(out.data, "|T|", 3);
    buf_release(&page);
    buf_release(&out);
}

/* ---- Web archives. */

static const char page[] =
    "<html><head><title>Bridge</title></head><body><p>" FIRST
    "</p></body></html>";
static const char article[] =
    "|Bridge|" FIRST "|2024-05-18T00:00:00Z|url=https://example.org/a\n";

static void put_record(struct buf *out, const char *kind, const char *type,
                       struct slice block)
{
    buf_printf(out,
               "WARC/1.0\r\nWARC-Type: %s\r\nWARC-Target-URI: "
               "<https://example.org/a>\r\nWARC-Date: 2024-05-18T00:00:00Z\r\n"
               "%s%s%sContent-Length: %zu\r\n\r\n",
               kind, type ? "Content-Type: " : "", type ? type : "",
               type ? "\r\n" : "", block.len);
    buf_append(out, block.data, block.len);
    buf_append_str(out, "\r\n\r\n");
}

/* An answer with some header lines and a body. */
static void put_answer(struct buf *out, const char *status, const char *lines,
                       struct slice body)
{
    struct buf block = BUF_INIT;
    buf_printf(&block, "HTTP/1.1 %s\r\n%s\r\n", status, lines);
    buf_append(&block, body.data, body.len);
    put_record(out, "response", NULL, (struct slice){block.data, block.len});
    buf_release(&block);
}

static void put_chunks(struct buf *out, struct slice body)
{
    for (size_t at = 0; at < body.len; at += 50) {
        const size_t n = body.len - at < 50 ? body.len - at : 50;
        buf_printf(out, "%zx;x=y\r\n", n);
        buf_append(out, body.data + at, n);
        buf_append_str(out, "\r\n");
    }
    buf_append_str(out, "0\r\n\r\n");
}

/* Packs with zlib: bits as for deflateInit2. */
static void pack(struct slice body, int bits, struct buf *out)
{
    z_stream z;
    memset(&z, 0, sizeof z);
    assert_int_equal(
        deflateInit2(&z, 6, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_true(buf_reserve(out, body.len + 1000));
    z.next_in = (unsigned char *)(uintptr_t)body.data;
    z.avail_in = (unsigned)body.len;
    z.next_out = (unsigned char *)out->data;
    z.avail_out = (unsigned)(body.len + 1000);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    out->len = body.len + 1000 - z.avail_out;
    deflateEnd(&z);
}

static void web_archives_give_pages_however_they_were_sent(void **state)
{
    (void)state;
    static const struct {
        const char *lines;
        int bits;
        bool chunks;
    } rows[] = {
        {"Content-Type: text/html; charset=utf-8\r\n", 0, false},
        {"content-type: Text/HTML\r\nTransfer-Encoding: chunked\r\n", 0, true},
        {"Content-Type: text/html\r\nContent-Encoding: gzip\r\n", 31, false},
        {"Content-Type: text/html\r\nContent-Encoding: deflate\r\n", 15, false},
        {"Content-Type: text/html\r\nContent-Encoding: deflate\r\n", -15,
         false},
        {"Content-Type: text/html\r\nContent-Encoding: gzip\r\n"
         "Transfer-Encoding: chunked\r\n",
         31, true},
        /* Decoded by the crawler, which left the fields. */
        {"Content-Type: text/html\r\nContent-Encoding: gzip\r\n"
         "Transfer-Encoding: chunked\r\n",
         0, false},
        {"", 0, false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf packed = BUF_INIT, chunks = BUF_INIT, file = BUF_INIT;
        struct slice body = slice_of(page);
        if (rows[i].bits) {
            pack(body, rows[i].bits, &packed);
            body = (struct slice){packed.data, packed.len};
        }
        if (rows[i].chunks) {
            put_chunks(&chunks, body);
            body = (struct slice){chunks.data, chunks.len};
        }
        put_record(&file, "warcinfo", NULL, slice_of("software: x\r\n"));
        put_answer(&file, "200 OK", rows[i].lines, body);
        reading_check_bytes(NULL, (struct slice){file.data, file.len}, article);
        buf_release(&packed);
        buf_release(&chunks);
        buf_release(&file);
    }
}

static void what_is_no_page_is_passed(void **state)
{
    (void)state;
    struct buf file = BUF_INIT, huge = BUF_INIT;
    assert_true(buf_reserve(&huge, 40000000));
    memset(huge.data, 'x', 40000000);
    put_answer(&file, "404 Not Found", "Content-Type: text/html\r\n",
               slice_of(page));
    put_answer(&file, "200 OK", "Content-Type: video/mp4\r\n",
               (struct slice){huge.data, 40000000});
    put_record(&file, "request", NULL, slice_of("GET / HTTP/1.1\r\n\r\n"));
    put_record(&file, "conversion", "text/plain", slice_of("Title\n\nText.\n"));
    put_record(&file, "resource", "text/html", slice_of(page));
    file_replace("pages.warc", file.data, file.len, NULL);
    struct buf out = BUF_INIT, expected = BUF_INIT;
    reading_file(NULL, "pages.warc", NULL, &out);
    buf_printf(&expected,
               "|Title|Text.|2024-05-18T00:00:00Z|url=https://example.org/a\n"
               "%s",
               article);
    assert_string_equal(buf_cstr(&out), buf_cstr(&expected));
    /* Cut in the last record. */
    file_replace("pages.warc", file.data, file.len - 60, NULL);
    reading_file(NULL, "pages.warc", NULL, &out);
    assert_non_null(
        strstr(buf_cstr(&out), "damaged: the file ends inside the page\n"));
    buf_release(&file);
    buf_release(&huge);
    buf_release(&out);
    buf_release(&expected);
}

static void damaged_web_archives_lose_only_what_is_damaged(void **state)
{
    (void)state;
    struct buf file = BUF_INIT, expected = BUF_INIT;
    buf_append_str(&file,
                   "WARC/1.0\r\nWARC-Type: response\r\n\r\nno length\r\n");
    put_answer(&file, "200 OK", "Content-Type: text/html\r\n", slice_of(page));
    buf_append_str(&file, "garbage between\r\n");
    put_answer(&file, "200 OK",
               "Content-Type: text/html\r\nContent-Encoding: gzip\r\n",
               slice_of("\x1f\x8b\x08 and no more"));
    put_answer(&file, "200 OK", "Content-Type: text/html\r\n", slice_of(page));
    buf_printf(&expected,
               "bad: a record of the archive says no length\n"
               "bad: there is no record where one should begin\n%s"
               "bad: there is no record where one should begin\n"
               "bad: cannot unpack 'the body of a page': unknown header "
               "flags set\n%s",
               article, article);
    reading_check_bytes(NULL, (struct slice){file.data, file.len},
                        buf_cstr(&expected));
    buf_release(&file);
    buf_release(&expected);
}

static void records_before_a_cut_are_kept(void **state)
{
    (void)state;
    struct buf record = BUF_INIT, packed = BUF_INIT, file = BUF_INIT,
               out = BUF_INIT;
    put_answer(&record, "200 OK", "Content-Type: text/html\r\n",
               slice_of(page));
    pack((struct slice){record.data, record.len}, 31, &packed);
    buf_append(&file, packed.data, packed.len);
    buf_append(&file, packed.data, packed.len / 2);
    file_replace("cut.warc.gz", file.data, file.len, NULL);
    reading_file(NULL, "cut.warc.gz", NULL, &out);
    const char *text = buf_cstr(&out);
    assert_memory_equal(text, article, strlen(article));
    assert_string_equal(text + strlen(article),
                        "bad: cannot unpack 'cut.warc.gz': the file is cut "
                        "short\n");
    buf_release(&record);
    buf_release(&packed);
    buf_release(&file);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_give_what_is_the_article),
        cmocka_unit_test(pages_keep_what_stands_in_other_boxes),
        cmocka_unit_test(pages_say_what_they_are_in_many_ways),
        cmocka_unit_test(microdata_and_elements_are_last),
        cmocka_unit_test(charsets_are_those_that_pages_name),
        cmocka_unit_test(hostile_pages_are_survived),
        cmocka_unit_test(web_archives_give_pages_however_they_were_sent),
        cmocka_unit_test(what_is_no_page_is_passed),
        cmocka_unit_test(damaged_web_archives_lose_only_what_is_damaged),
        cmocka_unit_test(records_before_a_cut_are_kept)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
