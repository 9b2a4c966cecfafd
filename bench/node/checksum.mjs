// What every decoder has to come to: see bench/workloads/src/checksum.rs.

const TIME_ORIGIN_MS = 1_767_225_600_000;
const OFFSET_ORIGIN = 4_000_000;

// Sums over what a batch says.
export class Checksum {
  records = 0;
  offsets = 0;
  key_bytes = 0;
  header_bytes = 0;
  characters = 0;
  times = 0;
  hundredths = 0;
  readings = 0;
  ten_thousandths = 0;

  // Adds a record and the event that its value holds.
  add(topic, offset, keyLength, headers, event) {
    this.records += 1;
    this.offsets += offset - OFFSET_ORIGIN;
    this.key_bytes += keyLength;
    for (const header of headers) {
      for (const name in header) this.header_bytes += header[name].length;
    }
    this.times += event.timestamp - TIME_ORIGIN_MS;
    if (topic === "user-events") {
      this.characters += event.userId.length + event.eventType.length;
    } else if (topic === "transactions") {
      this.characters += event.userId.length + event.currency.length;
      this.hundredths += Math.round(event.amount * 100);
    } else {
      this.characters += event.sensorId.length;
      this.readings += event.readings.length;
      for (const reading of event.readings) {
        this.ten_thousandths += Math.round(reading.value * 10_000);
      }
    }
  }

  toString() {
    return Object.entries(this).map(([name, sum]) => `${name}=${sum}`).join(" ");
  }
}
