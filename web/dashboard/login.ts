import { ApiError } from "../core/api.ts";
import { h, setText } from "../view/dom.ts";
import type { Staff } from "./staff.ts";
import type { DashboardKey, DashboardTranslate } from "./texts/en.ts";

export function loginPage(staff: Staff, t: DashboardTranslate): HTMLElement {
  const email = field("email", t("email"), { type: "email", autocomplete: "username" });
  const password = field("password", t("password"), {
    type: "password",
    autocomplete: "current-password",
  });
  const problem = h("p", { class: "problem", role: "alert", "data-testid": "login-error" });
  const button = h("button", { type: "submit", "data-testid": "login" }, t("logIn"));

  async function submit(): Promise<void> {
    button.disabled = true;
    setText(problem, "");
    try {
      await staff.logIn(email.input.value.trim(), password.input.value);
    } catch (error) {
      setText(problem, t(reason(error)));
      password.input.select();
    } finally {
      button.disabled = false;
    }
  }

  return h(
    "main",
    { class: "login" },
    h(
      "form",
      {
        "data-testid": "login-form",
        onsubmit: (event) => {
          event.preventDefault();
          void submit();
        },
      },
      h("h1", {}, "Switchboard"),
      email.label,
      password.label,
      problem,
      button,
    ),
  );
}

function field(name: string, text: string, attributes: Record<string, string>): {
  label: HTMLLabelElement;
  input: HTMLInputElement;
} {
  const input = h("input", { name, required: true, "data-testid": name, ...attributes });
  return { label: h("label", {}, h("span", {}, text), input), input };
}

function reason(error: unknown): DashboardKey {
  const status = error instanceof ApiError ? error.status : 0;
  if (status === 429) return "tooManyTries";
  return status >= 400 && status < 500 ? "wrongPassword" : "unreachable";
}
