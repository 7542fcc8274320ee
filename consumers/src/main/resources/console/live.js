// A page's one live stream. What was heard stays when the stream breaks; how old it is, is told.
const SILENCE_MS = 5000;
const REOPEN_MS = 2000;

export class Live {
  #source = null;
  #feeds = [];
  #names = [];
  #lastId = "";
  #heardAt = 0;
  #openedAt = 0;
  #held = null;
  #reopening = 0;
  #onChange;

  data = {};
  state = "connecting";
  waiting = 0;

  constructor(onChange) {
    this.#onChange = onChange;
    setInterval(() => this.#look(), 1000);
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#close() : this.#open(true)));
  }

  // feeds: name -> [method, request]. The same ones again change nothing; where there are none, there is nothing to wait for.
  watch(feeds) {
    const keys = Object.values(feeds).map(([method, request]) => `${method}?${JSON.stringify(request)}`);
    if (JSON.stringify([Object.keys(feeds), keys]) === JSON.stringify([this.#names, this.#feeds])) {
      if (keys.length === 0) this.end();
      return;
    }
    const known = Object.fromEntries(this.#feeds.map((key, place) => [key, this.data[this.#names[place]]]));
    this.#names = Object.keys(feeds);
    this.#feeds = keys;
    this.data = Object.fromEntries(this.#names.map((name, place) => [name, known[keys[place]]]));
    this.#held = null;
    this.waiting = 0;
    if (this.state === "ended" || this.state === "stale") this.state = "connecting";
    this.#open(false);
    if (keys.length === 0) this.end();
  }

  // Nothing more will come.
  end() {
    if (this.state === "ended") return;
    this.#close();
    this.state = "ended";
    this.#onChange();
  }

  // Pauses the page, not the intake.
  togglePause() {
    if (this.#held) {
      Object.assign(this.data, this.#held);
      this.#held = null;
      this.waiting = 0;
      this.state = "live";
    } else if (this.state === "live") {
      this.#held = {};
      this.state = "paused";
    }
    this.#onChange();
  }

  get age() {
    return this.#heardAt ? Date.now() - this.#heardAt : NaN;
  }

  get heardAt() {
    return this.#heardAt;
  }

  // Acts are refused on what may be old.
  get canAct() {
    return this.state === "live" || this.state === "paused" || this.state === "ended";
  }

  #open(resume) {
    this.#close();
    if (document.hidden || this.#feeds.length === 0 || this.state === "ended") return;
    this.#openedAt = Date.now();
    const query = new URLSearchParams(this.#feeds.map((feed) => ["feed", feed]));
    if (resume && this.#lastId) query.set("after", this.#lastId);
    this.#source = new EventSource(`/console/api/live?${query}`);
    this.#source.addEventListener("snapshot", (event) => this.#hear(event));
    this.#source.addEventListener("error", () => this.#broke());
  }

  #close() {
    clearTimeout(this.#reopening);
    this.#source?.close();
    this.#source = null;
  }

  #hear(event) {
    this.#lastId = event.lastEventId;
    this.#heardAt = Date.now();
    const heard = {};
    for (const [place, envelope] of Object.entries(JSON.parse(event.data).feeds)) heard[this.#names[place]] = envelope;
    if (this.#held) {
      if (Object.keys(heard).length > 0) this.waiting += 1;
      Object.assign(this.#held, heard);
      this.state = "paused";
    } else {
      Object.assign(this.data, heard);
      this.state = "live";
    }
    this.#onChange();
  }

  // A broken stream is opened again by the browser; one that was refused, by us.
  #broke() {
    if (this.#source?.readyState === EventSource.CLOSED) {
      this.#reopening = setTimeout(() => this.#open(true), REOPEN_MS);
    }
    if (this.state !== "stale") this.state = "reconnecting";
    this.#onChange();
  }

  #look() {
    if (this.state === "ended" || document.hidden || this.#feeds.length === 0) return;
    if (Date.now() - Math.max(this.#heardAt, this.#openedAt) > SILENCE_MS) {
      this.state = "stale";
      this.#onChange();
    }
  }
}
