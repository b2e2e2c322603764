/* The dictionary that article streams are coded with: words by rank and format
 * events by rank. Trained on a sample of a corpus, immutable afterwards, stored
 * as one file that is named by its hash.
 *
 * File: "NHDICT01", u64 LE hash64 of the payload, varint payload length, then
 * the payload as a zlib stream. Payload:
 *   byte s, byte sf, 256 bytes of byte weights,
 *   varint words, then for each, sorted within each code length:
 *     varint bytes shared with the word before, varint further bytes, those
 *     bytes, byte spelling (enum word_spelling); OTHER: varint length, bytes
 *   varint events, then for each: byte gap, byte class, varint length, bytes
 */
#ifndef COMMON_STREAM_DICT_H
#define COMMON_STREAM_DICT_H

#include "common/base/strtab.h"

#define DICT_NONE UINT32_MAX
/* Longer words are spelt out in the articles; bytes. */
#define DICT_WORD_MAX 40
#define DICT_WORDS_MAX 131072u
#define DICT_EVENTS_MAX 8000u
/* Longest separator of an event in bytes. */
#define DICT_SEPARATOR_MAX 16
/* Codes behind the one-byte words that are kept for an article's own words. */
#define DICT_LOCALS 64u

/* The usual spelling of a word. */
struct dict_display {
    const char *data;
    uint16_t len;
    uint8_t spelling; /* enum word_spelling */
};

struct dict {
    uint64_t hash;       /* of the payload; its name */
    uint32_t s, sf;      /* stoppers of the word and the format plane */
    struct strtab words; /* folded words; number = rank in the dictionary */
    struct dict_display *display; /* one for each word */
    struct strtab events;         /* gap byte, class byte, separator */
    uint8_t weights[256]; /* log2 frequency of each byte in word planes */
    struct arena arena;
};

/* Number of a folded word or DICT_NONE. */
uint32_t dict_find(const struct dict *d, struct slice folded);
/* First rank behind all words: locals from DICT_LOCALS on begin there. */
uint32_t dict_base(const struct dict *d);
/* Rank of a dictionary word, or of the k-th local word of an article. */
uint32_t dict_word_rank(const struct dict *d, uint32_t word);
uint32_t dict_local_rank(const struct dict *d, uint32_t k);

/* Reads the file format above. NH_ECORRUPT with `name` in the message for
 * anything that is not a whole, consistent dictionary. Any number of threads
 * may use it. */
int dict_load(struct dict **out, struct slice file, const char *name,
              struct nh_error *err);
/* The same in a third of the time, for one thread: most readers never look a
 * word up (dict_find), which makes the table for it when it is first asked for.
 * That no word is there twice is not looked at before. */
int dict_open(struct dict **out, struct slice file, const char *name,
              struct nh_error *err);
void dict_free(struct dict *d);
/* Appends the file format. */
int dict_save(const struct dict *d, struct buf *out, struct nh_error *err);
/* The dictionary for general English that is built into the program; a new
 * object for each call. */
int dict_builtin(struct dict **out, struct nh_error *err);
/* The bytes of that dictionary's file. */
struct slice dict_builtin_file(void);

/* Adds a word; used by loading and training. */
bool dict_add_word(struct dict *d, struct slice folded, uint8_t spelling,
                   struct slice spelt);

/* ---- Training. */

struct dict_trainer;

int dict_trainer_new(struct dict_trainer **out, struct nh_error *err);
void dict_trainer_free(struct dict_trainer *t);
/* Adds a copy of an article's text to the sample. */
int dict_trainer_add(struct dict_trainer *t, struct slice title,
                     struct slice body, struct nh_error *err);
/* Bytes of text in the sample. */
size_t dict_trainer_bytes(const struct dict_trainer *t);
/* Makes the dictionary of the words that the sample holds at least `min_count`
 * times, and appends its file format to `file`. The same sample gives the same
 * dictionary, byte for byte. */
int dict_trainer_finish(struct dict_trainer *t, uint32_t min_count,
                        struct dict **out, struct buf *file,
                        struct nh_error *err);

#endif
