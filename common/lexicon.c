/* Owns the word cache; promises one stemming and one dictionary look-up for
 * each distinct word. */
#include "common/lexicon.h"

#include <stdlib.h>
#include <string.h>

void lexicon_init(struct lexicon *lex, struct stemmer *stemmer,
                  const struct dict *dict)
{
    memset(lex, 0, sizeof *lex);
    lex->stemmer = stemmer;
    lex->dict = dict;
}

void lexicon_release(struct lexicon *lex)
{
    if (!lex)
        return;
    strtab_release(&lex->words);
    strtab_release(&lex->stems);
    free(lex->info);
    lex->info = NULL;
}

uint32_t lexicon_add(struct lexicon *lex, struct slice folded)
{
    uint32_t known = lex->words.count;
    uint32_t id = strtab_add(&lex->words, folded.data, folded.len);
    if (id < known || id == STRTAB_NONE)
        return id;
    if (id >= lex->info_cap) {
        uint32_t cap = lex->info_cap ? lex->info_cap * 2 : 1024;
        struct lexicon_word *info = realloc(lex->info, cap * sizeof *info);
        if (!info)
            return STRTAB_NONE;
        lex->info = info;
        lex->info_cap = cap;
    }
    struct slice stem =
        lex->stemmer ? stemmer_stem(lex->stemmer, folded) : folded;
    lex->info[id].stem = strtab_add(&lex->stems, stem.data, stem.len);
    lex->info[id].length = (uint32_t)folded.len;
    lex->info[id].code = lex->dict ? dict_find(lex->dict, folded) : DICT_NONE;
    return lex->info[id].stem == STRTAB_NONE ? STRTAB_NONE : id;
}

bool lexicon_trim(struct lexicon *lex)
{
    if (strtab_memory(&lex->words) + strtab_memory(&lex->stems) <
        LEXICON_MEMORY)
        return false;
    strtab_reset(&lex->words);
    strtab_reset(&lex->stems);
    lex->age++;
    return true;
}

int lexicon_analyse(struct lexicon *lex, struct slice text,
                    struct word_list *list, struct nh_error *err)
{
    struct word_scanner scanner;
    struct word w;
    int rc = NH_OK;
    if (text.len > UINT32_MAX)
        return error_set(err, NH_EDATA, "the text is longer than 4 GiB");
    word_scanner_init(&scanner, text);
    while (rc == NH_OK && word_next(&scanner, &w)) {
        if (list->count == list->cap) {
            size_t cap = list->cap ? list->cap * 2 : 1024;
            struct text_word *items = realloc(list->items, cap * sizeof *items);
            if (!items) {
                rc = error_nomem(err);
                break;
            }
            list->items = items;
            list->cap = cap;
        }
        uint32_t id = lexicon_add(lex, w.folded);
        if (id == STRTAB_NONE)
            rc = error_nomem(err);
        list->items[list->count++] =
            (struct text_word){(uint32_t)w.start, (uint32_t)w.end, id,
                               (uint8_t)w.spelling, (uint8_t)w.flags};
    }
    if (scanner.scratch.failed)
        rc = error_nomem(err);
    word_scanner_release(&scanner);
    return rc;
}

void word_list_shift(struct word_list *list, size_t from, size_t bytes)
{
    for (size_t i = from; i < list->count; i++) {
        list->items[i].start += (uint32_t)bytes;
        list->items[i].end += (uint32_t)bytes;
    }
}

void word_list_release(struct word_list *list)
{
    free(list->items);
    *list = (struct word_list){NULL, 0, 0};
}
