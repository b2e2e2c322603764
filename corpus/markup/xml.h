/* XML and HTML of articles, by libxml2: records out of a stream of any length,
 * each as a tree of its own, names without their namespaces, text as people
 * read it. Nothing outside the bytes is ever loaded, and entities that stand
 * for other entities are left out. */
#ifndef CORPUS_MARKUP_XML_H
#define CORPUS_MARKUP_XML_H

#include <libxml/tree.h>

#include "corpus/input/reader.h"

/* ---- Splitting. */

/* Local name of the first element of text that begins as XML does, comments and
 * declarations aside; empty if there is none in it. */
struct slice xml_root(struct slice head);
/* The next element with one of these local names, NULL at the end of them, as a
 * record: all that stands before the first of them in the file, and the
 * element. As split of struct reader. */
int xml_split(struct input *in, const char *const *names, struct slice *record,
              uint64_t *offset, struct nh_error *err);

/* ---- Trees. */

/* Parses what xml_split made, mending what can be. The root's last descendant
 * with one of the names is the record's element. Free it with xmlFreeDoc.
 * NH_EDATA. */
int xml_parse(struct parse_context *ctx, struct slice record, xmlDoc **out,
              struct nh_error *err);
void xml_parser_free(void *parser);
/* The record's element in the tree, or NULL. */
xmlNode *xml_record(xmlDoc *doc, const char *const *names);
/* Whether it is an element of that local name. */
bool xml_is(const xmlNode *node, const char *name);
/* Name of an element without its namespace. */
const char *xml_name(const xmlNode *node);
/* First child element of that name; `node` may be NULL. */
xmlNode *xml_child(const xmlNode *node, const char *name);
/* First element at a path of names with "/" between, tried over all branches;
 * NULL. */
xmlNode *xml_find(const xmlNode *node, const char *path);
/* The element of that name behind this one, among its siblings. */
xmlNode *xml_next(const xmlNode *node, const char *name);
/* The element that follows in document order below `top`; NULL at the end, and
 * for no node. */
xmlNode *xml_walk(const xmlNode *node, const xmlNode *top);
/* Value of an attribute, by local name, in the tree; empty if there is none. */
struct slice xml_attribute(const xmlNode *node, const char *name);

/* ---- Text. */

/* What an element of HTML, or of what is like it, is for its text. */
enum element_kind {
    INLINE,
    BLOCK, /* a paragraph of its own */
    LINE,  /* a line of its own */
    CELL,  /* apart by spaces */
    HIDDEN /* not read */
};
enum element_kind xml_kind(const xmlNode *node);
/* Text of a node that is text, or stands for some; else NULL. */
const char *xml_content(const xmlNode *node);

/* Puts the text that stands directly in an element in `out`, as it is; whether
 * there are no elements beside it. */
bool xml_own_text(const xmlNode *node, struct buf *out);
/* Puts the text of an element in `out`: white space is one space. */
bool xml_line(const xmlNode *node, struct buf *out);
/* Puts its text in `out`, paragraphs apart by an empty line, without scripts,
 * pictures and the like. */
bool xml_text(const xmlNode *node, struct buf *out);
/* The tree of HTML in UTF-8, whatever its faults; NULL if memory ran out. */
xmlDoc *html_parse(struct slice html);
/* As xml_text of HTML; plain text comes out as it is. */
bool html_text(struct slice html, struct buf *out);

/* ---- Filling articles; false if memory ran out. */

/* Adds the text of an element, which may be NULL. */
bool xml_add(struct parse_context *ctx, struct article *out, enum field field,
             const xmlNode *node);
bool xml_set_title(struct parse_context *ctx, struct article *out,
                   const xmlNode *node);
bool xml_set_body(struct parse_context *ctx, struct article *out,
                  const xmlNode *node);
/* Adds who is named in a byline, which may be NULL: without "By", and without
 * the elements behind the name. */
bool xml_add_author(struct parse_context *ctx, struct article *out,
                    const xmlNode *byline);
/* Takes a date, unless there is one or it cannot be read. */
void xml_set_date(struct article *out, struct slice text);
/* NH_EDATA for an article without a title and a text. */
int xml_complete(const struct article *out, struct nh_error *err);

/* An element <nitf> (nitf.c), also inside of others. */
bool nitf_fill(struct parse_context *ctx, const xmlNode *nitf,
               struct article *out);

#endif
