/*
 * The scoreboard's protocol, for spin: processes that share a file of records
 * wait for a slot, take it, give it back, and may be killed between any two
 * steps. tests/model/run checks it, and checks that each mutation fails.
 * Inlines are named after the functions in src/board that they stand for.
 *
 * What stands for what:
 *   state[r]    what record r says; a killed process leaves it as it was
 *   fresh[r]    its stamp says "my process lived a moment ago". Time is not
 *               modelled: a stamp may grow old at any moment.
 *   owner[r]    the lock on record r, which the kernel drops when its owner dies
 *   since[r]    the order of arrival among those who wait
 *   head        the lock on the head. Whoever cannot have it does nothing and
 *               tries again later: that is how a wait for it looks as well.
 *   uploads[p], waits[p]
 *               what is true of process p, whatever the board says
 *
 * Not modelled: weights (src/board/turn.h has the proof for them), kept places,
 * limits of an address. A peer that hangs up is as good as killed.
 *
 * A look over all records is one step. What others do meanwhile (die, let a
 * stamp grow old, give a slot back) they could as well do before or after it.
 * SPDX-License-Identifier: ISC
 */
#define PROCESSES 3
#ifndef SLOTS
#define SLOTS 1
#endif
#ifndef KILLS
#define KILLS 1
#endif
#define NOBODY   255
#define STRANGER 254

mtype = { FREE, CONNECTED, WAITING, UPLOADING };

mtype state[PROCESSES] = FREE;
bool fresh[PROCESSES];
byte owner[PROCESSES] = NOBODY;
byte since[PROCESSES];
byte head = NOBODY;

bool killed[PROCESSES];
bool uploads[PROCESSES];
bool waits[PROCESSES];
byte n_uploads;

#define EACH(i, statement) \
	i = 0; \
	do \
	:: i < PROCESSES -> statement; i++ \
	:: else -> i = 0; break \
	od
#define WHEN(condition, statement) \
	if \
	:: condition -> statement \
	:: else \
	fi

/*
 * Does the owner of record r live? While it does, its lock says so whatever the
 * age of its stamp, so only stamps of the dead need to grow old.
 */
#if defined(NO_RECORD_LOCK) /* mutation: only a stamp proves that one lives */
#define LIVES(r)   (fresh[r])
#define MAY_AGE(r) true
#elif defined(STAMPS_FOR_EVER) /* mutation: a stamp is believed for ever */
#define LIVES(r)   (fresh[r] || owner[r] != NOBODY)
#define MAY_AGE(r) false
#else
#define LIVES(r)   (fresh[r] || owner[r] != NOBODY)
#define MAY_AGE(r) (owner[r] == NOBODY)
#endif

inline lock_head()
{
	atomic {
		if
		:: head == NOBODY -> head = me; had = true
#ifdef LOCK_IS_OPTIONAL /* mutation: whoever cannot have it goes on without it */
		:: else -> had = true
#else
		:: else
#endif
		fi
	}
}

inline lock_head_release()
{
	atomic { WHEN(head == me, head = NOBODY); had = false }
}

/*
 * Do something under the lock on the head, or nothing. With ORDERLY it is one
 * step: the kernel hands the lock on in order, so that everybody gets it in the
 * end, which is what fairness of single steps means to spin.
 */
#if defined(NO_HEAD_LOCK) /* mutation: nobody locks */
#define UNDER_LOCK(what) what
#elif defined(ORDERLY)
#define UNDER_LOCK(what) \
	atomic { lock_head(); WHEN(had, what; lock_head_release()) }
#else
#define UNDER_LOCK(what) \
	lock_head(); WHEN(had, what; lock_head_release())
#endif

/*
 * Out of the queue: those behind move up. Only the order of since counts, and
 * small numbers keep the number of the model's states small.
 */
#define LEAVE_QUEUE(r) \
	EACH(k, WHEN(since[k] > since[r] && since[r] > 0, since[k]--)); \
	since[r] = 0

/* A record whose owner is dead counts for nothing. */
#define CHECK_LOCKED(r) \
	WHEN(state[r] != FREE && !LIVES(r), state[r] = FREE; LEAVE_QUEUE(r))

/* Claim a free record; its lock is held from then on. */
inline claim_locked()
{
	d_step {
		EACH(i, CHECK_LOCKED(i));
		EACH(i, WHEN(mine == NOBODY && state[i] == FREE &&
			owner[i] == NOBODY, mine = i));
		WHEN(mine != NOBODY, owner[mine] = me)
	};
	d_step {
		WHEN(mine != NOBODY, fresh[mine] = true; state[mine] = CONNECTED)
	}
}

/* Begin to wait, behind all who wait. */
inline wait_locked()
{
	d_step {
		EACH(i, WHEN(since[i] > n, n = since[i]));
		since[mine] = n + 1;
		n = 0;
		fresh[mine] = true;
		state[mine] = WAITING;
		waits[me] = true
	}
}

#ifdef NO_ORDER /* mutation: whoever comes takes the slot */
#define IS_BEFORE(r, mine) false
#else
#define IS_BEFORE(r, mine) (state[r] == WAITING && since[r] < since[mine])
#endif

#define SEEMS_TO_UPLOAD(r) (state[r] == UPLOADING && LIVES(r))
/* A glance without the lock: does a slot seem to be free? */
#define SEEMS_FREE \
	(SEEMS_TO_UPLOAD(0) + SEEMS_TO_UPLOAD(1) + SEEMS_TO_UPLOAD(2) < SLOTS)

/* Take a slot if one is free that is due to nobody who waits longer. */
inline take_locked()
{
	d_step {
		EACH(i, CHECK_LOCKED(i));
		EACH(i, WHEN(SEEMS_TO_UPLOAD(i), n++))
	};
	d_step { EACH(i, WHEN(IS_BEFORE(i, mine), n++)) };
	d_step {
		WHEN(n < SLOTS,
			fresh[mine] = true;
			state[mine] = UPLOADING;
			LEAVE_QUEUE(mine);
			uploads[me] = true;
			waits[me] = false;
			n_uploads++;
			assert(n_uploads <= SLOTS));
		n = 0
	}
}

proctype connection(byte me)
{
	byte mine = NOBODY, i, k, n;
	bool had;

next:	{
		do
		:: mine == NOBODY -> UNDER_LOCK(claim_locked())
		:: else -> break
		od;
again:		do
		:: state[mine] == CONNECTED -> UNDER_LOCK(wait_locked())
		:: state[mine] == WAITING && SEEMS_FREE ->
			UNDER_LOCK(take_locked())
		:: uploads[me] -> break
		od;
		/* the slot ends after one part at the latest */
		atomic {
			state[mine] = CONNECTED;
			uploads[me] = false;
			n_uploads--
		};
		if
		:: goto again /* wants another part: behind all who wait */
		:: skip
		fi;
		atomic { state[mine] = FREE; fresh[mine] = false };
		atomic { owner[mine] = NOBODY; mine = NOBODY }
	} unless { killed[me] };

	/* the kernel drops its locks; the record stays as it was */
	d_step {
		WHEN(mine != NOBODY, owner[mine] = NOBODY);
		WHEN(head == me, head = NOBODY);
		WHEN(uploads[me], n_uploads--);
		uploads[me] = false;
		waits[me] = false;
		killed[me] = false;
		mine = NOBODY;
		i = 0;
		k = 0;
		n = 0;
		had = false
	};
	goto next /* another peer */
}

/* SIGKILL, at any moment. Processes 1 and 2 are alike: one of them is enough. */
proctype killer()
{
	byte left = KILLS;

	do
	:: left > 0 -> killed[0] = true; left--
	:: left > 0 -> killed[1] = true; left--
	:: break
	od
}

/*
 * Something else holds the lock on the head for a while, once. Without ORDERLY
 * any process is slow enough for that.
 */
proctype stranger()
{
	atomic { head == NOBODY -> head = STRANGER };
	head = NOBODY
}

/* The stamp of record r grows old. */
proctype clock(byte r)
{
	do
	:: atomic { fresh[r] && MAY_AGE(r) -> fresh[r] = false }
	od
}

init
{
	atomic {
		run connection(0);
		run connection(1);
		run connection(2);
		run killer();
#ifdef ORDERLY
		run stranger();
#endif
		run clock(0);
		run clock(1);
		run clock(2)
	}
}

/* Who waits gets a slot, unless it is killed: no slot is lost with its owner. */
ltl served { [] (waits[0] -> <> !waits[0]) }
