/** What every screen says. */
export const frameTexts = {
  loading: "Loading…",
  forbidden: "Your role does not allow this.",
  unreachable: "The server cannot be reached. It is asked again.",
  gone: "That is not there any more.",
  invalid: "That was not accepted. Check what you entered.",
  conflict: "That is not possible any more: somebody was faster.",
  done: "Done.",
  back: "Back to the chats",
};

export const frameTextsZh: Record<FrameKey, string> = {
  loading: "加载中…",
  forbidden: "您的角色没有此权限。",
  unreachable: "无法连接服务器，正在重试。",
  gone: "该内容已不存在。",
  invalid: "未被接受，请检查输入内容。",
  conflict: "已无法执行：有人抢先一步。",
  done: "完成。",
  back: "返回会话列表",
};

export type FrameKey = keyof typeof frameTexts;
