/* Waiting for files to change. */
#ifndef CLI_SHELL_FOLLOW_H
#define CLI_SHELL_FOLLOW_H

#include "common/base/error.h"

struct follow {
    int fd; /* of inotify; -1: there is none, and time has to do */
};

/* Prepares to be interrupted: from now on SIGINT and SIGTERM end follow_wait,
 * the second one the program. */
void follow_start(struct follow *f);
/* Watches files, and folders with all that is in them but hidden ones and
 * indexes; anew, to see those that are new. Do it before looking at them. */
void follow_watch(struct follow *f, char **paths, int count);
/* Waits until something has changed and then nothing for a moment. 1; 0 when
 * interrupted. */
int follow_wait(struct follow *f);
void follow_end(struct follow *f);

#endif
