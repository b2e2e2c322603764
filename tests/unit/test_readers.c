/* Readers: splitting, parsing, detection, bad records. */
#include "tests/unit/harness.h"

#include <zlib.h>

#include "common/base/file.h"
#include "corpus/input/walk.h"
#include "corpus/markup/sgml.h"
#include "tests/unit/reading.h"

static void json_lines_give_articles(void **state)
{
    (void)state;
    reading_check(
        &reader_jsonl,
        "{\"id\": 7, \"title\": \"T\", \"body\": \"B\", \"date\": "
        "\"2024-05-17\", \"person\": [\"Jan Leike\", {\"name\": \"Sam "
        "Altman\"}]}\n\n"
        "{\"_id\":\"x\",\"headline\":\"H\",\"text\":[\"one\",\"two\"],"
        "\"author\":{\"name\":\"A B\"},\"keywords\":[\"k\",null]}\n",
        NULL,
        "7|T|B|2024-05-17|person=Jan Leike|person=Sam Altman\n"
        "x|H|one\n\ntwo||author=A B|topic=k\n");
}

static void json_keys_can_be_mapped(void **state)
{
    (void)state;
    reading_check(
        &reader_jsonl,
        "{\"nr\":\"1\",\"top\":\"T\",\"title\":\"other\",\"story\":\"S\"}\n",
        "title=top,body=story,id=nr", "1|T|S|\n");
    assert_int_equal(reader_map_check("title=a,body=b", NULL), NH_OK);
    assert_int_equal(reader_map_check("title", NULL), NH_EINVAL);
    assert_int_equal(reader_map_check("nofield=x", NULL), NH_EINVAL);
}

static void bad_json_lines_are_reported_and_passed(void **state)
{
    (void)state;
    struct buf out = BUF_INIT;
    static const char text[] = "{\"id\":\"1\",\"body\":\"good\"}\n"
                               "{\"id\":\n"
                               "[1]\n"
                               "{\"id\":\"2\",\"body\":\"\",\"title\":null}\n"
                               "{\"id\":\"3\",\"body\":\"caf\xE9\"}\n"
                               "{\"id\":\"4\",\"body\":\"x\"} trailing\n"
                               "{\"id\":\"5\",\"body\":\"a\\u0000b\"}";
    file_replace("reader.in", text, sizeof text - 1, NULL);
    reading_file(&reader_jsonl, "reader.in", NULL, &out);
    const char *got = buf_cstr(&out);
    assert_non_null(strstr(got, "1||good|\nbad: invalid JSON: the text ends"));
    assert_non_null(strstr(got, "bad: this is not a JSON object\n"));
    assert_non_null(strstr(got, "neither a title nor a text\n"));
    assert_non_null(strstr(got, "3||caf\xC3\xA9|\n"));
    assert_non_null(strstr(got, "bad: invalid JSON: "));
    assert_non_null(strstr(got, "5||a"));
    buf_release(&out);
}

/* Writes `before`, 70 MB of 'x', `after`; reads them with `r`. */
static void check_huge(const struct reader *r, const char *before,
                       const char *after, const char *expected)
{
    struct buf out = BUF_INIT, file = BUF_INIT;
    buf_append_str(&file, before);
    assert_true(buf_reserve(&file, 70000000));
    memset(file.data + file.len, 'x', 70000000);
    file.len += 70000000;
    buf_append_str(&file, after);
    file_replace("huge.in", file.data, file.len, NULL);
    reading_file(r, "huge.in", NULL, &out);
    const char *got = buf_cstr(&out);
    assert_non_null(strstr(got, "bad: a record is longer than 32 MiB\n"));
    const char *end = strstr(got, expected);
    assert_non_null(end);
    assert_string_equal(end, expected);
    remove("huge.in");
    buf_release(&out);
    buf_release(&file);
}

static void records_that_are_too_long_are_passed(void **state)
{
    (void)state;
    check_huge(&reader_jsonl, "{\"id\":\"",
               "\"}\n{\"id\":\"2\",\"body\":\"good\"}\n", "2||good|\n");
    check_huge(&reader_trec, "<DOC>\n<DOCNO>1</DOCNO>\n<TEXT>",
               "</TEXT></DOC>\n<DOC>\n<DOCNO>2</DOCNO>\n<TEXT>good</TEXT>\n"
               "</DOC>\n",
               "2||good|\n");
    check_huge(&reader_reuters, "<REUTERS NEWID=\"1\"><TEXT>",
               "</TEXT></REUTERS>\n<REUTERS NEWID=\"2\"><TEXT>good</TEXT>"
               "</REUTERS>\n",
               "reuters-2||good||source=Reuters|lang=en\n");
}

static void trec_dialects_give_articles(void **state)
{
    (void)state;
    reading_check(
        &reader_trec,
        "<DOC>\n<DOCNO> AP880212-0001 </DOCNO>\n<HEAD>One</HEAD>\n"
        "<HEAD>Two</HEAD>\n<BYLINE>By X</BYLINE>\n<DATELINE>PARIS "
        "(AP)</DATELINE>\n<TEXT>\n   Text &amp; more.\n</TEXT>\n</DOC>\n"
        "<DOC>\n<DOCNO> LA010189-0001 </DOCNO>\n<HEADLINE><P>Late</P>"
        "</HEADLINE><SUBJECT><P>ONE; TWO</P></SUBJECT><TEXT><P>a</P><P>b</P>"
        "</TEXT>\n"
        "<DOC>\n<DOCNO>WSJ870324-0001</DOCNO>\n<HL> Stocks </HL>\n<DD> "
        "03/24/87</DD>\n<SO> WALL STREET JOURNAL (J)</SO>\n<TEXT>\nbody\n"
        "</TEXT>\n</DOC>\n"
        "<DOC><TEXT>no number</TEXT></DOC>\n"
        "<DOC id=\"doc2\">\n<TEXT>\nhere\n</TEXT>\n</DOC>",
        NULL,
        "AP880212-0001|One Two|PARIS (AP)\n   Text & more.|1988-02-12|"
        "author=By X\n"
        "LA010189-0001|Late|a\n\nb|1989-01-01|topic=ONE|topic=TWO\n"
        "WSJ870324-0001|Stocks|body|1987-03-24|source=WALL STREET JOURNAL "
        "(J)\n"
        "bad: the record has no DOCNO\n"
        "doc2||here|\n");
}

static void reuters_gives_annotations(void **state)
{
    (void)state;
    reading_check(
        &reader_reuters,
        "<!DOCTYPE lewis SYSTEM \"lewis.dtd\">\n<REUTERS TOPICS=\"YES\" "
        "NEWID=\"12\">\n<DATE>26-FEB-1987 15:01:01.79</DATE>\n<TOPICS><D>"
        "cocoa</D></TOPICS>\n<PLACES><D>el-salvador</D><D>usa</D></PLACES>\n"
        "<PEOPLE></PEOPLE><ORGS><D>icco</D></ORGS>\n<EXCHANGES><D>x</D>"
        "</EXCHANGES><UNKNOWN>\n&#5;C T</UNKNOWN>\n<TEXT>&#2;\n<TITLE>"
        "A &lt;B> C</TITLE>\n<DATELINE>    SALVADOR, Feb 26 - </DATELINE>"
        "<BODY>Showers.\n Reuter\n&#3;</BODY></TEXT>\n</REUTERS>\n"
        "<REUTERS NEWID=\"13\"><DATE>2-MAR-1987 915:09:01.2</DATE>"
        "<TEXT TYPE=\"UNPROC\">raw\n</TEXT></REUTERS>\n"
        "<REUTERS NEWID=\"14\"><TEXT>cut",
        NULL,
        "reuters-12|A <B> C|SALVADOR, Feb 26 - Showers.\n Reuter|"
        "1987-02-26T15:01:01Z|source=Reuters|topic=cocoa|lang=en|org=icco|"
        "place=el-salvador|place=usa\n"
        "reuters-13||raw|1987-03-02|source=Reuters|lang=en\n"
        "bad: the record has no </REUTERS>\n");
}

static void plain_text_takes_a_short_first_line_as_title(void **state)
{
    (void)state;
    reading_check(&reader_text, "A headline\n\nThe story. It ends.\n", NULL,
                  "|A headline|The story. It ends.|\n");
    reading_check(&reader_text, "A sentence that ends here.\nMore.\n", NULL,
                  "||A sentence that ends here.\nMore.|\n");
    reading_check(&reader_text, "one line only", NULL, "||one line only|\n");
    reading_check(&reader_text, " \n ", NULL, "bad: there is no text in it\n");
}

static void feeds_give_entries(void **state)
{
    (void)state;
    reading_check(
        &reader_feed,
        "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n"
        "<rss version=\"2.0\" "
        "xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" "
        "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
        "xmlns:media=\"http://search.yahoo.com/mrss/\">\n"
        "<channel><title>Harbour News</title><language>en</language>\n"
        "<!-- <item> in a comment -->\n"
        "<item><media:title>A picture</media:title>"
        "<title>Ferry &amp;amp; crane</title>"
        "<link>https://example.org/1</link>"
        "<guid isPermaLink=\"false\">n-1</guid>"
        "<pubDate>Fri, 17 May 2024 10:14:00 GMT</pubDate>"
        "<dc:creator>Jan Leike</dc:creator>"
        "<category>ports</category><category>cranes</category>"
        "<description>Short.</description>"
        "<content:encoded><![CDATA[<p>The caf\xE9 is&nbsp;closed.</p>"
        "</item><script>x()</script><p>Two<br>lines<br><br/>apart</p>]]>"
        "</content:encoded></item>\n"
        "<item><description>&lt;b&gt;Bold&lt;/b&gt; &amp;eacute; "
        "&copy;</description>"
        "<author>jan@example.org (Jan)</author></item>"
        "<item/><item><title>  </title></item>\n"
        "</channel></rss>",
        NULL,
        "n-1|Ferry & crane|The caf\xC3\xA9 is closed.\n\nTwo\nlines\n\napart|"
        "2024-05-17T10:14:00Z|source=Harbour News|author=Jan Leike|"
        "url=https://example.org/1|topic=ports|topic=cranes|lang=en\n"
        "||Bold \xC3\xA9 \xC2\xA9||source=Harbour News|author=Jan|lang=en\n"
        "bad: the article has neither a title nor a text\n"
        "bad: the article has neither a title nor a text\n");
    reading_check(
        &reader_feed,
        "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"en\">"
        "<title>Feed</title><author><name>Ann</name></author>"
        "<entry><title type=\"html\">A &lt;i&gt;title&lt;/i&gt;</title>"
        "<id>tag:1</id><link rel=\"self\" href=\"x\"/>"
        "<link href=\"https://example.org/a\"/>"
        "<updated>2024-05-18T00:00:00Z</updated>"
        "<published>2024-05-17T10:14:05+02:00</published>"
        "<category term=\"t\" label=\"Label\"/>"
        "<summary>not this</summary>"
        "<content type=\"xhtml\"><div><p>One</p><p>two &lt; three</p></div>"
        "</content></entry></feed>",
        NULL,
        "tag:1|A title|One\n\ntwo < three|2024-05-17T08:14:05Z|source=Feed|"
        "author=Ann|url=https://example.org/a|topic=Label|lang=en\n");
    reading_check(&reader_feed,
                  "<rss><channel><title>x</title></channel></rss>", NULL,
                  "bad: there is no <item> in it\n");
    reading_check(&reader_feed, "<rss><item><title>a</title></item><item><ti",
                  NULL, "|a||\nbad: the file ends inside a <item>\n");
}

static void agencies_formats_give_articles(void **state)
{
    (void)state;
    reading_check(
        &reader_nitf,
        "<nitf baselang=\"en\"><head><title>Slug</title>"
        "<meta name=\"online_sections\" content=\"World\"/>"
        "<docdata><doc-id regsrc=\"Wire\" id-string=\"w1\"/>"
        "<date.issue norm=\"20240517T101400+0200\"/>"
        "<identified-content><person>Leike, Jan</person>"
        "<classifier>Safety</classifier></identified-content></docdata>"
        "</head><body><body.head><hedline><hl1>Lead quits</hl1>"
        "<hl2>second</hl2></hedline>"
        "<byline>By ANN SMITH<byttl>of the Wire</byttl></byline>"
        "<dateline><location>Paris</location></dateline></body.head>"
        "<body.content><block><p>He said <person>Sam Altman's</person> firm "
        "<org>OpenAI</org> grew.</p><p>More.</p><media><media-caption>not "
        "this</media-caption></media></block></body.content></body></nitf>",
        NULL,
        "w1|Lead quits|He said Sam Altman's firm OpenAI grew.\n\nMore.|"
        "2024-05-17T08:14:00Z|source=Wire|author=ANN SMITH|section=World|"
        "topic=Safety|lang=en|person=Jan Leike|person=Sam Altman|org=OpenAI|"
        "place=Paris\n");
    reading_check(
        &reader_newsml_g2,
        "<newsMessage xmlns=\"http://iptc.org/std/nar/2006-10-01/\"><header>"
        "<sent>2024-05-18T00:00:00Z</sent></header><itemSet>"
        "<newsItem guid=\"urn:1\" xml:lang=\"en\"><itemMeta>"
        "<provider literal=\"wire.example\"/>"
        "<firstCreated>2024-05-17T10:14:05Z</firstCreated></itemMeta>"
        "<contentMeta><by>By Ann Smith</by><headline>Lead quits</headline>"
        "<subject type=\"cpnat:person\"><name>Jan Leike</name></subject>"
        "<subject type=\"cpnat:organisation\"><name>OpenAI</name></subject>"
        "<subject type=\"cpnat:geoArea\"><name>Paris</name></subject>"
        "<subject type=\"cpnat:abstract\"><name>safety</name></subject>"
        "</contentMeta><contentSet><inlineXML><html "
        "xmlns=\"http://www.w3.org/1999/xhtml\"><head><title>x</title>"
        "</head><body><p>One.</p><p>Two.</p></body></html></inlineXML>"
        "</contentSet></newsItem>"
        "<newsItem guid=\"urn:2\"><contentMeta><headline>Second</headline>"
        "</contentMeta></newsItem></itemSet></newsMessage>",
        NULL,
        "urn:1|Lead quits|One.\n\nTwo.|2024-05-17T10:14:05Z|"
        "source=wire.example|author=Ann Smith|topic=safety|lang=en|"
        "person=Jan Leike|org=OpenAI|place=Paris\n"
        "urn:2|Second||\n");
    reading_check(
        &reader_newsml,
        "<NewsML><NewsItem><Identification><NewsIdentifier>"
        "<ProviderId>wire.example</ProviderId>"
        "<PublicIdentifier>urn:3</PublicIdentifier></NewsIdentifier>"
        "</Identification><NewsManagement>"
        "<FirstCreated>20240517T101400Z</FirstCreated></NewsManagement>"
        "<NewsComponent><NewsLines><HeadLine>Lead quits</HeadLine>"
        "<ByLine>Ann Smith</ByLine></NewsLines><ContentItem><DataContent>"
        "short</DataContent></ContentItem><ContentItem><DataContent>"
        "<p>One of two.</p><p>Two.</p></DataContent></ContentItem>"
        "</NewsComponent></NewsItem></NewsML>",
        NULL,
        "urn:3|Lead quits|One of two.\n\nTwo.|2024-05-17T10:14:00Z|"
        "source=wire.example|author=Ann Smith\n");
}

static void json_documents_give_articles(void **state)
{
    (void)state;
    reading_check(
        &reader_json,
        "[\n {\"id\": 1, \"title\": \"a ] } \\\" b\"},\n 7, \"x\", {}\n,"
        "{\"id\": 2, \"body_html\": \"<p>One</p><p>two</p>\"}]  ",
        NULL,
        "1|a ] } \" b||\nbad: this is not a JSON object\nbad: this is not a "
        "JSON object\nbad: the record has neither a title nor a text\n2||One\n"
        "\ntwo|\n");
    reading_check(
        &reader_json,
        "{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": "
        "\"F\",\n \"items\": [{\"id\": \"1\", \"content_html\": "
        "\"<p>One &amp; two\", \"date_published\": \"2024-05-17\"},"
        "{\"id\": \"2\", \"content_text\": \"x\"}]}",
        NULL, "1||One & two|2024-05-17\n2||x|\n");
    reading_check(
        &reader_json,
        "{\"meta\": {\"items\": []}, \"data\": {\"n\": [1, [2]], "
        "\"items\": [{\"item\": {\"uri\": \"u\", \"headline\": \"h\", "
        "\"person\": [{\"name\": \"Jan Leike\"}]}}]}}",
        NULL, "u|h|||person=Jan Leike\n");
    reading_check(
        &reader_json,
        "{\n\"uri\": \"u\", \"headline\": \"h\",\n\"body\": [{\"type\": "
        "\"sanitized_html\", \"content\": \"<b>One</b>\"}, {\"type\": "
        "\"image\", \"content\": \"no\"}, {\"content\": \"Two\"}]}",
        NULL, "u|h|One\n\nTwo|\n");
    reading_check(&reader_json, "[{\"title\": \"a\"}, {\"title\": ", NULL,
                  "|a||\nbad: the file ends inside a value\n");
}

static void tables_give_rows(void **state)
{
    (void)state;
    reading_check(
        &reader_csv,
        "id,headline,Text,published,tags,person\r\n"
        "1,\"A \"\"quoted\"\" title, with comma\",\"two\nlines\","
        "2024-05-17,a|b; c,Jan Leike\r\n"
        "\r\n"
        "2,,only text,,,\n"
        "3,,,,,\n"
        "4,short\n"
        "5,\"open quote,x",
        NULL,
        "1|A \"quoted\" title, with comma|two\nlines|2024-05-17|topic=a|"
        "topic=b|topic=c|person=Jan Leike\n"
        "2||only text|\n"
        "bad: the row has neither a title nor a text\n"
        "4|short||\n"
        "bad: a quotation mark in the row is never closed\n");
    reading_check(&reader_csv, "name\tstory\n1\tthe text\n", "body=story",
                  "||the text|\n");
}

static void hostile_xml_is_survived(void **state)
{
    (void)state;
    struct buf deep = BUF_INIT, out = BUF_INIT;
    reading_check(&reader_feed,
                  "<!DOCTYPE rss [<!ENTITY a \"lol\"><!ENTITY b "
                  "\"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c "
                  "\"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY f SYSTEM "
                  "\"file:///etc/passwd\">]><rss><item><title>x &c; &f; &a; "
                  "y</title></item></rss>",
                  NULL, "bad: bad XML: Detected an entity reference loop\n");
    reading_check(
        &reader_feed,
        "<!DOCTYPE rss [<!ENTITY a \"lol\"><!ENTITY b \"&a;\"><!ENTITY f "
        "SYSTEM "
        "\"file:///etc/passwd\">]><rss><item><title>x &b; &f; &a; "
        "y</title></item></rss>",
        NULL, "|x lol y||\n");
    buf_append_str(&deep, "<rss><item><title>deep</title><description>");
    for (int i = 0; i < 100000; i++)
        buf_append_str(&deep, "&lt;div&gt;<b>");
    buf_append_str(&deep, "</description></item></rss>");
    file_replace("deep.in", deep.data, deep.len, NULL);
    reading_file(&reader_feed, "deep.in", NULL, &out);
    assert_true(out.len > 0);
    check_huge(&reader_feed, "<rss><item><title>", "</title></item></rss>",
               "bad: a record is longer than 32 MiB\n");
    buf_release(&deep);
    buf_release(&out);
}

static void formats_are_told_by_their_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *head, *name;
    } rows[] = {
        {"{\"id\":1}", "jsonl"},
        {"\xEF\xBB\xBF  {\"id\":1}", "jsonl"},
        {"<DOC>\n<DOCNO>", "trec"},
        {"<!DOCTYPE lewis SYSTEM \"lewis.dtd\">\n<REUTERS T", "reuters"},
        {"Some words", "text"},
        {"<?xml version", NULL},
        {"<?xml version='1.0'?><catalogItem>", NULL},
        {"<!-- a\nb --><rss version='2.0'>", "feed"},
        {"<rdf:RDF xmlns:rdf='x'>", "feed"},
        {"<?xml version='1.0'?>\n<!DOCTYPE feed [<!ENTITY a 'b'>]><feed>",
         "feed"},
        {"<nitf>", "nitf"},
        {"<NewsML Version='1.2'>", "newsml"},
        {"<ns0:newsMessage xmlns:ns0='u'>", "newsml-g2"},
        {"<newsItem guid='x>y'>", "newsml-g2"},
        {"<Reuters> LONDON, May 17", "text"},
        {"<note>not a format</note>", NULL},
        {"[{\"a\":1}]", "json"},
        {"{\n \"items\": [", "json"},
        {"[a bracket]", "text"},
        {"id,title,text\n1,a,b\n", "csv"},
        {"Title;Date\nx;2024\n", "csv"},
        {"A title, with words\nand text", "text"},
        {"Body, title and more.\nIt is text", "text"},
        {"%PDF-1.4", NULL}};
    struct nh_error err;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct reader *r = reader_detect(slice_of(rows[i].head), &err);
        if (!rows[i].name)
            assert_null(r);
        else
            assert_string_equal(r->name, rows[i].name);
    }
    assert_null(reader_detect((struct slice){"a\0b", 3}, &err));
    assert_ptr_equal(reader_named("trec"), &reader_trec);
    assert_null(reader_named("nosuch"));
}

static void cut_gzip_files_are_errors(void **state)
{
    (void)state;
    struct input in;
    struct nh_error err;
    struct slice all;
    struct buf file = BUF_INIT;
    gzFile gz = gzopen("cut.gz", "wb");
    for (int i = 0; i < 20000; i++)
        gzprintf(gz, "%d\n", i * 7919);
    gzclose(gz);
    file_read("cut.gz", &file, NULL);
    file_replace("cut.gz", file.data, file.len / 2, NULL);
    assert_int_equal(input_open(&in, "cut.gz", &err), NH_OK);
    assert_int_equal(input_peek(&in, 1 << 20, &all, &err), NH_EIO);
    input_close(&in);
    buf_release(&file);
}

static void folders_are_walked_in_order(void **state)
{
    (void)state;
    struct walk w;
    struct nh_error err;
    memset(&w, 0, sizeof w);
    w.skip_with = "XAPIANDB";
    remove_all("walk.dir");
    file_mkdir("walk.dir", &err);
    file_mkdir("walk.dir/b", &err);
    file_mkdir("walk.dir/idx", &err);
    static const char *const files[] = {"walk.dir/c.txt", "walk.dir/a.txt.gz",
                                        "walk.dir/b/x", "walk.dir/.hidden",
                                        "walk.dir/idx/XAPIANDB"};
    for (size_t i = 0; i < 5; i++)
        file_replace(files[i], "x", 1, &err);
    assert_int_equal(walk_add(&w, "walk.dir/", &err), NH_OK);
    assert_int_equal(walk_add(&w, "-", &err), NH_OK);
    assert_int_equal(w.count, 4);
    assert_string_equal(w.files[0].id, "a.txt");
    assert_string_equal(w.files[1].id, "b/x");
    assert_string_equal(w.files[2].id, "c.txt");
    assert_string_equal(w.files[3].path, "-");
    assert_int_equal(walk_add(&w, "walk.dir/none", &err), NH_ENOTFOUND);
    walk_release(&w);
}

static void sgml_survives_odd_markup(void **state)
{
    (void)state;
    static const char doc[] = "a < b <x y='1>2'>t</x><!-- c --><5><unclosed";
    struct sgml_token t;
    struct buf out = BUF_INIT;
    size_t pos = 0;
    while (sgml_next(slice_of(doc), &pos, &t))
        buf_printf(&out, "%d:%.*s%.*s;", t.kind, (int)t.name.len,
                   t.name.data ? t.name.data : "",
                   t.kind == SGML_TEXT ? (int)t.text.len : 0,
                   t.text.data ? t.text.data : "");
    assert_string_equal(buf_cstr(&out),
                        "0:a < b ;1:x;0:2'>t;2:x;0:<5><unclosed;");
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_lines_give_articles),
        cmocka_unit_test(json_keys_can_be_mapped),
        cmocka_unit_test(bad_json_lines_are_reported_and_passed),
        cmocka_unit_test(records_that_are_too_long_are_passed),
        cmocka_unit_test(trec_dialects_give_articles),
        cmocka_unit_test(reuters_gives_annotations),
        cmocka_unit_test(plain_text_takes_a_short_first_line_as_title),
        cmocka_unit_test(feeds_give_entries),
        cmocka_unit_test(agencies_formats_give_articles),
        cmocka_unit_test(json_documents_give_articles),
        cmocka_unit_test(tables_give_rows),
        cmocka_unit_test(hostile_xml_is_survived),
        cmocka_unit_test(formats_are_told_by_their_bytes),
        cmocka_unit_test(cut_gzip_files_are_errors),
        cmocka_unit_test(folders_are_walked_in_order),
        cmocka_unit_test(sgml_survives_odd_markup)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
