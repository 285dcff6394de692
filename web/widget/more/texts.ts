/** The texts of what is fetched apart; the other languages have them in `widget/texts`. */
export const moreTexts = {
  newFrom: "New message from {name}",
  newFromUs: "New message",
  dismiss: "Dismiss",
  warning: "Without another message this conversation ends in {time}.",
  stay: "I am still here",
  stillHere: "I am still here.",
  rate: "How was this conversation?",
  star: "{score} of 5",
  comment: "Anything you would like to add? (optional)",
  rateSend: "Send rating",
  rated: "Thank you for your rating!",
  transcript: "E-mail me this chat",
  transcriptSent: "The chat is on its way to your mailbox.",
  email: "E-mail",
  submit: "Send",
  begin: "Begin the chat",
  away: "We are away at the moment. Leave a message: we will answer by e-mail.",
  awayUntil: "We are back {time}. Leave a message: we will answer by e-mail.",
  required: "Please fill this in.",
  problem: "That did not work. Try again in a moment.",
  thanks: "Thank you! We will answer by e-mail.",
  choose: "Choose…",
  timeout: "This conversation ended because nobody wrote for a while.",
};

export type MoreKey = keyof typeof moreTexts;
