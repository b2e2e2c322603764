/* Block-max lists of any bytes, whose checksums are put right first: a whole
 * file, or one block. The first byte chooses. */
#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"
#include "common/store/blocks.h"
#include "tests/fuzz/fuzz.h"

/* All lists, and all their blocks. */
static void read_lists(const struct blocks *b)
{
    struct block_list list;
    struct slice term;
    struct block block;
    for (uint32_t i = 0; i < b->lists && i < 100; i++) {
        if (blocks_list(b, i, &term, &list, NULL) != NH_OK)
            continue;
        for (uint32_t k = 0; k < list.blocks; k++)
            if (block_enter(&list, k, &block))
                block_wdfs(&block);
    }
    blocks_find(b, (struct slice){"word", 4}, &list, NULL);
    blocks_length(b, b->first);
}

static void whole_file(const uint8_t *data, size_t size)
{
    struct buf file = BUF_INIT;
    struct blocks b;
    buf_append_str(&file, BLOCKS_MAGIC);
    buf_append(&file, data, size);
    if (file.failed || file.len < 8 + BLOCKS_TRAILER) {
        buf_release(&file);
        return;
    }
    uint8_t *end = (uint8_t *)file.data + file.len;
    uint64_t lengths_at = le_read(end - 32, 8);
    if (lengths_at < file.len - 8) {
        uint64_t sum =
            hash64(file.data + lengths_at, file.len - 8 - (size_t)lengths_at);
        le_write32(end - 8, (uint32_t)sum);
        le_write32(end - 4, (uint32_t)(sum >> 32));
    }
    if (file_replace("fuzz.blocks", file.data, file.len, NULL) == NH_OK &&
        blocks_open(&b, "fuzz.blocks", NULL) == NH_OK) {
        read_lists(&b);
        blocks_close(&b);
    }
    buf_release(&file);
}

/* A block, whose entry says what it likes. */
static void one_block(const uint8_t *data, size_t size)
{
    struct blocks file;
    struct block block;
    uint8_t entry[BLOCKS_ENTRY];
    if (size < 8)
        return;
    uint8_t *bytes = malloc(size - 7); /* so that sanitizers see its end */
    if (!bytes)
        return;
    memcpy(bytes, data + 8, size - 8);
    memset(&file, 0, sizeof file);
    file.first = 1 + (uint32_t)(data[0] / 2 % 4) * 1000;
    file.slots = 1 << 20;
    memcpy(entry, data + 1, 4);
    le_write32(entry + 4, (uint32_t)size - 8);
    memcpy(entry + 8, data + 5, 2);
    le_write32(entry + 10, (uint32_t)hash64(bytes, size - 8));
    struct block_list list = {
        &file, entry,       bytes, size - 8, 1u + data[7] % BLOCKS_POSTINGS,
        1,     data[0] & 1u};
    if (block_enter(&list, 0, &block)) {
        block_wdfs(&block);
        for (uint32_t i = 1; i < block.count; i++)
            if (block.docids[i] <= block.docids[i - 1])
                abort();
        if (block.docids[block.count - 1] != block_last(&list, 0))
            abort();
    }
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    if (data[0] % 2)
        whole_file(data + 1, size - 1);
    else
        one_block(data + 1, size - 1);
    return 0;
}
