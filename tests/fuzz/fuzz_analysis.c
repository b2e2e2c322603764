/* The analyser: words lie in the text, in order, and fold to something; and
 * every text comes back from its stream. */
#include <stdlib.h>
#include <string.h>

#include "common/stream/stream.h"
#include "tests/fuzz/fuzz.h"

static void check(int good)
{
    if (!good)
        abort();
}

static void check_words(struct slice text)
{
    struct word_scanner s;
    struct word w;
    size_t last = 0;
    word_scanner_init(&s, text);
    while (word_next(&s, &w)) {
        check(w.start >= last && w.end > w.start && w.end <= text.len);
        check(w.folded.len > 0);
        last = w.end;
    }
    word_scanner_release(&s);
}

/* The lexicon finds plain words in a way of its own. */
static void check_lexicon(struct slice text)
{
    struct lexicon lex;
    struct word_list list = {NULL, 0, 0};
    struct word_scanner s;
    struct word w;
    size_t i = 0;
    lexicon_init(&lex, NULL, NULL);
    check(lexicon_analyse(&lex, text, &list, NULL) == NH_OK);
    word_scanner_init(&s, text);
    for (; word_next(&s, &w); i++) {
        check(i < list.count);
        const struct text_word *item = &list.items[i];
        const struct strtab_entry *e = &lex.words.entries[item->word];
        check(item->start == w.start && item->end == w.end &&
              item->spelling == w.spelling && item->flags == w.flags &&
              slice_equal((struct slice){e->data, e->len}, w.folded));
    }
    check(i == list.count);
    word_scanner_release(&s);
    word_list_release(&list);
    lexicon_release(&lex);
}

static void check_round_trip(struct slice body)
{
    static struct dict *dict;
    struct lexicon lex;
    struct stream_encoder *encoder;
    struct word_list words = {NULL, 0, 0};
    struct stream_decoded decoded;
    struct buf text = BUF_INIT, stream = BUF_INIT;
    if (!dict)
        check(dict_builtin(&dict, NULL) == NH_OK);
    memset(&decoded, 0, sizeof decoded);
    lexicon_init(&lex, NULL, dict);
    check(stream_encoder_new(&encoder, &lex, dict, NULL) == NH_OK);
    buf_append_byte(&text, '\n');
    buf_append(&text, body.data, body.len);
    struct slice no_title = {"", 0};
    size_t titles;
    check(lexicon_analyse_article(&lex, no_title, body, &words, &titles,
                                  NULL) == NH_OK &&
          titles == 0);
    struct stream_text t = {
        {text.data, text.len}, 0, words.items, words.count, 0};
    check(stream_encode(encoder, &t, &stream, NULL) == NH_OK);
    check(stream_decode(dict, (struct slice){stream.data, stream.len}, &decoded,
                        NULL) == NH_OK);
    check(slice_equal(stream_body(&decoded), body));
    stream_decoded_release(&decoded);
    stream_encoder_free(encoder);
    lexicon_release(&lex);
    word_list_release(&words);
    buf_release(&text);
    buf_release(&stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = {(const char *)data, size};
    check_words(text);
    check_lexicon(text);
    check_round_trip(text);
    return 0;
}
