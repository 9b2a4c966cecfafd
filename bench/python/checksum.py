"""What every decoder has to come to: see bench/workloads/src/checksum.rs."""

TIME_ORIGIN_MS = 1_767_225_600_000
OFFSET_ORIGIN = 4_000_000


class Checksum:
    """Sums over what a batch says."""

    __slots__ = (
        "records",
        "offsets",
        "key_bytes",
        "header_bytes",
        "characters",
        "times",
        "hundredths",
        "readings",
        "ten_thousandths",
    )

    def __init__(self):
        for name in self.__slots__:
            setattr(self, name, 0)

    def add(self, topic, offset, key_length, header_bytes, event):
        """Adds a record and the event that its value holds."""
        self.records += 1
        self.offsets += offset - OFFSET_ORIGIN
        self.key_bytes += key_length
        self.header_bytes += header_bytes
        self.times += event["timestamp"] - TIME_ORIGIN_MS
        if topic == "user-events":
            self.characters += len(event["userId"]) + len(event["eventType"])
        elif topic == "transactions":
            self.characters += len(event["userId"]) + len(event["currency"])
            self.hundredths += round(event["amount"] * 100)
        else:
            readings = event["readings"]
            self.characters += len(event["sensorId"])
            self.readings += len(readings)
            for reading in readings:
                self.ten_thousandths += round(reading["value"] * 10_000)

    def __str__(self):
        return " ".join(f"{name}={getattr(self, name)}" for name in self.__slots__)
