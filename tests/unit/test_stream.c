/* Article streams: exact decoding, damage, phrases against brute force. */
#include "tests/unit/harness.h"

#include "common/stream/scdc.h"
#include "common/stream/stream.h"

/* An encoder with its dictionary and lexicon. */
struct codec {
    struct dict *dict;
    struct lexicon lex;
    struct stream_encoder *encoder;
    struct word_list words;
    struct buf text, stream;
    struct stream_decoded decoded;
};

static void codec_open(struct codec *c)
{
    memset(c, 0, sizeof *c);
    assert_int_equal(dict_builtin(&c->dict, NULL), NH_OK);
    lexicon_init(&c->lex, NULL, c->dict);
    assert_int_equal(stream_encoder_new(&c->encoder, &c->lex, c->dict, NULL),
                     NH_OK);
}

static void codec_close(struct codec *c)
{
    stream_encoder_free(c->encoder);
    lexicon_release(&c->lex);
    word_list_release(&c->words);
    buf_release(&c->text);
    buf_release(&c->stream);
    stream_decoded_release(&c->decoded);
    dict_free(c->dict);
}

static void encode(struct codec *c, struct slice title, struct slice body)
{
    buf_reset(&c->text);
    buf_reset(&c->stream);
    buf_append(&c->text, title.data, title.len);
    buf_append_byte(&c->text, '\n');
    buf_append(&c->text, body.data, body.len);
    size_t titles;
    assert_int_equal(
        lexicon_analyse_article(&c->lex, title, body, &c->words, &titles, NULL),
        NH_OK);
    struct stream_text t = {{c->text.data, c->text.len},
                            title.len,
                            c->words.items,
                            c->words.count,
                            titles};
    assert_int_equal(stream_encode(c->encoder, &t, &c->stream, NULL), NH_OK);
}

static void round_trip(struct codec *c, struct slice title, struct slice body)
{
    encode(c, title, body);
    struct slice stream = {c->stream.data, c->stream.len};
    assert_int_equal(stream_decode(c->dict, stream, &c->decoded, NULL), NH_OK);
    assert_true(slice_equal(stream_title(&c->decoded), title));
    assert_true(slice_equal(stream_body(&c->decoded), body));
    assert_true(c->stream.len <= c->text.len + 32);
    if (c->decoded.count == 0)
        return;
    assert_int_equal(c->decoded.count, c->words.count);
    for (size_t i = 0; i < c->words.count; i++) {
        const unsigned starts = WORD_SENTENCE | WORD_PARAGRAPH;
        assert_int_equal(c->decoded.words[i].start, c->words.items[i].start);
        assert_int_equal(c->decoded.words[i].end, c->words.items[i].end);
        assert_int_equal(c->decoded.words[i].flags,
                         c->words.items[i].flags & starts);
    }
}

static void codes_are_a_bijection(void **state)
{
    (void)state;
    for (uint32_t s = SCDC_S_MIN; s <= SCDC_S_MAX; s += 31)
        for (uint32_t rank = 0; rank < 3000000; rank += rank / 7 + 1) {
            uint8_t code[4];
            uint32_t back;
            size_t n = scdc_put(rank, s, code);
            if (n == 0)
                continue;
            const uint8_t *p = code;
            assert_true(scdc_get(&p, code + n, s, &back));
            assert_int_equal(back, rank);
            assert_ptr_equal(p, code + n);
        }
}

static void plain_texts_come_back(void **state)
{
    (void)state;
    static const char *const texts[][2] = {
        {"", ""},
        {"A title", ""},
        {"", "only a body"},
        {"  spaces  ", "  around\n\n\n"},
        {"THE SENATE", "The the THE tHe. Reagan REAGAN reagan rEAGAN"},
        {"na\xC3\xAFve", "Na\xC3\xAFve NA\xC3\x8FVE \xC4\xB0stanbul "
                         "STRA\xC3\x9F"
                         "E \xE2\x82\xAC 5"},
        {"\xE6\x9D\xB1\xE4\xBA\xAC", "\xE6\x9D\xB1\xE4\xBA\xAC\xE3\x80\x82"
                                     "\xE6\x9D\xB1"},
        {"Zyzzyvaq zyzzyvaq", "ZYZZYVAQ Zyzzyvaq zYzzyvaq zYzzyvaq"},
        {"tabs\tand\r\nlines", "x\xFF\xFEy\x80 \x01\x02"}};
    struct codec c;
    codec_open(&c);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        round_trip(&c, slice_of(texts[i][0]), slice_of(texts[i][1]));
    round_trip(&c, (struct slice){"a\0b", 3}, (struct slice){"\0\0c\0", 4});
    codec_close(&c);
}

static void random_bytes_and_words_come_back(void **state)
{
    (void)state;
    static const char *const bits[] = {
        "the ", "Senate",       " ",        "\n", "\n\n   ",
        ". ",   "Mr. ",         "x",        "'s", "\xC3\xA9",
        "Q",    "\xFF",         "1987",     "-",  "zyzzy",
        "THE",  "\xE6\x9D\xB1", "\xCC\x81", "\"", "McCain",
        "of ",  "\r\n"};
    uint64_t seed = 42;
    struct codec c;
    struct buf title = BUF_INIT, body = BUF_INIT;
    codec_open(&c);
    for (int round = 0; round < 3000; round++) {
        buf_reset(&title);
        buf_reset(&body);
        size_t n = random_next(&seed) % 200;
        for (size_t i = 0; i < n; i++) {
            struct buf *to = random_next(&seed) % 8 ? &body : &title;
            uint64_t r = random_next(&seed);
            if (round % 3 == 0)
                buf_append_byte(to, (uint8_t)r);
            else
                buf_append_str(to, bits[r % (sizeof bits / sizeof *bits)]);
        }
        round_trip(&c, (struct slice){title.data, title.len},
                   (struct slice){body.data, body.len});
        lexicon_trim(&c.lex);
    }
    buf_release(&title);
    buf_release(&body);
    codec_close(&c);
}

static void extreme_texts_come_back(void **state)
{
    (void)state;
    struct codec c;
    struct buf body = BUF_INIT;
    uint64_t seed = 7;
    codec_open(&c);
    for (int i = 0; i < 100000; i++) /* one word of 100 KB */
        buf_append_byte(&body, 'q');
    round_trip(&c, slice_of("t"), (struct slice){body.data, body.len});
    buf_reset(&body);
    for (int i = 0; i < 60000; i++) /* noise is stored as it is */
        buf_printf(&body, "%llx ", (unsigned long long)random_next(&seed));
    round_trip(&c, slice_of("t"), (struct slice){body.data, body.len});
    buf_reset(&body);
    for (int i = 0; i < 500000; i++)
        buf_append_byte(&body, '\n');
    round_trip(&c, slice_of("t"), (struct slice){body.data, body.len});
    buf_release(&body);
    codec_close(&c);
}

static const char sample[] =
    "Leike, who led a team at OpenAI, resigned in May 2024. \"Safety culture "
    "and processes have taken a backseat to shiny products\", he wrote.\n\n"
    "   The zyzzyva's team and the safety-culture team of Zyzzyva U.S.A.";

static void damaged_streams_are_reported_or_decode_in_bounds(void **state)
{
    (void)state;
    struct codec c;
    uint64_t seed = 3;
    codec_open(&c);
    encode(&c, slice_of("A title"), slice_of(sample));
    size_t len = c.stream.len, refused = 0, tries = 0;
    char *bytes = malloc(len);
    for (size_t cut = 0; cut < len; cut++) {
        memcpy(bytes, c.stream.data, cut);
        refused += stream_decode(c.dict, (struct slice){bytes, cut}, &c.decoded,
                                 NULL) != NH_OK;
    }
    assert_int_equal(refused, len); /* each cut is noticed */
    for (int round = 0; round < 20000; round++, tries++) {
        memcpy(bytes, c.stream.data, len);
        for (uint64_t k = random_next(&seed) % 3 + 1; k > 0; k--)
            bytes[random_next(&seed) % len] = (char)random_next(&seed);
        struct slice s = {bytes, len};
        struct stream_phrase p;
        struct slice words[2] = {slice_of("zyzzyva"), slice_of("team")};
        if (stream_decode(c.dict, s, &c.decoded, NULL) != NH_OK)
            refused++;
        stream_phrase_init(&p, c.dict, words, 2, NULL);
        stream_phrase_match(&p, c.dict, s, SCOPE_ANY);
        stream_phrase_release(&p);
    }
    free(bytes);
    codec_close(&c);
}

/* Whether words stand side by side in text, by comparing all places. */
static bool stands(const struct codec *c, size_t from, size_t to,
                   const struct slice *words, size_t n)
{
    for (size_t i = from; i + n <= to; i++) {
        size_t k = 0;
        for (; k < n; k++) {
            const struct strtab_entry *e =
                &c->lex.words.entries[c->words.items[i + k].word];
            if (!slice_equal((struct slice){e->data, e->len}, words[k]))
                break;
        }
        if (k == n)
            return true;
    }
    return false;
}

static void phrases_are_found_where_brute_force_finds_them(void **state)
{
    (void)state;
    static const char *const vocabulary[] = {
        "the",    "of", "safety", "culture",      "zyzzyva", "Qwxz", "a",
        "Senate", "s",  "reagan", "na\xC3\xAFvq", "THE",     "mCvQ", "2024"};
    const size_t kinds = sizeof vocabulary / sizeof *vocabulary;
    uint64_t seed = 11;
    struct codec c;
    struct buf title = BUF_INIT, body = BUF_INIT, folded = BUF_INIT;
    size_t found = 0, missed = 0;
    codec_open(&c);
    for (int round = 0; round < 400; round++) {
        buf_reset(&title);
        buf_reset(&body);
        for (size_t n = random_next(&seed) % 8; n > 0; n--)
            buf_printf(&title, "%s ", vocabulary[random_next(&seed) % kinds]);
        for (size_t n = random_next(&seed) % 60; n > 0; n--)
            buf_printf(&body, "%s ", vocabulary[random_next(&seed) % kinds]);
        encode(&c, (struct slice){title.data, title.len},
               (struct slice){body.data, body.len});
        struct slice stream = {c.stream.data, c.stream.len};
        size_t titles = 0;
        while (titles < c.words.count && c.words.items[titles].end <= title.len)
            titles++;
        for (int q = 0; q < 30; q++) {
            struct slice words[3];
            size_t n = random_next(&seed) % 3 + 1;
            buf_reset(&folded);
            buf_reserve(&folded, 256);
            for (size_t k = 0; k < n; k++) {
                size_t at = folded.len;
                analysis_fold_name(
                    slice_of(vocabulary[random_next(&seed) % kinds]), &folded);
                words[k] = (struct slice){folded.data + at, folded.len - at};
            }
            struct stream_phrase p;
            stream_phrase_init(&p, c.dict, words, n, NULL);
            bool t = stands(&c, 0, titles, words, n);
            bool b = stands(&c, titles, c.words.count, words, n);
            assert_int_equal(
                stream_phrase_match(&p, c.dict, stream, SCOPE_TITLE), t);
            assert_int_equal(
                stream_phrase_match(&p, c.dict, stream, SCOPE_BODY), b);
            assert_int_equal(stream_phrase_match(&p, c.dict, stream, SCOPE_ANY),
                             t || b);
            found += t || b;
            missed += !(t || b);
            stream_phrase_release(&p);
        }
    }
    assert_true(found > 1000 && missed > 1000);
    buf_release(&title);
    buf_release(&body);
    buf_release(&folded);
    codec_close(&c);
}

/* Some text of common and of unknown words. */
static void random_text(struct buf *out, size_t words, uint64_t *seed)
{
    static const char *const known[] = {"the",  "of",   "senate", "president",
                                        "bill", "said", "in",     "budget"};
    buf_reset(out);
    for (size_t i = 0; i < words; i++) {
        uint64_t r = random_next(seed);
        if (r % 4)
            buf_append_str(out, known[r / 4 % 8]);
        else
            buf_printf(out, "zq%u", (unsigned)(r / 4 % 150));
        buf_append_byte(out, ' ');
    }
}

static void words_are_found_where_decoding_has_them(void **state)
{
    (void)state;
    static const char *const wanted[] = {"the", "budget", "president"};
    uint64_t seed = 12;
    struct codec c;
    struct stream_finder f;
    struct buf title = BUF_INIT, body = BUF_INIT;
    size_t hits = 0, own = 0;
    codec_open(&c);
    memset(&f, 0, sizeof f);
    assert_true(stream_finder_begin(&f, c.dict));
    for (size_t i = 0; i < 3; i++)
        stream_finder_want(&f, dict_find(c.dict, slice_of(wanted[i])));
    for (int round = 0; round < 2000; round++) {
        struct stream_parts parts;
        random_text(&title, random_next(&seed) % 9, &seed);
        random_text(&body, random_next(&seed) % 600, &seed);
        encode(&c, (struct slice){title.data, title.len},
               (struct slice){body.data, body.len});
        struct slice stream = {c.stream.data, c.stream.len};
        assert_true(stream_split(stream, &parts));
        assert_int_equal(stream_words(c.dict, stream, false, &c.decoded, NULL),
                         NH_OK);
        uint32_t locals[3], count = 0;
        const uint32_t known = c.dict->words.count;
        for (uint32_t n = 0; n < c.decoded.locals_count && count < 3; n++)
            if (random_next(&seed) % 20 == 0)
                locals[count++] = n;
        if (parts.stored)
            continue;
        assert_true(stream_find(&f, &parts, locals, count));
        assert_int_equal(f.titles, c.decoded.title_count);
        assert_int_equal(f.words, c.decoded.count);
        size_t n = 0;
        for (uint32_t i = 0; i < c.decoded.count; i++) {
            const uint32_t code = c.decoded.words[i].code;
            bool want = code < known && f.wanted[code];
            for (uint32_t k = 0; k < count; k++)
                want = want || code == known + locals[k];
            if (!want)
                continue;
            assert_true(n < f.count);
            assert_int_equal(f.hits[n].at, i);
            assert_int_equal(f.hits[n++].code, code);
            own += code >= known;
        }
        assert_int_equal(n, f.count);
        hits += n;
    }
    assert_true(hits > 10000 && own > 1000);
    stream_finder_release(&f);
    buf_release(&title);
    buf_release(&body);
    codec_close(&c);
}

static void training_is_deterministic(void **state)
{
    (void)state;
    struct buf files[2] = {BUF_INIT, BUF_INIT};
    for (int round = 0; round < 2; round++) {
        struct dict_trainer *t;
        struct dict *d;
        assert_int_equal(dict_trainer_new(&t, NULL), NH_OK);
        for (int i = 0; i < 50; i++)
            assert_int_equal(dict_trainer_add(t, slice_of("The Title"),
                                              slice_of(sample), NULL),
                             NH_OK);
        assert_int_equal(dict_trainer_finish(t, 1, &d, &files[round], NULL),
                         NH_OK);
        assert_true(dict_find(d, slice_of("zyzzyva")) != DICT_NONE);
        dict_free(d);
        dict_trainer_free(t);
    }
    assert_int_equal(files[0].len, files[1].len);
    assert_memory_equal(files[0].data, files[1].data, files[0].len);
    buf_release(&files[0]);
    buf_release(&files[1]);
}

static void damaged_dictionaries_are_refused(void **state)
{
    (void)state;
    struct slice file = dict_builtin_file();
    struct dict *d;
    char *copy = malloc(file.len);
    for (size_t i = 0; i < file.len; i += 1 + i / 40) {
        memcpy(copy, file.data, file.len);
        copy[i] ^= 0x10;
        assert_int_equal(
            dict_load(&d, (struct slice){copy, file.len}, "test", NULL),
            NH_ECORRUPT);
        assert_int_equal(dict_load(&d, (struct slice){copy, i}, "test", NULL),
                         NH_ECORRUPT);
    }
    free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_a_bijection),
        cmocka_unit_test(plain_texts_come_back),
        cmocka_unit_test(random_bytes_and_words_come_back),
        cmocka_unit_test(extreme_texts_come_back),
        cmocka_unit_test(damaged_streams_are_reported_or_decode_in_bounds),
        cmocka_unit_test(phrases_are_found_where_brute_force_finds_them),
        cmocka_unit_test(words_are_found_where_decoding_has_them),
        cmocka_unit_test(training_is_deterministic),
        cmocka_unit_test(damaged_dictionaries_are_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
