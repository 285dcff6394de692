import type { Base } from "./base.ts";

/** After the end: why, a rating asked once, and the whole by e-mail. Writing begins anew. */
export function ending(base: Base): () => void {
  const { h, chat, visitor, effect, setText, activity, store, key, stay, t } = base;
  const reason = h("p", { hidden: true });
  const rating = h("form", { class: "rating", "data-testid": "rating", onsubmit: rate });
  const thanks = h("p", { role: "status", "data-testid": "rating-thanks" });
  const element = h(
    "div",
    { class: "ending", "data-testid": "ending", hidden: true },
    reason,
    rating,
    thanks,
    transcript(base),
  );
  activity.before(element);
  let asked = "";

  function build(): void {
    const scores = [1, 2, 3, 4, 5].map((score) =>
      h(
        "label",
        {},
        h("input", {
          type: "radio",
          name: "score",
          value: score,
          "aria-label": t("star", { score }),
          onchange: () => {
            rest.hidden = false;
            stay();
          },
        }),
        h("span", { "aria-hidden": "true" }, "★"),
      )
    );
    const comment = h("textarea", {
      name: "comment",
      rows: 2,
      maxlength: 2000,
      "aria-label": t("comment"),
      placeholder: t("comment"),
    });
    const rest = h(
      "div",
      { class: "rest", hidden: true },
      comment,
      h("button", { type: "submit", class: "plain" }, t("rateSend")),
    );
    rating.replaceChildren(
      h(
        "fieldset",
        {},
        h("legend", {}, t("rate")),
        h("div", { class: "stars" }, ...scores),
      ),
      rest,
    );
  }

  async function rate(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const given = new FormData(rating);
    const id = asked;
    try {
      await visitor.rate(Number(given.get("score")), String(given.get("comment")).trim(), id);
      store.set(`${key}rated`, id);
      rating.hidden = true;
      setText(thanks, t("rated"));
    } catch {
      setText(thanks, t("problem"));
    }
  }

  const stop = effect(() => {
    const conversation = chat.state.conversation.value;
    const isOver = conversation?.status === "ended";
    element.hidden = !isOver;
    if (!isOver || conversation.id === asked) return;
    asked = conversation.id;
    reason.hidden = conversation.ended_reason !== "timeout";
    setText(reason, t("timeout"));
    setText(thanks, "");
    rating.hidden = typeof conversation.rating === "number" || store.get(`${key}rated`) === asked;
    build();
    stay();
  });
  return () => {
    stop();
    element.remove();
  };
}

function transcript({ h, visitor, setText, t }: Base): HTMLElement {
  const said = h("p", { role: "status", "data-testid": "transcript-said" });
  const address = h("input", {
    type: "email",
    required: true,
    autocomplete: "email",
    "aria-label": t("email"),
    placeholder: t("email"),
  });
  const form = h(
    "form",
    {
      class: "transcript",
      hidden: true,
      "data-testid": "transcript",
      onsubmit: async (event) => {
        event.preventDefault();
        try {
          await visitor.transcript(address.value);
          form.hidden = true;
          setText(said, t("transcriptSent"));
        } catch {
          setText(said, t("problem"));
        }
      },
    },
    address,
    h("button", { type: "submit", class: "plain" }, t("submit")),
  );
  const ask = h("button", {
    type: "button",
    class: "plain",
    "data-testid": "transcript-ask",
    onclick: () => {
      ask.hidden = true;
      form.hidden = false;
      address.focus();
    },
  }, t("transcript"));
  return h("div", {}, ask, form, said);
}
