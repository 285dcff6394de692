import type { Texts } from "../../core/i18n.ts";
import { chatTextsZh } from "../../view/texts/zh-CN.ts";
import type { WidgetKey } from "./en.ts";

export const texts: Texts<WidgetKey> = { ...chatTextsZh, close: "关闭聊天", title: "在线咨询" };
