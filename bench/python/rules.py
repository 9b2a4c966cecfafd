"""The classic rules, over states in memory: what `analytics` is compared with.

Few lines each, as a first version in Python would have them, with the thresholds and to the letter of
shared/src/detectors: the same stream raises as many alerts as there.
"""

from collections import deque

SESSION_GAP_MS = 1_800_000
RANGES = (("temperature", 0, 40), ("humidity", 5, 95), ("battery_level", 10, float("inf")))


class User:
    """What is known of a user."""

    __slots__ = ("times", "clicks", "session_start", "session_last", "session_alerted", "totals")

    def __init__(self):
        self.times = deque(maxlen=10)
        self.clicks = deque(maxlen=10)
        self.session_start = None
        self.session_last = None
        self.session_alerted = False
        self.totals = {}  # count and sum by currency


class Rules:
    """The states of all users and sensors, and how many alerts there were."""

    def __init__(self):
        self.users = {}
        self.sensors = {}  # the last ten readings of each measure, by sensor
        self.alerts = 0

    def take(self, topic, event):
        """Takes one event of a topic."""
        if topic == "user-events":
            self.user_event(event)
        elif topic == "transactions":
            self.transaction(event)
        else:
            self.sensor_reading(event)

    def user(self, event):
        user = self.users.get(event["userId"])
        if user is None:
            user = self.users[event["userId"]] = User()
        return user

    def user_event(self, event):
        user, time = self.user(event), event["timestamp"]
        if user.session_start is None or time - user.session_last > SESSION_GAP_MS:
            user.session_start, user.session_alerted = time, False
        user.session_last = time
        user.times.append(time)
        if len(user.times) == 10 and max(user.times) - min(user.times) < 10_000:
            self.alerts += 1  # rapid_activity
        if event["eventType"] == "click":
            user.clicks.append(time)
            if len(user.clicks) == 10 and max(user.clicks) - min(user.clicks) <= 60_000:
                self.alerts += 1  # rapid_clicks
        if time - user.session_start > 3_600_000 and not user.session_alerted:
            user.session_alerted = True
            self.alerts += 1  # long_session

    def transaction(self, event):
        user, amount, currency = self.user(event), event["amount"], event["currency"]
        count, total = user.totals.get(currency, (0, 0))
        count, total = count + 1, total + amount
        user.totals[currency] = (count, total)
        if amount > 10_000:
            self.alerts += 1  # high_value
        if count > 5 and total > 0 and amount * count > 3 * total:
            self.alerts += 1  # unusual_amount

    def sensor_reading(self, event):
        sensor = self.sensors.get(event["sensorId"])
        if sensor is None:
            sensor = self.sensors[event["sensorId"]] = {}
        by_measure = {}
        for reading in event["readings"]:
            measure = reading.get("measure") or reading.get("type") or event["sensorType"]
            by_measure.setdefault(measure, []).append(reading["value"])
        for measure, values in by_measure.items():
            last = sensor.get(measure)
            if last is None:
                last = sensor[measure] = deque(maxlen=10)
            if len(last) == 10:
                mean = sum(last) / 10
                furthest = max(abs(value - mean) for value in values)
                if furthest > 0.5 * abs(mean) * (1 + 1e-9):
                    self.alerts += 1  # reading_deviation
            last.extend(values)
        for measure, low, high in RANGES:
            values = by_measure.get(measure)
            if values and (min(values) < low or max(values) > high):
                self.alerts += 1  # temperature_range, humidity_range, battery_low
