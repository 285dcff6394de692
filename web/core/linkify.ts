export interface TextPart {
  text: string;
  /** Only ever http:, https: or mailto:. */
  href?: string | null;
}

const candidate = /(\bhttps?:\/\/[^\s<>"'`]+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+)/i;

/** Cuts a message into plain text and links. The parts' texts joined are the message again. */
export function linkify(content: string): TextPart[] {
  // Split by a group: every other part is what the group matched.
  return content.split(candidate).flatMap((part, index): TextPart[] => {
    if (index % 2 === 0) return [{ text: part }];
    const text = withoutTrailingPunctuation(part);
    return [{ text, href: addressOf(text) }, { text: part.slice(text.length) }];
  });
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
