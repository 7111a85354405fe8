/* ready.h -- a role tells its supervisor that it serves. */
#ifndef BASE_READY_H
#define BASE_READY_H

/** ready_tell(): write "ready\n" to the descriptor named by $KOZAN_READY_FD; nothing when there is
 * none. */
void ready_tell(void);

#endif
