// What the pages where staff work have no event of Gradio's for: their own buttons and forms, the
// focus, and the gold that is selected in a document. It shows nothing by itself but that document,
// which is put into a text box, where text can only be text.
(() => {
  "use strict";
  const find = (selector) => document.querySelector(selector);
  let trigger = null;
  let source = null;

  const press = (verb, fields = {}) => trigger?.("press", { verb, fields });

  // Offsets are counted in characters; the browser counts halves of some of them.
  const characters = (text) => [...text].length;
  const units = (text, count) => [...text].slice(0, count).join("").length;

  const box = () => find("#source textarea");
  const show = (shown) => {
    source = shown;
    const area = box();
    if (!area) return setTimeout(() => source === shown && show(shown), 50);
    area.value = shown.text;
    const [start, end] = shown.span.map((at) => units(shown.text, at));
    area.setSelectionRange(start, end);
    // A browser scrolls to the selection of what has the focus, and only then.
    const before = document.activeElement;
    area.blur();
    area.focus({ preventScroll: true });
    const line = area.value.slice(0, start).length / Math.max(1, area.value.length);
    area.scrollTop = Math.max(0, area.scrollHeight * line - area.clientHeight / 2);
    if (!shown.focus && before?.isConnected) before.focus({ preventScroll: true });
  };
  const take = () => {
    const area = box();
    if (!source || !area) return;
    const text = area.value;
    press("take", {
      doc: source.doc,
      start: source.base + characters(text.slice(0, area.selectionStart)),
      end: source.base + characters(text.slice(0, area.selectionEnd)),
    });
  };

  const settle = (selector, tries = 40) => {
    const found = find(selector);
    if (found) return found.focus();
    if (tries) setTimeout(() => settle(selector, tries - 1), 50);
  };
  const heard = (message) => {
    if (message.source) show(message.source);
    if (message.focus) setTimeout(() => settle(message.focus), 60);
  };
  const connect = (send, watch, props) => {
    trigger = send;
    watch("value", () => props.value && heard(JSON.parse(props.value)));
    const open = new URLSearchParams(location.search).get("open");
    if (open) press(`open-${open}`);
  };

  document.addEventListener("beforeinput", (event) => {
    if (event.target === box()) event.preventDefault();
  });

  const inside = (element) => element.closest?.("#desk");
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[value]");
    if (!button || !inside(button) || button.type !== "button") return;
    if (button.value === "take") take();
    else press(button.value);
  });
  // Gradio's page has a <base> element, by which a link within the page would leave it.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='#']");
    const target = link && inside(link) && find(link.getAttribute("href"));
    if (!target) return;
    event.preventDefault();
    target.scrollIntoView({ block: "nearest" });
    target.focus({ preventScroll: true });
  }, true);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!inside(form)) return;
    event.preventDefault();
    const verb = (event.submitter || form.querySelector("[type=submit]")).value;
    press(verb, Object.fromEntries(new FormData(form)));
  });

  // Keys of one letter work within what is judged alone, and not where something is typed.
  const typing = (element) =>
    element.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");
  const pick = (form, name, place) => {
    const radio = form?.querySelectorAll(`input[name=${name}]`)[place];
    if (!radio) return false;
    radio.checked = true;
    radio.focus();
    return true;
  };
  document.addEventListener("keydown", (event) => {
    if (!event.target.closest?.("#judging")) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      find("#judging form.verdict, #judging form.blind")?.requestSubmit();
      event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const gold = event.target === box();
    if (gold && event.key === "Enter") {
      take();
      event.preventDefault();
    }
    if (gold || typing(event.target)) return;
    const place = "1234".indexOf(event.key);
    if (place >= 0 && event.key.length === 1) {
      const done =
        pick(find("#judging form.verdict"), "verdict", place) ||
        pick(find("#judging form.blind"), "better", place);
      if (done) event.preventDefault();
    } else if (event.key === "g" && box()) {
      box().focus();
      event.preventDefault();
    } else if (event.key === "s") {
      find("#judging button[value=skip]")?.click();
      event.preventDefault();
    }
  });

  window.work = { connect };
})();
