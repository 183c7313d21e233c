/* day.c - days since 1970-01-01 in the proleptic Gregorian calendar. The arithmetic counts years
 * from 1 March, so that the leap day is the last of its year, in eras of 400 years = 146,097 days.
 */
#include <stdio.h>
#include "base/base.h"

#define ERA_DAYS 146097
#define EPOCH_OFFSET 719468 /* days from 0000-03-01 to 1970-01-01 */

static int64_t floor_div(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

int32_t hu_day(int year, int month, int day) {
    const int64_t y = month <= 2 ? (int64_t)year - 1 : year;
    const int64_t era = floor_div(y, 400), yoe = y - era * 400;
    const int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return (int32_t)(era * ERA_DAYS + yoe * 365 + yoe / 4 - yoe / 100 + doy - EPOCH_OFFSET);
}

void hu_civil(int32_t day, int *year, int *month, int *dayofmonth) {
    const int64_t z = (int64_t)day + EPOCH_OFFSET, era = floor_div(z, ERA_DAYS);
    const int64_t doe = z - era * ERA_DAYS;
    const int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    *dayofmonth = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int)(yoe + era * 400 + (*month <= 2));
}

static bool digits(const char *s, int n, int *out) {
    *out = 0;
    for (int i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9') return false;
        *out = *out * 10 + (s[i] - '0');
    }
    return true;
}

bool hu_parse_day(const char *s, int32_t *out) {
    int y, m, d, y2, m2, d2;
    if (!s || !digits(s, 4, &y) || s[4] != '-' || !digits(s + 5, 2, &m) || s[7] != '-' ||
        !digits(s + 8, 2, &d) || s[10] || m < 1 || m > 12 || d < 1 || d > 31)
        return false;
    const int32_t day = hu_day(y, m, d);
    hu_civil(day, &y2, &m2, &d2);
    if (d2 != d) return false; /* 30 February came back as another day */
    *out = day;
    return true;
}

void hu_format_day(int32_t day, char out[11]) {
    int y, m, d;
    hu_civil(day, &y, &m, &d);
    char text[40];
    snprintf(text, sizeof text, "%04d-%02d-%02d", y, m, d);
    for (int i = 0; i < 10; i++) out[i] = text[i];
    out[10] = '\0';
}

int hu_weekday(int32_t day) {
    const int w = (day + 3) % 7; /* 1970-01-01 was a Thursday */
    return w < 0 ? w + 7 : w;
}
