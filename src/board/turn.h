/*
 * Whose turn it is. Pure: waiters in, an order out; time is an argument.
 *
 * A waiter's score is the time it has waited times the weight of the file it
 * waits for. The highest score is next; of equal scores, the one that came
 * first. Nobody waits for ever: a waiter of weight w that has waited W is
 * overtaken only by those who came within the last W and want a heavier file.
 * Their number is bounded, since nobody who comes after (1 - w / heaviest) of W
 * has passed can still catch up. test_turn.c checks a bound with random
 * arrivals, test_fairness.c one with a peer that banks places (places.h).
 * SPDX-License-Identifier: ISC
 */
#ifndef BOARD_TURN_H
#define BOARD_TURN_H

#include <stdbool.h>
#include <stdint.h>

/* Weights of files, by priority: what a second of waiting counts. */
#define WEIGHT_LOW    1
#define WEIGHT_NORMAL 2
#define WEIGHT_HIGH   4

struct waiter {
	uint64_t since_ms; /* when it began to wait */
	uint32_t weight;   /* at least 1 */
	uint32_t id;       /* breaks ties: the lower goes first */
};

/* Is it a's turn before b's? A strict order at any one now_ms. */
bool turn_is_before(
    const struct waiter *a, const struct waiter *b, uint64_t now_ms);

/*
 * How long a waiter sleeps before it checks again whether it is its turn. The
 * first in the queue checks often, so that a free slot is taken at once; those
 * far behind seldom, so that a thousand of them cost next to nothing.
 */
uint64_t turn_recheck_ms(uint32_t n_before);

#endif
