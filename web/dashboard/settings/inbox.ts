import { h, setText } from "../../view/dom.ts";
import type { Part } from "../screen/frame.ts";
import { form, type Values } from "../screen/form.ts";
import { assignmentForm } from "./assignment.ts";
import { closing } from "./closing.ts";
import { hoursForm, zoneList } from "./hours.ts";
import { preview } from "./preview.ts";
import type { Inbox, InboxRules, Timers } from "./protocol.ts";
import type { SettingsStage } from "./settings.ts";
import { readTimers, snippet, writeTimers } from "./written.ts";

/** All that is set of one inbox: what the widget shows, who serves it, and when. Each form is saved by itself. */
export function inboxPart(id: string, stage: SettingsStage): Part {
  const { api, act, t } = stage;
  const path = `/admin/inboxes/${encodeURIComponent(id)}`;
  const shown = preview(t);
  let inbox: Inbox | null = null;
  let timers: Timers | null = null;

  const look = form({
    title: t("look"),
    testId: "look-form",
    action: t("save"),
    fields: [
      { name: "name", label: t("name"), kind: "text", more: { required: true, maxlength: 100 } },
      { name: "greeting", label: t("greeting"), kind: "area", more: { maxlength: 1000 } },
      { name: "color", label: t("color"), kind: "color" },
      {
        name: "locale",
        label: t("language"),
        kind: "select",
        options: [["", t("visitorsOwn")], ["en", "English"], ["zh-CN", "中文"]],
      },
    ],
    changed: ({ name, greeting, color }) => shown.show(name ?? "", greeting ?? "", color ?? ""),
    save: ({ name = "", greeting, color, locale }) =>
      act(() =>
        api.send("PUT", path, {
          name: name.trim(),
          settings: {
            ...inbox?.settings,
            greeting: greeting || null,
            color,
            locale: locale || null,
          },
        }), "savedInbox"),
  });
  const code = h("textarea", {
    class: "code",
    readonly: true,
    rows: 3,
    "aria-label": t("snippet"),
    "data-testid": "snippet",
  });
  const copy = h("button", {
    type: "button",
    class: "plain",
    "data-testid": "copy",
    onclick: () => void copied(),
  }, t("copy"));

  async function copied(): Promise<void> {
    try {
      await navigator.clipboard.writeText(code.value);
      stage.tell("copied");
    } catch {
      // Not allowed here: it is chosen, and one copies it oneself.
      code.select();
      stage.tell("chosen");
    }
  }

  const rules = assignmentForm(path, stage);
  const hours = hoursForm(path, t("hours"), t("always"), stage);
  const taking = closing(path, stage);
  const minutes = (name: string, label: string, more: object = {}) => ({
    name,
    label,
    kind: "number" as const,
    more: { min: 0, step: "any", ...more },
  });
  const times = form({
    title: t("timers"),
    testId: "timers-form",
    action: t("save"),
    fields: [
      minutes("first_reply", t("firstReply")),
      minutes("next_reply", t("nextReply")),
      minutes("resolution", t("resolution")),
      minutes("idle", t("idle")),
      minutes("countdown", t("countdown")),
      minutes("archive", t("archiveAfter")),
    ],
    check: ({ idle, countdown }) => ({
      countdown: idle && Number(countdown) >= Number(idle) ? t("countdownTooLong") : null,
    }),
    save: (values: Values) =>
      act(
        () => api.send("PUT", `${path}/timers`, { timers: readTimers(values, timers!) }),
        "saved",
      ),
  });
  const title = h("h3", {});
  const element = h(
    "div",
    { hidden: true, "data-testid": "inbox" },
    title,
    h("div", { class: "beside" }, look.element, shown.element),
    h("h3", {}, t("snippet")),
    h("p", { class: "detail" }, t("snippetHint")),
    code,
    copy,
    rules.element,
    hours.element,
    zoneList(),
    times.element,
    taking.element,
  );

  return {
    element,
    isStill: true,
    async load() {
      const [all, ruled, timed] = await Promise.all([
        api.get<{ inboxes: Inbox[] }>("/admin/inboxes"),
        api.get<{ inboxes: InboxRules[] }>("/admin/inboxes/rules"),
        api.get<{ timers: Timers }>(`${path}/timers`),
        hours.load(),
      ]);
      inbox = all.inboxes.find((each) => each.id === id) ?? null;
      timers = timed.timers;
      if (inbox === null) throw Object.assign(new Error("gone"), { status: 404 });
      const { name, settings, website_token } = inbox;
      setText(title, name);
      look.put({
        name,
        greeting: settings.greeting ?? "",
        color: settings.color ?? "#2456d6",
        locale: settings.locale ?? "",
      });
      code.value = website_token === null ? "" : snippet(location.origin, website_token);
      const served = ruled.inboxes.find(({ inbox_id }) => inbox_id === id)!;
      await rules.load(served);
      taking.show(served.closed);
      times.put(writeTimers(timed.timers));
      element.hidden = false;
    },
  };
}
