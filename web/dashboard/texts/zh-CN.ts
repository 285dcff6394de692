import type { Texts } from "../../core/i18n.ts";
import { chatTextsZh } from "../../view/texts/zh-CN.ts";
import type { DashboardKey } from "./en.ts";

export const zh: Texts<DashboardKey> = {
  ...chatTextsZh,
  logIn: "登录",
  logOut: "退出登录",
  email: "邮箱",
  password: "密码",
  wrongPassword: "邮箱或密码错误。",
  tooManyTries: "尝试次数过多，请稍后再试。",
  unreachable: "无法连接服务器，请稍后再试。",
  chats: "会话",
  active: "由 {name} 接待",
  tabActive: "进行中",
  tabArchived: "已归档",
  noneActive: "暂无会话。新的会话会自动出现在这里。",
  noneArchived: "没有已归档的会话。",
  loading: "加载中…",
  more: "更多会话",
  unread: "未读",
  count: "{count} 条消息",
  visitor: "访客",
  archive: "归档",
  unarchive: "取消归档",
  actionFailed: "操作失败，请重试。",
  back: "返回会话列表",
  choose: "选择一个会话进行查看和回复。",
  waiting: "等待客服接待",
  typing: "访客正在输入…",
  ended: "本次会话已结束。",
};
