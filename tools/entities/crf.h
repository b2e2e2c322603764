/* Training a linear-chain conditional random field by stochastic gradient
 * descent, with steps by AdaGrad (Duchi, Hazan and Singer 2011) and features
 * dropped at random (Wang and Manning 2013, Fast dropout training). */
#ifndef TOOLS_ENTITIES_CRF_H
#define TOOLS_ENTITIES_CRF_H

#include "common/base/buf.h"
#include "entities/labels.h"

/* Tokens in sequences. Where a token may have several labels, their sum is
 * what training makes likely. */
struct crf_data {
    uint32_t *features; /* of all tokens; first fingerprints, then numbers */
    size_t feature_count, feature_cap;
    struct crf_token {
        size_t features; /* where its features start; they end where the next
                            token's do */
        uint32_t labels; /* a bit for each that it may have */
    } * tokens;
    size_t token_count, token_cap;
    struct crf_run {
        size_t start, end; /* tokens */
    } * runs;
    size_t run_count, run_cap;
};

struct crf_options {
    unsigned epochs;
    unsigned least; /* times that a feature must occur */
    float rate;     /* of learning */
    float dropout;  /* part of the features that is left out each time */
    float ridge;    /* L2 */
    float recall;   /* that "no entity" is made less likely by, in weights */
    float prune;    /* weights nearer to 0 are dropped */
};

bool crf_add_feature(struct crf_data *d, uint32_t fingerprint);
/* Ends a token, whose features were added. */
bool crf_add_token(struct crf_data *d, uint32_t labels);
/* Ends a sequence of the tokens since the last one. */
bool crf_add_run(struct crf_data *d);
void crf_data_release(struct crf_data *d);

/* Trains and appends the last two sections of a model's body
 * (entities/model.h). Says on stderr how it goes. */
int crf_train(struct crf_data *d, const struct crf_options *o, struct buf *out,
              struct nh_error *err);

#endif
