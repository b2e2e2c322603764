/* ^C and SIGTERM, for commands that stop in good order. */
#ifndef CLI_SHELL_INTERRUPT_H
#define CLI_SHELL_INTERRUPT_H

#include <signal.h>

/* Not 0 once the process was told to stop. */
extern volatile sig_atomic_t interrupted;

/* Notes the first SIGINT or SIGTERM in `interrupted`; the next one ends the
 * process. */
void interrupt_catch(void);

/* Exit status of a command that was interrupted, as shells have it. */
#define EXIT_INTERRUPTED (128 + SIGINT)

#endif
