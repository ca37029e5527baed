"""Scans put together as a set: worked by hand, and by the laws of sets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kb.events.parcels import merge_parcels
from kb.orders.order import MAX_EVENTS, Shipment, ShipmentDirection, ShipmentEvent, ShipmentEventStatus

START = datetime(2026, 11, 13, 8, 0, tzinfo=UTC)
MOVING, DONE = ShipmentEventStatus.IN_TRANSIT, ShipmentEventStatus.DELIVERED


def make_event(hour: int, status: ShipmentEventStatus | None = MOVING, text: str | None = None) -> ShipmentEvent:
    return ShipmentEvent(at=START + timedelta(hours=hour), status=status, text=text)


def make_parcel(number: str, *events: ShipmentEvent, carrier: str | None = None) -> Shipment:
    return Shipment(tracking_no=number, carrier=carrier, events=events)


EVENTS = st.builds(
    make_event, st.integers(0, 3), st.sampled_from([MOVING, DONE, None]), st.sampled_from([None, "a", "b"])
)
PARCELS = st.lists(
    st.builds(
        Shipment,
        tracking_no=st.sampled_from(["A", "B"]),
        carrier=st.sampled_from([None, "x", "y"]),
        direction=st.sampled_from([None, *ShipmentDirection]),
        events=st.none() | st.lists(EVENTS, max_size=4).map(tuple),
    ),
    max_size=4,
)


def test_scans_of_one_parcel_are_joined_once_and_oldest_first() -> None:
    merged = merge_parcels(
        [make_parcel("A", make_event(5), make_event(1))], [make_parcel("A", make_event(3, DONE), make_event(1))]
    )
    assert [(event.at, event.status) for event in merged[0].events or ()] == [
        (START + timedelta(hours=1), MOVING),
        (START + timedelta(hours=3), DONE),
        (START + timedelta(hours=5), MOVING),
    ]


def test_parcels_stand_in_order_of_their_first_scan_and_those_without_one_last() -> None:
    merged = merge_parcels([make_parcel("A"), make_parcel("B", make_event(2))], [make_parcel("C", make_event(1))])
    assert [shipment.tracking_no for shipment in merged] == ["C", "B", "A"]


def test_a_scan_told_with_words_stays_where_it_is_told_again_without() -> None:
    merged = merge_parcels([make_parcel("A", make_event(1, text="到达昆山"))], [make_parcel("A", make_event(1))])
    assert [event.text for event in merged[0].events or ()] == ["到达昆山"]


def test_a_parcel_that_was_turned_back_stays_a_return() -> None:
    back = Shipment(tracking_no="A", direction=ShipmentDirection.RETURN)
    forth = Shipment(tracking_no="A", direction=ShipmentDirection.FORWARD)
    assert merge_parcels([back], [forth])[0].direction is ShipmentDirection.RETURN


def test_the_newest_scans_stay_where_there_are_too_many() -> None:
    known = make_parcel("A", *(make_event(hour) for hour in range(MAX_EVENTS)))
    events = merge_parcels([known], [make_parcel("A", make_event(MAX_EVENTS))])[0].events
    assert events is not None
    assert (len(events), events[0].at, events[-1].at) == (
        MAX_EVENTS,
        START + timedelta(hours=1),
        START + timedelta(hours=MAX_EVENTS),
    )


@given(one=PARCELS, two=PARCELS, three=PARCELS)
def test_it_does_not_matter_what_is_told_first_or_twice(
    one: list[Shipment], two: list[Shipment], three: list[Shipment]
) -> None:
    merged = merge_parcels(merge_parcels(one, two), three)
    assert merged == merge_parcels(three, merge_parcels(two, one))
    assert merged == merge_parcels(merged, two)
