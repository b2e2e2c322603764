/* Owns the reading of articles word by word.
 * Promises the word numbers of the stream (common/stream/stream.h). */
#include "searcher/insight/article_words.h"

#include <string.h>

int article_reader_read(struct article_reader *r, nh_index *index,
                        uint32_t docid, struct nh_error *err)
{
    struct stream_decoded *d = &r->decoded;
    struct article_words *w = &r->words;
    memset(w, 0, sizeof *w);
    int rc = snapshot_article(&index->snapshot, docid, &r->article, d, err);
    if (rc != NH_OK)
        return rc;
    w->text = buf_slice(&d->text);
    w->title_len = d->title_len;
    w->titles = d->title_count;
    w->count = d->count;
    w->decoded = d->words;
    if (d->count > 0)
        return NH_OK;
    /* A stored text: its stream does not list words. */
    lexicon_trim(&index->lexicon);
    rc = lexicon_analyse_article(&index->lexicon, stream_title(d),
                                 stream_body(d), &r->analysed, &w->titles, err);
    w->decoded = NULL;
    w->analysed = r->analysed.items;
    w->count = r->analysed.count;
    return rc;
}

void article_reader_release(struct article_reader *r)
{
    article_release(&r->article);
    stream_decoded_release(&r->decoded);
    word_list_release(&r->analysed);
    memset(r, 0, sizeof *r);
}
