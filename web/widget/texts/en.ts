import { chatTexts } from "../../view/texts/en.ts";

/** The panel brings these along; every other language is a file of its own, fetched when wanted. */
export const texts = {
  ...chatTexts,
  open: "Open chat",
  close: "Close chat",
  title: "Chat with us",
  mute: "Mute sounds",
};

export type WidgetKey = keyof typeof texts;
