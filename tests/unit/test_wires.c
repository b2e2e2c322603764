/* Mail, wire copy, wikis, fields in front of texts. */
#include "tests/unit/harness.h"

#include "common/base/file.h"
#include "tests/unit/reading.h"

static void mail_gives_text_and_fields(void **state)
{
    (void)state;
    reading_check(
        NULL,
        "From: =?utf-8?q?M=C3=BCller=2C_J=C3=B6rg?= <j@example.org>, \"Roe, "
        "Jane\" <r@example.org>, k@example.org (Kim Doe)\n"
        "Subject: =?UTF-8?B?R3LDvMOfZQ==?=\n =?iso-8859-1?q?_zwei?= and more\n"
        "Date: Fri, 17 May 2024 10:14:00 +0200\nMessage-ID: <1@example.org>\n"
        "List-Id: Sample list <sample.example.org>\n\nText,\n>From here.\n",
        NULL,
        "1@example.org|Gr\xC3\xBC\xC3\x9F"
        "e zwei and more|Text,\n>From here.|2024-05-17T08:14:00Z|source=Sample "
        "list|author=M\xC3\xBCller, J\xC3\xB6rg|author=Roe, Jane|author=Kim "
        "Doe\n");
}

static void parts_of_mail_are_chosen(void **state)
{
    (void)state;
    reading_check(
        NULL,
        "Subject: S\nFrom: a@example.org\nContent-Type: multipart/mixed; "
        "boundary=\"b 1\"\n\npreamble\n--b 1\nContent-Type: "
        "multipart/alternative; boundary=b2\n\n--b2\nContent-Type: text/plain; "
        "charset=iso-8859-1; format=flowed\nContent-Transfer-Encoding: "
        "quoted-printable\n\nCaf=E9 and =\nmore that \nflows.\n\nNext =3D "
        "one.\n--b2\nContent-Type: text/html\nContent-Transfer-Encoding: "
        "base64\n\nPHA+SGVsbG88L3A+\n--b2--\n--b 1\nContent-Type: text/plain\n"
        "Content-Disposition: attachment\n\nnot read\n--b 1\nContent-Type: "
        "image/png\n\nnot read\n--b 1--\nepilogue\n",
        NULL,
        "|S|Caf\xC3\xA9 and more that flows.\n\nNext = one.||author="
        "a@example.org\n");
    /* A plain text that says nothing is not taken. */
    reading_check(
        NULL,
        "Subject: S\nDate: 17 May 2024\nContent-Type: multipart/alternative; "
        "boundary=b\n\n--b\n\nSee HTML.\n--b\nContent-Type: "
        "text/html\n\n<p>The "
        "first paragraph of it.</p><p>And the second.</p>\n--b--\n",
        NULL, "|S|The first paragraph of it.\n\nAnd the second.|2024-05-17\n");
}

static void mailboxes_give_messages(void **state)
{
    (void)state;
    reading_check(
        NULL,
        "From a@example.org Fri May 17 10:14:00 2024\nFrom: a@x.org\n"
        "Subject: one\n\nText.\n\n>From here on\n>>From there\n\n"
        "From the desk of nobody\n\n"
        "From b@example.org Sat May 18 10:14:00 2024\r\n"
        "Subject: two\r\nNewsgroups: news.a,news.b\r\n\r\nMore.\r\n",
        NULL,
        "|one|Text.\n\nFrom here on\n>From there\n\nFrom the desk of "
        "nobody|2024-05-17T10:14:00Z|author=a@x.org\n|two|More.|2024-05-"
        "18T10:14:00Z|topic=news.a|topic="
        "news.b\n");
}

static void hostile_mail_is_survived(void **state)
{
    (void)state;
    struct buf mail = BUF_INIT, out = BUF_INIT;
    buf_append_str(&mail, "Subject: s\nFrom: x\n");
    for (int i = 0; i < 5000; i++)
        buf_printf(&mail, "Content-Type: multipart/mixed; boundary=b\n\n--b\n");
    file_replace("deep.eml", mail.data, mail.len, NULL);
    reading_file(NULL, "deep.eml", NULL, &out);
    assert_string_equal(buf_cstr(&out), "|s|||author=x\n");
    buf_reset(&mail);
    buf_append_str(&mail, "From: x\nSubject: ");
    for (int i = 0; i < 100000; i++)
        buf_append_str(&mail, "=?u?q?");
    buf_append_str(&mail, "\n\ntext\n");
    file_replace("deep.eml", mail.data, mail.len, NULL);
    reading_file(NULL, "deep.eml", NULL, &out);
    assert_non_null(strstr(buf_cstr(&out), "|text||author=x\n"));
    buf_release(&mail);
    buf_release(&out);
}

static void wire_copy_gives_articles(void **state)
{
    (void)state;
    reading_check(
        NULL,
        "\x01xyz0001 3 i 90  xyz 0001\r\n\nTown/bridge/\r\n\x02REFILE\nBridge "
        "reopens\nafter a year\nBy Jane Roe, Sample News =\r\n\r\nTown (xyz) - "
        "The bridge over the river opened again,\r\nas was said on Friday.\r\n"
        "\r\nIt is wide.\r\n\r\n* * * *\r\nNot for publication\r\n\x03"
        "171014 GMT May 24\r\n\x04\r\n\x01zyx0002 4 s 10\r\nSport\r\n\x02One "
        "line alone\r\n\x03",
        NULL,
        "|Bridge reopens after a year|Town (xyz) - The bridge over the river "
        "opened again, as was said on Friday.\n\nIt is wide.|2024-05-17T10:14Z|"
        "source=xyz|author=Jane Roe|section=international|topic=Town|topic="
        "bridge|place=Town\n||One line alone||section=sports|topic=Sport\n");
    reading_check(NULL,
                  "\x16\x16\x01"
                  "a0001\r\nr i bc-x\r\n\x02^Bridge reopens<\r\n^By Jane "
                  "Roe<\r\n\r\nThe text of it.\r\n\x03"
                  "05-17-24 1014EDT\r\n",
                  NULL,
                  "|Bridge reopens|The text of it.|2024-05-17T14:14Z|author="
                  "Jane Roe|topic=r i bc-x\n");
}

#define WIKI                                                                   \
    "<mediawiki xml:lang='de'><siteinfo><sitename>Sample</sitename><dbname>"   \
    "x</dbname><base>https://example.org/wiki/Main</base><namespaces>"         \
    "<namespace key=\"6\">Datei</namespace><namespace key=\"14\">Kategorie"    \
    "</namespace></namespaces></siteinfo>"

static void wikis_give_articles(void **state)
{
    (void)state;
    reading_check(
        NULL,
        WIKI "<page><title>A bridge</title><ns>0</ns><id>7</id><revision>"
             "<timestamp>2023-01-01T00:00:00Z</timestamp><text>old</text>"
             "</revision><revision><timestamp>2024-06-01T00:00:00Z</timestamp>"
             "<text>{{byline|date=May 17, 2024|location=[[Town]]}}\n"
             "[[Datei:B.jpg|thumb|A [[small]] picture]]The '''bridge''' of "
             "{{w|Town Council|the council}} ''[[opening|opened]]''&amp;nbsp;"
             "again &amp;amp; [https://example.org/ here].&lt;ref&gt;no&lt;"
             "/ref&gt;\n\n== Heading ==\n* one {{unknown|a={{b}}}}\n* two\n{| "
             "class=x\n| no\n|}\n&lt;!-- no --&gt;\n== Sources ==\n* "
             "{{source|x}}\n[[Kategorie:Bridges]]\n[[en:A bridge]]</text>"
             "</revision></page><page><title>Talk</title><ns>1</ns><id>8</id>"
             "<revision><text>no</text></revision></page><page><title>R</title>"
             "<ns>0</ns><redirect title='A bridge'/><revision><text>no</text>"
             "</revision></page></mediawiki>",
        NULL,
        "x/7|A bridge|The bridge of the council opened again & here.\n\n"
        "Heading\n\none\ntwo|2024-05-17|source=Sample|url=https://example.org/"
        "wiki/A_bridge|topic=Bridges|place=Town\n");
}

static void hostile_wikis_are_survived(void **state)
{
    (void)state;
    static const char *const repeated[] = {
        "{{",   "[[", "{|",  "&lt;ref ", "&lt;ref&gt;", "[http:",
        "{{w|", "''", "__A", "==",       "&lt;!--"};
    struct buf page = BUF_INIT, out = BUF_INIT;
    for (size_t i = 0; i < sizeof repeated / sizeof *repeated; i++) {
        buf_reset(&page);
        buf_append_str(&page, WIKI "<page><title>T</title><revision><text>");
        for (int k = 0; k < 200000; k++)
            buf_append_str(&page, repeated[i]);
        buf_append_str(&page, "</text></revision></page></mediawiki>");
        file_replace("hostile.xml", page.data, page.len, NULL);
        reading_file(NULL, "hostile.xml", NULL, &out);
        assert_memory_equal(out.data, "|T|", 3);
    }
    buf_release(&page);
    buf_release(&out);
}

static void texts_begin_with_fields(void **state)
{
    (void)state;
    reading_check(
        NULL,
        "---\r\ntitle: \"Bridge: open\"\r\n# a comment\r\ndate: "
        "2024-05-17\r\nauthor:\r\n  name: Jane Roe\r\n  mail: x\r\n"
        "tags: [one, \"two, three\"]\r\nkeywords:\r\n- four\r\n"
        "layout: post\r\n---\r\n\r\nShort line\r\n\r\nText.\r\n",
        NULL,
        "|Bridge: open|Short line\r\n\r\nText.|2024-05-17|author=Jane "
        "Roe|topic=one|topic=two, three|topic=four\n");
    reading_check(NULL,
                  "+++\ntitle = 'T'\ndate = 2024-05-17T10:14:00Z\nslug = "
                  "\"x\"\n+++\nText.\n",
                  NULL, "|T|Text.|2024-05-17T10:14:00Z\n");
    reading_check(NULL, "---\nk: v\n---\nText.\n", "title=k", "|v|Text.|\n");
    reading_check(NULL, "---\ntags: a\n---\n", NULL,
                  "bad: there is no text in it\n");
    /* Lines between lines are no fields. */
    reading_check(NULL, "---\nSome text. It is: here\n---\nMore.\n", NULL,
                  "|---|Some text. It is: here\n---\nMore.|\n");
    reading_check(NULL, "---\na: b\nno end\n", NULL, "|---|a: b\nno end|\n");
}

static void crawlers_give_names_by_kind(void **state)
{
    (void)state;
    reading_check(
        NULL,
        "{\"title\":\"T\",\"entities\":{\"persons\":[{\"name\":\"Jane Roe\"}],"
        "\"organizations\":[{\"name\":\"Sample News\"}],\"locations\":[\"Town\""
        "],\"dates\":[\"x\"]},\"author\":\"By A B and C D\"}\n"
        "{\"headline\":\"H\",\"title\":\"slug\",\"entities\":[{\"type\":"
        "\"PERSON\",\"text\":\"Jane Roe\"},{\"label\":\"GPE\",\"name\":\"Town\""
        "},{\"type\":\"MONEY\",\"text\":\"5\"},3],\"authors\":[\"Marks and "
        "Sons\"]}\n",
        NULL,
        "|T|||author=A B|author=C D|person=Jane Roe|org=Sample News|place=Town"
        "\n|H|||author=Marks and Sons|person=Jane Roe|place=Town\n");
}

static void endless_bylines_are_cut(void **state)
{
    (void)state;
    struct buf record = BUF_INIT, out = BUF_INIT;
    buf_append_str(&record, "{\"id\":\"1\",\"title\":\"T\",\"author\":\"");
    for (int i = 0; i < 3000000; i++)
        buf_append_str(&record, "a;");
    buf_append_str(&record, "\"}\n");
    file_replace("bylines.jsonl", record.data, record.len, NULL);
    reading_file(NULL, "bylines.jsonl", NULL, &out);
    assert_string_equal(buf_cstr(&out), "1|T|||author=a\n");
    buf_release(&record);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mail_gives_text_and_fields),
        cmocka_unit_test(parts_of_mail_are_chosen),
        cmocka_unit_test(mailboxes_give_messages),
        cmocka_unit_test(hostile_mail_is_survived),
        cmocka_unit_test(wire_copy_gives_articles),
        cmocka_unit_test(wikis_give_articles),
        cmocka_unit_test(hostile_wikis_are_survived),
        cmocka_unit_test(texts_begin_with_fields),
        cmocka_unit_test(crawlers_give_names_by_kind),
        cmocka_unit_test(endless_bylines_are_cut)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
