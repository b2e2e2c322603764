/* Bounds of markup, before libxml2 sees it: its time is quadratic in the
 * attributes of a tag and in open elements, its memory some hundred bytes an
 * element. Text is never cut off. */
#ifndef CORPUS_MARKUP_BOUNDS_H
#define CORPUS_MARKUP_BOUNDS_H

#include "common/base/buf.h"

/* Most attributes of a tag; the rest is left out. Pages have under 50. */
#define BOUNDS_ATTRIBUTES 256
/* Most attributes of a document: each takes libxml2 some 250 bytes. Pages have
 * some 10,000, a scanned page of a newspaper some 200,000. */
#define BOUNDS_ATTRIBUTES_ALL 1000000
/* Most elements of HTML in each other; tags of deeper ones are left out, their
 * text stays. Pages have under 100. */
#define BOUNDS_DEPTH 1024
/* Most tags of HTML; later ones are left out. The largest documents that people
 * read as a page have some 100,000. */
#define BOUNDS_TAGS 400000
/* Most tags of a record of XML, start and end tags counted. */
#define BOUNDS_XML_TAGS 1000000

/* Returns the markup within its bounds: the bytes themselves where they are, or
 * else what was put into `out`. HTML has numbers of characters mended too:
 * &#128; to &#159; are those of Windows-1252, as browsers take them. Returns an
 * empty slice, and out->failed is set, if memory ran out. */
struct slice bounds_html(struct slice html, struct buf *out);
/* The same for XML: its attributes, and comments, which are left out. Sets
 * *fits to whether a tree of it takes bounded memory: it has no more than
 * BOUNDS_XML_TAGS tags and fewer than BOUNDS_ATTRIBUTES_ALL attributes. */
struct slice bounds_xml(struct slice xml, struct buf *out, bool *fits);

#endif
