/* Readers: bytes of one format to articles. A reader splits a file into
 * records, cheaply and in order; parsing a record into an article is separate,
 * so that workers can do it side by side. To add a format, write these two
 * functions and a row of reader_table (corpus/readers.h). */
#ifndef CORPUS_INPUT_READER_H
#define CORPUS_INPUT_READER_H

#include "common/base/json_in.h"
#include "common/text/article.h"
#include "corpus/input/input.h"

/* What parsing a record needs besides its bytes. One a thread. */
struct parse_context {
    const char *map;     /* --map: "field=key,..." or NULL */
    const char *charset; /* of texts that are not UTF-8; NULL: Windows-1252 */
    struct json_reader json;
    struct json_reader inner; /* of lists that stand in strings */
    bool inside;              /* of one of these */
    void *xml;                /* parser of xml.c, once it is needed */
    struct buf text, work, other, lines, cell; /* scratch */
    /* Values of records of JSON are taken as they are: no byline is taken
     * apart, no markup read, nothing left out. */
    bool plain;
    /* Keys of the last records, by their place. Records of a file have the same
     * keys in the same order, mostly. */
    struct known_key {
        const char *map; /* that it was looked up in */
        char key[32];
        uint8_t len; /* 0: none */
        int field, rank;
    } keys[64];
};

struct reader {
    const char *name;
    const char *help;
    /* A file of this format is one article: its path can be its id. */
    bool whole_file;
    /* Whether the first bytes of a file look like it. */
    bool (*detect)(struct slice head);
    /* The next record: 1, *record (valid until the next call) and its offset;
     * 0 at the end; NH_EDATA for a place that no record can be made of (the
     * input stands behind it); other errors are final. */
    int (*split)(struct input *in, struct slice *record, uint64_t *offset,
                 struct nh_error *err);
    /* Fills an article that was reset. NH_EDATA with a reason for a bad one. */
    int (*parse)(struct parse_context *ctx, struct slice record,
                 struct article *out, struct nh_error *err);
};

extern const struct reader reader_text, reader_jsonl, reader_json, reader_trec,
    reader_reuters, reader_feed, reader_nitf, reader_newsml, reader_newsml_g2,
    reader_csv, reader_html, reader_warc, reader_mail, reader_mediawiki,
    reader_iptc, reader_alto, reader_rcv1, reader_ris, reader_nexis,
    reader_factiva, reader_mhtml, reader_arc;

/* Whether text begins as a JSON object does. */
bool reader_starts_object(struct slice head);

/* Adds those who are named in a byline: "By A, B and C", "Analysis by A",
 * "Roe, Jane; Poe, John". Roles and degrees behind a name go. False if memory
 * ran out. */
bool reader_add_authors(struct article *out, struct slice byline);
/* Adds one author, whatever is in the name but "By" and place holders. */
bool reader_add_author(struct article *out, struct slice name);
/* Whether a value is what programs write where there is none: empty, NULL, NaN,
 * N/A, \N and the like. */
bool reader_is_null(struct slice value);

/* Adds a language, by its code where the name is one of the press. False if
 * memory ran out. */
bool reader_add_language(struct article *out, struct slice name);

/* Checks a --map argument. */
int reader_map_check(const char *map, struct nh_error *err);
/* The field of a key, or -1: by the map, then *rank is -1, or else by the
 * schema.
 */
int reader_field(const char *map, struct slice key, int *rank);
/* The same for the key that stands at `place` of its record; remembers it. */
int reader_field_at(struct parse_context *ctx, size_t place, struct slice key,
                    int *rank);

#endif
