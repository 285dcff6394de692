import type { Texts } from "../../core/i18n.ts";
import type { ChatKey } from "./en.ts";

export const chatTextsZh: Texts<ChatKey> = {
  messages: "消息",
  message: "消息",
  write: "输入消息…",
  send: "发送",
  earlier: "更早的消息",
  sending: "发送中…",
  sent: "已发送",
  delivered: "已送达",
  read: "已读",
  failed: "未发送",
  retry: "重试",
  discard: "丢弃",
  connecting: "正在连接…",
  online: "在线",
  reconnecting: "正在重新连接…",
  polling: "已连接，略有延迟",
  offline: "离线。您输入的内容会稍后发送。",
  rateLimited: "发送过于频繁，稍后会继续发送。",
  waiting: "正在等待客服",
  place: "您排在第 {position} 位",
  active: "正在与 {name} 对话",
  activeUnnamed: "已接通客服",
  ended: "本次会话已结束。发送消息即可开始新的会话。",
  typing: "正在输入…",
};
