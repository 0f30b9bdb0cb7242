// The adjudicator: the codings of several coders on one text, differences first, decided by single keys. Python owns
// the state; the parts in parts/*.js are put before this file to make one module.

const ADJUDICATOR_KEYS = [
  ["Go", [
    [["↑", "↓", "Tab"], "from one judgement to the next; differences come first"],
    [["q"], "the queue: search and jump"],
    [["F6"], "between the text and the judgements"],
    [["Esc"], "step back; at last give the keys back to the notebook"],
  ]],
  ["Decide", [
    [["1", "2"], "take the first coder's, the second's"],
    [["b"], "take both"],
    [["x"], "nobody is right"],
    [["e"], "edit: change words and label, then Enter"],
    [["g"], "take all on which all agree"],
    [["r"], "read the codebook's file again"],
    [["u", "U"], "undo, redo, also across articles"],
    [["Enter"], "done, on to the next article"],
  ]],
  ["While editing", [
    [["←", "→"], "move; with Shift extend, with Alt by character"],
    [["e"], "begin with the next coder's version instead"],
    [["1", "…", "9"], "the frame, or the stance's value; / finds it by typing"],
    [["h", "t", "c"], "selection into the stance's holder, target, cue"],
    [["a", "i"], "the stance's holder: the author; nobody named"],
    [["Enter"], "keep the edited judgement"],
  ]],
];

class AdjudicatorView extends GroupDesk {
  constructor(model, outbox, el) {
    super(model, outbox, ["article", "groups", "scheme", "status"]);
    Object.assign(this, { groups: [], current: null, editing: null, number: null });
    this.build(el);
    this.update();
  }

  build(el) {
    const tool = (label, action, title) => button(label, () => { action(); this.focus(); }, { title });
    this.place = h("span", { class: "ctn-place" });
    this.progress = h("span", { class: "ctn-hint" });
    this.saved = h("span", { class: "ctn-saved", role: "status" });
    this.bar = h("span", { class: "ctn-done" });
    const tools = h("div", { class: "ctn-tools", role: "toolbar", "aria-label": "Commands" },
      tool("Queue", () => this.openQueue(), "Search and jump (q)"),
      tool("Undo", () => this.send({ op: "undo" }), "Undo (u)"),
      tool("Redo", () => this.send({ op: "redo" }), "Redo (Shift+u)"),
      tool("Take agreed", () => this.agree(), "Take all on which all agree (g)"),
      tool("Done", () => this.finish(), "Done, next article (Enter)"),
      tool("Keys", () => this.dialogs.help(ADJUDICATOR_KEYS), "All keys (?)"),
    );
    this.head = h("div", { class: "ctn-head" });
    this.strip = h("div", { class: "ctn-strip", hidden: true });
    this.pane = h("div", {
      class: "ctn-pane", tabindex: "0", role: "application", "aria-roledescription": "text with several codings",
      "aria-label": "Article. Up and down go through the judgements, digits take a coder's, question mark shows all keys, Escape leaves.",
    }, this.head, this.page.element);
    this.list = h("ol", { class: "ctn-groups", "aria-label": "Judgements, differences first" });
    this.side = h("aside", { class: "ctn-side", "aria-label": "Judgements" }, this.list);
    this.message = h("span", { class: "ctn-message", role: "status", "aria-live": "polite" });
    this.root = h("div", { class: "ct ctn ctn-adjudicator", "data-lm-suppress-shortcuts": "true" },
      h("div", { class: "ctn-top" }, this.place, h("span", { class: "ctn-progress", "aria-hidden": "true" }, this.bar), this.progress, this.saved, tools),
      h("div", { class: "ctn-main" }, h("div", { class: "ctn-column" }, this.pane, this.strip), this.side),
      h("div", { class: "ctn-foot" }, this.message),
    );
    this.dialogs = new Dialogs(this.root, () => this.focus());
    this.listen();
    el.replaceChildren(this.root);
  }

  // --- showing the state -----------------------------------------------------------------------------------------------

  update() {
    const article = this.model.get("article");
    const fresh = article.number !== this.number || article.text !== this.page.source;
    this.loadScheme(this.model.get("scheme"));
    if (fresh) this.loadArticle(article);
    const ranked = (group) => [RANKS[group.state], firstPlace(group)];
    this.groups = [...this.model.get("groups")].sort((a, b) => ranked(a)[0] - ranked(b)[0] || ranked(a)[1] - ranked(b)[1]);
    if (fresh) this.restorePlace();
    if (!this.find(this.current)) this.current = this.nameOf(this.groups.find((group) => !this.isSettled(group)) ?? this.groups[0]);
    this.drawStatus();
    this.drawText();
    this.drawList();
    this.drawCursor();
    if (fresh) this.show();
  }

  loadArticle(article) {
    this.number = article.number;
    this.current = this.editing = null;
    this.page.load(article);
    this.cursor = new Cursor(this.page);
    this.pane.scrollTop = 0;
    this.place.replaceChildren(`Article ${article.place + 1} of ${article.total}`);
    const coders = this.model.get("status").coders.map((coder, place) => h("span", {}, h("b", {}, String(place + 1)), ` ${spell(coder)}`));
    const legend = h("p", { class: "ctn-hint ctn-legend" }, "Lines under the text, from above: ", ...coders);
    const title = article.title ? h("h2", { dir: "auto" }, showText(article.title)) : null;
    this.head.replaceChildren(...[title, article.date ? h("p", { class: "ctn-hint" }, article.date) : null, legend].filter(Boolean));
  }

  drawStatus() {
    const status = this.model.get("status");
    this.bar.style.width = `${(100 * status.done) / Math.max(1, status.total)}%`;
    const words = [`${status.left_here} to decide here`, `${status.left} in all`, `${status.done} of ${status.total} done`];
    this.progress.replaceChildren(words.join(" · "));
    if (status.ended ?? status.notice) this.say(status.ended ?? status.notice, "ctn-error");
    this.drawSaved();
  }

  drawCursor() {
    if (!this.cursor || !this.root.isConnected) return;
    const group = this.find(this.current);
    const coders = this.model.get("status").coders;
    const marks = (group?.items ?? []).flatMap((item) => spansOf(item).map(([start, end]) => ({ start, end, look: `ctn-by ctn-by${Math.min(1, coders.indexOf(item.coder))}` })));
    if (this.editing) {
      const [start, end] = this.cursor.span;
      marks.push({ start, end, look: "ctn-selected" }, { start, end, look: "ctn-cursor" });
    }
    this.page.underlay(marks);
    this.drawStrip();
  }

  drawStrip() {
    this.strip.hidden = !this.editing;
    if (!this.editing) return;
    const item = { ...this.editing.item, ...this.editing.changes };
    const act = (name, key, action) => button(name, () => { action(); this.focus(); }, { title: key });
    const label = button("Label…", () => this.findLabel(), { title: "/" });
    const slots = [["Holder", "h", "holder"], ["Target", "t", "target"], ["Cue", "c", "cue"]].map(([name, key, slot]) => act(name, key, () => this.setSlot(slot)));
    const holders = [act("author", "a", () => this.setHolder("author")), act("nobody named", "i", () => this.setHolder("unspecified"))];
    this.strip.replaceChildren(
      h("b", {}, `Editing ${spell(item.coder)}'s `), ...this.describeVersion(item),
      act("Other version", "e", () => this.startEdit()), label, ...(item.type === "stance" ? [...slots, ...holders] : []),
      act("Keep", "Enter", () => this.keepEdit()), act("Cancel", "Esc", () => this.cancel()),
    );
  }

  // --- commands ---------------------------------------------------------------------------------------------------------

  send(op) {
    this.outbox.post({ article: this.number, ...op }, this.model.get("status").rev);
    this.refresh();
  }

  decide(op, words) {
    const group = this.find(this.current);
    if (!group) return this.say("Nothing is to be decided here.");
    this.say(words);
    this.send({ ...op, group: group.items.map((item) => item.id) });
    return this.next();
  }

  take(place) {
    const coder = this.model.get("status").coders[place];
    const item = this.find(this.current)?.items.find((found) => found.coder === coder);
    if (!item) return this.say(coder ? `${spell(coder)} has nothing here; x: nobody is right.` : "There is no such coder.");
    return this.decide({ op: "take", chosen: [item.id] }, `Taken from ${spell(coder)}: ${this.describe(item)}`);
  }

  takeAll() {
    const items = this.find(this.current)?.items ?? [];
    this.decide({ op: "take", chosen: items.map((item) => item.id) }, "Taken: all versions.");
  }

  reject() {
    this.decide({ op: "reject" }, "Decided: nobody was right.");
  }

  agree() {
    this.send({ op: "agree" });
  }

  finish() {
    const left = this.groups.filter((group) => !this.isSettled(group));
    if (left.length === 0) return this.send({ op: "done" });
    this.go(left[0]);
    return this.say(`${left.length} are left to decide in this article.`);
  }

  openQueue() {
    this.dialogs.queue((search) => this.outbox.ask("queue", { search }), (number) => this.send({ op: "open", article: number }));
  }

  // --- editing --------------------------------------------------------------------------------------------------------

  /** Begin with the first coder's version; again: with the next one's. */
  startEdit() {
    const items = this.find(this.current)?.items ?? [];
    const item = items[(1 + items.indexOf(this.editing?.item)) % items.length];
    if (!item) return;
    this.editing = { item, changes: {} };
    const span = spansOf(item)[0];
    if (span) this.cursor.select(...span);
    this.say("Change words and label, then press Enter; Esc leaves all as it was.");
    this.drawCursor();
  }

  get choices() {
    return this.editing.item.type === "frame" ? this.scheme.frames : this.scheme.stances;
  }

  relabel(label) {
    if (label) this.editing.changes.label = label.id;
    this.drawCursor();
  }

  findLabel() {
    const choices = this.choices.map((label) => ({ name: label.name ?? label.id, more: label.definition, value: label }));
    this.dialogs.palette("Label", choices, (label) => this.relabel(label));
  }

  setHolder(implicit) {
    this.editing.changes.holder = { implicit };
    this.drawCursor();
  }

  setSlot(name) {
    const span = this.cursor.span;
    this.editing.changes[name] = name === "cue" ? [span] : { span, entity: "?" };
    this.drawCursor();
  }

  keepEdit() {
    const { item, changes } = this.editing;
    this.editing = null;
    this.decide({ op: "edit", base: item.id, changes }, "Decided: the edited version.");
  }

  afterMove() {
    if (this.editing?.item.type === "frame" && this.editing.item.spans.length === 1) this.editing.changes.spans = [this.cursor.span];
    this.drawCursor();
    this.follow();
    this.keep();
  }

  // --- keys and mouse --------------------------------------------------------------------------------------------------

  press(event, name) {
    const digit = /^[1-9]$/.test(name) ? Number(name) : 0;
    const action = this.editing ? (this.movement(name) ?? this.editKey(name, digit)) : this.decideKey(name, digit);
    if (!action) return;
    event.preventDefault();
    action();
  }

  decideKey(name, digit) {
    if (digit) return () => this.take(digit - 1);
    return {
      ArrowDown: () => this.step(1), ArrowUp: () => this.step(-1), Tab: () => this.step(1), "Shift+Tab": () => this.step(-1),
      b: () => this.takeAll(), x: () => this.reject(), e: () => this.startEdit(), g: () => this.agree(),
      u: () => this.send({ op: "undo" }), "Shift+u": () => this.send({ op: "redo" }), Enter: () => this.finish(),
      q: () => this.openQueue(), r: () => this.send({ op: "reload" }), "?": () => this.dialogs.help(ADJUDICATOR_KEYS),
      F6: () => this.list.querySelector(".ctn-active button")?.focus(), Escape: () => this.leave(),
    }[name];
  }

  editKey(name, digit) {
    if (digit) return () => this.relabel(this.choices[digit - 1]);
    const slots = this.editing.item.type === "stance" ? { h: () => this.setSlot("holder"), t: () => this.setSlot("target"), c: () => this.setSlot("cue"), a: () => this.setHolder("author"), i: () => this.setHolder("unspecified") } : {};
    return { Enter: () => this.keepEdit(), e: () => this.startEdit(), "/": () => this.findLabel(), Escape: () => this.cancel(), "?": () => this.dialogs.help(ADJUDICATOR_KEYS), ...slots }[name];
  }

  cancel() {
    this.editing = null;
    this.say("Nothing was changed.");
    this.drawCursor();
  }

  click(point) {
    const found = point === null || this.editing ? null : this.groups.find((group) => group.items.some((item) => covers(item, point, point + 1)));
    if (this.editing && point !== null) this.cursor.collapse(this.page.tokenAt(point));
    else if (found) this.go(found);
  }

  savePlace() {
    if (!this.cursor) return;
    this.model.set("place", { number: this.number, current: this.current, scroll: this.pane.scrollTop });
    this.model.save_changes();
  }

  restorePlace() {
    const saved = this.model.get("place");
    if (saved?.number === this.number) this.current = saved.current;
  }
}

export default present(AdjudicatorView);
