// A model like the one that JupyterLab gives to a widget; `window.toPython` is the way to the kernel.
class Model {
  constructor(state) {
    this.state = state;
    this.changed = {};
    this.listeners = {};
    this.lose = () => false; // tests make it say which messages the network loses
  }

  get(name) {
    return this.state[name];
  }

  set(name, value) {
    this.state[name] = value;
    this.changed[name] = value;
  }

  save_changes() {
    const state = this.changed;
    this.changed = {};
    window.toPython(JSON.stringify({ method: "update", state }));
  }

  send(content) {
    if (!this.lose(content)) window.toPython(JSON.stringify({ method: "custom", content }));
  }

  on(name, act) {
    (this.listeners[name] ??= new Set()).add(act);
  }

  off(name, act) {
    this.listeners[name]?.delete(act);
  }

  fire(name, value) {
    for (const act of this.listeners[name] ?? []) act(value);
  }

  take(message) {
    if (message.method === "custom") this.fire("msg:custom", message.content);
    else if (message.method === "update") {
      Object.assign(this.state, message.state);
      for (const name of Object.keys(message.state)) this.fire(`change:${name}`);
    }
  }
}

/** Where words stand on the page: the middle of the line at their start, and at their end. */
function findWords(words) {
  const walker = document.createTreeWalker(document.querySelector(".ctn-text"), NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  const start = nodes.map((node) => node.data).join("").indexOf(words);
  const find = (unit) => {
    let left = unit;
    const node = nodes.find((item) => left <= item.length || ((left -= item.length), false));
    return [node, left];
  };
  const range = document.createRange();
  range.setStart(...find(start));
  range.setEnd(...find(start + words.length));
  const boxes = [...range.getClientRects()].filter((box) => box.width > 0.5);
  const [first, last] = [boxes[0], boxes[boxes.length - 1]];
  return { start: [first.left, first.top + first.height / 2], end: [last.right, last.top + last.height / 2] };
}

/** Where the view is: how far it is scrolled, whether the cursor is in sight, what the stance in the making holds. */
function describePlace() {
  const pane = document.querySelector(".ctn-pane");
  const [outer, cursor] = [pane, document.querySelector(".ctn-cursor")].map((item) => item.getBoundingClientRect());
  return {
    scroll: pane.scrollTop,
    inSight: cursor.top > outer.top && cursor.bottom < outer.bottom,
    page: document.documentElement.scrollTop,
    cursor: [cursor.left, cursor.top],
    stance: document.querySelector(".ctn-strip").innerText,
  };
}

async function startWidget(state) {
  const module = await import("/widget.mjs");
  const widget = await module.default();
  window.model = new Model(state);
  await widget.initialize?.({ model: window.model });
  window.mount = (id) => widget.render({ model: window.model, el: document.getElementById(id) });
  window.unmount = window.mount("one");
}
