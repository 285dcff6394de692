import { h, setText } from "../../view/dom.ts";
import { keyedList } from "../../view/keyed.ts";
import { placeTo } from "../route.ts";
import type { Part } from "../screen/frame.ts";
import { form } from "../screen/form.ts";
import type { Inbox } from "./protocol.ts";
import type { SettingsStage } from "./settings.ts";

/** The account's inboxes, and the making of another. */
export function inboxesPart({ api, act, t }: SettingsStage): Part {
  const rows = h("ul", { class: "cards", "data-testid": "inboxes" });
  const empty = h("p", { class: "empty", role: "status" }, t("loading"));
  const creation = form({
    title: t("newInbox"),
    testId: "inbox-form",
    action: t("create"),
    fields: [{
      name: "name",
      label: t("name"),
      kind: "text",
      more: { required: true, maxlength: 100 },
    }],
    save: async ({ name = "" }) => {
      const went = await act(async () => {
        const { inbox } = await api.post<{ inbox: Inbox }>("/admin/inboxes", { name: name.trim() });
        location.hash = placeTo("settings", "inboxes", inbox.id);
      }, "saved");
      if (went) creation.put({});
      return went;
    },
  });
  const render = keyedList<Inbox, { element: HTMLElement; link: HTMLElement; state: HTMLElement }>(
    rows,
    {
      key: ({ id }) => id,
      create({ id }) {
        const link = h("a", { href: placeTo("settings", "inboxes", id) });
        const state = h("span", { class: "detail" });
        return { element: h("li", {}, h("strong", {}, link), state), link, state };
      },
      update({ link, state }, { name, channel }) {
        setText(link, name);
        setText(state, channel);
      },
    },
  );
  return {
    element: h("div", {}, rows, empty, creation.element),
    isStill: true,
    async load() {
      const { inboxes } = await api.get<{ inboxes: Inbox[] }>("/admin/inboxes");
      render(inboxes);
      setText(empty, inboxes.length > 0 ? "" : t("noInboxes"));
    },
  };
}
