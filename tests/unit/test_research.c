/* What researchers download or digitise, archives of the web, and files that
 * are no articles. */
#include "tests/unit/harness.h"

#include "corpus/foreign.h"
#include "tests/unit/reading.h"

static void alto_gives_each_word_once(void **state)
{
    (void)state;
    reading_check(
        &reader_alto,
        "<?xml version=\"1.0\"?><a:alto xmlns:a=\"x\"><a:Layout><a:Page>"
        "<a:PrintSpace><a:TextBlock><a:TextLine><a:String CONTENT=\"A\"/>"
        "<a:SP/><a:String CONTENT=\"nar\" SUBS_TYPE=\"HypPart1\" SUBS_CONTENT="
        "\"narrow\"/><a:HYP CONTENT=\"-\"/></a:TextLine><a:TextLine><a:String "
        "CONTENT=\"row\" SUBS_TYPE=\"HypPart2\" SUBS_CONTENT=\"narrow\"/>"
        "<a:String CONTENT=\"brid\"/><a:HYP/></a:TextLine><a:TextLine>"
        "<a:String CONTENT=\"ge\"/></a:TextLine></a:TextBlock><a:TextBlock>"
        "<a:TextLine><a:String CONTENT=\" \"/><a:String CONTENT=\"ed\" "
        "SUBS_TYPE=\"HypPart2\" SUBS_CONTENT=\"opened\"/></a:TextLine>"
        "</a:TextBlock></a:PrintSpace></a:Page></a:Layout></a:alto>",
        NULL, "||A narrow bridge\n\nopened|\n");
}

static void reuters_corpora_give_articles(void **state)
{
    (void)state;
    reading_check(
        NULL,
        "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n<newsitem itemid="
        "\"17\" date=\"1996-08-21\" xml:lang=\"en\"><title>UK: Bridge opens."
        "</title><headline>Bridge opens.</headline><byline>Jane Roe</byline>"
        "<text><p>One.</p>\n<p>Two.</p></text><metadata><codes class="
        "\"bip:countries:1.0\"><code code=\"UK\"/></codes><codes class="
        "\"bip:topics:1.0\"><code code=\"GCAT\"/></codes></metadata>"
        "</newsitem>",
        NULL,
        "17|Bridge opens.|One.\n\nTwo.|1996-08-21|source=Reuters|author=Jane "
        "Roe|topic=GCAT|lang=en|place=UK\n");
}

static void leads_of_nitf_stand_once(void **state)
{
    (void)state;
    reading_check(
        NULL,
        "<nitf><head><title>T</title></head><body><body.content><block class="
        "\"lead_paragraph\"><p>LEAD: One.</p></block><block "
        "class=\"full_text\">"
        "<p>One.</p><p>Two.</p></block></body.content></body></nitf>",
        NULL, "|T|One.\n\nTwo.|\n");
    reading_check(
        NULL,
        "<nitf><head><title>T</title></head><body><body.content><block class="
        "\"lead_paragraph\"><p>Else.</p></block><block class=\"full_text\">"
        "<p>One.</p></block></body.content></body></nitf>",
        NULL, "|T|Else.\n\nOne.|\n");
}

static void ris_gives_articles(void **state)
{
    (void)state;
    reading_check(
        NULL,
        "Provider: A base\r\nContent: text/plain\r\n\r\nTY  - NEWS\r\nTI  - "
        "Bridge opens\r\nAU  - Roe, Jane\r\nAU  - City Desk\r\nPY  - 2024\r\n"
        "DA  - 2024/05/17/\r\nT2  - Sample News\r\nLA  - English\r\nKW  - "
        "Bridges\r\nAB  - It opened\r\non Friday.\r\nUR  - "
        "https://example.org/1\r\nER  - \r\n\r\n\r\nTY  - NEWS\nT1  - Second\n"
        "Y1  - 2024/05//\nTY  - NEWS\nTI  - Third",
        NULL,
        "|Bridge opens|It opened\non Friday.|2024-05-17|source=Sample News|"
        "author=Jane Roe|author=City Desk|url=https://example.org/1|topic="
        "Bridges|lang=en\n|Second||2024-05\n|Third||\n");
}

static void nexis_gives_articles(void **state)
{
    (void)state;
    reading_check(
        NULL,
        "Download Request: 1-2\r\n\r\n               1 of 2 DOCUMENTS\r\n\r\n"
        "            Sample News\r\n\r\n         May 17, 2024 Friday\r\n"
        "            Late Edition\r\n\r\nBridge opens\r\nagain\r\n\r\n"
        "BYLINE: By Jane Roe\r\n\r\nSECTION: NEWS; Pg. 4\r\n\r\nLENGTH: 9 "
        "words\r\n\r\nIt opened\r\non Friday.\r\n\r\n   Said: many came.\r\n"
        "\r\nLOAD-DATE: May 18, 2024\r\n\r\nLANGUAGE: ENGLISH\r\n\r\nSUBJECT: "
        "BRIDGES (91%); CITIES (50%)\r\n\r\n        Copyright 2024 A\r\n"
        "         All Rights Reserved\r\n\r\n               2 of 2 DOCUMENTS"
        "\r\n\r\n            Other News\r\n\r\n            May 18, 2024\r\n\r\n"
        "HEADLINE: Second\r\n\r\nBODY:\r\nWords of it.\r\n",
        NULL,
        "|Bridge opens again|It opened on Friday.\n\nSaid: many came.|"
        "2024-05-17|source=Sample News|author=Jane Roe|section=NEWS|topic="
        "BRIDGES|topic=CITIES|lang=en\n|Second|Words of it.|2024-05-18|source="
        "Other News\n");
    reading_check(NULL, "A title\n\n1 of 2 DOCUMENTS was lost.\n", NULL,
                  "|A title|1 of 2 DOCUMENTS was lost.|\n");
}

#define FACTIVA(title, text, number)                                           \
    "<div class=\"article enArticle\"><p></p><div id=\"hd\"><span class="      \
    "\"enHeadline\">" title "</span></div><div class=\"author\">By Jane Roe "  \
    "and Kim Doe</div><div>1,120 words</div><div>17 May 2024</div><div>09:00"  \
    "</div><div>Sample News</div><div>SN</div><div>English</div><p class="     \
    "\"articleParagraph enarticleParagraph\">" text "</p><p>Document " number  \
    "</p></div>"

static void factiva_gives_articles(void **state)
{
    (void)state;
    reading_check(NULL,
                  "<html><head><title>Factiva</title></head><body>" FACTIVA(
                      "One", "First &amp; best.", "SN001")
                      FACTIVA("Two", "Second.", "SN002") "</body></html>",
                  NULL,
                  "SN001|One|First & best.|2024-05-17|source=Sample News|"
                  "author=Jane Roe|author=Kim Doe|lang=en\nSN002|Two|Second.|"
                  "2024-05-17|source=Sample News|author=Jane Roe|author=Kim "
                  "Doe|lang=en\n");
}

#define PAGE                                                                   \
    "<html><head><title>Bridge opens</title></head><body><article><h1>Bridge " \
    "opens</h1><p>The bridge over the river opened on Friday, as the council " \
    "said in the town hall.</p></article></body></html>"
#define PAGE_TEXT                                                              \
    "The bridge over the river opened on Friday, as the council said in the "  \
    "town hall."

static void saved_pages_give_their_article(void **state)
{
    (void)state;
    reading_check(
        NULL,
        "From: <Saved by a browser>\r\nSubject: =?utf-8?q?Bridge?=\r\nDate: "
        "Sat, 18 May 2024 10:00:00 GMT\r\nMIME-Version: 1.0\r\nContent-Type: "
        "multipart/related;\r\n\ttype=\"text/html\"; boundary=\"b\"\r\n\r\n"
        "--b\r\nContent-Type: text/css\r\n\r\np{}\r\n--b\r\nContent-Type: "
        "text/html; charset=utf-8\r\nContent-Transfer-Encoding: "
        "quoted-printable\r\nContent-Location: https://example.org/bridge\r\n"
        "\r\n" PAGE "\r\n--b--\r\n",
        NULL, "|Bridge opens|" PAGE_TEXT "||url=https://example.org/bridge\n");
}

static void put_arc(struct buf *out, const char *head, const char *page,
                    size_t length)
{
    buf_printf(out,
               "http://e.org/a b 1.2.3.4 20240517101400 text/html %zu\n%s%s\n",
               length, head, page);
}

static void arc_gives_pages(void **state)
{
    static const char file[] =
        "filedesc://x.arc 0.0.0.0 20240517101400 text/plain 99\n1 0 Sample\n"
        "URL IP-address Archive-date Content-type Archive-length\n\n";
    static const char crlf[] = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
                               "\r\n",
                      lf[] = "HTTP/1.1 200 OK\nContent-Type: text/html\n\n";
    static const char one[] =
        "|Bridge opens|" PAGE_TEXT "|2024-05-17T10:14:00Z|url=http://e.org/a "
        "b\n";
    struct buf arc = BUF_INIT, expected = BUF_INIT;
    (void)state;
    buf_append_str(&arc, file);
    put_arc(&arc, crlf, PAGE, sizeof crlf + sizeof PAGE - 2);
    buf_append_str(&arc, "dns:e.org 1.2.3.4 20240517101400 text/dns 3\nabc\n");
    put_arc(&arc, lf, PAGE, sizeof crlf + sizeof PAGE - 2);
    put_arc(&arc, "", PAGE, sizeof PAGE - 1);
    buf_printf(&expected, "%s%s%s", one, one, one);
    reading_check(NULL, buf_cstr(&arc), NULL, buf_cstr(&expected));
    buf_release(&arc);
    buf_release(&expected);
}

static void cut_pages_give_what_there_is(void **state)
{
    struct parse_context ctx;
    struct article a;
    struct nh_error err;
    static const char record[] =
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://e.org/\r\n"
        "WARC-Date: 2024-05-17T10:14:00Z\r\nContent-Length: 5000\r\n\r\n"
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" PAGE;
    (void)state;
    memset(&ctx, 0, sizeof ctx);
    memset(&a, 0, sizeof a);
    assert_int_equal(reader_warc.parse(&ctx, slice_of(record), &a, &err),
                     NH_OK);
    assert_true(slice_equal(a.body, slice_of(PAGE_TEXT)));
    assert_string_equal(a.damage, "the file ends inside the page");
    article_reset(&a);
    assert_string_equal(a.damage, "");
    article_release(&a);
    parse_context_release(&ctx);
}

static void files_without_an_article_are_reported(void **state)
{
    (void)state;
    reading_check(NULL,
                  "WARC/1.0\r\nWARC-Type: request\r\nContent-Length: 18\r\n"
                  "\r\nGET / HTTP/1.0\r\n\r\n\r\n\r\n",
                  NULL, "bad: there is no article in it\n");
}

static void files_of_programs_are_named(void **state)
{
    static const struct {
        const char *head, *kind;
    } rows[] = {
        {"@article{roe2024,\n title={A}\n}\n", "references in BibTeX"},
        {"1\n00:00:01,000 --> 00:00:02,500\nHello.\n", "subtitles (SubRip)"},
        {"-- a dump\nCREATE TABLE a (b int);\n", "a dump of a data base (SQL)"},
        {"name: a\nsteps:\n  - run: b\n    with: c\n",
         "a file of settings (YAML, INI or the like)"},
        {"[core]\neditor = vi\nb = c\nd=e\n",
         "a file of settings (YAML, INI or the like)"},
        {"p{margin:0}\n.a,b{color:red;top:1px}\n",
         "a style sheet or a program"},
        {"#include <a.h>\nint main(void)\n{\n    f(1);\n    return 0;\n}\n",
         "a style sheet or a program"},
        {"BEGIN:VCARD\nFN:A\n", "a list of addresses (vCard)"},
        {"WEBVTT\n\n00:01.000 --> 00:02.000\nA\n", "subtitles (WebVTT)"}};
    static const char *const prose[] = {
        "A title\n\nSome words; and more {of them}.\n",
        "ANN: Who are you?\nKIM: I am Kim.\nANN: Good.\nKIM: Yes.\n",
        "Title: A\nBy: B\n\nThe bridge opened.\nMany came.\n",
        "{{Infobox}}\nA bridge opened; {{cite|a}} says so.\n",
        "1\n\nThe first part.\n",
        "@roe said it\nand left.\n",
        "Create table tennis clubs, the council was told.\n"};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(foreign_kind(slice_of(rows[i].head)), rows[i].kind);
    for (size_t i = 0; i < sizeof prose / sizeof *prose; i++)
        assert_null(foreign_kind(slice_of(prose[i])));
}

static void put_member(struct buf *zip, const char *name)
{
    static const char fixed[22] = {20, 0};
    buf_append(zip, "PK\x03\x04", 4);
    buf_append(zip, fixed, sizeof fixed);
    buf_append_le(zip, strlen(name), 2);
    buf_append_le(zip, 0, 2);
    buf_append_str(zip, name);
}

static void documents_in_zip_are_named_once(void **state)
{
    struct buf zip = BUF_INIT;
    (void)state;
    put_member(&zip, "_rels/.rels");
    put_member(&zip, "docProps/app.xml");
    assert_string_equal(archive_document(buf_slice(&zip)),
                        "a document of an office program");
    put_member(&zip, "word/document.xml");
    assert_string_equal(archive_document(buf_slice(&zip)),
                        "a Word document (.docx)");
    reading_check_bytes(NULL, buf_slice(&zip),
                        "bad: it is a Word document (.docx), which is not "
                        "supported; save it as text or HTML\n");
    buf_reset(&zip);
    put_member(&zip, "mimetype");
    buf_append_str(&zip, "application/epub+zip");
    assert_string_equal(archive_document(buf_slice(&zip)), "a book in EPUB");
    buf_reset(&zip);
    put_member(&zip, "texts/word/a.txt");
    assert_null(archive_document(buf_slice(&zip)));
    buf_release(&zip);
}

static void factiva_may_have_no_element(void **state)
{
    (void)state;
    static const char *const pages[] = {"", " ", "<!-- a -->", "<", "<!x>"};
    struct parse_context ctx;
    struct article a;
    struct nh_error err;
    memset(&ctx, 0, sizeof ctx);
    memset(&a, 0, sizeof a);
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        article_reset(&a);
        const int rc = reader_factiva.parse(&ctx, slice_of(pages[i]), &a, &err);
        assert_true(rc == NH_OK || rc == NH_EDATA);
    }
    parse_context_release(&ctx);
    article_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alto_gives_each_word_once),
        cmocka_unit_test(reuters_corpora_give_articles),
        cmocka_unit_test(leads_of_nitf_stand_once),
        cmocka_unit_test(ris_gives_articles),
        cmocka_unit_test(nexis_gives_articles),
        cmocka_unit_test(factiva_gives_articles),
        cmocka_unit_test(factiva_may_have_no_element),
        cmocka_unit_test(saved_pages_give_their_article),
        cmocka_unit_test(arc_gives_pages),
        cmocka_unit_test(cut_pages_give_what_there_is),
        cmocka_unit_test(files_without_an_article_are_reported),
        cmocka_unit_test(files_of_programs_are_named),
        cmocka_unit_test(documents_in_zip_are_named_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
