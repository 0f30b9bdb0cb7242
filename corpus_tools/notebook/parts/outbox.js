// The outbox: commands wait here until Python says that they are on disk. One for each model, whatever views it has.

const LATE = 4000; // milliseconds without an answer after which commands are sent again

class Outbox {
  constructor(model) {
    this.model = model;
    this.client = makeId();
    this.seq = 0;
    this.pending = [];
    this.problem = null; // what keeps commands from being saved, in words
    this.listeners = new Set(); // called with {note, error, message} or {}
    this.answers = new Map(); // questions that wait for an answer
    this.asked = 0;
    this.lastSent = 0;
    this.round = 0; // how often commands were sent again: a gap that an earlier round had is closed already
    model.on("msg:custom", (content) => this.receive(content));
    this.timer = setInterval(() => this.check(), 500);
    this.warn = (event) => this.pending.length > 0 && event.preventDefault();
    window.addEventListener("beforeunload", this.warn);
  }

  close() {
    clearInterval(this.timer);
    window.removeEventListener("beforeunload", this.warn);
  }

  /** Send a command and keep it until it is acknowledged. */
  post(op, baseRev) {
    this.seq += 1;
    const message = { kind: "command", client: this.client, seq: this.seq, base_rev: baseRev, op };
    this.pending.push({ message, since: performance.now() });
    this.send(message);
    this.tell({});
  }

  /** Ask something that changes nothing; an answer that is lost is simply not shown. */
  ask(what, details) {
    this.asked += 1;
    const number = this.asked;
    this.send({ kind: "ask", client: this.client, ask: number, what, ...details });
    return new Promise((resolve) => this.answers.set(number, resolve));
  }

  receive(content) {
    if (!content || content.client !== this.client) return;
    if (content.kind === "answer") {
      this.answers.get(content.ask)?.(content.answer);
      this.answers.delete(content.ask);
    } else if (content.kind === "resend") {
      const missed = this.pending.some(({ message }) => message.seq === content.seq);
      if (missed && !this.problem && content.round === this.round) this.resend(content.seq);
    } else if (content.kind === "ack") {
      this.settle(content);
    }
  }

  settle(answer) {
    const place = this.pending.findIndex(({ message }) => message.seq === answer.seq);
    if (answer.ok || !answer.retry) {
      const [item] = place < 0 ? [] : this.pending.splice(place, 1);
      this.problem = null;
      if (item) this.tell({ note: answer.note, error: answer.error, op: item.message.op });
    } else if (place >= 0) {
      this.problem = answer.error;
      this.tell({ error: answer.error });
    }
  }

  check() {
    if (this.pending.length === 0) return;
    const quiet = performance.now() - this.lastSent;
    if (quiet > (this.problem ? 10000 : LATE)) this.resend();
    this.tell({});
  }

  /** Send again what waits, from a command on: those before it have been done, and their answers are under way. */
  resend(from = 0) {
    this.round += 1;
    for (const { message } of this.pending) if (message.seq >= from) this.send(message);
    this.tell({});
  }

  send(message) {
    this.lastSent = performance.now();
    message.round = this.round;
    try {
      this.model.send(message);
    } catch (error) {
      this.problem = `The kernel cannot be reached (${error.message}).`;
    }
  }

  /** saved: everything is on disk; saving: an answer is due; late: the kernel is silent; stopped: it said why not. */
  get state() {
    if (this.pending.length === 0) return "saved";
    if (this.problem) return "stopped";
    return performance.now() - this.pending[0].since > LATE ? "late" : "saving";
  }

  get operations() {
    return this.pending.map(({ message }) => message.op);
  }

  tell(event) {
    for (const listener of this.listeners) listener(event);
  }
}
