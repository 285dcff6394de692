export { endDialog } from "./end-dialog.ts";
export { helpDialog } from "./help-dialog.ts";
export { picker } from "./picker.ts";
