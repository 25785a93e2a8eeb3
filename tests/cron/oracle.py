#!/usr/bin/env python3
"""The moments of schedules, computed by Python's zoneinfo: the table that `function::schedule` is tested with.

    python3 tests/cron/oracle.py > tests/cron/table.jsonl

Standard library only, and no code in common with Skep: it steps through time, minute by minute, and looks at the wall clock.
The table holds every change of the clock from 2024 to 2030 of ten zones, and schedules with `L`, `#` and `W`.

The rule: a schedule with one fixed second, minute and hour runs once a day that fits. Where the clock skips its time it runs right after the
gap, and where the time comes twice it runs the first time. Any other follows the wall clock: what is skipped does not exist, and what comes
twice runs twice.
"""

import calendar
import json
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

UTC = timezone.utc

# Changes by an hour, by half an hour, at midnight, at a quarter to; north and south.
ZONES = [
    "Africa/Cairo", "America/Havana", "America/New_York", "America/Santiago", "America/St_Johns",
    "Asia/Beirut", "Australia/Lord_Howe", "Europe/Berlin", "Europe/London", "Pacific/Chatham",
]

NAMES = {name: number for number, name in enumerate(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"])}
NAMES |= {name: number + 1 for number, name in enumerate(["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"])}
NICKNAMES = {"@yearly": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0", "@daily": "0 0 * * *", "@hourly": "0 * * * *"}


def number(text):
    return NAMES[text] if text in NAMES else int(text)


def values(field, low, high):
    """The values that a field without L, # and W allows."""
    allowed = set()
    for part in field.split(","):
        part, _, step = part.partition("/")
        if part == "*":
            first, last = low, high
        elif "-" in part:
            first, last = map(number, part.split("-"))
        else:
            first = last = number(part)
        allowed.update(range(first, last + 1, int(step or 1)))
    return allowed


class Schedule:
    def __init__(self, text):
        fields = NICKNAMES.get(text, text).split()
        if len(fields) == 5:
            fields.insert(0, "0")
        second, minute, hour, self.day, month, self.weekday = fields
        self.seconds, self.minutes, self.hours = values(second, 0, 59), values(minute, 0, 59), values(hour, 0, 23)
        self.months = values(month, 1, 12)
        self.is_fixed = all(field.isdigit() for field in (second, minute, hour))

    def fits_day(self, day):
        if day.month not in self.months:
            return False
        of_month, of_week = self.day_of_month(day), self.day_of_week(day)
        if self.day != "*" and self.weekday != "*":
            return of_month or of_week
        return of_month and of_week

    def day_of_month(self, day):
        last = calendar.monthrange(day.year, day.month)[1]
        for part in self.day.split(","):
            if part == "L":
                if day.day == last:
                    return True
            elif part.endswith("W"):
                if day == nearest_weekday(day.year, day.month, min(int(part[:-1]), last)):
                    return True
            elif day.day in values(part, 1, 31):
                return True
        return False

    def day_of_week(self, day):
        weekday = day.isoweekday() % 7
        last = calendar.monthrange(day.year, day.month)[1]
        for part in self.weekday.split(","):
            if "#" in part:
                name, nth = part.split("#")
                if weekday == number(name) % 7 and (day.day > last - 7 if nth == "L" else (day.day - 1) // 7 + 1 == int(nth)):
                    return True
            elif weekday in {value % 7 for value in values(part, 0, 7)}:
                return True
        return False

    def moments(self, zone, begin, end):
        """The moments after `begin` up to and with `end`, in UTC."""
        found = self.fixed(zone, begin, end) if self.is_fixed else self.by_the_clock(zone, begin, end)
        return sorted(moment for moment in found if begin < moment <= end)

    def fixed(self, zone, begin, end):
        day, last = begin.astimezone(zone).date() - timedelta(days=2), end.astimezone(zone).date() + timedelta(days=2)
        while day <= last:
            if self.fits_day(day):
                wall = datetime(day.year, day.month, day.day, min(self.hours), min(self.minutes), min(self.seconds))
                moment = first_of(wall, zone)
                if moment is None:
                    moment = after_gap(wall, zone)
                    if not self.fits_day(moment.astimezone(zone).date()):
                        moment = None
                if moment is not None:
                    yield moment
            day += timedelta(days=1)

    def by_the_clock(self, zone, begin, end):
        moment = begin.replace(second=0, microsecond=0)
        while moment <= end:
            wall = moment.astimezone(zone)
            if wall.minute in self.minutes and wall.hour in self.hours and self.fits_day(wall.date()):
                for second in self.seconds:
                    yield moment + timedelta(seconds=second)
            moment += timedelta(minutes=1)


def nearest_weekday(year, month, day):
    wanted, last = date(year, month, day), calendar.monthrange(year, month)[1]
    if wanted.isoweekday() == 6:
        return wanted - timedelta(days=1) if day > 1 else wanted + timedelta(days=2)
    if wanted.isoweekday() == 7:
        return wanted + timedelta(days=1) if day < last else wanted - timedelta(days=2)
    return wanted


def first_of(wall, zone):
    """The first moment at which a clock of the zone shows this; None if it never does."""
    candidates = {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    shown = [moment for moment in candidates if moment.astimezone(zone).replace(tzinfo=None) == wall]
    return min(shown) if shown else None


def after_gap(wall, zone):
    while True:
        wall += timedelta(minutes=1)
        moment = first_of(wall.replace(second=0), zone)
        if moment is not None:
            return moment


def changes(zone):
    """The moments from 2024 to 2030 at which the clock of a zone jumps."""
    moment, end = datetime(2024, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
    offset = lambda moment: moment.astimezone(zone).utcoffset()
    while moment < end:
        after = moment + timedelta(hours=6)
        if offset(moment) != offset(after):
            low, high = moment, after
            while high - low > timedelta(minutes=1):
                middle = (low + (high - low) / 2).replace(second=0, microsecond=0)
                low, high = (middle, high) if offset(middle) == offset(low) else (low, middle)
            yield high
        moment = after


def case(text, zone, begin, end):
    moments = Schedule(text).moments(ZoneInfo(zone), begin, end)
    seconds = lambda moment: int(moment.timestamp())
    row = {"schedule": text, "zone": zone, "from": seconds(begin), "until": seconds(end), "due": [seconds(moment) for moment in moments]}
    print(json.dumps(row, separators=(",", ":")))


def cases_of_a_change(name, moment, index):
    zone = ZoneInfo(name)
    before = (moment - timedelta(minutes=1)).astimezone(zone)
    after = moment.astimezone(zone)
    # A time that the jump skips or repeats.
    inside = (before.replace(tzinfo=None) + timedelta(minutes=16)) if after.utcoffset() > before.utcoffset() else after.replace(tzinfo=None) + timedelta(minutes=15)
    fixed = f"{inside.minute} {inside.hour} * * *"
    begin, end = moment - timedelta(hours=30), moment + timedelta(hours=30)
    case(fixed, name, begin, end)
    near = (moment - timedelta(hours=3), moment + timedelta(hours=3))
    case(["*/15 * * * *", "7,37 * * * *", "*/20 0-5 * * *", "0 * * * *"][index % 4], name, *near)
    if index % 2 == 0:
        # The seconds begin, the hour is any: it follows the clock.
        case("30 15 * * * *", name, *near)
    else:
        case("@daily", name, begin, end)


def plain_cases():
    begin, end = datetime(2024, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
    for zone in ["UTC", "Asia/Kolkata", "Asia/Kathmandu", "America/Phoenix"]:
        for text in [
            "0 0 L * *", "0 12 15W * *", "0 12 1W * *", "30 6 * * 5#2", "30 6 * * FRI#L", "0 0 29 2 *", "0 9 1,15 * MON", "@yearly", "@monthly",
            "0 3 * JAN-MAR,DEC SUN",
        ]:
            case(text, zone, begin, end)
    begin, end = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 15, tzinfo=UTC)
    for text in ["0 3 * * MON-FRI", "@weekly", "0 0 * * 7", "0 0 * * 0", "5 4 */3 * *", "0 22 * * 1-5/2", "59 59 23 * * *"]:
        case(text, "Asia/Tokyo", begin, end)
    case("*/10 * * * * *", "UTC", begin, begin + timedelta(minutes=5))
    case("0-3,50-59/3 * * * * *", "UTC", begin, begin + timedelta(minutes=3))


def main():
    index = 0
    for name in ZONES:
        for moment in changes(ZoneInfo(name)):
            cases_of_a_change(name, moment, index)
            index += 1
    # Two hours at once.
    for moment in changes(ZoneInfo("Antarctica/Troll")):
        cases_of_a_change("Antarctica/Troll", moment, index)
        index += 1
    plain_cases()


if __name__ == "__main__":
    main()
