/* Repairs of what is nearly XML, before libxml2 reads it: what libxml2 would
 * drop is kept as text. */
#ifndef CORPUS_MARKUP_XML_REPAIR_H
#define CORPUS_MARKUP_XML_REPAIR_H

#include "common/base/buf.h"

/* Whether a character can follow < in a tag: others make it a sign of text. */
bool xml_opens_tag(char next);
/* Puts a record in `out` that libxml2 keeps all words of: bare & and < become
 * references, all references become numbers, control characters become spaces.
 * Sections of CDATA, comments, instructions and the DOCTYPE keep their signs.
 * Linear time, at most five times the size. Returns false if memory ran out. */
bool xml_repair(struct slice record, struct buf *out);

#endif
