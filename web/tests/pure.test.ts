import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { backoff } from "../core/backoff.ts";
import { readableOn, safeColor } from "../core/color.ts";
import { pickLocale, translator } from "../core/i18n.ts";
import { linkify } from "../core/linkify.ts";
import { batch, effect, Signal } from "../core/signal.ts";
import { relativeTime } from "../core/time.ts";
import { actionsOf, apiPath, linkTo, parseSection } from "../dashboard/jobs/section.ts";
import { en as jobs } from "../dashboard/jobs/texts/en.ts";
import { zh as jobsZh } from "../dashboard/jobs/texts/zh-CN.ts";
import { parseRoute, routeTo } from "../dashboard/route.ts";
import { en as dashboard } from "../dashboard/texts/en.ts";
import { zh as dashboardZh } from "../dashboard/texts/zh-CN.ts";
import { en as settings } from "../dashboard/settings/texts/en.ts";
import { zh as settingsZh } from "../dashboard/settings/texts/zh-CN.ts";
import { en as system } from "../dashboard/system/texts/en.ts";
import { zh as systemZh } from "../dashboard/system/texts/zh-CN.ts";
import { en as team } from "../dashboard/team/texts/en.ts";
import { zh as teamZh } from "../dashboard/team/texts/zh-CN.ts";
import { moreTexts } from "../widget/more/texts.ts";
import { needsMore } from "../widget/need.ts";
import { texts as panelTexts } from "../widget/texts/en.ts";
import { texts as widgetZh } from "../widget/texts/zh-CN.ts";

const widget = { ...panelTexts, ...moreTexts };

describe("back-off", () => {
  it("doubles from a second to half a minute, with most of it left to chance", () => {
    const random = mock.method(Math, "random", () => 1);
    assert.deepEqual([0, 1, 4, 5, 50].map(backoff), [
      1000,
      2000,
      16_000,
      30_000,
      30_000,
    ]);
    random.mock.mockImplementation(() => 0);
    assert.equal(backoff(3), 1600);
    mock.restoreAll();
  });
});

describe("links in a message", () => {
  const links = (text: string) => linkify(text).filter(({ href }) => href).map(({ href }) => href);

  it("are http, https and mail addresses", () => {
    assert.deepEqual(links("see https://a.example/x?y=1#z, http://b.example and me@c.example."), [
      "https://a.example/x?y=1#z",
      "http://b.example/",
      "mailto:me@c.example",
    ]);
  });

  it("are nothing that could run", () => {
    for (
      const text of [
        "javascript:alert(1)",
        "JAVASCRIPT://example.com/%0aalert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "https://",
      ]
    ) assert.deepEqual(links(text), [], text);
  });

  it("leave the text as it was", () => {
    for (
      const text of ["", "a\nb", "(https://a.example/b_(c))。", "<b>x@y.zz</b> https://a.example!"]
    ) {
      assert.equal(linkify(text).map((part) => part.text).join(""), text);
    }
    assert.deepEqual(links("(see https://a.example/b)."), ["https://a.example/b"]);
  });
});

describe("signals", () => {
  it("run an effect after a change of what it read, once per batch", () => {
    const [a, b] = [new Signal(1), new Signal(2)];
    const seen: number[] = [];
    const stop = effect(() => seen.push(a.value + b.value));
    batch(() => {
      a.value = 10;
      b.value = 20;
    });
    a.value = 10;
    stop();
    a.value = 11;
    assert.deepEqual(seen, [3, 30]);
  });

  it("forget what an effect no longer reads", () => {
    const [choice, a, b] = [new Signal(true), new Signal("a"), new Signal("b")];
    let runs = 0;
    effect(() => {
      runs++;
      void (choice.value ? a.value : b.value);
    });
    choice.value = false;
    a.value = "not read";
    assert.equal(runs, 2);
  });

  it("let effects set signals", () => {
    const [source, doubled] = [new Signal(1), new Signal(0)];
    const seen: number[] = [];
    effect(() => {
      seen.push(doubled.value);
    });
    effect(() => {
      doubled.value = source.value * 2;
    });
    source.value = 5;
    assert.deepEqual(seen, [0, 2, 10]);
  });
});

describe("texts", () => {
  it("have the same keys and places in every language", () => {
    const places = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
    for (
      const [en, zh] of [
        [widget, widgetZh],
        [dashboard, dashboardZh],
        [jobs, jobsZh],
        [team, teamZh],
        [settings, settingsZh],
        [system, systemZh],
      ] as const
    ) {
      assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort());
      for (const [key, text] of Object.entries(en)) {
        assert.deepEqual(places((zh as Record<string, string>)[key]!), places(text), key);
      }
    }
  });

  it("are filled in without reading what is filled in", () => {
    const t = translator({ hello: "Hello {name}{mark}" });
    assert.equal(t("hello", { name: "{mark}" }), "Hello {mark}{mark}");
  });

  it("come in the nearest language the reader prefers", () => {
    const available = ["en", "zh-CN"] as const;
    assert.equal(pickLocale(["fr", "zh-TW", "en"], available), "zh-CN");
    assert.equal(pickLocale([null, "en-GB"], available), "en");
    assert.equal(pickLocale(["fr"], available), "en");
  });
});

describe("an inbox's colour", () => {
  it("is six hexadecimal digits or nothing", () => {
    assert.equal(safeColor("#0f766e"), "#0f766e");
    for (const color of ["red", "#fff", "#0f766e;", "url(x)", null, undefined]) {
      assert.equal(safeColor(color), null);
    }
  });

  it("carries the better readable of black and white", () => {
    assert.deepEqual(["#2456d6", "#ffdd00", "#000000"].map(readableOn), [
      "#ffffff",
      "#000000",
      "#ffffff",
    ]);
  });
});

describe("what most chats never need", () => {
  const settings = { inbox_name: "Acme", greeting: null, locale: null, color: null };
  const conversation = { id: "c", status: "active" } as const;

  it("is fetched for questions, closed hours, a warning and an end", () => {
    assert.ok(needsMore({ ...settings, pre_chat: { fields: [] } }, null, 0));
    assert.ok(needsMore({ ...settings, open: false }, null, 0));
    assert.ok(needsMore(settings, conversation, 1));
    assert.ok(needsMore(settings, { ...conversation, status: "ended" }, 0));
  });

  it("is not fetched for a chat that goes on", () => {
    assert.ok(!needsMore(null, null, 0));
    assert.ok(!needsMore({ ...settings, open: true }, conversation, 0));
  });
});

describe("relative time", () => {
  it("uses the largest unit that fits", () => {
    const now = Date.parse("2024-05-01T12:00:00.000Z");
    const at = (seconds: number) =>
      relativeTime(new Date(now - seconds * 1000).toISOString(), "en", now);
    assert.deepEqual([5, 130, 7200, 86_400].map(at), [
      "now",
      "2 min. ago",
      "2 hr. ago",
      "yesterday",
    ]);
  });
});

describe("the dashboard's addresses", () => {
  it("name a tab and perhaps a chat, there and back", () => {
    for (
      const route of [
        { tab: "active", chatId: null },
        { tab: "archived", chatId: "0190-a/b" },
      ] as const
    ) assert.deepEqual(parseRoute(routeTo(route)), route);
    assert.deepEqual(parseRoute(""), { tab: "active", chatId: null });
    assert.deepEqual(parseRoute("#/nonsense/%"), { tab: "active", chatId: null });
  });
});

describe("the address of the jobs page", () => {
  it("names each part and each queue, and comes back from it", () => {
    for (
      const section of [
        { name: "overview" },
        { name: "retries" },
        { name: "dead" },
        { name: "processes" },
        { name: "queue", queue: "a/b c" },
      ] as const
    ) assert.deepEqual(parseSection(linkTo(section)), section);
    assert.equal(apiPath({ name: "queue", queue: "a/b c" }), "/admin/jobs/queues/a%2Fb%20c");
    assert.equal(apiPath({ name: "overview" }), "/admin/jobs");
  });

  it("is none of the chats', and what it does not know is the overview", () => {
    assert.equal(parseSection("#/active/jobs"), null);
    assert.equal(parseSection(""), null);
    assert.deepEqual(parseSection("#/jobs/elsewhere"), { name: "overview" });
    assert.deepEqual(parseSection("#/jobs/queue/%E0%"), { name: "queue", queue: "%E0%" });
  });

  it("offers what the server does", () => {
    assert.deepEqual(actionsOf({ name: "dead" }), ["retry", "delete"]);
    assert.deepEqual(actionsOf({ name: "queue", queue: "low" }), ["delete"]);
    assert.deepEqual(actionsOf({ name: "processes" }), []);
  });
});
