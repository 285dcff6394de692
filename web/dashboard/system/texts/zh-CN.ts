import type { Texts } from "../../../core/i18n.ts";
import { frameTextsZh } from "../../screen/texts.ts";
import type { SystemKey } from "./en.ts";

export const zh: Texts<SystemKey> = {
  ...frameTextsZh,
  forbidden: "只有管理员可以查看系统状态。",
  system: "系统",
  all_ok: "一切正常。",
  all_degraded: "消息收发正常，但有部分需要检查。",
  all_unavailable: "目前无法接收消息。",
  gateways: "网关",
  redis: "Redis",
  postgres: "PostgreSQL",
  jobs: "工作进程",
  journal: "日志流",
  ok: "正常",
  degraded: "需要检查",
  unavailable: "无响应",
  alive: "{count} 个在运行",
  workers: "{count} 个在运行",
  lag: "{facts} 条记录正在写入 PostgreSQL，最早的已 {seconds} 秒",
  unknown: "未知",
};
