// Building the page: elements and text nodes only, so that no text, label or id is ever read as HTML.

function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) element.removeAttribute(name);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** A quiet button; it never takes the keys away from the text. */
function button(label, action, attributes = {}) {
  return h("button", { type: "button", class: "ctn-button", onclick: action, ...attributes }, ...[label].flat());
}

const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/** A label, an id or another short name: characters that reverse what stands around them are spelled out. */
function spell(name) {
  return String(name)
    .replace(BIDI, (char) => `⟨U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`)
    .replace(CONTROLS, showControl)
    .replace(/\s+/g, " ")
    .trim();
}

/** Running text, unit for unit: invisible control characters get their picture. */
function showText(text) {
  return text.replace(CONTROLS, showControl);
}

function showControl(char) {
  const code = char.charCodeAt(0);
  return code === 0x7f ? "\u2421" : String.fromCharCode(0x2400 + code);
}

function shorten(text, length = 60) {
  const plain = spell(text);
  const points = Array.from(plain);
  return points.length <= length ? plain : `${points.slice(0, length - 1).join("")}…`;
}

/** An id of version 7 (RFC 9562): ordered by time; crypto.randomUUID is missing on servers without TLS. */
function makeId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let time = Date.now();
  for (let place = 5; place >= 0; place -= 1) {
    bytes[place] = time % 256;
    time = Math.floor(time / 256);
  }
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** Runs an action once for any number of calls in one turn. */
function once(action) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      action();
    });
  };
}

/** Runs an action when nobody has asked for it for a while. */
function debounce(action, wait) {
  let timer = 0;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...values), wait);
  };
}
