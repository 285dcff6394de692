import type { Translate } from "../../core/i18n.ts";
import { chatTexts } from "../../view/texts/en.ts";

export const en = {
  ...chatTexts,
  logIn: "Log in",
  logOut: "Log out",
  email: "Email",
  password: "Password",
  wrongPassword: "Email or password is wrong.",
  tooManyTries: "Too many attempts. Try again in a while.",
  unreachable: "The server cannot be reached. Try again in a moment.",
  chats: "Chats",
  tabActive: "Active",
  tabArchived: "Archived",
  noneActive: "No chats yet. New ones appear here by themselves.",
  noneArchived: "Nothing is archived.",
  jobs: "Jobs",
  loading: "Loading…",
  more: "More chats",
  unread: "{count} unread",
  present: "Here now",
  absent: "Not here now",
  viewing: "Also viewing: {names}",
  writing: "Writing: {names}",
  count: "{count} messages",
  visitor: "Visitor",
  you: "You",
  archive: "Archive",
  unarchive: "Unarchive",
  actionFailed: "That did not work. Try again.",
  back: "Back to the chats",
  choose: "Choose a chat to read and answer it.",
  waiting: "Waiting for an agent",
  typing: "The visitor is typing…",
  ended: "This conversation has ended.",
};

export type DashboardKey = keyof typeof en;
export type DashboardTranslate = Translate<DashboardKey>;
