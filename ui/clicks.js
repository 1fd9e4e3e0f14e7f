// Runs in each part of the page: a click on a marked button becomes an event of that part, with the button's data.
// What makes a turn of the conversation is its `submit`; its `click` changes the cart, or says what was looked at.
element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-event], a[data-event]");
  if (button && !button.disabled) {
    trigger(["cart", "view"].includes(button.dataset.event) ? "click" : "submit", { ...button.dataset });
  }
});
