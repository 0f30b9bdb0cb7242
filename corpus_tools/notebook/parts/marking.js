// Coding frames, and what can be done with anything that is marked.

class MarkingDesk extends StanceDesk {
  send(op) {
    this.outbox.post(op, this.model.get("marks").rev);
    this.refresh();
  }

  add(record) {
    const id = makeId();
    this.lastMade = id;
    this.active = id;
    this.send({ op: "add", id, article: this.number, record });
  }

  /** Change an annotation; a suggestion is accepted with the change. */
  revise(item, changes) {
    if (item.key === undefined) return this.send({ op: "revise", id: item.id, changes });
    const id = makeId();
    this.active = this.lastMade = id;
    return this.send({ op: "accept", choices: { [item.key]: id }, changes });
  }

  nameOf(item) {
    return item.id ?? item.key;
  }

  find(name) {
    return this.items.find((item) => this.nameOf(item) === name);
  }

  isActive(item) {
    return this.active === this.nameOf(item);
  }

  numberOf(item) {
    return this.numbers.get(item.id ?? item.key);
  }

  atCursor() {
    const [start, end] = this.cursor.span;
    const length = (item) => Math.min(...spansOf(item).map(([a, b]) => b - a));
    const found = this.items.filter((item) => covers(item, start, end) || (this.isActive(item) && spansOf(item).length === 0));
    return found.sort((a, b) => this.isActive(b) - this.isActive(a) || length(a) - length(b)).slice(0, 12);
  }

  /** The annotation that a key like f or Delete means: the chosen one, else the shortest at the cursor. */
  meant(wanted = () => true) {
    const item = this.atCursor().find(wanted);
    if (!item) this.say("Nothing of that kind is marked here: Tab goes to the next mark.");
    return item;
  }

  activate(item, focus = false) {
    this.active = this.nameOf(item);
    const span = spansOf(item)[0];
    if (span) {
      this.cursor.select(...span);
      this.cursor.explicit = false;
      this.cursor.focus = this.cursor.anchor;
      this.cursor.nudges = [0, 0];
    }
    this.say(this.describe(item));
    this.afterMove();
    if (!span) this.pane.scrollTop = 0;
    if (focus) this.focus();
  }

  cycle(step) {
    if (this.items.length === 0) return this.say("Nothing is marked in this article yet.");
    const now = this.items.findIndex((item) => this.isActive(item));
    const [start] = this.cursor.span;
    const ahead = this.items.findIndex((item) => firstOf(item) >= start);
    const from = now >= 0 ? now + step : step > 0 ? (ahead < 0 ? 0 : ahead) : (ahead < 0 ? this.items.length : ahead) - 1;
    return this.activate(this.items[(from + this.items.length) % this.items.length]);
  }

  label(id) {
    const name = spell(this.look(id).name);
    if (this.draft) return this.say("Finish or cancel the stance first (Enter, Esc).");
    if (this.whole) return this.labelWhole(id, name);
    const span = this.cursor.span;
    if (this.editing) {
      const item = this.find(this.editing);
      this.editing = null;
      if (item) this.revise(item, { label: id });
      return this.say(`Now ${name}.`);
    }
    const there = this.items.find((item) => item.id && item.type === "frame" && item.label === id && item.spans.length === 1 && item.spans[0][0] === span[0] && item.spans[0][1] === span[1]);
    if (there) {
      this.activate(there);
      return this.say(`${name} is there already.`);
    }
    this.add({ type: "frame", label: id, spans: [span] });
    this.define(id);
    return this.say(`${name}: “${shorten(this.page.slice(...span))}”`);
  }

  labelWhole(id, name) {
    this.whole = false;
    const whole = this.items.filter((item) => item.id && item.type === "frame" && item.spans.length === 0);
    const there = whole.find((item) => item.label === id);
    const salience = whole.some((item) => item.salience === "primary" && item !== there) ? "present" : "primary";
    if (there) this.revise(there, { salience: there.salience === "primary" ? "present" : "primary" });
    else this.add({ type: "frame", label: id, spans: [], salience });
    this.say(`Whole article: ${name}.`);
  }

  voice(author, item = this.find(this.lastMade) ?? this.meant((found) => found.type === "frame" && found.id)) {
    if (!item || item.type !== "frame") return this.say("Label a frame first, then say whose voice it is.");
    const span = this.cursor.span;
    const own = item.spans.some(([a, b]) => a === span[0] && b === span[1]);
    if (!author && own && !this.cursor.moved) return this.say("Select the words that name the speaker, then press v. V is the author.");
    this.revise(item, { voice: author ? { author: true } : { span, entity: "?" } });
    return this.say(`${spell(this.look(item.label).name)}: voice of ${author ? "the author" : `“${shorten(this.page.slice(...span))}”`}.`);
  }

  addPiece(item = this.meant((found) => found.type === "frame" && found.id) ?? this.find(this.lastMade)) {
    if (item) this.revise(item, { spans: [...item.spans, this.cursor.span] });
  }

  edit(item = this.meant()) {
    if (!item) return;
    this.active = this.nameOf(item);
    if (item.type === "stance") {
      this.draft = Draft.of(item);
      this.say("Change the slots; Enter keeps the stance, Esc leaves it as it was.");
    } else {
      this.editing = this.nameOf(item);
      if (item.spans.length === 1) this.cursor.select(...item.spans[0]);
      this.say("Change the selection and press Enter, or give another label. Esc leaves all as it was.");
    }
    this.afterMove();
    this.focus();
  }

  keepEdit() {
    const item = this.find(this.editing);
    this.editing = null;
    if (item?.spans.length !== 1) return this.say("A frame on the whole article, or in several pieces, keeps its words; give another label, or delete it.");
    this.revise(item, { spans: [this.cursor.span] });
    return this.say("The words are changed.");
  }

  remove(item = this.meant((found) => found.id)) {
    if (!item?.id || item.fading) return;
    this.send({ op: "retract", id: item.id });
    this.say(`${this.describe(item)} is deleted; u brings it back.`);
  }

  accept(item = this.meant((found) => found.key !== undefined)) {
    if (item?.key === undefined) return;
    const id = makeId();
    this.active = this.lastMade = id;
    this.send({ op: "accept", choices: { [item.key]: id } });
    this.say(`Accepted: ${this.describe({ ...item, key: undefined })}`);
  }

  reject(item = this.meant((found) => found.key !== undefined)) {
    if (item?.key === undefined) return;
    this.send({ op: "reject", key: item.key });
    this.say(`Rejected: ${this.describe({ ...item, key: undefined })}`);
  }

  acceptVisible() {
    const view = this.pane.getBoundingClientRect();
    const seen = (span) => [...this.page.lines(...span)].every((box) => box.top >= view.top - 1 && box.bottom <= view.bottom + 1);
    const found = this.items.filter((item) => item.key !== undefined && spansOf(item).length > 0 && spansOf(item).every(seen));
    if (found.length === 0) return this.say("No suggestion is visible.");
    this.send({ op: "accept", choices: Object.fromEntries(found.map((item) => [item.key, makeId()])) });
    return this.say(`${found.length} visible suggestions accepted; u takes all of them back.`);
  }

  flag(item = this.meant((found) => found.id)) {
    if (item?.id) this.revise(item, { flag: !item.flag });
  }

  comment(item = this.atCursor().find((found) => found.id)) {
    if (!item?.id) return this.dialogs.prompt("Comment on the whole article", "", (comment) => comment && this.send({ op: "comment", article: this.number, comment }));
    return this.dialogs.prompt(`Comment on ${this.describe(item)}`, item.comment ?? "", (comment) => this.revise(item, { comment: comment || null }));
  }

  properties(item = this.meant((found) => found.id)) {
    if (!item) return;
    const choices = this.scheme.attrs.flatMap((attr) => attr.values.map((value) => ({ name: `${attr.id}: ${value}`, more: attr.definition, value: [attr.id, value] })));
    if (item.type === "stance") choices.push(...this.scheme.expressions.map((found) => ({ name: `expression: ${found.id}`, more: found.definition, value: ["", found.id] })));
    if (choices.length === 0) return this.say("The codebook declares no further properties.");
    this.dialogs.palette("Property", choices, ([name, value]) => this.revise(item, name ? { attrs: { ...item.attrs, [name]: value } } : { expression: value }));
  }

  findLabel() {
    if (this.draft) return this.findEntity();
    const choices = this.scheme.frames.map((frame) => ({ name: frame.name, more: frame.definition, mark: drawSwatch(frame), value: frame.id }));
    return this.dialogs.palette("Label", choices, (id) => this.label(id));
  }

  finish() {
    if (this.model.get("status").ended) return this.say(this.model.get("status").ended, "ctn-error");
    return this.send({ op: "done", article: this.number });
  }

  skip() {
    this.dialogs.prompt("Why skip this article?", "", (reason) => this.send({ op: "skip", article: this.number, reason: reason || "no reason given" }));
  }

  startWhole() {
    this.whole = true;
    this.say("Which frame has the whole article? Press its key, or / to find it; Esc cancels.");
  }
}
