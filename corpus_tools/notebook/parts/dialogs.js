// Dialogs over the widget: a type-ahead palette, a line to write, the key map, the queue. Esc closes each of them and
// gives the keys back to the text.

class Dialogs {
  constructor(root, giveBack) {
    this.root = root;
    this.giveBack = giveBack;
    this.open = null;
  }

  show(name, ...content) {
    this.close(false);
    this.open = h("div", { class: "ctn-dialog", role: "dialog", "aria-modal": "true", "aria-label": name }, ...content);
    this.shade = h("div", { class: "ctn-shade", onclick: () => this.close() });
    this.open.addEventListener("keydown", (event) => {
      if (event.key === "Tab") this.turn(event);
      if (event.key !== "Escape") return;
      event.preventDefault();
      this.close();
    });
    this.root.append(this.shade, this.open);
    return this.open;
  }

  /** Tab goes round within the dialog. */
  turn(event) {
    const places = [...this.open.querySelectorAll("input, button")];
    const [first, last] = [places[0], places[places.length - 1]];
    if (event.target !== (event.shiftKey ? first : last)) return;
    event.preventDefault();
    (event.shiftKey ? last : first).focus();
  }

  close(back = true) {
    if (!this.open) return;
    this.open.remove();
    this.shade.remove();
    this.open = null;
    if (back) this.giveBack();
  }

  /** Ask for a line of text. */
  prompt(question, value, answer) {
    const input = h("input", { type: "text", value, "aria-label": question, class: "ctn-input" });
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      this.close();
      answer(input.value.trim());
    });
    this.show(question, h("label", { class: "ctn-asks" }, question, input), h("p", { class: "ctn-hint" }, "Enter keeps it, Esc leaves all as it was."));
    input.focus();
    input.select();
  }

  /** Choose from many: `choices` are {name, more, mark, value}; typing narrows them down. */
  palette(question, choices, answer) {
    const list = h("ul", { class: "ctn-options", role: "listbox", id: `ctn-${makeId()}`, "aria-label": question });
    const input = h("input", {
      type: "text", class: "ctn-input", role: "combobox", "aria-label": question, "aria-expanded": "true",
      "aria-controls": list.id, "aria-autocomplete": "list", placeholder: question,
    });
    const state = { shown: [], at: 0 };
    const pick = (choice) => {
      if (!choice) return;
      this.close();
      answer(choice.value);
    };
    const redraw = () => {
      state.shown = narrow(choices, input.value);
      state.at = Math.max(0, Math.min(state.at, state.shown.length - 1));
      list.replaceChildren(...state.shown.map((choice, place) => drawOption(choice, place === state.at, () => pick(choice), `${list.id}-${place}`)));
      const current = list.children[state.at];
      current?.scrollIntoView({ block: "nearest" });
      setAttributes(input, { "aria-activedescendant": current ? current.id : null });
    };
    input.addEventListener("input", () => {
      state.at = 0;
      redraw();
    });
    input.addEventListener("keydown", (event) => {
      const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (move) state.at += move;
      else if (event.key === "Enter" && !event.isComposing) pick(state.shown[state.at]);
      else return;
      event.preventDefault();
      if (move) redraw();
    });
    this.show(question, input, list);
    redraw();
    input.focus();
  }

  /** The key map. */
  help(groups) {
    const tables = groups.map(([title, rows]) =>
      h("section", {}, h("h3", {}, title), h("dl", {}, ...rows.flatMap(([keys, what]) => [h("dt", {}, ...keys.map((key) => h("kbd", {}, key))), h("dd", {}, what)]))),
    );
    const closing = button("Close (Esc)", () => this.close());
    const box = this.show("Keys", h("div", { class: "ctn-closing" }, closing), h("div", { class: "ctn-help" }, ...tables));
    box.classList.add("ctn-wide");
    closing.focus();
  }

  /** The queue: a search, and articles to go to. `load(search)` gives {rows, more}. */
  queue(load, go) {
    const list = h("ol", { class: "ctn-queue", "aria-label": "Articles" });
    const input = h("input", { type: "search", class: "ctn-input", placeholder: "Search title, date and text", "aria-label": "Search the queue" });
    let turn = 0;
    const fill = async () => {
      turn += 1;
      const mine = turn;
      const { rows, more } = await load(input.value);
      if (mine !== turn) return;
      const items = rows.map((row) => h("li", {}, h("button", { type: "button", class: `ctn-row ctn-state-${row.state}`, "aria-disabled": String(row.number < 0), "aria-current": row.here ? "true" : null, onclick: () => { if (row.number < 0) return; this.close(); go(row.number); } }, ...describeRow(row))));
      list.replaceChildren(...items, ...(more ? [h("li", { class: "ctn-hint" }, "More articles match: narrow the search.")] : []));
      list.querySelector("[aria-current]")?.scrollIntoView({ block: "center" });
    };
    input.addEventListener("input", fill);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") list.querySelector('button[aria-disabled="false"]')?.click();
      else if (event.key === "ArrowDown") list.querySelector("button")?.focus();
    });
    list.addEventListener("keydown", (event) => {
      const item = event.target.closest("li");
      const next = { ArrowDown: item?.nextElementSibling, ArrowUp: item?.previousElementSibling }[event.key];
      if (next === undefined) return;
      event.preventDefault();
      (next?.querySelector("button") ?? input).focus();
    });
    this.show("Queue of articles", input, list).classList.add("ctn-wide");
    input.focus();
    fill();
  }
}

function narrow(choices, search) {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (choice) => words.every((word) => `${choice.name} ${choice.more ?? ""}`.toLowerCase().includes(word));
  const rank = ({ name }) => {
    if (name.toLowerCase().startsWith(words[0] ?? "")) return 0;
    return words.every((word) => name.toLowerCase().includes(word)) ? 1 : 2; // 2: only its description fits
  };
  return choices.filter(fits).sort((a, b) => rank(a) - rank(b)).slice(0, 60);
}

function drawOption(choice, chosen, pick, id) {
  return h(
    "li",
    { role: "option", id, "aria-selected": chosen ? "true" : "false", onclick: pick },
    choice.mark ?? null,
    h("bdi", {}, spell(choice.name)),
    choice.more ? h("span", { class: "ctn-hint" }, shorten(choice.more, 70)) : null,
  );
}

const STATES = { open: ["○", "open"], in_progress: ["◐", "in progress"], done: ["●", "done"], skipped: ["⊘", "skipped"] };

function describeRow(row) {
  const [sign, word] = STATES[row.state] ?? STATES.open;
  const facts = [row.date, row.source, `${row.annotations} marked`, row.old ? `${row.old} under an older codebook` : null];
  return [
    h("span", { class: "ctn-sign", role: "img", "aria-label": word, title: word }, sign),
    h("bdi", { class: "ctn-row-title" }, `${row.place + 1}. ${shorten(row.title ?? "", 90)}`),
    h("span", { class: "ctn-hint" }, facts.filter(Boolean).map(spell).join(" · ")),
  ];
}
