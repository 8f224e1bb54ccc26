// What every page of the back room needs of the browser.
"use strict";

// Gradio's sanitiser makes every link open a window of its own; those of the back room stay here.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("#page a[href^='/staff/']");
  if (link) link.target = "_self";
}, true);
