import { h } from "../../view/dom.ts";
import type { Part } from "../screen/frame.ts";
import { form } from "../screen/form.ts";
import { languageKey } from "../screen/screen.ts";
import type { SettingsStage } from "./settings.ts";

/** What one changes of oneself: the name that contacts see, the password, and the language of this browser. */
export function profilePart({ api, act, agent, store, t }: SettingsStage): Part {
  const path = "/admin/profile";
  const name = form({
    title: t("yourName"),
    testId: "name-form",
    action: t("save"),
    fields: [{
      name: "name",
      label: t("name"),
      kind: "text",
      more: { required: true, maxlength: 100 },
    }],
    save: ({ name = "" }) => act(() => api.send("PATCH", path, { name: name.trim() }), "savedName"),
  });
  const password = form({
    title: t("yourPassword"),
    testId: "password-form",
    action: t("changePassword"),
    fields: [
      {
        name: "old_password",
        label: t("oldPassword"),
        kind: "password",
        more: { required: true, autocomplete: "current-password" },
      },
      {
        name: "password",
        label: t("newPassword"),
        kind: "password",
        hint: t("passwordHint"),
        more: { required: true, minlength: 10, maxlength: 200, autocomplete: "new-password" },
      },
    ],
    async save(values) {
      const went = await act(() => api.send("PATCH", path, values), "savedPassword");
      if (went) password.put({});
      return went;
    },
  });
  const language = form({
    title: t("language"),
    testId: "language-form",
    action: t("save"),
    fields: [{
      name: "language",
      label: t("languageHere"),
      kind: "select",
      options: [["", t("browsersOwn")], ["en", "English"], ["zh-CN", "中文"]],
    }],
    save: ({ language = "" }) => {
      if (language) store.set(languageKey, language);
      else store.delete(languageKey);
      location.reload();
      return Promise.resolve(true);
    },
  });
  language.put({ language: store.get(languageKey) ?? "" });
  name.put({ name: agent.name });
  return {
    element: h("div", {}, name.element, language.element, password.element),
    isStill: true,
    load: () => Promise.resolve(),
  };
}
