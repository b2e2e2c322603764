/* Readers: splitting, parsing, detection, bad records. */
#include "tests/unit/harness.h"

#include <zlib.h>

#include "common/file.h"
#include "corpus/reader.h"
#include "corpus/sgml.h"
#include "corpus/walk.h"

/* Reads a file with a reader; one line an article: id|title|body|date|fields;
 * a line "bad: REASON" for each bad record. */
static void read_all(const struct reader *r, const char *path, const char *map,
                     struct buf *out)
{
    struct input in;
    struct parse_context ctx;
    struct article a;
    struct nh_error err;
    struct slice record;
    uint64_t offset;
    int rc;
    memset(&ctx, 0, sizeof ctx);
    memset(&a, 0, sizeof a);
    ctx.map = map;
    buf_reset(out);
    assert_int_equal(input_open(&in, path, &err), NH_OK);
    while ((rc = r->split(&in, &record, &offset, &err)) != 0) {
        article_reset(&a);
        if (rc == 1)
            rc = r->parse(&ctx, record, &a, &err);
        if (rc == NH_EDATA) {
            buf_printf(out, "bad: %s\n", err.message);
            continue;
        }
        assert_int_equal(rc, NH_OK);
        struct slice id = article_get(&a, FIELD_ID);
        buf_printf(out, "%.*s|%.*s|%.*s|", (int)id.len, id.data,
                   (int)a.title.len, a.title.data, (int)a.body.len,
                   a.body.data);
        date_format(a.date, out);
        for (size_t i = 0; i < a.count; i++)
            if (a.values[i].field != FIELD_ID)
                buf_printf(out, "|%s=%.*s",
                           schema_fields[a.values[i].field].name,
                           (int)a.values[i].text.len, a.values[i].text.data);
        buf_append_byte(out, '\n');
    }
    input_close(&in);
    parse_context_release(&ctx);
    article_release(&a);
}

static void check(const struct reader *r, const char *text, const char *map,
                  const char *expected)
{
    struct buf out = BUF_INIT;
    file_replace("reader.in", text, strlen(text), NULL);
    read_all(r, "reader.in", map, &out);
    assert_string_equal(buf_cstr(&out), expected);
    /* Packed by gzip it reads the same. */
    gzFile gz = gzopen("reader.in.gz", "wb");
    gzwrite(gz, text, (unsigned)strlen(text));
    gzclose(gz);
    read_all(r, "reader.in.gz", map, &out);
    assert_string_equal(buf_cstr(&out), expected);
    buf_release(&out);
}

static void json_lines_give_articles(void **state)
{
    (void)state;
    check(&reader_jsonl,
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
    check(&reader_jsonl,
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
    read_all(&reader_jsonl, "reader.in", NULL, &out);
    const char *got = buf_cstr(&out);
    assert_non_null(strstr(got, "1||good|\nbad: invalid JSON: the text ends"));
    assert_non_null(strstr(got, "bad: the line is not a JSON object\n"));
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
    read_all(r, "huge.in", NULL, &out);
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
    check(&reader_trec,
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
    check(&reader_reuters,
          "<!DOCTYPE lewis SYSTEM \"lewis.dtd\">\n<REUTERS TOPICS=\"YES\" "
          "NEWID=\"12\">\n<DATE>26-FEB-1987 15:01:01.79</DATE>\n<TOPICS><D>"
          "cocoa</D></TOPICS>\n<PLACES><D>el-salvador</D><D>usa</D></PLACES>\n"
          "<PEOPLE></PEOPLE><ORGS><D>icco</D></ORGS>\n<EXCHANGES><D>x</D>"
          "</EXCHANGES><UNKNOWN>\n&#5;C T</UNKNOWN>\n<TEXT>&#2;\n<TITLE>"
          "A &lt;B> C</TITLE>\n<DATELINE>    SALVADOR, Feb 26 - </DATELINE>"
          "<BODY>Showers.\n Reuter\n&#3;</BODY></TEXT>\n</REUTERS>\n"
          "<REUTERS NEWID=\"13\"><TEXT TYPE=\"UNPROC\">raw\n</TEXT></REUTERS>\n"
          "<REUTERS NEWID=\"14\"><TEXT>cut",
          NULL,
          "reuters-12|A <B> C|SALVADOR, Feb 26 - Showers.\n Reuter|"
          "1987-02-26T15:01:01Z|source=Reuters|topic=cocoa|lang=en|org=icco|"
          "place=el-salvador|place=usa\n"
          "reuters-13||raw||source=Reuters|lang=en\n"
          "bad: the record has no </REUTERS>\n");
}

static void plain_text_takes_a_short_first_line_as_title(void **state)
{
    (void)state;
    check(&reader_text, "A headline\n\nThe story. It ends.\n", NULL,
          "|A headline|The story. It ends.|\n");
    check(&reader_text, "A sentence that ends here.\nMore.\n", NULL,
          "||A sentence that ends here.\nMore.|\n");
    check(&reader_text, "one line only", NULL, "||one line only|\n");
    check(&reader_text, " \n ", NULL, "bad: there is no text in it\n");
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
        {"[{\"a\":1}]", NULL},
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
        cmocka_unit_test(formats_are_told_by_their_bytes),
        cmocka_unit_test(cut_gzip_files_are_errors),
        cmocka_unit_test(folders_are_walked_in_order),
        cmocka_unit_test(sgml_survives_odd_markup)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
