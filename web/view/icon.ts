/** A 24 by 24 drawing in the colour of the text, hidden from screen readers. */
export function icon(path: string): SVGSVGElement {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.ariaHidden = "true";
  const drawing = document.createElementNS(namespace, "path");
  drawing.setAttribute("d", path);
  svg.append(drawing);
  return svg;
}

export const chatIcon = "M21 12a8 8 0 0 1-8 8H4l2-3.2A8 8 0 1 1 21 12Z";
export const closeIcon = "M6 6l12 12M18 6L6 18";
export const sendIcon = "M4 12l16-8-6 16-3-7-7-1Z";
export const bellIcon = "M6 16v-5a6 6 0 0 1 12 0v5l2 2H4ZM10 21h4";
