/* Files that would pass as plain text and are no articles: told by their
 * content, so that they are refused by name. */
#ifndef CORPUS_FOREIGN_H
#define CORPUS_FOREIGN_H

#include "common/base/buf.h"

/* Returns what a text file is by its first bytes, as "a BibTeX file", or NULL
 * if it may be an article. Linear in the bytes. */
const char *foreign_kind(struct slice head);

#endif
