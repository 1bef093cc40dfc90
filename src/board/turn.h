/*
 * Whose turn is it? Pure: waiters in, an order out; time is an argument.
 *
 * A waiter's score is the time it has waited times the weight of the file it
 * waits for. The highest score is next; of equals, who came first. Nobody waits
 * for ever: who has waited W with weight w is overtaken only by those who came
 * within the last W of it and ask for a heavier file, and their number ends,
 * since whoever arrives after (1 - w / heaviest) of W has gone by cannot catch
 * up any more. test_turn.c proves a bound with random arrivals.
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
 * How long may a waiter with so many before it sleep until it looks again? The
 * first looks often, so that a free slot is taken at once; the far ones seldom,
 * so that a thousand of them cost next to nothing.
 */
uint64_t turn_look_ms(uint32_t n_before);

#endif
