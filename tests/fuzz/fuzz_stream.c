/* The stream decoder and scanner on any bytes: in bounds, and an error or
 * text. */
#include <stdlib.h>
#include <string.h>

#include "common/stream/stream.h"
#include "tests/fuzz/fuzz.h"

/* What is found is in bounds; in a stream that can be decoded, it is there. */
static void find(const struct dict *dict, struct slice stream)
{
    static struct stream_finder f;
    static struct stream_decoded words;
    static const uint32_t locals[2] = {0, 70};
    struct stream_parts parts;
    if (!f.dict) {
        if (!stream_finder_begin(&f, dict))
            abort();
        for (uint32_t code = 0; code < 400; code += 3)
            stream_finder_want(&f, code);
    }
    if (!stream_split(stream, &parts) || parts.stored)
        return;
    if (!stream_find(&f, &parts, locals, 2))
        abort();
    for (size_t i = 0; i < f.count; i++)
        if (f.hits[i].at >= f.words ||
            (i > 0 && f.hits[i].at <= f.hits[i - 1].at))
            abort();
    if (stream_words(dict, stream, false, &words, NULL) != NH_OK)
        return;
    for (size_t i = 0; i < f.count; i++)
        if (words.words[f.hits[i].at].code != f.hits[i].code)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct dict *dict;
    static struct stream_decoded decoded;
    struct slice stream = {(const char *)data, size};
    struct slice words[2] = {{"the", 3}, {"zyzzyva", 7}};
    struct stream_phrase p;
    if (!dict && dict_builtin(&dict, NULL) != NH_OK)
        abort();
    stream_decode(dict, stream, &decoded, NULL);
    find(dict, stream);
    for (int scope = SCOPE_ANY; scope <= SCOPE_BODY; scope++) {
        if (stream_phrase_init(&p, dict, words, 2, NULL) != NH_OK)
            abort();
        stream_phrase_match(&p, dict, stream, (enum stream_scope)scope);
        stream_phrase_release(&p);
    }
    return 0;
}
