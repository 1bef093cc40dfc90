/*
 * A limit of bytes a second: a bucket that fills with time and is emptied by
 * what is sent. A data frame larger than what is in it is sent all the same;
 * the next has to wait for longer. Answers leave in steps. Pure.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_DATA_RATE_H
#define SERVE_DATA_RATE_H

#include <stddef.h>
#include <stdint.h>

struct rate_limit {
	uint64_t rate_bps; /* bytes a second; 0: none */
	int64_t bytes;     /* in the bucket; below 0: in debt */
	uint64_t filled_ms;
	uint64_t rest;      /* thousandths of a byte, not yet in the bucket */
	uint64_t let_bytes; /* that came into the bucket, or found it full */
};

/* Change the rate. What is in the bucket stays, as far as it fits. */
void rate_set(struct rate_limit *r, uint64_t rate_bps, uint64_t now_ms);

/* Milliseconds until something may be sent. */
uint64_t rate_wait_ms(struct rate_limit *r, uint64_t now_ms);

/*
 * How many bytes of answers may be sent when rate_wait_ms is 0: what is in the
 * bucket, or RATE_STEP, since a byte at a time costs too much.
 */
#define RATE_STEP 2048
size_t rate_step(const struct rate_limit *r);

/*
 * How many bytes the rate has let through so far, whether or not they were
 * sent. UINT64_MAX without a rate.
 */
uint64_t rate_let_bytes(const struct rate_limit *r);

/* Note that so much was sent. */
void rate_spend(struct rate_limit *r, uint64_t bytes);

#endif
