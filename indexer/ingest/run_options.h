/* From the options that an index keeps to those of a run. */
#ifndef INDEXER_INGEST_RUN_OPTIONS_H
#define INDEXER_INGEST_RUN_OPTIONS_H

#include "indexer/ingest/pipeline.h"

/* Sets what a run on the index in `dir` reads its files with: what the index
 * keeps, what `settings` gives, and the defaults. *kept (of the caller, who
 * keeps it as long as the run lasts) has all of them afterwards; *p points into
 * it. Sets *tags if names are to be looked for: the caller sets p->model then.
 * NH_EINVAL for options that differ from the kept ones and must not, and for
 * values that make no sense. */
int run_options_resolve(struct pipeline_options *p, struct kept_options *kept,
                        const char *dir, const struct index_settings *settings,
                        bool *tags, struct nh_error *err);

#endif
