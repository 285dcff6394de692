import type { Texts } from "../../../core/i18n.ts";
import type { ToolsKey } from "./en.ts";

export const zh: Texts<ToolsKey> = {
  endTitle: "结束本次会话",
  reason: "原因",
  service_ended: "问题已处理完毕",
  user_ended: "访客已得到所需",
  transferred: "已转到其他渠道处理",
  inactive: "长时间无人发言",
  comment: "给同事的备注（访客看不到）",
  end: "结束",
  cancel: "取消",
  helpTitle: "快捷键",
  palette: "搜索与全部操作",
  escape: "离开输入框或对话框",
  singleKeys: "启用单键快捷键",
  close: "关闭",
};
