// Coding stances: holder, target, value and cue are filled one after the other from selections and keys.

class StanceDesk extends Desk {
  startStance(like = null) {
    if (this.draft) return;
    this.draft = new Draft(like ? { ...like, holder: null, value: like.label } : {});
    if (this.cursor.explicit) this.put("holder");
    else this.say("Who takes the stance? Select words and press Enter, or a: the author, i: nobody named.");
    this.afterMove();
    this.focus();
  }

  put(slot) {
    const span = this.cursor.span;
    this.draft.put(slot, span);
    this.settleSlot();
    if (slot !== "cue") this.askEntity(this.draft[slot], span);
  }

  async askEntity(slot, span) {
    const found = await this.outbox.ask("entity", { span });
    if (slot.entity === "?" && found) {
      slot.entity = found;
      this.drawStrip();
    }
  }

  /** A slot was filled: what is selected now is no longer meant. */
  settleSlot() {
    this.cursor.collapse(this.cursor.focus);
    this.cursor.moved = false;
    const next = { holder: "Who takes the stance?", target: "Toward whom or what? Select it and press Enter.", value: "Which position? Press its digit.", cue: "Select the words that express it and press Enter, or Enter at once to keep the stance without a cue.", ready: "Enter keeps the stance; c adds further words to the cue, x says how it is expressed." };
    this.say(next[this.draft.at]);
    this.afterMove();
  }

  stanceEnter() {
    const { draft, cursor } = this;
    if (draft.at === "holder" || draft.at === "target") return this.put(draft.at);
    if (draft.at === "value") return this.say(`Which position? ${this.scheme.stances.map((value, place) => `${place + 1} ${spell(value.id)}`).join(", ")}`);
    if (draft.at === "cue" && cursor.moved) return this.put("cue");
    return this.keepStance();
  }

  keepStance() {
    const { draft } = this;
    if (!draft.complete) return this.say("Holder, target and value are needed.");
    this.draft = null;
    const fields = draft.fields;
    this.lastStance = { ...fields };
    const former = draft.editing && this.find(draft.editing);
    if (former) this.revise(former, fields);
    else this.add({ type: "stance", ...fields });
    this.say(`Stance: ${shorten(this.nameSlot(draft.holder), 40)} ${this.value(draft.value).sign} ${spell(draft.value)} → ${shorten(this.nameSlot(draft.target), 40)}`);
    return this.afterMove();
  }

  setImplicit(implicit) {
    this.draft.holder = { implicit };
    this.draft.advance("holder");
    this.settleSlot();
  }

  setValue(place) {
    const value = this.scheme.stances[place - 1];
    if (!value) return;
    this.draft.value = value.id;
    this.draft.advance("value");
    this.settleSlot();
  }

  setExpression(place) {
    const found = this.scheme.expressions[place - 1];
    this.expressing = false;
    if (found) this.draft.expression = found.id;
    this.say(found ? `Expressed as ${spell(found.id)}.` : "There is no such way of expression.");
    this.drawStrip();
  }

  askExpression() {
    this.expressing = true;
    this.say(`How? ${this.scheme.expressions.map((item, place) => `${place + 1} ${spell(item.id)}`).join(", ")}`);
  }

  findEntity() {
    const { draft } = this;
    const slot = draft.at === "holder" ? "holder" : "target";
    const choices = this.scheme.entities.map((entity) => ({ name: entity.name, more: entity.kind, value: entity.id }));
    this.dialogs.palette(`${slot === "holder" ? "Holder" : "Target"}: who or what in the codebook`, choices, (entity) => {
      draft[slot] = { span: draft[slot]?.span ?? null, entity };
      draft.advance(slot);
      this.settleSlot();
    });
  }

  cycleSlot(step) {
    const now = SLOTS.indexOf(this.draft.at);
    this.draft.at = SLOTS[(now + step + SLOTS.length) % SLOTS.length];
    this.cursor.moved = false;
    this.drawStrip();
  }

  clearSlot() {
    const { draft } = this;
    if (draft.at === "ready") draft.at = "cue";
    draft[draft.at] = draft.at === "cue" ? [] : null;
    this.drawCursor();
  }

  stanceKey(name) {
    const digit = /^[1-9]$/.test(name) ? Number(name) : 0;
    if (digit) return () => (this.expressing ? this.setExpression(digit) : this.setValue(digit));
    return {
      Enter: () => this.stanceEnter(), "/": () => this.findEntity(), "?": () => this.help(),
      h: () => this.put("holder"), t: () => this.put("target"), c: () => this.put("cue"),
      a: () => this.setImplicit("author"), i: () => this.setImplicit("unspecified"), x: () => this.askExpression(),
      Tab: () => this.cycleSlot(1), "Shift+Tab": () => this.cycleSlot(-1),
      Backspace: () => this.clearSlot(), Escape: () => this.cancel(),
      F6: () => this.strip.querySelector("button")?.focus(),
    }[name];
  }

  drawStrip() {
    this.strip.hidden = !this.draft && !this.editing;
    if (!this.draft) {
      if (this.editing) this.strip.replaceChildren("Select the right words, or choose another label.", this.ending("Keep", () => this.keepEdit(), "Enter"), this.ending("Cancel", () => this.cancel(), "Esc"));
      else if (this.strip.hasChildNodes()) this.strip.replaceChildren();
      return;
    }
    const { draft } = this;
    const value = draft.value ? drawValue(this.value(draft.value)) : "1–4";
    const cue = draft.cue.map(([start, end]) => this.page.slice(start, end)).join(" … ");
    const slot = (name, key, content, action) => h("button", { type: "button", class: `ctn-fill${draft.at === name ? " ctn-waiting" : ""}`, "aria-current": draft.at === name ? "step" : null, onclick: () => { action(); this.focus(); } }, h("kbd", {}, key), h("span", { class: "ctn-hint" }, name), h("bdi", {}, content));
    const pick = (items, choose) => items.map((item, place) => button(`${place + 1} ${spell(item.id)}`, () => { choose(place + 1); this.focus(); }));
    this.strip.replaceChildren(
      slot("holder", "h", draft.holder ? shorten(this.nameSlot(draft.holder), 36) : "…", () => this.put("holder")),
      button("author", () => { this.setImplicit("author"); this.focus(); }, { title: "a" }),
      button("nobody named", () => { this.setImplicit("unspecified"); this.focus(); }, { title: "i" }),
      slot("target", "t", draft.target ? shorten(this.nameSlot(draft.target), 36) : "…", () => this.put("target")),
      slot("value", "1–4", value, () => { draft.at = "value"; }),
      ...(draft.at === "value" ? pick(this.scheme.stances, (place) => this.setValue(place)) : []),
      slot("cue", "c", cue ? shorten(cue, 36) : "…", () => this.put("cue")),
      slot("as", "x", draft.expression ? spell(draft.expression) : "…", () => this.askExpression()),
      ...(this.expressing ? pick(this.scheme.expressions, (place) => this.setExpression(place)) : []),
      this.ending("Keep", () => this.keepStance(), "Enter", { "aria-disabled": String(!draft.complete) }),
      this.ending("Cancel", () => this.cancel(), "Esc"),
    );
  }

  ending(name, action, key, more = {}) {
    return button(name, () => { action(); this.afterMove(); this.focus(); }, { title: key, ...more });
  }

  draftMarks() {
    if (!this.draft) return [];
    const spans = [this.draft.holder?.span, this.draft.target?.span, ...this.draft.cue].filter(Boolean);
    return spans.map(([start, end]) => ({ start, end, look: "ctn-drafted" }));
  }

  drawArc(item) {
    const stance = this.draft ? { ...this.draft, label: this.draft.value } : item?.type === "stance" ? item : null;
    if (!stance) return this.page.arc(null, null);
    const value = this.value(stance.label);
    return this.page.arc(stance.holder?.span ?? stance.cue?.[0], stance.target?.span, stance.label ? `${value.sign} ${spell(value.id)}` : "", value.kind);
  }
}
