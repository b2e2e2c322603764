/* Pages of news sites to articles (html.c): what they say of themselves
 * (html_meta.c) and what their text is (html_body.c). */
#ifndef CORPUS_MARKUP_HTML_H
#define CORPUS_MARKUP_HTML_H

#include "corpus/markup/xml.h"

/* Fills an article from the bytes of a page, in the charset that its server
 * named, or NULL. `url` may be empty. NH_EDATA. */
int html_article(struct parse_context *ctx, struct slice page,
                 const char *charset, struct slice url, struct article *out,
                 struct nh_error *err);

/* Title, date, authors, source, address, section, topics, language, from
 * JSON-LD, OpenGraph, meta elements, microdata and the page itself, in this
 * order. Puts a text that the page has for machines in `text`, if there is one.
 * False if memory ran out. */
bool html_meta(struct parse_context *ctx, xmlDoc *doc, struct slice url,
               struct article *out, struct buf *text);

/* Puts the text of the article on a page in `out`; the tree is cut down to it.
 * False if memory ran out. */
bool html_body(xmlDoc *doc, struct slice title, struct buf *out);

#endif
