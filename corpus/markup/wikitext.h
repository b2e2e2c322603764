/* The markup of MediaWiki to text. */
#ifndef CORPUS_MARKUP_WIKITEXT_H
#define CORPUS_MARKUP_WIKITEXT_H

#include "common/text/article.h"

struct wikitext {
    /* Names of the namespaces of pictures and categories in the wiki's
     * language; empty: those in English alone. */
    struct slice pictures, category;
    struct article *out; /* gets topics, and the date and place of a byline */
    struct buf *text;    /* gets the text, paragraphs apart by an empty line */
    /* The last heading: where it and its section begin, and its signs. */
    size_t heading, section, level;
    int unclosed; /* things that were begun and never ended */
};

/* Templates, tables, references and pictures are left out, but for links to
 * other wikis ({{w|NAME}}). False if memory ran out. */
bool wikitext_read(struct wikitext *w, struct slice markup);

#endif
