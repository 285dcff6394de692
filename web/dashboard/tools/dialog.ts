import { h } from "../../view/dom.ts";
import styles from "./tools.css" with { type: "text" };

let isStyled = false;

/**
 * A modal dialog with a name, at the end of the page until it is closed. The browser keeps the focus
 * inside, closes it by Escape, and gives the focus back.
 */
export function openDialog(
  name: string,
  testId: string,
  closed: () => void,
  ...children: (Node | null)[]
): HTMLDialogElement {
  if (!isStyled) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    document.adoptedStyleSheets.push(sheet);
    isStyled = true;
  }
  const dialog = h(
    "dialog",
    {
      class: "tool",
      "aria-label": name,
      "data-testid": testId,
      onclose: () => {
        dialog.remove();
        closed();
      },
      // Only the backdrop is the dialog itself: the rest is its children.
      onclick: (event) => {
        if (event.target === dialog) dialog.close();
      },
    },
    h("div", { class: "tool-body" }, ...children),
  );
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
