import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Hours, Timers } from "../dashboard/settings/protocol.ts";
import {
  parseHolidays,
  parseIntervals,
  readHours,
  readTimers,
  snippet,
  unreadable,
  writeHours,
  writeTimers,
} from "../dashboard/settings/written.ts";

const hours: Hours = {
  time_zone: "Europe/Berlin",
  week: {
    monday: [{ opens: "09:00", closes: "12:30" }, { opens: "22:00", closes: "06:00" }],
    sunday: [{ opens: "00:00", closes: "24:00" }],
  },
  holidays: [
    { date: "2026-12-25", yearly: true, name: "Christmas Day", intervals: [] },
    {
      date: "2026-12-24",
      yearly: false,
      intervals: [{ opens: "09:00", closes: "12:00" }, { opens: "13:00", closes: "14:00" }],
    },
  ],
};

const timers: Timers = {
  first_reply: { within_s: 300, warn_before_s: 17 },
  next_reply: null,
  resolution: null,
  idle: { after_s: 1500, countdown_s: 90 },
  archive_after_s: 2_592_000,
};

describe("business hours", () => {
  it("are written as people do, and read again as they were", () => {
    const values = writeHours(hours, "UTC");
    assert.equal(values["monday"], "09:00-12:30, 22:00-06:00");
    assert.deepEqual(values["holidays"]?.split("\n"), [
      "2026-12-25* Christmas Day",
      "2026-12-24 09:00-12:00, 13:00-14:00",
    ]);
    assert.deepEqual(unreadable(values), []);
    assert.deepEqual(readHours(values), hours);
    assert.equal(readHours(writeHours(null, "UTC")), null);
  });

  it("may be written loosely", () => {
    const interval = { opens: "09:00", closes: "17:30" };
    for (const text of ["09:00 – 17:30", "09:00-17:30", " 09:00 ~17:30 "]) {
      assert.deepEqual(parseIntervals(text), [interval]);
    }
    assert.deepEqual(parseIntervals(""), []);
    assert.equal(parseHolidays("\n 2026-01-01 \n\n")?.length, 1);
  });

  it("are refused where they cannot be read, by the field", () => {
    for (const text of ["9-17", "09:00", "25:00-26:00", "09:00-17:60", "closed"]) {
      assert.equal(parseIntervals(text), null, text);
    }
    const values = { ...writeHours(hours, "UTC"), friday: "9 to 5", holidays: "Christmas" };
    assert.deepEqual(unreadable(values), ["friday", "holidays"]);
  });
});

describe("timers", () => {
  it("are entered in minutes and days, and keep what the form does not show", () => {
    const values = writeTimers(timers);
    const { first_reply, next_reply, countdown, archive } = values;
    assert.deepEqual([first_reply, next_reply, countdown, archive], ["5", "", "1.5", "30"]);
    assert.deepEqual(readTimers(values, timers), timers);
  });

  it("begin anew with what is changed, and end with what is emptied", () => {
    const changed = { ...writeTimers(timers), first_reply: "10", idle: "", archive: "" };
    assert.deepEqual(readTimers(changed, timers), {
      ...timers,
      first_reply: { within_s: 600 },
      idle: null,
      archive_after_s: null,
    });
  });
});

describe("the snippet", () => {
  it("loads the widget of the inbox", () => {
    assert.equal(
      snippet("https://chat.example.com", "abc"),
      '<script async src="https://chat.example.com/w.js" data-token="abc"></script>',
    );
  });
});
