/* err.h - how a call ends, and the sentence that says why.
 *
 * Every door of the library returns a hune_status and takes a hune_err as its last argument. The
 * message is written once, where the offending value is known, and travels up untouched.
 */
#ifndef HUNE_ERR_H
#define HUNE_ERR_H

#if defined(__GNUC__)
#define HUNE_API __attribute__((visibility("default")))
#define HUNE_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define HUNE_API
#define HUNE_PRINTF(f, a)
#endif

typedef enum hune_status {
    HUNE_OK = 0,
    HUNE_EARG = -1,    /* an argument of the caller is out of range */
    HUNE_ENOMEM = -2,  /* memory ran out */
    HUNE_EIO = -3,     /* a file or folder could not be read or written */
    HUNE_EFORMAT = -4, /* a file is not what its name says */
    HUNE_EDATA = -5,   /* a value in a readable file is impossible */
    HUNE_EMATH = -6,   /* no finite answer exists */
    HUNE_ELIMIT = -7,  /* a stated limit was passed */
    HUNE_ECANCEL = -8, /* the caller asked to stop */
    HUNE_EBUG = -9     /* hune itself is wrong: please report */
} hune_status;

/* The caller's, usually on its stack. NULL is allowed wherever one is taken. */
typedef struct hune_err {
    hune_status code;
    char msg[480];  /* what is wrong, where, and with which value: one line */
    char hint[240]; /* what to do about it, or "" */
} hune_err;

#define HUNE_TRY(call)                                                                             \
    do {                                                                                           \
        const hune_status s_ = (call);                                                             \
        if (s_) return s_;                                                                         \
    } while (0)

/* Write code and message into err (when there is one) and return code. Clears the hint. */
HUNE_API hune_status hune_fail(hune_err *err, hune_status code, const char *fmt, ...)
    HUNE_PRINTF(3, 4);

/* Add what to do about it; keeps code and message. Returns err's code, or HUNE_EBUG without err. */
HUNE_API hune_status hune_hint(hune_err *err, const char *fmt, ...) HUNE_PRINTF(2, 3);

/* "argument", "memory", "input/output"...: the status in words; never NULL. */
HUNE_API const char *hune_status_name(hune_status code);

#endif
