type Attribute = string | number | boolean | null | undefined;
type Child = Node | string | null | undefined;

export interface Attributes {
  /** Listeners by event name. */
  on?: { [Name in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Name]) => void };
  [name: string]: Attribute | object;
}

/**
 * An element with attributes, listeners and children. Text only ever becomes a text node.
 *
 * true gives an empty attribute; false, null and undefined give none.
 */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  const { on, ...plain } = attributes;
  for (const [name, value] of Object.entries(plain)) set(element, name, value as Attribute);
  for (const [name, listener] of Object.entries(on ?? {})) {
    element.addEventListener(name, listener as EventListener);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function set(element: Element, name: string, value: Attribute): void {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else if (value === true) element.setAttribute(name, "");
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
}

/** Touches the node only when the text differs, so that screen readers are not told it again. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** A 24 by 24 drawing in the colour of the text, hidden from screen readers. */
export function icon(path: string): SVGSVGElement {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  set(svg, "viewBox", "0 0 24 24");
  set(svg, "aria-hidden", "true");
  const drawing = document.createElementNS(namespace, "path");
  set(drawing, "d", path);
  svg.append(drawing);
  return svg;
}

export const chatIcon = "M21 12a8 8 0 0 1-8 8H4l2-3.2A8 8 0 1 1 21 12Z";
export const closeIcon = "M6 6l12 12M18 6L6 18";
export const sendIcon = "M4 12l16-8-6 16-3-7-7-1Z";
