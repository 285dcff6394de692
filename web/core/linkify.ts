export interface TextPart {
  text: string;
  /** Only ever http:, https: or mailto:. */
  href?: string;
}

const candidate = /\bhttps?:\/\/[^\s<>"'`]+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+/gi;

/** Cuts a message into plain text and links. The parts' texts joined are the message again. */
export function linkify(content: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of content.matchAll(candidate)) {
    const text = withoutTrailingPunctuation(match[0]);
    const href = addressOf(text);
    if (href === null) continue;
    if (match.index > end) parts.push({ text: content.slice(end, match.index) });
    parts.push({ text, href });
    end = match.index + text.length;
  }
  if (end < content.length) parts.push({ text: content.slice(end) });
  return parts;
}

/**
 * "(see https://a.example/b)." links without the ")." that belongs to the sentence. The two ranges
 * have the same signs in Chinese.
 */
function withoutTrailingPunctuation(text: string): string {
  const cut = text.replace(/[.,:;!?、-】！-？]+$/, "");
  return cut.endsWith(")") && !cut.includes("(")
    ? withoutTrailingPunctuation(cut.slice(0, -1))
    : cut;
}

function addressOf(text: string): string | null {
  const address = /^https?:/i.test(text) ? text : `mailto:${text}`;
  return URL.canParse(address) ? new URL(address).href : null;
}
