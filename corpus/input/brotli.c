/* Owns the use of libbrotlidec, for bodies of web servers' answers. */
#include <stdlib.h>
#include <string.h>

#include <brotli/decode.h>

#include "corpus/input/stage.h"

struct brotli_stage {
    struct stage stage;
    const char *name;
    BrotliDecoderState *state;
    const uint8_t *next;
    size_t have;
    bool ended;
    uint8_t bytes[65536];
};

static int brotli_read(struct stage *s, char *to, size_t room, size_t *got,
                       struct nh_error *err)
{
    struct brotli_stage *b = (struct brotli_stage *)s;
    *got = 0;
    while (*got == 0 && !b->ended) {
        size_t left = room;
        uint8_t *out = (uint8_t *)to;
        const BrotliDecoderResult result = BrotliDecoderDecompressStream(
            b->state, &b->have, &b->next, &left, &out, NULL);
        *got = room - left;
        b->ended = result == BROTLI_DECODER_RESULT_SUCCESS;
        if (result == BROTLI_DECODER_RESULT_ERROR)
            return error_set(err, NH_EIO, "cannot unpack '%s': it is damaged",
                             b->name);
        if (result != BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT || *got)
            continue;
        int rc = s->below->read(s->below, (char *)b->bytes, sizeof b->bytes,
                                &b->have, err);
        if (rc != NH_OK)
            return rc;
        if (b->have == 0)
            return error_set(err, NH_EIO,
                             "cannot unpack '%s': the file is cut short",
                             b->name);
        b->next = b->bytes;
    }
    return NH_OK;
}

static void brotli_free(struct stage *s)
{
    BrotliDecoderDestroyInstance(((struct brotli_stage *)s)->state);
    free(s);
}

struct stage *stage_brotli(struct stage *below, const char *name)
{
    struct brotli_stage *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    b->state = BrotliDecoderCreateInstance(NULL, NULL, NULL);
    if (!b->state) {
        free(b);
        return NULL;
    }
    b->stage = (struct stage){brotli_read, brotli_free, below};
    b->name = name;
    return &b->stage;
}
