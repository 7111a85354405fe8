/*
 * thread.h -- words that say which thread may call a function.
 *
 * ON_LOOP     only on the loop thread that owns the object
 * ANY_THREAD  safe from every thread
 * BLOCKS      may sleep on disk, network or a lock: never called on a loop thread
 */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#define ON_LOOP
#define ANY_THREAD
#define BLOCKS

#endif
