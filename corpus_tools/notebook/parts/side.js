// The column beside the text: the labels with their keys, what the codebook says of one, and what stands at the cursor.

/** The sign of a label: its code over a piece of its line, so that colour is never the only cue. */
function drawSwatch(frame) {
  const line = h("span", { class: "ct-swatch" });
  line.style.backgroundImage = `var(--ct-u${frame.colour}-${frame.line})`;
  return h("span", { class: `ct-key ct-c${frame.colour}`, "aria-hidden": "true" }, line, h("span", { class: "ct-code" }, spell(frame.code)));
}

function drawValue(value) {
  return h("span", { class: `ct-value ct-${value.kind}` }, h("span", { class: "ct-sign", "aria-hidden": "true" }, value.sign), ` ${spell(value.id)}`);
}

function drawLabels(book, { choose, look, used }) {
  const rows = book.frames.map((frame) => {
    const keys = [frame.key, frame.letter].filter(Boolean);
    const row = h(
      "button",
      { type: "button", class: "ctn-label", "aria-keyshortcuts": keys.join(" ") || null, onclick: () => choose(frame.id), onfocus: () => look(frame.id), onmouseenter: () => look(frame.id) },
      h("kbd", {}, frame.key ?? frame.letter ?? "/"),
      drawSwatch(frame),
      h("bdi", { class: "ctn-name" }, spell(frame.name)),
      frame.key && frame.letter ? h("kbd", { class: "ctn-letter" }, frame.letter) : null,
      h("span", { class: "ctn-count" }, used.has(frame.id) ? h("span", { class: "ctn-hidden" }, "in this article ") : null, String(used.get(frame.id) ?? "")),
    );
    return h("li", {}, row);
  });
  return h("ul", { class: `ctn-labels${rows.length > 12 ? " ctn-many" : ""}` }, ...rows);
}

function drawDefinition(frame) {
  if (!frame) return h("p", { class: "ctn-hint" }, "Put the cursor on a mark, or point at a label, to read what the codebook says.");
  const parts = [
    ["When", frame.include],
    ["Not when", frame.exclude],
    ["Examples", frame.examples?.join("\n")],
    ["Cues", frame.cues?.join(", ")],
  ];
  return h(
    "div",
    { class: "ctn-definition" },
    h("h4", {}, drawSwatch(frame), " ", h("bdi", {}, spell(frame.name))),
    h("p", { dir: "auto" }, showText(frame.definition)),
    ...parts.filter(([, text]) => text).map(([name, text]) => h("p", { class: "ctn-part", dir: "auto" }, h("b", {}, `${name} `), showText(text))),
  );
}

/** One annotation or suggestion as a card: what it says, and buttons for what the keys do. */
function drawCard(item, desk) {
  const suggested = item.key !== undefined;
  const head = item.type === "frame" ? describeFrame(item, desk) : describeStance(item, desk);
  const facts = [
    item.salience ? `whole article, ${item.salience}` : null,
    item.voice ? `voice: ${desk.nameSlot(item.voice)}` : null,
    item.expression,
    ...Object.entries(item.attrs ?? {}).map(([name, value]) => `${name}: ${value}`),
    suggested && item.score !== null ? `suggested, probability ${item.score.toFixed(2)}` : null,
    item.origin !== "manual" && !suggested ? item.origin : null,
    suggested && item.evidence?.length ? `because of ${item.evidence.map(([start, end]) => desk.page.slice(start, end)).join(", ")}` : null,
    item.old ? `coded under codebook ${item.old}` : null,
    item.pending ? "not saved yet" : null,
  ].filter(Boolean);
  const actions = suggested ? proposedActions(item, desk) : ownActions(item, desk);
  return h(
    "li",
    { class: `ctn-card${desk.isActive(item) ? " ctn-active" : ""}${suggested ? " ctn-proposed" : ""}` },
    h("button", { type: "button", class: "ctn-goto", onclick: () => desk.activate(item, true) }, ...head),
    item.flag ? h("span", { class: "ctn-flag", role: "img", "aria-label": "flagged" }, "⚑") : null,
    facts.length ? h("p", { class: "ctn-hint" }, facts.map(spell).join(" · ")) : null,
    item.comment ? h("p", { class: "ctn-comment", dir: "auto" }, showText(item.comment)) : null,
    h("span", { class: "ctn-actions" }, ...actions.map(([name, key, action]) => button(name, action, { title: `${name} (${key})` }))),
  );
}

function proposedActions(item, desk) {
  return [["accept", "y", () => desk.accept(item)], ["edit", "e", () => desk.edit(item)], ["reject", "n", () => desk.reject(item)]];
}

/** What the keys do to an annotation, for the mouse. */
function ownActions(item, desk) {
  const common = [["flag", "f", () => desk.flag(item)], ["comment", "c", () => desk.comment(item)], ["edit", "e", () => desk.edit(item)], ["delete", "Del", () => desk.remove(item)], ["more…", "p", () => desk.properties(item)]];
  if (item.type === "stance") return [...common, ["another holder", "S", () => desk.startStance({ ...item, value: item.label })]];
  return [...common, ["voice", "v", () => desk.voice(false, item)], ["author’s voice", "V", () => desk.voice(true, item)], ["+ words", "+", () => desk.addPiece(item)]];
}

function describeFrame(item, desk) {
  const words = item.spans.map(([start, end]) => desk.page.slice(start, end)).join(" … ");
  return [drawSwatch(desk.look(item.label)), " ", h("bdi", { class: "ctn-name" }, spell(desk.look(item.label).name)), words ? h("span", { class: "ctn-quote", dir: "auto" }, `“${shorten(words)}”`) : null];
}

function describeStance(item, desk) {
  const number = desk.numberOf(item);
  return [
    number ? h("span", { class: "ctn-number" }, String(number)) : null,
    h("bdi", { class: "ctn-name" }, shorten(desk.nameSlot(item.holder), 40)),
    " ",
    drawValue(desk.value(item.label)),
    " → ",
    h("bdi", { class: "ctn-name" }, shorten(desk.nameSlot(item.target), 40)),
  ];
}
