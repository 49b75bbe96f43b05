// The button that prints stands in for the word on how to print without it.
const button = document.querySelector('[data-print]');
button.addEventListener('click', () => window.print());
button.hidden = false;
document.querySelector('[data-no-print]').hidden = true;
