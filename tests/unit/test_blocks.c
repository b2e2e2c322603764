/* Packed numbers and block-max lists: what was written comes back, bounds hold,
 * damage is found. */
#include "tests/unit/harness.h"

#include "common/base/bitpack.h"
#include "common/store/blocks.h"
#include "common/store/bm25.h"
#include "indexer/segment/blocks_writer.h"

static void packed_numbers_come_back_for_every_width_and_count(void **state)
{
    (void)state;
    uint64_t seed = 3;
    for (unsigned bits = 0; bits <= 32; bits++)
        for (size_t count = 1; count <= BITPACK_MAX; count++) {
            uint32_t in[BITPACK_MAX], out[BITPACK_MAX], plain[BITPACK_MAX];
            for (size_t i = 0; i < count; i++)
                in[i] =
                    bits ? (uint32_t)(random_next(&seed) >> (64 - bits)) : 0;
            assert_true(bitpack_bits(in, count) <= bits);
            /* Exactly as large as it may be, so that sanitizers see more. */
            size_t size = bitpack_size(count, bits);
            uint8_t *packed = malloc(size + 1);
            assert_non_null(packed);
            packed[size] = 0xA5;
            bitpack_put(in, count, bits, packed);
            assert_int_equal(packed[size], 0xA5);
            uint8_t *exact = malloc(size ? size : 1);
            assert_non_null(exact);
            memcpy(exact, packed, size);
            bitpack_get(exact, count, bits, out);
            bitpack_get_plain(exact, count, bits, plain);
            assert_memory_equal(in, out, count * sizeof *in);
            assert_memory_equal(in, plain, count * sizeof *in);
            free(packed);
            free(exact);
        }
}

/* ---- Lists. */

#define FOLDER "blocks.dir"
#define TERMS 40
#define ARTICLES 3000

struct posting {
    uint32_t docid, wdf;
};

struct list {
    char term[16];
    struct posting *postings;
    uint32_t count;
};

static struct list lists[TERMS];
static uint32_t docids[ARTICLES], lengths[ARTICLES];
static double average;

/* Random articles and lists of them, the same for a seed. */
static void make_lists(uint64_t seed, uint32_t first, uint32_t gap)
{
    uint32_t docid = first - 1;
    uint64_t total = 0;
    for (int i = 0; i < ARTICLES; i++) {
        docid += 1 + (uint32_t)(random_next(&seed) % gap);
        docids[i] = docid;
        lengths[i] = 1 + (uint32_t)(random_next(&seed) % 900);
        total += lengths[i];
    }
    average = (double)total / ARTICLES;
    for (int t = 0; t < TERMS; t++) {
        struct list *l = &lists[t];
        snprintf(l->term, sizeof l->term, "%s%02d", t % 5 ? "w" : "Sw", t);
        l->count = 0;
        l->postings = realloc(l->postings, ARTICLES * sizeof *l->postings);
        assert_non_null(l->postings);
        for (int i = 0; i < ARTICLES; i++)
            if (random_next(&seed) % 40 < (uint64_t)t + 1)
                l->postings[l->count++] = (struct posting){
                    docids[i],
                    1 + (uint32_t)(random_next(&seed) % (t % 7 ? 4 : 70000))};
    }
}

static struct glass_run run_of(const struct posting *p, uint32_t count,
                               struct buf *coded)
{
    struct glass_run run = {NULL, 0, count, 0};
    uint32_t last = 0;
    buf_reset(coded);
    for (uint32_t i = 0; i < count; i++) {
        buf_append_varint(coded, p[i].docid - last - 1);
        buf_append_varint(coded, p[i].wdf);
        run.collection += p[i].wdf;
        last = p[i].docid;
    }
    run.data = (const uint8_t *)coded->data;
    run.len = coded->len;
    return run;
}

static int by_term(const void *a, const void *b)
{
    return strcmp(((const struct list *)a)->term,
                  ((const struct list *)b)->term);
}

/* Writes the lists in `parts` parts, the first straight into the file. */
static void write_lists(size_t parts)
{
    struct blocks_lengths l;
    struct blocks_part part[3];
    struct file_writer file;
    struct buf coded = BUF_INIT;
    struct posting *articles = calloc(ARTICLES, sizeof *articles);
    assert_non_null(articles);
    for (int i = 0; i < ARTICLES; i++)
        articles[i] = (struct posting){docids[i], lengths[i]};
    memset(part, 0, sizeof part);
    qsort(lists, TERMS, sizeof *lists, by_term);
    struct glass_run run = run_of(articles, ARTICLES, &coded);
    remove_all(FOLDER);
    file_mkdir(FOLDER, NULL);
    assert_int_equal(blocks_lengths_init(&l, docids[ARTICLES - 1], &run, NULL),
                     NH_OK);
    assert_int_equal(blocks_start(&file, FOLDER, NULL), NH_OK);
    part[0].file = &file;
    for (size_t t = 0; t < TERMS; t++) {
        bool taken;
        run = run_of(lists[t].postings, lists[t].count, &coded);
        assert_int_equal(blocks_add(&part[t * parts / TERMS], &l,
                                    slice_of(lists[t].term), &run, &taken,
                                    NULL),
                         NH_OK);
        assert_int_equal(taken, lists[t].count >= BLOCKS_MIN);
    }
    assert_int_equal(blocks_finish(&file, &l, part, parts, NULL), NH_OK);
    for (size_t i = 0; i < parts; i++)
        blocks_part_release(&part[i]);
    blocks_lengths_release(&l);
    buf_release(&coded);
    free(articles);
}

static uint32_t length_of(uint32_t docid)
{
    int i = 0;
    while (docids[i] != docid)
        i++;
    return lengths[i];
}

/* The list as it was written, each posting below its block's bound. */
static void check_list(const struct list *l, const struct block_list *got)
{
    uint32_t n = 0, most = 0;
    assert_int_equal(got->postings, l->count);
    for (uint32_t i = 0; i < got->blocks; i++) {
        struct block b;
        double greatest = 0;
        assert_true(block_enter(got, i, &b));
        block_wdfs(&b);
        assert_int_equal(b.docids[b.count - 1], block_last(got, i));
        for (uint32_t k = 0; k < b.count; k++, n++) {
            assert_int_equal(b.docids[k], l->postings[n].docid);
            assert_int_equal(b.wdfs[k], l->postings[n].wdf);
            double tf =
                bm25_tf(bm25_norm(average), b.wdfs[k], length_of(b.docids[k]));
            greatest = tf > greatest ? tf : greatest;
        }
        double bound = (double)block_tf(got, i) / BLOCKS_TF;
        assert_true(greatest <= bound);
        assert_true(greatest > bound - 4.0 / BLOCKS_TF);
        most = block_tf(got, i) > most ? block_tf(got, i) : most;
    }
    assert_int_equal(n, l->count);
    assert_int_equal(most, got->most);
}

static void lists_come_back_with_bounds_that_hold(void **state)
{
    (void)state;
    static const uint32_t firsts[] = {1, 70000, 4000000000u},
                          gaps[] = {1, 3, 50};
    for (size_t round = 0; round < 6; round++) {
        struct blocks b;
        make_lists(round + 1, firsts[round % 3], gaps[(round + 1) % 3]);
        write_lists(1 + round % 3);
        assert_int_equal(blocks_open(&b, FOLDER "/blocks", NULL), NH_OK);
        assert_int_equal(b.first, docids[0]);
        assert_int_equal(b.articles, ARTICLES);
        for (int i = 0; i < ARTICLES; i++)
            assert_int_equal(blocks_length(&b, docids[i]), lengths[i]);
        assert_int_equal(blocks_length(&b, docids[0] - 1), 0);
        uint32_t number = 0;
        for (int t = 0; t < TERMS; t++) {
            struct block_list found;
            struct slice term;
            bool here = lists[t].count >= BLOCKS_MIN;
            assert_int_equal(
                blocks_find(&b, slice_of(lists[t].term), &found, NULL), here);
            if (!here)
                continue;
            check_list(&lists[t], &found);
            assert_int_equal(blocks_list(&b, number++, &term, &found, NULL),
                             NH_OK);
            assert_slice(term, lists[t].term);
        }
        assert_int_equal(number, b.lists);
        struct block_list none;
        assert_int_equal(blocks_find(&b, slice_of("nothing"), &none, NULL), 0);
        assert_int_equal(none.blocks, 0);
        blocks_close(&b);
    }
}

/* Offers a list of `count` postings whose wdfs are 2, but `odd` in one place.
 * Returns whether it was taken. */
static bool offer(const char *term, uint32_t count, uint32_t wdf, uint32_t odd)
{
    struct blocks_lengths l;
    struct blocks_part part;
    struct buf coded = BUF_INIT;
    struct posting p[BLOCKS_MIN];
    bool taken;
    memset(&part, 0, sizeof part);
    for (uint32_t i = 0; i < BLOCKS_MIN; i++)
        p[i] = (struct posting){i + 1, 200};
    struct glass_run run = run_of(p, BLOCKS_MIN, &coded);
    assert_int_equal(blocks_lengths_init(&l, BLOCKS_MIN, &run, NULL), NH_OK);
    for (uint32_t i = 0; i < BLOCKS_MIN; i++)
        p[i].wdf = i == 40 ? odd : wdf;
    run = run_of(p, count, &coded);
    assert_int_equal(blocks_add(&part, &l, slice_of(term), &run, &taken, NULL),
                     NH_OK);
    blocks_part_release(&part);
    blocks_lengths_release(&l);
    buf_release(&coded);
    return taken;
}

static void short_and_uneven_lists_and_ids_are_not_taken(void **state)
{
    (void)state;
    assert_true(offer("word", BLOCKS_MIN, 2, 1));
    assert_true(offer("XPWleike", BLOCKS_MIN, 1, 1));
    assert_true(offer("Kcocoa", BLOCKS_MIN, 0, 0));
    assert_false(offer("word", BLOCKS_MIN - 1, 2, 1));
    assert_false(offer("word", BLOCKS_MIN, 2, 0));
    assert_false(offer("Kcocoa", BLOCKS_MIN, 0, 1));
    assert_false(offer("Qid", BLOCKS_MIN, 0, 0));
}

static void lists_without_wdfs_come_back(void **state)
{
    (void)state;
    struct blocks b;
    struct block_list found;
    struct block block;
    make_lists(9, 100, 2);
    for (int t = 0; t < TERMS; t++)
        for (uint32_t i = 0; t % 2 && i < lists[t].count; i++)
            lists[t].postings[i].wdf = 0;
    write_lists(2);
    assert_int_equal(blocks_open(&b, FOLDER "/blocks", NULL), NH_OK);
    for (int t = 0; t < TERMS; t++) {
        const struct list *l = &lists[t];
        if (blocks_find(&b, slice_of(l->term), &found, NULL) != 1)
            continue;
        bool counted = l->postings[0].wdf > 0;
        uint32_t n = 0;
        assert_int_equal(found.most > 0, counted);
        for (uint32_t i = 0; i < found.blocks; i++) {
            assert_true(block_enter(&found, i, &block));
            block_wdfs(&block);
            for (uint32_t k = 0; k < block.count; k++, n++) {
                assert_int_equal(block.docids[k], l->postings[n].docid);
                assert_int_equal(block.wdfs[k], l->postings[n].wdf);
            }
        }
        assert_int_equal(n, l->count);
    }
    blocks_close(&b);
}

/* Reads everything there is to read; false if something was refused. */
static bool read_all(const char *path)
{
    struct blocks b;
    struct block_list found;
    struct slice term;
    struct block block;
    bool good = true;
    if (blocks_open(&b, path, NULL) != NH_OK)
        return false;
    for (uint32_t i = 0; i < b.lists; i++) {
        int rc = blocks_list(&b, i, &term, &found, NULL);
        good = good && rc == NH_OK;
        for (uint32_t k = 0; rc == NH_OK && k < found.blocks; k++)
            good = block_enter(&found, k, &block) && good;
    }
    for (int t = 0; t < TERMS; t++)
        good =
            blocks_find(&b, slice_of(lists[t].term), &found, NULL) >= 0 && good;
    blocks_close(&b);
    return good;
}

static void a_changed_byte_anywhere_is_refused(void **state)
{
    (void)state;
    struct buf file = BUF_INIT;
    uint64_t seed = 11;
    make_lists(7, 5, 2);
    write_lists(2);
    assert_int_equal(file_read(FOLDER "/blocks", &file, NULL), NH_OK);
    assert_true(read_all(FOLDER "/blocks"));
    for (size_t at = 0; at < file.len; at += 1 + random_next(&seed) % 60) {
        char was = file.data[at];
        file.data[at] = (char)(was ^ (1 << random_next(&seed) % 8));
        file_replace("blocks.bad", file.data, file.len, NULL);
        if (read_all("blocks.bad"))
            fail_msg("byte %zu of %zu was changed unseen", at, file.len);
        file.data[at] = was;
    }
    for (size_t len = 0; len < file.len; len += 1 + random_next(&seed) % 4000) {
        file_replace("blocks.bad", file.data, len, NULL);
        assert_false(read_all("blocks.bad"));
    }
    buf_release(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packed_numbers_come_back_for_every_width_and_count),
        cmocka_unit_test(lists_come_back_with_bounds_that_hold),
        cmocka_unit_test(short_and_uneven_lists_and_ids_are_not_taken),
        cmocka_unit_test(lists_without_wdfs_come_back),
        cmocka_unit_test(a_changed_byte_anywhere_is_refused)};
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    for (int t = 0; t < TERMS; t++)
        free(lists[t].postings);
    return failed;
}
