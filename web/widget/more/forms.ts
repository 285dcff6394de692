import type { PreChatField } from "../../core/protocol.ts";
import type { Base } from "./base.ts";

/** What stands in the composer's place while nothing was written yet: the questions before a chat. */
export function forms(base: Base): () => void {
  const { chat, settings, composer, effect, store, key, stay } = base;
  let form: HTMLFormElement | null = null;
  let kind: string | null = null;

  function place(wanted: string | null): void {
    if (wanted === kind) return;
    kind = wanted;
    form?.remove();
    form = wanted === "away" ? away(base) : wanted === "before" ? before(base, done) : null;
    if (form) composer.before(form);
    composer.hidden = form !== null;
    stay();
  }
  function done(): void {
    store.set(`${key}introduced`, "1");
    place(null);
  }

  const stop = effect(() => {
    const { pre_chat, open } = settings.value ?? {};
    const isNew = chat.state.items.value.length === 0;
    const asks = pre_chat && isNew && store.get(`${key}introduced`) !== "1";
    place(open === false && isNew ? "away" : asks ? "before" : null);
  });
  return () => {
    stop();
    form?.remove();
  };
}

function before(base: Base, done: () => void): HTMLFormElement {
  const { h, host, settings, visitor, t } = base;
  const { fields, consent } = settings.peek()!.pre_chat!;
  const agreed = consent ? checkbox(base, consent) : null;
  return form(base, fields, t("begin"), agreed, async (given) => {
    const { name, email, ...rest } = given;
    host.said.person = {
      ...host.said.person,
      ...name && { name },
      ...email && { email },
    };
    const agreement = consent ? { consent: new Date().toISOString() } : {};
    host.said.attributes = { ...host.said.attributes, ...rest, ...agreement };
    await visitor.open();
    done();
  }, h("p", { class: "intro", hidden: true }));
}

function away(base: Base): HTMLFormElement {
  const { h, host, settings, visitor, send, locale, t } = base;
  const at = settings.peek()?.opens_at;
  const time = at && new Date(at).toLocaleString(locale, {
    weekday: "long",
    hour: "2-digit",
    minute: "2-digit",
  });
  const fields: PreChatField[] = [
    { name: "email", label: t("email"), type: "email", required: true },
    { name: "message", label: t("message"), type: "textarea", required: true },
  ];
  return form(base, fields, t("submit"), null, async ({ email, message }) => {
    host.said.person = { ...host.said.person, email: email! };
    await visitor.open();
    send(message!);
  }, h("p", { class: "intro" }, time ? t("awayUntil", { time }) : t("away")));
}

function form(
  { h, setText, t }: Base,
  fields: readonly PreChatField[],
  label: string,
  last: HTMLElement | null,
  submit: (given: Record<string, string>) => Promise<void>,
  intro: HTMLElement,
): HTMLFormElement {
  const problem = h("p", { class: "problem", role: "alert" });
  const button = h("button", { type: "submit", class: "plain" }, label);
  const element = h(
    "form",
    {
      class: "questions",
      "data-testid": "questions",
      onsubmit: async (event) => {
        event.preventDefault();
        button.disabled = true;
        setText(problem, "");
        const given: Record<string, string> = {};
        for (const { name } of fields) {
          const value = String(new FormData(element).get(name) ?? "").trim();
          if (value) given[name] = value;
        }
        try {
          await submit(given);
        } catch {
          setText(problem, t("problem"));
        } finally {
          button.disabled = false;
        }
      },
    },
    intro,
    ...fields.map((field) => question(h, t, field)),
    last,
    problem,
    button,
  );
  return element;
}

function question(h: Base["h"], t: Base["t"], field: PreChatField): HTMLElement {
  const { name, label, type = "text", required = false, options = [] } = field;
  const attributes = { name, required, dir: "auto", "aria-required": required ? "true" : null };
  const input = type === "select"
    ? h(
      "select",
      attributes,
      h("option", { value: "" }, t("choose")),
      ...options.map((option) => h("option", {}, option)),
    )
    : type === "textarea"
    ? h("textarea", { ...attributes, rows: 3 })
    : h("input", { ...attributes, type, autocomplete: autocompleteOf(name) });
  return h("label", {}, h("span", {}, label, required ? " *" : null), input);
}

function checkbox({ h }: Base, text: string): HTMLElement {
  return h(
    "label",
    { class: "consent" },
    h("input", { type: "checkbox", name: "consent", required: true }),
    h("span", { dir: "auto" }, text),
  );
}

function autocompleteOf(name: string): string | null {
  return ["name", "email", "tel"].includes(name) ? name : null;
}
