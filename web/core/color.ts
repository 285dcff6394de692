/** An inbox's colour, if it is one (#rrggbb): it goes into styles, so nothing else may pass. */
export function safeColor(color: string | null | undefined): string | null {
  return color && /^#[0-9a-f]{6}$/i.test(color) ? color : null;
}

/** Black or white, whichever reads better on `color` (WCAG 2 relative luminance, nearly). */
export function readableOn(color: string): "#000000" | "#ffffff" {
  const luminance = [0.2126, 0.7152, 0.0722].reduce((sum, weight, index) => {
    const part = parseInt(color.slice(2 * index + 1, 2 * index + 3), 16) / 255;
    return sum + weight * part ** 2.2;
  }, 0);
  // Where the contrast against white and against black is the same.
  return luminance > 0.179 ? "#000000" : "#ffffff";
}
