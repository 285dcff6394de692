
  import { connect } from "/sdk.js";

  const [messages, state, form, text] = ["messages", "state", "form", "text"].map((id) => document.getElementById(id));
  const chat = await connect({ websiteToken: "demo" });

  function show() {
    const { connection, messages: all, typing, conversation } = chat.snapshot();
    messages.replaceChildren(...all.map(({ content, sender_name, status }) => {
      const line = document.createElement("li");
      line.textContent = `${sender_name ?? "You"}: ${content} (${status})`;
      return line;
    }));
    state.textContent = typing ? "Somebody is writing…" : `${connection}, ${conversation?.status ?? "nothing said"}`;
    if (!document.hidden) chat.markRead();
  }
  chat.subscribe(show);
  show();

  text.oninput = () => chat.typing();
  form.onsubmit = (event) => {
    event.preventDefault();
    if (text.value.trim()) chat.send(text.value.trim());
    text.value = "";
  };
