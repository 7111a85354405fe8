/*
 * list.h -- intrusive doubly linked list. The head is a struct list that points at itself when
 * empty. A node that is in no list points at itself too, so list_remove() may be called twice.
 */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stdbool.h>

#include "base/mem.h"

struct list {
	struct list *prev, *next;
};

static inline void list_init(struct list *l)
{
	l->prev = l->next = l;
}

static inline bool list_is_empty(const struct list *l)
{
	return l->next == l;
}

static inline void list_add_tail(struct list *head, struct list *node)
{
	node->prev = head->prev;
	node->next = head;
	head->prev->next = node;
	head->prev = node;
}

static inline void list_remove(struct list *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	list_init(node);
}

/* list_for(head, it, type, member) { … }: `it` may be removed (but no other node) inside the body.
 */
#define list_for(head, it, type, member)                                                           \
	for (type *it = CONTAINER_OF((head)->next, type, member),                                  \
		  *it##_next = CONTAINER_OF(it->member.next, type, member);                        \
		&it->member != (head);                                                             \
		it = it##_next, it##_next = CONTAINER_OF(it->member.next, type, member))

#endif
