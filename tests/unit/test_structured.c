/* Tables, JSON and bylines as the programs of the world write them. */
#include "tests/unit/harness.h"

#include "common/base/file.h"
#include "tests/unit/reading.h"

/* Reads a file by the reader that it looks like. */
static void check(const char *text, const char *expected)
{
    reading_check(NULL, text, NULL, expected);
}

static const struct reader *told(const char *text, struct nh_error *err)
{
    return reader_detect(slice_of(text), err);
}

static void refused(const char *text, const char *why)
{
    struct nh_error err;
    assert_null(told(text, &err));
    assert_non_null(strstr(err.message, why));
}

/* ---- Tables. */

static void the_first_column_of_each_row_is_whole(void **state)
{
    (void)state;
    check("headline,content,published\n"
          "Ferry sails,It sailed at noon.,2023-03-04\n"
          "\"Rain, then sun\",\"Wet \"\"early\"\" on\",2023-03-05\n",
          "|Ferry sails|It sailed at noon.|2023-03-04\n"
          "|Rain, then sun|Wet \"early\" on|2023-03-05\n");
}

static void columns_without_a_name_are_indexes(void **state)
{
    (void)state;
    check(",headline,text\n0,One,a b\n1,Two,c d\n", "|One|a b|\n|Two|c d|\n");
    check("\"\",\"title\",\"text\"\n\"1\",\"One\",\"a b\"\n\"2\",NA,\"c\"\n",
          "|One|a b|\n||c|\n");
    /* R names the columns, but not that of the rows' names. */
    check(
        "\"title\"\t\"text\"\n\"1\"\t\"One\"\t\"a b\"\n\"2\"\t\"Two\"\t\"c\"\n",
        "|One|a b|\n|Two|c|\n");
}

static void quotation_marks_inside_of_cells_are_characters(void **state)
{
    (void)state;
    check("nr,title,body\n1,A 7\" disc,It is 7\" wide\n2,Next,\"She: "
          "\"\"no\"\"\"\n",
          "|A 7\" disc|It is 7\" wide|\n|Next|She: \"no\"|\n");
    check("id\ttitle\tbody\n1\tOne\t\"No\" was said\n2\tTwo\tHe said \"yes\"\n",
          "1|One|\"No\" was said|\n2|Two|He said \"yes\"|\n");
    check("id,title,body\n1,One,\"He said \"go\", then left\"\n2,Two,b\n",
          "1|One|He said \"go\", then left|\n2|Two|b|\n");
    check("id,title,body\n1,\"No, no\" he said,\"And so on\"\n2,Two,b\n",
          "1|\"No, no\" he said|And so on|\n2|Two|b|\n");
}

static void a_mark_that_is_never_closed_costs_its_row(void **state)
{
    (void)state;
    static const char bad[] =
        "bad: a quotation mark in the row is never closed\n";
    char expected[400];
    snprintf(expected, sizeof expected,
             "%s2|Two|b|\n3|Three|c, \"d\"|\n4|Four|e|\n", bad);
    check("id,title,body\n1,One,\"a\n2,Two,b\n3,Three,\"c, "
          "\"\"d\"\"\"\n4,Four,e\n",
          expected);
    snprintf(expected, sizeof expected, "1|One|a|\n%s3|Three|c|\n", bad);
    check("id,title,body\n1,One,a\n2,\"Two,b\n3,Three,c\n", expected);
    check("id;title;body\n1;One;a\n2;\"Two;b\n3;\"Three\";c\n", expected);
    snprintf(expected, sizeof expected, "1|One|a|\n2|Two|b|\n%s", bad);
    check("id,title,body\n1,One,a\n2,Two,b\n3,Three,\"c\n", expected);
}

static void backslashes_before_quotation_marks_are_undone(void **state)
{
    (void)state;
    check("id,title,body\n1,\"The \\\"old\\\" pier\",\"\\\"Closed\\\", it "
          "said, and \\\"soon\\\"\"\n"
          "2,\"C:\\\\dir\",b\n",
          "1|The \"old\" pier|\"Closed\", it said, and \"soon\"|\n"
          "2|C:\\dir|b|\n");
}

static void the_first_backslash_may_stand_far_down(void **state)
{
    (void)state;
    struct buf text = BUF_INIT, out = BUF_INIT;
    buf_append_str(&text, "id,title,body\n");
    for (int i = 0; i < 5000; i++)
        buf_printf(&text, "%d,A title,A body\n", i);
    buf_append_str(&text, "x,T,\"He said \\\"go, now\\\", and left\"\n");
    assert_int_equal(file_replace("far.in", text.data, text.len, NULL), NH_OK);
    reading_file(NULL, "far.in", NULL, &out);
    assert_non_null(
        strstr(buf_cstr(&out), "x|T|He said \"go, now\", and left|\n"));
    buf_release(&text);
    buf_release(&out);
}

static void what_programs_write_before_the_names_is_passed_over(void **state)
{
    (void)state;
    check("sep=;\r\ntitle;body\r\nOne;\"a; b\"\r\n", "|One|a; b|\n");
    check("\xEF\xBB\xBFsep=,\n\"title\",\"body\"\n\"One\",\"a\"\n",
          "|One|a|\n");
    check("# made by a program\n\ntitle|body\nOne|a, b; c\n",
          "|One|a, b; c|\n");
    check("title^body\nOne^a, b\nTwo^c\n", "|One|a, b|\n|Two|c|\n");
    check("sep=~\ntitle~body\nOne~a\n", "|One|a|\n");
}

static void tables_of_data_bases_have_escapes(void **state)
{
    (void)state;
    check("id\ttitle\tbody\tauthor\n1\tOne\tFirst\\nSecond\\tcolumn\t\\N\n"
          "2\tTwo\ta \\\\ b\tJane Roe\n",
          "1|One|First\nSecond\tcolumn|\n2|Two|a \\ b||author=Jane Roe\n");
    check("id\ttitle\tbody\n1\tOne\tIn C:\\new and D:\\old\n2\tTwo\tb\n",
          "1|One|In C:\\new and D:\\old|\n2|Two|b|\n");
}

static void one_column_is_a_table_if_it_is_quoted(void **state)
{
    (void)state;
    struct nh_error err;
    check("text\n\"One, two\"\nThree\n", "||One, two|\n||Three|\n");
    assert_ptr_equal(told("Text\nIt has lines, and\n\"quotes\"\n", &err),
                     &reader_text);
}

static void columns_are_known_in_the_languages_of_the_press(void **state)
{
    (void)state;
    static const char *const names[] = {
        "Schlagzeile;Artikeltext;Verfasser;Veröffentlicht am;Zeitung",
        "Titre;Contenu;Auteur;Date de publication;Journal",
        "Título;Cuerpo;Autor;Fecha de publicación;Periódico",
        "Manchete;Conteúdo;Autor;Data de publicação;Veículo",
        "Titolo;Testo;Autore;Data di pubblicazione;Testata",
        "Kop;Inhoud;Auteur;Publicatiedatum;Krant",
        "Rubrik;Brödtext;Författare;Datum;Tidning",
        "Tittel;Innhold;Forfatter;Publisert dato;Avis",
        "Tytuł;Treść;Autor;Data;Źródło",
        "Заголовок;Текст;Автор;Дата;Источник",
        "Τίτλος;Κείμενο;Συγγραφέας;Ημερομηνία;Πηγή",
        "Tiêu đề;Nội dung;Tác giả;Ngày;Nguồn",
        "标题;正文;作者;日期;来源"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char text[400];
        snprintf(text, sizeof text,
                 "%s\nA title;The text.;Jane Roe;2024-05-01;The Paper\n",
                 names[i]);
        check(
            text,
            "|A title|The text.|2024-05-01|source=The Paper|author=Jane Roe\n");
    }
}

static void columns_of_archives_of_the_press_are_known(void **state)
{
    (void)state;
    check(
        "Title,Abstract,StoreId,Full text,Authors,Publication date,Publication "
        "title,Subject,language\nOne,A,7,The text,\"Roe, Jane; Poe, "
        "John\",\"May 1, 2024\",The Paper,Ports; Sea,English\n",
        "7|One|The text|2024-05-01|source=The Paper|author=Jane Roe|"
        "author=John Poe|topic=Ports|topic=Sea|lang=en\n");
    check("\"ID\",\"Newspaper\",\"Date\",\"Length\",\"Section\",\"Author\","
          "\"Edition\",\"Headline\",\"Graphic\",\"Article\"\n1,\"The Paper\","
          "2010-01-11,\"355 words\",NA,\"Jane Roe\",\"\",\"One\",FALSE,\"The "
          "text\"\n",
          "1|One|The text|2010-01-11|source=The Paper|author=Jane Roe\n");
    check("authors,date_publish,description,maintext,source_domain,title,url\n"
          "\"['Jane Roe', 'John Poe']\",2024-05-01 10:00:00,D,The "
          "text,e.example,One,https://e.example/1\n",
          "|One|The text|2024-05-01T10:00:00Z|source=e.example|author=Jane Roe|"
          "author=John Poe|url=https://e.example/1\n");
    check(
        "headline,keywords,pub_date,byline,lead_paragraph\n\"{'main': 'One', "
        "'kicker': None}\",\"[{'name': 'subject', 'value': 'Ports'}, {'name': "
        "'persons', 'value': 'Doe, Ann'}]\",2024-05-01,\"{'original': 'By Jane "
        "Roe'}\",The text\n",
        "|One|The text|2024-05-01|author=Jane Roe|topic=Ports|person=Doe, "
        "Ann\n");
}

static void punctuation_in_names_of_columns_does_not_count(void **state)
{
    (void)state;
    check("Article Title,BODY_TEXT,Author(s),Pub. Date,Date (UTC)\nOne,a,Jane "
          "Roe,,2024-05-01\n",
          "|One|a|2024-05-01|author=Jane Roe\n");
}

static void place_holders_are_no_values(void **state)
{
    (void)state;
    static const char *const none[] = {"NULL", "N/A",  "nan",  "NaN",  "None",
                                       "NA",   "\\N",  "#N/A", "<NA>", "NaT",
                                       "n/a",  "null", "[]",   "-",    "#NV"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        char text[200];
        snprintf(text, sizeof text,
                 "id,title,body,author,source,date\n1,One,a,%s,%s,%s\n",
                 none[i], none[i], none[i]);
        check(text, "1|One|a|\n");
    }
}

static void tables_without_a_known_column_are_refused(void **state)
{
    (void)state;
    struct nh_error err;
    refused("foo,bar,baz\n1,2,3\n4,5,6\n7,8,9\n", "names no column");
    refused("a\tb\n1\t2\n3\t4\n", "names no column");
    assert_ptr_equal(
        told("ANN:\tShall we begin?\nBOB:\tYes.\nANN:\tGood.\n", &err),
        &reader_text);
    assert_ptr_equal(told("Bread, milk, eggs\nand, in short, all\nthat, he, "
                          "wanted\n",
                          &err),
                     &reader_text);
}

/* ---- JSON. */

static void answers_of_services_may_stand_on_one_line(void **state)
{
    (void)state;
    check("{\"status\":\"ok\",\"articles\":[{\"source\":{\"id\":null,\"name\":"
          "\"The "
          "Paper\"},\"author\":null,\"title\":\"One\",\"description\":\"D\","
          "\"publishedAt\":\"2024-05-01T09:00:00Z\",\"content\":\"a\"}]}",
          "|One|a|2024-05-01T09:00:00Z|source=The Paper\n");
    check(
        "{\"data\":[{\"title\":\"One\",\"description\":\"a\",\"published_at\":"
        "\"2024-05-01\"}]}\n{\"data\":[{\"title\":\"Two\",\"description\":"
        "\"b\"}]"
        "}\n",
        "|One|a|2024-05-01\n|Two|b|\n");
    check(
        "{\"title\":\"One\",\"text\":\"a\"}{\"title\":\"Two\",\"text\":\"b\"}",
        "|One|a|\n|Two|b|\n");
    check("[[{\"title\":\"One\",\"text\":\"a\"}],[{\"title\":\"Two\",\"text\":"
          "\"b\"}]"
          "]",
          "|One|a|\n|Two|b|\n");
    check(
        "{\"n1\":{\"title\":\"One\",\"text\":\"a\"},\"n2\":{\"title\":\"Two\","
        "\"text\":\"b\"}}",
        "|One|a|\n|Two|b|\n");
}

static void the_shapes_of_news_services_are_known(void **state)
{
    (void)state;
    check("{\"response\":{\"docs\":[{\"_id\":\"n1\",\"headline\":{\"main\":"
          "\"One\","
          "\"kicker\":null},\"lead_paragraph\":\"a\",\"abstract\":\"b\","
          "\"byline\":"
          "{\"original\":\"By Jane Roe and John Poe\"},\"keywords\":[{\"name\":"
          "\"subject\",\"value\":\"Ports\"},{\"name\":\"glocations\",\"value\":"
          "\"Paris\"}],\"pub_date\":\"2024-05-01T10:00:00+0000\"}]}}",
          "n1|One|a|2024-05-01T10:00:00Z|author=Jane Roe|author=John Poe|"
          "topic=Ports|place=Paris\n");
    check(
        "{\"response\":{\"content\":{\"id\":\"w/1\",\"webTitle\":\"One\","
        "\"webPublicationDate\":\"2024-05-01T09:00:00Z\",\"fields\":{\"body\":"
        "\"<p>a</p><p>b</p>\",\"byline\":\"Jane Roe\"}}}}",
        "w/1|One|a\n\nb|2024-05-01T09:00:00Z|author=Jane Roe\n");
    check("{\"response\":{\"results\":[{\"id\":\"w/2\",\"webTitle\":\"Two\","
          "\"blocks\":{\"body\":[{\"bodyHtml\":\"<p>a</"
          "p>\"},{\"bodyTextSummary\":"
          "\"b\"}]}}]}}",
          "w/2|Two|a\n\nb|\n");
    check(
        "[{\"id\":5,\"date\":\"2024-05-01T10:00:00\",\"date_gmt\":\"2024-05-"
        "01T08:"
        "00:00\",\"title\":{\"rendered\":\"One &#8211; two\"},\"content\":{"
        "\"rendered\":\"<p>a &amp; b</p>\"},\"author\":3,\"categories\":[1]}]",
        "5|One \xE2\x80\x93 two|a & b|2024-05-01T08:00:00Z\n");
    check(
        "{\"articles\":{\"results\":[{\"uri\":\"8\",\"lang\":\"eng\","
        "\"dateTime\":"
        "\"2024-05-01T10:00:00Z\",\"title\":\"One\",\"body\":\"a\",\"source\":{"
        "\"title\":\"The Paper\"},\"authors\":[{\"name\":\"Jane Roe\"}],"
        "\"concepts\":[{\"type\":\"person\",\"label\":{\"eng\":\"Ann Doe\"}},{"
        "\"type\":\"loc\",\"label\":{\"eng\":\"Paris\"}}]}]}}",
        "8|One|a|2024-05-01T10:00:00Z|source=The Paper|author=Jane "
        "Roe|lang=eng|"
        "person=Ann Doe|place=Paris\n");
    check("{\"took\":1,\"hits\":{\"hits\":[{\"_index\":\"n\",\"_id\":\"a1\","
          "\"_source\":{\"title\":\"One\",\"content\":\"a\"}}]}}",
          "a1|One|a|\n");
    check("{\"_id\":{\"$oid\":\"65aa\"},\"title\":\"One\",\"content\":\"a\","
          "\"date\":{"
          "\"$date\":{\"$numberLong\":\"1714557600000\"}}}\n",
          "65aa|One|a|2024-05-01T10:00:00Z\n");
    check("{\"rows\":[{\"id\":\"a\",\"doc\":{\"_id\":\"a\",\"title\":\"One\","
          "\"text\":"
          "\"b\"}}]}",
          "a|One|b|\n");
}

static void an_article_may_stand_inside_of_an_object(void **state)
{
    (void)state;
    static const char *const names[] = {"article", "story", "document",
                                        "content", "data",  "_source"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char text[200];
        snprintf(text, sizeof text,
                 "{\"id\":\"7\",\"%s\":{\"title\":\"One\",\"text\":\"a\"}}\n",
                 names[i]);
        check(text, "7|One|a|\n");
    }
    check("{\"title\":\"One\",\"content\":{\"title\":\"other\",\"body\":\"a\"}}"
          "\n",
          "|One|a|\n");
}

static void bodies_have_many_names(void **state)
{
    (void)state;
    static const char *const names[] = {
        "article", "html",       "story",    "short_description", "content",
        "body",    "maintext",   "fullText", "article_body",      "body-text",
        "ctext",   "bodyHtml",   "document", "selftext",          "storyText",
        "excerpt", "paragraphs", "summary"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char text[200];
        snprintf(text, sizeof text,
                 "{\"id\":\"1\",\"title\":\"T\",\"%s\":\"The text\"}\n",
                 names[i]);
        check(text, "1|T|The text|\n");
    }
    check("{\"title\":\"T\",\"text\":\"['one', 'two']\"}\n",
          "|T|one\n\ntwo|\n");
    check("{\"title\":\"T\",\"text\":\"['one' or two]\"}\n",
          "|T|['one' or two]|\n");
    check("{\"title\":\"T\",\"body\":[{\"type\":\"paragraph\",\"text\":\"a\"},{"
          "\"type\":\"image\",\"text\":\"no\"},{\"type\":\"header\",\"data\":{"
          "\"text\":\"b\"}}]}\n",
          "|T|a\n\nb|\n");
}

static void markup_in_texts_is_text(void **state)
{
    (void)state;
    check("{\"title\":\"Roe &amp; Poe&#8217;s\",\"body\":\"<p>One.</p><p>Two "
          "&lt; "
          "three</p>\"}\n",
          "|Roe & Poe\xE2\x80\x99s|One.\n\nTwo < three|\n");
    check("{\"title\":\"a < b\",\"body\":\"if a<b and b>c\"}\n",
          "|a < b|if a<b and b>c|\n");
    check("title,body\nRoe &amp; Poe,<p>One</p><p>Two</p>\n",
          "|Roe & Poe|One\n\nTwo|\n");
}

static void pages_in_records_are_read_as_pages(void **state)
{
    (void)state;
    check(
        "{\"url\":\"https://e.example/1\",\"crawled\":\"2024-06-01\",\"html\":"
        "\"<!DOCTYPE html><html><head><title>One</title><meta "
        "property='article:published_time' content='2024-05-01'></head><body>"
        "<ul><li><a href='/'>Home</a></li></ul><h1>One</h1><p>The ferry "
        "sails from the old pier at noon, and comes back at six, the "
        "harbour says.</p><p>It takes cars and bicycles, but no lorries "
        "heavier than eight tons, as before.</p></body></html>\"}\n",
        "|One|The ferry sails from the old pier at noon, "
        "and "
        "comes back at six, the harbour says.\n\nIt takes cars and bicycles, "
        "but no lorries heavier than eight tons, as before.|2024-05-01|"
        "url=https://e.example/1\n");
}

static void a_string_that_the_file_ends_in_is_reported(void **state)
{
    (void)state;
    struct buf out = BUF_INIT;
    static const char text[] = "[{\"title\": \"One\", \"text\": \"a\"}, x\"y";
    assert_int_equal(file_replace("end.in", text, sizeof text - 1, NULL),
                     NH_OK);
    reading_file(&reader_json, "end.in", NULL, &out);
    assert_string_equal(buf_cstr(&out),
                        "|One|a|\nbad: the file ends inside a value\n");
    buf_release(&out);
}

static void values_that_are_no_numbers_are_none(void **state)
{
    (void)state;
    check(
        "{\"id\":\"1\",\"title\":\"T\",\"body\":\"a\",\"author\":NaN,\"score\":"
        "-Infinity}\n{\"id\":\"2\",\"title\":NaN,\"body\":\"b\"}\n",
        "1|T|a|\n2||b|\n");
}

static void lists_in_strings_are_lists(void **state)
{
    (void)state;
    check("{\"id\":\"1\",\"title\":\"T\",\"authors\":\"['Jane Roe', \\\"Tim "
          "O'Roe\\\"]\",\"keywords\":\"[\\\"a\\\", \\\"b, c\\\"]\"}\n",
          "1|T|||author=Jane Roe|author=Tim O'Roe|topic=a|topic=b, c\n");
    check("{\"id\":\"1\",\"title\":\"T\",\"keywords\":\"ports, sea, fast "
          "ships\"}\n"
          "{\"id\":\"2\",\"title\":\"T\",\"keywords\":\"Mergers, Acquisitions "
          "and "
          "Takeovers\"}\n{\"id\":\"3\",\"title\":\"T\",\"keywords\":\"a|b, c; "
          "d\"}\n",
          "1|T|||topic=ports|topic=sea|topic=fast ships\n"
          "2|T|||topic=Mergers, Acquisitions and Takeovers\n"
          "3|T|||topic=a|topic=b, c|topic=d\n");
}

static void data_that_is_no_json_is_refused_by_name(void **state)
{
    (void)state;
    refused("[1, 2, 3]", "no object and no list of objects");
    refused("[\"a\", \"b\"]", "no object and no list of objects");
    refused("{'title': 'One', 'text': 'a'}\n", "as Python prints it");
    refused("callback({\"articles\":[{\"title\":\"One\"}]});", "JSONP");
    refused("var data = [{\"title\":\"One\"}];", "JSONP");
}

/* ---- Bylines. */

static void bylines_are_taken_apart(void **state)
{
    (void)state;
    static const struct {
        const char *byline, *expected;
    } cases[] = {
        {"Jane Roe, John Poe, Ann Lee", "Jane Roe|John Poe|Ann Lee"},
        {"By JANE ROE, JOHN POE and ANN LEE", "JANE ROE|JOHN POE|ANN LEE"},
        {"Jane Roe, John Poe, and Ann Lee", "Jane Roe|John Poe|Ann Lee"},
        {"Jane Roe,John Poe", "Jane Roe|John Poe"},
        {"jane roe, john poe", "jane roe|john poe"},
        {"J. K. Roe, A. B. Poe and C. Lee", "J. K. Roe|A. B. Poe|C. Lee"},
        {"Roe, Jane", "Jane Roe"},
        {"Roe, Jane; van der Berg, Jan", "Jane Roe|Jan van der Berg"},
        {"Jane Roe, Staff Writer", "Jane Roe"},
        {"Jane Roe, M.D., and John Poe, Ph.D.", "Jane Roe|John Poe"},
        {"Jane Roe Jr., John Poe", "Jane Roe Jr.|John Poe"},
        {"Jane Roe, Jr.", "Jane Roe Jr."},
        {"Jane Roe and John Poe, The Associated Press",
         "Jane Roe|John Poe|The Associated Press"},
        {"Jane Roe/John Poe", "Jane Roe|John Poe"},
        {"Jane Roe | John Poe", "Jane Roe|John Poe"},
        {"Jane Roe with John Poe", "Jane Roe|John Poe"},
        {"Jane Roe in Paris and John Poe in London", "Jane Roe|John Poe"},
        {"Center for Public Example", "Center for Public Example"},
        {"Ana Roe y Juan Poe", "Ana Roe|Juan Poe"},
        {"Juan Roe y Poe", "Juan Roe y Poe"},
        {"Von Anna Roe und Karl Poe", "Anna Roe|Karl Poe"},
        {"Von Roe, Maria", "Maria Von Roe"},
        {"Jane Roe <jane@e.example>", "Jane Roe"},
        {"jane@e.example (Jane Roe)", "Jane Roe"},
        {"jane@e.example", "jane@e.example"},
        {"Acme, Inc.", "Acme, Inc."},
        {"O'Roe, John", "John O'Roe"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct article a;
        struct buf out = BUF_INIT;
        memset(&a, 0, sizeof a);
        assert_true(reader_add_authors(&a, slice_of(cases[i].byline)));
        for (size_t k = 0; k < a.count; k++)
            buf_printf(&out, "%s%.*s", k ? "|" : "", (int)a.values[k].text.len,
                       a.values[k].text.data);
        assert_string_equal(buf_cstr(&out), cases[i].expected);
        buf_release(&out);
        article_release(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_column_of_each_row_is_whole),
        cmocka_unit_test(columns_without_a_name_are_indexes),
        cmocka_unit_test(quotation_marks_inside_of_cells_are_characters),
        cmocka_unit_test(a_mark_that_is_never_closed_costs_its_row),
        cmocka_unit_test(backslashes_before_quotation_marks_are_undone),
        cmocka_unit_test(the_first_backslash_may_stand_far_down),
        cmocka_unit_test(what_programs_write_before_the_names_is_passed_over),
        cmocka_unit_test(tables_of_data_bases_have_escapes),
        cmocka_unit_test(one_column_is_a_table_if_it_is_quoted),
        cmocka_unit_test(columns_are_known_in_the_languages_of_the_press),
        cmocka_unit_test(columns_of_archives_of_the_press_are_known),
        cmocka_unit_test(punctuation_in_names_of_columns_does_not_count),
        cmocka_unit_test(place_holders_are_no_values),
        cmocka_unit_test(tables_without_a_known_column_are_refused),
        cmocka_unit_test(answers_of_services_may_stand_on_one_line),
        cmocka_unit_test(the_shapes_of_news_services_are_known),
        cmocka_unit_test(an_article_may_stand_inside_of_an_object),
        cmocka_unit_test(bodies_have_many_names),
        cmocka_unit_test(markup_in_texts_is_text),
        cmocka_unit_test(pages_in_records_are_read_as_pages),
        cmocka_unit_test(a_string_that_the_file_ends_in_is_reported),
        cmocka_unit_test(values_that_are_no_numbers_are_none),
        cmocka_unit_test(lists_in_strings_are_lists),
        cmocka_unit_test(data_that_is_no_json_is_refused_by_name),
        cmocka_unit_test(bylines_are_taken_apart)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
