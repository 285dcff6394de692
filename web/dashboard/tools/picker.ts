import { h, set, setText } from "../../view/dom.ts";
import { openDialog } from "./dialog.ts";
import { matching } from "./match.ts";

export interface Choice {
  id: string;
  label: string;
  /** What else there is to know of it. */
  detail?: string;
  /** The key that does the same. */
  key?: string;
  run(): void;
}

export interface PickerOptions {
  name: string;
  testId: string;
  /** What stands in the empty field. */
  hint: string;
  empty: string;
  choices: readonly Choice[];
  /** Looked for elsewhere, once typing has paused; comes after the others. */
  search?(query: string): Promise<readonly Choice[]>;
  closed?(): void;
}

const pause = 200;
const most = 50;

/** A field to type in and a list of what fits: arrows choose, Enter takes, Escape leaves. */
export function picker(options: PickerOptions): HTMLDialogElement {
  const { name, testId, hint, choices, search } = options;
  const list = h("ul", {
    class: "choices",
    role: "listbox",
    id: `${testId}-list`,
    "aria-label": name,
  });
  const empty = h("p", { class: "empty", role: "status" });
  const input = h("input", {
    type: "text",
    role: "combobox",
    "aria-label": name,
    "aria-expanded": "true",
    "aria-autocomplete": "list",
    "aria-controls": list.id,
    placeholder: hint,
    autocomplete: "off",
    spellcheck: "false",
    "data-testid": `${testId}-input`,
    oninput: () => {
      at = 0;
      found = [];
      show();
      lookFurther();
    },
    onkeydown: (event) => {
      if (event.isComposing) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step !== undefined) {
        event.preventDefault();
        at = (at + step + shown.length) % Math.max(1, shown.length);
        mark();
      } else if (event.key === "Enter") {
        event.preventDefault();
        take(shown[at]);
      }
    },
  });
  let found: readonly Choice[] = [];
  let shown: Choice[] = [];
  let at = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;

  function take(choice: Choice | undefined): void {
    if (choice === undefined) return;
    dialog.close();
    choice.run();
  }
  function show(): void {
    const fitting = matching(
      choices,
      input.value,
      ({ label, detail }) => `${label} ${detail ?? ""}`,
    );
    const ids = new Set(fitting.map(({ id }) => id));
    shown = [...fitting, ...found.filter(({ id }) => !ids.has(id))].slice(0, most);
    list.replaceChildren(...shown.map(row));
    list.hidden = shown.length === 0;
    setText(empty, shown.length === 0 ? options.empty : "");
    mark();
  }
  function row(choice: Choice, index: number): HTMLElement {
    return h(
      "li",
      {
        role: "option",
        id: `${testId}-${index}`,
        "data-testid": `${testId}-choice`,
        "data-id": choice.id,
        onclick: () => take(choice),
      },
      h("span", { dir: "auto" }, choice.label),
      choice.detail ? h("span", { class: "detail", dir: "auto" }, choice.detail) : null,
      choice.key ? h("kbd", {}, choice.key) : null,
    );
  }
  function mark(): void {
    [...list.children].forEach((each, index) => set(each, "aria-selected", String(index === at)));
    set(input, "aria-activedescendant", shown.length > 0 ? `${testId}-${at}` : null);
    list.children[at]?.scrollIntoView({ block: "nearest" });
  }
  function lookFurther(): void {
    clearTimeout(timer);
    const query = input.value.trim();
    const asking = ++asked;
    if (search === undefined || query === "") return;
    timer = setTimeout(() => {
      // Without an answer there is what is known here.
      search(query).catch(() => []).then((more) => {
        if (asking !== asked || !dialog.open) return;
        found = more;
        show();
      });
    }, pause);
  }

  const closed = (): void => {
    clearTimeout(timer);
    options.closed?.();
  };
  const dialog = openDialog(name, testId, closed, input, list, empty);
  show();
  input.focus();
  return dialog;
}
