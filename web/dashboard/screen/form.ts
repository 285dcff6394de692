import { h } from "../../view/dom.ts";

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** One value to enter: what it is called, and how. */
export interface Field {
  name: string;
  label: string;
  kind: "text" | "email" | "password" | "number" | "color" | "area" | "select" | "check";
  /** Of a `select`: value and text. */
  options?: readonly (readonly [string, string])[];
  hint?: string;
  /** Attributes of the control: `min`, `maxlength`, `required` and so on. */
  more?: Record<string, string | number | boolean>;
}

export type Values = Record<string, string>;

export interface Form {
  element: HTMLFormElement;
  /** What is there now; what somebody is changing stays as they have it. */
  put(values: Values): void;
}

/**
 * A form of named values; of a `check` they are "yes" and "". `save` is called with them, and tells whether they were taken.
 *
 * `check` may find what the browser cannot: the field that is wrong, and why.
 */
export function form({ title, fields, action, save, check, changed, testId }: {
  title: string;
  fields: readonly Field[];
  action: string;
  testId: string;
  save(values: Values): Promise<boolean>;
  check?(values: Values): Record<string, string | null>;
  changed?(values: Values): void;
}): Form {
  const controls = new Map(fields.map((field) => [field.name, control(field)]));
  let isDirty = false;

  const values = (): Values =>
    Object.fromEntries([...controls].map(([name, each]) => [name, valueOf(each)]));

  function judge(): void {
    const problems = check?.(values()) ?? {};
    for (const [name, each] of controls) each.setCustomValidity(problems[name] ?? "");
  }

  async function submit(): Promise<void> {
    button.disabled = true;
    try {
      // What is entered while it is being saved stays to be saved.
      isDirty = false;
      if (!await save(values())) isDirty = true;
    } finally {
      button.disabled = false;
    }
  }

  const button = h("button", { class: "plain main" }, action);
  const element = h(
    "form",
    {
      class: "form",
      "data-testid": testId,
      "aria-label": title,
      oninput: () => {
        isDirty = true;
        judge();
        changed?.(values());
      },
      onsubmit: (event) => {
        event.preventDefault();
        void submit();
      },
    },
    h("h3", {}, title),
    ...fields.map((field) => row(field, controls.get(field.name)!)),
    button,
  );
  return {
    element,
    put(given) {
      if (isDirty) return;
      for (const [name, each] of controls) {
        const value = given[name] ?? "";
        if (each instanceof HTMLInputElement && each.type === "checkbox") {
          each.checked = value === "yes";
        } else each.value = value;
      }
      judge();
      changed?.(values());
    },
  };
}

function control({ name, kind, options = [], more = {} }: Field): Control {
  const attributes = { name, ...more };
  switch (kind) {
    case "area":
      return h("textarea", { rows: 3, ...attributes });
    case "select":
      return h(
        "select",
        attributes,
        ...options.map(([value, text]) => h("option", { value }, text)),
      );
    case "check":
      return h("input", { type: "checkbox", ...attributes });
    default:
      return h("input", { type: kind, autocomplete: "off", ...attributes });
  }
}

function row({ label, kind, hint }: Field, control: Control): HTMLElement {
  const text = h("span", {}, label);
  const note = hint ? h("small", { class: "detail" }, hint) : null;
  return kind === "check"
    ? h("label", { class: "check" }, control, text, note)
    : h("label", {}, text, control, note);
}

function valueOf(control: Control): string {
  if (control instanceof HTMLInputElement && control.type === "checkbox") {
    return control.checked ? "yes" : "";
  }
  return control.value;
}
