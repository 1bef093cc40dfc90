/* The version of both programs. SPDX-License-Identifier: ISC */
#ifndef VERSION_H
#define VERSION_H

#define VERSION "0.2.0"

#endif
