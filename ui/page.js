// What the page does by itself: remembers, scrolls to the newest message, opens and closes the cart on a phone.

// A tab goes on where it was; a new tab takes up the latest conversation, in the shop that is served now. An address
// that ends in #session=TOKEN brings its own: behind the # it reaches no server's log, and it is not left standing there.
window.aisleRecall = (stored) => {
  const token = new URLSearchParams(location.hash.slice(1)).get("session");
  if (token) history.replaceState(null, "", location.pathname + location.search);
  const own = sessionStorage.getItem("aisle");
  const memory = own ? JSON.parse(own) : { ...(stored || {}), store: null };
  return token ? { ...memory, token } : memory;
};
window.aisleRemember = (memory) => {
  sessionStorage.setItem("aisle", JSON.stringify(memory));
};

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-toggle=cart]")) document.body.classList.toggle("cart-open");
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-toggle=timings]")) document.body.classList.toggle("with-timings", event.target.checked);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.body.classList.remove("cart-open");
});

// A picture that cannot be had gives way to the drawn one behind it. A rule of a style sheet, since an attribute of the
// image would be lost when its part of the page is brought up to date.
const missing = new CSSStyleSheet();
document.adoptedStyleSheets.push(missing);
document.addEventListener(
  "error",
  (event) => {
    if (!event.target.matches?.(".picture img")) return;
    missing.insertRule(`.picture img[src="${CSS.escape(event.target.getAttribute("src"))}"] { display: none }`);
  },
  true,
);

let newest = null;
const toNewest = () => {
  const said = document.querySelector("#now .exchange.latest .by-shopper");
  const text = said && said.textContent + document.querySelectorAll("#past .exchange").length;
  if (text && text !== newest) {
    said.closest(".exchange").scrollIntoView({ block: "start", behavior: newest ? "smooth" : "instant" });
  }
  newest = text;
};
// The box is drawn anew with each turn, what it says is the page's.
const timings = () => {
  for (const box of document.querySelectorAll("[data-toggle=timings]")) {
    box.checked = document.body.classList.contains("with-timings");
  }
};
const watch = () => {
  const now = document.querySelector("#now");
  if (!now) return setTimeout(watch, 100);
  new MutationObserver(() => (toNewest(), timings())).observe(now, { childList: true, subtree: true, characterData: true });
  toNewest();
};
watch();
