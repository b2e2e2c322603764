/* Searches an index: search INDEX QUERY */
#include <stdio.h>
#include <string.h>

#include <newshound.h>

static void print_string(struct nh_string s)
{
    fwrite(s.data, 1, s.len, stdout);
}

/* The snippet with ** around what was looked for. */
static void print_snippet(const struct nh_snippet *s)
{
    size_t at = 0;
    for (size_t i = 0; i < s->highlight_count; i++) {
        const struct nh_span *h = &s->highlights[i];
        printf("%.*s**%.*s**", (int)(h->start - at), s->text.data + at,
               (int)h->len, s->text.data + h->start);
        at = h->start + h->len;
    }
    printf("%s\n", s->text.data + at);
}

int main(int argc, char **argv)
{
    nh_index *index;
    nh_results *found = NULL;
    const struct nh_hit *hit;
    struct nh_error err;
    if (argc != 3) {
        fprintf(stderr, "usage: %s INDEX QUERY\n", argv[0]);
        return 2;
    }
    if (nh_index_open(&index, argv[1], &err) != NH_OK) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    int rc =
        nh_index_search(&found, index, argv[2], strlen(argv[2]), NULL, &err);
    for (size_t i = 0; rc == NH_OK && i < nh_results_count(found); i++) {
        rc = nh_results_hit(&hit, found, i, &err);
        if (rc != NH_OK)
            break;
        print_string(hit->date);
        printf("  ");
        print_string(hit->title);
        printf("\n    ");
        print_snippet(&hit->snippet);
    }
    if (rc != NH_OK) { /* of a query, with a mark where it went wrong */
        fprintf(stderr, "%s\n", err.message);
        if (err.offset != NH_NO_OFFSET)
            fprintf(stderr, "  %s\n  %*s^\n", argv[2], (int)err.offset, "");
    }
    nh_results_free(found);
    nh_index_close(index);
    return rc == NH_OK ? 0 : 1;
}
