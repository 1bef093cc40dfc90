/*
 * Sums of transfers in the OpenMetrics format, for a collector.
 * Source: https://github.com/prometheus/OpenMetrics, specification 1.0.
 * SPDX-License-Identifier: ISC
 */
#ifndef CMD_PRINT_METRICS_H
#define CMD_PRINT_METRICS_H

#include "store/db.h"

/*
 * All metrics; zeros when db is NULL. 0, or an exit code after a log line, and
 * then without the last line.
 */
int print_metrics(struct db *db);

#endif
