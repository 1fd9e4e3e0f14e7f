/* Aisle's chat on a page of the shop's own:
 *
 *   <script src="https://aisle.shop.example/widget/widget.js" data-key="aisle_\u2026" data-title="Ask us" defer></script>
 *
 * One script, no other files, no cookies; in ASCII, since a page may read it in any encoding. The conversation's token
 * is kept in this page's own storage; whatever the shop's data hold is shown as text, never as markup. With
 * data-page="https://aisle.shop.example/shop/" a link in the header goes on with the conversation in the whole page.
 */
(() => {
  "use strict";

  const script = document.currentScript;
  const server = new URL(script.src).origin;
  const settings = {
    key: script.dataset.key || "",
    title: script.dataset.title || "",
    page: script.dataset.page || "",
    language: (script.dataset.language || navigator.language || "en").toLowerCase().startsWith("zh") ? "zh" : "en",
    storage: `aisle-session:${server}`,
  };
  const WORDS = {
    en: {
      title: "Shopping assistant", open: "Open the chat", close: "Close the chat", ask: "What are you looking for?",
      send: "Send", add: "Add to cart", wait: "\u2026", failed: "That did not arrive. Please try again.", cart: "Cart",
      place: "Place the order", anew: "Start over", named: "Your message",
      page: "Go on in the whole page",
    },
    zh: {
      title: "\u8d2d\u7269\u52a9\u624b", open: "\u6253\u5f00\u804a\u5929", close: "\u5173\u95ed\u804a\u5929", ask: "\u60f3\u627e\u4ec0\u4e48\uff1f", send: "\u53d1\u9001", add: "\u52a0\u5165\u8d2d\u7269\u8f66", wait: "\u2026",
      failed: "\u6ca1\u6709\u53d1\u9001\u6210\u529f\uff0c\u8bf7\u518d\u8bd5\u4e00\u6b21\u3002", cart: "\u8d2d\u7269\u8f66", place: "\u786e\u8ba4\u4e0b\u5355", anew: "\u91cd\u65b0\u5f00\u59cb", named: "\u60a8\u7684\u6d88\u606f",
      page: "\u5728\u5b8c\u6574\u9875\u9762\u7ee7\u7eed",
    },
  }[settings.language];

  const STYLE = `
    :host { all: initial; font: 15px/1.45 system-ui, sans-serif; color: #1d2421; }
    * { box-sizing: border-box; }
    button { font: inherit; cursor: pointer; border: 0; border-radius: 10px; background: #1f6f54; color: #fff;
      padding: 8px 12px; }
    button:focus-visible, input:focus-visible { outline: 3px solid #7fc3a8; outline-offset: 1px; }
    button:disabled { opacity: .55; cursor: default; }
    .open { position: fixed; right: 20px; bottom: 20px; border-radius: 26px; padding: 13px 20px; z-index: 2147483000;
      box-shadow: 0 4px 16px #0003; }
    .panel { position: fixed; right: 20px; bottom: 20px; width: min(390px, calc(100vw - 24px));
      height: min(620px, calc(100vh - 40px)); display: flex; flex-direction: column; background: #fff;
      border-radius: 16px; box-shadow: 0 8px 36px #0004; overflow: hidden; z-index: 2147483000; }
    .panel[hidden], .open[hidden] { display: none; }
    header { display: flex; gap: 8px; align-items: center; padding: 10px 14px; background: #1f6f54; color: #fff; }
    header strong { flex: 1; }
    header button, header a { background: #ffffff26; padding: 4px 10px; color: #fff; border-radius: 10px; text-decoration: none; }
    .log { flex: 1; overflow-y: auto; padding: 14px; display: flex; flex-direction: column; gap: 10px; background: #f6f7f5; }
    .said { max-width: 88%; padding: 9px 12px; border-radius: 14px; background: #fff; white-space: pre-wrap;
      overflow-wrap: anywhere; }
    .said.mine { align-self: flex-end; background: #dcefe6; }
    .cards { display: flex; gap: 10px; overflow-x: auto; padding-bottom: 4px; flex: none; }
    .card { flex: 0 0 150px; background: #fff; border-radius: 12px; padding: 8px; display: flex; flex-direction: column;
      gap: 6px; }
    .card img { width: 100%; height: 96px; object-fit: contain; border-radius: 8px; background: #eef0ec; }
    .card .name { font-size: 13px; overflow-wrap: anywhere; display: -webkit-box; -webkit-line-clamp: 3;
      -webkit-box-orient: vertical; overflow: hidden; }
    .card .price { font-weight: 600; }
    .card button { font-size: 13px; padding: 5px 8px; margin-top: auto; }
    .next { display: flex; flex-wrap: wrap; gap: 6px; }
    .next button { background: #fff; color: #1f6f54; border: 1px solid #b9d6c9; font-size: 13px; padding: 5px 10px; }
    form { display: flex; gap: 8px; padding: 10px; border-top: 1px solid #e3e6e2; background: #fff; }
    input { flex: 1; font: inherit; padding: 8px 10px; border: 1px solid #b8c2bc; border-radius: 10px; min-width: 0; }
    @media (prefers-reduced-motion: no-preference) { .log { scroll-behavior: smooth; } }
  `;

  /** An element with text, never markup. */
  const element = (tag, attributes = {}, text = "") => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    if (text) made.textContent = text;
    return made;
  };

  const host = element("div", { id: "aisle-widget" });
  const root = host.attachShadow({ mode: "open" });
  const style = element("style");
  style.textContent = STYLE;
  const opener = element("button", { class: "open", type: "button" }, settings.title || WORDS.title);
  opener.setAttribute("aria-label", WORDS.open);
  const panel = element("section", { class: "panel", role: "dialog", "aria-label": settings.title || WORDS.title });
  panel.hidden = true;
  const header = element("header");
  const cart = element("button", { type: "button" }, WORDS.cart);
  const anew = element("button", { type: "button" }, WORDS.anew);
  const closer = element("button", { type: "button", "aria-label": WORDS.close }, "\u2715");
  const page = element("a", { href: settings.page, target: "_blank", rel: "noopener", "aria-label": WORDS.page, title: WORDS.page }, "\u2197");
  header.append(element("strong", {}, settings.title || WORDS.title), cart, anew, ...(settings.page ? [page] : []), closer);
  const log = element("div", { class: "log", role: "log", "aria-live": "polite" });
  const form = element("form");
  const input = element("input", { name: "message", autocomplete: "off", placeholder: WORDS.ask, "aria-label": WORDS.named });
  input.maxLength = 2000;
  const send = element("button", { type: "submit" }, WORDS.send);
  form.append(input, send);
  panel.append(header, log, form);
  root.append(style, opener, panel);

  const token = {
    get: () => { try { return localStorage.getItem(settings.storage); } catch { return token.kept; } },
    set: (value) => {
      token.kept = value;
      try { value ? localStorage.setItem(settings.storage, value) : localStorage.removeItem(settings.storage); } catch { /* private window */ }
    },
    kept: null,
  };

  const headers = () => {
    const sent = { "Content-Type": "application/json" };
    if (settings.key) sent.Authorization = `Bearer ${settings.key}`;
    if (token.get()) sent["Aisle-Session"] = token.get();
    return sent;
  };

  /** The events of a stream of Server-Sent Events, as [name, body]. */
  async function* events(response) {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      rest += value;
      for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
        const lines = rest.slice(0, end).split("\n");
        rest = rest.slice(end + 2);
        const name = lines.find((line) => line.startsWith("event: "))?.slice(7);
        const data = lines.find((line) => line.startsWith("data: "))?.slice(6);
        if (name && data) yield [name, JSON.parse(data)];
      }
    }
  }

  const show = (node) => { log.append(node); log.scrollTop = log.scrollHeight; return node; };

  const money = (amount, currency) =>
    new Intl.NumberFormat(settings.language === "zh" ? "zh-CN" : "en-US", { style: "currency", currency }).format(amount);

  /** Only a picture that is fetched over HTTP; anything else that an address can do is left alone. */
  const picture = (address) => {
    if (!address) return null;
    let url;
    try { url = new URL(address, `${server}/`); } catch { return null; }
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  };

  const card = (product) => {
    const made = element("article", { class: "card" });
    const source = picture(product.image);
    if (source) made.append(element("img", { src: source, alt: "", loading: "lazy", referrerpolicy: "no-referrer" }));
    made.append(element("span", { class: "name" }, product.title));
    made.append(element("span", { class: "price" }, money(product.price, product.currency)));
    const add = element("button", { type: "button" }, WORDS.add);
    add.addEventListener("click", () => change(product, add));
    made.append(add);
    return made;
  };

  const cards = (products) => {
    if (!products.length) return;
    const row = element("div", { class: "cards" });
    row.append(...products.map(card));
    show(row);
  };

  async function change(product, button) {
    button.disabled = true;
    try {
      const body = JSON.stringify({ product_id: product.product_id, quantity: 1 });
      const key = crypto.randomUUID ? crypto.randomUUID() : String(Math.random());
      const sent = { ...headers(), "Idempotency-Key": key };
      const response = await fetch(`${server}/v1/cart`, { method: "POST", headers: sent, body });
      if (!response.ok) throw new Error(response.status);
      const { cart: held } = await response.json();
      cart.textContent = `${WORDS.cart} \u00b7 ${held.lines.reduce((sum, line) => sum + line.quantity, 0)}`;
    } catch {
      show(element("div", { class: "said" }, WORDS.failed));
    }
    button.disabled = false;
  }

  const suggestions = (turn) => {
    const row = element("div", { class: "next" });
    for (const text of turn.suggestions) {
      const chip = element("button", { type: "button" }, text);
      chip.addEventListener("click", () => say(text));
      row.append(chip);
    }
    if (row.childElementCount) show(row);
  };

  let busy = false;
  async function say(message) {
    if (busy || !message.trim()) return;
    busy = send.disabled = true;
    root.querySelectorAll(".next").forEach((row) => row.remove());
    show(element("div", { class: "said mine" }, message));
    const reply = show(element("div", { class: "said" }, WORDS.wait));
    let text = "";
    try {
      const body = JSON.stringify({ message, stream: true });
      const response = await fetch(`${server}/v1/chat`, { method: "POST", headers: headers(), body });
      if (response.status === 401 && token.get()) {
        token.set(null);
        busy = false;
        reply.remove();
        log.lastElementChild?.remove();
        return say(message);
      }
      if (!response.ok) throw new Error((await response.json()).detail);
      for await (const [name, data] of events(response)) {
        if (name === "products") cards(data.products);
        if (name === "token") reply.textContent = text += data.text;
        if (name === "error") throw new Error(data.detail);
        if (name === "done") {
          token.set(data.session);
          cart.textContent = `${WORDS.cart} \u00b7 ${data.cart.lines.reduce((sum, line) => sum + line.quantity, 0)}`;
          reply.textContent = data.text;
          suggestions(data);
        }
      }
      log.scrollTop = log.scrollHeight;
    } catch {
      reply.textContent = WORDS.failed;
    } finally {
      busy = send.disabled = false;
    }
  }

  /** What was said before, where the page is opened again. */
  async function recall() {
    if (!token.get()) return;
    const response = await fetch(`${server}/v1/sessions/current`, { headers: headers() });
    if (!response.ok) return token.set(null);
    for (const turn of (await response.json()).turns) {
      show(element("div", { class: "said mine" }, turn.message));
      show(element("div", { class: "said" }, turn.text));
      cards(turn.products);
    }
  }

  let recalled = false;
  const open = async () => {
    opener.hidden = true;
    panel.hidden = false;
    input.focus();
    if (!recalled) { recalled = true; await recall().catch(() => {}); }
  };
  const close = () => { panel.hidden = true; opener.hidden = false; opener.focus(); };

  opener.addEventListener("click", open);
  closer.addEventListener("click", close);
  // Behind the # the token reaches no server's log.
  page.addEventListener("click", () => { page.href = settings.page + (token.get() ? `#session=${token.get()}` : ""); });
  cart.addEventListener("click", () => say(settings.language === "zh" ? "\u770b\u770b\u8d2d\u7269\u8f66" : "show my cart"));
  anew.addEventListener("click", () => { token.set(null); log.replaceChildren(); cart.textContent = WORDS.cart; input.focus(); });
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const message = input.value;
    input.value = "";
    say(message);
  });
  const mount = () => document.body.append(host);
  document.body ? mount() : addEventListener("DOMContentLoaded", mount);
})();
