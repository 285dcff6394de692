type Attribute = string | number | boolean | null | undefined;
type Child = Node | string | null | undefined;
type Listeners = {
  [Name in keyof HTMLElementEventMap as `on${Name}`]?: (event: HTMLElementEventMap[Name]) => void;
};

export interface Attributes extends Listeners {
  [name: string]: Attribute | ((event: never) => void);
}

/**
 * An element with attributes, listeners (`onclick` and so on) and children. Text only ever becomes
 * a text node.
 *
 * true gives an empty attribute; false, null and undefined give none.
 */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") Object.assign(element, { [name]: value });
    else set(element, name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

export function set(element: Element, name: string, value: Attribute): void {
  const text = value === true ? "" : String(value);
  if (value == null || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

/** Touches the node only when the text differs, so that screen readers are not told it again. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
