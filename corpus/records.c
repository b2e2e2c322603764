/* Owns the way from a file to its records.
 * Promises that what cannot be read of an archive does not hide the rest. */
#include "corpus/records.h"

#include <string.h>

/* Bytes looked at to tell a format. */
#define DETECT_BYTES 16384

/* Goes on with the file that was to be opened. */
static int opened(struct records *r, int rc)
{
    r->open = rc == NH_OK;
    if (rc != NH_OK)
        input_close(&r->inputs[0]);
    return rc;
}

int records_open(struct records *r, const char *path,
                 const struct reader *forced, struct nh_error *err)
{
    memset(r, 0, sizeof *r);
    r->forced = forced;
    return opened(r, input_open(&r->inputs[0], path, err));
}

int records_open_bytes(struct records *r, const char *name, struct slice bytes,
                       const struct reader *forced, struct nh_error *err)
{
    memset(r, 0, sizeof *r);
    r->forced = forced;
    return opened(r, input_open_bytes(&r->inputs[0], name, bytes, err));
}

static struct input *current(struct records *r)
{
    return &r->inputs[r->depth];
}

/* Leaves the innermost archive, and so the member that it was. */
static void leave(struct records *r)
{
    r->depth--;
    archive_reader_close(r->archives[r->depth]);
    r->archives[r->depth] = NULL;
    buf_reset(&r->names[r->depth]);
}

void records_close(struct records *r)
{
    if (!r->open)
        return;
    for (int i = RECORDS_ARCHIVES; i >= 0; i--) {
        input_close(&r->inputs[i]);
        if (i > 0) {
            archive_reader_close(r->archives[i - 1]);
            buf_release(&r->names[i - 1]);
        }
    }
    memset(r, 0, sizeof *r);
}

const char *records_member(const struct records *r)
{
    const struct buf *name = r->depth ? &r->names[r->depth - 1] : NULL;
    return name && name->len ? name->data : "";
}

/* Moves to the next member of the innermost archive: 1; 0 if there is none, and
 * it is left; NH_EDATA for one that is skipped. */
static int next_member(struct records *r, struct nh_error *err)
{
    struct slice name;
    const int level = r->depth - 1;
    struct buf *path = &r->names[level];
    input_close(current(r));
    int found = archive_reader_next(r->archives[level], &name, err);
    if (found != 1 && found != NH_EDATA) {
        leave(r);
        /* A damaged archive ends where the damage is. */
        return r->depth && found < 0 && found != NH_ENOMEM ? NH_EDATA : found;
    }
    buf_reset(path);
    if (level > 0)
        buf_printf(path, "%s/", r->names[level - 1].data);
    buf_append(path, name.data, name.len);
    if (!buf_cstr(path))
        return error_nomem(err);
    if (found == NH_EDATA)
        return found;
    r->done = false;
    int rc =
        input_open_member(current(r), archive_reader_stage(r->archives[level]),
                          &r->inputs[level], path->data, err);
    return rc == NH_OK ? 1 : rc;
}

/* Tells what the current input is, and opens it if it is an archive, which is
 * done but for its members. 1, or as records_next. */
static int begin(struct records *r, struct nh_error *err)
{
    struct slice head;
    int rc = input_look(current(r), DETECT_BYTES, &head, err);
    if (rc == INPUT_IDLE) { /* a feed that is slow: its first bytes must do */
        rc = input_peek(current(r), 1, &head, err);
        if (rc == INPUT_IDLE || !memchr(head.data, '\n', head.len))
            return INPUT_IDLE;
    }
    if (rc != NH_OK)
        return rc;
    if (head.len > DETECT_BYTES)
        head.len = DETECT_BYTES;
    if (!archive_detect(head)) {
        const size_t before = reader_preamble(head);
        head = (struct slice){head.data + before, head.len - before};
        r->reader = r->forced ? r->forced : reader_detect(head, err);
        input_begin(current(r), before);
        r->met = false;
        return r->reader ? 1 : NH_EUNSUPPORTED;
    }
    const char *document = archive_document(head);
    if (document)
        return error_set(err, NH_EUNSUPPORTED,
                         "it is %s, which is not supported; save it as text or "
                         "HTML",
                         document);
    if (r->depth == RECORDS_ARCHIVES)
        return error_set(err, NH_EUNSUPPORTED,
                         "it is an archive in an archive in an archive, which "
                         "is not read");
    rc = archive_reader_open(&r->archives[r->depth], current(r), err);
    if (rc != NH_OK)
        return rc;
    r->depth++;
    r->done = true;
    return 1;
}

/* The next record of the current input, as records_next. An input that has
 * none, and of which nothing was skipped, is reported at its end: nothing is
 * passed over in silence. */
static int next_record(struct records *r, struct slice *record,
                       uint64_t *offset, struct nh_error *err)
{
    struct input *in = current(r);
    int rc = r->reader->split(in, record, offset, err);
    if (rc == 0 && !r->met && in->offset > 0) {
        *offset = 0;
        rc = error_set(err, NH_EDATA, "there is no article in it");
    }
    r->met = r->met || rc == 1 || rc == NH_EDATA;
    *offset += in->begin;
    return rc;
}

int records_next(struct records *r, struct slice *record, uint64_t *offset,
                 struct nh_error *err)
{
    for (;;) {
        *offset = current(r)->offset;
        const bool ready = r->reader && !r->done;
        int rc = ready     ? next_record(r, record, offset, err)
                 : r->done ? next_member(r, err)
                           : begin(r, err);
        if (rc == 1 && ready)
            return rc;
        if (rc == 1)
            continue;
        if (rc == NH_EDATA || rc == NH_ENOMEM || rc == INPUT_IDLE ||
            r->depth == 0 || r->inputs[0].bomb)
            return rc;
        /* The end of a member, or of what can be read of it. */
        r->reader = NULL;
        r->done = true;
        if (rc < 0)
            return NH_EDATA;
    }
}
