/* Owns `newshound tag`. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "common/base/file.h"
#include "common/base/json_out.h"
#include "common/text/schema.h"
#include "entities/entities.h"

static const struct option_def options[] = {
    {'f', "format", "FORMAT=json|tsv|bio",
     "json (default), tsv, or bio: one token a line"},
    OPTION_MODEL,
    OPTION_HELP,
    {0, NULL, NULL, NULL}};

static const char *const bio_names[] = {"PER", "ORG", "LOC", "MISC"};

/* ---- Plain text. */

struct tagging {
    const struct entity_model *model;
    struct entity_finder *finder;
    struct tagger *tagger;
    struct buf in, out;
    bool tsv;
};

/* A field of a line: what would end it becomes a space. */
static void put_cell(struct buf *out, struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        const char c = s.data[i];
        buf_append_byte(
            out, (uint8_t)(c == '\t' || c == '\n' || c == '\r' ? ' ' : c));
    }
}

static void put_mention(struct tagging *t, const struct entity_mention *m)
{
    const struct entity *e = &t->finder->entities[m->entity];
    const char *type = schema_fields[entity_field(e->class)].name;
    const struct slice text = {t->in.data + m->start, m->end - m->start};
    if (t->tsv) {
        buf_printf(&t->out, "%s\t", type);
        put_cell(&t->out, e->name);
        buf_append_byte(&t->out, '\t');
        put_cell(&t->out, text);
        buf_printf(&t->out, "\t%u\t%u\n", m->start, m->end);
        return;
    }
    buf_append_byte(&t->out, '{');
    json_member(&t->out, "type", slice_of(type));
    json_member(&t->out, "name", e->name);
    json_member(&t->out, "text", text);
    buf_printf(&t->out, ",\"start\":%u,\"end\":%u}\n", m->start, m->end);
}

static int tag_text(struct tagging *t, struct nh_error *err)
{
    const struct slice body = {t->in.data, t->in.len};
    int rc = entity_finder_run(t->finder, (struct slice){NULL, 0}, body, err);
    for (size_t i = 0; rc == NH_OK && i < t->finder->mention_count; i++)
        put_mention(t, &t->finder->mentions[i]);
    return rc == NH_OK && t->out.failed ? error_nomem(err) : rc;
}

/* ---- Tokens in lines. */

static struct slice next_line(struct slice *rest)
{
    const char *end = memchr(rest->data, '\n', rest->len);
    struct slice line = {rest->data,
                         end ? (size_t)(end - rest->data) : rest->len};
    rest->data += line.len + (end ? 1 : 0);
    rest->len -= line.len + (end ? 1 : 0);
    if (line.len && line.data[line.len - 1] == '\r')
        line.len--;
    return line;
}

/* What stands before the first tab of a line. */
static struct slice token_of(struct slice line)
{
    const char *tab = memchr(line.data, '\t', line.len);
    return (struct slice){line.data,
                          tab ? (size_t)(tab - line.data) : line.len};
}

static bool starts_article(struct slice line)
{
    return line.len >= 10 && memcmp(line.data, "-DOCSTART-", 10) == 0;
}

/* Tags a title of a person for what it is: none of the name. */
static bool is_title(const struct document *d, const uint8_t *labels, size_t i)
{
    return labels[i] != LABEL_NONE && label_class(labels[i]) == ENTITY_PERSON &&
           !label_ends(labels[i]) && (document_type(d, i)->roles & WORD_TITLE);
}

/* Writes the lines of an article with their tags. */
static void put_tags(struct tagging *t, struct slice lines,
                     const uint8_t *labels)
{
    const struct document *d = tagger_document(t->tagger);
    size_t i = 0;
    bool begins = true;
    while (lines.len) {
        const struct slice token = token_of(next_line(&lines));
        if (token.len == 0) {
            buf_append_byte(&t->out, '\n');
            continue;
        }
        buf_append(&t->out, token.data, token.len);
        const unsigned label = i < d->count ? labels[i] : LABEL_NONE;
        begins = begins || label_starts(label);
        if (label == LABEL_NONE || (begins && is_title(d, labels, i))) {
            buf_append_str(&t->out, "\tO\n");
            begins = true;
        } else {
            buf_printf(&t->out, "\t%c-%s\n", begins ? 'B' : 'I',
                       bio_names[label_class(label)]);
            begins = false;
        }
        i++;
    }
}

static int tag_article(struct tagging *t, struct slice lines,
                       struct nh_error *err)
{
    struct document *d = tagger_document(t->tagger);
    struct slice rest = lines;
    bool first = true, good = true;
    document_reset(d);
    while (good && rest.len) {
        const struct slice token = token_of(next_line(&rest));
        if (token.len > 0 && d->count < DOCUMENT_TOKENS_MAX)
            good = document_add(d, &(struct doc_source){token, first}, 1);
        first = token.len == 0;
    }
    const uint8_t *labels = good ? tagger_run(t->tagger) : NULL;
    if (labels)
        put_tags(t, lines, labels);
    return labels && !t->out.failed ? NH_OK : error_nomem(err);
}

static int tag_lines(struct tagging *t, struct nh_error *err)
{
    struct slice rest = {t->in.data, t->in.len};
    const char *start = rest.data;
    int rc = NH_OK;
    while (rc == NH_OK && rest.len) {
        const char *at = rest.data;
        const struct slice line = next_line(&rest);
        const bool mark = starts_article(line);
        if (!mark && rest.len)
            continue;
        const char *end = mark ? at : rest.data;
        rc = tag_article(t, (struct slice){start, (size_t)(end - start)}, err);
        if (mark) {
            buf_append(&t->out, line.data, line.len);
            buf_append_byte(&t->out, '\n');
        }
        start = rest.data;
    }
    return rc;
}

/* ---- The command. */

/* Texts are read as a whole, so they have a limit. */
#define INPUT_MAX ((size_t)256 << 20)

static int read_input(struct tagging *t, const char *path, struct nh_error *err)
{
    char block[65536];
    size_t n;
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (!file)
        return error_errno(err, errno, "open", path);
    buf_reset(&t->in);
    while ((n = fread(block, 1, sizeof block, file)) > 0 &&
           t->in.len <= INPUT_MAX)
        buf_append(&t->in, block, n);
    const int errnum = ferror(file) ? errno : 0;
    if (file != stdin)
        fclose(file);
    if (errnum)
        return error_errno(err, errnum, "read", path);
    if (t->in.len > INPUT_MAX)
        return error_set(err, NH_EDATA, "'%s' is longer than %zu MiB", path,
                         INPUT_MAX >> 20);
    return t->in.failed ? error_nomem(err) : NH_OK;
}

static int run_tag(const struct options *o)
{
    static char *const standard_input[] = {"-"};
    struct nh_error err;
    struct entity_model *model = NULL;
    struct tagging t;
    memset(&t, 0, sizeof t);
    t.tsv = options_choice(o, "format") == 1;
    const bool bio = options_choice(o, "format") == 2;
    int rc = command_model(&model, o, &err);
    if (rc == NH_OK && bio && !tagger_new(&t.tagger, model))
        rc = error_nomem(&err);
    if (rc == NH_OK && !bio)
        rc = entity_finder_new(&t.finder, model, &err);
    const int status = rc == NH_OK ? EXIT_FOUND : command_fail(&err);
    char *const *files = o->count ? o->args : standard_input;
    for (int i = 0; rc == NH_OK && i < (o->count ? o->count : 1); i++) {
        rc = read_input(&t, files[i], &err);
        buf_reset(&t.out);
        if (rc == NH_OK)
            rc = bio ? tag_lines(&t, &err) : tag_text(&t, &err);
        if (rc == NH_OK && t.out.len)
            fwrite(t.out.data, 1, t.out.len, stdout);
    }
    tagger_free(t.tagger);
    entity_finder_free(t.finder);
    entity_model_free(model);
    buf_release(&t.in);
    buf_release(&t.out);
    if (status != EXIT_FOUND)
        return status;
    if (rc != NH_OK) { /* an input, not the index, is at fault */
        command_fail(&err);
        return EXIT_TROUBLE;
    }
    return command_finish(EXIT_FOUND);
}

const struct command command_tag = {
    "tag",
    "find the persons, organisations and places in a text",
    "[OPTIONS] [FILE...]",
    "  newshound tag article.txt            JSON lines, offsets in bytes\n"
    "  newshound tag --format tsv < article.txt\n"
    "  newshound tag --format bio < tokens  for scoring: a token a line\n",
    options,
    run_tag};
