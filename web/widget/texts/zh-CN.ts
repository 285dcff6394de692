import type { Texts } from "../../core/i18n.ts";
import { chatTextsZh } from "../../view/texts/zh-CN.ts";
import type { MoreKey } from "../more/texts.ts";
import type { WidgetKey } from "./en.ts";

export const texts: Texts<WidgetKey | MoreKey> = {
  ...chatTextsZh,
  open: "打开聊天",
  close: "关闭聊天",
  title: "在线咨询",
  mute: "静音",
  newFrom: "{name} 的新消息",
  newFromUs: "新消息",
  dismiss: "忽略",
  warning: "{time} 后没有新消息，会话将自动结束。",
  stay: "我还在",
  stillHere: "我还在。",
  rate: "您对本次服务满意吗？",
  star: "{score} 分（满分 5 分）",
  comment: "还有什么想告诉我们的？（选填）",
  rateSend: "提交评价",
  rated: "感谢您的评价！",
  transcript: "把聊天记录发到邮箱",
  transcriptSent: "聊天记录已发送，请查收邮箱。",
  email: "邮箱",
  submit: "提交",
  begin: "开始聊天",
  away: "我们现在不在线。请留言，我们会通过邮件回复您。",
  awayUntil: "我们现在不在线，{time} 回来。请留言，我们会通过邮件回复您。",
  required: "请填写此项。",
  problem: "操作失败，请稍后再试。",
  thanks: "谢谢！我们会通过邮件回复您。",
  choose: "请选择…",
  timeout: "由于长时间没有新消息，会话已结束。",
};
