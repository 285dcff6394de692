export const en = {
  endTitle: "End this conversation",
  reason: "Reason",
  service_ended: "We have done what there was to do",
  user_ended: "The visitor has what they came for",
  transferred: "It goes on elsewhere",
  inactive: "Nobody has written for a long time",
  comment: "A word to your colleagues (the visitor does not see it)",
  end: "End",
  cancel: "Cancel",
  helpTitle: "Keys",
  palette: "Search, and everything that can be done",
  escape: "Leave the field or the dialog",
  singleKeys: "Single keys do something",
  close: "Close",
};

export type ToolsKey = keyof typeof en;
