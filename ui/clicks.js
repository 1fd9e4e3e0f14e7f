// Runs in each part of the page: a click on a marked button becomes an event of that part, with the button's data.
// What makes a turn of the conversation is its `submit`; its `click` changes the cart or what is remembered of the
// shopper, or says what was looked at.
element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-event], a[data-event]");
  if (button && !button.disabled) {
    trigger(["cart", "view", "forget"].includes(button.dataset.event) ? "click" : "submit", { ...button.dataset });
  }
});
element.addEventListener("change", (event) => {
  const field = event.target.closest("input[data-change]");
  if (field) {
    trigger("click", { event: field.dataset.change, memory: field.dataset.memory, text: field.value });
  }
});
