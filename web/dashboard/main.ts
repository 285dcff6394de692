import { Api } from "../core/api.ts";
import { pickLocale, translator } from "../core/i18n.ts";
import { effect, untracked } from "../core/signal.ts";
import { BrowserStore } from "../core/storage.ts";
import { loginPage } from "./login.ts";
import { languageKey } from "./screen/screen.ts";
import { Staff } from "./staff.ts";
import { en } from "./texts/en.ts";
import { zh } from "./texts/zh-CN.ts";
import { workspace } from "./workspace.ts";

const languages = { en, "zh-CN": zh };
const store = new BrowserStore();
const locale = pickLocale([store.get(languageKey), ...navigator.languages], ["en", "zh-CN"]);
const t = translator(languages[locale]);
const api = new Api(location.origin);
const staff = new Staff(api, store);
let leave: (() => void) | null = null;

document.documentElement.lang = locale;
effect(() => {
  const agent = staff.agent.value;
  untracked(() => {
    leave?.();
    leave = null;
    if (agent === null) {
      document.title = `${t("logIn")} · Switchboard`;
      document.body.replaceChildren(loginPage(staff, t));
      return;
    }
    const space = workspace({ api, store, staff, agent, locale, t });
    leave = space.dispose;
    document.body.replaceChildren(space.element);
  });
});
