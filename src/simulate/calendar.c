/* calendar.c - French public holidays, and school holidays by rule.
 *
 * School holidays follow the pattern of the years around 2010, not the decrees: two weeks from the
 * Saturday of 17-23 October and 17-23 December; two weeks in February and in April, the three zones
 * a week apart in an order that turns every year; summer from the Saturday of 3-9 July to the end
 * of August.
 */
#include "simulate/emergency.h"

/* Easter Sunday (Meeus, Jones, Butcher). */
static int32_t easter(int year) {
    const int a = year % 19, b = year / 100, c = year % 100;
    const int h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    const int k = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    const int m = (a + 11 * h + 22 * k) / 451, n = h + k - 7 * m + 114;
    return hu_day(year, n / 31, n % 31 + 1);
}

bool hu_public_holiday(int32_t day, bool alsace_moselle) {
    static const int fixed[] = {101, 501, 508, 714, 815, 1101, 1111, 1225};
    int y, m, d;
    hu_civil(day, &y, &m, &d);
    for (int i = 0; i < 8; i++)
        if (m * 100 + d == fixed[i]) return true;
    const int32_t from_easter = day - easter(y);
    if (from_easter == 1 || from_easter == 39 || from_easter == 50) return true;
    return alsace_moselle && (from_easter == -2 || m * 100 + d == 1226);
}

bool hu_free_day(int32_t day, bool alsace_moselle) {
    return hu_weekday(day) >= 5 || hu_public_holiday(day, alsace_moselle);
}

/* The first Saturday from this date on. */
static int32_t saturday(int year, int month, int day) {
    const int32_t d = hu_day(year, month, day);
    return d + (5 - hu_weekday(d) + 7) % 7;
}

bool hu_school_holiday(int32_t day, int zone) {
    int y, m, d;
    hu_civil(day, &y, &m, &d);
    if (m == 1 && day < saturday(y - 1, 12, 17) + 16) return true;
    const int turn = 7 * ((zone + y) % 3);
    const int32_t begins[] = {saturday(y, 2, 6) + turn, saturday(y, 4, 5) + turn,
                              saturday(y, 10, 17), saturday(y, 12, 17)};
    for (int i = 0; i < 4; i++)
        if (day >= begins[i] && day < begins[i] + 16) return true;
    return day >= saturday(y, 7, 3) && day <= hu_day(y, 8, 31);
}

int32_t hu_last_sunday(int year, int month) {
    const int32_t d = hu_day(year, month, 31);
    return d - (hu_weekday(d) + 1) % 7;
}
