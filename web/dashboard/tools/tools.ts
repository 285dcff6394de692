export { endDialog } from "./end-dialog.ts";
export { picker } from "./picker.ts";
