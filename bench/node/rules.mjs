// The classic rules, over states in memory: what `analytics` is compared with.
//
// Few lines each, as a first version in JavaScript would have them, with the thresholds and to the
// letter of shared/src/detectors: the same stream raises as many alerts as there.

const SESSION_GAP_MS = 1_800_000;
const RANGES = [
  ["temperature", 0, 40],
  ["humidity", 5, 95],
  ["battery_level", 10, Infinity],
];

// The last ten values of something.
class LastTen {
  values = [];

  push(value) {
    this.values.push(value);
    if (this.values.length > 10) this.values.shift();
  }

  isFull() {
    return this.values.length === 10;
  }

  span() {
    return Math.max(...this.values) - Math.min(...this.values);
  }

  mean() {
    return this.values.reduce((sum, value) => sum + value, 0) / this.values.length;
  }
}

class User {
  times = new LastTen();
  clicks = new LastTen();
  sessionStart = null;
  sessionLast = null;
  sessionAlerted = false;
  totals = new Map(); // count and sum by currency
}

// The states of all users and sensors, and how many alerts there were.
export class Rules {
  users = new Map();
  sensors = new Map(); // the last ten readings of each measure, by sensor
  alerts = 0;

  // Takes one event of a topic.
  take(topic, event) {
    if (topic === "user-events") this.userEvent(event);
    else if (topic === "transactions") this.transaction(event);
    else this.sensorReading(event);
  }

  user(id) {
    let user = this.users.get(id);
    if (user === undefined) this.users.set(id, (user = new User()));
    return user;
  }

  userEvent({ userId, eventType, timestamp }) {
    const user = this.user(userId);
    if (user.sessionStart === null || timestamp - user.sessionLast > SESSION_GAP_MS) {
      user.sessionStart = timestamp;
      user.sessionAlerted = false;
    }
    user.sessionLast = timestamp;
    user.times.push(timestamp);
    if (user.times.isFull() && user.times.span() < 10_000) this.alerts += 1; // rapid_activity
    if (eventType === "click") {
      user.clicks.push(timestamp);
      if (user.clicks.isFull() && user.clicks.span() <= 60_000) this.alerts += 1; // rapid_clicks
    }
    if (timestamp - user.sessionStart > 3_600_000 && !user.sessionAlerted) {
      user.sessionAlerted = true;
      this.alerts += 1; // long_session
    }
  }

  transaction({ userId, amount, currency }) {
    const user = this.user(userId);
    const spent = user.totals.get(currency) ?? { count: 0, total: 0 };
    spent.count += 1;
    spent.total += amount;
    user.totals.set(currency, spent);
    if (amount > 10_000) this.alerts += 1; // high_value
    if (spent.count > 5 && spent.total > 0 && amount * spent.count > 3 * spent.total) {
      this.alerts += 1; // unusual_amount
    }
  }

  sensorReading({ sensorId, sensorType, readings }) {
    let sensor = this.sensors.get(sensorId);
    if (sensor === undefined) this.sensors.set(sensorId, (sensor = new Map()));
    const byMeasure = new Map();
    for (const reading of readings) {
      const measure = reading.measure ?? reading.type ?? sensorType;
      const values = byMeasure.get(measure);
      if (values === undefined) byMeasure.set(measure, [reading.value]);
      else values.push(reading.value);
    }
    for (const [measure, values] of byMeasure) {
      let last = sensor.get(measure);
      if (last === undefined) sensor.set(measure, (last = new LastTen()));
      if (last.isFull()) {
        const mean = last.mean();
        const furthest = Math.max(...values.map((value) => Math.abs(value - mean)));
        if (furthest > 0.5 * Math.abs(mean) * (1 + 1e-9)) this.alerts += 1; // reading_deviation
      }
      for (const value of values) last.push(value);
    }
    for (const [measure, low, high] of RANGES) {
      const values = byMeasure.get(measure);
      if (values !== undefined && (Math.min(...values) < low || Math.max(...values) > high)) {
        this.alerts += 1; // temperature_range, humidity_range, battery_low
      }
    }
  }
}
