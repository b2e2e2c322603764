/* Files that are not quite what their format asks for keep all their words:
 * XML, mail, SGML of archives. */
#include "tests/unit/harness.h"

#include "tests/unit/reading.h"

#define FEED_HEAD "<rss><channel><title>Sample</title><item><guid>1</guid>"
#define FEED_TAIL "</item></channel></rss>"

static void bare_signs_of_xml_are_text(void **state)
{
    (void)state;
    reading_check(NULL,
                  FEED_HEAD
                  "<title>Q&A at B&Q; R&D</title><link>http://e.org/?a=1&b=2"
                  "</link><description>Tom & Ann &amp; Kim &unknown; say 3 < 4 "
                  "&eacute;&#233;</description>" FEED_TAIL,
                  NULL,
                  "1|Q&A at B&Q; R&D|Tom & Ann & Kim &unknown; say 3 < 4 "
                  "\xC3\xA9\xC3\xA9||source=Sample|url=http://e.org/?a=1&b=2"
                  "\n");
    reading_check(
        NULL,
        "<feed><title>Sample</title><entry><id>1</id><title>P&L"
        "</title><content type=\"html\">a&b <!-- & --> &lt;p&gt;c &amp;amp; d"
        "</content></entry></feed>",
        NULL, "1|P&L|a&b\n\nc & d||source=Sample\n");
    reading_check(
        NULL,
        "<nitf><head><title>H&M</title></head><body><body.content><p>M&S "
        "opens & closes.</p><![CDATA[x & y]]></body.content></body></nitf>",
        NULL, "|H&M|M&S opens & closes.\n\nx & y|\n");
}

static void control_characters_of_xml_are_spaces(void **state)
{
    static const char feed[] = FEED_HEAD
        "<title>One\1two</title><description>Before \0 and &#0;behind\33[1m."
        "</description><pubDate>Fri, 17 May 2024 10:14:00 "
        "GMT</pubDate>" FEED_TAIL;
    (void)state;
    reading_check_bytes(NULL, (struct slice){feed, sizeof feed - 1},
                        "1|One two|Before and behind [1m.|2024-05-17T10:14:00Z|"
                        "source=Sample\n");
}

static void what_stands_before_xml_is_left_out(void **state)
{
    (void)state;
    static const char *const before[] = {
        "\xEF\xBB\xBF\xEF\xBB\xBF", "\xEF\xBB\xBF\n\n",
        "Notice: undefined index in /a/b.php on line 7\n",
        "\n<p>Warning: a < b</p>\n<br />\n", "ok"};
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        struct buf file = BUF_INIT;
        buf_printf(&file,
                   "%s<?xml version=\"1.0\"?>\n" FEED_HEAD
                   "<title>One</title>" FEED_TAIL,
                   before[i]);
        reading_check(NULL, buf_cstr(&file), NULL, "1|One|||source=Sample\n");
        buf_release(&file);
    }
    /* An article about XML is one; mail and pages that show some are. */
    reading_check(NULL,
                  "How feeds work\n\nThey begin like this:\n\n<?xml "
                  "version=\"1.0\"?>\n<rss><channel></channel></rss>\n",
                  NULL,
                  "|How feeds work|They begin like this:\n\n<?xml version=\"1.0"
                  "\"?>\n<rss><channel></channel></rss>|\n");
    reading_check(NULL,
                  "From: a@example.org\nSubject: s\n<?xml version=\"1.0\"?>\n"
                  "<rss></rss>\n",
                  NULL,
                  "|s|<?xml version=\"1.0\"?>\n<rss></rss>||author="
                  "a@example.org\n");
}

#define MAIL "\xEF\xBB\xBFMessage-ID: <1@example.org>\nFrom: a@example.org\n"

static void characters_split_between_words_are_joined(void **state)
{
    (void)state;
    reading_check(NULL,
                  MAIL "Subject: =?utf-8?q?Gr=C3?= =?UTF-8?B?vMOf?=\n "
                       "=?utf-8?q?e_=E2=82?=\n\t=?utf-8?q?=AC?= und\n\t\tmehr  "
                       "\n als =?iso-8859-1?q?f=FCnf?= =?utf-8?q?_=C3=A4?=\n\n"
                       "x\n",
                  NULL,
                  "1@example.org|Gr\xC3\xBC\xC3\x9F"
                  "e \xE2\x82\xAC und mehr als f\xC3\xBCnf \xC3\xA4|x||author="
                  "a@example.org\n");
}

static void base64_ends_where_a_list_adds_lines(void **state)
{
    static const char *const footers[] = {
        "\n-- \nA list\n", "\n_______________\nA list\n", "\nFooter\n",
        "unsubscribe at https://example.org/list\n", "\n\n"};
    (void)state;
    for (size_t i = 0; i < sizeof footers / sizeof *footers; i++) {
        struct buf mail = BUF_INIT;
        buf_printf(&mail,
                   MAIL "Content-Transfer-Encoding: base64\n\n"
                        "VGhlIGJyaWRnZSBv\n\ncGVucyB0b2RheS4h\n%s",
                   footers[i]);
        reading_check(NULL, buf_cstr(&mail), NULL,
                      "1@example.org||The bridge opens today.!||author="
                      "a@example.org\n");
        buf_release(&mail);
    }
}

static void flowed_text_is_joined(void **state)
{
    (void)state;
    reading_check(NULL,
                  MAIL "Content-Type: text/plain; format=flowed; delsp=yes\n\n"
                       "A long wo \nrd and  \nmore.\n From here\n-- \nA\n",
                  NULL,
                  "1@example.org||A long word and more.\nFrom here\n-- \nA||"
                  "author=a@example.org\n");
}

static void mailboxes_date_messages_without_a_date(void **state)
{
    static const char *const lines[] = {
        "Fri May 17 10:14:00 2024", "Fri May 17 12:14:00 2024 +0200",
        "Fri May 17 06:14:00 EDT 2024", "Fri, 17 May 2024 10:14:00 +0000"};
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct buf mail = BUF_INIT;
        buf_printf(&mail, "From a@example.org %s\nSubject: s\nTo: b\n\nx\n",
                   lines[i]);
        reading_check(NULL, buf_cstr(&mail), NULL,
                      "|s|x|2024-05-17T10:14:00Z\n");
        buf_release(&mail);
    }
}

static void captions_are_text_of_sgml(void **state)
{
    (void)state;
    reading_check(
        NULL,
        "<DOC>\n<DOCNO> A-1 </DOCNO>\n<GRAPHIC><P>\nPhoto: A bridge.\n</P>"
        "</GRAPHIC>\n</DOC>\n<DOC>\n<DOCNO>A-2</DOCNO><TEXT>One.\n<GRAPHIC>"
        "Two.</GRAPHIC>\nThree.</TEXT><PAGE>London 4</PAGE></DOC>\n"
        "<DOC>\n<DOCNO>A-3</DOCNO><TEXT>Not closed.\n<DOC>\n<DOCNO>A-4"
        "</DOCNO><CAPTION>Last.</CAPTION>",
        NULL,
        "A-1||Photo: A bridge.|\nA-2||One.\nTwo.\nThree.|\nA-3||Not closed.|\n"
        "A-4||Last.|\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bare_signs_of_xml_are_text),
        cmocka_unit_test(control_characters_of_xml_are_spaces),
        cmocka_unit_test(what_stands_before_xml_is_left_out),
        cmocka_unit_test(characters_split_between_words_are_joined),
        cmocka_unit_test(base64_ends_where_a_list_adds_lines),
        cmocka_unit_test(flowed_text_is_joined),
        cmocka_unit_test(mailboxes_date_messages_without_a_date),
        cmocka_unit_test(captions_are_text_of_sgml)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
