// Runs in each part of the page: a click on a marked button becomes an event of that part, with the button's data.
// What makes a turn of the conversation is its `submit`, what changes the cart its `click`.
element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-event]");
  if (button && !button.disabled) {
    trigger(button.dataset.event === "cart" ? "click" : "submit", { ...button.dataset });
  }
});
