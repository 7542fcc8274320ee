// Asks before an act: says what will happen, takes who and why, and shows what the server says to it.
import { html, nothing } from "./lit.js";
import { failed } from "./parts.js";

const WHO = "accrual.who";

// page.own.asking: { title, text, verb, reason, act(who, reason), danger }
export function ask(page, asking) {
  page.own.asking = { ...asking, error: null, busy: false };
  page.draw();
}

export function asked(page) {
  const asking = page.own.asking;
  if (!asking) return nothing;
  return html`<dialog class="ask" aria-labelledby="ask-title" @close=${() => close(page)} @cancel=${() => close(page)}>
    <form @submit=${(event) => act(page, event)}>
      <h2 id="ask-title">${asking.title}</h2>
      <div>${asking.text}</div>
      <label>Who does this <span class="hint">as you say; it is recorded</span>
        <input name="who" required maxlength="128" pattern="[ -~]+" .value=${localStorage.getItem(WHO) ?? ""} autocomplete="username"></label>
      ${asking.reason
        ? html`<label>Why <span class="hint">recorded; no personal data</span>
            <textarea name="reason" required maxlength=${asking.reason} rows="3"></textarea></label>`
        : nothing}
      ${asking.error ? failed(asking.error) : nothing}
      <div class="buttons">
        <button type="button" @click=${() => close(page)}>Cancel</button>
        <button class=${asking.danger ? "danger" : "first"} ?disabled=${asking.busy || !page.live.canAct}>${asking.verb}</button>
      </div>
    </form>
  </dialog>`;
}

// To be called after drawing: a dialog is only modal if it is shown so.
export function showAsked() {
  const dialog = document.querySelector("dialog.ask");
  if (dialog && !dialog.open) dialog.showModal();
}

function close(page) {
  delete page.own.asking;
  page.draw();
}

async function act(page, event) {
  event.preventDefault();
  const { asking } = page.own;
  const given = new FormData(event.target);
  const who = given.get("who").trim();
  localStorage.setItem(WHO, who);
  Object.assign(asking, { busy: true, error: null });
  page.draw();
  try {
    await asking.act(who, given.get("reason")?.trim() ?? "");
    if (page.own.asking === asking) close(page);
  } catch (error) {
    Object.assign(asking, { busy: false, error });
    page.draw();
  }
}
